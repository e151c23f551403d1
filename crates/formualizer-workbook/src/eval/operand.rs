//! What a part of a formula is evaluated to.

use crate::{
    Value,
    cells::{CellRef, Cells, NumberKind, Table},
};
use arrow_array::Array;
use formualizer_common::{DateSystem, ExcelError, ExcelErrorKind};
use std::borrow::Cow;

/// The value of a node for some rows.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// The same for all rows; never an array.
    Scalar(Value),
    /// A cell per row.
    Rows(Cells),
    /// An array of several cells, where there is one row only.
    Array(Table),
}

/// Cells to take row by row, wherever they are.
#[derive(Clone, Copy)]
pub(crate) enum Lane<'a> {
    One(CellRef<'a>),
    Many(&'a Cells),
}

/// Numbers to calculate with: one for all rows, or one per row with 0 for blanks.
pub(crate) enum Numbers<'a> {
    One(f64),
    Many(Cow<'a, [f64]>),
}

impl Operand {
    pub(crate) fn error(kind: ExcelErrorKind) -> Self {
        Self::Scalar(Value::Error(ExcelError::new(kind)))
    }

    /// An array, or its cell where it has only one.
    pub(crate) fn of_table(table: Table, dates: DateSystem) -> Self {
        match table.as_single() {
            Some(cell) => Self::Scalar(cell.value(dates)),
            None => Self::Array(table),
        }
    }

    /// The cells row by row; `None` for an array.
    pub(crate) fn lane(&self, dates: DateSystem) -> Option<Lane<'_>> {
        match self {
            Self::Scalar(value) => CellRef::of(value, dates).map(Lane::One),
            Self::Rows(cells) => Some(Lane::Many(cells)),
            Self::Array(_) => None,
        }
    }

    /// The cells of `len` rows; `None` for an array.
    pub(crate) fn into_cells(self, len: usize, dates: DateSystem) -> Option<Cells> {
        match self {
            Self::Scalar(value) => Some(Cells::repeat(CellRef::of(&value, dates)?, len)),
            Self::Rows(cells) => Some(cells),
            Self::Array(_) => None,
        }
    }
}

impl<'a> Lane<'a> {
    pub(crate) fn get(&self, row: usize) -> CellRef<'a> {
        match self {
            Self::One(cell) => *cell,
            Self::Many(cells) => cells.get(row),
        }
    }

    pub(crate) fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// All cells as numbers with what they show as, if all are numbers or blank.
    pub(crate) fn numbers(&self) -> Option<(Numbers<'a>, NumberKind)> {
        Some(match self {
            Self::One(CellRef::Number(n, kind)) => (Numbers::One(*n), *kind),
            Self::One(CellRef::Blank) => (Numbers::One(0.0), NumberKind::Number),
            Self::Many(Cells::Blank(_)) => (Numbers::One(0.0), NumberKind::Number),
            Self::Many(Cells::Numbers(kind, array)) => match array.nulls() {
                Some(nulls) if nulls.null_count() > 0 => {
                    // A blank in a column of dates shows its sum as a number, which is for the slow path.
                    if *kind != NumberKind::Number {
                        return None;
                    }
                    let values = array.values().iter().zip(nulls);
                    let filled = values.map(|(n, valid)| if valid { *n } else { 0.0 }).collect();
                    (Numbers::Many(Cow::Owned(filled)), *kind)
                }
                _ => (Numbers::Many(Cow::Borrowed(array.values())), *kind),
            },
            _ => return None,
        })
    }
}

impl Numbers<'_> {
    pub(crate) fn get(&self, row: usize) -> f64 {
        match self {
            Self::One(n) => *n,
            Self::Many(numbers) => numbers[row],
        }
    }
}
