//! Where an argument goes, and what its source says about how it is read.

use super::{decimal, zone};
use crate::error;
use arrow_array::{StringArray, UInt8Array, cast::AsArray};
use pyo3::prelude::*;
use udf_abi::{DType, ErrorCode, manifest::Param};
use udf_columnar::Column;

/// What a NaN among Python's own values stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Nan {
    /// A number like any other.
    #[default]
    Number,
    /// A missing value where some other value is no float: columns of objects have no better word for it.
    MissingAmongOthers,
    /// A missing value.
    Missing,
}

/// What a conversion is for: the names in messages, and the type that is wanted; and what is known of where the values stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) function: &'a str,
    pub(crate) param: &'a Param,
    /// From 1.
    pub(crate) number: usize,
    pub(super) nan: Nan,
    /// What a caller writes to get rid of a time zone.
    pub(super) zones: &'a str,
    /// The row of the column with which the chunk at hand begins; absent for a single value.
    pub(super) first_row: Option<usize>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(function: &'a str, param: &'a Param, number: usize) -> Self {
        Self { function, param, number, nan: Nan::Number, zones: zone::OF_ARROW, first_row: None }
    }

    pub(super) fn nan(self, nan: Nan) -> Self {
        Self { nan, ..self }
    }

    /// The same place in a column of a library in which `words` get rid of a time zone.
    pub(super) fn zones(self, words: &'a str) -> Self {
        Self { zones: words, ..self }
    }

    /// The same place for a chunk that begins with this row of the column.
    pub(super) fn at_row(self, first_row: usize) -> Self {
        Self { first_row: Some(first_row), ..self }
    }
}

impl Place<'_> {
    pub(crate) fn dtype(&self) -> DType {
        self.param.dtype.0
    }

    /// The exception for this argument.
    pub(crate) fn refuse(&self, py: Python<'_>, why: &str) -> PyErr {
        let message =
            format!("{}, argument {} `{}`: {why}", self.function, self.number, self.param.name);
        error::argument(py, self.function, &message)
    }

    /// The exception for a row of the chunk at hand, or for the value.
    pub(super) fn refuse_row(&self, py: Python<'_>, row: usize, why: &str) -> PyErr {
        match self.first_row {
            Some(first) => self.refuse(py, &format!("row {} {why}", first + row)),
            None => self.refuse(py, why),
        }
    }

    /// An array as a column: types that the contract lacks are brought to those it has, exactly or not at all.
    pub(crate) fn column(&self, py: Python<'_>, array: arrow_array::ArrayRef) -> PyResult<Column> {
        zone::check(py, array.data_type(), *self)?;
        let array = decimal::plain(py, array, *self)?;
        let column = Column::try_new(array).map_err(|e| self.refuse(py, e.message()))?;
        match (self.dtype(), column.dtype()) {
            // As results give errors to Python.
            (DType::Error, DType::Utf8) => self.errors(py, column.array().as_string::<i32>()),
            _ => Ok(column),
        }
    }

    /// Texts such as "#N/A" as a column of errors.
    fn errors(&self, py: Python<'_>, texts: &StringArray) -> PyResult<Column> {
        let code = |text: Option<&str>| match text {
            None => Ok(None),
            Some(text) => ErrorCode::from_text(text)
                .map(|c| Some(c.code()))
                .ok_or_else(|| self.refuse(py, &format!("{text:?} is no error: \"#N/A\" is one"))),
        };
        let codes = texts.iter().map(code).collect::<PyResult<UInt8Array>>()?;
        Column::try_new_errors(codes).map_err(|e| self.refuse(py, e.message()))
    }
}
