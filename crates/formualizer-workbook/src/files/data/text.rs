//! Values as texts.

use crate::Value;
use chrono::Timelike as _;

/// A value in full as data files have it: numbers with the shortest digits that are the same number again, dates as in ISO 8601, logical
/// values as `TRUE` and `FALSE`, errors as in cells, blanks as nothing.
#[must_use]
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Empty | Value::Pending => String::new(),
        #[expect(clippy::cast_precision_loss, reason = "numbers of a sheet are doubles")]
        Value::Int(n) => number(*n as f64),
        Value::Number(n) => number(*n),
        Value::Text(text) => text.clone(),
        Value::Boolean(true) => "TRUE".to_owned(),
        Value::Boolean(false) => "FALSE".to_owned(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(at) => {
            let separator =
                if at.nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.f" };
            at.format(separator).to_string()
        }
        Value::Time(time) => time.to_string(),
        Value::Duration(duration) => {
            let seconds = duration.num_seconds();
            let sign = if seconds < 0 { "-" } else { "" };
            let seconds = seconds.unsigned_abs();
            format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        Value::Error(error) => error.kind.to_string(),
        Value::Array(_) => "{…}".to_owned(),
    }
}

/// The shortest digits that are this number and no other.
pub(super) fn number(n: f64) -> String {
    match n == 0.0 || (1e-5..1e16).contains(&n.abs()) {
        true => (n + 0.0).to_string(),
        false => {
            let text = format!("{n:e}");
            match text.split_once('e') {
                Some((digits, power)) if !power.starts_with('-') => format!("{digits}E+{power}"),
                Some((digits, power)) => format!("{digits}E{power}"),
                None => text,
            }
        }
    }
}
