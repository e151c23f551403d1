//! The chi-squared distribution: a gamma distribution of half the degrees of freedom and scale 2.

use super::{
    arguments::{degrees, is_probability, numbers, require},
    gamma::gamma_quantile,
    special::{incomplete_gamma, quantile::Wanted},
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};

const OF_X: &[Parameter] = &[value("x"), value("deg_freedom")];
const OF_PROBABILITY: &[Parameter] = &[value("probability"), value("deg_freedom")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "CHISQ.DIST",
        &[value("x"), value("deg_freedom"), value("cumulative")],
        Kernel::OfRow(chisq_dist),
        "The chi-squared distribution.",
    )
    .future(),
    Record::new(
        "CHISQ.DIST.RT",
        OF_X,
        Kernel::OfRow(chisq_dist_rt),
        "The right tail of the chi-squared distribution.",
    )
    .future(),
    Record::new(
        "CHIDIST",
        OF_X,
        Kernel::OfRow(chisq_dist_rt),
        "The right tail of the chi-squared distribution.",
    ),
    Record::new(
        "CHISQ.INV",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::below)),
        "What the chi-squared distribution has a probability below.",
    )
    .future(),
    Record::new(
        "CHISQ.INV.RT",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::above)),
        "What the chi-squared distribution has a probability above.",
    )
    .future(),
    Record::new(
        "CHIINV",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::above)),
        "What the chi-squared distribution has a probability above.",
    ),
];

fn chisq_dist(call: &Call<'_>) -> Result<Output> {
    let [x, df] = numbers(call)?;
    let cumulative = call.logical(2)?;
    require(x >= 0.0)?;
    let law = incomplete_gamma::law(0.5 * degrees(df)?, 0.5 * x);
    Ok(if cumulative { law.lower } else { 0.5 * law.density }.into())
}

fn chisq_dist_rt(call: &Call<'_>) -> Result<Output> {
    let [x, df] = numbers(call)?;
    require(x >= 0.0)?;
    Ok(right_tail(x, degrees(df)?).into())
}

/// The probability of more than `x`.
pub(super) fn right_tail(x: f64, degrees: f64) -> f64 {
    incomplete_gamma::law(0.5 * degrees, 0.5 * x).upper
}

fn inverse(call: &Call<'_>, wanted: fn(f64) -> Wanted) -> Result<Output> {
    let [p, df] = numbers(call)?;
    require(is_probability(p))?;
    Ok((2.0 * gamma_quantile(wanted(p), 0.5 * degrees(df)?)?).into())
}
