//! The figures of `cargo xtask bench --json FILE`: medians of pairs in one run.

use arrow_array::{Array, StringArray, builder::StringBuilder, cast::AsArray};
use fz_benches::{
    Function, column, doubles, int_column, integers, load, median, native_gcd, native_mulp,
    runtime, seconds, texts,
};
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    fs::File,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use udf_backends::{CacheConfig, WasmtimeRuntime};
use udf_columnar::{Argument, Limits, UdfModule, WasmUdfRuntime};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Pairs of runs behind each ratio.
const PAIRS: usize = 31;
const MILLION: usize = 1_000_000;

fn main() -> Result<()> {
    let mut out = None;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => out = args.next().map(PathBuf::from),
            other => return Err(format!("unknown argument {other}: give --json FILE").into()),
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
    let engine = runtime()?;
    let conformance = load(&engine, "conformance")?;
    let finance = load(&engine, "finance")?;
    let text = load(&engine, "text")?;
    let mut figures = Figures::default();
    mulp(conformance.as_ref(), MILLION, "mulp_1m", &mut figures)?;
    mulp(conformance.as_ref(), 16 * MILLION, "mulp_16m", &mut figures)?;
    gcd(conformance.as_ref(), &mut figures)?;
    black_scholes(finance.as_ref(), &mut figures)?;
    reverse(text.as_ref(), &mut figures)?;
    one_row(conformance.as_ref(), &mut figures)?;
    typed_call(&engine, &mut figures)?;
    json_call(&engine, &mut figures)?;
    module_load(&mut figures)?;
    module_load_cached(&mut figures)?;
    if let Some(binary) = std::env::var_os("FZ_FZUDF") {
        peak_memory(Path::new(&binary), &mut figures)?;
    } else {
        eprintln!("FZ_FZUDF is not set: call_10m_peak_mb is left out (run `cargo xtask bench`)");
    }
    let text = serde_json::to_string_pretty(&Value::Object(figures.0))?;
    match out {
        Some(file) => std::fs::write(file, text + "\n")?,
        None => println!("{text}"),
    }
    Ok(())
}

#[derive(Default)]
struct Figures(Map<String, Value>);

impl Figures {
    fn set(&mut self, name: &str, value: f64) {
        let rounded = (value * 1000.0).round() / 1000.0;
        eprintln!("{name:28} {rounded}");
        self.0.insert(name.to_owned(), json!(rounded));
    }
}

/// Times two things in turn, the second against the first; the first pairs warm up.
fn pairs(
    count: usize,
    mut base: impl FnMut() -> Result<f64>,
    mut ours: impl FnMut() -> Result<f64>,
) -> Result<(f64, f64, f64)> {
    let (mut bases, mut times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..count + 3 {
        let (a, b) = (base()?, ours()?);
        if round >= 3 {
            bases.push(a);
            times.push(b);
            ratios.push(b / a);
        }
    }
    Ok((median(ratios), median(bases), median(times)))
}

fn mulp(module: &dyn UdfModule, rows: usize, name: &str, figures: &mut Figures) -> Result<()> {
    let (a, b) = (doubles(rows, 0.0, 100.0, 1), doubles(rows, 0.0, 100.0, 2));
    let mut function = Function::open(module, "MULADD", vec![column(&a)?, column(&b)?], 1, None)?;
    let count = if rows > MILLION { 9 } else { PAIRS };
    let (ratio, native, ours) = pairs(
        count,
        || Ok(seconds(|| black_box(native_mulp(black_box(&a), black_box(&b)))).0),
        || {
            let (time, output) = seconds(|| function.call());
            black_box(output?);
            Ok(time)
        },
    )?;
    figures.set(&format!("{name}_vs_native"), ratio);
    figures.set(&format!("{name}_native_ms"), native * 1e3);
    figures.set(&format!("{name}_ms"), ours * 1e3);
    Ok(())
}

fn gcd(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let (a, b) = (integers(MILLION, 1_000_000, 3), integers(MILLION, 1_000_000, 4));
    let arguments = vec![int_column(&a)?, int_column(&b)?];
    let mut function = Function::open(module, "GCD", arguments, 1, None)?;
    let (ratio, native, ours) = pairs(
        PAIRS / 2,
        || Ok(seconds(|| black_box(native_gcd(black_box(&a), black_box(&b)))).0),
        || {
            let (time, output) = seconds(|| function.call());
            black_box(output?);
            Ok(time)
        },
    )?;
    figures.set("gcd_1m_vs_native", ratio);
    figures.set("gcd_1m_native_ms", native * 1e3);
    figures.set("gcd_1m_ms", ours * 1e3);
    Ok(())
}

fn black_scholes(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let spot = doubles(MILLION, 50.0, 150.0, 5);
    let strike = doubles(MILLION, 50.0, 150.0, 6);
    let rate = doubles(MILLION, 0.0, 0.05, 7);
    let vol = doubles(MILLION, 0.1, 0.6, 8);
    let years = doubles(MILLION, 0.1, 3.0, 9);
    let arguments =
        vec![column(&spot)?, column(&strike)?, column(&rate)?, column(&vol)?, column(&years)?];
    let native = || -> Vec<f64> {
        let rows = spot.iter().zip(&strike).zip(&rate).zip(&vol).zip(&years);
        rows.map(|((((s, k), r), v), t)| finance::options::call_price(*s, *k, *r, *v, *t)).collect()
    };
    let mut one = Function::open(module, "BS_CALL", arguments.clone(), 1, None)?;
    let mut two = Function::open(module, "BS_CALL", arguments, 2, None)?;
    let time = |function: &mut Function| -> Result<f64> {
        let (time, output) = seconds(|| function.call());
        black_box(output?);
        Ok(time)
    };
    let (ratio, base, ours) =
        pairs(PAIRS / 2, || Ok(seconds(|| black_box(native())).0), || time(&mut one))?;
    figures.set("bs_simd_1m_vs_native", ratio);
    figures.set("bs_simd_1m_native_ms", base * 1e3);
    figures.set("bs_simd_1m_ms", ours * 1e3);
    let (ratio, ..) = pairs(PAIRS / 2, || time(&mut two), || time(&mut one))?;
    figures.set("bs_threads2_speedup", ratio);
    Ok(())
}

/// Reversed texts of about twelve characters, one in four with letters beyond ASCII.
fn reverse(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let texts = texts(MILLION, 10);
    let argument = Argument::column(Arc::new(texts.clone()))?;
    let mut function = Function::open(module, "REVERSE", vec![argument], 1, None)?;
    let native = || -> StringArray {
        let mut out = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
        for text in texts.iter().flatten() {
            out.append_value(text::words::reverse(text));
        }
        out.finish()
    };
    let found = function.call()?.into_column()?;
    if found.array().as_string::<i32>() != &native() {
        return Err("REVERSE and the plain loop differ".into());
    }
    let (ratio, base, ours) = pairs(
        PAIRS / 2,
        || Ok(seconds(|| black_box(native())).0),
        || {
            let (time, output) = seconds(|| function.call());
            black_box(output?);
            Ok(time)
        },
    )?;
    figures.set("reverse_1m_vs_native", ratio);
    figures.set("reverse_1m_native_ms", base * 1e3);
    figures.set("reverse_1m_ms", ours * 1e3);
    Ok(())
}

fn one_row(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let mut function =
        Function::open(module, "MULADD", vec![column(&[2.0])?, column(&[3.0])?], 1, None)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let (time, result) = seconds(|| -> Result<()> {
            for _ in 0..100 {
                black_box(function.call()?);
            }
            Ok(())
        });
        result?;
        times.push(time / 100.0);
    }
    figures.set("call_1row_us", median(times) * 1e6);
    Ok(())
}

/// `(module (func (export "mulp") (param f64 f64) (result f64) …))` of `a * b + 1`.
const MULP: [u8; 52] = *b"\0asm\x01\0\0\0\x01\x07\x01\x60\x02\x7c\x7c\x01\x7c\x03\x02\x01\0\
    \x07\x08\x01\x04mulp\0\0\x0a\x13\x01\x11\0\x20\0\x20\x01\xa2\x44\0\0\0\0\0\0\xf0\x3f\xa0\x0b";

/// One row of a bare export, over a million of them.
fn typed_call(engine: &WasmtimeRuntime, figures: &mut Figures) -> Result<()> {
    let module = engine.load(&MULP)?;
    let (a, b) = (doubles(MILLION, 0.0, 100.0, 10), doubles(MILLION, 0.0, 100.0, 11));
    let mut function =
        Function::open(module.as_ref(), "mulp", vec![column(&a)?, column(&b)?], 1, None)?;
    let mut times = Vec::new();
    for _ in 0..PAIRS {
        let (time, output) = seconds(|| function.call());
        black_box(output?);
        times.push(time / MILLION as f64);
    }
    figures.set("typed_call_ns", median(times) * 1e9);
    Ok(())
}

/// One row through JSON, over a hundred thousand of them.
fn json_call(engine: &WasmtimeRuntime, figures: &mut Figures) -> Result<()> {
    const ROWS: usize = 100_000;
    let module = load(engine, "upstream_json")?;
    let rates = column(&doubles(ROWS, 0.0, 0.1, 12))?;
    let periods = column(&doubles(ROWS, 1.0, 30.0, 13))?;
    let payments = column(&doubles(ROWS, 1.0, 100.0, 14))?;
    let arguments = vec![rates, periods, payments];
    let mut function = Function::open(module.as_ref(), "ANNUITY", arguments, 1, None)?;
    let mut times = Vec::new();
    for _ in 0..7 {
        let (time, output) = seconds(|| function.call());
        black_box(output?);
        times.push(time / ROWS as f64);
    }
    figures.set("json_call_us", median(times) * 1e6);
    Ok(())
}

/// From bytes to a module that can be called, on an engine that has not seen it.
fn module_load(figures: &mut Figures) -> Result<()> {
    let bytes = fz_benches::plugin("finance")?;
    let (mut starts, mut loads) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let (time, engine) = seconds(runtime);
        let engine = engine?;
        starts.push(time);
        let (time, module) = seconds(|| engine.load(&bytes));
        module?;
        loads.push(time);
    }
    figures.set("runtime_start_ms", median(starts) * 1e3);
    figures.set("module_load_ms", median(loads) * 1e3);
    Ok(())
}

/// The same where a process before has compiled the module: engines that have not seen it, inspection
/// and all.
fn module_load_cached(figures: &mut Figures) -> Result<()> {
    let bytes = fz_benches::plugin("finance")?;
    let folder = tempfile::tempdir()?;
    let cache = CacheConfig::new(folder.path().join("modules"));
    let mut loads = Vec::new();
    for round in 0..22 {
        let engine = WasmtimeRuntime::with_cache(Limits::default(), cache.clone())?;
        let (time, module) = seconds(|| engine.load(&bytes));
        module?;
        let report = engine.cache_report().unwrap_or_default();
        if round == 0 {
            continue;
        }
        if report.hits != 1 {
            return Err(format!("the module did not come from the cache: {report:?}").into());
        }
        loads.push(time);
    }
    figures.set("module_load_cached_ms", median(loads) * 1e3);
    Ok(())
}

/// `fzudf call` over 10 000 000 Parquet rows, Parquet out: the process's peak resident set.
fn peak_memory(binary: &Path, figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("input.parquet");
    write_parquet(&input, 10 * MILLION)?;
    let (mut peaks, mut times) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (time, peak) = seconds(|| run_and_watch(binary, &input, folder.path()));
        times.push(time);
        peaks.push(peak? as f64 / 1024.0);
    }
    figures.set("call_10m_peak_mb", median(peaks));
    figures.set("call_10m_s", median(times));
    Ok(())
}

fn write_parquet(path: &Path, rows: usize) -> Result<()> {
    use arrow_array::{Float64Array, RecordBatch};
    use arrow_schema::{DataType, Field, Schema};
    let field = |name: &str| Field::new(name, DataType::Float64, false);
    let schema = Arc::new(Schema::new(vec![field("a"), field("b")]));
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(File::create(path)?, schema.clone(), None)?;
    for part in 0..rows / MILLION {
        let column = |seed| Arc::new(Float64Array::from(doubles(MILLION, 0.0, 100.0, seed)));
        let seed = part as u64 * 2;
        let columns: Vec<arrow_array::ArrayRef> = vec![column(seed), column(seed + 1)];
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.close()?;
    Ok(())
}

/// Runs the command and answers its peak resident set in KiB, as the kernel counts it.
fn run_and_watch(binary: &Path, input: &Path, folder: &Path) -> Result<u64> {
    let mut child = Command::new(binary)
        .arg("call")
        .arg(fz_benches::plugins().join("conformance.wasm"))
        .arg("MULADD")
        .args(["--arg", "a", "--arg", "b", "--input"])
        .arg(input)
        .arg("--out")
        .arg(folder.join("output.parquet"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The high-water mark only rises, so the last reading is the peak.
        if let Ok(status) = std::fs::read_to_string(&status_file) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                return Err(format!("{} call ended with {status}", binary.display()).into());
            }
            return Ok(peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
