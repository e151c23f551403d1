//! Error functions and Bessel functions.
//!
//! The error functions and the functions J and Y come from the crate `libm`. I is its power series, whose terms
//! are all positive (Abramowitz and Stegun 9.6.10). K is its integral `∫ exp(-x cosh t) cosh(nt) dt` from 0 on
//! (9.6.24) for the orders 0 and 1 by the trapezoidal rule, which converges exponentially fast there, and the
//! recurrence 9.6.26 for higher orders.

use crate::{
    call::{Argument, Call, Output, Result, whole},
    families::math::trigonometry::ANGLE_LIMIT,
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const BESSEL: &[Parameter] = &[value("x"), value("n")];
const BESSEL_DIFFERS: &str = "Right to ten digits and more, where Excel is to seven or eight.";
const X: &[Parameter] = &[value("x")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "BESSELI",
        BESSEL,
        Kernel::OfRow(bessel_i),
        "The modified Bessel function of the first kind.",
    )
    .differing(BESSEL_DIFFERS),
    Record::new(
        "BESSELJ",
        BESSEL,
        Kernel::OfRow(bessel_j),
        "The Bessel function of the first kind.",
    )
    .differing(BESSEL_DIFFERS),
    Record::new(
        "BESSELK",
        BESSEL,
        Kernel::OfRow(bessel_k),
        "The modified Bessel function of the second kind.",
    )
    .differing(BESSEL_DIFFERS),
    Record::new(
        "BESSELY",
        BESSEL,
        Kernel::OfRow(bessel_y),
        "The Bessel function of the second kind.",
    )
    .differing(BESSEL_DIFFERS),
    Record::new(
        "ERF",
        &[value("lower_limit"), value("upper_limit").optional()],
        Kernel::OfRow(erf),
        "The error function from 0 to a limit, or between two.",
    ),
    Record::new(
        "ERF.PRECISE",
        X,
        Kernel::OfRow(|call| Ok(libm::erf(call.required_number(0)?).into())),
        "The error function from 0 to a limit.",
    )
    .future(),
    Record::new(
        "ERFC",
        X,
        Kernel::OfRow(|call| Ok(libm::erfc(call.required_number(0)?).into())),
        "The complement of the error function.",
    ),
    Record::new(
        "ERFC.PRECISE",
        X,
        Kernel::OfRow(|call| Ok(libm::erfc(call.required_number(0)?).into())),
        "The complement of the error function.",
    )
    .future(),
];

/// The highest order that is worked out; above it the recurrences would take too long.
const HIGHEST_ORDER: i64 = 1 << 20;

/// Numbers are made smaller from here on.
const LARGE: f64 = 1e250;

fn erf(call: &Call<'_>) -> Result<Output> {
    let lower = call.required_number(0)?;
    if matches!(call.argument(1), Argument::Missing | Argument::Empty) {
        return Ok(libm::erf(lower).into());
    }
    let upper = call.strict_number(1)?;
    // Both far on one side the difference of the complements keeps the digits.
    let difference = if lower > 0.5 && upper > 0.5 {
        libm::erfc(lower) - libm::erfc(upper)
    } else if lower < -0.5 && upper < -0.5 {
        libm::erfc(-upper) - libm::erfc(-lower)
    } else {
        libm::erf(upper) - libm::erf(lower)
    };
    Ok(difference.into())
}

/// The argument and the order, which is not negative.
fn arguments(call: &Call<'_>) -> Result<(f64, i32)> {
    let (x, n) = (call.required_number(0)?, whole(call.required_number(1)?)?);
    if !(0..=HIGHEST_ORDER).contains(&n) {
        return Err(ErrorCode::Num);
    }
    Ok((x, i32::try_from(n).map_err(|_| ErrorCode::Num)?))
}

fn bessel_j(call: &Call<'_>) -> Result<Output> {
    let (x, n) = arguments(call)?;
    if x.abs() >= ANGLE_LIMIT {
        return Err(ErrorCode::Num);
    }
    // At most (|x|/2)ⁿ/n! (Abramowitz and Stegun 9.1.62), which is soon below the smallest number.
    let order = f64::from(n);
    let most = order * libm::log(x.abs() / 2.0) - libm::lgamma(order + 1.0);
    if n > 100 && most < -750.0 {
        return Ok(0.0.into());
    }
    Ok((libm::jn(n, x) + 0.0).into())
}

fn bessel_y(call: &Call<'_>) -> Result<Output> {
    let (x, n) = arguments(call)?;
    if x <= 0.0 || x >= ANGLE_LIMIT { Err(ErrorCode::Num) } else { Ok(libm::yn(n, x).into()) }
}

fn bessel_i(call: &Call<'_>) -> Result<Output> {
    let (x, n) = arguments(call)?;
    let size = series_i(x.abs(), n);
    // Odd orders are odd functions.
    Ok(if x < 0.0 && n % 2 == 1 { -size } else { size }.into())
}

/// (x/2)ⁿ/n! · (1 + (x²/4)/(n+1) + (x²/4)²/(2!(n+1)(n+2)) + …), its size kept apart as a logarithm.
fn series_i(x: f64, n: i32) -> f64 {
    if x == 0.0 {
        return if n == 0 { 1.0 } else { 0.0 };
    }
    let (half, order) = (x / 2.0, f64::from(n));
    let mut factor = 1.0;
    let mut log = 0.0;
    if n <= 100 {
        for k in 1..=n {
            factor *= half / f64::from(k);
        }
    }
    if n > 100 || !f64::is_normal(factor) {
        factor = 1.0;
        log = order * libm::log(half) - libm::lgamma(order + 1.0);
    }
    let square = half * half;
    let (mut sum, mut term, mut k) = (1.0_f64, 1.0_f64, 0.0);
    loop {
        k += 1.0;
        term *= square / (k * (k + order));
        sum += term;
        if sum > LARGE {
            sum /= LARGE;
            term /= LARGE;
            log += libm::log(LARGE);
        }
        if term <= sum * 1e-17 {
            break;
        }
        // All terms are positive: what is too large stays so.
        if log + libm::log(factor) > 710.0 {
            return f64::INFINITY;
        }
    }
    match log == 0.0 {
        true => factor * sum,
        false => libm::exp(log + libm::log(factor * sum)),
    }
}

fn bessel_k(call: &Call<'_>) -> Result<Output> {
    let (x, n) = arguments(call)?;
    if x <= 0.0 {
        return Err(ErrorCode::Num);
    }
    // The exponential is kept apart, so that it does not vanish before high orders outweigh it.
    let (mut before, mut here) = (integral_k(x, 0.0), integral_k(x, 1.0));
    if n == 0 {
        return Ok((before * libm::exp(-x)).into());
    }
    let mut log = -x;
    for order in 1..n {
        let next = before + 2.0 * f64::from(order) / x * here;
        (before, here) = (here, next);
        if here > LARGE {
            (before, here, log) = (before / LARGE, here / LARGE, log + libm::log(LARGE));
        }
        if log > 710.0 || !here.is_finite() {
            return Err(ErrorCode::Num);
        }
    }
    let result = if log == -x && x < 700.0 {
        here * libm::exp(log)
    } else {
        libm::exp(log + libm::log(here))
    };
    Ok(result.into())
}

/// The integral for a low order, times eˣ. The step is so small that the rule's error is below the last bit: the integrand
/// is as wide as 1/√x.
fn integral_k(x: f64, order: f64) -> f64 {
    let step = 0.1 / x.sqrt().max(1.0);
    let mut sum = 0.5;
    let mut at = 0.0;
    loop {
        at += 1.0;
        let t = at * step;
        // cosh t - 1, without the loss of digits.
        let sinh = libm::sinh(t / 2.0);
        let term = libm::exp(-2.0 * x * sinh * sinh) * libm::cosh(order * t);
        sum += term;
        if term <= sum * 1e-18 {
            return sum * step;
        }
    }
}
