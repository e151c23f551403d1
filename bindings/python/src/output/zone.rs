//! Columns of times in chunks: a chunk without a value does not know that its times are instants.

use arrow_array::{cast::AsArray, types::TimestampMicrosecondType};
use arrow_schema::DataType;
use std::sync::Arc;
use udf_abi::DType;
use udf_columnar::Column;

/// Whether the column's times are instants.
pub(super) fn is_utc(column: &Column) -> bool {
    matches!(column.array().data_type(), DataType::Timestamp(_, Some(_)))
}

/// Whether the column's times are instants; `None` for a column of anything else, or of no values.
pub(crate) fn kind(column: &Column) -> Option<bool> {
    let array = column.array();
    let is_times = column.dtype() == DType::Timestamp && array.null_count() < array.len();
    is_times.then(|| is_utc(column))
}

/// The chunks of one type: all instants where any is.
pub(super) fn agreed(chunks: Vec<Column>) -> Vec<Column> {
    if !chunks.iter().any(is_utc) {
        return chunks;
    }
    chunks.into_iter().map(|column| instants(&column).unwrap_or(column)).collect()
}

/// The times of a column without a zone as instants of the same readings in UTC; `None` for a column of anything else.
pub(crate) fn instants(column: &Column) -> Option<Column> {
    if column.dtype() != DType::Timestamp || is_utc(column) {
        return None;
    }
    let times = column.array().as_primitive_opt::<TimestampMicrosecondType>()?.clone();
    let instants = Column::try_new(Arc::new(times.with_timezone("UTC"))).ok()?;
    match column.errors() {
        Some(errors) => instants.with_errors(errors.clone()).ok(),
        None => Some(instants),
    }
}
