//! Rows or columns picked by a condition, or by being the first of their kind.

use super::{
    classes::{Classes, classes},
    filled, whole,
};
use crate::{
    call::{Call, Output, Result},
    cells::{CellRef, Cells, Table, code_of_kind},
    record::{Kernel, Record, array, value},
};
use arrow_array::Array as _;
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "FILTER",
        &[array("array"), array("include"), array("if_empty").skippable()],
        Kernel::OfRow(filter),
        "The rows or columns of an array for which a condition holds.",
    )
    .giving_arrays()
    .worksheet(),
    Record::new(
        "UNIQUE",
        &[array("array"), value("by_col").skippable(), value("exactly_once").skippable()],
        Kernel::OfRow(unique),
        "The rows or columns of an array without repetitions, or those that appear once.",
    )
    .giving_arrays()
    .future(),
];

fn filter(call: &Call<'_>) -> Result<Output> {
    let (table, include) = (whole(call, 0)?, whole(call, 1)?);
    let by_row = include.width() == 1 && include.height() == table.height();
    let picked = if by_row {
        let rows = include.columns().first().map_or(Ok(Vec::new()), holding)?;
        if rows.len() == table.height() { Some(table.into_owned()) } else { table.take_rows(rows) }
    } else if include.height() == 1 && include.width() == table.width() {
        table.take_columns(&holding(&include.row(0))?)
    } else {
        return Err(ErrorCode::Value);
    };
    match picked {
        Some(table) => Ok(table.into()),
        None if call.is_missing(2) => Err(ErrorCode::Calc),
        None => Ok(call.array(2)?.into_owned().into()),
    }
}

/// The positions at which a condition holds. Blanks are `FALSE`, texts are `#VALUE!`.
pub(in crate::families) fn holding(cells: &Cells) -> Result<Vec<u32>> {
    let holds = |cell: CellRef<'_>| match cell {
        CellRef::Blank => Ok(false),
        CellRef::Number(n, _) => Ok(n != 0.0),
        CellRef::Logical(b) => Ok(b),
        CellRef::Text(_) => Err(ErrorCode::Value),
        CellRef::Error(kind, _) => Err(code_of_kind(kind)),
    };
    let mut positions = Vec::new();
    match cells {
        Cells::Logicals(array) if array.null_count() == 0 => {
            let set = array.values().set_indices();
            positions.extend(set.filter_map(|row| u32::try_from(row).ok()));
        }
        _ => {
            for (row, cell) in (0..).zip(cells.iter()) {
                if holds(cell)? {
                    positions.push(row);
                }
            }
        }
    }
    Ok(positions)
}

fn unique(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let (by_col, exactly_once) = (call.logical_or(1, false)?, call.logical_or(2, false)?);
    if by_col {
        let lines: Vec<Cells> = (0..table.height()).map(|row| table.row(row)).collect();
        let picked = picked(classes(&lines, table.width()), exactly_once);
        return filled(table.take_columns(&picked));
    }
    let picked = picked(classes(table.columns(), table.height()), exactly_once);
    if picked.len() == table.height() {
        return filled(Some(Table::clone(&table)));
    }
    filled(table.take_rows(picked))
}

/// The first of each class, or of each that has one member.
fn picked(classes: Classes, exactly_once: bool) -> Vec<u32> {
    let Classes { of, first } = classes;
    if !exactly_once {
        return first;
    }
    let mut counts = vec![0_u32; first.len()];
    for class in of {
        if let Some(count) = counts.get_mut(class as usize) {
            *count += 1;
        }
    }
    first.into_iter().zip(counts).filter(|(_, count)| *count == 1).map(|(row, _)| row).collect()
}
