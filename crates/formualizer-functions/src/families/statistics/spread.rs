//! Variances, standard deviations, sums of squared deviations, in two passes: the mean first, then the squares of
//! the distances from it.

use super::{averages::mean, each_value, float};
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    record::{Kernel, Parameter, array},
};

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];
const VALUES: &[Parameter] = &[array("value1"), array("value2").optional()];

const SAMPLE_VARIANCE: &str = "The variance of a population that the numbers are a sample of.";
const VARIANCE: &str = "The variance of a population that the numbers are.";
const SAMPLE_DEVIATION: &str =
    "The standard deviation of a population that the numbers are a sample of.";
const DEVIATION: &str = "The standard deviation of a population that the numbers are.";

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "DEVSQ",
        NUMBERS,
        Kernel::OfRow(squares),
        "The sum of the squared distances of the numbers from their mean.",
    )
    .repeating(1),
    Record::new("VAR", NUMBERS, Kernel::OfRow(sample_variance), SAMPLE_VARIANCE).repeating(1),
    Record::new("VAR.S", NUMBERS, Kernel::OfRow(sample_variance), SAMPLE_VARIANCE)
        .repeating(1)
        .future(),
    Record::new("VARP", NUMBERS, Kernel::OfRow(variance), VARIANCE).repeating(1),
    Record::new("VAR.P", NUMBERS, Kernel::OfRow(variance), VARIANCE).repeating(1).future(),
    Record::new("STDEV", NUMBERS, Kernel::OfRow(sample_deviation), SAMPLE_DEVIATION).repeating(1),
    Record::new("STDEV.S", NUMBERS, Kernel::OfRow(sample_deviation), SAMPLE_DEVIATION)
        .repeating(1)
        .future(),
    Record::new("STDEVP", NUMBERS, Kernel::OfRow(deviation), DEVIATION).repeating(1),
    Record::new("STDEV.P", NUMBERS, Kernel::OfRow(deviation), DEVIATION).repeating(1).future(),
    Record::new(
        "VARA",
        VALUES,
        Kernel::OfRow(sample_variance_of_values),
        "As VAR.S; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
    Record::new(
        "VARPA",
        VALUES,
        Kernel::OfRow(variance_of_values),
        "As VAR.P; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
    Record::new(
        "STDEVA",
        VALUES,
        Kernel::OfRow(sample_deviation_of_values),
        "As STDEV.S; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
    Record::new(
        "STDEVPA",
        VALUES,
        Kernel::OfRow(deviation_of_values),
        "As STDEV.P; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
];

/// The sum of the squared distances from the mean.
pub(super) fn sum_of_squares(numbers: &[f64]) -> Result<f64> {
    let mean = mean(numbers)?;
    Ok(numbers.iter().fold(0.0, |sum, n| sum + (n - mean) * (n - mean)))
}

/// The variance of numbers that are a sample (`spare` 1) or all (`spare` 0).
pub(super) fn variance_of(numbers: &[f64], spare: usize) -> Result<f64> {
    if numbers.len() <= spare {
        return Err(ErrorCode::Div);
    }
    Ok(sum_of_squares(numbers)? / float(numbers.len() - spare))
}

fn values(call: &Call<'_>) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    each_value(call, |n| values.push(n))?;
    Ok(values)
}

fn squares(call: &Call<'_>) -> Result<Output> {
    let numbers = call.numbers(0)?;
    Ok(sum_of_squares(&numbers).map_err(|_| ErrorCode::Num)?.into())
}

fn sample_variance(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&call.numbers(0)?, 1)?.into())
}

fn variance(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&call.numbers(0)?, 0)?.into())
}

fn sample_deviation(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&call.numbers(0)?, 1)?.sqrt().into())
}

fn deviation(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&call.numbers(0)?, 0)?.sqrt().into())
}

fn sample_variance_of_values(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&values(call)?, 1)?.into())
}

fn variance_of_values(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&values(call)?, 0)?.into())
}

fn sample_deviation_of_values(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&values(call)?, 1)?.sqrt().into())
}

fn deviation_of_values(call: &Call<'_>) -> Result<Output> {
    Ok(variance_of(&values(call)?, 0)?.sqrt().into())
}
