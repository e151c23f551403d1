//! The figures of `cargo xtask bench --json FILE`: medians of pairs in one run.

mod calls;
mod columns;
mod command;
mod modules;
mod timing;

use fz_benches::{load, runtime};
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    path::{Path, PathBuf},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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
    columns::mulp(conformance.as_ref(), MILLION, "mulp_1m", &mut figures)?;
    columns::mulp(conformance.as_ref(), 16 * MILLION, "mulp_16m", &mut figures)?;
    columns::nullable(conformance.as_ref(), &mut figures)?;
    columns::gcd(conformance.as_ref(), &mut figures)?;
    columns::black_scholes(finance.as_ref(), &mut figures)?;
    columns::interpreted(finance.as_ref(), &mut figures)?;
    columns::reverse(text.as_ref(), &mut figures)?;
    calls::one_row(conformance.as_ref(), &mut figures)?;
    calls::typed_call(&engine, &mut figures)?;
    calls::json_call(&engine, &mut figures)?;
    modules::module_load(&mut figures)?;
    modules::module_load_cached(&mut figures)?;
    if let Some(binary) = std::env::var_os("FZ_FZUDF") {
        command::peak_memory(Path::new(&binary), &mut figures)?;
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
