//! Calls of functions for many rows and over arrays.
//!
//! Lifting is done here, from the record, for all functions alike: a value parameter that is given an array
//! makes the call elementwise over the broadcast of all of them. Rows and columns of one are repeated; what is
//! beyond the end of an array is `#N/A`.

mod numbers;
mod windows;

pub use windows::Window;

use crate::{
    call::{Argument, Call, Context, Lambda, Output},
    cells::{Builder, CellRef, Cells, NumberKind, Table},
    operand::Operand,
    record::{Kernel, Mode, Record},
    semantics::Scalar,
    value::ScalarValue,
};
use udf_abi::ErrorCode;

/// Cells of the largest array that a function makes.
pub const MAX_ARRAY_CELLS: usize = 1 << 24;

/// Some row of several gives an array: the rows are to be evaluated each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split;

/// Where the rows of a call stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The number of the first row, which random numbers depend on.
    pub first: u64,
    /// How many rows.
    pub len: usize,
}

impl Record {
    /// Calls the function for some rows.
    ///
    /// The result is an array only for a single row. With too few or too many arguments it is `#VALUE!`.
    ///
    /// # Errors
    ///
    /// [`Split`] where there are several rows and some row gives an array.
    pub fn call<F: Lambda>(
        &self,
        operands: &[Operand<F>],
        rows: Rows,
        context: Context<'_>,
    ) -> Result<Operand<F>, Split> {
        if operands.len() < self.fewest() || operands.len() > self.most() {
            return Ok(Operand::error(ErrorCode::Value));
        }
        let lanes = self.lanes(operands);
        let arrays = || {
            operands.iter().enumerate().filter_map(|(index, operand)| match operand {
                Operand::Array(table) if self.spreads(index, table) => Some(table),
                _ => None,
            })
        };
        if arrays().next().is_some() {
            if rows.len != 1 {
                return Err(Split);
            }
            let height = arrays().map(Table::height).max().unwrap_or(1);
            let width = arrays().map(Table::width).max().unwrap_or(1);
            return Ok(self.over_arrays(operands, lanes, (height, width), rows, context));
        }
        let same = lanes.iter().all(|lane| !matches!(lane, Lane::Many(_)));
        if same && (!self.depends.volatile || rows.len == 1) {
            return match self.one(&lanes, rows.first, context) {
                Output::Value(value) => Ok(Operand::Scalar(value)),
                Output::Array(table) if rows.len == 1 => {
                    debug_assert!(self.spreads, "{} gives arrays", self.name);
                    Ok(Operand::of_table(table))
                }
                Output::Array(_) => Err(Split),
            };
        }
        if let Some(cells) = self.over_numbers(&lanes, rows.len, context.rules) {
            return Ok(Operand::Rows(cells));
        }
        self.over_rows(&lanes, Shape::of(rows), context).map(Operand::Rows)
    }

    /// Calls the function for some rows, of which each sees as many of the first rows of its ranges as `seen` says:
    /// `=COUNTIF(E$1:E1,E1)` filled down. Rows below the cells that are held are blank.
    ///
    /// `None` where the function cannot tell rows apart so ([`Record::grows`]), an argument is an array besides its
    /// ranges, or there is not a number for every row.
    pub fn call_growing<F: Lambda>(
        &self,
        operands: &[Operand<F>],
        rows: Rows,
        seen: &[u32],
        context: Context<'_>,
    ) -> Option<Operand<F>> {
        let fits = operands.len() >= self.fewest() && operands.len() <= self.most();
        let lifted = |(index, operand): (usize, &Operand<F>)| {
            matches!(operand, Operand::Array(_)) && self.lifts(index)
        };
        if !self.grows || !fits || seen.len() != rows.len || operands.iter().enumerate().any(lifted)
        {
            return None;
        }
        let lanes = self.lanes(operands);
        let rows = Shape { rows, seen, first_of_arrays: false };
        self.over_rows(&lanes, rows, context).map(Operand::Rows).ok()
    }

    fn lanes<'a, F: Lambda>(&self, operands: &'a [Operand<F>]) -> Vec<Lane<'a>> {
        let lane = |(index, operand)| Lane::of(operand, self, index);
        operands.iter().enumerate().map(lane).collect()
    }

    /// Calls the function for some rows, each of which gives a value or a row of cells: the columns of them all.
    /// Shorter rows are filled up with blanks.
    ///
    /// # Errors
    ///
    /// [`Split`] where a row gives several rows, or a value parameter is given an array.
    pub fn call_wide<F: Lambda>(
        &self,
        operands: &[Operand<F>],
        rows: Rows,
        context: Context<'_>,
    ) -> Result<Vec<Cells>, Split> {
        let lifted = |(index, operand): (usize, &Operand<F>)| {
            matches!(operand, Operand::Array(_)) && self.lifts(index)
        };
        if operands.iter().enumerate().any(lifted) {
            return Err(Split);
        }
        let mut wide = Wide::default();
        let lanes = self.lanes(operands);
        self.each_row(&lanes, Shape::of(rows), context, |output| wide.push(&output))?;
        Ok(wide.columns.into_iter().map(Builder::finish).collect())
    }

    /// One row.
    fn one(&self, lanes: &[Lane<'_>], row: u64, context: Context<'_>) -> Output {
        let arguments: Vec<Argument<'_>> = lanes.iter().map(|lane| lane.at(0)).collect();
        if let Some(error) = self.error_among(&arguments) {
            return Output::Value(error.owned());
        }
        let call = Call::new(&arguments, context, row);
        let result = match self.kernel {
            Kernel::Prepared(prepare) => {
                let whole = self.whole(lanes);
                prepare(&Call::new(&whole, context, row), 1).and_then(|prepared| prepared(&call))
            }
            _ => self.row(&call),
        };
        match result {
            Ok(Output::Value(ScalarValue::Number(n, NumberKind::Number))) => {
                Output::Value(self.number(n))
            }
            Ok(output) => output,
            Err(code) => code.into(),
        }
    }

    /// Whether an array at an index makes the call elementwise.
    fn spreads(&self, index: usize, table: &Table) -> bool {
        let first = || self.parameter(index).is_some_and(|p| p.mode == Mode::First);
        self.lifts(index) && !(table.is_reference() && first())
    }

    fn number(&self, number: f64) -> ScalarValue {
        match number.is_finite() {
            true => ScalarValue::Number(number, self.shows),
            false => ScalarValue::error(ErrorCode::Num),
        }
    }

    fn row(&self, call: &Call<'_>) -> crate::call::Result<Output> {
        match self.kernel {
            Kernel::OfOne(function) => Ok(function(call.number(0)?)?.into()),
            Kernel::OfTwo(function, default) => {
                Ok(function(call.number(0)?, call.number_or(1, default)?)?.into())
            }
            Kernel::OfRow(function) => function(call),
            Kernel::OfText(function) => {
                let mut text = String::new();
                function(call, &mut text)?;
                Ok(text.into())
            }
            Kernel::Prepared(_) | Kernel::Evaluator | Kernel::Kept => {
                Err(ErrorCode::NotImplemented)
            }
        }
    }

    /// The arguments of array parameters; the others are missing.
    fn whole<'a>(&self, lanes: &[Lane<'a>]) -> Vec<Argument<'a>> {
        let whole = |(index, lane): (usize, &Lane<'a>)| match lane {
            Lane::One(argument) if !self.lifts(index) => *argument,
            _ => Argument::Missing,
        };
        lanes.iter().enumerate().map(whole).collect()
    }

    /// The first error of a value parameter, which is the result unless the function takes errors.
    fn error_among<'a>(&self, arguments: &[Argument<'a>]) -> Option<CellRef<'a>> {
        if self.takes_errors {
            return None;
        }
        arguments.iter().enumerate().find_map(|(index, argument)| match argument {
            Argument::Value(error @ CellRef::Error(..)) if self.lifts(index) => Some(*error),
            _ => None,
        })
    }

    /// Row by row.
    fn over_rows(
        &self,
        lanes: &[Lane<'_>],
        shape: Shape<'_>,
        context: Context<'_>,
    ) -> Result<Cells, Split> {
        let first_of_arrays = shape.first_of_arrays;
        let mut builder = Builder::with_capacity(shape.rows.len);
        self.each_row(lanes, shape, context, |output| {
            match output {
                Row::Cell(cell) => builder.push(cell),
                Row::Array(table) => match table.as_single() {
                    Some(cell) => builder.push(cell),
                    None if first_of_arrays => builder.push(table.get(0, 0)),
                    None => return Err(Split),
                },
            }
            Ok(())
        })?;
        Ok(builder.finish())
    }

    /// What each row gives, in order.
    fn each_row(
        &self,
        lanes: &[Lane<'_>],
        Shape { rows, seen, .. }: Shape<'_>,
        context: Context<'_>,
        mut take: impl FnMut(Row<'_>) -> Result<(), Split>,
    ) -> Result<(), Split> {
        let whole = self.whole(lanes);
        let shared = Call::new(&whole, context, rows.first).seeing(seen.last().copied());
        let prepared = match self.kernel {
            Kernel::Prepared(prepare) => Some(prepare(&shared, rows.len)),
            _ => None,
        };
        let mut arguments: Vec<Argument<'_>> = lanes.iter().map(|lane| lane.at(0)).collect();
        let moving: Vec<(usize, &Cells)> = lanes
            .iter()
            .enumerate()
            .filter_map(|(index, lane)| match lane {
                Lane::Many(cells) => Some((index, *cells)),
                Lane::One(_) => None,
            })
            .collect();
        // Whether some row may have an error that is its result.
        let failing = !self.takes_errors
            && lanes.iter().enumerate().any(|(index, lane)| {
                self.lifts(index)
                    && match lane {
                        Lane::One(argument) => {
                            matches!(argument, Argument::Value(CellRef::Error(..)))
                        }
                        Lane::Many(cells) => matches!(cells, Cells::Mixed(_)),
                    }
            });
        let mut text = String::new();
        let mut cancelled = false;
        for row in 0..rows.len {
            for (index, cells) in &moving {
                arguments[*index] = Argument::Value(cells.get(row));
            }
            cancelled |= row % 4096 == 0 && context.cancel.is_cancelled();
            if cancelled {
                take(Row::Cell(Scalar::Error(ErrorCode::Cancelled).into()))?;
                continue;
            }
            if failing && let Some(error) = self.error_among(&arguments) {
                take(Row::Cell(error))?;
                continue;
            }
            let call = Call::new(&arguments, context, rows.first.wrapping_add(row as u64))
                .seeing(seen.get(row).copied());
            if let Kernel::OfText(function) = self.kernel {
                text.clear();
                match function(&call, &mut text) {
                    Ok(()) => take(Row::Cell(CellRef::Text(&text)))?,
                    Err(code) => take(Row::Cell(Scalar::Error(code).into()))?,
                }
                continue;
            }
            let result = match &prepared {
                Some(Ok(prepared)) => prepared(&call),
                Some(Err(code)) => Err(*code),
                None => self.row(&call),
            };
            match result {
                Ok(Output::Value(ScalarValue::Number(n, NumberKind::Number))) => {
                    take(Row::Cell(self.number(n).cell()))?;
                }
                Ok(Output::Value(value)) => take(Row::Cell(value.cell()))?,
                Ok(Output::Array(table)) => take(Row::Array(&table))?,
                Err(code) => take(Row::Cell(Scalar::Error(code).into()))?,
            }
        }
        Ok(())
    }

    /// Element by element over the broadcast of arrays, for one row.
    fn over_arrays<F>(
        &self,
        operands: &[Operand<F>],
        lanes: Vec<Lane<'_>>,
        (height, width): (usize, usize),
        rows: Rows,
        context: Context<'_>,
    ) -> Operand<F> {
        if height.saturating_mul(width) > MAX_ARRAY_CELLS {
            let why = "a function would give more cells than can be held";
            return Operand::Scalar(ScalarValue::Error(ErrorCode::Num, Some(why.into())));
        }
        // Rows of a sheet are lifted as the single cells that they are here.
        let fixed: Vec<Argument<'_>> = lanes.iter().map(|lane| lane.at(0)).collect();
        let column = |col: usize| {
            let spread: Vec<Option<Cells>> = operands
                .iter()
                .enumerate()
                .map(|(index, operand)| match operand {
                    Operand::Array(table) if self.spreads(index, table) => {
                        Some(spread_column(table, col, height))
                    }
                    _ => None,
                })
                .collect();
            let lanes: Vec<Lane<'_>> = spread
                .iter()
                .zip(&fixed)
                .map(|(cells, fixed)| match cells {
                    Some(cells) => Lane::Many(cells),
                    None => Lane::One(*fixed),
                })
                .collect();
            if let Some(cells) = self.over_numbers(&lanes, height, context.rules) {
                return cells;
            }
            let first = rows.first.wrapping_mul(1 << 20).wrapping_add((col * height) as u64);
            let rows = Rows { first, len: height };
            // Arrays within arrays are their first cells, so that nothing splits.
            let rows = Shape { first_of_arrays: true, ..Shape::of(rows) };
            self.over_rows(&lanes, rows, context).unwrap_or(Cells::Blank(height))
        };
        match Table::try_new((0..width).map(column).collect()) {
            Some(table) => Operand::of_table(table),
            None => Operand::error(ErrorCode::Calc),
        }
    }
}

/// Rows that are called one by one.
#[derive(Clone, Copy)]
struct Shape<'a> {
    rows: Rows,
    /// How many rows of its ranges each row sees; empty where each sees all.
    seen: &'a [u32],
    /// Whether a row that gives an array stands for its first cell.
    first_of_arrays: bool,
}

impl Shape<'_> {
    fn of(rows: Rows) -> Self {
        Self { rows, seen: &[], first_of_arrays: false }
    }
}

/// What a row gives.
enum Row<'a> {
    Cell(CellRef<'a>),
    Array(&'a Table),
}

/// Rows of cells, as wide as the longest so far.
#[derive(Default)]
struct Wide {
    columns: Vec<Builder>,
    rows: usize,
}

impl Wide {
    fn push(&mut self, row: &Row<'_>) -> Result<(), Split> {
        let width = match row {
            Row::Cell(_) => 1,
            Row::Array(table) if table.height() == 1 => table.width(),
            Row::Array(_) => return Err(Split),
        };
        while self.columns.len() < width {
            let mut column = Builder::default();
            (0..self.rows).for_each(|_| column.push(CellRef::Blank));
            self.columns.push(column);
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.push(match row {
                Row::Cell(cell) if at == 0 => *cell,
                Row::Array(table) if at < width => table.get(0, at),
                _ => CellRef::Blank,
            });
        }
        self.rows += 1;
        Ok(())
    }
}

/// An argument, row by row.
enum Lane<'a> {
    One(Argument<'a>),
    Many(&'a Cells),
}

impl<'a> Lane<'a> {
    fn of<F: Lambda>(operand: &'a Operand<F>, record: &Record, index: usize) -> Self {
        match operand {
            Operand::Empty => {
                let skippable = record.parameter(index).is_some_and(|p| p.skippable);
                Self::One(if skippable { Argument::Missing } else { Argument::Empty })
            }
            Operand::Scalar(value) => Self::One(Argument::Value(value.cell())),
            Operand::Rows(cells) => Self::Many(cells),
            Operand::Array(table) if record.lifts(index) && !record.spreads(index, table) => {
                Self::One(Argument::Value(table.get(0, 0)))
            }
            Operand::Array(table) => Self::One(Argument::Array(table)),
            Operand::Lambda(lambda) => Self::One(Argument::Lambda(lambda)),
        }
    }

    fn at(&self, row: usize) -> Argument<'a> {
        match self {
            Self::One(argument) => *argument,
            Self::Many(cells) => Argument::Value(cells.get(row)),
        }
    }
}

/// A column of an array within a larger one: a row or column of one is repeated, what is missing is `#N/A`.
#[must_use]
pub fn spread_column(table: &Table, col: usize, height: usize) -> Cells {
    let missing = CellRef::from(Scalar::Error(ErrorCode::Na));
    let col = if table.width() == 1 { 0 } else { col };
    match table.columns().get(col) {
        Some(cells) if cells.len() == 1 => Cells::repeat(cells.get(0), height),
        Some(cells) if cells.len() == height => cells.clone(),
        Some(cells) => {
            Cells::concat(&[cells.clone(), Cells::repeat(missing, height - cells.len())])
        }
        None => Cells::repeat(missing, height),
    }
}
