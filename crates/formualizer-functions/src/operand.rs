//! What an argument or a result is for some rows.

use crate::{
    call::{Argument, Output, Result},
    cells::{CellRef, Cells, Table},
    semantics::Scalar,
    value::ScalarValue,
};
use udf_abi::ErrorCode;

/// An argument or a result for some rows; functions are of type `F`.
#[derive(Clone, Debug)]
pub enum Operand<F> {
    /// An argument that is empty between commas.
    Empty,
    /// The same value for all rows.
    Scalar(ScalarValue),
    /// A value per row.
    Rows(Cells),
    /// The same array for all rows; of a single cell only where a reference to it stands for an array.
    Array(Table),
    /// A function.
    Lambda(F),
}

impl<F> Operand<F> {
    /// An error for all rows.
    #[must_use]
    pub fn error(code: ErrorCode) -> Self {
        Self::Scalar(ScalarValue::error(code))
    }

    /// An argument of a function that a function calls; functions are none.
    #[must_use]
    pub fn of_argument(argument: &Argument<'_>) -> Self {
        match argument {
            Argument::Missing | Argument::Empty => Self::Empty,
            Argument::Value(cell) => Self::Scalar(cell.owned()),
            Argument::Array(table) => Self::Array((*table).clone()),
            Argument::Lambda(_) => Self::error(ErrorCode::Calc),
        }
    }

    /// What a function gives for one row.
    ///
    /// # Errors
    /// [`ErrorCode::Calc`] for a function.
    pub fn into_output(self) -> Result<Output> {
        match self {
            Self::Scalar(value) => Ok(Output::Value(value)),
            Self::Array(table) => Ok(Output::Array(table)),
            Self::Rows(cells) => Ok(Output::Value(cells.get(0).owned())),
            Self::Empty => Ok(Output::Value(ScalarValue::default())),
            Self::Lambda(_) => Err(ErrorCode::Calc),
        }
    }

    /// The value of a row.
    #[must_use]
    pub fn cell(&self, row: usize) -> CellRef<'_> {
        match self {
            Self::Empty => CellRef::Blank,
            Self::Scalar(value) => value.cell(),
            Self::Rows(cells) => cells.get(row),
            Self::Array(table) => table.get(0, 0),
            Self::Lambda(_) => Scalar::Error(ErrorCode::Calc).into(),
        }
    }

    /// An array, or its cell where it has only one.
    #[must_use]
    pub fn of_table(table: Table) -> Self {
        match table.as_single() {
            Some(cell) => Self::Scalar(cell.owned()),
            None => Self::Array(table),
        }
    }
}
