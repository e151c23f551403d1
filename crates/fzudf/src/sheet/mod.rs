//! `fzudf sheet`: the cells of a workbook, as a table, CSV or JSON. Nothing is calculated.

use crate::{
    book::{
        self,
        place::{Place, sheet_named},
        plugins::same_file,
        problems,
        table::{self, Content},
    },
    exit::{Failure, complain, printable},
    stdout,
};
use clap::Args;
use formualizer_workbook::{ExportOptions, Workbook};
use serde_json::json;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr as _;

/// What `--help` says behind the options.
pub(crate) const HELP: &str = "\
Values are those that the file holds: nothing is calculated (see `fzudf recalc`). Without a range and
a sheet, the only sheet is shown, or the list of sheets. --csv writes numbers in full and dates as
in ISO 8601; --json: book, sheet, range, rows (or sheets: name, range); a cell is a number, a text,
a logical value, null, or {\"error\": …}. --out writes a data file; its first row names the columns.

Exit codes: 0 done, 2 usage, 5 input or output.

Examples:
  fzudf sheet portfolio.xlsx
  fzudf sheet portfolio.xlsx Options!A1:H10 --formulas
  fzudf sheet portfolio.xlsx --sheet Prices --csv > prices.csv
  fzudf sheet portfolio.xlsx Prices!A1:E561 --out prices.parquet";

#[derive(Args, Debug)]
pub(crate) struct SheetArgs {
    /// The workbook (.xlsx, .xlsm, .xlsb, .xls, .ods, .fods, or a template)
    book: PathBuf,
    /// The cells: B2, A1:C10, A:C, 'My sheet'!A1:C10, or a name that the workbook defines
    range: Option<String>,
    /// The sheet
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Formulas in place of their values
    #[arg(long)]
    formulas: bool,
    /// Rows of the table at most, 0 for all
    #[arg(long, value_name = "N", default_value_t = 40, conflicts_with_all = ["csv", "json"])]
    rows: u32,
    /// Everything as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Everything as JSON
    #[arg(long)]
    json: bool,
    /// Export to this file (.csv, .tsv, .json, .ndjson, .arrow, .parquet)
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["csv", "json", "formulas"])]
    out: Option<PathBuf>,
    /// The first row of what is exported holds values, not the names of the columns
    #[arg(long, requires = "out")]
    no_headers: bool,
    /// In CSV, an apostrophe before texts that a spreadsheet program would take for a formula
    #[arg(long, requires = "out")]
    neutralize_formulas: bool,
}

pub(crate) fn run(args: &SheetArgs) -> Result<(), Failure> {
    let book = book::open(&args.book)?;
    complain_about(&book);
    let content = if args.formulas { Content::Formulas } else { Content::Values };
    let Some(place) = place(args, &book)? else { return list(args, &book) };
    if let Some(out) = &args.out {
        return export(args, &book, &place, out);
    }
    if args.csv {
        return table::print_csv(&book, &place, content);
    }
    if args.json {
        return stdout::print_json(&json!({
            "book": args.book.display().to_string(),
            "sheet": place.sheet,
            "range": place.range(),
            "rows": table::as_json(&book, &place, content)?,
        }));
    }
    let most = (args.rows > 0).then_some(args.rows);
    stdout::print(&table::as_text(&book, &place, content, most, table::screen())?)
}

fn export(args: &SheetArgs, book: &Workbook, place: &Place, out: &Path) -> Result<(), Failure> {
    if same_file(out, &args.book) {
        return Err(Failure::usage(format!("--out {} is the workbook itself", out.display())));
    }
    let options = ExportOptions::default()
        .headers(!args.no_headers)
        .neutralize_formulas(args.neutralize_formulas);
    book.export(&place.sheet, (place.first, place.last), out, &options)
        .map_err(problems::failure)?;
    complain(format!("{} written to {}", place.range(), out.display()));
    Ok(())
}

fn complain_about(book: &Workbook) {
    let warnings = problems::warnings_text(book.load_warnings());
    if !warnings.is_empty() {
        complain(warnings.trim_end());
    }
}

/// The cells that are asked for; `None` for the list of sheets.
fn place(args: &SheetArgs, book: &Workbook) -> Result<Option<Place>, Failure> {
    let sheets = book.sheet_names();
    let sheet = match (&args.sheet, sheets.as_slice()) {
        (Some(name), _) => Some(sheet_named(name, book)?),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    };
    match (&args.range, sheet) {
        (Some(range), Some(sheet)) => Place::find_on(range, &sheet, book).map(Some),
        (Some(range), None) => Place::find(range, book).map(Some),
        (None, Some(sheet)) => {
            let empty = || Place { sheet: sheet.clone(), first: (1, 1), last: (1, 1) };
            Ok(Some(Place::used(&sheet, book)?.unwrap_or_else(empty)))
        }
        (None, None) => Ok(None),
    }
}

/// The sheets and what they use.
fn list(args: &SheetArgs, book: &Workbook) -> Result<(), Failure> {
    if args.csv || args.out.is_some() {
        return Err(Failure::usage("the workbook has several sheets, and a table is one")
            .hint(format!("add --sheet NAME: {}", book.sheet_names().join(", "))));
    }
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let range = book.used_range(&name).map_err(problems::failure)?;
        sheets.push((name, range));
    }
    if args.json {
        let each = sheets.iter().map(|(name, range)| json!({ "name": name, "range": range }));
        return stdout::print_json(&json!({
            "book": args.book.display().to_string(),
            "sheets": each.collect::<Vec<_>>(),
        }));
    }
    let width = sheets.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, range) in &sheets {
        let fill = " ".repeat(width.saturating_sub(name.width()));
        let range = range.as_deref().unwrap_or("empty");
        text += &printable(&format!("{name}{fill}  {range}"));
        text.push('\n');
    }
    stdout::print(&text)
}
