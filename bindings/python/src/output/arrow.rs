//! Columns as Arrow arrays that other libraries know.

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, StringArray, UInt8Array, cast::AsArray,
    types::UInt8Type,
};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};
use udf_columnar::{AnyValue, Column};

/// The chunks as arrays of one type. Error numbers become their texts; cells of any kind become plain values where all are of
/// one kind, and stay structs of tag, number and text otherwise.
pub(super) fn arrays(chunks: &[Column]) -> Result<Vec<ArrayRef>, String> {
    match chunks.first().map(Column::dtype) {
        Some(DType::Error) => Ok(chunks.iter().map(error_texts).collect()),
        Some(DType::Any) => Ok(plain(chunks)
            .unwrap_or_else(|| chunks.iter().map(|column| column.array().clone()).collect())),
        _ => Ok(chunks.iter().map(|column| column.array().clone()).collect()),
    }
}

/// The arrays one after the other.
pub(super) fn concat(arrays: &[ArrayRef]) -> Result<ArrayRef, String> {
    match arrays {
        [one] => Ok(one.clone()),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&parts).map_err(|e| e.to_string())
        }
    }
}

fn error_texts(column: &Column) -> ArrayRef {
    let codes: &UInt8Array = column.array().as_primitive::<UInt8Type>();
    let texts: StringArray =
        codes.iter().map(|code| ErrorCode::from_code(code?).map(ErrorCode::text)).collect();
    Arc::new(texts)
}

/// Cells that are all numbers, all texts, or all logical values, blanks being null.
fn plain(chunks: &[Column]) -> Option<Vec<ArrayRef>> {
    let cells: Vec<Vec<AnyValue>> = chunks.iter().map(Column::to_any).collect::<Option<_>>()?;
    let nothing = |cell: &AnyValue| matches!(cell, AnyValue::Blank | AnyValue::Error(_));
    let all =
        |is: fn(&AnyValue) -> bool| cells.iter().flatten().all(|cell| nothing(cell) || is(cell));
    if all(|cell| matches!(cell, AnyValue::Number(_))) {
        let number = |cell: &AnyValue| match cell {
            AnyValue::Number(n) => Some(*n),
            _ => None,
        };
        let of = |chunk: &Vec<AnyValue>| -> ArrayRef {
            Arc::new(chunk.iter().map(number).collect::<Float64Array>())
        };
        return Some(cells.iter().map(of).collect());
    }
    if all(|cell| matches!(cell, AnyValue::Text(_))) {
        let text = |cell: &AnyValue| match cell {
            AnyValue::Text(text) => Some(text.clone()),
            _ => None,
        };
        let of = |chunk: &Vec<AnyValue>| -> ArrayRef {
            Arc::new(chunk.iter().map(text).collect::<StringArray>())
        };
        return Some(cells.iter().map(of).collect());
    }
    if all(|cell| matches!(cell, AnyValue::Logical(_))) {
        let truth = |cell: &AnyValue| match cell {
            AnyValue::Logical(truth) => Some(*truth),
            _ => None,
        };
        let of = |chunk: &Vec<AnyValue>| -> ArrayRef {
            Arc::new(chunk.iter().map(truth).collect::<BooleanArray>())
        };
        return Some(cells.iter().map(of).collect());
    }
    None
}
