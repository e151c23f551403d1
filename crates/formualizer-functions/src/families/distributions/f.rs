//! The F distribution: the ratio of two variances.

use super::{
    arguments::{degrees, is_probability, numbers, require},
    special::{
        Law, incomplete_beta,
        quantile::{self, Wanted},
    },
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};

const OF_X: &[Parameter] = &[value("x"), value("deg_freedom1"), value("deg_freedom2")];
const OF_PROBABILITY: &[Parameter] =
    &[value("probability"), value("deg_freedom1"), value("deg_freedom2")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "F.DIST",
        &[value("x"), value("deg_freedom1"), value("deg_freedom2"), value("cumulative")],
        Kernel::OfRow(f_dist),
        "The F distribution.",
    )
    .future(),
    Record::new(
        "F.DIST.RT",
        OF_X,
        Kernel::OfRow(f_dist_rt),
        "The right tail of the F distribution.",
    )
    .future(),
    Record::new("FDIST", OF_X, Kernel::OfRow(f_dist_rt), "The right tail of the F distribution."),
    Record::new(
        "F.INV",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::below)),
        "What the F distribution has a probability below.",
    )
    .future(),
    Record::new(
        "F.INV.RT",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::above)),
        "What the F distribution has a probability above.",
    )
    .future(),
    Record::new(
        "FINV",
        OF_PROBABILITY,
        Kernel::OfRow(|call| inverse(call, Wanted::above)),
        "What the F distribution has a probability above.",
    ),
];

/// The distribution at `f`, from 0.
pub(super) fn law(f: f64, degrees1: f64, degrees2: f64) -> Law {
    let (a, b) = (0.5 * degrees1, 0.5 * degrees2);
    if f <= 0.0 {
        return incomplete_beta::law(a, 1.0, 0.0, 1.0);
    }
    // Of the beta distribution at x = d₁f / (d₁f + d₂).
    let ratio = degrees1 / degrees2 * f;
    let (x, y) =
        if ratio.is_finite() { (ratio / (1.0 + ratio), (1.0 + ratio).recip()) } else { (1.0, 0.0) };
    let law = incomplete_beta::law(a, b, x, y);
    let density = if x > 0.0 && y > 0.0 { law.density * x * y / f } else { 0.0 };
    Law { density, ..law }
}

fn f_dist(call: &Call<'_>) -> Result<Output> {
    let [f, df1, df2] = numbers(call)?;
    let cumulative = call.logical(3)?;
    require(f >= 0.0)?;
    let law = law(f, degrees(df1)?, degrees(df2)?);
    Ok(if cumulative { law.lower } else { law.density }.into())
}

fn f_dist_rt(call: &Call<'_>) -> Result<Output> {
    let [f, df1, df2] = numbers(call)?;
    require(f >= 0.0)?;
    Ok(law(f, degrees(df1)?, degrees(df2)?).upper.into())
}

fn inverse(call: &Call<'_>, wanted: fn(f64) -> Wanted) -> Result<Output> {
    let [p, df1, df2] = numbers(call)?;
    require(is_probability(p))?;
    let (df1, df2, wanted) = (degrees(df1)?, degrees(df2)?, wanted(p));
    if wanted.lower <= 0.0 {
        return Ok(0.0.into());
    }
    require(wanted.upper > 0.0)?;
    Ok(quantile::find(wanted, 1.0, f64::MAX, |f| law(f, df1, df2)).into())
}
