//! Means: `AVERAGE`, `AVERAGEA`, `GEOMEAN`, `HARMEAN`, and how far numbers lie from theirs, `AVEDEV`.

use super::{each_value, float};
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    record::{Kernel, Parameter, array},
};

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("AVERAGE", NUMBERS, Kernel::OfRow(average), "The mean of the numbers.")
        .repeating(1),
    Record::new(
        "AVERAGEA",
        &[array("value1"), array("value2").optional()],
        Kernel::OfRow(average_of_values),
        "The mean of the values; texts in cells are 0, logical values 0 or 1.",
    )
    .repeating(1),
    Record::new("GEOMEAN", NUMBERS, Kernel::OfRow(geometric), "The geometric mean.").repeating(1),
    Record::new("HARMEAN", NUMBERS, Kernel::OfRow(harmonic), "The harmonic mean.").repeating(1),
    Record::new(
        "AVEDEV",
        NUMBERS,
        Kernel::OfRow(average_deviation),
        "The mean distance of the numbers from their mean.",
    )
    .repeating(1),
];

/// The sum of some numbers over their count; `#DIV/0!` where there is none.
pub(super) fn mean(numbers: &[f64]) -> Result<f64> {
    if numbers.is_empty() {
        return Err(ErrorCode::Div);
    }
    Ok(numbers.iter().fold(0.0, |sum, n| sum + n) / float(numbers.len()))
}

fn average(call: &Call<'_>) -> Result<Output> {
    let (mut sum, mut count) = (0.0, 0);
    call.each_number(0, |n| {
        sum += n;
        count += 1;
    })?;
    over(sum, count)
}

fn average_of_values(call: &Call<'_>) -> Result<Output> {
    let (mut sum, mut count) = (0.0, 0);
    each_value(call, |n| {
        sum += n;
        count += 1;
    })?;
    over(sum, count)
}

fn over(sum: f64, count: usize) -> Result<Output> {
    if count == 0 { Err(ErrorCode::Div) } else { Ok((sum / float(count)).into()) }
}

/// Through logarithms, so that products do not overflow.
fn geometric(call: &Call<'_>) -> Result<Output> {
    let numbers = call.numbers(0)?;
    if numbers.is_empty() || numbers.iter().any(|n| *n <= 0.0) {
        return Err(ErrorCode::Num);
    }
    let product: f64 = numbers.iter().product();
    let count = float(numbers.len());
    // Where the product neither overflows nor loses digits it is nearer than the logarithms.
    let root = if (1e-290..1e290).contains(&product) {
        product.powf(1.0 / count)
    } else {
        (numbers.iter().map(|n| n.ln()).sum::<f64>() / count).exp()
    };
    Ok(root.into())
}

fn harmonic(call: &Call<'_>) -> Result<Output> {
    let numbers = call.numbers(0)?;
    if numbers.is_empty() {
        return Err(ErrorCode::Na);
    }
    if numbers.iter().any(|n| *n <= 0.0) {
        return Err(ErrorCode::Num);
    }
    Ok((float(numbers.len()) / numbers.iter().map(|n| 1.0 / n).sum::<f64>()).into())
}

fn average_deviation(call: &Call<'_>) -> Result<Output> {
    let numbers = call.numbers(0)?;
    let mean = mean(&numbers).map_err(|_| ErrorCode::Num)?;
    let sum: f64 = numbers.iter().map(|n| (n - mean).abs()).sum();
    Ok((sum / float(numbers.len())).into())
}
