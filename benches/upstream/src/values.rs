//! When two values are the same.

use crate::Value;

/// Relative difference below which numbers are equal.
const TOLERANCE: f64 = 1e-12;

/// Whether two engines mean the same: integers are numbers, dates their serials; errors are equal by kind.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    match (plain(a), plain(b)) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
        }
        (Value::Error(a), Value::Error(b)) => a.kind == b.kind,
        (a, b) => a == b,
    }
}

/// A value on one line, without the messages of errors.
#[must_use]
pub fn show(value: &Value) -> String {
    match plain(value) {
        Value::Empty => "(blank)".into(),
        Value::Number(number) => format!("{number}"),
        Value::Boolean(value) => if value { "TRUE" } else { "FALSE" }.into(),
        Value::Text(text) => format!("{text:?}"),
        Value::Error(error) => error.kind.to_string(),
        other => format!("{other:?}"),
    }
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Number(*number as f64),
        Value::Date(_) | Value::DateTime(_) | Value::Time(_) | Value::Duration(_) => {
            value.as_serial_number().map_or_else(|| value.clone(), Value::Number)
        }
        other => other.clone(),
    }
}
