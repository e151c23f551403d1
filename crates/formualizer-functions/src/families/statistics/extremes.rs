//! The largest and the smallest: `MAX`, `MIN`, `MAXA`, `MINA`. Of nothing they are 0.

use super::each_value;
use crate::{
    Record,
    call::{Argument, Call, Output, Result, each_number},
    cells::Cells,
    record::{Gives, Kernel, Parameter, array},
};
use arrow_array::Array as _;

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];
const VALUES: &[Parameter] = &[array("value1"), array("value2").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("MAX", NUMBERS, Kernel::OfRow(max), "The largest number.")
        .giving(Gives::LikeFirst)
        .repeating(1),
    Record::new("MIN", NUMBERS, Kernel::OfRow(min), "The smallest number.")
        .giving(Gives::LikeFirst)
        .repeating(1),
    Record::new(
        "MAXA",
        VALUES,
        Kernel::OfRow(max_of_values),
        "The largest value; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
    Record::new(
        "MINA",
        VALUES,
        Kernel::OfRow(min_of_values),
        "The smallest value; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
];

fn max(call: &Call<'_>) -> Result<Output> {
    extreme(call, f64::NEG_INFINITY, |a, b| if b > a { b } else { a })
}

fn min(call: &Call<'_>) -> Result<Output> {
    extreme(call, f64::INFINITY, |a, b| if b < a { b } else { a })
}

fn extreme(call: &Call<'_>, none: f64, better: impl Fn(f64, f64) -> f64) -> Result<Output> {
    let mut best = none;
    for index in 0..call.len() {
        if let Argument::Array(table) = call.argument(index) {
            for column in table.columns() {
                match of_column(column, none, &better) {
                    Ok(found) => best = better(best, found),
                    // Of several errors the first row by row.
                    Err(code) => return call.each_number_of(index, &mut |_| {}).and(Err(code)),
                }
            }
        } else {
            call.each_number_of(index, &mut |n| best = better(best, n))?;
        }
    }
    Ok(found(best).into())
}

/// The extreme of a column, eight numbers side by side where all are numbers.
fn of_column(column: &Cells, none: f64, better: &impl Fn(f64, f64) -> f64) -> Result<f64> {
    if let Cells::Numbers(_, array) = column
        && array.null_count() == 0
    {
        let mut lanes = [none; 8];
        let (eights, rest) = array.values().as_chunks::<8>();
        for eight in eights {
            for (lane, n) in lanes.iter_mut().zip(eight) {
                *lane = better(*lane, *n);
            }
        }
        return Ok(lanes.iter().chain(rest).fold(none, |a, b| better(a, *b)));
    }
    let mut best = none;
    each_number(column, &mut |n| best = better(best, n))?;
    Ok(best)
}

fn max_of_values(call: &Call<'_>) -> Result<Output> {
    let mut best = f64::NEG_INFINITY;
    each_value(call, |n| best = best.max(n))?;
    Ok(found(best).into())
}

fn min_of_values(call: &Call<'_>) -> Result<Output> {
    let mut best = f64::INFINITY;
    each_value(call, |n| best = best.min(n))?;
    Ok(found(best).into())
}

/// The number, or 0 where there was none.
fn found(best: f64) -> f64 {
    if best.is_finite() { best } else { 0.0 }
}
