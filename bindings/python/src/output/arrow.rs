//! Columns as Arrow arrays that other libraries know.

use super::any;
use arrow_array::{Array, ArrayRef, StringArray, UInt8Array, cast::AsArray, types::UInt8Type};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};
use udf_columnar::Column;

/// The chunks as arrays of one type. Error numbers become their texts; cells of several kinds are a sparse union of those kinds.
pub(super) fn arrays(chunks: &[Column]) -> Vec<ArrayRef> {
    match chunks.first().map(Column::dtype) {
        Some(DType::Error) => chunks.iter().map(error_texts).collect(),
        Some(DType::Any) => any::unions(chunks).unwrap_or_else(|| as_they_are(chunks)),
        _ => as_they_are(chunks),
    }
}

fn as_they_are(chunks: &[Column]) -> Vec<ArrayRef> {
    chunks.iter().map(|column| column.array().clone()).collect()
}

/// The arrays one after the other.
pub(super) fn concat(arrays: &[ArrayRef]) -> Result<ArrayRef, String> {
    match arrays {
        [one] => Ok(one.clone()),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&parts)
                .map_err(|e| format!("{e}: ask for it in chunks, or pass fewer rows at a time"))
        }
    }
}

fn error_texts(column: &Column) -> ArrayRef {
    let codes: &UInt8Array = column.array().as_primitive::<UInt8Type>();
    let texts: StringArray =
        codes.iter().map(|code| ErrorCode::from_code(code?).map(ErrorCode::text)).collect();
    Arc::new(texts)
}
