//! The numbers of a column in order within each group of other columns: what is on one side of a bound is a
//! stretch, whose sum is the difference of two running sums.

use super::{
    Index, Indexes, bytes_of,
    combined::Combined,
    groups::{narrow, wide},
    totals::{Sum, Total},
};
use crate::{cells::Cells, semantics::Scalar};
use std::{
    convert::Infallible,
    ops::Range,
    sync::{Arc, OnceLock},
};

/// Numbers in order, a group after the other.
#[derive(Debug)]
pub(crate) struct Ordered {
    /// Where each group starts, and the end of the last.
    starts: Vec<u32>,
    numbers: Vec<f64>,
    rows: Vec<u32>,
}

impl Index for Ordered {
    fn memory_size(&self) -> usize {
        bytes_of(&self.starts) + bytes_of(&self.numbers) + bytes_of(&self.rows)
    }
}

impl Ordered {
    /// The numbers of `cells` in order within the combinations of `columns`, whose index is given.
    pub(crate) fn of(
        combined: &Combined,
        columns: &[Cells],
        cells: &Cells,
        indexes: &Indexes,
    ) -> Arc<Self> {
        let all: Vec<Cells> = columns.iter().chain([cells]).cloned().collect();
        let made: Result<_, Infallible> = indexes.get(&all, || Ok(Self::new(combined, cells)));
        match made {
            Ok(ordered) => ordered,
            Err(never) => match never {},
        }
    }

    fn new(combined: &Combined, cells: &Cells) -> Self {
        let (from, members) = combined.partition().by_group();
        let mut starts = Vec::with_capacity(from.len());
        starts.push(0);
        let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(cells.len());
        for ends in from.windows(2) {
            let [start, end] = ends else { continue };
            let first = pairs.len();
            for row in members.get(wide(*start)..wide(*end)).unwrap_or_default() {
                if let Scalar::Number(n) = cells.get(wide(*row)).scalar() {
                    pairs.push((sortable(n), *row));
                }
            }
            let group = pairs.get_mut(first..).unwrap_or_default();
            // Columns of dates are often in order already.
            if !group.is_sorted() {
                group.sort_unstable();
            }
            starts.push(narrow(pairs.len()));
        }
        let numbers = pairs.iter().map(|(key, _)| number_of(*key)).collect();
        Self { starts, numbers, rows: pairs.into_iter().map(|(_, row)| row).collect() }
    }

    /// All numbers of a group.
    pub(crate) fn group(&self, group: u32) -> Range<usize> {
        let group = wide(group);
        match (self.starts.get(group), self.starts.get(group + 1)) {
            (Some(from), Some(to)) => wide(*from)..wide(*to),
            _ => 0..0,
        }
    }

    /// Those of a stretch that lie on one side of a bound.
    pub(crate) fn narrowed(
        &self,
        stretch: Range<usize>,
        (less, equal, bound): (bool, bool, f64),
    ) -> Range<usize> {
        let Range { start, end } = stretch;
        let numbers = self.numbers.get(start..end).unwrap_or_default();
        // What is below the bound, with it where it belongs to those.
        let below = if less == equal {
            numbers.partition_point(|n| *n <= bound)
        } else {
            numbers.partition_point(|n| *n < bound)
        };
        if less { start..start + below } else { start + below..end }
    }

    /// The rows of a stretch, from its least number to its greatest.
    pub(crate) fn rows(&self, stretch: Range<usize>) -> &[u32] {
        self.rows.get(stretch).unwrap_or_default()
    }
}

/// Bits that are ordered as the numbers are; zero without a sign.
pub(crate) fn sortable(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn number_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// Least and greatest.
type Extremes = (f64, f64);

const NO_NUMBER: Extremes = (f64::INFINITY, f64::NEG_INFINITY);

/// Running totals of another column in the order of an [`Ordered`].
#[derive(Debug)]
pub(crate) struct Running {
    values: Cells,
    /// Before each place, and behind the last: sum and count of the numbers so far, and how many errors.
    before: Vec<(Sum, u32, u32)>,
    /// From the start of its group to each place, and from each place to the end of its group.
    extremes: OnceLock<Vec<[Extremes; 2]>>,
    /// Whether differences of sums are sums.
    finite: bool,
}

impl Index for Running {
    fn memory_size(&self) -> usize {
        bytes_of(&self.before) + self.before.len() * size_of::<[Extremes; 2]>()
    }
}

impl Running {
    /// The running totals of `values` along the order of `cells` within the combinations of `columns`.
    pub(crate) fn of(
        ordered: &Ordered,
        columns: &[Cells],
        cells: &Cells,
        values: &Cells,
        indexes: &Indexes,
    ) -> Arc<Self> {
        let all: Vec<Cells> = columns.iter().chain([cells, values]).cloned().collect();
        let made: Result<_, Infallible> = indexes.get(&all, || Ok(Self::new(ordered, values)));
        match made {
            Ok(running) => running,
            Err(never) => match never {},
        }
    }

    fn new(ordered: &Ordered, values: &Cells) -> Self {
        let mut before = Vec::with_capacity(ordered.rows.len() + 1);
        let (mut sum, mut count, mut errors) = (Sum::default(), 0, 0);
        let mut finite = true;
        before.push((sum, count, errors));
        for row in &ordered.rows {
            match values.get(wide(*row)).scalar() {
                Scalar::Number(n) => {
                    sum = sum.plus(n);
                    count += 1;
                    finite &= sum.is_finite();
                }
                Scalar::Error(_) => errors += 1,
                _ => {}
            }
            before.push((sum, count, errors));
        }
        Self { values: values.clone(), before, extremes: OnceLock::new(), finite }
    }

    fn extremes(&self, ordered: &Ordered) -> &[[Extremes; 2]] {
        self.extremes.get_or_init(|| {
            let mut extremes: Vec<[Extremes; 2]> = ordered
                .rows
                .iter()
                .map(|row| match self.values.get(wide(*row)).scalar() {
                    Scalar::Number(n) => [(n, n); 2],
                    _ => [NO_NUMBER; 2],
                })
                .collect();
            let with = |a: Extremes, b: Extremes| (a.0.min(b.0), a.1.max(b.1));
            for ends in ordered.starts.windows(2) {
                let [start, end] = ends else { continue };
                let group = extremes.get_mut(wide(*start)..wide(*end)).unwrap_or_default();
                let mut so_far = NO_NUMBER;
                for [here, _] in &mut *group {
                    so_far = with(so_far, *here);
                    *here = so_far;
                }
                let mut from_here = NO_NUMBER;
                for [_, here] in group.iter_mut().rev() {
                    from_here = with(from_here, *here);
                    *here = from_here;
                }
            }
            extremes
        })
    }

    /// The total of a stretch of a group; `None` where it cannot be told from running totals. Extremes are told only
    /// where they are wanted.
    pub(crate) fn total(
        &self,
        ordered: &Ordered,
        group: &Range<usize>,
        stretch: &Range<usize>,
        extremes: bool,
    ) -> Option<Total> {
        if stretch.start >= stretch.end {
            return Some(Total::default());
        }
        let (from, to) = (self.before.get(stretch.start)?, self.before.get(stretch.end)?);
        if from.2 != to.2 || !self.finite {
            return None;
        }
        let mut total =
            Total { sum: to.0.without(from.0), count: to.1 - from.1, ..Total::default() };
        if extremes {
            let known = self.extremes(ordered);
            (total.least, total.greatest) = if stretch.start == group.start {
                known.get(stretch.end - 1)?[0]
            } else if stretch.end == group.end {
                known.get(stretch.start)?[1]
            } else {
                return None;
            };
        }
        Some(total)
    }
}
