//! The straight line that lies nearest to pairs of numbers: `SLOPE`, `INTERCEPT`, `STEYX`, `FORECAST` (the equations
//! of Microsoft's pages). Pairs with a blank, a text or a logical value do not count.

use super::float;
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    families::statistics::pairs::Pairs,
    record::{Kernel, Parameter, Prepared, array, value},
};

const KNOWN: &[Parameter] = &[array("known_y's"), array("known_x's")];
const AT: &[Parameter] = &[value("x"), array("known_y's"), array("known_x's")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("SLOPE", KNOWN, Kernel::OfRow(slope), "The slope of the line through points.")
        .of_arrays(),
    Record::new(
        "INTERCEPT",
        KNOWN,
        Kernel::OfRow(intercept),
        "Where the line through points meets the axis.",
    )
    .of_arrays(),
    Record::new(
        "STEYX",
        KNOWN,
        Kernel::OfRow(standard_error),
        "The standard error of the y that the line through points gives.",
    )
    .of_arrays(),
    Record::new("FORECAST", AT, Kernel::Prepared(forecast), "The y of the line through points.")
        .of_arrays(),
    Record::new(
        "FORECAST.LINEAR",
        AT,
        Kernel::Prepared(forecast),
        "The y of the line through points.",
    )
    .of_arrays()
    .future(),
];

/// The slope, and the y at x = 0.
fn line(pairs: &Pairs) -> Result<(f64, f64)> {
    if pairs.squares_b == 0.0 {
        return Err(ErrorCode::Div);
    }
    let slope = pairs.products / pairs.squares_b;
    Ok((slope, pairs.mean_a - slope * pairs.mean_b))
}

fn slope(call: &Call<'_>) -> Result<Output> {
    Ok(line(&Pairs::of(call, 0, 1)?)?.0.into())
}

fn intercept(call: &Call<'_>) -> Result<Output> {
    Ok(line(&Pairs::of(call, 0, 1)?)?.1.into())
}

fn standard_error(call: &Call<'_>) -> Result<Output> {
    let pairs = Pairs::of(call, 0, 1)?;
    if pairs.count < 3 || pairs.squares_b == 0.0 {
        return Err(ErrorCode::Div);
    }
    let rest = pairs.squares_a - pairs.products * pairs.products / pairs.squares_b;
    Ok((rest.max(0.0) / (float(pairs.count) - 2.0)).sqrt().into())
}

fn forecast<'a>(call: &Call<'a>, _rows: usize) -> Result<Box<Prepared<'a>>> {
    let (slope, intercept) = line(&Pairs::of(call, 1, 2)?)?;
    Ok(Box::new(move |call| Ok((intercept + slope * call.number(0)?).into())))
}
