//! One suite for every engine: the cases of `testdata/cases/` × engines × threads × batch sizes.
//!
//! A case names a function of `plugins/conformance.wasm`, its arguments and what it gives. Every
//! engine must give that, at every batch size, on one thread and on two: the same values, nulls,
//! errors, messages and failures, bit for bit (every NaN is the canonical one).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod case;
#[path = "../files/mod.rs"]
mod files;
mod functions;
mod value;

use case::{Case, Expected};
use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};
use udf_backends::{NativeRuntime, engine_names, runtime_by_name};
use udf_columnar::{Call, Error, Limits, Output, SessionOptions, UdfModule, WasmUdfRuntime};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const BATCH_ROWS: [Option<usize>; 6] = [None, Some(1), Some(3), Some(64), Some(100), Some(4096)];
const THREADS: &[usize] = if cfg!(target_family = "wasm") { &[1] } else { &[1, 2] };

/// The committed plugin, and the one built from source where the test command has done so.
fn plugins() -> Vec<(&'static str, Vec<u8>)> {
    let read = |folder: PathBuf| std::fs::read(folder.join("conformance.wasm")).unwrap();
    let rebuilt = std::env::var_os("FZ_REBUILT_PLUGINS").map(PathBuf::from);
    let plugins = files::all("plugins", "wasm").into_iter();
    let committed =
        plugins.filter(|(name, _)| name == "conformance").map(|file| ("committed", file.1));
    committed.chain(rebuilt.map(|folder| ("rebuilt", read(folder)))).collect()
}

fn limits() -> Limits {
    // Debug builds of the engine and a shared machine: no case is about these deadlines.
    let minute = std::time::Duration::from_secs(60);
    Limits::builder().batch_deadline(minute).call_deadline(minute).build().unwrap()
}

/// Every engine that is compiled in.
fn engines() -> impl Iterator<Item = Arc<dyn WasmUdfRuntime>> {
    engine_names().iter().map(|name| runtime_by_name(name, limits()).unwrap())
}

fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    let mut runtimes: Vec<Arc<dyn WasmUdfRuntime>> = engines().collect();
    // Functions that panic, which ends the process where panics cannot be caught.
    if cfg!(panic = "unwind") {
        runtimes.push(Arc::new(functions::register(NativeRuntime::new(limits()))));
    }
    runtimes
}

fn run(
    module: &dyn UdfModule,
    case: &Case,
    threads: usize,
    batch_rows: Option<usize>,
) -> Result<Output, Error> {
    let signature = module.signature(&case.function)?;
    let options =
        SessionOptions::default().threads(threads).batch_rows(batch_rows).volatile(7, 1_000_000);
    let mut call = Call::new(case.arguments()?);
    if let Some(rows) = case.rows {
        call = call.rows(rows);
    }
    module.open(options).call(&signature, call)
}

/// Where there are threads, in a pool of two.
fn on_two_threads<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    static POOL: LazyLock<rayon::ThreadPool> =
        LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap());
    if cfg!(target_family = "wasm") { run() } else { POOL.install(run) }
}

fn check(case: &Case, result: Result<Output, Error>) -> Result<(), String> {
    match (&case.expect, result) {
        (Expected::Error { kind, message }, Err(error)) => {
            let found = format!("{:?}", error.kind());
            if &found != kind || !error.to_string().contains(message) {
                return Err(format!("{kind} with `{message}` is expected, found {found}: {error}"));
            }
            Ok(())
        }
        (Expected::Error { kind, .. }, Ok(_)) => Err(format!("{kind} is expected, it worked")),
        (Expected::Columns { .. }, Err(error)) => Err(format!("{:?}: {error}", error.kind())),
        (Expected::Columns { columns, failed_rows }, Ok(output)) => {
            let failed: Vec<u64> = output.failures.iter().map(|f| f.row).collect();
            if *failed_rows != failed {
                return Err(format!("rows {failed_rows:?} should fail, {failed:?} did"));
            }
            let found: Vec<_> = output.columns.iter().map(value::show).collect();
            let wanted: Vec<_> = columns.iter().map(|c| case.repeated(c)).collect();
            if value::same(&wanted, &found) {
                Ok(())
            } else {
                Err(value::difference(&wanted, &found))
            }
        }
    }
}

#[test]
fn every_engine_gives_what_the_cases_say_at_every_batch_size_and_thread_count() {
    let cases = case::read_all("testdata/cases");
    assert!(cases.len() >= 170, "{} cases", cases.len());
    let mut wrong = Vec::new();
    let runtimes = runtimes();
    for (runtime, (build, bytes)) in runtimes
        .iter()
        .flat_map(|runtime| plugins().into_iter().map(move |plugin| (runtime, plugin)))
    {
        let module = runtime.load(&bytes).unwrap();
        for case in &cases {
            for &threads in THREADS {
                for batch_rows in BATCH_ROWS {
                    let result = on_two_threads(|| run(module.as_ref(), case, threads, batch_rows));
                    if let Err(why) = check(case, result) {
                        wrong.push(format!(
                            "{} [{}, {build}, {threads} threads, batches of {batch_rows:?}]: {why}",
                            case.name,
                            runtime.name()
                        ));
                    }
                }
            }
        }
    }
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of the runs differ:\n{shown}", wrong.len());
}

#[test]
fn the_cases_cover_every_dtype_of_the_contract() {
    let cases = case::read_all("testdata/cases");
    for dtype in udf_abi::DType::ALL {
        // No parameter takes the null type; null columns appear as arguments of other types.
        let covered = cases.iter().any(|case| case.mentions(dtype.name()));
        assert!(covered, "no case has a {dtype} column");
    }
}

#[cfg(any(feature = "wasmtime", feature = "wasmi", feature = "js"))]
#[test]
fn a_volatile_function_gives_a_row_the_same_value_in_every_batch() {
    use arrow_array::Float64Array;
    use udf_columnar::Argument;
    let modules: Vec<_> = engines().map(|e| e.load(&plugins()[0].1).unwrap()).collect();
    let values_on = |module: &dyn UdfModule, batch_rows, threads, seed| {
        let signature = module.signature("RAND").unwrap();
        let below = Argument::column(Arc::new(Float64Array::from(vec![1.0; 200]))).unwrap();
        let options =
            SessionOptions::default().threads(threads).batch_rows(batch_rows).volatile(seed, 0);
        let output = module.open(options).call(&signature, Call::new(vec![below])).unwrap();
        value::show(&output.columns[0]).1
    };
    let whole = values_on(modules[0].as_ref(), None, 1, 7);
    assert!(whole.windows(2).all(|pair| pair[0] != pair[1]), "rows differ from each other");
    for module in &modules {
        for (batch_rows, threads) in [(None, 1), (Some(1), 1), (Some(7), 2), (Some(64), 2)] {
            assert_eq!(values_on(module.as_ref(), batch_rows, threads, 7), whole);
        }
        let other = values_on(module.as_ref(), None, 1, 8);
        assert_ne!(other, whole, "another seed gives other values");
    }
}
