//! Values of cells as Python's own, and back.

use crate::{
    error,
    input::objects::{Clock, Item, no_value, reason},
};
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, TimeDelta, Timelike};
use formualizer_workbook::{DateSystem, ExcelError, ExcelErrorKind, Value};
use pyo3::{
    IntoPyObjectExt, intern,
    prelude::*,
    types::{PyDate, PyDateTime, PyDelta, PyDict, PyList, PyString, PyTime, PyTuple},
};

/// The kinds of errors as upstream's Python package calls them.
const KINDS: [(ExcelErrorKind, &str); 13] = [
    (ExcelErrorKind::Null, "Null"),
    (ExcelErrorKind::Ref, "Ref"),
    (ExcelErrorKind::Name, "Name"),
    (ExcelErrorKind::Value, "Value"),
    (ExcelErrorKind::Div, "Div"),
    (ExcelErrorKind::Na, "Na"),
    (ExcelErrorKind::Num, "Num"),
    (ExcelErrorKind::Error, "Error"),
    (ExcelErrorKind::NImpl, "NImpl"),
    (ExcelErrorKind::Spill, "Spill"),
    (ExcelErrorKind::Calc, "Calc"),
    (ExcelErrorKind::Circ, "Circ"),
    (ExcelErrorKind::Cancelled, "Cancelled"),
];

pub(super) fn kind_name(kind: ExcelErrorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("Error", |(_, name)| name)
}

/// The kind of a name in any case (`"Div"`, `"div0"`), or of what cells show (`"#DIV/0!"`).
fn kind_of(name: &str) -> Option<ExcelErrorKind> {
    if name.eq_ignore_ascii_case("div0") {
        return Some(ExcelErrorKind::Div);
    }
    let named = KINDS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
    named.map(|(kind, _)| *kind).or_else(|| ExcelErrorKind::try_parse(name))
}

/// An error as the dict that stands for it: `{"type": "Error", "kind": "Div"}`, with `"message"` where there is one.
pub(super) fn error_dict<'py>(
    py: Python<'py>,
    kind: ExcelErrorKind,
    message: Option<&str>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "type"), intern!(py, "Error"))?;
    dict.set_item(intern!(py, "kind"), kind_name(kind))?;
    if let Some(message) = message {
        dict.set_item(intern!(py, "message"), message)?;
    }
    Ok(dict)
}

/// A value as Python's own: blank is None, numbers are floats, errors dicts, arrays lists of rows.
pub(super) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Empty | Value::Pending => Ok(py.None().into_bound(py)),
        #[expect(clippy::cast_precision_loss, reason = "numbers of a sheet are doubles")]
        Value::Int(n) => (*n as f64).into_bound_py_any(py),
        Value::Number(n) => n.into_bound_py_any(py),
        Value::Text(text) => text.into_bound_py_any(py),
        Value::Boolean(truth) => truth.into_bound_py_any(py),
        Value::Date(date) => {
            let (month, day) = (small(date.month()), small(date.day()));
            Ok(PyDate::new(py, date.year(), month, day)?.into_any())
        }
        Value::DateTime(at) => {
            let (month, day) = (small(at.month()), small(at.day()));
            let (hour, minute, second) = (small(at.hour()), small(at.minute()), small(at.second()));
            let us = (at.nanosecond() / 1_000).min(999_999);
            let made = PyDateTime::new(py, at.year(), month, day, hour, minute, second, us, None)?;
            Ok(made.into_any())
        }
        Value::Time(at) => {
            let (hour, minute, second) = (small(at.hour()), small(at.minute()), small(at.second()));
            let us = (at.nanosecond() / 1_000).min(999_999);
            Ok(PyTime::new(py, hour, minute, second, us, None)?.into_any())
        }
        Value::Duration(duration) => duration_of(py, *duration),
        Value::Error(error) => Ok(error_dict(py, error.kind, error.message())?.into_any()),
        Value::Array(rows) => Ok(rows_to_python(py, rows)?.into_any()),
    }
}

/// Rows of values as a list of lists.
pub(super) fn rows_to_python<'py>(
    py: Python<'py>,
    rows: &[Vec<Value>],
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for row in rows {
        let cells = row.iter().map(|v| to_python(py, v)).collect::<PyResult<Vec<_>>>()?;
        list.append(PyList::new(py, cells)?)?;
    }
    Ok(list)
}

/// A part of a date or time, which is below 60.
fn small(part: u32) -> u8 {
    u8::try_from(part).unwrap_or(0)
}

fn duration_of(py: Python<'_>, duration: TimeDelta) -> PyResult<Bound<'_, PyAny>> {
    let days = duration.num_days();
    let rest = duration - Duration::days(days);
    let part = |n: i64| i32::try_from(n).unwrap_or(0);
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let us = i64::from(rest.subsec_nanos()) / 1_000;
    Ok(PyDelta::new(py, days, part(rest.num_seconds()), part(us), true)?.into_any())
}

/// What a cell can hold, of a Python value: `Err` says why it cannot.
///
/// # Errors
/// What is no `Exception`, such as `KeyboardInterrupt`.
pub(super) fn from_python(
    object: &Bound<'_, PyAny>,
    dates: DateSystem,
) -> PyResult<Result<Value, String>> {
    if let Ok(dict) = object.cast::<PyDict>() {
        return error_of(dict);
    }
    match Item::of(object) {
        Ok(Some(item)) => Ok(value_of(item, dates)),
        Ok(None) => Ok(Err(format!(
            "{}: a cell takes None, a bool, number, text, date, time, timedelta, or an error {{\"type\": \"Error\", \"kind\": \"Na\"}}",
            no_value(object)
        ))),
        Err(error) => reason(object.py(), error).map(Err),
    }
}

fn value_of(item: Item, dates: DateSystem) -> Result<Value, String> {
    const EXACT: u64 = 1 << 53;
    let beyond = |n: &dyn std::fmt::Display| {
        format!(
            "the integer {n} is beyond 2^53, which a number of a cell cannot hold: give a text, or a float if rounding is meant"
        )
    };
    Ok(match item {
        Item::Missing => Value::Empty,
        Item::Bool(truth) => Value::Boolean(truth),
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        Item::Int(n) if n.unsigned_abs() <= EXACT => Value::Number(n as f64),
        Item::Int(n) => return Err(beyond(&n)),
        Item::Big(n) => return Err(beyond(&n)),
        Item::Float(n) => Value::Number(n),
        Item::Decimal(n) => Value::Number(n.to_f64().ok_or_else(|| {
            format!("the decimal {n} is not exact as a number of a cell: give a text, or a float if rounding is meant")
        })?),
        Item::Text(text) => Value::Text(text),
        Item::Bytes(_) => return Err("a cell holds no bytes: decode them to a text".to_owned()),
        Item::Date(days) => {
            let date = date_of(i64::from(days)).ok_or("the date is out of range")?;
            Value::Date(known(date, dates)?)
        }
        Item::DateTime(_, Clock::Utc | Clock::Zone) => {
            return Err("a cell knows no time zones: convert the datetime to the zone you want, and take it off with .replace(tzinfo=None)".to_owned());
        }
        Item::DateTime(us, Clock::Wall) => {
            let at = DateTime::from_timestamp_micros(us).ok_or("the datetime is out of range")?;
            known(at.date_naive(), dates)?;
            Value::DateTime(at.naive_utc())
        }
        Item::Time(us) => {
            let seconds = u32::try_from(us / 1_000_000).unwrap_or(0);
            let nanos = u32::try_from(us % 1_000_000 * 1_000).unwrap_or(0);
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos);
            Value::Time(time.ok_or("the time is out of range")?)
        }
        Item::Duration(us) => Value::Duration(Duration::microseconds(us)),
    })
}

/// The date of days since 1970-01-01.
fn date_of(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    epoch.checked_add_signed(Duration::try_days(days)?)
}

/// A date that a sheet has.
fn known(date: NaiveDate, dates: DateSystem) -> Result<NaiveDate, String> {
    let first = match dates {
        DateSystem::Excel1900 => 1900,
        DateSystem::Excel1904 => 1904,
    };
    match (first..=9999).contains(&date.year()) {
        true => Ok(date),
        false => Err(format!(
            "{date} is no date of a sheet, which begin with {first}-01-01: give a text"
        )),
    }
}

/// The error that a dict stands for.
fn error_of(dict: &Bound<'_, PyDict>) -> PyResult<Result<Value, String>> {
    let py = dict.py();
    let text = |key: &Bound<'_, PyString>| -> PyResult<Option<String>> {
        match dict.get_item(key)? {
            Some(value) if !value.is_none() => match value.cast::<PyString>() {
                Ok(text) => Ok(Some(text.to_cow()?.into_owned())),
                Err(_) => Ok(Some(value.repr()?.to_string())),
            },
            _ => Ok(None),
        }
    };
    if text(intern!(py, "type"))?.as_deref() != Some("Error") {
        return Ok(Err("a dict is no value of a cell unless it is an error: {\"type\": \"Error\", \"kind\": \"Na\", \"message\": \"…\"}".to_owned()));
    }
    let message = text(intern!(py, "message"))?;
    let kind = text(intern!(py, "kind"))?.unwrap_or_else(|| "Value".to_owned());
    let Some(kind) = kind_of(&kind) else {
        let known: Vec<&str> = KINDS.iter().map(|(_, name)| *name).collect();
        return Ok(Err(format!(
            "there is no error of the kind {kind:?}: they are {}",
            known.join(", ")
        )));
    };
    let error = ExcelError::new(kind);
    Ok(Ok(Value::Error(match message {
        Some(message) => error.with_message(message),
        None => error,
    })))
}

/// The value of an argument.
///
/// # Errors
/// `WorkbookError` of the kind "data" where no cell can hold it.
pub(super) fn argument(
    object: &Bound<'_, PyAny>,
    place: &str,
    dates: DateSystem,
) -> PyResult<Value> {
    let py = object.py();
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        let message = format!("{place}: a cell holds no list: use set_values for rows of values");
        return Err(super::refuse(py, "data", &message));
    }
    from_python(object, dates)?.map_err(|why| super::refuse(py, "data", &format!("{place}: {why}")))
}

/// Rows of values: an iterable of iterables. Short rows are filled up later.
///
/// # Errors
/// As [`argument`]; `ArgumentError` where it is not rows.
pub(super) fn rows(object: &Bound<'_, PyAny>, dates: DateSystem) -> PyResult<Vec<Vec<Value>>> {
    let py = object.py();
    let wrong = |what: &str| {
        let message = format!("set_values: {what}: give a list of rows, each a list of values");
        error::argument(py, "set_values", &message)
    };
    if object.is_instance_of::<PyString>() || object.is_instance_of::<PyDict>() {
        return Err(wrong("a text or dict is no list of rows"));
    }
    let mut rows = Vec::new();
    for (index, row) in object.try_iter().map_err(|_| wrong("this is no list of rows"))?.enumerate()
    {
        let row = row?;
        let place = |column: usize| format!("row {}, column {}", index + 1, column + 1);
        let values = match row.try_iter() {
            Ok(values) if !row.is_instance_of::<PyString>() && !row.is_instance_of::<PyDict>() => {
                values
            }
            _ => return Err(wrong(&format!("row {} is no list of values", index + 1))),
        };
        let values =
            values.enumerate().map(|(column, value)| argument(&value?, &place(column), dates));
        rows.push(values.collect::<PyResult<Vec<Value>>>()?);
    }
    Ok(rows)
}
