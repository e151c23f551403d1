//! Sums, means, variances and percentiles of numbers, and numbers of columns as slices.
//!
//! What several families need. Functions of no numbers at all give `None`.

use crate::{
    call::{Argument, Call, Result, each_number_by_rows},
    cells::{Cells, NumberKind, Table},
    semantics::Scalar,
};
use arrow_array::Array as _;
use std::borrow::Cow;
use udf_abi::{ErrorCode, frame::tag};

/// Visits the numbers of an argument, as [`Call::each_number_of`] does, a slice at a time.
///
/// # Errors
///
/// The first error; `#VALUE!` for a text in the formula that is no number.
pub(crate) fn each_slice_of(
    call: &Call<'_>,
    index: usize,
    visit: &mut impl FnMut(&[f64]),
) -> Result<()> {
    match call.argument(index) {
        Argument::Array(table) => match table.columns() {
            [column] => each_slice(column, visit)?,
            columns => each_number_by_rows(columns, &mut |n| visit(&[n]))?,
        },
        Argument::Missing => {}
        _ => visit(&[call.number(index)?]),
    }
    Ok(())
}

/// Visits the numbers of a column from top to bottom, a slice at a time; other cells are passed over.
///
/// # Errors
///
/// The first error.
pub(crate) fn each_slice(column: &Cells, visit: &mut impl FnMut(&[f64])) -> Result<()> {
    match column {
        Cells::Blank(_) | Cells::Logicals(_) | Cells::Texts(_) => {}
        Cells::Numbers(_, array) => match array.nulls() {
            None => visit(array.values()),
            // Many short runs are put together first.
            Some(nulls) if nulls.null_count() > array.len() / 64 => {
                let mut together = [0.0; 256];
                let mut count = 0;
                for row in nulls.valid_indices() {
                    if let (Some(to), Some(n)) = (together.get_mut(count), array.values().get(row))
                    {
                        *to = *n;
                        count += 1;
                    }
                    if count == together.len() {
                        visit(&together);
                        count = 0;
                    }
                }
                visit(together.get(..count).unwrap_or(&[]));
            }
            Some(nulls) => {
                for (start, end) in nulls.valid_slices() {
                    visit(array.values().get(start..end).unwrap_or(&[]));
                }
            }
        },
        Cells::Mixed(mixed) => {
            let mut start = 0;
            for run in mixed.tags.chunk_by(|a, b| is_number(*a) == is_number(*b)) {
                if run.first().is_some_and(|tag| is_number(*tag)) {
                    visit(mixed.numbers.get(start..start + run.len()).unwrap_or(&[]));
                } else if let Some(at) = run.iter().position(|tag| *tag == tag::ERROR) {
                    return match column.get(start + at).scalar() {
                        Scalar::Error(code) => Err(code),
                        _ => Err(ErrorCode::Error),
                    };
                }
                start += run.len();
            }
        }
    }
    Ok(())
}

/// A column with 0 for each cell that is no number.
pub(crate) fn dense_column(column: &Cells) -> Cow<'_, [f64]> {
    match column {
        Cells::Numbers(_, array) => match array.nulls() {
            None => Cow::Borrowed(array.values()),
            Some(nulls) => {
                let value = |(n, valid): (&f64, bool)| if valid { *n } else { 0.0 };
                Cow::Owned(array.values().iter().zip(nulls.iter()).map(value).collect())
            }
        },
        Cells::Blank(len) => Cow::Owned(vec![0.0; *len]),
        Cells::Logicals(array) => Cow::Owned(vec![0.0; array.len()]),
        Cells::Texts(array) => Cow::Owned(vec![0.0; array.len()]),
        Cells::Mixed(mixed) => {
            let value = |(tag, n): (&u8, &f64)| if is_number(*tag) { *n } else { 0.0 };
            Cow::Owned(mixed.tags.iter().zip(&*mixed.numbers).map(value).collect())
        }
    }
}

/// Whether a cell of a kind holds a number.
fn is_number(tag: u8) -> bool {
    NumberKind::ALL.iter().any(|kind| kind.tag() == tag)
}

/// The first error of a column.
pub(crate) fn first_error(column: &Cells) -> Option<ErrorCode> {
    let Cells::Mixed(mixed) = column else { return None };
    let at = mixed.tags.iter().position(|tag| *tag == tag::ERROR)?;
    match column.get(at).scalar() {
        Scalar::Error(code) => Some(code),
        _ => None,
    }
}

/// The numbers of tables in order, as a range gives them. Errors are passed over where `skip_errors`.
///
/// # Errors
///
/// The first error.
pub(crate) fn numbers_of_tables(tables: &[&Table], skip_errors: bool) -> Result<Vec<f64>> {
    let mut numbers = Vec::new();
    for column in tables.iter().flat_map(|table| table.columns()) {
        if skip_errors && matches!(column, Cells::Mixed(_)) {
            numbers.extend(column.iter().filter_map(|cell| match cell.scalar() {
                Scalar::Number(n) => Some(n),
                _ => None,
            }));
        } else {
            each_slice(column, &mut |slice| numbers.extend_from_slice(slice))?;
        }
    }
    Ok(numbers)
}

/// The sum, from left to right.
pub(crate) fn sum(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |total, n| total + n)
}

/// How many numbers there are, as a number.
pub(crate) fn count(numbers: &[f64]) -> f64 {
    numbers.len() as f64
}

/// The arithmetic mean.
pub(crate) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| sum(numbers) / count(numbers))
}

/// The sum of the squares of what differs from the mean; in two passes, so that no digits are lost.
pub(crate) fn squared_deviations(numbers: &[f64]) -> Option<f64> {
    let mean = mean(numbers)?;
    Some(numbers.iter().fold(0.0, |total, n| total + (n - mean) * (n - mean)))
}

/// The variance of a sample, which needs two numbers.
pub(crate) fn variance_of_sample(numbers: &[f64]) -> Option<f64> {
    if numbers.len() < 2 {
        return None;
    }
    Some(squared_deviations(numbers)? / (count(numbers) - 1.0))
}

/// The variance of a whole population.
pub(crate) fn variance_of_population(numbers: &[f64]) -> Option<f64> {
    Some(squared_deviations(numbers)? / count(numbers))
}

/// The numbers in ascending order.
pub(crate) fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers
}

/// The value at a place from 0 in ascending numbers, between two of them by their distance.
fn interpolated(ascending: &[f64], place: f64) -> Option<f64> {
    let below = place.floor();
    let part = place - below;
    let low = *ascending.get(below as usize)?;
    if part == 0.0 {
        return Some(low);
    }
    let high = *ascending.get(below as usize + 1)?;
    Some(low + part * (high - low))
}

/// The percentile that includes both ends (`PERCENTILE.INC`): place `k·(n-1)` from 0. `None` for a `k` that is not
/// from 0 to 1.
pub(crate) fn percentile_inc(ascending: &[f64], k: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&k) || ascending.is_empty() {
        return None;
    }
    interpolated(ascending, k * (count(ascending) - 1.0))
}

/// The percentile that excludes both ends (`PERCENTILE.EXC`): place `k·(n+1)` from 1. `None` for a `k` below
/// `1/(n+1)` or above `n/(n+1)`.
pub(crate) fn percentile_exc(ascending: &[f64], k: f64) -> Option<f64> {
    if !(k > 0.0 && k < 1.0) || ascending.is_empty() {
        return None;
    }
    // A place that is whole but for the last bits is whole.
    let place = crate::semantics::round::round(k * (count(ascending) + 1.0), 12);
    if place < 1.0 || place > count(ascending) {
        return None;
    }
    interpolated(ascending, place - 1.0)
}

/// The number that occurs most often, of several the one that comes first. `None` where none occurs twice.
pub(crate) fn mode(numbers: &[f64]) -> Option<f64> {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    let at = |place: usize| numbers.get(place).copied().unwrap_or(0.0) + 0.0;
    places.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
    let runs = places.chunk_by(|a, b| at(*a) == at(*b)).filter(|run| run.len() > 1);
    // The sort keeps the order of places, so that the first of a run is where the number comes first.
    let first = |run: &[usize]| run.first().copied().unwrap_or(usize::MAX);
    let best = runs.max_by(|a, b| a.len().cmp(&b.len()).then(first(b).cmp(&first(a))))?;
    Some(at(first(best)))
}
