//! How many cells there are: `COUNT`, `COUNTA`, `COUNTBLANK`, `FREQUENCY` (Microsoft's pages of these).

use super::float;
use crate::{
    ErrorCode, Record,
    call::{Argument, Call, Output, Result},
    cells::{CellRef, Cells, Table},
    record::{Kernel, Mode, array},
    semantics::{Scalar, parse_number},
};
use arrow_array::Array as _;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "COUNT",
        &[array("value1"), array("value2").optional()],
        Kernel::OfRow(count),
        "How many numbers there are.",
    )
    .repeating(1),
    Record::new(
        "COUNTA",
        &[array("value1"), array("value2").optional()],
        Kernel::OfRow(count_filled),
        "How many cells are not blank; errors and empty texts count.",
    )
    .repeating(1),
    Record::new(
        "COUNTBLANK",
        &[array("range").of(Mode::Range)],
        Kernel::OfRow(count_blank),
        "How many cells are blank or hold an empty text.",
    ),
    Record::new(
        "FREQUENCY",
        &[array("data_array"), array("bins_array")],
        Kernel::OfRow(frequency),
        "How many numbers fall into each interval, as a column.",
    )
    .giving_arrays()
    .of_arrays(),
];

/// Sums what two functions count: in arrays and cells, and of values that stand in the formula.
fn counted(
    call: &Call<'_>,
    column: impl Fn(&Cells) -> usize,
    value: impl Fn(Scalar<'_>) -> bool,
) -> Output {
    let mut count = 0;
    for index in 0..call.len() {
        count += match call.argument(index) {
            Argument::Array(table) => table.columns().iter().map(&column).sum(),
            Argument::Value(cell) => usize::from(value(cell.scalar())),
            Argument::Empty | Argument::Lambda(_) => 1,
            Argument::Missing => 0,
        };
    }
    float(count).into()
}

fn count(call: &Call<'_>) -> Result<Output> {
    let column = |column: &Cells| match column {
        Cells::Numbers(_, array) => array.len() - array.null_count(),
        Cells::Mixed(_) => column.iter().filter(|cell| matches!(cell, CellRef::Number(..))).count(),
        _ => 0,
    };
    Ok(counted(call, column, |value| match value {
        Scalar::Number(_) | Scalar::Logical(_) => true,
        Scalar::Text(text) => parse_number(text, call.rules()).is_some(),
        Scalar::Blank | Scalar::Error(_) => false,
    }))
}

fn count_filled(call: &Call<'_>) -> Result<Output> {
    let column = |column: &Cells| match column {
        Cells::Blank(_) => 0,
        Cells::Numbers(_, array) => array.len() - array.null_count(),
        Cells::Logicals(array) => array.len() - array.null_count(),
        Cells::Texts(array) => array.len() - array.null_count(),
        Cells::Mixed(_) => column.iter().filter(|cell| !matches!(cell, CellRef::Blank)).count(),
    };
    Ok(counted(call, column, |value| !matches!(value, Scalar::Blank)))
}

fn count_blank(call: &Call<'_>) -> Result<Output> {
    let Argument::Array(table) = call.argument(0) else { return Err(ErrorCode::Value) };
    let blank = |column: &Cells| match column {
        Cells::Blank(len) => *len,
        Cells::Numbers(_, array) => array.null_count(),
        Cells::Logicals(array) => array.null_count(),
        Cells::Texts(_) | Cells::Mixed(_) => {
            column.iter().filter(|cell| matches!(cell, CellRef::Blank | CellRef::Text(""))).count()
        }
    };
    // Whole columns are held to their last cell; what is below is blank.
    let below = table.blank_tail() * table.width();
    Ok(float(table.columns().iter().map(blank).sum::<usize>() + below).into())
}

/// A number belongs to the smallest bin that is not below it; the last count is of what is above all bins. Of equal
/// bins the first gets all. Counts stand in the order of the bins, sorted or not.
fn frequency(call: &Call<'_>) -> Result<Output> {
    let mut data = call.numbers_of(0)?;
    let bins = call.numbers_of(1)?;
    data.sort_unstable_by(f64::total_cmp);
    let mut order: Vec<(f64, usize)> =
        bins.iter().enumerate().map(|(at, bin)| (bin + 0.0, at)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut counts = vec![0.0; bins.len() + 1];
    let mut before = 0;
    for (bin, at) in order {
        let upto = data.partition_point(|n| *n <= bin);
        if let Some(count) = counts.get_mut(at) {
            *count = float(upto - before);
        }
        before = upto;
    }
    if let Some(last) = counts.last_mut() {
        *last = float(data.len() - before);
    }
    let table = Table::from_fn(counts.len(), 1, |row, _| counts.get(row).copied().unwrap_or(0.0));
    Ok(table.ok_or(ErrorCode::Calc)?.into())
}
