//! Columns of cells of any kind that turn out to be of one kind.

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, StringArray,
    cast::AsArray,
    types::{Float64Type, UInt8Type},
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use std::sync::Arc;
use udf_abi::{DType, frame::tag};
use udf_columnar::Column;

/// The chunks as columns of numbers, texts or logical values where all cells are that, or blank or in error; else as they were.
pub(super) fn plain(chunks: Vec<Column>) -> Vec<Column> {
    if chunks.iter().any(|column| column.dtype() != DType::Any) {
        return chunks;
    }
    let Some(kind) = common_tag(&chunks) else { return chunks };
    let plain: Option<Vec<Column>> = chunks.iter().map(|column| of_kind(column, kind)).collect();
    plain.unwrap_or(chunks)
}

/// The one tag of all cells that hold something; that of numbers where none does. `None` for tags without a type of their own.
fn common_tag(chunks: &[Column]) -> Option<u8> {
    let mut found = None;
    for column in chunks {
        let tags = column.array().as_struct_opt()?.column(0).as_primitive_opt::<UInt8Type>()?;
        for cell in tags.values().iter().filter(|cell| holds_something(**cell)) {
            match found {
                None => found = Some(*cell),
                Some(tag) if tag == *cell => {}
                Some(_) => return None,
            }
        }
    }
    let tag = found.unwrap_or(tag::NUMBER);
    [tag::NUMBER, tag::TEXT, tag::LOGICAL].contains(&tag).then_some(tag)
}

fn holds_something(cell: u8) -> bool {
    cell != tag::BLANK && cell != tag::ERROR
}

fn of_kind(column: &Column, kind: u8) -> Option<Column> {
    let lanes = column.array().as_struct_opt()?;
    let tags = lanes.column(0).as_primitive_opt::<UInt8Type>()?.values();
    let numbers = lanes.column(1).as_primitive_opt::<Float64Type>()?.values();
    let valid = BooleanBuffer::collect_bool(tags.len(), |row| holds_something(tags[row]));
    let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
    let array: ArrayRef = match kind {
        tag::NUMBER => Arc::new(Float64Array::new(numbers.clone(), nulls)),
        tag::LOGICAL => {
            let truths = BooleanBuffer::collect_bool(numbers.len(), |row| numbers[row] != 0.0);
            Arc::new(BooleanArray::new(truths, nulls))
        }
        _ => {
            let texts: &StringArray = lanes.column(2).as_string_opt()?;
            let (offsets, bytes, _) = texts.clone().into_parts();
            Arc::new(StringArray::try_new(offsets, bytes, nulls).ok()?)
        }
    };
    let plain = Column::try_new(array).ok()?;
    match column.errors() {
        Some(errors) => plain.with_errors(errors.clone()).ok(),
        None => Some(plain),
    }
}
