//! `SUBTOTAL` and `AGGREGATE`: aggregates that leave out hidden rows and the subtotals within their ranges.

use super::{
    lambda::Operand,
    names::Names,
    program::Expr,
    reference::{self, Reference},
    reference_arrays,
    rows::Rows,
    run::{Result, Run},
};
use crate::{
    address::{Rect, SheetId},
    cells::{CellRef, Cells, Table},
};
use formualizer_functions::{
    ErrorCode, Record,
    aggregation::{aggregate, of_aggregate, of_subtotal, takes_place},
    call::number,
};

/// Calls one of them for a row.
pub(crate) fn call<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let rows = [row];
    let rules = run.rules();
    let plain = |index: usize| -> Result<std::result::Result<f64, ErrorCode>> {
        match arguments.get(index) {
            Some(argument) => {
                let operand = run.value(argument, Rows::Some(&rows), names)?;
                Ok(number(operand.cell(0).scalar(), rules))
            }
            None => Ok(Err(ErrorCode::Value)),
        }
    };
    let (wanted, first) = if record.name == "SUBTOTAL" {
        (plain(0)?.and_then(of_subtotal), 1)
    } else {
        let option = plain(1)?;
        (plain(0)?.and_then(|number| of_aggregate(number, option?)), 2)
    };
    let (function, ignored) = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Operand::error(error)),
    };
    // Rows that a filter hid are never part of a subtotal.
    let left_out = LeftOut {
        manual: ignored.hidden,
        filtered: ignored.hidden || record.name == "SUBTOTAL",
        nested: ignored.nested,
    };
    let given = arguments.get(first..).unwrap_or_default();
    let (cells, k) = match (takes_place(function), given) {
        (true, [array, k]) => (std::slice::from_ref(array), Some(k)),
        (true, _) => return Ok(Operand::error(ErrorCode::Value)),
        (false, given) => (given, None),
    };
    if let ([argument], None) = (cells, k)
        && let Some(references) = reference_arrays::of(run, &argument.node, row, names)?
    {
        return references.each(|found| {
            let (sheet, rect) = match found.map(Reference::single) {
                Ok(Some(area)) => area,
                Ok(None) => return Ok(ErrorCode::Value.into()),
                Err(error) => return Ok(error.into()),
            };
            run.touch(sheet, &rect)?;
            Ok(match read(run, sheet, &rect, left_out) {
                Ok(table) => aggregate(function, &[&table], None, ignored.errors)
                    .map_or_else(Into::into, Into::into),
                Err(error) => error.into(),
            })
        });
    }
    let mut tables = Vec::new();
    for argument in cells {
        match reference::of(run, &argument.node, row, names)? {
            Some(Ok(found)) => {
                run.reach(&found)?;
                for (sheet, rect) in found.areas() {
                    match read(run, *sheet, rect, left_out) {
                        Ok(table) => tables.push(table),
                        Err(error) => return Ok(Operand::error(error)),
                    }
                }
            }
            Some(Err(error)) => return Ok(Operand::error(error)),
            // Arrays are taken by the functions that have a place among the ordered ones.
            None => match run.value(argument, Rows::Some(&rows), names)? {
                Operand::Array(table) if takes_place(function) => tables.push(table),
                operand if takes_place(function) => tables.push(Table::single(operand.cell(0))),
                _ => return Ok(Operand::error(ErrorCode::Value)),
            },
        }
    }
    let tables: Vec<&Table> = tables.iter().collect();
    let value = |place| {
        aggregate(function, &tables, place, ignored.errors).map_or_else(Into::into, Into::into)
    };
    let Some(k) = k else { return Ok(Operand::Scalar(value(None))) };
    let of = |k: CellRef<'_>| match number(k.scalar(), rules) {
        Ok(k) => value(Some(k)),
        Err(error) => error.into(),
    };
    Ok(match run.value(k, Rows::Some(&rows), names)? {
        Operand::Array(table) => {
            let value = |row, col| of(table.get(row, col));
            Table::from_fn(table.height(), table.width(), value)
                .map_or(Operand::error(ErrorCode::Calc), Operand::of_table)
        }
        operand => Operand::Scalar(of(operand.cell(0))),
    })
}

/// What is left out.
#[derive(Clone, Copy, Debug)]
struct LeftOut {
    /// Rows that were hidden by hand.
    manual: bool,
    /// Rows that a filter hid.
    filtered: bool,
    /// Cells whose formulas are aggregates of this kind themselves.
    nested: bool,
}

/// The cells of a rectangle, blank where they are left out.
fn read(
    run: &Run<'_>,
    sheet: SheetId,
    rect: &Rect,
    left_out: LeftOut,
) -> std::result::Result<Table, ErrorCode> {
    let table = match run.table(sheet, rect) {
        Operand::Array(table) => table,
        Operand::Scalar(formualizer_functions::ScalarValue::Error(code, _)) => return Err(code),
        _ => return Err(ErrorCode::Value),
    };
    let height = table.height();
    let end = rect.top.saturating_add(u32::try_from(height).unwrap_or(u32::MAX));
    let mut shown = vec![true; height];
    if let Some(hidden) = run.reader.hidden(sheet) {
        let sets = [(left_out.manual, &hidden.manual), (left_out.filtered, &hidden.filtered)];
        for (_, rows) in sets.into_iter().filter(|(counts, _)| *counts) {
            for part in rows.within(&(rect.top..end)).iter() {
                let part = (part.start - rect.top) as usize..(part.end - rect.top) as usize;
                shown.get_mut(part).unwrap_or_default().fill(false);
            }
        }
    }
    let nested = match left_out.nested {
        true => run.reader.calling(sheet, rect, &["SUBTOTAL", "AGGREGATE"]),
        false => Vec::new(),
    };
    if nested.is_empty() && !shown.contains(&false) {
        return Ok(table);
    }
    let column = |(index, cells): (usize, &Cells)| {
        let col = rect.left.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        Cells::of(cells.iter().enumerate().map(|(index, cell)| {
            let row = rect.top.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
            let at = crate::address::Cell::new(row, col);
            let out = !shown[index] || nested.iter().any(|part| part.contains(at));
            if out { CellRef::Blank } else { cell }
        }))
    };
    Table::try_new(table.columns().iter().enumerate().map(column).collect()).ok_or(ErrorCode::Ref)
}
