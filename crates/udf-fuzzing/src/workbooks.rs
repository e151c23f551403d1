//! Files of workbooks, of any format that can be told by content.

use crate::tables::limits;
use formualizer_workbook::{LoadOptions, SaveOptions, Value, Workbook};

/// Most cells that are compared.
const MOST_CELLS: usize = 20_000;

pub(crate) fn hold(data: &[u8]) {
    let options = LoadOptions::default().limits(limits());
    let book = match Workbook::from_bytes(data.to_vec(), &options) {
        Ok(book) => book,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let Ok(saved) = book.to_xlsx(&SaveOptions::default()) else { return };
    let again = Workbook::from_xlsx(saved, &LoadOptions::default());
    let again = again.expect("what was saved can be loaded");
    assert_eq!(again.sheet_names(), book.sheet_names());
    for sheet in book.sheet_names() {
        assert_eq!(values(&again, &sheet), values(&book, &sheet), "values of {sheet}");
    }
}

/// The values of a sheet as text (NaN is no value of a cell), where they are few enough.
fn values(book: &Workbook, sheet: &str) -> Option<String> {
    let used = book.used_range(sheet).expect("the sheet is there")?;
    let values: Vec<Vec<Value>> = book.values(sheet, used.as_str()).ok()?;
    let cells = values.iter().map(Vec::len).sum::<usize>();
    (cells <= MOST_CELLS).then(|| format!("{used} {values:?}"))
}
