//! The sample plugins that are not written in Rust: what they give, on every engine, at every batch size and
//! on one thread and two. The cases stand in `testdata/NAME/cases.json`, in the format of `testdata/cases`.
//!
//! Two builds may differ byte by byte, since compilers do; both the committed one and the one that the test
//! command built must do the same.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

#[path = "conformance/case.rs"]
#[expect(dead_code, reason = "the conformance suite uses the rest of it")]
mod case;
mod files;
#[path = "conformance/value.rs"]
mod value;

use case::{Case, Expected};
use std::{path::PathBuf, sync::Arc, time::Duration};
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::{Call, Error, Limits, Output, SessionOptions, UdfModule, WasmUdfRuntime};

const BATCH_ROWS: [Option<usize>; 5] = [None, Some(1), Some(3), Some(64), Some(1000)];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The committed module, and the one built from source where the test command has done so.
fn builds(name: &str) -> Vec<(&'static str, Vec<u8>)> {
    let file = format!("{name}.wasm");
    let committed = std::fs::read(root().join("plugins").join(&file)).unwrap();
    let rebuilt = std::env::var_os("FZ_REBUILT_PLUGINS").map(|folder| {
        // A compiler that no package manager of this machine has leaves its plugin out, and says so.
        std::fs::read(PathBuf::from(folder).join(&file))
    });
    let mut builds = vec![("committed", committed)];
    match rebuilt {
        Some(Ok(bytes)) => builds.push(("rebuilt", bytes)),
        Some(Err(error)) => eprintln!("{file} was not rebuilt: {error}"),
        None => {}
    }
    builds
}

fn limits() -> Limits {
    // Debug builds of the engine and a shared machine: no case is about these deadlines.
    let minute = Duration::from_secs(60);
    Limits::builder().batch_deadline(minute).call_deadline(minute).build().unwrap()
}

fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    engine_names().iter().map(|name| runtime_by_name(name, limits()).unwrap()).collect()
}

fn run(
    module: &dyn UdfModule,
    case: &Case,
    threads: usize,
    batch_rows: Option<usize>,
) -> Result<Output, Error> {
    let signature = module.signature(&case.function)?;
    let options = SessionOptions::default().threads(threads).batch_rows(batch_rows);
    let mut call = Call::new(case.arguments()?);
    if let Some(rows) = case.rows {
        call = call.rows(rows);
    }
    module.open(options).call(&signature, call)
}

fn check(case: &Case, result: Result<Output, Error>) -> Result<(), String> {
    match (&case.expect, result) {
        (Expected::Error { kind, message }, Err(error)) => {
            let found = format!("{:?}", error.kind());
            let same = &found == kind && error.to_string().contains(message);
            same.then_some(()).ok_or_else(|| format!("{kind} with `{message}`: {found}: {error}"))
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
            let same = value::same(&wanted, &found);
            same.then_some(()).ok_or_else(|| value::difference(&wanted, &found))
        }
    }
}

fn every_build_on_every_engine_gives_the_cases(name: &str) {
    let cases = case::read_all(&format!("testdata/{name}"));
    assert!(!cases.is_empty());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let mut wrong = Vec::new();
    for runtime in runtimes() {
        for (build, bytes) in builds(name) {
            let module = runtime.load(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
            for case in &cases {
                for (threads, batch_rows) in
                    [1, 2].into_iter().flat_map(|t| BATCH_ROWS.map(|rows| (t, rows)))
                {
                    let result = pool.install(|| run(module.as_ref(), case, threads, batch_rows));
                    if let Err(why) = check(case, result) {
                        let engine = runtime.name();
                        wrong.push(format!(
                            "{} [{engine}, {build}, {threads} threads, {batch_rows:?}]: {why}",
                            case.name
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
fn the_plugin_in_c_gives_what_its_cases_say() {
    every_build_on_every_engine_gives_the_cases("c_sample");
}

#[test]
fn the_plugin_in_zig_gives_what_its_cases_say() {
    every_build_on_every_engine_gives_the_cases("zig_sample");
}

#[test]
fn builds_of_a_plugin_have_the_same_manifest() {
    for name in ["c_sample", "zig_sample"] {
        let manifests = builds(name)
            .into_iter()
            .map(|(_, bytes)| udf_backends::inspect(&bytes, &Limits::default()).unwrap().manifest);
        let manifests: Vec<_> = manifests.collect();
        assert!(manifests.windows(2).all(|pair| pair[0] == pair[1]), "run `cargo xtask plugins`");
    }
}
