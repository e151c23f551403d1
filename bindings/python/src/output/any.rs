//! Columns of cells of any kind: plain columns where all cells are of one kind, else sparse unions of such.

use super::serial;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Float64Array,
    StringArray, Time64MicrosecondArray, TimestampMicrosecondArray, UnionArray,
    cast::AsArray,
    types::{Float64Type, UInt8Type},
};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, UnionFields};
use std::sync::Arc;
use udf_abi::{DType, frame::tag};
use udf_columnar::Column;

/// Kinds of cells that have a type of their own, and how a union calls them.
const KINDS: [(u8, &str); 7] = [
    (tag::NUMBER, "number"),
    (tag::LOGICAL, "logical"),
    (tag::TEXT, "text"),
    (tag::DATE, "date"),
    (tag::DATETIME, "datetime"),
    (tag::TIME, "time"),
    (tag::DURATION, "duration"),
];

/// The chunks as plain columns where all their cells are of one kind, or blank or in error; else as they were. Cells that hold
/// nothing are numbers.
pub(super) fn plain(chunks: Vec<Column>) -> Vec<Column> {
    if chunks.iter().any(|column| column.dtype() != DType::Any) {
        return chunks;
    }
    let Some(kinds) = kinds_of(&chunks) else { return chunks };
    let kind = match kinds.as_slice() {
        [] => tag::NUMBER,
        [kind] => *kind,
        _ => return chunks,
    };
    let plain: Option<Vec<Column>> = chunks.iter().map(|column| column_of(column, kind)).collect();
    plain.unwrap_or(chunks)
}

/// Whether the cells are of several kinds.
pub(super) fn is_mixed(chunks: &[Column]) -> bool {
    chunks.iter().any(|column| column.dtype() == DType::Any)
}

/// The chunks of cells of several kinds as sparse unions, all of one type; `None` where they are no such chunks.
pub(super) fn unions(chunks: &[Column]) -> Option<Vec<ArrayRef>> {
    let kinds = kinds_of(chunks)?;
    let kinds: Vec<(u8, &str)> =
        KINDS.into_iter().filter(|(kind, _)| kinds.contains(kind)).collect();
    chunks.iter().map(|column| union(column, &kinds)?.ok()).collect()
}

fn union(column: &Column, kinds: &[(u8, &str)]) -> Option<Result<ArrayRef, ArrowError>> {
    let cells = Cells::of(column)?;
    let values: Vec<ArrayRef> =
        kinds.iter().map(|(kind, _)| cells.array(*kind)).collect::<Option<_>>()?;
    let field = |((_, name), values): (&(u8, &str), &ArrayRef)| {
        Field::new(*name, values.data_type().clone(), true)
    };
    let fields = UnionFields::from_fields(kinds.iter().zip(&values).map(field));
    let id_of = |row: usize| {
        let found = kinds.iter().position(|(kind, _)| *kind == cells.tag(row));
        // What holds nothing is a null of the first kind.
        i8::try_from(found.unwrap_or(0)).unwrap_or(0)
    };
    let ids: ScalarBuffer<i8> = (0..column.len()).map(id_of).collect();
    Some(UnionArray::try_new(fields, ids, None, values).map(|union| Arc::new(union) as ArrayRef))
}

/// The kinds of all cells that hold something, as callers are given them.
fn kinds_of(chunks: &[Column]) -> Option<Vec<u8>> {
    let mut kinds = Vec::new();
    for column in chunks {
        let cells = Cells::of(column)?;
        for row in 0..column.len() {
            let kind = cells.tag(row);
            if holds_something(kind) && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    Some(kinds)
}

fn holds_something(cell: u8) -> bool {
    cell != tag::BLANK && cell != tag::ERROR
}

fn column_of(column: &Column, kind: u8) -> Option<Column> {
    let plain = Column::try_new(Cells::of(column)?.array(kind)?).ok()?;
    match column.errors() {
        Some(errors) => plain.with_errors(errors.clone()).ok(),
        None => Some(plain),
    }
}

/// The cells of a column of any kind.
struct Cells<'a> {
    tags: &'a [u8],
    numbers: &'a ScalarBuffer<f64>,
    texts: &'a StringArray,
}

impl<'a> Cells<'a> {
    fn of(column: &'a Column) -> Option<Self> {
        let lanes = column.array().as_struct_opt()?;
        Some(Self {
            tags: lanes.column(0).as_primitive_opt::<UInt8Type>()?.values(),
            numbers: lanes.column(1).as_primitive_opt::<Float64Type>()?.values(),
            texts: lanes.column(2).as_string_opt()?,
        })
    }

    /// The kind of a cell as callers are given it.
    fn tag(&self, row: usize) -> u8 {
        serial::tag_of(self.tags[row], self.numbers[row])
    }

    /// The cells of one kind, null where they are of another.
    fn array(&self, kind: u8) -> Option<ArrayRef> {
        let rows = self.tags.len();
        let valid = BooleanBuffer::collect_bool(rows, |row| self.tag(row) == kind);
        let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
        let micros = |of: fn(f64) -> i64| -> ScalarBuffer<i64> {
            let is_valid = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
            (0..rows).map(|row| if is_valid(row) { of(self.numbers[row]) } else { 0 }).collect()
        };
        Some(match kind {
            tag::NUMBER => Arc::new(Float64Array::new(self.numbers.clone(), nulls)),
            tag::LOGICAL => {
                let truths = BooleanBuffer::collect_bool(rows, |row| self.numbers[row] != 0.0);
                Arc::new(BooleanArray::new(truths, nulls))
            }
            tag::TEXT => {
                let (offsets, bytes, _) = self.texts.clone().into_parts();
                Arc::new(StringArray::try_new(offsets, bytes, nulls).ok()?)
            }
            tag::DATE => {
                let days = micros(serial::days);
                let days: ScalarBuffer<i32> =
                    days.iter().map(|day| i32::try_from(*day).unwrap_or(0)).collect();
                Arc::new(Date32Array::new(days, nulls))
            }
            tag::DATETIME => {
                Arc::new(TimestampMicrosecondArray::new(micros(serial::micros), nulls))
            }
            tag::TIME => Arc::new(Time64MicrosecondArray::new(micros(serial::clock), nulls)),
            tag::DURATION => Arc::new(DurationMicrosecondArray::new(micros(serial::span), nulls)),
            _ => return None,
        })
    }
}
