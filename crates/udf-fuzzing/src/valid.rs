//! What any result column must be, whatever a guest answered.

use arrow_array::Array;
use udf_columnar::Column;

/// A valid Arrow array whose rows in error are null, or carry the error tag in an `any` column.
pub(crate) fn column(column: &Column, rows: Option<usize>) {
    column.array().to_data().validate_full().expect("a result is a valid array");
    if let Some(rows) = rows {
        assert_eq!(column.len(), rows, "a result has the wanted number of rows");
    }
    for row in 0..column.len() {
        if let Some((_, message)) = column.error(row) {
            assert!(message.is_none_or(|text| !text.is_empty()), "a message says something");
        }
    }
}
