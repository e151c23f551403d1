//! Arrays joined and laid out anew.

use super::{cut::padding, filled, fits, whole};
use crate::{
    call::{Call, Output, Result},
    cells::{Builder, CellRef, Cells, Table},
    record::{Kernel, Record, array, value},
};
use formualizer_common::ExcelErrorKind;
use std::borrow::Cow;
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "HSTACK",
        &[array("array1"), array("array2").optional()],
        Kernel::OfRow(hstack),
        "Arrays side by side; shorter ones are filled up with #N/A.",
    )
    .giving_arrays()
    .repeating(1)
    .future(),
    Record::new(
        "VSTACK",
        &[array("array1"), array("array2").optional()],
        Kernel::OfRow(vstack),
        "Arrays one below the other; narrower ones are filled up with #N/A.",
    )
    .giving_arrays()
    .repeating(1)
    .future(),
    Record::new(
        "TOCOL",
        &[array("array"), value("ignore").skippable(), value("scan_by_column").skippable()],
        Kernel::OfRow(|call| laid_out(call, false)),
        "The cells of an array in one column, without blanks or errors where asked.",
    )
    .giving_arrays()
    .future(),
    Record::new(
        "TOROW",
        &[array("array"), value("ignore").skippable(), value("scan_by_column").skippable()],
        Kernel::OfRow(|call| laid_out(call, true)),
        "The cells of an array in one row, without blanks or errors where asked.",
    )
    .giving_arrays()
    .future(),
    Record::new(
        "WRAPROWS",
        &[array("vector"), value("wrap_count"), value("pad_with").skippable()],
        Kernel::OfRow(|call| wrapped(call, true)),
        "A row or column of cells wrapped into rows of so many.",
    )
    .giving_arrays()
    .taking_errors()
    .future(),
    Record::new(
        "WRAPCOLS",
        &[array("vector"), value("wrap_count"), value("pad_with").skippable()],
        Kernel::OfRow(|call| wrapped(call, false)),
        "A row or column of cells wrapped into columns of so many.",
    )
    .giving_arrays()
    .taking_errors()
    .future(),
];

const MISSING: CellRef<'static> = CellRef::Error(ExcelErrorKind::Na, None);

fn arrays<'a>(call: &Call<'a>) -> Result<Vec<Cow<'a, Table>>> {
    (0..call.len()).map(|index| call.array(index)).collect()
}

fn hstack(call: &Call<'_>) -> Result<Output> {
    let tables = arrays(call)?;
    let height = tables.iter().map(|table| table.height()).max().unwrap_or(0);
    fits(height, tables.iter().map(|table| table.width()).sum())?;
    let mut columns = Vec::new();
    for table in &tables {
        if table.height() == height {
            columns.extend_from_slice(table.columns());
            continue;
        }
        let below = Cells::repeat(MISSING, height - table.height());
        let column = |column: &Cells| Cells::concat(&[column.clone(), below.clone()]);
        columns.extend(table.columns().iter().map(column));
    }
    filled(Table::try_new(columns))
}

fn vstack(call: &Call<'_>) -> Result<Output> {
    let tables = arrays(call)?;
    let width = tables.iter().map(|table| table.width()).max().unwrap_or(0);
    fits(tables.iter().map(|table| table.height()).sum(), width)?;
    let column = |col: usize| {
        let parts: Vec<Cells> = tables
            .iter()
            .map(|table| match table.columns().get(col) {
                Some(cells) => cells.clone(),
                None => Cells::repeat(MISSING, table.height()),
            })
            .collect();
        Cells::concat(&parts)
    };
    filled(Table::try_new((0..width).map(column).collect()))
}

/// The cells of an array row by row, or column by column.
fn cells_of(table: &Table, by_column: bool) -> Cells {
    if by_column || table.width() == 1 {
        return Cells::concat(table.columns());
    }
    if table.height() == 1 {
        return table.row(0);
    }
    let mut builder = Builder::with_capacity(table.height() * table.width());
    table.iter().for_each(|cell| builder.push(cell));
    builder.finish()
}

fn laid_out(call: &Call<'_>, in_a_row: bool) -> Result<Output> {
    let (blanks, errors) = match call.integer_or(1, 0)? {
        0 => (true, true),
        1 => (false, true),
        2 => (true, false),
        3 => (false, false),
        _ => return Err(ErrorCode::Value),
    };
    let by_column = call.logical_or(2, false)?;
    let mut cells = cells_of(&*call.array(0)?, by_column);
    if !(blanks && errors) {
        let kept = |cell: &CellRef<'_>| match cell {
            CellRef::Blank => blanks,
            CellRef::Error(..) => errors,
            _ => true,
        };
        cells = Cells::of(cells.iter().filter(kept));
    }
    if cells.is_empty() {
        return Err(ErrorCode::Calc);
    }
    if in_a_row {
        fits(1, cells.len())?;
        filled(Table::of_cells(1, cells.len(), |_, col| cells.get(col)))
    } else {
        fits(cells.len(), 1)?;
        filled(Table::try_new(vec![cells]))
    }
}

fn wrapped(call: &Call<'_>, into_rows: bool) -> Result<Output> {
    let vector = whole(call, 0)?;
    let count = call.integer(1)?;
    if vector.height() > 1 && vector.width() > 1 {
        return Err(ErrorCode::Value);
    }
    let Some(count) = usize::try_from(count).ok().filter(|count| *count > 0) else {
        return Err(ErrorCode::Num);
    };
    let cells = cells_of(&vector, false);
    // What fits in one line is not filled up.
    let count = count.min(cells.len());
    let lines = cells.len().div_ceil(count);
    let (height, width) = if into_rows { (lines, count) } else { (count, lines) };
    fits(height, width)?;
    let pad = padding(call, 2);
    filled(Table::of_cells(height, width, |row, col| {
        let at = if into_rows { row * count + col } else { col * count + row };
        if at < cells.len() { cells.get(at) } else { pad }
    }))
}
