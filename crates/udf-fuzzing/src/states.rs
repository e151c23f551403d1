//! States of workbooks.

use formualizer_workbook::Workbook;

/// What a state of this version begins with.
const MAGIC: &[u8] = b"fzstate\x01";

pub(crate) fn hold(data: &[u8]) {
    let mut bytes = if data.starts_with(b"fzstate") { Vec::new() } else { MAGIC.to_vec() };
    bytes.extend_from_slice(data);
    let book = match Workbook::from_state(&bytes) {
        Ok(book) => book,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let state = book.to_state().expect("a workbook has a state");
    let again = Workbook::from_state(&state).expect("a workbook's state is one");
    assert!(again.changed_since(&book.snapshot()).is_empty(), "values differ");
    assert!(again.to_state().expect("it has a state") == state, "states differ");
}
