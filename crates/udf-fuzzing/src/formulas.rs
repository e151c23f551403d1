//! Formulas: texts put into cells beside values, recalculated.

use formualizer_workbook::{CancelToken, RecalcOptions, Workbook};
use std::time::Duration;

/// Longest formula that Excel takes.
const LONGEST: usize = 8192;

/// Lines of the text are formulas of A1, A2, …; B1:B5 hold values of several kinds.
pub(crate) fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut book = Workbook::new();
    book.add_sheet("S").expect("a new book has no S");
    for (row, value) in [1.5, -2.0, 0.0, 45_000.0, 1e10].into_iter().enumerate() {
        book.set_value("S", format!("B{}", row + 1).as_str(), value).expect("it fits");
    }
    let mut stored = Vec::new();
    for (row, line) in text.lines().take(8).enumerate() {
        let cell = format!("A{}", row + 1);
        if line.len() <= LONGEST && book.set_formula("S", cell.as_str(), line).is_ok() {
            stored.push(cell);
        }
    }
    for cell in &stored {
        let first = book.formula("S", cell.as_str()).expect("a cell").expect("a formula");
        let mut other = Workbook::new();
        other.add_sheet("S").expect("a new book has no S");
        other.set_formula("S", cell.as_str(), &first).expect("its text is a formula");
        let second = other.formula("S", cell.as_str()).expect("a cell");
        assert_eq!(second.as_deref(), Some(first.as_str()), "a formula's text is stable");
    }
    let cancel = CancelToken::new();
    stop_after(Duration::from_secs(2), cancel.clone());
    let _ = book.recalculate_with(&RecalcOptions::default().threads(1).cancel(cancel));
}

/// A formula may ask for more than anybody waits for.
fn stop_after(limit: Duration, cancel: CancelToken) {
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        cancel.cancel();
    });
}
