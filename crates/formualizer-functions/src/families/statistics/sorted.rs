//! Numbers by their order: a sorted copy that many rows, formulas and columns share, or a selection for a single
//! row.

use super::{float, index as whole};
use crate::{
    ErrorCode,
    call::{Argument, Call, Output, Result},
    cells::Cells,
    indexes::{Index, bytes_of},
    record::Prepared,
};
use std::sync::Arc;

/// Numbers to a drawer, on average.
const DRAWER: usize = 8;

/// Numbers from the smallest to the largest.
#[derive(Debug)]
pub(super) struct Sorted {
    numbers: Vec<f64>,
    /// Where the numbers of each drawer begin, and where the last ends: drawers are equal parts of the span of the
    /// numbers, so that a number's drawer is found by a product, and few numbers are left to look among.
    drawers: Vec<u32>,
    /// Drawers to a unit.
    scale: f64,
}

impl Index for Sorted {
    fn memory_size(&self) -> usize {
        bytes_of(&self.numbers) + bytes_of(&self.drawers)
    }
}

impl Sorted {
    fn new(mut numbers: Vec<f64>) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let count = (numbers.len() / DRAWER).max(1);
        let span = match (numbers.first(), numbers.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        };
        let scale = float(count) / span;
        let mut sorted = Self {
            numbers,
            drawers: vec![0; count + 1],
            scale: if scale.is_finite() { scale } else { 0.0 },
        };
        let mut drawers = vec![0; count + 1];
        for n in &sorted.numbers {
            if let Some(size) = drawers.get_mut(sorted.drawer(*n) + 1) {
                *size += 1;
            }
        }
        let mut sum = 0;
        for drawer in &mut drawers {
            sum += *drawer;
            *drawer = sum;
        }
        sorted.drawers = drawers;
        sorted
    }

    fn of(columns: &[Cells]) -> Result<Self> {
        let mut numbers = Vec::new();
        for column in columns {
            // Both zeros are one number.
            crate::call::each_number(column, &mut |n| numbers.push(n + 0.0))?;
        }
        // Drawers count in 32 bits: so many numbers take 32 GiB.
        if u32::try_from(numbers.len()).is_err() {
            return Err(ErrorCode::Num);
        }
        Ok(Self::new(numbers))
    }

    /// The drawer of a number: never falls from one number to a larger one.
    fn drawer(&self, number: f64) -> usize {
        let first = self.numbers.first().copied().unwrap_or(0.0);
        // What lies before the first drawer, or is no number for want of a scale, is in the first.
        whole((number - first) * self.scale).min(self.drawers.len().saturating_sub(2))
    }

    /// How many come before the first for which a test no longer holds; the test holds for numbers below
    /// `number`, and not for those above.
    fn count(&self, number: f64, holds: impl Fn(f64) -> bool) -> usize {
        let drawer = self.drawer(number);
        let (Some(start), Some(end)) = (self.drawers.get(drawer), self.drawers.get(drawer + 1))
        else {
            return 0;
        };
        let (start, end) = (*start as usize, *end as usize);
        let within = self.numbers.get(start..end).unwrap_or_default();
        start + within.partition_point(|n| holds(*n))
    }
}

/// The numbers of an argument.
#[derive(Debug)]
pub(super) enum Numbers {
    /// For many rows.
    Sorted(Arc<Sorted>),
    /// For one row: as they come.
    Loose(Vec<f64>),
}

impl Numbers {
    fn of(call: &Call<'_>, argument: usize, rows: usize) -> Result<Self> {
        if rows > 1
            && let Argument::Array(table) = call.argument(argument)
        {
            // The other columns have no numbers and no errors, and may have no name to be known by.
            let numeric = |column: &&Cells| matches!(column, Cells::Numbers(..) | Cells::Mixed(_));
            let columns: Vec<Cells> = table.columns().iter().filter(numeric).cloned().collect();
            let index = call.context().indexes.get(&columns, || Sorted::of(&columns));
            return match index {
                Ok(sorted) => Ok(Self::Sorted(sorted)),
                // Of several errors the first row by row.
                Err(code) => call.each_number_of(argument, &mut |_| {}).and(Err(code)),
            };
        }
        let mut numbers = Vec::new();
        call.each_number_of(argument, &mut |n| numbers.push(n + 0.0))?;
        Ok(Self::Loose(numbers))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Sorted(sorted) => sorted.numbers.len(),
            Self::Loose(numbers) => numbers.len(),
        }
    }

    /// The number with so many before it.
    pub(super) fn nth(&self, at: usize) -> Option<f64> {
        match self {
            Self::Sorted(sorted) => sorted.numbers.get(at).copied(),
            Self::Loose(numbers) if at < numbers.len() => {
                let mut numbers = numbers.clone();
                Some(*numbers.select_nth_unstable_by(at, f64::total_cmp).1)
            }
            Self::Loose(_) => None,
        }
    }

    /// The number at a position from 0, between two numbers as far along as its fraction says.
    pub(super) fn at(&self, position: f64) -> Option<f64> {
        let lower = whole(position.floor());
        let fraction = position - float(lower);
        let (low, high) = match self {
            Self::Sorted(sorted) => (self.nth(lower)?, sorted.numbers.get(lower + 1).copied()),
            Self::Loose(numbers) if lower < numbers.len() => {
                let mut numbers = numbers.clone();
                let (_, low, above) = numbers.select_nth_unstable_by(lower, f64::total_cmp);
                (*low, above.iter().copied().min_by(f64::total_cmp))
            }
            Self::Loose(_) => return None,
        };
        match high {
            Some(high) if fraction > 0.0 => Some(low + fraction * (high - low)),
            _ => Some(low),
        }
    }

    /// How many are smaller.
    pub(super) fn below(&self, number: f64) -> usize {
        match self {
            Self::Sorted(sorted) => sorted.count(number, |n| n < number),
            Self::Loose(numbers) => numbers.iter().filter(|n| **n < number).count(),
        }
    }

    /// How many are smaller or the same.
    pub(super) fn up_to(&self, number: f64) -> usize {
        match self {
            Self::Sorted(sorted) => sorted.count(number, |n| n <= number),
            Self::Loose(numbers) => numbers.iter().filter(|n| **n <= number).count(),
        }
    }

    /// How many are smaller, and whether there is one that is the same.
    pub(super) fn find_from_below(&self, number: f64) -> (usize, bool) {
        let below = self.below(number);
        let same = match self {
            Self::Sorted(_) => self.nth(below) == Some(number),
            Self::Loose(numbers) => numbers.contains(&number),
        };
        (below, same)
    }

    /// How many are larger, and whether there is one that is the same.
    pub(super) fn find_from_above(&self, number: f64) -> (usize, bool) {
        let up_to = self.up_to(number);
        let same = match self {
            Self::Sorted(_) => up_to.checked_sub(1).and_then(|at| self.nth(at)) == Some(number),
            Self::Loose(numbers) => numbers.contains(&number),
        };
        (self.len() - up_to, same)
    }
}

/// A function of the numbers of one argument and of values, for so many rows.
pub(super) fn prepared<'a>(
    call: &Call<'a>,
    argument: usize,
    rows: usize,
    function: fn(&Numbers, &Call<'_>) -> Result<Output>,
) -> Result<Box<Prepared<'a>>> {
    let numbers = Numbers::of(call, argument, rows)?;
    Ok(Box::new(move |call| function(&numbers, call)))
}

/// A number that is there, or `#NUM!`.
pub(super) fn there(number: Option<f64>) -> Result<Output> {
    number.map(Output::from).ok_or(ErrorCode::Num)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counting_by_drawers_is_counting_all(
            numbers in prop::collection::vec(
                prop_oneof![-50.0..50.0_f64, Just(0.0), Just(1e300), Just(-1.7e308), -1e9..1e9_f64],
                0..300,
            ),
            others in prop::collection::vec(-60.0..60.0_f64, 20),
        ) {
            let sorted = Numbers::Sorted(Arc::new(Sorted::new(numbers.clone())));
            let loose = Numbers::Loose(numbers.clone());
            for n in numbers.into_iter().chain(others) {
                prop_assert_eq!(sorted.below(n), loose.below(n));
                prop_assert_eq!(sorted.up_to(n), loose.up_to(n));
                prop_assert_eq!(sorted.find_from_below(n), loose.find_from_below(n));
                prop_assert_eq!(sorted.find_from_above(n), loose.find_from_above(n));
            }
            for at in 0..20 {
                prop_assert_eq!(sorted.nth(at), loose.nth(at));
                prop_assert_eq!(sorted.at(f64::from(at as u8) + 0.25), loose.at(f64::from(at as u8) + 0.25));
            }
        }
    }
}
