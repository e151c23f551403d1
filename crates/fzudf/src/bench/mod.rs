//! `fzudf bench`: what a call and what a row of a function cost, on every engine.
//!
//! ```text
//! arguments  random columns, or what the user says
//! measure    one size: repeated on warm instances, least, middle and most
//! fit        cost of a call and of a row, from the middles
//! report     tables and JSON
//! ```

mod arguments;
mod fit;
mod measure;
mod report;

use crate::{
    engines,
    exit::{Failure, printable},
    stdout,
    table::read_module,
};
use clap::Args;
use measure::Measured;
use report::{EngineReport, Report};
use std::{path::PathBuf, time::Duration};
use udf_columnar::{Limits, SessionOptions};

/// Measure what a call and a row of a function cost.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// The plugin (.wasm)
    file: PathBuf,
    /// The function, by its name or an alias, in any case
    function: String,
    /// Most rows of a call
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    rows: u32,
    /// An argument: `=` and a value, `LEAST..MOST` for numbers between, or `random`
    #[arg(long = "arg", short, value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    /// Instances that run batches at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// Seed of the random values
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print the measurements as JSON
    #[arg(long)]
    json: bool,
}

/// What stands behind `--help`.
pub(crate) const HELP: &str = "\
Each size is called several times on instances that are warm: copying the columns in and out counts,
loading the module does not. The tables show the least, the middle and the most of the times; on a
busy machine they lie far apart, and only the least says much. Rows of 1, 1 000, 65 536 and 1 000 000
up to --rows are measured, as far as one engine's patience goes: a call that would take longer than
a few seconds is left out.

The cost of a call and of a row is the straight line through the middles that is nearest in
proportion (least squares of the relative distances), so that small calls count as much as large ones.

Arguments in the order of the parameters:
  --arg =0.05       the same value in every row
  --arg 50..150     numbers between these two
  --arg random      ordinary values of the parameter's type; so are arguments that are not given

Exit codes: 0 done, 2 usage, 3 module refused, 4 the function fails on these arguments, 5 files.";

/// Rows that are measured.
const SIZES: [usize; 4] = [1, 1_000, 65_536, 1_000_000];
/// Time of one guest call: an interpreter is slow over whole columns.
const CALL_TIME: Duration = Duration::from_secs(20);

pub(crate) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let limits = Limits::builder().batch_deadline(CALL_TIME).call_deadline(CALL_TIME).build()?;
    let bytes = read_module(&args.file, &limits)?;
    let most = args.rows as usize;
    let mut sizes: Vec<usize> = SIZES.into_iter().filter(|size| *size < most).collect();
    sizes.push(most);
    let mut report = Report {
        file: args.file.display().to_string(),
        function: String::new(),
        threads: usize::from(args.threads),
        engines: Vec::new(),
    };
    for runtime in engines::all(&limits)? {
        let module =
            runtime.load(&bytes).map_err(|e| Failure::from(e).context(args.file.display()))?;
        let signature = module.signature(&args.function)?;
        signature.name().clone_into(&mut report.function);
        let plan = arguments::Plan::parse(&signature, &args.args)?;
        let options =
            SessionOptions::default().threads(usize::from(args.threads)).volatile(args.seed, 0);
        let mut session = module.open(options);
        let mut engine = EngineReport { name: runtime.name(), sizes: Vec::new(), left_out: None };
        for size in &sizes {
            let case = plan.case(&signature, *size, args.seed)?;
            let earlier = engine.sizes.last();
            if let Some(expected) = earlier.and_then(|m: &Measured| m.too_long_for(*size)) {
                engine.left_out =
                    Some((*size, format!("one call would take about {expected:.0?}")));
                break;
            }
            match measure::measure(session.as_mut(), &signature, &case, *size) {
                Ok(measured) => engine.sizes.push(measured),
                // What the smaller sizes cost is worth knowing all the same.
                Err(error) if !engine.sizes.is_empty() => {
                    engine.left_out = Some((*size, error.to_string()));
                    break;
                }
                Err(error) => {
                    return Err(Failure::from(error).hint(
                        "random arguments may be none that the function takes: give --arg for each",
                    ));
                }
            }
        }
        if !args.json {
            stdout::print(&printable(&report.engine_text(&engine)))?;
        }
        report.engines.push(engine);
    }
    match args.json {
        true => stdout::print_json(&report.as_json()),
        false => stdout::print(report::NOISE),
    }
}
