//! Circular and hyperbolic functions, their inverses, and angles.
//!
//! Where Microsoft's pages say that an angle must be below 2^27, it is `#NUM!` from there on, and so it is for
//! `SIN`, `COS` and `TAN`, whose pages do not say so. For `COTH`, `CSCH` and `SECH` it is not (stored), whatever their pages say.

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Record, value},
};
use std::f64::consts::{FRAC_PI_2, PI};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "ACOS",
        &[value("number")],
        Kernel::OfOne(acos),
        "The angle from 0 to π of a cosine.",
    ),
    Record::new(
        "ACOSH",
        &[value("number")],
        Kernel::OfOne(acosh),
        "The inverse hyperbolic cosine.",
    ),
    Record::new(
        "ACOT",
        &[value("number")],
        Kernel::OfOne(acot),
        "The angle from 0 to π of a cotangent.",
    )
    .future(),
    Record::new(
        "ACOTH",
        &[value("number")],
        Kernel::OfOne(acoth),
        "The inverse hyperbolic cotangent.",
    )
    .future(),
    Record::new(
        "ASIN",
        &[value("number")],
        Kernel::OfOne(asin),
        "The angle from -π/2 to π/2 of a sine.",
    ),
    Record::new("ASINH", &[value("number")], Kernel::OfOne(asinh), "The inverse hyperbolic sine."),
    Record::new(
        "ATAN",
        &[value("number")],
        Kernel::OfOne(atan),
        "The angle from -π/2 to π/2 of a tangent.",
    ),
    Record::new(
        "ATAN2",
        &[value("x_num"), value("y_num")],
        Kernel::OfTwo(atan2, 0.0),
        "The angle of a point, from above -π to π.",
    ),
    Record::new(
        "ATANH",
        &[value("number")],
        Kernel::OfOne(atanh),
        "The inverse hyperbolic tangent.",
    ),
    Record::new("COS", &[value("number")], Kernel::OfOne(cos), "The cosine of an angle."),
    Record::new("COSH", &[value("number")], Kernel::OfOne(cosh), "The hyperbolic cosine."),
    Record::new("COT", &[value("number")], Kernel::OfOne(cot), "The cotangent of an angle.")
        .future(),
    Record::new("COTH", &[value("number")], Kernel::OfOne(coth), "The hyperbolic cotangent.")
        .future(),
    Record::new("CSC", &[value("number")], Kernel::OfOne(csc), "The cosecant of an angle.")
        .future(),
    Record::new("CSCH", &[value("number")], Kernel::OfOne(csch), "The hyperbolic cosecant.")
        .future(),
    Record::new(
        "DEGREES",
        &[value("angle")],
        Kernel::OfOne(degrees),
        "An angle in radians as degrees.",
    ),
    Record::new("PI", &[], Kernel::OfRow(pi), "The number π."),
    Record::new(
        "RADIANS",
        &[value("angle")],
        Kernel::OfOne(radians),
        "An angle in degrees as radians.",
    ),
    Record::new("SEC", &[value("number")], Kernel::OfOne(sec), "The secant of an angle.").future(),
    Record::new("SECH", &[value("number")], Kernel::OfOne(sech), "The hyperbolic secant.").future(),
    Record::new("SIN", &[value("number")], Kernel::OfOne(sin), "The sine of an angle."),
    Record::new("SINH", &[value("number")], Kernel::OfOne(sinh), "The hyperbolic sine."),
    Record::new("TAN", &[value("number")], Kernel::OfOne(tan), "The tangent of an angle."),
    Record::new("TANH", &[value("number")], Kernel::OfOne(tanh), "The hyperbolic tangent."),
];

/// Angles from here on are `#NUM!`.
pub(in crate::families) const ANGLE_LIMIT: f64 = 134_217_728.0;

/// An angle within the limit.
pub(in crate::families) fn angle(number: f64) -> Result<f64> {
    if number.abs() < ANGLE_LIMIT { Ok(number) } else { Err(ErrorCode::Num) }
}

/// One divided by a number.
fn inverse(number: f64) -> Result<f64> {
    if number == 0.0 { Err(ErrorCode::Div) } else { Ok(1.0 / number) }
}

/// What Excel takes π/2 for, less π/2: it rounds π/2 to 64 binary digits behind the point before it takes multiples of it off an angle.
/// So `SIN(PI())` is 1.22515E-16 there (stored values: `TAN(PI()/2)` is 1.63245522776191E+16).
const OFF: f64 = 2.508_278_806_334_166e-20;

/// The sine and cosine of an angle.
fn sine_and_cosine(x: f64) -> Result<(f64, f64)> {
    let x = angle(x)?;
    let (sin, cos) = (libm::sin(x), libm::cos(x));
    // By how much the angle is another one once it is reduced: it shows where one of them is near 0.
    let off = (x / FRAC_PI_2).round() * OFF;
    Ok((sin - off * cos, cos + off * sin))
}

/// The tangent.
fn tangent(x: f64) -> Result<f64> {
    const SMALL: f64 = 1e-3;
    let (sin, cos) = sine_and_cosine(x)?;
    Ok(match sin.abs().min(cos.abs()) < SMALL {
        true => sin / cos,
        false => libm::tan(x),
    })
}

fn acos(x: f64) -> Result<f64> {
    if x.abs() > 1.0 { Err(ErrorCode::Num) } else { Ok(libm::acos(x)) }
}

fn acosh(x: f64) -> Result<f64> {
    if x < 1.0 { Err(ErrorCode::Num) } else { Ok(libm::acosh(x)) }
}

/// The principal value lies between 0 and π (Microsoft's page of `ACOT`).
fn acot(x: f64) -> Result<f64> {
    // For large arguments the difference would lose its digits.
    Ok(if x > 1.0 { libm::atan(1.0 / x) } else { FRAC_PI_2 - libm::atan(x) })
}

fn acoth(x: f64) -> Result<f64> {
    if x.abs() <= 1.0 { Err(ErrorCode::Num) } else { Ok(libm::atanh(1.0 / x)) }
}

fn asin(x: f64) -> Result<f64> {
    if x.abs() > 1.0 { Err(ErrorCode::Num) } else { Ok(libm::asin(x)) }
}

fn asinh(x: f64) -> Result<f64> {
    Ok(libm::asinh(x))
}

fn atan(x: f64) -> Result<f64> {
    Ok(libm::atan(x))
}

fn atan2(x: f64, y: f64) -> Result<f64> {
    if x == 0.0 && y == 0.0 {
        return Err(ErrorCode::Div);
    }
    // Zero has no sign in Excel.
    Ok(libm::atan2(y + 0.0, x))
}

fn atanh(x: f64) -> Result<f64> {
    if x.abs() >= 1.0 { Err(ErrorCode::Num) } else { Ok(libm::atanh(x)) }
}

fn cos(x: f64) -> Result<f64> {
    Ok(sine_and_cosine(x)?.1)
}

fn cosh(x: f64) -> Result<f64> {
    Ok(libm::cosh(x))
}

fn cot(x: f64) -> Result<f64> {
    inverse(tangent(x)?)
}

fn coth(x: f64) -> Result<f64> {
    inverse(libm::tanh(x))
}

fn csc(x: f64) -> Result<f64> {
    inverse(sine_and_cosine(x)?.0)
}

fn csch(x: f64) -> Result<f64> {
    inverse(libm::sinh(x))
}

fn degrees(x: f64) -> Result<f64> {
    Ok(x * (180.0 / PI))
}

fn pi(_: &Call<'_>) -> Result<Output> {
    Ok(PI.into())
}

fn radians(x: f64) -> Result<f64> {
    Ok(x * (PI / 180.0))
}

fn sec(x: f64) -> Result<f64> {
    inverse(sine_and_cosine(x)?.1)
}

fn sech(x: f64) -> Result<f64> {
    inverse(libm::cosh(x))
}

fn sin(x: f64) -> Result<f64> {
    Ok(sine_and_cosine(x)?.0)
}

fn sinh(x: f64) -> Result<f64> {
    Ok(libm::sinh(x))
}

fn tan(x: f64) -> Result<f64> {
    tangent(x)
}

fn tanh(x: f64) -> Result<f64> {
    Ok(libm::tanh(x))
}
