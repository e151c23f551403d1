//! Tests of samples: chi-squared, F, t, z.

use super::{arguments::require, chi_squared, f, special::normal, t};
use crate::{
    call::{Call, Output, Result, whole},
    cells::Table,
    record::{Kernel, Parameter, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const OF_ARRAYS: &[Parameter] = &[array("array1"), array("array2")];
const OF_RANGES: &[Parameter] = &[array("actual_range"), array("expected_range")];
const OF_T: &[Parameter] = &[array("array1"), array("array2"), value("tails"), value("type")];
const OF_Z: &[Parameter] = &[array("array"), value("x"), value("sigma").optional()];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new(
        "CHISQ.TEST",
        OF_RANGES,
        Kernel::OfRow(chisq_test),
        "The probability that counts differ so much from what is expected by chance.",
    )
    .of_arrays()
    .future(),
    Record::new(
        "CHITEST",
        OF_RANGES,
        Kernel::OfRow(chisq_test),
        "The probability that counts differ so much from what is expected by chance.",
    )
    .of_arrays(),
    Record::new(
        "F.TEST",
        OF_ARRAYS,
        Kernel::OfRow(f_test),
        "The probability that variances of two samples differ so much by chance.",
    )
    .of_arrays()
    .future(),
    Record::new(
        "FTEST",
        OF_ARRAYS,
        Kernel::OfRow(f_test),
        "The probability that variances of two samples differ so much by chance.",
    )
    .of_arrays(),
    Record::new(
        "T.TEST",
        OF_T,
        Kernel::OfRow(t_test),
        "The probability that means of two samples differ so much by chance.",
    )
    .of_arrays()
    .future(),
    Record::new(
        "TTEST",
        OF_T,
        Kernel::OfRow(t_test),
        "The probability that means of two samples differ so much by chance.",
    )
    .of_arrays(),
    Record::new(
        "Z.TEST",
        OF_Z,
        Kernel::OfRow(z_test),
        "The probability that the mean of a sample is greater than it is by chance.",
    )
    .future(),
    Record::new(
        "ZTEST",
        OF_Z,
        Kernel::OfRow(z_test),
        "The probability that the mean of a sample is greater than it is by chance.",
    ),
];

/// Pairs of numbers of two tables of as many cells; pairs that are not two numbers are passed over.
fn pairs(a: &Table, b: &Table) -> Result<Vec<(f64, f64)>> {
    let mut pairs = Vec::new();
    for (a, b) in a.iter().zip(b.iter()) {
        match (a.scalar(), b.scalar()) {
            (Scalar::Error(code), _) | (_, Scalar::Error(code)) => return Err(code),
            (Scalar::Number(a), Scalar::Number(b)) => pairs.push((a, b)),
            _ => {}
        }
    }
    Ok(pairs)
}

/// A size as a number.
#[expect(clippy::cast_precision_loss, reason = "cells of an array are far fewer than 2^53")]
fn size(count: usize) -> f64 {
    count as f64
}

fn chisq_test(call: &Call<'_>) -> Result<Output> {
    let (actual, expected) = (call.array(0)?, call.array(1)?);
    let (height, width) = (actual.height(), actual.width());
    if (height, width) != (expected.height(), expected.width()) || height * width == 1 {
        return Err(ErrorCode::Na);
    }
    let degrees = match (height, width) {
        (1, n) | (n, 1) => size(n - 1),
        _ => size(height - 1) * size(width - 1),
    };
    let mut sum = 0.0;
    for (actual, expected) in pairs(&actual, &expected)? {
        if expected == 0.0 {
            return Err(ErrorCode::Div);
        }
        require(expected > 0.0)?;
        sum += (actual - expected) * (actual - expected) / expected;
    }
    Ok(chi_squared::right_tail(sum, degrees).into())
}

/// How many numbers, their mean, and the sum of the squares of their distances from it.
#[derive(Clone, Copy, Debug)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of(numbers: &[f64]) -> Self {
        let count = size(numbers.len());
        let mean = numbers.iter().sum::<f64>() / count;
        let squares = numbers.iter().map(|n| (n - mean) * (n - mean)).sum();
        Self { count, mean, squares }
    }

    /// The variance of the population that the sample is of; `#DIV/0!` where there is none, or it is 0.
    fn variance(self) -> Result<f64> {
        let variance = self.squares / (self.count - 1.0);
        if self.count < 2.0 || variance == 0.0 { Err(ErrorCode::Div) } else { Ok(variance) }
    }
}

fn f_test(call: &Call<'_>) -> Result<Output> {
    let a = Moments::of(&call.numbers_of(0)?);
    let b = Moments::of(&call.numbers_of(1)?);
    let law = f::law(a.variance()? / b.variance()?, a.count - 1.0, b.count - 1.0);
    Ok((2.0 * law.lower.min(law.upper)).min(1.0).into())
}

fn t_test(call: &Call<'_>) -> Result<Output> {
    let (tails, kind) = (whole(call.number(2)?)?, whole(call.number(3)?)?);
    require(matches!(tails, 1 | 2) && matches!(kind, 1..=3))?;
    let (t, degrees) = match kind {
        1 => paired(call)?,
        _ => unpaired(call, kind == 2)?,
    };
    let outside = t::two_sided(t.abs(), degrees).upper;
    Ok(if tails == 1 { 0.5 * outside } else { outside }.into())
}

/// The statistic and its degrees of freedom, for pairs.
fn paired(call: &Call<'_>) -> Result<(f64, f64)> {
    let (a, b) = (call.array(0)?, call.array(1)?);
    if a.height() * a.width() != b.height() * b.width() {
        return Err(ErrorCode::Na);
    }
    let differences: Vec<f64> = pairs(&a, &b)?.iter().map(|(a, b)| a - b).collect();
    let moments = Moments::of(&differences);
    let error = (moments.variance()? / moments.count).sqrt();
    Ok((moments.mean / error, moments.count - 1.0))
}

/// The statistic and its degrees of freedom, for two samples of equal or of unequal variance (Welch).
fn unpaired(call: &Call<'_>, equal: bool) -> Result<(f64, f64)> {
    let a = Moments::of(&call.numbers_of(0)?);
    let b = Moments::of(&call.numbers_of(1)?);
    if a.count < 2.0 || b.count < 2.0 {
        return Err(ErrorCode::Div);
    }
    let (square, degrees) = if equal {
        let degrees = a.count + b.count - 2.0;
        ((a.squares + b.squares) / degrees * (a.count.recip() + b.count.recip()), degrees)
    } else {
        let of_a = a.squares / (a.count - 1.0) / a.count;
        let of_b = b.squares / (b.count - 1.0) / b.count;
        let sum = of_a + of_b;
        let parts = (of_a / sum).powi(2) / (a.count - 1.0) + (of_b / sum).powi(2) / (b.count - 1.0);
        (sum, parts.recip())
    };
    if square == 0.0 {
        return Err(ErrorCode::Div);
    }
    Ok(((a.mean - b.mean) / square.sqrt(), degrees))
}

fn z_test(call: &Call<'_>) -> Result<Output> {
    let numbers = call.numbers_of(0)?;
    let x = call.number(1)?;
    if numbers.is_empty() {
        return Err(ErrorCode::Na);
    }
    let moments = Moments::of(&numbers);
    let deviation = if call.is_missing(2) {
        moments.variance()?.sqrt()
    } else {
        let sigma = call.number(2)?;
        require(sigma > 0.0)?;
        sigma
    };
    Ok(normal::upper((moments.mean - x) / deviation * moments.count.sqrt()).into())
}
