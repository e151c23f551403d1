//! The figures of `cargo xtask bench --json FILE`: medians of pairs in one run. `--workbook` leaves out those without
//! a workbook; `--hostile` prints those of modules that mean harm, `--functions` those of Excel's functions, `--shapes` those of workbooks
//! of other shapes than filled columns, and nothing else.

mod callbacks;
mod calls;
mod columns;
mod command;
mod deadline;
mod files;
mod functions;
mod hostile;
mod modules;
mod shapes;
mod timing;
mod workbook;

use fz_benches::{load, runtime};
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    path::{Path, PathBuf},
};
use udf_backends::WasmtimeRuntime;
use udf_columnar::UdfModule;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const MILLION: usize = 1_000_000;

fn main() -> Result<()> {
    let (mut out, mut workbook_only) = (None, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--workbook" => workbook_only = true,
            "--functions" => {
                rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
                let mut figures = Figures::default();
                functions::figures(&mut figures)?;
                println!("{}", serde_json::to_string_pretty(&Value::Object(figures.0))?);
                return Ok(());
            }
            "--shapes" => {
                rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
                let mut figures = Figures::default();
                return shapes::figures(&mut figures);
            }
            shapes::DISTINCT => return shapes::print_memory_of_distinct(),
            files::LOAD => {
                let file = args.next().ok_or("give a file to load")?;
                return files::load_only(Path::new(&file));
            }
            hostile::LOAD => {
                let engine = args.next().ok_or("give an engine")?;
                let file = args.next().ok_or("give a module to load")?;
                return hostile::load_only(&engine, Path::new(&file));
            }
            "--hostile" => {
                let mut figures = Figures::default();
                modules::inspection(&mut figures)?;
                deadline::overshoot(&mut figures)?;
                return hostile::loads(&mut figures);
            }
            "--json" => out = args.next().map(PathBuf::from),
            other => {
                return Err(format!(
                    "unknown argument {other}: give --workbook, --functions, --shapes, --hostile, --json FILE"
                )
                .into());
            }
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
    let mut figures = Figures::default();
    // First: memory that something else has given back would be taken again, uncounted.
    workbook::memory(&mut figures)?;
    let engine = runtime()?;
    let conformance = load(&engine, "conformance")?;
    workbook::plugin(conformance.as_ref(), &mut figures)?;
    workbook::builtin(&mut figures)?;
    workbook::fill_down(&mut figures)?;
    workbook::volatile(&mut figures)?;
    callbacks::ways(&mut figures)?;
    functions::figures(&mut figures)?;
    shapes::figures(&mut figures)?;
    let fzudf = std::env::var_os("FZ_FZUDF").map(PathBuf::from);
    files::figures(fzudf.as_deref(), &mut figures)?;
    if !workbook_only {
        sessions(&engine, conformance.as_ref(), fzudf.as_deref(), &mut figures)?;
    }
    let text = serde_json::to_string_pretty(&Value::Object(figures.0))?;
    match out {
        Some(file) => std::fs::write(file, text + "\n")?,
        None => println!("{text}"),
    }
    Ok(())
}

/// Calls without a workbook.
fn sessions(
    engine: &WasmtimeRuntime,
    conformance: &dyn UdfModule,
    fzudf: Option<&Path>,
    figures: &mut Figures,
) -> Result<()> {
    let finance = load(engine, "finance")?;
    let text = load(engine, "text")?;
    columns::mulp(conformance, MILLION, "mulp_1m", figures)?;
    columns::mulp(conformance, 16 * MILLION, "mulp_16m", figures)?;
    columns::nullable(conformance, figures)?;
    columns::gcd(conformance, figures)?;
    columns::black_scholes(finance.as_ref(), figures)?;
    columns::interpreted(finance.as_ref(), figures)?;
    columns::reverse(text.as_ref(), figures)?;
    calls::one_row(conformance, figures)?;
    calls::typed_call(engine, figures)?;
    calls::json_call(engine, figures)?;
    modules::module_load(figures)?;
    modules::module_load_cached(figures)?;
    modules::inspection(figures)?;
    deadline::overshoot(figures)?;
    hostile::loads(figures)?;
    match fzudf {
        Some(binary) => command::peak_memory(binary, figures)?,
        None => eprintln!(
            "FZ_FZUDF is not set: what the command line takes is left out (run `cargo xtask bench`)"
        ),
    }
    Ok(())
}

#[derive(Default)]
struct Figures(Map<String, Value>);

impl Figures {
    fn set(&mut self, name: &str, value: f64) {
        // Small figures keep three digits as well.
        let scale = if value.abs() < 0.1 { 1e6 } else { 1e3 };
        let rounded = (value * scale).round() / scale;
        eprintln!("{name:48} {rounded}");
        self.0.insert(name.to_owned(), json!(rounded));
    }
}
