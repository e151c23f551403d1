//! `fzudf recalc`: a workbook recalculated, with plugins, and saved as it was with the new values in it.
//!
//! ```text
//! target  where it is saved, decided before anything is read
//! report  what was done, as lines and as JSON
//! ```

mod report;
mod target;

use crate::{
    book::{
        self,
        args::{CalculationArgs, InputArgs, PluginArgs, Unknown},
        input::Inputs,
        interrupt::Interrupts,
        place::Place,
        plugins, problems,
        progress::Watched,
        table::{self, Content},
    },
    call::start_threads,
    exit::{Exit, Failure},
    stdout,
};
use clap::Args;
use formualizer_workbook::{RecalcOptions, SaveOptions, Workbook};
use report::{Report, Saved};
use std::{path::PathBuf, time::Instant};
use target::Target;

/// What `--help` says behind the options.
pub(crate) const HELP: &str = "\
Cells:
  Sheet1!B2, 'My sheet'!A1:C10, Sheet1!A:C, or a name that the workbook defines. Without a sheet
  the first one is meant.

Values of --set:
  numbers (5, -2.5e3, 12.5%), TRUE, FALSE, dates and times as in ISO 8601, errors as #N/A, texts;
  =FORMULA, which may fill a range; nothing clears the cell. Quotes make a text of anything:
  --set 'A1=\"007\"'. --data comes first, so --set may change cells of it.

Saving:
  --out writes a copy and replaces an existing file, which stays whole until then. Everything that
  is not a value or formula stays as it is in the workbook: styles, charts, images, conditional
  formats. Excel does not have the functions of plugins: it shows the saved values, and #NAME? once
  it recalculates those cells itself. --values-only saves values in place of formulas.

Report:
  on stderr; with --json it is one object on stdout: book, saved (path, bytes), sheets, plugins,
  input (data, set), recalculation (cells, regions, spilled_cells, udf_calls, udf_rows, rounds),
  seconds (load, recalculate, save, total), errors (cells, kinds: error, cells, first), unknown_functions
  (name, cells, sheet, cell, near, plugins), warnings, notes, ranges (range, rows). Cells in JSON:
  numbers, texts, logical values, null; dates and times are texts; an error is
  {\"error\": \"#N/A\", \"reason\": …}.

Exit codes: 0 done, 1 cells are in error (--fail-on-error, --strict) or functions unknown (--strict), 2 usage, 3 plugin refused, 5 input or
output, 130 interrupted.

Examples:
  fzudf recalc portfolio.xlsx --plugins finance.wasm --out priced.xlsx
  fzudf recalc portfolio.xlsx -p finance.wasm --set Options!B2=0.05 --print Options!A1:H10
  fzudf recalc model.xlsx --data 'Raw data!A1=prices.parquet' --in-place";

#[derive(Args, Debug)]
pub(crate) struct RecalcArgs {
    /// The workbook (.xlsx, .xlsm; .xlsb, .xls, .ods and .fods are read)
    pub(crate) book: PathBuf,
    /// Save to this file (.xlsx)
    #[arg(long, short, value_name = "FILE", conflicts_with = "in_place")]
    out: Option<PathBuf>,
    /// Save into the workbook itself
    #[arg(long)]
    in_place: bool,
    /// Save values in place of formulas
    #[arg(long)]
    values_only: bool,
    /// Print these cells; may be repeated
    #[arg(long, value_name = "RANGE")]
    print: Vec<String>,
    /// The report as JSON on stdout
    #[arg(long)]
    json: bool,
    /// Save nothing and end with 1 if a cell is in error
    #[arg(long)]
    fail_on_error: bool,
    /// The same, and also if a function is unknown
    #[arg(long)]
    strict: bool,
    /// Say nothing but warnings and errors
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    plugins: PluginArgs,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    calculation: CalculationArgs,
}

pub(crate) fn run(args: &RecalcArgs) -> Result<(), Failure> {
    let started = Instant::now();
    let interrupts = Interrupts::watch()?;
    let inputs = Inputs::of(&args.input)?;
    let target = Target::of(args, &inputs)?;
    start_threads(args.calculation.threads)?;
    let mut report = Report::new(&args.book);

    let watched = Watched::start(args.quiet);
    watched.begin("loading");
    let mut book = book::open(&args.book)?;
    report.loaded(&book, started.elapsed());
    let attached = plugins::attach(&mut book, &args.plugins, &args.calculation)?;
    report.attached(&attached);
    let places = places(&args.print, &book)?;
    report.input(inputs.apply(&mut book)?);

    if args.calculation.iterate.is_some() {
        book.set_iteration(args.calculation.iterate);
    }
    watched.begin_steps("recalculating");
    recalculate(&mut book, args, &interrupts, &watched, &mut report)?;
    let missing = plugins::missing(&book, Some(&args.book), &attached);
    report.problems(&book, missing, args.calculation.unknown);

    let in_error = (args.fail_on_error || args.strict) && report.cells_in_error() > 0;
    let refused = in_error || (args.strict && report.functions_unknown());
    if let Some(path) = target.path().filter(|_| !refused) {
        watched.begin("saving");
        let begun = Instant::now();
        let options = SaveOptions::default().values_only(args.values_only);
        let saved = book.save_with(path, &options).map_err(problems::failure)?;
        report.saved(
            Saved { path: path.to_owned(), bytes: saved.bytes, took: begun.elapsed() },
            &saved.warnings,
        );
    }
    watched.finish();
    report.took(started.elapsed());
    show(&book, args, &places, &report)?;
    if refused {
        return Err(report.refusal());
    }
    match interrupts.were() {
        true => Err(Failure::new(Exit::Interrupted, "interrupted after the workbook was saved")),
        false => Ok(()),
    }
}

fn recalculate(
    book: &mut Workbook,
    args: &RecalcArgs,
    interrupts: &Interrupts,
    watched: &Watched,
    report: &mut Report,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let told = |progress: formualizer_workbook::Progress| {
        watched.at(progress.regions_done, progress.regions);
    };
    let mut options = RecalcOptions::default().cancel(interrupts.guard()).progress(&told);
    options.seed = args.calculation.seed;
    options.keeps_unknown = args.calculation.unknown == Unknown::Keep;
    match book.recalculate_with(&options) {
        Ok(done) => {
            interrupts.check()?;
            report.recalculated(&done, begun.elapsed());
            Ok(())
        }
        Err(error) if error.is_cancelled() => {
            Err(Failure::new(Exit::Interrupted, "interrupted; nothing was written"))
        }
        Err(error) => Err(problems::failure(error)),
    }
}

/// The places of `--print`: looked up before anything is calculated, so that a slip costs no time.
fn places(texts: &[String], book: &Workbook) -> Result<Vec<Place>, Failure> {
    let find = |text: &String| {
        Place::find(text, book).map_err(|e| e.context(format_args!("--print {text}")))
    };
    texts.iter().map(find).collect()
}

fn show(
    book: &Workbook,
    args: &RecalcArgs,
    places: &[Place],
    report: &Report,
) -> Result<(), Failure> {
    report.complain(args.quiet);
    if args.json {
        return stdout::print_json(&report.as_json(book, places)?);
    }
    let mut text = String::new();
    for place in places {
        if places.len() > 1 {
            text += &format!("{place}\n");
        }
        text += &table::as_text(book, place, Content::Values, None, table::screen())?;
    }
    stdout::print(&text)
}
