//! Results as Python objects: NumPy arrays, Arrow, lists, and single values.

mod any;
mod arrow;
mod block;
mod numpy;
mod objects;
mod serial;
pub(crate) mod zone;

pub(crate) use block::Block;

use crate::error::{self, FailedRow};
use arrow_array::{ArrayRef, DictionaryArray, cast::AsArray, new_null_array, types::UInt32Type};
use arrow_schema::DataType;
use pyo3::{
    intern,
    prelude::*,
    types::{PyDict, PyList, PyString},
};
use pyo3_arrow::{PyArray, PyChunkedArray};
use std::sync::{Mutex, PoisonError};
use udf_abi::DType;
use udf_columnar::{Column, Output, RowErrors};

/// What becomes of rows that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Errors {
    /// An exception that tells how many and which.
    #[default]
    Raise,
    /// They are null.
    Null,
    /// They are null, and a column of texts stands beside.
    Struct,
}

impl Errors {
    pub(crate) fn of(name: &Bound<'_, PyAny>, function: &str) -> PyResult<Self> {
        match name.extract::<String>().as_deref() {
            Ok("raise") => Ok(Self::Raise),
            Ok("null") => Ok(Self::Null),
            Ok("struct") => Ok(Self::Struct),
            _ => {
                let shown = name.repr()?;
                let message = format!("errors={shown}: give 'raise', 'null' or 'struct'");
                Err(error::argument(name.py(), function, &message))
            }
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Raise => "raise",
            Self::Null => "null",
            Self::Struct => "struct",
        }
    }
}

/// What a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A value per row of the input.
    Column,
    /// One value.
    Value,
    /// Rows and columns.
    Table,
}

/// A result before it has the caller's type: columns in chunks.
#[pyclass(frozen, name = "_Outcome", module = "formualizer_udf._native")]
#[derive(Debug)]
pub(crate) struct Outcome {
    columns: Mutex<Vec<Vec<Column>>>,
    rows: usize,
    width: usize,
    names: Option<Vec<String>>,
    shape: Shape,
}

impl Outcome {
    /// The outputs of a call that was made in parts, one after the other; at least one.
    pub(crate) fn new(outputs: Vec<Output>, names: Option<Vec<String>>, shape: Shape) -> Self {
        let mut columns: Vec<Vec<Column>> = Vec::new();
        for output in outputs {
            if columns.len() < output.columns.len() {
                columns.resize_with(output.columns.len(), Vec::new);
            }
            for (chunks, column) in columns.iter_mut().zip(output.columns) {
                chunks.push(column);
            }
        }
        let columns: Vec<Vec<Column>> =
            columns.into_iter().map(any::plain).map(zone::agreed).collect();
        let rows = columns.first().map_or(0, |chunks| chunks.iter().map(Column::len).sum());
        Self { rows, width: columns.len(), columns: Mutex::new(columns), names, shape }
    }

    /// Whether this is one row of one column.
    pub(crate) fn is_single(&self) -> bool {
        self.width == 1 && self.rows == 1
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// The number of rows that failed, and the first of them.
    pub(crate) fn failed(&self) -> (u64, Vec<FailedRow>) {
        /// Most rows that an exception lists.
        const LISTED: usize = 100;
        let (mut count, mut listed) = (0, Vec::new());
        for chunks in self.columns.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let mut start = 0;
            for column in chunks {
                if let Some(errors) = column.errors() {
                    count += errors.count() as u64;
                    let rows = (0..errors.len()).filter_map(|row| Some((row, errors.get(row)?)));
                    let room = LISTED.saturating_sub(listed.len());
                    listed.extend(rows.take(room).map(|(row, (code, message))| FailedRow {
                        row: start + row as u64,
                        code,
                        message: message.map(str::to_owned),
                    }));
                }
                start += column.len() as u64;
            }
        }
        (count, listed)
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    fn chunks(&self, py: Python<'_>, index: usize) -> PyResult<Vec<Column>> {
        match self.columns.lock().unwrap_or_else(PoisonError::into_inner).get(index) {
            Some(chunks) => Ok(chunks.clone()),
            None => Err(error::internal(py, &format!("the result has no column {index}"))),
        }
    }

    /// The column, of which this object keeps nothing, so that its memory can become the caller's; columns with errors stay,
    /// for who asks for those.
    fn take(&self, py: Python<'_>, index: usize) -> PyResult<Vec<Column>> {
        let mut columns = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chunks) = columns.get_mut(index) else {
            return Err(error::internal(py, &format!("the result has no column {index}")));
        };
        if chunks.iter().any(|column| column.errors().is_some()) {
            return Ok(chunks.clone());
        }
        let nothing = |column: &Column| Column::new_null(DType::Null, column.len());
        let nothing = chunks.iter().map(nothing).collect();
        Ok(std::mem::replace(chunks, nothing))
    }

    /// The only value.
    pub(crate) fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.chunks(py, 0)?.first() {
            Some(column) if column.len() == 1 => objects::value(py, column, 0),
            _ => Err(error::internal(py, "the result is not one value")),
        }
    }

    /// The value of one row, and its error beside.
    pub(crate) fn value_and_error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let both = PyDict::new(py);
        both.set_item(intern!(py, "value"), self.value(py)?)?;
        let chunks = self.chunks(py, 0)?;
        let text = chunks.first().and_then(|column| error_text(column, 0));
        both.set_item(intern!(py, "error"), text)?;
        Ok(both)
    }

    /// The usual case of lists: one column.
    pub(crate) fn objects_of_first<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        objects::list(py, &self.chunks(py, 0)?)
    }

    /// The usual case: one column as a plain NumPy array. The memory is the result's own where nobody else holds it.
    pub(crate) fn into_numpy<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut columns = self.columns.into_inner().unwrap_or_else(PoisonError::into_inner);
        match columns.pop() {
            Some(chunks) if columns.is_empty() => numpy::array(py, chunks),
            _ => Err(error::internal(py, "the result is not one column")),
        }
    }
}

/// The error of a row as text: `#NUM!`, or `#NUM!: why`.
fn error_text(column: &Column, row: usize) -> Option<String> {
    let (code, message) = column.error(row)?;
    Some(match message {
        Some(message) => format!("{}: {message}", code.text()),
        None => code.text().to_owned(),
    })
}

#[pymethods]
impl Outcome {
    /// "column", "value" or "table".
    #[getter(shape)]
    fn py_shape(&self) -> &'static str {
        match self.shape {
            Shape::Column => "column",
            Shape::Value => "value",
            Shape::Table => "table",
        }
    }

    #[getter]
    fn width(&self) -> usize {
        self.width
    }

    #[getter]
    fn height(&self) -> usize {
        self.rows
    }

    /// Names of the columns where the manifest gives them.
    #[getter]
    fn names(&self) -> Option<Vec<String>> {
        self.names.clone().filter(|names| names.len() == self.width)
    }

    /// Whether a column is one of instants.
    fn is_utc(&self, py: Python<'_>, index: usize) -> PyResult<bool> {
        Ok(self.chunks(py, index)?.iter().any(zone::is_utc))
    }

    /// Whether a column is one of cells of several kinds.
    fn is_mixed(&self, py: Python<'_>, index: usize) -> PyResult<bool> {
        Ok(any::is_mixed(&self.chunks(py, index)?))
    }

    /// A column as a NumPy array: nulls are NaN, NaT or masked. Once, as the array takes the memory.
    fn numpy<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        numpy::array(py, self.take(py, index)?)
    }

    /// A column as a NumPy array that cannot be written to and shares the column's memory where that is in one piece and without
    /// nulls; as `numpy` gives it otherwise.
    fn view<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        numpy::view(py, self.chunks(py, index)?.to_vec())
    }

    /// A column as a NumPy array of values, and one of booleans that are true for nulls (None where there are none). Once, as
    /// the array takes the memory.
    fn parts<'py>(
        &self,
        py: Python<'py>,
        index: usize,
    ) -> PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)> {
        numpy::parts(py, self.take(py, index)?)
    }

    /// A column as one Arrow array, or as a chunked one.
    fn arrow<'py>(
        &self,
        py: Python<'py>,
        index: usize,
        chunked: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let arrays = arrow::arrays(&self.chunks(py, index)?);
        if chunked {
            let chunks = PyChunkedArray::from_array_refs(arrays)?;
            return Ok(chunks.into_pyobject(py)?.into_any());
        }
        let array = arrow::concat(&arrays).map_err(|e| error::internal(py, &e))?;
        Ok(PyArray::from_array_ref(array).into_pyobject(py)?.into_any())
    }

    /// A column as a list of Python's own values.
    fn objects<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyList>> {
        objects::list(py, &self.chunks(py, index)?)
    }

    /// Errors of a column's rows as a list of texts and None. Rows with the same error share one text.
    fn errors<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyList>> {
        let chunks = self.chunks(py, index)?;
        let list = PyList::empty(py);
        for column in &chunks {
            let Some(errors) = column.errors() else {
                (0..column.len()).try_for_each(|_| list.append(py.None()))?;
                continue;
            };
            let texts = texts_of(py, errors)?;
            let distinct: Vec<Bound<'py, PyString>> = texts
                .values()
                .as_string::<i32>()
                .iter()
                .map(|text| PyString::new(py, text.unwrap_or_default()))
                .collect();
            for key in texts.keys() {
                match key.and_then(|key| distinct.get(key as usize)) {
                    Some(text) => list.append(text)?,
                    None => list.append(py.None())?,
                }
            }
        }
        Ok(list)
    }

    /// Errors of a column's rows as an Arrow array of texts.
    fn errors_arrow<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let chunks = self.chunks(py, index)?;
        let texts = chunks
            .iter()
            .map(|column| match column.errors() {
                None => Ok(new_null_array(&DataType::Utf8, column.len())),
                Some(errors) => match errors.texts_of_rows() {
                    Ok(texts) => Ok(std::sync::Arc::new(texts) as ArrayRef),
                    Err(problem) => Err(too_many_texts(py, problem.message())),
                },
            })
            .collect::<PyResult<Vec<ArrayRef>>>()?;
        let texts = arrow::concat(&texts).map_err(|e| too_many_texts(py, &e))?;
        Ok(PyArray::from_array_ref(texts).into_pyobject(py)?.into_any())
    }
}

fn texts_of(py: Python<'_>, errors: &RowErrors) -> PyResult<DictionaryArray<UInt32Type>> {
    errors.texts().map_err(|problem| too_many_texts(py, problem.message()))
}

fn too_many_texts(py: Python<'_>, why: &str) -> PyErr {
    let message = format!("errors='struct': {why}; errors='null' leaves the texts out");
    error::argument(py, "errors", &message)
}
