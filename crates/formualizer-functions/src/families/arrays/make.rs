//! Arrays of numbers in order.

use super::{MOST_COLUMNS, MOST_ROWS, filled, fits, may_be_empty};
use crate::{
    call::{Call, Output, Result},
    cells::{CellRef, Cells, Table},
    record::{Kernel, Record, value},
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[Record::new(
    "SEQUENCE",
    &[
        may_be_empty("rows"),
        value("columns").skippable(),
        value("start").skippable(),
        value("step").skippable(),
    ],
    Kernel::OfRow(sequence),
    "Numbers in order, row by row.",
)
.giving_arrays()
.future()];

/// How many rows or columns are asked for: none is `#CALC!`, less or more than a sheet has `#VALUE!`.
pub(in crate::families) fn size(call: &Call<'_>, index: usize, most: usize) -> Result<usize> {
    match call.integer_or(index, 1)? {
        0 => Err(ErrorCode::Calc),
        n => usize::try_from(n).ok().filter(|n| *n <= most).ok_or(ErrorCode::Value),
    }
}

fn sequence(call: &Call<'_>) -> Result<Output> {
    let height = size(call, 0, MOST_ROWS)?;
    let width = size(call, 1, MOST_COLUMNS)?;
    let (start, step) = (call.number_or(2, 1.0)?, call.number_or(3, 1.0)?);
    fits(height, width)?;
    #[expect(clippy::cast_precision_loss, reason = "a sheet has fewer cells than 2^53")]
    let number = |row: usize, col: usize| start + step * (row * width + col) as f64;
    let column = |col: usize| Cells::of((0..height).map(|row| CellRef::number(number(row, col))));
    filled(Table::try_new((0..width).map(column).collect()))
}
