//! Parts of arrays.

use super::{filled, fits, may_be_empty};
use crate::{
    call::{Argument, Call, Output, Result, number, whole},
    cells::{CellRef, Cells, Table},
    record::{Kernel, Record, array, value},
};
use formualizer_common::ExcelErrorKind;
use std::ops::Range;
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "TAKE",
        &[array("array"), may_be_empty("rows"), value("columns").skippable()],
        Kernel::OfRow(take),
        "So many rows and columns from the start or, where negative, the end of an array.",
    )
    .giving_arrays()
    .future(),
    Record::new(
        "DROP",
        &[array("array"), may_be_empty("rows"), value("columns").skippable()],
        Kernel::OfRow(drop),
        "An array without so many rows and columns at the start or, where negative, the end.",
    )
    .giving_arrays()
    .future(),
    Record::new(
        "CHOOSEROWS",
        &[array("array"), array("row_num1"), array("row_num2").optional()],
        Kernel::OfRow(choose_rows),
        "The rows of an array with these numbers; negative ones count from the end.",
    )
    .giving_arrays()
    .repeating(1)
    .future(),
    Record::new(
        "CHOOSECOLS",
        &[array("array"), array("col_num1"), array("col_num2").optional()],
        Kernel::OfRow(choose_columns),
        "The columns of an array with these numbers; negative ones count from the end.",
    )
    .giving_arrays()
    .repeating(1)
    .future(),
    Record::new(
        "EXPAND",
        &[
            array("array"),
            may_be_empty("rows"),
            value("columns").skippable(),
            value("pad_with").skippable(),
        ],
        Kernel::OfRow(expand),
        "An array made larger, its new cells filled with a value.",
    )
    .giving_arrays()
    .taking_errors()
    .future(),
    Record::new(
        "TRIMRANGE",
        &[array("range"), value("trim_rows").skippable(), value("trim_cols").skippable()],
        Kernel::OfRow(trim_range),
        "An array without the blank rows and columns at its edges.",
    )
    .giving_arrays()
    .future()
    .differing("Gives the values, not a reference to them."),
];

/// Where `TAKE` begins and ends in a length: no count takes all.
fn taken(call: &Call<'_>, index: usize, length: usize) -> Result<Range<usize>> {
    if call.is_missing(index) {
        return Ok(0..length);
    }
    let count = call.integer(index)?;
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(length);
    match size {
        0 => Err(ErrorCode::Calc),
        _ if count < 0 => Ok(length - size..length),
        _ => Ok(0..size),
    }
}

fn take(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let (rows, cols) = (taken(call, 1, table.height()), taken(call, 2, table.width()));
    filled(table.part(rows?, cols?))
}

/// Where what `DROP` leaves begins and ends in a length.
fn left(call: &Call<'_>, index: usize, length: usize) -> Result<Range<usize>> {
    let count = call.integer_or(index, 0)?;
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    match length.checked_sub(size) {
        None | Some(0) => Err(ErrorCode::Calc),
        Some(left) if count < 0 => Ok(0..left),
        Some(_) => Ok(size..length),
    }
}

fn drop(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let (rows, cols) = (left(call, 1, table.height()), left(call, 2, table.width()));
    filled(table.part(rows?, cols?))
}

/// The positions that the arguments behind the first number in a length; arrays are read row by row.
fn positions(call: &Call<'_>, length: usize, most: usize) -> Result<Vec<u32>> {
    let mut positions = Vec::new();
    for index in 1..call.len() {
        let numbers = call.array(index)?;
        if positions.len() + numbers.height() * numbers.width() > most {
            return Err(ErrorCode::Value);
        }
        for cell in numbers.iter() {
            let position = whole(number(cell.scalar(), call.rules())?)?;
            let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
            if distance == 0 || distance > length {
                return Err(ErrorCode::Value);
            }
            let at = if position < 0 { length - distance } else { distance - 1 };
            positions.push(u32::try_from(at).map_err(|_| ErrorCode::Value)?);
        }
    }
    Ok(positions)
}

fn choose_rows(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let rows = positions(call, table.height(), super::MOST_ROWS)?;
    fits(rows.len(), table.width())?;
    filled(table.take_rows(rows))
}

fn choose_columns(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let columns = positions(call, table.width(), super::MOST_COLUMNS)?;
    filled(table.take_columns(&columns))
}

/// The length that `EXPAND` is asked for: never less than there is.
fn expanded(call: &Call<'_>, index: usize, length: usize) -> Result<usize> {
    if call.is_missing(index) {
        return Ok(length);
    }
    match usize::try_from(call.integer(index)?) {
        Ok(wanted) if wanted >= length => Ok(wanted),
        _ => Err(ErrorCode::Value),
    }
}

fn expand(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let height = expanded(call, 1, table.height())?;
    let width = expanded(call, 2, table.width())?;
    fits(height, width)?;
    let pad = padding(call, 3);
    let below = Cells::repeat(pad, height - table.height());
    let columns =
        table.columns().iter().map(|column| Cells::concat(&[column.clone(), below.clone()]));
    let beside = Cells::repeat(pad, height);
    let columns = columns.chain(std::iter::repeat_n(beside, width - table.width()));
    filled(Table::try_new(columns.collect()))
}

/// What new cells are filled with: `#N/A` unless something is given.
pub(super) fn padding<'a>(call: &Call<'a>, index: usize) -> CellRef<'a> {
    match call.argument(index) {
        Argument::Missing => CellRef::Error(ExcelErrorKind::Na, None),
        _ => call.cell(index),
    }
}

/// Which ends are trimmed: 0 none, 1 the start, 2 the end, 3 both.
fn ends(call: &Call<'_>, index: usize) -> Result<(bool, bool)> {
    match call.integer_or(index, 3)? {
        0 => Ok((false, false)),
        1 => Ok((true, false)),
        2 => Ok((false, true)),
        3 => Ok((true, true)),
        _ => Err(ErrorCode::Value),
    }
}

/// A range of blank cells alone is trimmed to nothing: `#REF!`.
fn trim_range(call: &Call<'_>) -> Result<Output> {
    let table = super::whole(call, 0)?;
    let (rows, cols) = (ends(call, 1)?, ends(call, 2)?);
    let filled_columns: Vec<usize> =
        (0..table.width()).filter(|col| !table.columns()[*col].is_blank()).collect();
    let (Some(left), Some(right)) = (filled_columns.first(), filled_columns.last()) else {
        return if rows == (false, false) && cols == (false, false) {
            Ok(table.into_owned().into())
        } else {
            Err(ErrorCode::Ref)
        };
    };
    let is_filled = |row: &usize| {
        filled_columns.iter().any(|col| !matches!(table.get(*row, *col), CellRef::Blank))
    };
    let top = if rows.0 { (0..table.height()).find(is_filled).unwrap_or(0) } else { 0 };
    let bottom = if rows.1 { (0..table.height()).rfind(is_filled) } else { None };
    let left = if cols.0 { *left } else { 0 };
    let right = if cols.1 { *right + 1 } else { table.width() };
    filled(table.part(top..bottom.map_or(table.height(), |row| row + 1), left..right))
}
