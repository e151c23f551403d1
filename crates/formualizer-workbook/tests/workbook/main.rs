//! What users do with a workbook, and what they see.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod circles;
mod formulas;
mod iteration;
mod names;
mod paste;
mod recalculation;
mod references;
mod sheets;
mod spills;
mod trace;
mod transactions;
mod values;
mod watch;

use formualizer_workbook::{Value, Workbook};

/// A workbook with one sheet, `S`, and these formulas (with `=`) and texts or numbers in cells.
fn book(cells: &[(&str, &str)]) -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    for (cell, content) in cells {
        put(&mut book, cell, content);
    }
    book.recalculate().unwrap();
    book
}

fn put(book: &mut Workbook, cell: &str, content: &str) {
    match (content.strip_prefix('='), content.parse::<f64>()) {
        (Some(_), _) => book.set_formula("S", cell, content).unwrap(),
        (None, Ok(number)) => book.set_value("S", cell, number).unwrap(),
        (None, Err(_)) => book.set_value("S", cell, content).unwrap(),
    }
}

/// Edits and recalculates.
fn edit(book: &mut Workbook, cell: &str, content: &str) {
    put(book, cell, content);
    book.recalculate().unwrap();
}

/// The cell as text: `1.5`, `x`, `TRUE`, `#N/A`, or nothing.
fn shown(book: &Workbook, cell: &str) -> String {
    match book.value("S", cell).unwrap() {
        Value::Boolean(true) => "TRUE".into(),
        Value::Boolean(false) => "FALSE".into(),
        Value::Error(error) => error.kind.to_string(),
        other => other.to_string(),
    }
}

#[track_caller]
fn expect(book: &Workbook, cells: &[(&str, &str)]) {
    for (cell, wanted) in cells {
        assert_eq!(shown(book, cell), *wanted, "{cell}");
    }
}

fn detail(book: &Workbook, cell: &str) -> String {
    book.cell_error_detail("S", cell).unwrap().unwrap_or_default()
}
