//! Student's t distribution.

use super::{
    arguments::{count, degrees, numbers, require},
    special::{
        Law,
        gamma::{LN_SQRT_TAU, deviance, stirling_error},
        incomplete_beta, normal,
        quantile::{self, Wanted},
    },
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};

const OF_X: &[Parameter] = &[value("x"), value("deg_freedom")];
const OF_PROBABILITY: &[Parameter] = &[value("probability"), value("deg_freedom")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "T.DIST",
        &[value("x"), value("deg_freedom"), value("cumulative")],
        Kernel::OfRow(t_dist),
        "Student's t distribution.",
    )
    .future(),
    Record::new(
        "T.DIST.2T",
        OF_X,
        Kernel::OfRow(t_dist_2t),
        "Both tails of Student's t distribution.",
    )
    .future(),
    Record::new(
        "T.DIST.RT",
        OF_X,
        Kernel::OfRow(t_dist_rt),
        "The right tail of Student's t distribution.",
    )
    .future(),
    Record::new(
        "TDIST",
        &[value("x"), value("deg_freedom"), value("tails")],
        Kernel::OfRow(tdist),
        "One or both tails of Student's t distribution.",
    ),
    Record::new(
        "T.INV",
        OF_PROBABILITY,
        Kernel::OfRow(t_inv),
        "What Student's t distribution has a probability below.",
    )
    .future(),
    Record::new(
        "T.INV.2T",
        OF_PROBABILITY,
        Kernel::OfRow(t_inv_2t),
        "What Student's t distribution has a probability outside of, on both sides.",
    )
    .future(),
    Record::new(
        "TINV",
        OF_PROBABILITY,
        Kernel::OfRow(t_inv_2t),
        "What Student's t distribution has a probability outside of, on both sides.",
    ),
];

/// The distribution of the absolute value at `t`, from 0: lower is what lies between −t and t, upper what lies
/// outside. Degrees of freedom need not be whole.
pub(super) fn two_sided(t: f64, degrees: f64) -> Law {
    // I of t² / (n + t²), without squares that overflow.
    let ratio = t / degrees.sqrt();
    let density = 2.0 * density(t, degrees);
    if ratio > 1e100 {
        // The first term of the tail is all of it: the density times t over the degrees of freedom.
        let upper = 2.0 * (ln_density(t, degrees) + t.ln() - degrees.ln()).exp();
        return Law { lower: 1.0 - upper, upper, density };
    }
    let square = ratio * ratio;
    let (x, y) = (square / (1.0 + square), (1.0 + square).recip());
    Law { density, ..incomplete_beta::law(0.5, 0.5 * degrees, x, y) }
}

fn density(t: f64, degrees: f64) -> f64 {
    ln_density(t, degrees).exp()
}

/// The logarithm of the density, in the form that Loader's terms give it.
fn ln_density(t: f64, degrees: f64) -> f64 {
    let half = 0.5 * degrees;
    let error = stirling_error(half + 0.5) - stirling_error(half) - deviance(half, half + 0.5);
    let ratio = t / degrees.sqrt();
    let ln = if ratio.abs() > 1e100 { 2.0 * ratio.abs().ln() } else { (ratio * ratio).ln_1p() };
    error - (half + 0.5) * ln - LN_SQRT_TAU
}

fn t_dist(call: &Call<'_>) -> Result<Output> {
    let [t, df] = numbers(call)?;
    let cumulative = call.logical(2)?;
    let df = degrees(df)?;
    let value = if !cumulative {
        density(t, df)
    } else if t < 0.0 {
        0.5 * two_sided(-t, df).upper
    } else {
        1.0 - 0.5 * two_sided(t, df).upper
    };
    Ok(value.into())
}

fn t_dist_2t(call: &Call<'_>) -> Result<Output> {
    let [t, df] = numbers(call)?;
    require(t >= 0.0)?;
    Ok(two_sided(t, degrees(df)?).upper.into())
}

fn t_dist_rt(call: &Call<'_>) -> Result<Output> {
    let [t, df] = numbers(call)?;
    let outside = 0.5 * two_sided(t.abs(), degrees(df)?).upper;
    Ok(if t < 0.0 { 1.0 - outside } else { outside }.into())
}

fn tdist(call: &Call<'_>) -> Result<Output> {
    let [t, df, tails] = numbers(call)?;
    let tails = count(tails)?;
    require(t >= 0.0 && (tails == 1.0 || tails == 2.0))?;
    Ok((0.5 * tails * two_sided(t, degrees(df)?).upper).into())
}

fn t_inv(call: &Call<'_>) -> Result<Output> {
    let [p, df] = numbers(call)?;
    require(p > 0.0 && p < 1.0)?;
    let df = degrees(df)?;
    let value = if p < 0.25 {
        -two_tailed_quantile(2.0 * p, df)
    } else if p > 0.75 {
        two_tailed_quantile(2.0 * (1.0 - p), df)
    } else {
        // What lies between −t and t is exact near the middle.
        let between = 2.0 * (p - 0.5);
        let wanted = Wanted::below(between.abs());
        outside_of(wanted, df).copysign(between)
    };
    Ok(value.into())
}

fn t_inv_2t(call: &Call<'_>) -> Result<Output> {
    let [p, df] = numbers(call)?;
    require(p > 0.0 && p <= 1.0)?;
    Ok(two_tailed_quantile(p, degrees(df)?).into())
}

/// What has the probability `p` outside of it, on both sides together; p is above 0.
pub(super) fn two_tailed_quantile(p: f64, degrees: f64) -> f64 {
    outside_of(Wanted::above(p), degrees)
}

fn outside_of(wanted: Wanted, degrees: f64) -> f64 {
    if wanted.lower <= 0.0 {
        return 0.0;
    }
    let start = -normal::quantile(0.5 * wanted.upper);
    quantile::find(wanted, start, f64::MAX, |t| two_sided(t, degrees))
}
