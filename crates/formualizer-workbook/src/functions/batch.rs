//! A callback called once for all rows of a column.

use super::{Argument, failure::CallFailure};
use crate::{
    Value,
    cells::{CellRef, Cells, NumberKind},
};
use arrow_array::ArrayRef;
use formualizer_common::{DateSystem, ExcelError};
use udf_columnar::Column;

/// The arguments of a callback for many rows at once.
///
/// Columns are shared with the workbook, not copied, where their cells are of one kind.
#[derive(Clone, Copy, Debug)]
pub struct BatchArguments<'a> {
    arguments: &'a [Argument],
    rows: usize,
    dates: DateSystem,
}

/// One argument of a callback for many rows at once: formulas give no others, and a callback has to take each.
#[derive(Clone, Debug)]
pub enum BatchArgument {
    /// Left out.
    Omitted,
    /// The same value in every row.
    Scalar(Value),
    /// A value per row: Float64 (dates and times as serial numbers), Boolean, Utf8, or Null where all
    /// cells are blank. Blank and error cells are null. Cells of several kinds are numbers where all
    /// that hold something are numbers, and otherwise the texts that show.
    Column(ArrayRef),
    /// The columns of a range, which is the same in every row; types as above.
    Range(Vec<ArrayRef>),
}

/// The results of a callback for many rows at once, a row per row.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BatchOutput {
    /// An Arrow array of any type that cells can hold: no nested, decimal or binary ones. Integers beyond 2^53 are
    /// rounded. Null is a blank cell, or the error of the row where an argument
    /// of it is in error.
    Array(ArrayRef),
    /// A value a row: what a call for that row alone would give.
    Values(Vec<Value>),
}

impl From<ArrayRef> for BatchOutput {
    fn from(array: ArrayRef) -> Self {
        Self::Array(array)
    }
}

impl From<Vec<Value>> for BatchOutput {
    fn from(values: Vec<Value>) -> Self {
        Self::Values(values)
    }
}

impl<'a> BatchArguments<'a> {
    pub(super) fn new(arguments: &'a [Argument], rows: usize, dates: DateSystem) -> Self {
        Self { arguments, rows, dates }
    }

    /// Number of rows that results are wanted for.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of arguments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    /// Whether there are no arguments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty()
    }

    /// The argument at `index`, from 0. Absent as well where its texts are longer than an Arrow array
    /// holds; [`value`](Self::value) gives them row by row.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<BatchArgument> {
        let array = |cells: &Cells| plain(cells).to_arrow(self.dates).ok();
        Some(match self.arguments.get(index)? {
            Argument::Omitted => BatchArgument::Omitted,
            Argument::Rows(cells) => BatchArgument::Column(array(cells)?),
            Argument::Range(table) => {
                BatchArgument::Range(table.columns().iter().map(array).collect::<Option<_>>()?)
            }
            argument @ Argument::Scalar(_) => BatchArgument::Scalar(value(argument, 0, self.dates)),
        })
    }

    /// The value of an argument in a row, as a call for that row alone would get it; a range is an array.
    #[must_use]
    pub fn value(&self, index: usize, row: usize) -> Value {
        self.arguments.get(index).map_or(Value::Empty, |argument| value(argument, row, self.dates))
    }

    /// The first error among the arguments of a row.
    #[must_use]
    pub fn error(&self, row: usize) -> Option<ExcelError> {
        self.arguments.iter().find_map(|argument| match argument {
            Argument::Rows(cells) => match cells.get(row) {
                cell @ CellRef::Error(..) => match cell.value(self.dates) {
                    Value::Error(error) => Some(error),
                    _ => None,
                },
                _ => None,
            },
            Argument::Scalar(Value::Error(error)) => Some(error.clone()),
            _ => None,
        })
    }

    /// The cells of the results.
    pub(super) fn cells(
        &self,
        output: BatchOutput,
    ) -> Result<Result<Cells, Vec<Value>>, CallFailure> {
        match output {
            BatchOutput::Values(values) => {
                self.check_rows(values.len())?;
                Ok(cells_of(values, self.dates))
            }
            BatchOutput::Array(array) => {
                self.check_rows(array.len())?;
                let cells = Cells::from_column(&Column::try_new(array.clone())?, true, self.dates)?;
                if !self.has_errors() || array.logical_null_count() == 0 {
                    return Ok(Ok(cells));
                }
                let values = (0..self.rows).map(|row| match (cells.get(row), self.error(row)) {
                    (CellRef::Blank, Some(error)) => Value::Error(error),
                    (cell, _) => cell.value(self.dates),
                });
                Ok(cells_of(values.collect(), self.dates))
            }
        }
    }

    fn has_errors(&self) -> bool {
        self.arguments.iter().any(|argument| match argument {
            Argument::Rows(cells) => matches!(cells, Cells::Mixed(_)),
            Argument::Scalar(value) => matches!(value, Value::Error(_)),
            _ => false,
        })
    }

    fn check_rows(&self, given: usize) -> Result<(), CallFailure> {
        match given == self.rows {
            true => Ok(()),
            false => Err(CallFailure::value(format!(
                "Custom function gave {given} results for {} rows",
                self.rows
            ))),
        }
    }
}

/// Numbers without what they show as: functions see serial numbers.
fn plain(cells: &Cells) -> Cells {
    match cells {
        Cells::Numbers(_, array) => Cells::Numbers(NumberKind::Number, array.clone()),
        Cells::Mixed(_) => Cells::of(cells.iter().map(|cell| match cell {
            CellRef::Number(n, _) => CellRef::Number(n, NumberKind::Number),
            other => other,
        })),
        other => other.clone(),
    }
}

/// The value of an argument in a row: 1×1 arrays unwrapped, dates and times as serial numbers.
pub(super) fn value(argument: &Argument, row: usize, dates: DateSystem) -> Value {
    match argument {
        Argument::Omitted => Value::Empty,
        Argument::Scalar(value) => match CellRef::of(value, dates) {
            Some(cell) => cell.plain(),
            None => unwrapped(value.clone()),
        },
        Argument::Rows(cells) => cells.get(row).plain(),
        Argument::Range(table) => match table.as_single() {
            Some(cell) => cell.plain(),
            None => Value::Array(table.to_rows(dates, true)),
        },
    }
}

/// A 1×1 array is its only value.
pub(super) fn unwrapped(value: Value) -> Value {
    match value {
        Value::Array(mut rows) if rows.len() == 1 && rows[0].len() == 1 => {
            rows.pop().and_then(|mut row| row.pop()).unwrap_or(Value::Empty)
        }
        other => other,
    }
}

/// Values as cells; the values themselves where one is an array.
pub(super) fn cells_of(values: Vec<Value>, dates: DateSystem) -> Result<Cells, Vec<Value>> {
    let values: Vec<Value> = values.into_iter().map(unwrapped).collect();
    if values.iter().any(|value| matches!(value, Value::Array(_))) {
        return Err(values);
    }
    Ok(Cells::of(values.iter().map(|value| CellRef::of(value, dates).unwrap_or(CellRef::Blank))))
}
