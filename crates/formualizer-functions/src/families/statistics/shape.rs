//! How numbers lie around their mean: `SKEW`, `SKEW.P`, `KURT` (the equations of Microsoft's pages).

use super::{averages::mean, float, spread::variance_of};
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    record::{Kernel, Parameter, array},
};

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("SKEW", NUMBERS, Kernel::OfRow(sample_skew), "The skewness of a sample.")
        .repeating(1),
    Record::new("SKEW.P", NUMBERS, Kernel::OfRow(skew), "The skewness of a population.")
        .repeating(1)
        .future(),
    Record::new("KURT", NUMBERS, Kernel::OfRow(kurtosis), "The excess kurtosis of a sample.")
        .repeating(1),
];

/// The sum of a power of the distances from the mean in units of a standard deviation; `#DIV/0!` where there are
/// fewer than `fewest` numbers, or all are the same.
fn moments(call: &Call<'_>, fewest: usize, spare: usize, power: i32) -> Result<(f64, f64)> {
    let numbers = call.numbers(0)?;
    if numbers.len() < fewest {
        return Err(ErrorCode::Div);
    }
    let mean = mean(&numbers)?;
    let deviation = variance_of(&numbers, spare)?.sqrt();
    if deviation == 0.0 {
        return Err(ErrorCode::Div);
    }
    let sum = numbers.iter().map(|n| ((n - mean) / deviation).powi(power)).sum();
    Ok((sum, float(numbers.len())))
}

fn sample_skew(call: &Call<'_>) -> Result<Output> {
    let (sum, n) = moments(call, 3, 1, 3)?;
    Ok((n / ((n - 1.0) * (n - 2.0)) * sum).into())
}

fn skew(call: &Call<'_>) -> Result<Output> {
    let (sum, n) = moments(call, 3, 0, 3)?;
    Ok((sum / n).into())
}

fn kurtosis(call: &Call<'_>) -> Result<Output> {
    let (sum, n) = moments(call, 4, 1, 4)?;
    let factor = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
    Ok((factor * sum - 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))).into())
}
