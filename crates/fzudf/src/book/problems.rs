//! What goes wrong: errors of the workbook as this command's, cells in error, functions that nobody knows.

use super::{args::Unknown, plugins::Found};
use crate::exit::{self, Exit, Failure, grouped};
use formualizer_workbook::{Error, ErrorKind, ErrorSummary};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use udf_columnar::OneLine;

/// Cells of a kind of error that a report names.
pub(crate) const FIRST_CELLS: usize = 5;
/// Characters of a formula or reason that a report shows.
const SHOWN: usize = 100;
/// Functions that a report names.
const FUNCTIONS: usize = 20;
/// Warnings that a report shows.
const WARNINGS: usize = 20;

/// An error of the workbook with this command's exit code.
pub(crate) fn failure(error: Error) -> Failure {
    use ErrorKind as K;
    let exit = match error.kind() {
        K::Address | K::Sheet | K::Formula | K::Name | K::Function => Exit::Usage,
        K::Plugin => Exit::Refused,
        K::Data | K::Io | K::File => Exit::Io,
        K::Cancelled => Exit::Interrupted,
        _ => Exit::Call,
    };
    Failure::new(exit, error.to_string())
}

/// Cells in error as lines of a report.
pub(crate) fn errors_text(errors: &ErrorSummary) -> String {
    let mut text = String::new();
    if errors.cells == 0 {
        return text;
    }
    let cells = if errors.cells == 1 { "cell is" } else { "cells are" };
    let _infallible = writeln!(text, "{} {cells} in error:", grouped(errors.cells));
    for kind in &errors.kinds {
        let name = kind.kind.to_string();
        for (index, cell) in kind.first.iter().enumerate() {
            let head = match index {
                0 => format!("{name:<8} {:>7}", grouped(kind.cells)),
                _ => format!("{:16}", ""),
            };
            let formula = cell.formula.as_deref().unwrap_or_default();
            let place = format!("{}!{}", cell.sheet, cell.cell);
            let _infallible = write!(text, "  {head}  {}", OneLine(&place));
            if !formula.is_empty() {
                let _infallible = write!(text, "  {}", cut(formula));
            }
            if let Some(reason) = &cell.reason {
                let _infallible = write!(text, "  ({})", cut(reason));
            }
            text.push('\n');
        }
    }
    text
}

/// The same for programs.
pub(crate) fn errors_json(errors: &ErrorSummary) -> Json {
    let kinds = errors.kinds.iter().map(|kind| {
        let first: Vec<Json> = kind
            .first
            .iter()
            .map(|cell| {
                json!({
                    "sheet": cell.sheet,
                    "cell": cell.cell,
                    "formula": cell.formula,
                    "reason": cell.reason,
                })
            })
            .collect();
        json!({ "error": kind.kind.to_string(), "cells": kind.cells, "first": first })
    });
    json!({ "cells": errors.cells, "kinds": kinds.collect::<Vec<_>>() })
}

/// Functions that nobody knows, as lines of a report.
pub(crate) fn unknown_text(unknown: &[Found], kept: Unknown) -> String {
    let mut text = String::new();
    for Found { function, plugins } in unknown.iter().take(FUNCTIONS) {
        let cells = match function.cells {
            1 => format!("{}!{}", function.sheet, function.cell),
            cells => {
                format!("{} cells from {}!{} on", grouped(cells), function.sheet, function.cell)
            }
        };
        let stored = if kept == Unknown::Keep { ": stored values are kept" } else { "" };
        let name = cut(&function.name);
        let _infallible = writeln!(text, "there is no function {name} ({cells}){stored}");
        for plugin in plugins {
            let _infallible = writeln!(
                text,
                "  hint: {} has it: add --plugins {}",
                plugin.display(),
                plugin.display()
            );
        }
        if plugins.is_empty() && !function.near.is_empty() {
            let _infallible =
                writeln!(text, "  hint: did you mean {}?", function.near.join(" or "));
        }
    }
    if let Some(more) = unknown.len().checked_sub(FUNCTIONS).filter(|more| *more > 0) {
        let _infallible = writeln!(text, "and {more} more functions that there are not");
    }
    text
}

/// The same for programs.
pub(crate) fn unknown_json(unknown: &[Found]) -> Json {
    let each = unknown.iter().map(|Found { function, plugins }| {
        let plugins: Vec<String> = plugins.iter().map(|path| path.display().to_string()).collect();
        json!({
            "name": function.name,
            "cells": function.cells,
            "sheet": function.sheet,
            "cell": function.cell,
            "near": function.near,
            "plugins": plugins,
        })
    });
    Json::Array(each.collect())
}

/// Cells in error and functions that nobody knows as a failure, and what is said behind them.
pub(crate) fn refusal(cells: u64, unknown: &[Found], then: &str) -> Failure {
    let cells = match cells {
        0 => None,
        1 => Some("1 cell is in error".to_owned()),
        cells => Some(format!("{} cells are in error", grouped(cells))),
    };
    let names: Vec<&str> = unknown.iter().map(|found| found.function.name.as_str()).collect();
    let names =
        (!names.is_empty()).then(|| format!("there is no function {}", cut(&names.join(", "))));
    let what: Vec<String> = cells.into_iter().chain(names).collect();
    Failure::new(Exit::CellErrors, what.join("; ") + then)
}

/// Warnings as lines of a report: the first of them, and how many there are more.
pub(crate) fn warnings_text(warnings: &[String]) -> String {
    let mut text = String::new();
    for warning in warnings.iter().take(WARNINGS) {
        let _infallible = writeln!(text, "warning: {}", OneLine(warning));
    }
    if let Some(more) = warnings.len().checked_sub(WARNINGS).filter(|more| *more > 0) {
        let _infallible = writeln!(text, "and {more} more warnings (--json has them all)");
    }
    text
}

/// On one line, and not too long.
fn cut(text: &str) -> String {
    let line: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN + 1).collect();
    match line.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", OneLine(line.get(..at).unwrap_or_default())),
        None => exit::line(&line),
    }
}
