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
    exit::{Exit, Failure, complain, printable},
    stdout,
};
use clap::Args;
use formualizer_workbook::{RecalcOptions, Value, Workbook};
use serde_json::{Value as Json, json};
use std::io::IsTerminal as _;

/// The only sheet.
const SHEET: &str = "Sheet1";

/// What `--help` says behind the options.
pub(crate) const HELP: &str = "\
The formula stands in a new workbook with one sheet, outside of what --data and --set put there.
A value is printed as it is, an array as a table in a terminal and as CSV elsewhere. With --json:
formula, value (null for an array), rows (null for a value), error and reason (null without one),
unknown_functions. Values of --set are those of `fzudf recalc --help`.

Exit codes: 0 done, 1 the formula gives an error, 2 usage, 3 plugin refused, 5 input or output,
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
        complain(format_args!("note: {note}"));
    }
    inputs.apply(&mut book)?;
    let cell = free_cell(&book)?;
    book.set_formula(SHEET, cell, &args.formula).map_err(problems::failure)?;
    let mut options = RecalcOptions::default().cancel(interrupts.guard());
    options.seed = args.calculation.seed;
    book.recalculate_with(&options).map_err(|error| match error.is_cancelled() {
        true => Failure::new(Exit::Interrupted, "interrupted"),
        false => problems::failure(error),
    })?;
    let unknown = plugins::missing(&book, None, &attached);
    let result = book.value(SHEET, cell).map_err(problems::failure)?;
    let spill = book.spill_range(SHEET, cell).map_err(problems::failure)?;
    let array = match spill {
        Some(range) => Some(Place::find_on(&range, SHEET, &book)?).filter(|place| !place.is_cell()),
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
        let message = reason.map_or(kind.clone(), |reason| format!("{kind}: {reason}"));
        let mut failure = Failure::new(Exit::CellErrors, message);
        for hint in hints(&unknown) {
            failure = failure.hint(hint);
        }
        return Err(failure);
    }
    match (args.json, array) {
        (true, _) => Ok(()),
        (false, Some(place)) => match std::io::stdout().is_terminal() {
            true => stdout::print(&array_text(&book, &place)?),
            false => table::print_csv(&book, &place, Content::Values),
        },
        (false, None) => stdout::print(&(shown(&result) + "\n")),
    }
}

/// A cell to the right of and below everything, so that no row, column or range of the data has it.
fn free_cell(book: &Workbook) -> Result<(u32, u32), Failure> {
    let used = Place::used(SHEET, book)?.map_or((0, 0), |used| used.last);
    let beyond = |last: u32, end: u32| if last < end { last + 1 } else { 1 };
    let row = beyond(used.0, formualizer_workbook::MAX_ROWS);
    let col = beyond(used.1, formualizer_workbook::MAX_COLS);
    match used == (formualizer_workbook::MAX_ROWS, formualizer_workbook::MAX_COLS) {
        true => Err(Failure::usage("the data fills the sheet: there is no cell for the formula")),
        false => Ok((row, col)),
    }
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
