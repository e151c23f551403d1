//! The normal and the log-normal distribution, confidence intervals, Fisher's transformation.

use super::{
    arguments::{count, degrees, numbers, require},
    special::normal,
    t,
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const X_MEAN_DEVIATION: &[Parameter] = &[value("x"), value("mean"), value("standard_dev")];
const OF_NORMAL: &[Parameter] =
    &[value("x"), value("mean"), value("standard_dev"), value("cumulative")];
const OF_PROBABILITY: &[Parameter] = &[value("probability"), value("mean"), value("standard_dev")];
const OF_SIZE: &[Parameter] = &[value("alpha"), value("standard_dev"), value("size")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new("NORM.DIST", OF_NORMAL, Kernel::OfRow(norm_dist), "The normal distribution.")
        .future(),
    Record::new("NORMDIST", OF_NORMAL, Kernel::OfRow(norm_dist), "The normal distribution."),
    Record::new(
        "NORM.INV",
        OF_PROBABILITY,
        Kernel::OfRow(norm_inv),
        "What a normal distribution has a probability below.",
    )
    .future(),
    Record::new(
        "NORMINV",
        OF_PROBABILITY,
        Kernel::OfRow(norm_inv),
        "What a normal distribution has a probability below.",
    ),
    Record::new(
        "NORM.S.DIST",
        &[value("z"), value("cumulative")],
        Kernel::OfRow(norm_s_dist),
        "The standard normal distribution.",
    )
    .future(),
    Record::new(
        "NORMSDIST",
        &[value("z")],
        Kernel::OfOne(|z| Ok(normal::lower(z))),
        "The standard normal distribution, cumulative.",
    ),
    Record::new(
        "NORM.S.INV",
        &[value("probability")],
        Kernel::OfOne(norm_s_inv),
        "What the standard normal distribution has a probability below.",
    )
    .future(),
    Record::new(
        "NORMSINV",
        &[value("probability")],
        Kernel::OfOne(norm_s_inv),
        "What the standard normal distribution has a probability below.",
    ),
    Record::new(
        "PHI",
        &[value("x")],
        Kernel::OfOne(|x| Ok(normal::density(x))),
        "The density of the standard normal distribution.",
    )
    .future(),
    Record::new(
        "GAUSS",
        &[value("z")],
        Kernel::OfOne(|z| Ok(normal::central(z))),
        "The probability that a standard normal variable is between 0 and a number.",
    )
    .future(),
    Record::new(
        "LOGNORM.DIST",
        OF_NORMAL,
        Kernel::OfRow(lognorm_dist),
        "The distribution of what has a normal logarithm.",
    )
    .future(),
    Record::new(
        "LOGNORMDIST",
        X_MEAN_DEVIATION,
        Kernel::OfRow(lognormdist),
        "The distribution of what has a normal logarithm, cumulative.",
    ),
    Record::new(
        "LOGNORM.INV",
        OF_PROBABILITY,
        Kernel::OfRow(lognorm_inv),
        "What a log-normal distribution has a probability below.",
    )
    .future(),
    Record::new(
        "LOGINV",
        OF_PROBABILITY,
        Kernel::OfRow(lognorm_inv),
        "What a log-normal distribution has a probability below.",
    ),
    Record::new(
        "STANDARDIZE",
        X_MEAN_DEVIATION,
        Kernel::OfRow(standardize),
        "How many standard deviations a number is from the mean.",
    ),
    Record::new(
        "CONFIDENCE",
        OF_SIZE,
        Kernel::OfRow(confidence),
        "Half the width of the confidence interval of a mean, by the normal distribution.",
    ),
    Record::new(
        "CONFIDENCE.NORM",
        OF_SIZE,
        Kernel::OfRow(confidence),
        "Half the width of the confidence interval of a mean, by the normal distribution.",
    )
    .future(),
    Record::new(
        "CONFIDENCE.T",
        OF_SIZE,
        Kernel::OfRow(confidence_t),
        "Half the width of the confidence interval of a mean, by Student's t distribution.",
    )
    .future(),
    Record::new("FISHER", &[value("x")], Kernel::OfOne(fisher), "Fisher's transformation."),
    Record::new(
        "FISHERINV",
        &[value("y")],
        Kernel::OfOne(|y| Ok(y.tanh())),
        "The inverse of Fisher's transformation.",
    ),
];

fn norm_dist(call: &Call<'_>) -> Result<Output> {
    let [x, mean, deviation] = numbers(call)?;
    let cumulative = call.logical(3)?;
    require(deviation > 0.0)?;
    let z = (x - mean) / deviation;
    let value = if cumulative { normal::lower(z) } else { normal::density(z) / deviation };
    Ok(value.into())
}

fn norm_inv(call: &Call<'_>) -> Result<Output> {
    let [p, mean, deviation] = numbers(call)?;
    require(deviation > 0.0)?;
    Ok((mean + deviation * norm_s_inv(p)?).into())
}

fn norm_s_dist(call: &Call<'_>) -> Result<Output> {
    let z = call.number(0)?;
    let value = if call.logical(1)? { normal::lower(z) } else { normal::density(z) };
    Ok(value.into())
}

fn norm_s_inv(p: f64) -> Result<f64> {
    require(p > 0.0 && p < 1.0)?;
    Ok(normal::quantile(p))
}

fn lognorm_dist(call: &Call<'_>) -> Result<Output> {
    let [x, mean, deviation] = numbers(call)?;
    let cumulative = call.logical(3)?;
    require(x > 0.0 && deviation > 0.0)?;
    let z = (x.ln() - mean) / deviation;
    let value = if cumulative { normal::lower(z) } else { normal::density(z) / deviation / x };
    Ok(value.into())
}

fn lognormdist(call: &Call<'_>) -> Result<Output> {
    let [x, mean, deviation] = numbers(call)?;
    require(x > 0.0 && deviation > 0.0)?;
    Ok(normal::lower((x.ln() - mean) / deviation).into())
}

fn lognorm_inv(call: &Call<'_>) -> Result<Output> {
    let [p, mean, deviation] = numbers(call)?;
    require(deviation > 0.0)?;
    Ok((mean + deviation * norm_s_inv(p)?).exp().into())
}

fn standardize(call: &Call<'_>) -> Result<Output> {
    let [x, mean, deviation] = numbers(call)?;
    require(deviation > 0.0)?;
    Ok(((x - mean) / deviation).into())
}

/// The arguments of the confidence functions: alpha, standard deviation, size.
fn of_sample(call: &Call<'_>) -> Result<[f64; 3]> {
    let [alpha, deviation, size] = numbers(call)?;
    let size = count(size)?;
    require(alpha > 0.0 && alpha < 1.0 && deviation > 0.0 && size >= 1.0)?;
    Ok([alpha, deviation, size])
}

fn confidence(call: &Call<'_>) -> Result<Output> {
    let [alpha, deviation, size] = of_sample(call)?;
    Ok((-normal::quantile(0.5 * alpha) * deviation / size.sqrt()).into())
}

fn confidence_t(call: &Call<'_>) -> Result<Output> {
    let [alpha, deviation, size] = of_sample(call)?;
    if size < 2.0 {
        return Err(ErrorCode::Div);
    }
    Ok((t::two_tailed_quantile(alpha, degrees(size - 1.0)?) * deviation / size.sqrt()).into())
}

fn fisher(x: f64) -> Result<f64> {
    require(x > -1.0 && x < 1.0)?;
    Ok(x.atanh())
}
