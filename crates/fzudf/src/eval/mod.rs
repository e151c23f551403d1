//! `fzudf eval`: one formula, with plugins and data.

use crate::{
    book::{
        args::{CalculationArgs, InputArgs, PluginArgs},
        input::Inputs,
        interrupt::Interrupts,
        place::Place,
        plugins, problems,
        table::{self, Content},
        value,
    },
    call::start_threads,
    exit::{Exit, Failure, complain, line, printable},
    stdout,
};
use clap::Args;
use formualizer_workbook::{RecalcOptions, Value, Workbook};
use serde_json::{Value as Json, json};
use std::io::IsTerminal as _;

/// The only sheet.
const SHEET: &str = "Sheet1";
/// Where the formula stands on that sheet: far from what is put there, with as much room for an array.
const ASIDE: (u32, u32) = (1, 8193);
/// Where it stands if something reads that cell, and the name that it has.
const RESULT: &str = "Formula";
const NAME: &str = "fzudf_formula";

/// What `--help` says behind the options.
pub(crate) const HELP: &str = "\
The formula stands in a new workbook, on its only sheet, outside of what --data and --set put there.
A value is printed as it is, an array as a table in a terminal and as CSV elsewhere. With --json:
formula, value (null for an array), rows (null for a value), error and reason (null without one),
unknown_functions. Values of --set are those of `fzudf recalc --help`.

Exit codes: 0 done, 1 the formula gives an error (--strict: any cell does, or a function is
unknown), 2 usage, 3 plugin refused, 5 input or output,
130 interrupted.

Examples:
  fzudf eval '=SUM(1,2,3)'
  fzudf eval '=BS_CALL(100, 105, 0.03, 0.2, 0.5)' --plugins finance.wasm
  fzudf eval '=AVERAGE(C:C)' --data A1=prices.csv";

#[derive(Args, Debug)]
pub(crate) struct EvalArgs {
    /// The formula; `=` in front may be missing
    #[arg(allow_hyphen_values = true)]
    formula: String,
    /// Value and error as JSON
    #[arg(long)]
    json: bool,
    /// End with 1 if any cell is in error, or a function is unknown, not only if the formula gives an error
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    plugins: PluginArgs,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    calculation: CalculationArgs,
}

pub(crate) fn run(args: &EvalArgs) -> Result<(), Failure> {
    let interrupts = Interrupts::watch()?;
    let inputs = Inputs::of(&args.input)?;
    start_threads(args.calculation.threads)?;
    let mut book = Workbook::new();
    book.add_sheet(SHEET).map_err(problems::failure)?;
    let attached = plugins::attach(&mut book, &args.plugins, &args.calculation)?;
    for note in &attached.notes {
        complain(format_args!("note: {}", line(note)));
    }
    book.set_iteration(args.calculation.iterate);
    inputs.apply(&mut book)?;
    let (sheet, cell) = put(&mut book, &args.formula)?;
    let mut options = RecalcOptions::default().cancel(interrupts.guard());
    options.seed = args.calculation.seed;
    // Nothing is stored that could be kept: `IFERROR` sees the error of an unknown function.
    options.keeps_unknown = false;
    let done = book.recalculate_with(&options).map_err(|error| match error.is_cancelled() {
        true => Failure::new(Exit::Interrupted, "interrupted"),
        false => problems::failure(error),
    })?;
    for line in done.log.shown() {
        complain(format_args!("log: {line}"));
    }
    let unknown = plugins::missing(&book, None, &attached);
    let result = book.value(sheet, cell).map_err(problems::failure)?;
    let spill = book.spill_range(sheet, cell).map_err(problems::failure)?;
    let array = match spill {
        Some(range) => Some(Place::find_on(&range, sheet, &book)?).filter(|place| !place.is_cell()),
        None => None,
    };
    let error = match (&result, &array) {
        (Value::Error(error), None) => Some((error.kind.to_string(), error.message())),
        _ => None,
    };
    if args.json {
        let rows = array.as_ref().map(|place| table::as_json(&book, place, Content::Values));
        stdout::print_json(&json!({
            "formula": args.formula,
            "value": if array.is_some() || error.is_some() { Json::Null } else { value::as_json(&result) },
            "rows": rows.transpose()?,
            "error": error.as_ref().map(|(kind, _)| kind),
            "reason": error.as_ref().and_then(|(_, reason)| *reason),
            "unknown_functions": problems::unknown_json(&unknown),
        }))?;
    }
    if let Some((kind, reason)) = error {
        let message = reason.map_or(kind.clone(), |reason| format!("{kind}: {}", line(reason)));
        let mut failure = Failure::new(Exit::CellErrors, message);
        for hint in hints(&unknown) {
            failure = failure.hint(hint);
        }
        return Err(failure);
    }
    match (args.json, array) {
        (true, _) => {}
        (false, Some(place)) => match std::io::stdout().is_terminal() {
            true => stdout::print(&array_text(&book, &place)?)?,
            false => table::print_csv(&book, &place, Content::Values)?,
        },
        (false, None) => stdout::print(&(shown(&result) + "\n"))?,
    }
    let in_error = book.errors(problems::FIRST_CELLS).cells;
    match args.strict && (in_error > 0 || !unknown.is_empty()) {
        true => Err(problems::refusal(in_error, &unknown, "")),
        false => Ok(()),
    }
}

/// Puts the formula where it sees the cells as a formula of their sheet does. Answers its sheet and cell.
fn put(book: &mut Workbook, formula: &str) -> Result<(&'static str, (u32, u32)), Failure> {
    let failed = problems::failure;
    // Its text is looked at in any case: what is said of a name has no cell in it.
    book.define_name(NAME, formula).map_err(failed)?;
    if Place::used(SHEET, book)?.is_none_or(|used| used.last.1 < ASIDE.1) {
        book.set_formula(SHEET, ASIDE, formula).map_err(failed)?;
        if book.dependents(SHEET, ASIDE).map_err(failed)?.is_empty() {
            return Ok((SHEET, ASIDE));
        }
        book.set_value(SHEET, ASIDE, Value::Empty).map_err(failed)?;
    }
    // Whole rows have that cell, too. On a sheet of its own, by way of a name, whose references mean the first sheet, nothing reads it.
    book.add_sheet(RESULT).map_err(failed)?;
    book.set_formula(RESULT, (1, 1), &format!("={NAME}")).map_err(failed)?;
    Ok((RESULT, (1, 1)))
}

/// The array without the letters and numbers of the cells that it happens to stand in.
fn array_text(book: &Workbook, place: &Place) -> Result<String, Failure> {
    let rows = table::rows(book, place, Content::Values)?;
    Ok(table::plain(&rows, table::screen()))
}

fn shown(value: &Value) -> String {
    match std::io::stdout().is_terminal() {
        true => printable(&value::full(value)),
        false => value::full(value),
    }
}

fn hints(unknown: &[plugins::Found]) -> Vec<String> {
    let hint = |found: &plugins::Found| match found.plugins.first() {
        Some(plugin) => Some(format!(
            "{} has {}: add --plugins {}",
            plugin.display(),
            found.function.name,
            plugin.display()
        )),
        None if !found.function.near.is_empty() => {
            Some(format!("did you mean {}?", found.function.near.join(" or ")))
        }
        None => None,
    };
    unknown.iter().filter_map(hint).collect()
}
