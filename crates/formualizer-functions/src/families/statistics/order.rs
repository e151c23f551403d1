//! Numbers by their place in order: `LARGE`, `SMALL`, `MEDIAN`, `PERCENTILE`, `QUARTILE` and their like,
//! `TRIMMEAN`.
//!
//! A percentile of n numbers stands at position k(n-1) from 0 where the ends are included and at k(n+1)-1 where
//! they are not, between two numbers by linear interpolation (Hyndman and Fan 1996, types 7 and 6).

use super::{
    averages::mean,
    float, index,
    sorted::{Numbers, prepared, there},
};
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    record::{Gives, Kernel, Parameter, Prepared, array, value},
    semantics::round,
};

const OF_K: &[Parameter] = &[array("array"), value("k")];
const OF_QUARTER: &[Parameter] = &[array("array"), value("quart")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("LARGE", OF_K, Kernel::Prepared(large), "The k-th largest number.")
        .giving(Gives::LikeFirst),
    Record::new("SMALL", OF_K, Kernel::Prepared(small), "The k-th smallest number.")
        .giving(Gives::LikeFirst),
    Record::new(
        "MEDIAN",
        &[array("number1"), array("number2").optional()],
        Kernel::OfRow(median),
        "The number in the middle, or the mean of the two there.",
    )
    .giving(Gives::LikeFirst)
    .repeating(1),
    Record::new(
        "PERCENTILE",
        OF_K,
        Kernel::Prepared(percentile),
        "The number that a share of the numbers, 0 to 1, does not pass.",
    ),
    Record::new(
        "PERCENTILE.INC",
        OF_K,
        Kernel::Prepared(percentile),
        "The number that a share of the numbers, 0 to 1, does not pass.",
    )
    .future(),
    Record::new(
        "PERCENTILE.EXC",
        OF_K,
        Kernel::Prepared(percentile_within),
        "The number that a share of the numbers, 0 and 1 excluded, does not pass.",
    )
    .future(),
    Record::new("QUARTILE", OF_QUARTER, Kernel::Prepared(quartile), "A quartile, 0 to 4."),
    Record::new("QUARTILE.INC", OF_QUARTER, Kernel::Prepared(quartile), "A quartile, 0 to 4.")
        .future(),
    Record::new(
        "QUARTILE.EXC",
        OF_QUARTER,
        Kernel::Prepared(quartile_within),
        "A quartile, 1 to 3, with the ends excluded.",
    )
    .future(),
    Record::new(
        "TRIMMEAN",
        &[array("array"), value("percent")],
        Kernel::Prepared(trimmed_mean),
        "The mean of the numbers without a share of them at both ends.",
    ),
];

fn large<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| {
        // The k-th largest is the (n+1-k)-th smallest, whose fraction is cut off: k is rounded up.
        let k = call.number(1)?.ceil();
        there(place(k).and_then(|k| numbers.len().checked_sub(k)).and_then(|at| numbers.nth(at)))
    })
}

fn small<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| {
        let k = call.number(1)?.floor();
        there(place(k).and_then(|k| numbers.nth(k - 1)))
    })
}

/// A place from 1.
fn place(k: f64) -> Option<usize> {
    (k >= 1.0).then(|| index(k))
}

fn median(call: &Call<'_>) -> Result<Output> {
    let mut numbers = call.numbers(0)?;
    let middle = numbers.len() / 2;
    let even = numbers.len().is_multiple_of(2);
    if numbers.is_empty() {
        return Err(ErrorCode::Num);
    }
    let (below, upper, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    Ok(match below.iter().copied().max_by(f64::total_cmp) {
        // Halves first, so that the sum does not overflow.
        Some(lower) if even && (lower + upper).is_infinite() => lower / 2.0 + upper / 2.0,
        Some(lower) if even => (lower + upper) / 2.0,
        _ => upper,
    }
    .into())
}

fn percentile<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| inclusive(numbers, call.number(1)?))
}

fn percentile_within<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| exclusive(numbers, call.number(1)?))
}

fn quartile<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| inclusive(numbers, call.number(1)?.trunc() / 4.0))
}

fn quartile_within<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    prepared(call, 0, rows, |numbers, call| exclusive(numbers, call.number(1)?.trunc() / 4.0))
}

fn inclusive(numbers: &Numbers, k: f64) -> Result<Output> {
    if numbers.len() == 0 || !(0.0..=1.0).contains(&k) {
        return Err(ErrorCode::Num);
    }
    there(numbers.at(k * float(numbers.len() - 1)))
}

fn exclusive(numbers: &Numbers, k: f64) -> Result<Output> {
    let n = float(numbers.len());
    // The product at fifteen digits, so that 1/(n+1) and n/(n+1) themselves are within.
    let position = tidy(k * (n + 1.0));
    if k <= 0.0 || k >= 1.0 || position < 1.0 || position > n {
        return Err(ErrorCode::Num);
    }
    there(numbers.at(position - 1.0))
}

/// A number without the noise behind its fifteenth digit, where that makes it whole.
fn tidy(number: f64) -> f64 {
    let near = number.round();
    if (number - near).abs() <= near.abs() * 1e-15 { near } else { number }
}

/// Half the share, rounded down to a whole count, goes at each end (Microsoft, "TRIMMEAN function").
fn trimmed_mean<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let mut numbers = call.numbers_of(0)?;
    if rows > 1 {
        numbers.sort_unstable_by(f64::total_cmp);
    }
    Ok(Box::new(move |call| {
        let share = call.number(1)?;
        if !(0.0..1.0).contains(&share) {
            return Err(ErrorCode::Num);
        }
        let cut = index(round::int(float(numbers.len()) * share / 2.0));
        let end = numbers.len().saturating_sub(cut);
        if end <= cut {
            return Err(ErrorCode::Num);
        }
        if rows > 1 {
            return Ok(mean(numbers.get(cut..end).unwrap_or_default())?.into());
        }
        let mut own = numbers.clone();
        own.sort_unstable_by(f64::total_cmp);
        Ok(mean(own.get(cut..end).unwrap_or_default())?.into())
    }))
}
