//! The gamma function; the gamma, the exponential and the Weibull distribution.

use super::{
    arguments::{is_probability, numbers, require},
    special::{
        gamma::{gamma, ln_gamma},
        incomplete_gamma, normal,
        quantile::{self, Wanted},
    },
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};

const OF_SHAPE: &[Parameter] = &[value("x"), value("alpha"), value("beta"), value("cumulative")];
const OF_PROBABILITY: &[Parameter] = &[value("probability"), value("alpha"), value("beta")];
const OF_RATE: &[Parameter] = &[value("x"), value("lambda"), value("cumulative")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "GAMMA",
        &[value("number")],
        Kernel::OfOne(|x| Ok(gamma(x))),
        "The gamma function.",
    )
    .future(),
    Record::new(
        "GAMMALN",
        &[value("x")],
        Kernel::OfOne(gammaln),
        "The natural logarithm of the gamma function.",
    ),
    Record::new(
        "GAMMALN.PRECISE",
        &[value("x")],
        Kernel::OfOne(gammaln),
        "The natural logarithm of the gamma function.",
    )
    .future(),
    Record::new("GAMMA.DIST", OF_SHAPE, Kernel::OfRow(gamma_dist), "The gamma distribution.")
        .future(),
    Record::new("GAMMADIST", OF_SHAPE, Kernel::OfRow(gamma_dist), "The gamma distribution."),
    Record::new(
        "GAMMA.INV",
        OF_PROBABILITY,
        Kernel::OfRow(gamma_inv),
        "What a gamma distribution has a probability below.",
    )
    .future(),
    Record::new(
        "GAMMAINV",
        OF_PROBABILITY,
        Kernel::OfRow(gamma_inv),
        "What a gamma distribution has a probability below.",
    ),
    Record::new("EXPON.DIST", OF_RATE, Kernel::OfRow(expon_dist), "The exponential distribution.")
        .future(),
    Record::new("EXPONDIST", OF_RATE, Kernel::OfRow(expon_dist), "The exponential distribution."),
    Record::new("WEIBULL.DIST", OF_SHAPE, Kernel::OfRow(weibull), "The Weibull distribution.")
        .future(),
    Record::new("WEIBULL", OF_SHAPE, Kernel::OfRow(weibull), "The Weibull distribution."),
];

fn gammaln(x: f64) -> Result<f64> {
    require(x > 0.0)?;
    Ok(ln_gamma(x))
}

fn gamma_dist(call: &Call<'_>) -> Result<Output> {
    let [x, alpha, beta] = numbers(call)?;
    let cumulative = call.logical(3)?;
    require(x >= 0.0 && alpha > 0.0 && beta > 0.0)?;
    let law = incomplete_gamma::law(alpha, x / beta);
    Ok(if cumulative { law.lower } else { law.density / beta }.into())
}

fn gamma_inv(call: &Call<'_>) -> Result<Output> {
    let [p, alpha, beta] = numbers(call)?;
    require(is_probability(p) && alpha > 0.0 && beta > 0.0)?;
    Ok((beta * gamma_quantile(Wanted::below(p), alpha)?).into())
}

/// Where the gamma distribution of a shape and scale 1 has the wanted tails; `#NUM!` at infinity.
pub(super) fn gamma_quantile(wanted: Wanted, shape: f64) -> Result<f64> {
    if wanted.lower <= 0.0 {
        return Ok(0.0);
    }
    require(wanted.upper > 0.0)?;
    // Wilson and Hilferty's cube root, or the first term of the series near 0.
    let z = if wanted.lower <= wanted.upper {
        normal::quantile(wanted.lower)
    } else {
        -normal::quantile(wanted.upper)
    };
    let cube = 1.0 - (9.0 * shape).recip() + z / (3.0 * shape.sqrt());
    let start = if cube > 0.1 {
        shape * cube.powi(3)
    } else {
        ((wanted.lower.ln() + ln_gamma(shape + 1.0)) / shape).exp()
    };
    Ok(quantile::find(wanted, start, f64::MAX, |x| incomplete_gamma::law(shape, x)))
}

fn expon_dist(call: &Call<'_>) -> Result<Output> {
    let [x, lambda] = numbers(call)?;
    let cumulative = call.logical(2)?;
    require(x >= 0.0 && lambda > 0.0)?;
    let value = if cumulative { -(-lambda * x).exp_m1() } else { lambda * (-lambda * x).exp() };
    Ok((value + 0.0).into())
}

fn weibull(call: &Call<'_>) -> Result<Output> {
    let [x, alpha, beta] = numbers(call)?;
    let cumulative = call.logical(3)?;
    require(x >= 0.0 && alpha > 0.0 && beta > 0.0)?;
    let ratio = x / beta;
    let power = ratio.powf(alpha);
    let value = if cumulative {
        -(-power).exp_m1() + 0.0
    } else {
        alpha / beta * ratio.powf(alpha - 1.0) * (-power).exp()
    };
    Ok(value.into())
}
