//! A value of a cell as text and as JSON, and a text as a value.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
pub(crate) use formualizer_workbook::value_text as full;
use formualizer_workbook::{ExcelErrorKind, Value};
use serde_json::json;

/// Characters that a number of a table has at most before it is rounded.
const TABLE_DIGITS: usize = 12;

/// Whether a value stands at the right edge of its column.
pub(crate) fn stands_right(value: &Value) -> bool {
    !matches!(value, Value::Text(_) | Value::Boolean(_) | Value::Error(_) | Value::Empty)
}

/// The value as a table shows it: numbers rounded where they are long.
pub(crate) fn brief(value: &Value) -> String {
    match value {
        Value::Number(n) => {
            let text = full(value);
            match text.len() > TABLE_DIGITS {
                true => rounded(*n),
                false => text,
            }
        }
        Value::DateTime(at) => full(&Value::DateTime(*at)).replace('T', " "),
        other => full(other),
    }
}

/// Ten significant digits.
fn rounded(n: f64) -> String {
    let scientific = format!("{n:.9e}");
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if !(-5..12).contains(&power) {
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        return exponent(&format!("{digits}e{power}"));
    }
    let decimals = usize::try_from(9 - power).unwrap_or(0);
    let text = format!("{n:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// `1e300` as spreadsheets write it: `1E+300`.
fn exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, power)) if power.starts_with('-') => format!("{digits}E{power}"),
        Some((digits, power)) => format!("{digits}E+{power}"),
        None => text.to_owned(),
    }
}

/// The value as JSON: numbers, texts, logical values and null are themselves, dates and times are texts as in
/// ISO 8601, an error is an object.
pub(crate) fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Empty | Value::Pending => serde_json::Value::Null,
        Value::Int(n) => json!(n),
        Value::Number(n) => json!(n),
        Value::Boolean(b) => json!(b),
        Value::Error(error) => match error.message() {
            Some(reason) => json!({ "error": error.kind.to_string(), "reason": reason }),
            None => json!({ "error": error.kind.to_string() }),
        },
        other => json!(full(other)),
    }
}

/// What a text typed for a cell means: a number, a logical value, a date or time as in ISO 8601, an error, nothing, or
/// itself. Quotes around it make it a text, whatever it says.
pub(crate) fn typed(text: &str) -> Value {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    if let Some(inner) = quoted {
        return Value::Text(inner.replace("\"\"", "\""));
    }
    let word = text.trim();
    if word.is_empty() {
        return Value::Empty;
    }
    number_typed(word)
        .or_else(|| match word.to_ascii_uppercase().as_str() {
            "TRUE" => Some(Value::Boolean(true)),
            "FALSE" => Some(Value::Boolean(false)),
            _ => None,
        })
        .or_else(|| instant(word))
        .or_else(|| ExcelErrorKind::try_parse(word).map(|kind| Value::Error(kind.into())))
        .unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// `1`, `-2.5`, `1e6`, `12.5%`; not `inf` and `nan`, which Rust reads.
fn number_typed(word: &str) -> Option<Value> {
    let (digits, percent) = match word.strip_suffix('%') {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
        return None;
    }
    let number: f64 = digits.parse().ok().filter(|n: &f64| n.is_finite())?;
    Some(Value::Number(if percent { number / 100.0 } else { number }))
}

fn instant(word: &str) -> Option<Value> {
    // The calendar of a sheet ends there; chrono reads more.
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let date = || NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().map(Value::Date);
    let time = || {
        let formats = ["%H:%M:%S%.f", "%H:%M"];
        formats.iter().find_map(|f| NaiveTime::parse_from_str(word, f).ok()).map(Value::Time)
    };
    let both = || {
        let formats =
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
        let at = formats.iter().find_map(|f| NaiveDateTime::parse_from_str(word, f).ok());
        at.map(Value::DateTime)
    };
    date().or_else(time).or_else(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full_and_rounded_in_tables() {
        for (n, text, table) in [
            (0.1 + 0.2, "0.30000000000000004", "0.3"),
            (-0.0, "0", "0"),
            (1e300, "1E+300", "1E+300"),
            (2.5e-7, "2.5E-7", "2.5E-7"),
            (4.194830394199034, "4.194830394199034", "4.194830394"),
            (123_456_789_012.0, "123456789012", "123456789012"),
            (1.0 / 3.0 * 1e20, "3.333333333333333E+19", "3.333333333E+19"),
            (-1_234.567_890_123_4, "-1234.5678901234", "-1234.56789"),
        ] {
            assert_eq!((&*full(&Value::Number(n)), &*brief(&Value::Number(n))), (text, table));
        }
    }

    #[test]
    fn typed_texts_are_what_a_spreadsheet_would_take_them_for() {
        let date = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap();
        for (text, value) in [
            ("5", Value::Number(5.0)),
            (" -2.5e3 ", Value::Number(-2500.0)),
            ("12.5%", Value::Number(0.125)),
            ("true", Value::Boolean(true)),
            ("2024-01-31", Value::Date(date)),
            ("2024-01-31 18:30", Value::DateTime(date.and_hms_opt(18, 30, 0).unwrap())),
            ("2024-01-31T18:30:05", Value::DateTime(date.and_hms_opt(18, 30, 5).unwrap())),
            ("06:00", Value::Time(NaiveTime::from_hms_opt(6, 0, 0).unwrap())),
            ("#n/a", Value::Error(ExcelErrorKind::Na.into())),
            ("", Value::Empty),
            ("\"007\"", Value::Text("007".into())),
            ("\"say \"\"so\"\"\"", Value::Text("say \"so\"".into())),
            ("\"", Value::Text("\"".into())),
            ("inf", Value::Text("inf".into())),
            ("NaN", Value::Text("NaN".into())),
            ("1e999", Value::Text("1e999".into())),
            ("2024-02-30", Value::Text("2024-02-30".into())),
            ("größer", Value::Text("größer".into())),
        ] {
            assert_eq!(typed(text), value, "{text}");
        }
    }

    #[test]
    fn values_that_were_written_are_read_as_the_same() {
        for text in [
            "0.30000000000000004",
            "1E+300",
            "TRUE",
            "2024-01-31",
            "2024-01-31T18:30:05",
            "#DIV/0!",
        ] {
            assert_eq!(full(&typed(text)), text);
        }
    }
}
