//! How callers name cells, ranges and columns.

use super::refuse;
use formualizer_workbook::{Error, IntoCell, IntoColumn, IntoRange, MAX_COLS, MAX_ROWS};
use pyo3::{
    Borrowed,
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBool, PyString, PyTuple},
};

/// A cell: `"B2"`, or `(row, column)` from 1.
#[derive(Clone, Debug)]
pub(super) enum CellArg {
    Text(String),
    At(u32, u32),
}

/// A range: `"A1:B10"`, `"A:A"`, `"1:3"`, `"B2"`, a cell, or two cells.
#[derive(Clone, Debug)]
pub(super) enum RangeArg {
    Text(String),
    Between((u32, u32), (u32, u32)),
}

/// A column: `"C"`, or its number from 1.
#[derive(Clone, Debug)]
pub(super) enum ColumnArg {
    Text(String),
    Number(u32),
}

impl CellArg {
    /// For messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::At(row, column) => format!("row {row}, column {column}"),
        }
    }
}

impl IntoCell for CellArg {
    fn into_cell(self) -> Result<(u32, u32), Error> {
        match self {
            Self::Text(text) => text.as_str().into_cell(),
            Self::At(row, col) => (row, col).into_cell(),
        }
    }
}

impl IntoRange for RangeArg {
    fn into_range(self) -> Result<((u32, u32), (u32, u32)), Error> {
        match self {
            Self::Text(text) => text.as_str().into_range(),
            Self::Between(first, last) => (first, last).into_range(),
        }
    }
}

impl IntoColumn for ColumnArg {
    fn into_column(self) -> Result<u32, Error> {
        match self {
            Self::Text(text) => text.as_str().into_column(),
            Self::Number(number) => number.into_column(),
        }
    }
}

/// A row or column number, from 1 to `most`.
fn line(object: &Bound<'_, PyAny>, what: &str, most: u32) -> PyResult<u32> {
    if object.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err(format!("a {what} is a number, not a bool")));
    }
    let wrong = || {
        let shown = object.str().map(|s| s.to_string()).unwrap_or_default();
        let message = format!("there is no {what} {shown}: they are 1 to {most}");
        refuse(object.py(), "address", &message)
    };
    match object.extract::<i64>() {
        Ok(number) => {
            u32::try_from(number).ok().filter(|n| (1..=most).contains(n)).ok_or_else(wrong)
        }
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Err(error),
        Err(_) => Err(wrong()),
    }
}

/// Row and column of a tuple of two numbers; `None` for anything else.
fn pair(object: &Bound<'_, PyAny>) -> PyResult<Option<(u32, u32)>> {
    let Ok(tuple) = object.cast::<PyTuple>() else { return Ok(None) };
    if tuple.len() != 2 || tuple.get_item(0)?.is_instance_of::<PyTuple>() {
        return Ok(None);
    }
    let row = line(&tuple.get_item(0)?, "row", MAX_ROWS)?;
    Ok(Some((row, line(&tuple.get_item(1)?, "column", MAX_COLS)?)))
}

impl<'py> FromPyObject<'_, 'py> for CellArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Self::Text(text.to_cow()?.into_owned()));
        }
        match pair(&object)? {
            Some((row, col)) => Ok(Self::At(row, col)),
            None => Err(PyTypeError::new_err(
                "a cell is a text such as \"B2\", or a tuple (row, column) that counts from 1",
            )),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for RangeArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Self::Text(text.to_cow()?.into_owned()));
        }
        if let Some(cell) = pair(&object)? {
            return Ok(Self::Between(cell, cell));
        }
        if let Ok(corners) = object.cast::<PyTuple>()
            && corners.len() == 2
            && let (Some(first), Some(last)) =
                (pair(&corners.get_item(0)?)?, pair(&corners.get_item(1)?)?)
        {
            return Ok(Self::Between(first, last));
        }
        Err(PyTypeError::new_err(
            "a range is a text such as \"A1:B10\", \"A:A\" or \"1:3\", or two cells ((row, column), (row, column)) that count from 1",
        ))
    }
}

impl<'py> FromPyObject<'_, 'py> for ColumnArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Self::Text(text.to_cow()?.into_owned())),
            Err(_) => line(&object, "column", MAX_COLS).map(Self::Number),
        }
    }
}

/// A row, from 1, and how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowArg(pub(super) u32);

impl<'py> FromPyObject<'_, 'py> for RowArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        line(&object, "row", MAX_ROWS).map(Self)
    }
}

/// A number of rows, columns or steps, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountArg(pub(super) u32);

impl<'py> FromPyObject<'_, 'py> for CountArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let wrong = || {
            let message = format!("{} is no number from 0 to {}", object.as_any(), u32::MAX);
            PyValueError::new_err(message)
        };
        match object.extract::<i64>() {
            Ok(number) => u32::try_from(number).map(Self).map_err(|_| wrong()),
            Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Err(error),
            Err(_) => Err(wrong()),
        }
    }
}
