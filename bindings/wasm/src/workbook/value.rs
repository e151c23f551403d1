//! Values of cells as JavaScript's own, and back.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use formualizer_udf_wasm_errors::make;
use formualizer_workbook::{ExcelError, ExcelErrorKind, Value};
use js_sys::{Array, Date, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./values.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeCellError)]
    fn make_cell_error(code: &str, message: Option<&str>) -> JsValue;
    #[wasm_bindgen(js_name = makeCellTime)]
    fn make_cell_time(kind: &str, milliseconds: f64) -> JsValue;
}

/// The largest integer up to which all are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value as JavaScript's own: blank is null, an error a `CellError`, a date or time a `CellTime`, an array one of rows.
pub(crate) fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Empty | Value::Pending => JsValue::NULL,
        Value::Int(n) => JsValue::from_f64(*n as f64),
        Value::Number(n) => JsValue::from_f64(*n),
        Value::Text(text) => JsValue::from_str(text),
        Value::Boolean(truth) => JsValue::from_bool(*truth),
        Value::Date(date) => {
            let at = date.and_time(NaiveTime::MIN).and_utc();
            make_cell_time("date", at.timestamp_millis() as f64)
        }
        Value::DateTime(at) => make_cell_time("datetime", at.and_utc().timestamp_millis() as f64),
        Value::Time(at) => {
            let since = *at - NaiveTime::MIN;
            make_cell_time("time", since.num_milliseconds() as f64)
        }
        Value::Duration(duration) => make_cell_time("duration", duration.num_milliseconds() as f64),
        Value::Error(error) => make_cell_error(&error.kind.to_string(), error.message()),
        Value::Array(rows) => rows_to_js(rows).into(),
    }
}

/// Rows of values as an array of arrays.
pub(crate) fn rows_to_js(rows: &[Vec<Value>]) -> Array {
    rows.iter().map(|row| row.iter().map(to_js).collect::<Array>()).collect()
}

/// What a cell can hold, of a value of JavaScript.
///
/// # Errors
/// `WorkbookError` of kind `data`, naming what it is.
pub(crate) fn from_js(value: &JsValue) -> Result<Value, JsValue> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Empty);
    }
    if let Some(number) = value.as_f64() {
        return match number.is_finite() {
            true => Ok(Value::Number(number)),
            false => Err(refuse(&format!("{number} is no number that a cell holds"))),
        };
    }
    if let Some(truth) = value.as_bool() {
        return Ok(Value::Boolean(truth));
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::Text(text));
    }
    if value.is_bigint() {
        let text = js_sys::BigInt::from(value.clone()).to_string(10)?.as_string();
        let number = text.as_deref().and_then(|text| text.parse::<f64>().ok());
        return match number {
            Some(n) if n.abs() <= EXACT => Ok(Value::Number(n)),
            _ => {
                Err(refuse("a bigint beyond 2^53: give a string, or a number if rounding is meant"))
            }
        };
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        return instant(date.get_time());
    }
    if let Some(rows) = value.dyn_ref::<Array>() {
        return rows_from_js(rows).map(Value::Array);
    }
    let field = |name: &str| Reflect::get(value, &JsValue::from_str(name)).ok();
    if let Some(code) = field("code").and_then(|code| code.as_string()) {
        let kind = ExcelErrorKind::try_parse(&code)
            .ok_or_else(|| refuse(&format!("{code} is no error of a cell")))?;
        let error = ExcelError::new(kind);
        return Ok(Value::Error(match field("message").and_then(|message| message.as_string()) {
            Some(message) => error.with_message(message),
            None => error,
        }));
    }
    let milliseconds = field("milliseconds").and_then(|ms| ms.as_f64());
    if let (Some(kind), Some(ms)) = (field("kind").and_then(|kind| kind.as_string()), milliseconds)
    {
        return time(&kind, ms);
    }
    Err(refuse("a cell takes null, a number, string, boolean, Date, CellTime or CellError"))
}

/// Rows of values, of an array of arrays.
pub(crate) fn rows_from_js(rows: &Array) -> Result<Vec<Vec<Value>>, JsValue> {
    rows.iter()
        .map(|row| match row.dyn_ref::<Array>() {
            Some(row) => row.iter().map(|value| from_js(&value)).collect(),
            None => Err(refuse("rows are arrays of arrays")),
        })
        .collect()
}

fn instant(ms: f64) -> Result<Value, JsValue> {
    let at = (ms.is_finite()).then(|| DateTime::from_timestamp_millis(ms as i64)).flatten();
    let at = at.ok_or_else(|| refuse("an invalid Date"))?;
    Ok(Value::DateTime(at.naive_utc()))
}

fn time(kind: &str, ms: f64) -> Result<Value, JsValue> {
    let at = || instant(ms);
    let delta = TimeDelta::try_milliseconds(ms as i64).filter(|_| ms.is_finite());
    match (kind, delta) {
        ("datetime", _) => at(),
        ("date", _) => match at()? {
            Value::DateTime(at) => Ok(Value::Date(NaiveDate::from(at))),
            other => Ok(other),
        },
        ("time", Some(delta)) => Ok(Value::Time(NaiveTime::MIN + delta)),
        ("duration", Some(delta)) => Ok(Value::Duration(delta)),
        _ => Err(refuse("a CellTime is a date, datetime, time or duration")),
    }
}

fn refuse(message: &str) -> JsValue {
    make("WorkbookError", message, &[("kind", JsValue::from_str("data"))])
}
