//! Results of `array` functions.

use crate::{
    error::UdfError,
    returns::{MaybeNull, ReturnValue},
};
use udf_abi::DType;

/// Rows × columns of one type, filled column by column.
///
/// ```
/// use formualizer_udf_sdk::Array;
///
/// let table = Array::from_fn(2, 3, |row, column| 10.0 * row as f64 + column as f64);
/// assert_eq!(table.values(), [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
/// assert!(Array::try_new(2, 2, vec![1.0]).is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array<T> {
    // Invariant: `values.len() == rows * columns`.
    rows: usize,
    columns: usize,
    values: Vec<T>,
}

impl<T> Array<T> {
    /// The values in column-major order; `None` unless there are rows × columns of them.
    #[must_use]
    pub fn try_new(rows: usize, columns: usize, values: Vec<T>) -> Option<Self> {
        let fits = rows.checked_mul(columns) == Some(values.len());
        fits.then_some(Self { rows, columns, values })
    }

    /// The array with `value(row, column)` in each cell, both from 0.
    #[must_use]
    pub fn from_fn(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let mut values = Vec::with_capacity(rows.saturating_mul(columns));
        for column in 0..columns {
            values.extend((0..rows).map(|row| value(row, column)));
        }
        Self { rows, columns, values }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, in column-major order.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// A type that an `array` function can answer: `Vec<T>` (one column), [`Array<T>`], or a `Result`
/// of either; `T` may be an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that an array function can answer",
    label = "not the result of an array function",
    note = "use Vec<T> for one column or Array<T> for several, where T is a type of a result or \
            an Option of one; or a Result of either with UdfError"
)]
pub trait ArrayReturn: Sized {
    /// The type of a cell.
    type Cell: MaybeNull;
    /// The type's id in the contract.
    const DTYPE: DType = <Self::Cell as ReturnValue>::DTYPE;
    /// Its cells, or the error of the whole call.
    #[doc(hidden)]
    fn settle(self) -> Result<Array<Self::Cell>, UdfError>;
}

impl<T: MaybeNull> ArrayReturn for Vec<T> {
    type Cell = T;
    fn settle(self) -> Result<Array<T>, UdfError> {
        Ok(Array { rows: self.len(), columns: 1, values: self })
    }
}

impl<T: MaybeNull> ArrayReturn for Array<T> {
    type Cell = T;
    fn settle(self) -> Result<Self, UdfError> {
        Ok(self)
    }
}

impl<A: ArrayReturn, E: Into<UdfError>> ArrayReturn for Result<A, E> {
    type Cell = A::Cell;
    fn settle(self) -> Result<Array<A::Cell>, UdfError> {
        self.map_err(Into::into)?.settle()
    }
}

impl<T> Array<T> {
    pub(crate) fn into_values(self) -> std::vec::IntoIter<T> {
        self.values.into_iter()
    }
}
