//! Random numbers. They depend on the seed of the recalculation, the row and the draw alone.

use crate::{
    call::{Call, Output, Result},
    cells::{Cells, NumberKind, Table},
    lift::MAX_ARRAY_CELLS,
    record::{Kernel, Record, value},
};
use arrow_array::Float64Array;
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "RAND",
        &[],
        Kernel::OfRow(|call| Ok(call.random(0).into())),
        "A random number from 0 to below 1.",
    )
    .volatile(),
    Record::new(
        "RANDARRAY",
        &[
            value("rows").skippable(),
            value("columns").skippable(),
            value("min").skippable(),
            value("max").skippable(),
            value("integer").skippable(),
        ],
        Kernel::OfRow(rand_array),
        "An array of random numbers.",
    )
    .giving_arrays()
    .future()
    .volatile(),
    Record::new(
        "RANDBETWEEN",
        &[value("bottom"), value("top")],
        Kernel::OfRow(rand_between),
        "A random whole number between two numbers.",
    )
    .volatile(),
];

/// A whole number from `low` to `high`, which are whole, from a random number from 0 to below 1.
fn between(low: f64, high: f64, random: f64) -> f64 {
    (low + (random * (high - low + 1.0)).floor()).min(high)
}

/// The bounds are rounded inwards.
fn rand_between(call: &Call<'_>) -> Result<Output> {
    let (low, high) = (call.required_number(0)?.ceil(), call.required_number(1)?.floor());
    if low > high {
        return Err(ErrorCode::Num);
    }
    Ok(between(low, high, call.random(0)).into())
}

/// How many rows or columns.
fn extent(call: &Call<'_>, index: usize, limit: usize) -> Result<usize> {
    match usize::try_from(call.integer_or(index, 1)?) {
        Ok(0) => Err(ErrorCode::Calc),
        Ok(count) if count <= limit => Ok(count),
        _ => Err(ErrorCode::Value),
    }
}

fn rand_array(call: &Call<'_>) -> Result<Output> {
    let (rows, columns) = (extent(call, 0, 1 << 20)?, extent(call, 1, 1 << 14)?);
    let (low, high) = (call.number_or(2, 0.0)?, call.number_or(3, 1.0)?);
    let whole = call.logical_or(4, false)?;
    let fractions = low.trunc() != low || high.trunc() != high;
    if low > high || whole && fractions || rows.saturating_mul(columns) > MAX_ARRAY_CELLS {
        return Err(ErrorCode::Value);
    }
    if !(high - low).is_finite() {
        return Err(ErrorCode::Num);
    }
    let one = |row: usize, column: usize| {
        let random = call.random((row * columns + column) as u64);
        if whole { between(low, high, random) } else { low + random * (high - low) }
    };
    let mut cells = Vec::with_capacity(columns);
    for column in 0..columns {
        if call.context().cancel.is_cancelled() {
            return Err(ErrorCode::Cancelled);
        }
        let numbers = Float64Array::from_iter_values((0..rows).map(|row| one(row, column)));
        cells.push(Cells::Numbers(NumberKind::Number, numbers));
    }
    Ok(Table::try_new(cells).ok_or(ErrorCode::Calc)?.into())
}
