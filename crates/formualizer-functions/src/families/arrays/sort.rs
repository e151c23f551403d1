//! Rows or columns in order.

use super::{
    filled,
    order::{Key, order},
    whole,
};
use crate::{
    call::{Call, Output, Result, number, whole as without_fraction},
    cells::{Cells, Table},
    record::{Kernel, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "SORT",
        &[
            array("array"),
            array("sort_index").skippable(),
            array("sort_order").skippable(),
            value("by_col").skippable(),
        ],
        Kernel::OfRow(sort),
        "The rows or columns of an array in the order of some of its columns or rows.",
    )
    .giving_arrays()
    .worksheet(),
    Record::new(
        "SORTBY",
        &[array("array"), array("by_array1"), value("sort_order1").skippable()],
        Kernel::OfRow(sort_by),
        "The rows or columns of an array in the order of other arrays.",
    )
    .giving_arrays()
    .repeating(2)
    .future(),
];

/// 1 is ascending, -1 descending.
fn descending(order: f64) -> Result<bool> {
    match without_fraction(order)? {
        1 => Ok(false),
        -1 => Ok(true),
        _ => Err(ErrorCode::Value),
    }
}

/// The numbers of an argument that may be an array, read row by row; the default where it is not given.
fn numbers(call: &Call<'_>, index: usize, default: f64) -> Result<Vec<f64>> {
    if call.is_missing(index) {
        return Ok(vec![default]);
    }
    call.array(index)?.iter().map(|cell| number(cell.scalar(), call.rules())).collect()
}

/// A whole table in the order of its rows or columns.
fn ordered(table: &Table, keys: &[Key], by_col: bool) -> Result<Output> {
    if by_col {
        filled(table.take_columns(&order(keys, table.width())))
    } else {
        filled(table.take_rows(order(keys, table.height())))
    }
}

fn sort(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let by_col = call.logical_or(3, false)?;
    let (indexes, orders) = (numbers(call, 1, 1.0)?, numbers(call, 2, 1.0)?);
    if orders.len() != 1 && orders.len() != indexes.len() {
        return Err(ErrorCode::Value);
    }
    let lines = if by_col { table.height() } else { table.width() };
    // What is sorted by one line a second time stays as it is.
    let mut keys: Vec<(usize, Key)> = Vec::new();
    for (index, order) in indexes.iter().zip(orders.iter().cycle()) {
        let descending = descending(*order)?;
        let at = usize::try_from(without_fraction(*index)?).ok().and_then(|n| n.checked_sub(1));
        let at = at.filter(|at| *at < lines).ok_or(ErrorCode::Value)?;
        if keys.iter().all(|(known, _)| *known != at) {
            let cells = if by_col { Some(table.row(at)) } else { table.columns().get(at).cloned() };
            keys.push((at, Key { cells: cells.ok_or(ErrorCode::Value)?, descending }));
        }
    }
    let keys: Vec<Key> = keys.into_iter().map(|(_, key)| key).collect();
    ordered(&table, &keys, by_col)
}

fn sort_by(call: &Call<'_>) -> Result<Output> {
    let table = whole(call, 0)?;
    let (mut by_col, mut keys) = (None, Vec::new());
    for index in (1..call.len()).step_by(2) {
        let by = whole(call, index)?;
        let of_rows = by.width() == 1 && by.height() == table.height();
        let of_columns = by.height() == 1 && by.width() == table.width();
        if !of_rows && !of_columns {
            return Err(ErrorCode::Value);
        }
        if *by_col.get_or_insert(!of_rows) == of_rows {
            return Err(ErrorCode::Value);
        }
        let cells = if of_rows { by.columns().first().cloned() } else { Some(by.row(0)) };
        let order = match call.scalar(index + 1) {
            _ if call.is_missing(index + 1) => 1.0,
            Scalar::Error(code) => return Err(code),
            order => number(order, call.rules())?,
        };
        let cells: Cells = cells.ok_or(ErrorCode::Value)?;
        keys.push(Key { cells, descending: descending(order)? });
    }
    ordered(&table, &keys, by_col.unwrap_or(false))
}
