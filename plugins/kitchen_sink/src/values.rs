//! Spreadsheet values, and errors as values.

use formualizer_udf_sdk::{ErrorCode, OwnedValue, Value, fz_udf};

/// What kind of value a cell holds.
#[fz_udf(examples = [
    (1.5) => "number",
    ("a") => "text",
    (null) => "blank",
    (date("2024-01-31")) => "date",
    ([true, error("#N/A"), datetime("2024-01-31T12:00:00"), time("12:00:00"), duration(90)])
        => ["logical", "error", "date and time", "time", "duration"],
])]
pub fn kind_of(
    /// The cell.
    value: Value<'_>,
) -> &'static str {
    match value {
        Value::Blank => "blank",
        Value::Number(_) => "number",
        Value::Logical(_) => "logical",
        Value::Text(_) => "text",
        Value::Error(_) => "error",
        Value::Date(_) => "date",
        Value::DateTime(_) => "date and time",
        Value::Time(_) => "time",
        Value::Duration(_) => "duration",
    }
}

/// The first value that is neither blank nor an error; blank where there is none.
#[fz_udf(examples = [
    (null, error("#N/A"), "x", 2) => "x",
    ([1, null], [2, true], 3) => [1, true],
    () => null,
])]
pub fn first_present<'a>(
    /// The values to choose from.
    #[variadic]
    values: &[Value<'a>],
) -> Value<'a> {
    let present = |value: &&Value<'_>| !matches!(value, Value::Blank | Value::Error(_));
    values.iter().find(present).copied().unwrap_or(Value::Blank)
}

/// A value with the white space around its text removed, and blank where nothing is left.
#[fz_udf(examples = [("  a b ") => "a b", ("  ") => null, (2) => 2, (error("#DIV/0!")) => error("#DIV/0!")])]
pub fn tidy(
    /// The value.
    value: Value<'_>,
) -> OwnedValue {
    match value {
        Value::Text(text) if text.trim().is_empty() => OwnedValue::Blank,
        other => other.map_text(|text| text.trim().to_owned()),
    }
}

/// The number of an error, as ERROR.TYPE has it; nothing where there is no error.
#[fz_udf(examples = [(error("#DIV/0!")) => 2, ([error("#N/A"), null]) => [7, null]])]
pub fn code_of(
    /// The error.
    error: Option<ErrorCode>,
) -> Option<u8> {
    error.map(ErrorCode::code)
}

/// The error that a text names; nothing where it names none.
#[fz_udf(examples = [("#n/a") => error("#N/A"), ("fine") => null])]
pub fn as_error(
    /// The text, as a cell shows it.
    text: &str,
) -> Option<ErrorCode> {
    ErrorCode::from_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_errors_are_passed_over() {
        let values = [Value::Blank, Value::Error(ErrorCode::Na), Value::Text("x")];
        assert_eq!(first_present(&values), Value::Text("x"));
        assert_eq!(first_present(&values[..2]), Value::Blank);
        assert_eq!(tidy(Value::Text(" \t")), OwnedValue::Blank);
        assert_eq!(code_of(as_error("#REF!")), Some(4));
        assert_eq!(kind_of(Value::Duration(1.0)), "duration");
    }
}
