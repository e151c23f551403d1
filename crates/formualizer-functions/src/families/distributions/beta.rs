//! The beta distribution.

use super::{
    arguments::{numbers, require},
    special::{
        incomplete_beta,
        quantile::{self, Wanted},
    },
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};

const OF_PROBABILITY: &[Parameter] = &[
    value("probability"),
    value("alpha"),
    value("beta"),
    value("A").optional(),
    value("B").optional(),
];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "BETA.DIST",
        &[
            value("x"),
            value("alpha"),
            value("beta"),
            value("cumulative"),
            value("A").optional(),
            value("B").optional(),
        ],
        Kernel::OfRow(beta_dist),
        "The beta distribution.",
    )
    .future(),
    Record::new(
        "BETADIST",
        &[value("x"), value("alpha"), value("beta"), value("A").optional(), value("B").optional()],
        Kernel::OfRow(betadist),
        "The beta distribution, cumulative.",
    ),
    Record::new(
        "BETA.INV",
        OF_PROBABILITY,
        Kernel::OfRow(beta_inv),
        "What a beta distribution has a probability below.",
    )
    .future(),
    Record::new(
        "BETAINV",
        OF_PROBABILITY,
        Kernel::OfRow(beta_inv),
        "What a beta distribution has a probability below.",
    ),
];

fn beta_dist(call: &Call<'_>) -> Result<Output> {
    let cumulative = call.logical(3)?;
    distribution(call, 4, cumulative)
}

fn betadist(call: &Call<'_>) -> Result<Output> {
    distribution(call, 3, true)
}

fn distribution(call: &Call<'_>, bounds: usize, cumulative: bool) -> Result<Output> {
    let [x, alpha, beta] = numbers(call)?;
    let (low, high) = (call.number_or(bounds, 0.0)?, call.number_or(bounds + 1, 1.0)?);
    require(alpha > 0.0 && beta > 0.0 && low < high && x >= low && x <= high)?;
    let width = high - low;
    let law = incomplete_beta::law(alpha, beta, (x - low) / width, (high - x) / width);
    Ok(if cumulative { law.lower } else { law.density / width }.into())
}

fn beta_inv(call: &Call<'_>) -> Result<Output> {
    let [p, alpha, beta] = numbers(call)?;
    let (low, high) = (call.number_or(3, 0.0)?, call.number_or(4, 1.0)?);
    require(p > 0.0 && p <= 1.0 && alpha > 0.0 && beta > 0.0 && low < high)?;
    if p >= 1.0 {
        return Ok(high.into());
    }
    Ok((low + (high - low) * beta_quantile(p, alpha, beta)).into())
}

/// Where the beta distribution on 0 to 1 has a probability below, between 0 and 1.
fn beta_quantile(p: f64, alpha: f64, beta: f64) -> f64 {
    let mean = alpha / (alpha + beta);
    // From the end that is nearer, so that the distance from it is exact.
    if incomplete_beta::law(alpha, beta, 0.5, 0.5).lower >= p {
        let law = |x| incomplete_beta::law(alpha, beta, x, 1.0 - x);
        quantile::find(Wanted::below(p), mean, 1.0, law)
    } else {
        let law = |y| incomplete_beta::law(beta, alpha, y, 1.0 - y);
        1.0 - quantile::find(Wanted::above(p), 1.0 - mean, 1.0, law)
    }
}
