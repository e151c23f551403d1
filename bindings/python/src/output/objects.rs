//! Rows as Python's own values.

use super::serial;
use crate::error;
use arrow_array::{
    Array,
    cast::AsArray,
    types::{
        Date32Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::DataType;
use pyo3::{
    IntoPyObjectExt,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDelta, PyList, PyTime},
};
use udf_abi::{DType, ErrorCode, frame::tag};
use udf_columnar::{AnyValue, Column};

const DAY_US: i64 = 86_400_000_000;
/// `date.toordinal()` of 1970-01-01.
const EPOCH_ORDINAL: i64 = 719_163;

/// What dates are made with.
struct Dates {
    from_ordinal: Py<PyAny>,
    epoch: Py<PyAny>,
    epoch_utc: Py<PyAny>,
}

fn dates(py: Python<'_>) -> PyResult<&Dates> {
    static DATES: PyOnceLock<Dates> = PyOnceLock::new();
    DATES.get_or_try_init(py, || {
        let module = py.import("datetime")?;
        let class = module.getattr("datetime")?;
        let utc = module.getattr("timezone")?.getattr("utc")?;
        Ok(Dates {
            from_ordinal: module.getattr("date")?.getattr("fromordinal")?.unbind(),
            epoch: class.call1((1970, 1, 1))?.unbind(),
            epoch_utc: class.call1((1970, 1, 1, 0, 0, 0, 0, utc))?.unbind(),
        })
    })
}

fn delta(py: Python<'_>, us: i64) -> PyResult<Bound<'_, PyDelta>> {
    let days = us.div_euclid(DAY_US);
    let rest = us.rem_euclid(DAY_US);
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    // Below a day, so that both fit.
    let (seconds, micros) = ((rest / 1_000_000) as i32, (rest % 1_000_000) as i32);
    PyDelta::new(py, days, seconds, micros, false)
}

fn time_of(py: Python<'_>, us: i64) -> PyResult<Bound<'_, PyTime>> {
    let us = us.rem_euclid(DAY_US);
    let seconds = us / 1_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    // Each is below 60, the last below a million.
    PyTime::new(py, hour as u8, minute as u8, second as u8, (us % 1_000_000) as u32, None)
}

/// Microseconds since 1970 as a `datetime`.
///
/// # Errors
/// `OverflowError` for years that Python does not have.
pub(crate) fn datetime_of(py: Python<'_>, us: i64, utc: bool) -> PyResult<Bound<'_, PyAny>> {
    let dates = dates(py)?;
    let epoch = if utc { &dates.epoch_utc } else { &dates.epoch };
    epoch.bind(py).add(delta(py, us)?)
}

fn date_of(py: Python<'_>, ordinal: i64) -> PyResult<Bound<'_, PyAny>> {
    dates(py)?.from_ordinal.bind(py).call1((ordinal,))
}

/// A day serial of the 1900 date system as a `date`; a fraction is left out.
pub(crate) fn date_of_serial(py: Python<'_>, serial: f64) -> PyResult<Bound<'_, PyAny>> {
    date_of(py, EPOCH_ORDINAL + serial::days(serial))
}

/// A cell of any kind. A date that Python does not have is its serial.
pub(crate) fn cell<'py>(py: Python<'py>, cell: &AnyValue) -> PyResult<Bound<'py, PyAny>> {
    let is = |tag, number| serial::tag_of(tag, number) == tag;
    match cell {
        AnyValue::Blank | AnyValue::Error(_) => Ok(py.None().into_bound(py)),
        AnyValue::Number(n) => n.into_bound_py_any(py),
        AnyValue::Logical(truth) => truth.into_bound_py_any(py),
        AnyValue::Text(text) => text.into_bound_py_any(py),
        AnyValue::Date(n) if is(tag::DATE, *n) => date_of_serial(py, *n),
        AnyValue::DateTime(n) if is(tag::DATETIME, *n) => {
            datetime_of(py, serial::micros(*n), false)
        }
        AnyValue::Time(n) if is(tag::TIME, *n) => {
            time_of(py, serial::clock(*n)).map(Bound::into_any)
        }
        AnyValue::Duration(n) if is(tag::DURATION, *n) => {
            delta(py, serial::span(*n)).map(Bound::into_any)
        }
        AnyValue::Date(n) | AnyValue::DateTime(n) | AnyValue::Time(n) | AnyValue::Duration(n) => {
            n.into_bound_py_any(py)
        }
    }
}

/// The value of a row; None where it is null or in error.
pub(super) fn value<'py>(
    py: Python<'py>,
    column: &Column,
    row: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let array = column.array();
    if array.is_null(row) || column.dtype() == DType::Null {
        return Ok(py.None().into_bound(py));
    }
    macro_rules! number {
        ($kind:ident) => {
            array.as_primitive::<$kind>().value(row).into_bound_py_any(py)
        };
    }
    match column.dtype() {
        DType::Null => Ok(py.None().into_bound(py)),
        DType::Bool => array.as_boolean().value(row).into_bound_py_any(py),
        DType::I8 => number!(Int8Type),
        DType::I16 => number!(Int16Type),
        DType::I32 => number!(Int32Type),
        DType::I64 => number!(Int64Type),
        DType::U8 => number!(UInt8Type),
        DType::U16 => number!(UInt16Type),
        DType::U32 => number!(UInt32Type),
        DType::U64 => number!(UInt64Type),
        DType::F32 => number!(Float32Type),
        DType::F64 => number!(Float64Type),
        DType::Utf8 => array.as_string::<i32>().value(row).into_bound_py_any(py),
        DType::Binary => Ok(PyBytes::new(py, array.as_binary::<i32>().value(row)).into_any()),
        DType::Date32 => {
            date_of(py, EPOCH_ORDINAL + i64::from(array.as_primitive::<Date32Type>().value(row)))
        }
        DType::Time64 => {
            let us = array.as_primitive::<Time64MicrosecondType>().value(row);
            time_of(py, us).map(Bound::into_any)
        }
        DType::Timestamp => {
            let utc = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
            datetime_of(py, array.as_primitive::<TimestampMicrosecondType>().value(row), utc)
        }
        DType::Duration => {
            let us = array.as_primitive::<DurationMicrosecondType>().value(row);
            delta(py, us).map(Bound::into_any)
        }
        DType::Error => {
            let code = ErrorCode::from_code(array.as_primitive::<UInt8Type>().value(row));
            code.map(ErrorCode::text).into_bound_py_any(py)
        }
        DType::Any => {
            let one = column.slice(row, 1).to_any().and_then(|mut cells| cells.pop());
            let one = one.ok_or_else(|| error::internal(py, "a cell of no kind"))?;
            cell(py, &one)
        }
    }
}

/// The chunks' rows as one list.
pub(super) fn list<'py>(py: Python<'py>, chunks: &[Column]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for column in chunks {
        match column.to_any() {
            Some(cells) => {
                for one in &cells {
                    list.append(cell(py, one)?)?;
                }
            }
            None => {
                for row in 0..column.len() {
                    list.append(value(py, column, row)?)?;
                }
            }
        }
    }
    Ok(list)
}
