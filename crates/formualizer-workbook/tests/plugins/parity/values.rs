//! Values of cells in JSON.

use super::{Outcome, differs, list, text};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use formualizer_workbook::{ExcelError, ExcelErrorKind, Value, Workbook};
use serde_json::Value as Json;

pub(super) fn read(json: &Json) -> Value {
    let field = |name: &str| json.get(name).map(text);
    match json {
        Json::Null => Value::Empty,
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(rows) => {
            Value::Array(rows.iter().map(|row| list(row).iter().map(read).collect()).collect())
        }
        Json::Object(_) => {
            if let Some(code) = field("error") {
                let error = ExcelError::new(ExcelErrorKind::try_parse(code).unwrap());
                return Value::Error(match field("message") {
                    Some(message) => error.with_message(message),
                    None => error,
                });
            }
            if let Some(date) = field("date") {
                return Value::Date(date.parse::<NaiveDate>().unwrap());
            }
            if let Some(at) = field("datetime") {
                return Value::DateTime(at.parse::<NaiveDateTime>().unwrap());
            }
            match (field("time"), field("text")) {
                (Some(at), _) => Value::Time(at.parse::<NaiveTime>().unwrap()),
                (None, Some(text)) => Value::Text(text.to_owned()),
                (None, None) => panic!("{json} is no value"),
            }
        }
    }
}

/// A sheet, and a cell or range on it.
pub(super) fn place(address: &str) -> (&str, &str) {
    address.rsplit_once('!').unwrap_or(("S", address))
}

/// Holds a cell against what it is to be.
pub(super) fn check(book: &Workbook, address: &str, wanted: &Json) -> Outcome {
    let (sheet, cell) = place(address);
    let found = book.value(sheet, cell)?;
    let detail = book.cell_error_detail(sheet, cell)?.unwrap_or_default();
    let alike = match (&found, read(wanted)) {
        (Value::Error(found), Value::Error(error)) => {
            found.kind == error.kind && detail.contains(error.message().unwrap_or_default())
        }
        (found, wanted) => *found == wanted,
    };
    match alike {
        true => Ok(()),
        false => differs(format!("{address} is {found:?} ({detail}), and not {wanted}")),
    }
}
