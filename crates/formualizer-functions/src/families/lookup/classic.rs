//! The lookups of all versions of Excel.
//!
//! Sources: Microsoft, "VLOOKUP function", "HLOOKUP function", "LOOKUP function", "MATCH function".

use super::{
    row_of,
    search::{Keys, Which},
    table,
};
use crate::{
    call::{Call, Output, Result},
    cells::{CellRef, Table},
    record::{Kernel, Prepared, Record, array, value},
    semantics::Scalar,
};
use std::borrow::Cow;
use udf_abi::ErrorCode;

pub(super) const VLOOKUP: Record = Record::new(
    "VLOOKUP",
    &[
        value("lookup_value"),
        array("table_array"),
        value("col_index_num"),
        value("range_lookup").optional(),
    ],
    Kernel::Prepared(vlookup),
    "The cell of a column in the row whose first cell is a key.",
);

pub(super) const HLOOKUP: Record = Record::new(
    "HLOOKUP",
    &[
        value("lookup_value"),
        array("table_array"),
        value("row_index_num"),
        value("range_lookup").optional(),
    ],
    Kernel::Prepared(hlookup),
    "The cell of a row in the column whose first cell is a key.",
);

pub(super) const LOOKUP: Record = Record::new(
    "LOOKUP",
    &[value("lookup_value"), array("lookup_vector"), array("result_vector").optional()],
    Kernel::Prepared(lookup),
    "The cell that stands where the last value not above a key stands in cells in rising order.",
)
.of_arrays();

pub(super) const MATCH: Record = Record::new(
    "MATCH",
    &[value("lookup_value"), array("lookup_array"), value("match_type").optional()],
    Kernel::Prepared(match_),
    "The position of a key in a row or column.",
);

/// A key of these functions: a blank one is 0.
fn key<'a>(call: &Call<'a>) -> Scalar<'a> {
    match call.scalar(0) {
        Scalar::Blank => Scalar::Number(0.0),
        key => key,
    }
}

/// A position from 1 within so many: below it is `#VALUE!`, beyond it `#REF!`.
fn position(number: i64, count: usize) -> Result<usize> {
    let position = usize::try_from(number).map_err(|_| ErrorCode::Value)?;
    match position.checked_sub(1) {
        None => Err(ErrorCode::Value),
        Some(at) if at >= count => Err(ErrorCode::Ref),
        Some(at) => Ok(at),
    }
}

/// Where the key of a row is found by `VLOOKUP` and `HLOOKUP`.
fn found(call: &Call<'_>, keys: &Keys<'_>) -> Result<usize> {
    let place = if call.logical_or(3, true)? {
        keys.rising(key(call))?.before
    } else {
        keys.wild(key(call), Which::First)?
    };
    place.ok_or(ErrorCode::Na)
}

fn vlookup<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let table = table(call, 1)?;
    let first = table.columns().first().ok_or(ErrorCode::Value)?;
    let keys = Keys::of_column(first, call.context(), rows);
    Ok(Box::new(move |call| {
        // What is not found is #N/A even where there is no such column (stored).
        let row = found(call, &keys)?;
        Ok(table.get(row, position(call.integer(2)?, table.width())?).owned().into())
    }))
}

fn hlookup<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let table = table(call, 1)?;
    let keys = Keys::of_row(row_of(&table, 0), call.context(), rows);
    Ok(Box::new(move |call| {
        let col = found(call, &keys)?;
        Ok(table.get(position(call.integer(2)?, table.height())?, col).owned().into())
    }))
}

/// A row or column.
struct Line<'a> {
    table: Cow<'a, Table>,
    /// Whether it runs down; otherwise to the right.
    down: bool,
}

impl<'a> Line<'a> {
    fn of(table: Cow<'a, Table>) -> Option<Self> {
        let down = table.width() == 1;
        (down || table.height() == 1).then_some(Self { table, down })
    }

    fn len(&self) -> usize {
        if self.down { self.table.height() } else { self.table.width() }
    }

    fn get(&self, at: usize) -> CellRef<'_> {
        if self.down { self.table.get(at, 0) } else { self.table.get(0, at) }
    }
}

/// The keys of the first column of a table, or of its first row.
fn keys_of<'a>(call: &Call<'a>, table: &Table, down: bool, rows: usize) -> Result<Keys<'a>> {
    Ok(if down {
        let first = table.columns().first().ok_or(ErrorCode::Value)?;
        Keys::of_column(first, call.context(), rows)
    } else {
        Keys::of_row(row_of(table, 0), call.context(), rows)
    })
}

fn lookup<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let table_ = table(call, 1)?;
    if call.is_missing(2) {
        // The array form: along the longer side, downwards where they are alike.
        let down = table_.height() >= table_.width();
        let keys = keys_of(call, &table_, down, rows)?;
        return Ok(Box::new(move |call| {
            let at = keys.rising(key(call))?.before.ok_or(ErrorCode::Na)?;
            let cell = if down {
                table_.get(at, table_.width() - 1)
            } else {
                table_.get(table_.height() - 1, at)
            };
            Ok(cell.owned().into())
        }));
    }
    let line = Line::of(table_).ok_or(ErrorCode::Na)?;
    let result = Line::of(table(call, 2)?).ok_or(ErrorCode::Na)?;
    let keys = keys_of(call, &line.table, line.down, rows)?;
    Ok(Box::new(move |call| {
        let at = keys.rising(key(call))?.before.ok_or(ErrorCode::Na)?;
        if at < result.len() { Ok(result.get(at).owned().into()) } else { Err(ErrorCode::Na) }
    }))
}

fn match_<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let line = Line::of(table(call, 1)?).ok_or(ErrorCode::Na)?;
    let keys = keys_of(call, &line.table, line.down, rows)?;
    Ok(Box::new(move |call| {
        let kind = call.number_or(2, 1.0)?;
        let place = if kind > 0.0 {
            keys.rising(key(call))?.before
        } else if kind < 0.0 {
            keys.last_down_to(key(call))?
        } else {
            keys.wild(key(call), Which::First)?
        };
        place.map(one_based).ok_or(ErrorCode::Na)
    }))
}

/// A position from 0 as the number of a position from 1.
pub(super) fn one_based(place: usize) -> Output {
    #[expect(clippy::cast_precision_loss, reason = "positions are far below 2^53")]
    let number = (place + 1) as f64;
    number.into()
}
