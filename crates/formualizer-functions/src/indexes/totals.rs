//! Sums, counts and extremes of the numbers of a column.
//!
//! Sums are kept in two doubles (Dekker, "A floating-point technique for extending the available precision", 1971), so
//! that one is the same in whatever order the numbers are added, and so that the difference of two sums of many
//! numbers is as good as the sum of the few between them.

use super::{
    Index, Indexes, bytes_of,
    combined::Combined,
    groups::{narrow, wide},
};
use crate::{call::Result, cells::Cells, semantics::Scalar};
use arrow_array::Array as _;
use std::{convert::Infallible, sync::Arc};
use udf_abi::ErrorCode;

/// A sum in two doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// The sum with one more number.
    pub(crate) fn plus(self, number: f64) -> Self {
        self.with(Self { high: number, low: 0.0 })
    }

    /// The sum of two.
    pub(crate) fn with(self, other: Self) -> Self {
        let high = self.high + other.high;
        let back = high - self.high;
        let lost = (self.high - (high - back)) + (other.high - back);
        let low = lost + (self.low + other.low);
        let rounded = high + low;
        Self { high: rounded, low: low - (rounded - high) }
    }

    /// The difference of two.
    pub(crate) fn without(self, other: Self) -> Self {
        self.with(Self { high: -other.high, low: -other.low })
    }

    /// The sum; not finite where it went beyond the largest number.
    pub(crate) fn value(self) -> f64 {
        self.high
    }

    /// Whether it is a sum that differences can be made of.
    pub(crate) fn is_finite(self) -> bool {
        self.high.is_finite() && self.low.is_finite()
    }
}

/// What is known of the cells that were found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Total {
    /// The sum of the numbers.
    pub(crate) sum: Sum,
    /// The least number; infinite where there is none.
    pub(crate) least: f64,
    /// The greatest number; infinite where there is none.
    pub(crate) greatest: f64,
    /// How many numbers.
    pub(crate) count: u32,
    /// The first row in error; the greatest number where there is none.
    pub(crate) error: u32,
}

impl Default for Total {
    fn default() -> Self {
        Self {
            sum: Sum::default(),
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            count: 0,
            error: u32::MAX,
        }
    }
}

impl Total {
    /// Takes a number in.
    pub(crate) fn add(&mut self, number: f64) {
        self.sum = self.sum.plus(number);
        self.least = self.least.min(number);
        self.greatest = self.greatest.max(number);
        self.count += 1;
    }

    /// Takes the cell of a row in.
    pub(crate) fn add_cell(&mut self, row: u32, cell: Scalar<'_>) {
        match cell {
            Scalar::Number(n) => self.add(n),
            Scalar::Error(_) => self.error = self.error.min(row),
            _ => {}
        }
    }

    /// Takes in what another has.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sum = self.sum.with(other.sum);
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.count += other.count;
        self.error = self.error.min(other.error);
    }

    /// The error of the first cell in error.
    pub(crate) fn checked(&self, cells: &Cells) -> Result<()> {
        if self.error == u32::MAX {
            return Ok(());
        }
        match cells.get(wide(self.error)).scalar() {
            Scalar::Error(code) => Err(code),
            _ => Err(ErrorCode::Value),
        }
    }

    /// The total of some rows of a column.
    pub(crate) fn of_rows(cells: &Cells, rows: impl Iterator<Item = u32>) -> Self {
        let mut total = Self::default();
        match cells {
            Cells::Numbers(_, array) if array.null_count() == 0 => {
                let values = array.values();
                rows.for_each(|row| {
                    if let Some(n) = values.get(wide(row)) {
                        total.add(*n);
                    }
                });
            }
            _ => rows.for_each(|row| total.add_cell(row, cells.get(wide(row)).scalar())),
        }
        total
    }
}

/// The totals of a column for each combination of other columns.
#[derive(Debug)]
pub(crate) struct Totals(Vec<Total>);

impl Index for Totals {
    fn memory_size(&self) -> usize {
        bytes_of(&self.0)
    }
}

impl Totals {
    /// The totals of `values` for the combinations of `columns`, whose index is given.
    pub(crate) fn of(
        combined: &Combined,
        columns: &[Cells],
        values: &Cells,
        indexes: &Indexes,
    ) -> Arc<Self> {
        let all: Vec<Cells> = columns.iter().chain([values]).cloned().collect();
        let made: std::result::Result<_, Infallible> =
            indexes.get(&all, || Ok(Self::new(combined, values)));
        match made {
            Ok(totals) => totals,
            Err(never) => match never {},
        }
    }

    fn new(combined: &Combined, values: &Cells) -> Self {
        let partition = combined.partition();
        let mut totals = vec![Total::default(); wide(partition.len())];
        match values {
            Cells::Numbers(_, array) if array.null_count() == 0 => {
                for (group, number) in partition.of_row().iter().zip(array.values()) {
                    if let Some(total) = totals.get_mut(wide(*group)) {
                        total.add(*number);
                    }
                }
            }
            _ => {
                for (row, (group, cell)) in partition.of_row().iter().zip(values.iter()).enumerate()
                {
                    if let Some(total) = totals.get_mut(wide(*group)) {
                        total.add_cell(narrow(row), cell.scalar());
                    }
                }
            }
        }
        Self(totals)
    }

    /// The total of a combination.
    pub(crate) fn get(&self, group: u32) -> Total {
        self.0.get(wide(group)).copied().unwrap_or_default()
    }
}
