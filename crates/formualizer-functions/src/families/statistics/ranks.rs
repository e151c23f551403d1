//! The place of a number among others: `RANK` and `PERCENTRANK` with their like.

use super::{
    float,
    sorted::{Numbers, prepared},
};
use crate::{
    ErrorCode, Record,
    call::{Argument, Call, Output, Result},
    record::{Kernel, Mode, Parameter, Prepared, array, value},
    semantics::round,
};

const RANKED: &[Parameter] =
    &[value("number"), array("ref").of(Mode::Range), value("order").optional()];
const SHARED: &[Parameter] = &[array("array"), value("x"), value("significance").skippable()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "RANK",
        RANKED,
        Kernel::Prepared(rank),
        "The place of a number among the numbers of a range; equals share the first place.",
    ),
    Record::new(
        "RANK.EQ",
        RANKED,
        Kernel::Prepared(rank),
        "The place of a number among the numbers of a range; equals share the first place.",
    )
    .future(),
    Record::new(
        "RANK.AVG",
        RANKED,
        Kernel::Prepared(average_rank),
        "The place of a number among the numbers of a range; equals share the mean place.",
    )
    .future(),
    Record::new(
        "PERCENTRANK",
        SHARED,
        Kernel::Prepared(share),
        "The share of the numbers that lies below a number, 0 to 1.",
    ),
    Record::new(
        "PERCENTRANK.INC",
        SHARED,
        Kernel::Prepared(share),
        "The share of the numbers that lies below a number, 0 to 1.",
    )
    .future(),
    Record::new(
        "PERCENTRANK.EXC",
        SHARED,
        Kernel::Prepared(share_within),
        "The share of the numbers that lies below a number, 0 and 1 excluded.",
    )
    .future(),
];

/// Ranks count in a range, and not in a value.
fn ranked<'a>(
    call: &Call<'a>,
    rows: usize,
    function: fn(&Numbers, &Call<'_>) -> Result<Output>,
) -> Result<Box<Prepared<'a>>> {
    if !matches!(call.argument(1), Argument::Array(_)) {
        return match call.number(1) {
            Err(code) if !matches!(call.argument(1), Argument::Missing) => Err(code),
            _ => Err(ErrorCode::Value),
        };
    }
    prepared(call, 1, rows, function)
}

fn rank<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    ranked(call, rows, |numbers, call| {
        let number = call.number(0)?;
        let (before, there) = if ascending(call)? {
            numbers.find_from_below(number)
        } else {
            numbers.find_from_above(number)
        };
        if there { Ok(float(before + 1).into()) } else { Err(ErrorCode::Na) }
    })
}

fn average_rank<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    ranked(call, rows, |numbers, call| {
        let number = call.number(0)?;
        let (below, up_to) = (numbers.below(number), numbers.up_to(number));
        if below == up_to {
            return Err(ErrorCode::Na);
        }
        let before = if ascending(call)? { below } else { numbers.len() - up_to };
        Ok((float(before) + (float(up_to - below) + 1.0) / 2.0).into())
    })
}

fn ascending(call: &Call<'_>) -> Result<bool> {
    Ok(call.number_or(2, 0.0)? != 0.0)
}

fn share<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| {
        let position = position(numbers, call)?;
        // A single number is the whole of it.
        let ratio = if numbers.len() == 1 { 1.0 } else { position / (float(numbers.len()) - 1.0) };
        cut(ratio, call)
    })
}

fn share_within<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| {
        let position = position(numbers, call)?;
        cut((position + 1.0) / (float(numbers.len()) + 1.0), call)
    })
}

/// Where a number stands from 0, between two others as far along as it is.
fn position(numbers: &Numbers, call: &Call<'_>) -> Result<f64> {
    let x = call.number(1)?;
    if call.number_or(2, 3.0)? < 1.0 || numbers.len() == 0 {
        return Err(ErrorCode::Num);
    }
    let (below, there) = numbers.find_from_below(x);
    if there {
        return Ok(float(below));
    }
    let lower = below.checked_sub(1).and_then(|at| numbers.nth(at));
    let (Some(lower), Some(upper)) = (lower, numbers.nth(below)) else {
        return Err(ErrorCode::Na);
    };
    Ok(float(below - 1) + (x - lower) / (upper - lower))
}

/// So many digits of a share; what is behind them is cut off.
fn cut(ratio: f64, call: &Call<'_>) -> Result<Output> {
    let places = round::places(call.number_or(2, 3.0)?);
    if places <= 9 {
        // Where the next digits are not all nines or zeros, no noise decides.
        let power = 10_f64.powi(places);
        let (whole, rest) = ((ratio * power).floor(), (ratio * power).fract());
        if (1e-5..1.0 - 1e-5).contains(&rest) {
            return Ok((whole / power).into());
        }
    }
    Ok(round::round_down(ratio, places).into())
}
