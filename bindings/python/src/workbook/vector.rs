//! Python functions that take whole columns: Arrow arrays in, anything that holds a column out.

use super::callback::{Callable, failed};
use super::{
    desk::Desk,
    value::{from_python, to_python},
};
use crate::input::{self, Given, Place};
use arrow_array::{Array, ArrayRef};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, DateSystem, ExcelError, Value, Workbook as Book,
};
use pyo3::{
    intern,
    prelude::*,
    types::{PyList, PyTuple},
};
use pyo3_arrow::PyArray;
use std::sync::Arc;
use udf_abi::{DType, manifest::Param};
use udf_columnar::Column;

/// One call for all rows.
pub(super) fn call(
    callable: &Arc<Callable>,
    args: &BatchArguments<'_>,
) -> Option<Result<BatchOutput, ExcelError>> {
    let rows = args.rows();
    let given: Vec<BatchArgument> = (0..args.len()).filter_map(|index| args.get(index)).collect();
    // Arguments that are the same in every row go to a call of one cell.
    if !given.iter().any(|argument| matches!(argument, BatchArgument::Column(_))) {
        return None;
    }
    let own = callable.clone();
    Some(callable.at_desk(move |py, desk| own.column(py, desk, given, rows)))
}

impl Callable {
    fn column(
        &self,
        py: Python<'_>,
        desk: &Desk,
        given: Vec<BatchArgument>,
        rows: usize,
    ) -> Result<BatchOutput, ExcelError> {
        let function = self.function(py)?;
        let called = || {
            let given = given.into_iter().map(|argument| to_argument(py, argument));
            let given = given.collect::<PyResult<Vec<_>>>()?;
            let result = function.call1(PyTuple::new(py, given)?)?;
            self.output(&result, rows)
        };
        self.settled(py, desk, called())
    }

    /// A value a row, of whatever was returned.
    fn output(
        &self,
        result: &Bound<'_, PyAny>,
        rows: usize,
    ) -> PyResult<Result<BatchOutput, ExcelError>> {
        if result.is_instance_of::<PyList>() || result.is_instance_of::<PyTuple>() {
            let values = result.try_iter()?.map(|value| self.result(&value?));
            let values = values.collect::<PyResult<Result<Vec<Value>, ExcelError>>>()?;
            return Ok(values.map(BatchOutput::Values));
        }
        if holds_columns(result)? {
            return Ok(match columns(result)? {
                Ok(mut columns) if columns.len() == 1 => {
                    columns.pop().map(BatchOutput::Array).ok_or_else(|| failed("no column"))
                }
                Ok(columns) => Err(failed(&format!(
                    "the function returned a frame of {} columns: return one column, a value for each of the {rows} rows",
                    columns.len()
                ))),
                Err(error) => Err(error),
            });
        }
        let value = from_python(result, self.dates)?;
        let value = value.map_err(|why| {
            failed(&format!("the function returned what holds no column of {rows} rows: {why}"))
        });
        Ok(value.map(|value| BatchOutput::Values(vec![value; rows])))
    }
}

fn to_argument(py: Python<'_>, argument: BatchArgument) -> PyResult<Bound<'_, PyAny>> {
    match argument {
        BatchArgument::Omitted => Ok(py.None().into_bound(py)),
        BatchArgument::Scalar(value) => to_python(py, &value),
        BatchArgument::Column(array) => to_arrow(py, array),
        BatchArgument::Range(columns) => {
            let columns = columns.into_iter().map(|column| to_arrow(py, column));
            Ok(PyList::new(py, columns.collect::<PyResult<Vec<_>>>()?)?.into_any())
        }
    }
}

fn to_arrow(py: Python<'_>, array: ArrayRef) -> PyResult<Bound<'_, PyAny>> {
    Ok(PyArray::from_array_ref(array).into_pyobject(py)?.into_any())
}

/// Whether an object is an array, a column or a frame of some library.
pub(super) fn holds_columns(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    for name in [
        intern!(py, "__arrow_c_array__"),
        intern!(py, "__arrow_c_stream__"),
        intern!(py, "__dataframe__"),
    ] {
        if object.hasattr(name)? {
            return Ok(true);
        }
    }
    // NumPy's scalars have no dimensions, and are values.
    match object.getattr_opt(intern!(py, "ndim"))? {
        Some(dimensions) => Ok(dimensions.extract::<usize>().is_ok_and(|n| n > 0)),
        None => Ok(false),
    }
}

/// The columns of an array, a column or a frame of any library.
pub(super) fn columns(object: &Bound<'_, PyAny>) -> PyResult<Result<Vec<ArrayRef>, ExcelError>> {
    let param = Param::scalar("result".to_owned(), DType::F64);
    let place = Place::new("the function's result", &param, 1);
    let understood = match input::understand(object, place)? {
        input::Argument::Value(understood) => understood.given,
        input::Argument::Deferred(_) => {
            return Ok(Err(failed("the function returned an expression: return its values")));
        }
    };
    let columns = match understood {
        Given::Scalar(column) => vec![vec![column]],
        Given::Column(chunks) => vec![chunks],
        Given::Range(columns) => columns,
        Given::Omitted => Vec::new(),
    };
    let joined: Result<Vec<ArrayRef>, String> =
        columns.iter().map(|chunks| joined(chunks)).collect();
    Ok(joined.map_err(|why| failed(&why)))
}

/// The chunks of a column as one array.
pub(super) fn joined(chunks: &[Column]) -> Result<ArrayRef, String> {
    match chunks {
        [one] => Ok(one.array().clone()),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(|c| c.array().as_ref()).collect();
            arrow_select::concat::concat(&parts).map_err(|e| e.to_string())
        }
    }
}

/// The same as rows of values, for a function that is called for one cell.
pub(super) fn table(
    object: &Bound<'_, PyAny>,
    dates: DateSystem,
) -> PyResult<Result<Value, ExcelError>> {
    let columns = match columns(object)? {
        Ok(columns) => columns,
        Err(error) => return Ok(Err(error)),
    };
    let rows = values(&columns, dates);
    Ok(rows.map(Value::Array).map_err(|e| failed(&format!("the function returned {e}"))))
}

/// Columns as rows of values: what cells would hold.
pub(super) fn values(
    columns: &[ArrayRef],
    dates: DateSystem,
) -> Result<Vec<Vec<Value>>, formualizer_workbook::Error> {
    let rows = columns.first().map_or(0, |column| column.len());
    if rows == 0 {
        return Ok(Vec::new());
    }
    let mut scratch = Book::with_date_system(dates);
    scratch.add_sheet("S")?;
    scratch.set_columns("S", "A1", columns)?;
    let corner = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    scratch.values("S", ((1, 1), (corner(rows), corner(columns.len()))))
}
