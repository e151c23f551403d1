//! Rounding to digits, to multiples, and to even and odd numbers.
//!
//! Which multiple a number lies at is told by the fifteen digits of the quotient, as everywhere in
//! [`semantics::round`](crate::semantics::round): `FLOOR(0.3,0.1)` is 0.3.

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
    semantics::round::{int, places, round, round_down, round_up},
};
use udf_abi::ErrorCode;

const TO_DIGITS: &[Parameter] = &[value("number"), value("num_digits")];
const TO_MULTIPLE: &[Parameter] = &[value("number"), value("significance")];
const PRECISE: &[Parameter] = &[value("number"), value("significance").skippable()];
const MATH: &[Parameter] =
    &[value("number"), value("significance").skippable(), value("mode").skippable()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "CEILING",
        TO_MULTIPLE,
        Kernel::OfTwo(ceiling, 1.0),
        "The next multiple, away from zero where the multiple has the number's sign.",
    ),
    Record::new(
        "CEILING.MATH",
        MATH,
        Kernel::OfRow(ceiling_math),
        "The next multiple above; with a mode, negative numbers away from zero.",
    )
    .future(),
    Record::new(
        "CEILING.PRECISE",
        PRECISE,
        Kernel::OfTwo(ceiling_precise, 1.0),
        "The next multiple above, whatever the signs.",
    )
    .future(),
    Record::new(
        "ECMA.CEILING",
        TO_MULTIPLE,
        Kernel::OfTwo(ceiling_precise, 1.0),
        "The next multiple above, whatever the signs.",
    ),
    Record::new(
        "EVEN",
        &[value("number")],
        Kernel::OfOne(even),
        "The next even number away from zero.",
    ),
    Record::new(
        "FLOOR",
        TO_MULTIPLE,
        Kernel::OfTwo(floor, 1.0),
        "The next multiple, towards zero where the multiple has the number's sign.",
    ),
    Record::new(
        "FLOOR.MATH",
        MATH,
        Kernel::OfRow(floor_math),
        "The next multiple below; with a mode, negative numbers towards zero.",
    )
    .future(),
    Record::new(
        "FLOOR.PRECISE",
        PRECISE,
        Kernel::OfTwo(floor_precise, 1.0),
        "The next multiple below, whatever the signs.",
    )
    .future(),
    Record::new(
        "INT",
        &[value("number")],
        Kernel::OfOne(|x| Ok(int(x))),
        "The next whole number below.",
    ),
    Record::new(
        "ISO.CEILING",
        PRECISE,
        Kernel::OfTwo(ceiling_precise, 1.0),
        "The next multiple above, whatever the signs.",
    ),
    Record::new(
        "MROUND",
        &[value("number"), value("multiple")],
        Kernel::OfRow(mround),
        "The nearest multiple.",
    ),
    Record::new(
        "ODD",
        &[value("number")],
        Kernel::OfOne(odd),
        "The next odd number away from zero.",
    ),
    Record::new(
        "ROUND",
        TO_DIGITS,
        Kernel::OfTwo(|x, n| Ok(round(x, places(n))), 0.0),
        "A number rounded to digits.",
    ),
    Record::new(
        "ROUNDDOWN",
        TO_DIGITS,
        Kernel::OfTwo(|x, n| Ok(round_down(x, places(n))), 0.0),
        "A number rounded to digits towards zero.",
    ),
    Record::new(
        "ROUNDUP",
        TO_DIGITS,
        Kernel::OfTwo(|x, n| Ok(round_up(x, places(n))), 0.0),
        "A number rounded to digits away from zero.",
    ),
    Record::new(
        "TRUNC",
        &[value("number"), value("num_digits").optional()],
        Kernel::OfTwo(|x, n| Ok(round_down(x, places(n))), 0.0),
        "A number without its fraction, or without the digits behind a place.",
    ),
];

/// The multiple at or above; the multiple is not zero.
fn above(number: f64, multiple: f64) -> f64 {
    0.0 - int(0.0 - number / multiple) * multiple
}

/// The multiple at or below; the multiple is not zero.
fn below(number: f64, multiple: f64) -> f64 {
    int(number / multiple) * multiple + 0.0
}

/// A positive number has no negative multiple; a negative one goes up to multiples above zero and down to those
/// below (Microsoft's page of `CEILING`).
fn ceiling(number: f64, significance: f64) -> Result<f64> {
    if number == 0.0 || significance == 0.0 {
        return Ok(0.0);
    }
    if number > 0.0 && significance < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(above(number, significance))
}

/// As `CEILING`, but multiples of zero are `#DIV/0!`.
fn floor(number: f64, significance: f64) -> Result<f64> {
    if number == 0.0 {
        return Ok(0.0);
    }
    if significance == 0.0 {
        return Err(ErrorCode::Div);
    }
    if number > 0.0 && significance < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(below(number, significance))
}

fn ceiling_precise(number: f64, significance: f64) -> Result<f64> {
    Ok(if significance == 0.0 { 0.0 } else { above(number, significance.abs()) })
}

fn floor_precise(number: f64, significance: f64) -> Result<f64> {
    Ok(if significance == 0.0 { 0.0 } else { below(number, significance.abs()) })
}

fn ceiling_math(call: &Call<'_>) -> Result<Output> {
    let (number, multiple, mode) = math_arguments(call)?;
    let result = match mode && number < 0.0 {
        true => floor_precise(number, multiple)?,
        false => ceiling_precise(number, multiple)?,
    };
    Ok(result.into())
}

fn floor_math(call: &Call<'_>) -> Result<Output> {
    let (number, multiple, mode) = math_arguments(call)?;
    let result = match mode && number < 0.0 {
        true => ceiling_precise(number, multiple)?,
        false => floor_precise(number, multiple)?,
    };
    Ok(result.into())
}

fn math_arguments(call: &Call<'_>) -> Result<(f64, f64, bool)> {
    Ok((call.number(0)?, call.number_or(1, 1.0)?, call.number_or(2, 0.0)? != 0.0))
}

fn even(x: f64) -> Result<f64> {
    Ok(round_up(x / 2.0, 0) * 2.0)
}

fn odd(x: f64) -> Result<f64> {
    let whole = round_up(x.abs(), 0);
    let odd = if whole % 2.0 == 0.0 { whole + 1.0 } else { whole };
    Ok(if x < 0.0 { -odd } else { odd })
}

/// The quotient is that of the doubles: Microsoft's page tells that `MROUND(6.05,0.1)` is 6.0 and
/// `MROUND(7.05,0.1)` 7.1.
fn mround(call: &Call<'_>) -> Result<Output> {
    let (number, multiple) = (call.required_number(0)?, call.required_number(1)?);
    if number == 0.0 || multiple == 0.0 {
        return Ok(0.0.into());
    }
    if (number < 0.0) != (multiple < 0.0) {
        return Err(ErrorCode::Num);
    }
    Ok(((number / multiple).round() * multiple + 0.0).into())
}
