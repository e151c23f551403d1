//! Powers, roots, logarithms, signs, quotients and remainders.

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Record, value},
    semantics::{arithmetic, round},
};
use std::f64::consts::PI;
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "ABS",
        &[value("number")],
        Kernel::OfOne(|x| Ok(x.abs())),
        "A number without its sign.",
    ),
    Record::new(
        "EXP",
        &[value("number")],
        Kernel::OfOne(|x| Ok(libm::exp(x))),
        "e raised to a number.",
    ),
    Record::new("LN", &[value("number")], Kernel::OfOne(ln), "The natural logarithm."),
    Record::new(
        "LOG",
        &[value("number"), value("base").optional()],
        Kernel::OfTwo(log, 10.0),
        "The logarithm to a base, which is 10 where it is left out.",
    ),
    Record::new("LOG10", &[value("number")], Kernel::OfOne(log10), "The logarithm to the base 10."),
    Record::new(
        "MOD",
        &[value("number"), value("divisor")],
        Kernel::OfTwo(modulo, 0.0),
        "What a division leaves, with the sign of the divisor.",
    ),
    Record::new(
        "POWER",
        &[value("number"), value("power")],
        Kernel::OfTwo(arithmetic::power, 0.0),
        "A number raised to a power.",
    ),
    Record::new(
        "QUOTIENT",
        &[value("numerator"), value("denominator")],
        Kernel::OfRow(quotient),
        "The whole part of a division.",
    ),
    Record::new(
        "SIGN",
        &[value("number")],
        Kernel::OfOne(sign),
        "1, 0 or -1 for the sign of a number.",
    ),
    Record::new("SQRT", &[value("number")], Kernel::OfOne(sqrt), "The positive square root."),
    Record::new(
        "SQRTPI",
        &[value("number")],
        Kernel::OfRow(sqrt_pi),
        "The square root of a number times π.",
    ),
];

/// `MOD` is `#NUM!` where the quotient is not below this (Microsoft raised the limit of 2^27 in Excel 2010).
const MOD_LIMIT: f64 = 1_125_900_000_000.0;

fn positive(number: f64) -> Result<f64> {
    if number > 0.0 { Ok(number) } else { Err(ErrorCode::Num) }
}

fn ln(x: f64) -> Result<f64> {
    Ok(libm::log(positive(x)?))
}

fn log10(x: f64) -> Result<f64> {
    Ok(libm::log10(positive(x)?))
}

fn log(x: f64, base: f64) -> Result<f64> {
    let (x, base) = (positive(x)?, positive(base)?);
    if base == 10.0 {
        return Ok(libm::log10(x));
    }
    if base == 2.0 {
        return Ok(libm::log2(x));
    }
    if base == 1.0 {
        return Err(ErrorCode::Div);
    }
    Ok(libm::log(x) / libm::log(base))
}

fn modulo(number: f64, divisor: f64) -> Result<f64> {
    let rest = round::modulo(number, divisor).ok_or(ErrorCode::Div)?;
    if (number / divisor).abs() < MOD_LIMIT { Ok(rest) } else { Err(ErrorCode::Num) }
}

fn quotient(call: &Call<'_>) -> Result<Output> {
    let (a, b) = (call.required_number(0)?, call.required_number(1)?);
    if b == 0.0 { Err(ErrorCode::Div) } else { Ok(((a / b).trunc() + 0.0).into()) }
}

fn sign(x: f64) -> Result<f64> {
    Ok(if x == 0.0 { 0.0 } else { x.signum() })
}

fn sqrt(x: f64) -> Result<f64> {
    if x < 0.0 { Err(ErrorCode::Num) } else { Ok(x.sqrt()) }
}

fn sqrt_pi(call: &Call<'_>) -> Result<Output> {
    Ok(sqrt(call.required_number(0)? * PI)?.into())
}
