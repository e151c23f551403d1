//! Which argument is what, and the columns that belong together.
//!
//! Ranges of several columns are answered a column after the other: a cell belongs to those in the same place.

use super::{
    Wanted,
    asked::{Asked, Read},
    indexed::Part,
};
use crate::{
    call::{Argument, Call, Output, Result},
    cells::{Cells, NumberKind, Table},
    indexes::{
        Index, Indexes,
        groups::{narrow, wide},
        totals::Total,
    },
    semantics::Scalar,
};
use std::{borrow::Cow, convert::Infallible};
use udf_abi::ErrorCode;

/// The order of the arguments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A range, a criterion, and the range of values, which may be left out.
    One(Option<usize>),
    /// Pairs of range and criterion.
    Counted,
    /// Values, then pairs of range and criterion.
    Summed,
}

/// The columns of a call.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    /// Which arguments are criteria.
    criteria: Vec<usize>,
    parts: Vec<Part<'a>>,
    /// Rows that are held, and those that there are.
    rows: usize,
    logical: usize,
    wanted: Wanted,
    read: Read,
}

impl<'a> Layout<'a> {
    pub(super) fn of(call: &Call<'a>, asking: usize, shape: Shape, wanted: Wanted) -> Result<Self> {
        let (values, start) = match shape {
            Shape::One(values) => (values.filter(|index| !call.is_missing(*index)), 0),
            Shape::Counted => (None, 0),
            Shape::Summed => (Some(0), 1),
        };
        let end = if matches!(shape, Shape::One(_)) { 2 } else { call.len() };
        if (end - start) % 2 != 0 {
            return Err(ErrorCode::Value);
        }
        let ranges: Result<Vec<Cow<'a, Table>>> =
            (start..end).step_by(2).map(|index| range(call, index)).collect();
        let ranges = ranges?;
        let values = values.map(|index| range(call, index)).transpose()?;
        let Some(first) = ranges.first() else { return Err(ErrorCode::Value) };
        let extent = |table: &Table| (table.height() + table.blank_tail(), table.width());
        let (logical, width) = extent(first);
        let alike = |table: &Table| extent(table) == (logical, width);
        let values_alike = matches!(shape, Shape::One(_)) || values.as_deref().is_none_or(alike);
        if !values_alike || !ranges.iter().all(|table| alike(table)) {
            return Err(ErrorCode::Value);
        }
        // Rows beyond the values add nothing to what is summed; all rows that are held count.
        let held = ranges.iter().map(|table| table.height()).max().unwrap_or(0);
        let rows = match &values {
            None => held,
            Some(values) => {
                values.height().max(if matches!(shape, Shape::Summed) { 1 } else { held })
            }
        }
        .min(logical);
        let fit = |table: &Table, col: usize| match table.columns().get(col) {
            Some(cells) if cells.len() > rows => cells.slice(0, rows),
            Some(cells) if cells.len() < rows => {
                Cells::concat(&[cells.clone(), Cells::Blank(rows - cells.len())])
            }
            Some(cells) => cells.clone(),
            None => Cells::Blank(rows),
        };
        let part = |col: usize| {
            let mut criteria: Vec<Cells> = ranges.iter().map(|table| fit(table, col)).collect();
            let values = match (&values, wanted) {
                (_, Wanted::Count) => None,
                (Some(values), _) => Some(fit(values, col)),
                (None, _) => criteria.first().cloned(),
            };
            if call.seen().is_some()
                && let Some(cells) = criteria.first()
            {
                criteria.push(numbers_of_rows(cells, call.context().indexes));
            }
            Part::new(criteria, values, rows, wanted, call.context(), asking)
        };
        Ok(Self {
            criteria: (start + 1..end).step_by(2).collect(),
            parts: (0..width).map(part).collect(),
            rows,
            logical,
            wanted,
            read: Read::default(),
        })
    }

    /// The criteria that have been read.
    pub(super) fn read(&self) -> &Read {
        &self.read
    }

    /// Which arguments are criteria.
    pub(super) fn criteria(&self) -> &[usize] {
        &self.criteria
    }

    /// The result for the criteria of a row, which may see the first rows only.
    pub(super) fn answer(&self, asked: &[Asked<'_>], seen: Option<u32>) -> Result<Output> {
        let Some(seen) = seen else { return self.found(asked, self.blanks(asked, self.logical)) };
        let blanks = self.blanks(asked, wide(seen));
        let before = [Asked::Before(f64::from(seen))];
        let asked: Vec<Asked<'_>> = asked.iter().cloned().chain(before).collect();
        self.found(&asked, blanks)
    }

    /// How many of the blank cells below those that are held, as far as an end, are found.
    fn blanks(&self, asked: &[Asked<'_>], end: usize) -> f64 {
        if end <= self.rows || !asked.iter().all(|asked| asked.matches(Scalar::Blank)) {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "cells of a sheet are below 2^53")]
        let blanks = ((end - self.rows) * self.parts.len()) as f64;
        blanks
    }

    /// The result for criteria and so many blank cells besides.
    fn found(&self, asked: &[Asked<'_>], blanks: f64) -> Result<Output> {
        if let [part] = self.parts.as_slice()
            && self.wanted != Wanted::Count
        {
            return self.wanted.output(&part.checked(asked)?);
        }
        if self.wanted == Wanted::Count {
            let count: f64 = self.parts.iter().map(|part| f64::from(part.find(asked).count)).sum();
            return Ok((count + blanks).into());
        }
        // The first error is that of the upmost row.
        let totals: Vec<Total> = self.parts.iter().map(|part| part.find(asked)).collect();
        if let Some((at, _)) = totals.iter().enumerate().min_by_key(|(_, total)| total.error)
            && let (Some(part), Some(total)) = (self.parts.get(at), totals.get(at))
        {
            part.check(total)?;
        }
        let mut all = Total::default();
        totals.iter().for_each(|total| all.merge(total));
        self.wanted.output(&all)
    }
}

/// The numbers of the rows of a column, from 0: the same cells each time, so that indexes of them are kept.
fn numbers_of_rows(column: &Cells, indexes: &Indexes) -> Cells {
    struct Numbers(Cells);
    impl Index for Numbers {
        fn memory_size(&self) -> usize {
            self.0.memory_size()
        }
    }
    let make = || {
        let numbers: Vec<f64> = (0..narrow(column.len())).map(f64::from).collect();
        Ok(Numbers(Cells::Numbers(NumberKind::Number, numbers.into())))
    };
    let made: std::result::Result<_, Infallible> = indexes.get(std::slice::from_ref(column), make);
    match made {
        Ok(numbers) => numbers.0.clone(),
        Err(never) => match never {},
    }
}

/// The cells of a range, or the error that stands for it.
fn range<'a>(call: &Call<'a>, index: usize) -> Result<Cow<'a, Table>> {
    if let Argument::Value(cell) = call.argument(index)
        && let Scalar::Error(code) = cell.scalar()
    {
        return Err(code);
    }
    call.array(index)
}
