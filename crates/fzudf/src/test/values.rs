//! Single values of columns: read from JSON, held against each other, shown to a person.

use crate::call::literal;
use arrow_array::{Array, cast::AsArray, types as t};
use arrow_cast::display::array_value_to_string;
use serde_json::Value;
use udf_abi::{DType, ErrorCode};
use udf_backends::native::{Cell, column_of};
use udf_columnar::{AnyValue, Column, OneLine};

/// A column of the values, as the manifest's examples write them.
pub(crate) fn column(dtype: DType, values: &[Value]) -> Result<Column, String> {
    let parts: Vec<Column> = values.iter().map(|v| one(dtype, v)).collect::<Result<_, _>>()?;
    match parts.is_empty() {
        true => Ok(Column::new_null(dtype, 0)),
        false => Column::concat(dtype, &parts).map_err(|e| e.to_string()),
    }
}

/// One value, as a column of one row; docs/manifest.md says which forms there are.
fn one(dtype: DType, value: &Value) -> Result<Column, String> {
    let misfit = || format!("{value} is no {dtype}");
    if let Some((tag, inner)) = tagged(value) {
        let of_tag = match tag {
            "error" => return error(dtype, inner, value).ok_or_else(misfit),
            "number" if is_number(dtype) => DType::F64,
            "date" => DType::Date32,
            "datetime" => DType::Timestamp,
            "time" => DType::Time64,
            "duration" => DType::Duration,
            _ => return Err(misfit()),
        };
        if tag == "number" {
            let number = not_finite(inner).or_else(|| inner.as_f64()).ok_or_else(misfit)?;
            return number_column(dtype, number);
        }
        let column = untagged(of_tag, inner).ok_or_else(misfit)?;
        return match dtype {
            DType::Any => column.into_any().map_err(|e| e.to_string()),
            _ if dtype == of_tag => Ok(column),
            _ => Err(misfit()),
        };
    }
    untagged(dtype, value).ok_or_else(misfit)
}

/// The tag and the content of an object that has one tag (an error may have a message besides).
fn tagged(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object()?;
    let extra = usize::from(map.contains_key("error") && map.contains_key("message"));
    let (tag, inner) = match map.get("error") {
        Some(inner) => ("error", inner),
        None => map.iter().next().map(|(tag, inner)| (tag.as_str(), inner))?,
    };
    (map.len() == 1 + extra).then_some((tag, inner))
}

fn is_number(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64 | DType::Any)
}

fn not_finite(value: &Value) -> Option<f64> {
    match value.as_str()? {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn number_column(dtype: DType, number: f64) -> Result<Column, String> {
    let cell = match dtype {
        DType::Any => Cell::Any(AnyValue::Number(number)),
        _ => Cell::Number(number),
    };
    column_of(dtype, &[cell]).map_err(|e| e.to_string())
}

fn error(dtype: DType, text: &Value, whole: &Value) -> Option<Column> {
    let code = ErrorCode::from_text(text.as_str()?)?;
    let message = match whole.get("message") {
        None => None,
        Some(message) => Some(message.as_str()?.to_owned()),
    };
    let cell = match dtype {
        DType::Error => Cell::Uint(u64::from(code.code())),
        DType::Any => Cell::Any(AnyValue::Error(code)),
        _ => Cell::Error(code, message),
    };
    column_of(dtype, &[cell]).ok()
}

/// A value in the form of its type.
fn untagged(dtype: DType, value: &Value) -> Option<Column> {
    if value.is_null() {
        return Some(Column::new_null(dtype, 1));
    }
    let cell = match dtype {
        DType::Null => return None,
        DType::Bool => Cell::Bool(value.as_bool()?),
        DType::F32 | DType::F64 => Cell::Number(value.as_f64()?),
        DType::Utf8 => Cell::Text(value.as_str()?.to_owned()),
        DType::Any => Cell::Any(match value {
            Value::Bool(b) => AnyValue::Logical(*b),
            Value::Number(n) => AnyValue::Number(n.as_f64()?),
            Value::String(text) => AnyValue::Text(text.clone()),
            _ => return None,
        }),
        DType::Duration => Cell::Int(micros(value.as_f64()?)?),
        // As the command line takes them.
        DType::Binary | DType::Date32 | DType::Time64 | DType::Timestamp => {
            return literal::value(value.as_str()?, dtype);
        }
        DType::Error => return None,
        _ => match value.as_i64() {
            Some(n) => Cell::Int(n),
            None => Cell::Uint(value.as_u64()?),
        },
    };
    let column = column_of(dtype, std::slice::from_ref(&cell)).ok()?;
    // An integer that does not fit became null, which it must not silently do.
    let lost = matches!(cell, Cell::Int(_) | Cell::Uint(_)) && column.array().is_null(0);
    (!lost).then_some(column)
}

/// Microseconds of a number of seconds with at most six decimals.
fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < 9e15 && (micros / 1e6 - seconds).abs() <= 1e-9 * seconds.abs().max(1e-3))
        .then_some(micros as i64)
}

/// The value of a row.
pub(crate) fn cell(column: &Column, row: usize) -> Cell {
    let array = column.array();
    if column.dtype() == DType::Any {
        let cells = column.slice(row, 1).to_any().unwrap_or_default();
        return cells.into_iter().next().map_or(Cell::Null, Cell::Any);
    }
    if let Some((code, message)) = column.error(row) {
        return Cell::Error(code, message.map(str::to_owned));
    }
    if column.dtype() == DType::Null || array.is_null(row) {
        return Cell::Null;
    }
    macro_rules! int {
        ($type:ty) => {
            Cell::Int(i64::from(array.as_primitive::<$type>().value(row)))
        };
    }
    match column.dtype() {
        DType::Null | DType::Any => Cell::Null,
        DType::Bool => Cell::Bool(array.as_boolean().value(row)),
        DType::I8 => int!(t::Int8Type),
        DType::I16 => int!(t::Int16Type),
        DType::I32 => int!(t::Int32Type),
        DType::I64 => int!(t::Int64Type),
        DType::U8 | DType::Error => int!(t::UInt8Type),
        DType::U16 => int!(t::UInt16Type),
        DType::U32 => int!(t::UInt32Type),
        DType::U64 => Cell::Uint(array.as_primitive::<t::UInt64Type>().value(row)),
        DType::F32 => Cell::Number(f64::from(array.as_primitive::<t::Float32Type>().value(row))),
        DType::F64 => Cell::Number(array.as_primitive::<t::Float64Type>().value(row)),
        DType::Utf8 => Cell::Text(array.as_string::<i32>().value(row).to_owned()),
        DType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        DType::Date32 => int!(t::Date32Type),
        DType::Time64 => int!(t::Time64MicrosecondType),
        DType::Timestamp => int!(t::TimestampMicrosecondType),
        DType::Duration => int!(t::DurationMicrosecondType),
    }
}

/// How exactly values must agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Exactness {
    /// Bit for bit, messages too; a NaN is a NaN.
    Bits,
    /// Numbers to this fraction of the expected one and this much besides; a message where one is
    /// expected.
    Near { relative: f64, absolute: f64 },
}

/// Whether a value is the expected one.
pub(crate) fn agree(expected: &Cell, found: &Cell, exactness: Exactness) -> bool {
    let floats = |a: f64, b: f64| match exactness {
        Exactness::Bits => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        Exactness::Near { relative, absolute } => {
            let near = (a - b).abs() <= relative * a.abs() + absolute;
            // Of an infinity, everything is a fraction.
            a == b || (a.is_nan() && b.is_nan()) || (near && a.is_finite() && b.is_finite())
        }
    };
    match (expected, found) {
        (Cell::Number(a), Cell::Number(b)) => floats(*a, *b),
        (Cell::Any(AnyValue::Number(a)), Cell::Any(AnyValue::Number(b)))
        | (Cell::Any(AnyValue::Date(a)), Cell::Any(AnyValue::Date(b)))
        | (Cell::Any(AnyValue::DateTime(a)), Cell::Any(AnyValue::DateTime(b)))
        | (Cell::Any(AnyValue::Time(a)), Cell::Any(AnyValue::Time(b)))
        | (Cell::Any(AnyValue::Duration(a)), Cell::Any(AnyValue::Duration(b))) => floats(*a, *b),
        (Cell::Error(a, x), Cell::Error(b, y)) => {
            let any_will_do = exactness != Exactness::Bits && x.is_none();
            let text = |m: &Option<String>| m.clone().unwrap_or_default();
            a == b && (any_will_do || text(x) == text(y))
        }
        _ => expected == found,
    }
}

/// The value of a row, for a person: texts in quotes, errors with their message.
pub(crate) fn show(column: &Column, row: usize) -> String {
    match cell(column, row) {
        Cell::Null => "null".into(),
        Cell::Error(code, Some(message)) if !message.is_empty() => {
            format!("{code} ({})", OneLine(&message))
        }
        Cell::Error(code, _) => code.text().to_owned(),
        Cell::Number(n) => format!("{n:?}"),
        Cell::Text(text) => short(&text),
        Cell::Bytes(bytes) => {
            let hex: String = bytes.iter().take(40).map(|b| format!("{b:02x}")).collect();
            format!("0x{hex}{}", if bytes.len() > 40 { "…" } else { "" })
        }
        Cell::Any(value) => match value {
            AnyValue::Blank => "blank".into(),
            AnyValue::Number(n) => format!("{n:?}"),
            AnyValue::Logical(b) => if b { "TRUE" } else { "FALSE" }.into(),
            AnyValue::Text(text) => short(&text),
            AnyValue::Error(code) => code.text().to_owned(),
            AnyValue::Date(n) => format!("date {n:?}"),
            AnyValue::DateTime(n) => format!("datetime {n:?}"),
            AnyValue::Time(n) => format!("time {n:?}"),
            AnyValue::Duration(n) => format!("duration {n:?}"),
        },
        Cell::Int(n) if column.dtype() == DType::Error => u8::try_from(n)
            .ok()
            .and_then(ErrorCode::from_code)
            .map_or_else(|| n.to_string(), |code| code.text().to_owned()),
        Cell::Int(n) => {
            array_value_to_string(column.array(), row).unwrap_or_else(|_| n.to_string())
        }
        Cell::Uint(n) => n.to_string(),
        Cell::Bool(b) => b.to_string(),
    }
}

/// Most characters of a text that are shown.
const SHOWN: usize = 120;

fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

#[cfg(test)]
mod tests {
    use super::{Exactness, agree, cell, column, show};
    use serde_json::{Value, json};
    use udf_abi::DType;
    use udf_backends::native::Cell;

    const NEAR: Exactness = Exactness::Near { relative: 1e-9, absolute: 1e-12 };

    fn shown(dtype: DType, value: Value) -> String {
        match column(dtype, &[value]) {
            Ok(column) => show(&column, 0),
            Err(problem) => format!("refused: {problem}"),
        }
    }

    #[test]
    fn values_are_read_in_the_column_s_type() {
        for (dtype, value, text) in [
            (DType::F64, json!(2), "2.0"),
            (DType::F64, json!({"number": "NaN"}), "NaN"),
            (DType::F32, json!({"number": "-Infinity"}), "-inf"),
            (DType::I64, json!(-2), "-2"),
            (DType::U64, json!(u64::MAX), "18446744073709551615"),
            (DType::Bool, json!(true), "true"),
            (DType::Utf8, json!("2024-01-31"), "\"2024-01-31\""),
            (DType::Date32, json!("2024-01-31"), "2024-01-31"),
            (DType::Date32, json!({"date": "2024-01-31"}), "2024-01-31"),
            (DType::Timestamp, json!("2024-01-31T12:00:00Z"), "2024-01-31T12:00:00Z"),
            (DType::Timestamp, json!("2024-01-31T12:00:00"), "2024-01-31T12:00:00"),
            (DType::Time64, json!("18:30:00.000001"), "18:30:00.000001"),
            (DType::Duration, json!(-0.5), "-PT0.5S"),
            (DType::Duration, json!(5400), "PT5400S"),
            (DType::Binary, json!("00ff"), "0x00ff"),
            (DType::F64, json!(null), "null"),
            (DType::F64, json!({"error": "#NUM!", "message": "odd"}), "#NUM! (odd)"),
            (DType::Error, json!({"error": "#N/A"}), "#N/A"),
            (DType::Error, json!(null), "null"),
            (DType::Any, json!("2024-01-31"), "\"2024-01-31\""),
            (DType::Any, json!(null), "blank"),
            (DType::Any, json!({"error": "#N/A"}), "#N/A"),
            (DType::Any, json!({"date": "1900-01-01"}), "date 1.0"),
            (DType::Any, json!({"datetime": "2024-01-01T18:00:00"}), "datetime 45292.75"),
            (DType::Any, json!({"time": "12:00:00"}), "time 0.5"),
            (DType::Any, json!({"duration": 43200}), "duration 0.5"),
            (DType::I8, json!(300), "refused: 300 is no i8"),
            (DType::I8, json!(1.5), "refused: 1.5 is no i8"),
            (DType::Bool, json!(1), "refused: 1 is no bool"),
            (DType::Bool, json!("true"), "refused: \"true\" is no bool"),
            (DType::Date32, json!(3), "refused: 3 is no date32"),
            (DType::Binary, json!("0"), "refused: \"0\" is no binary"),
            (DType::F64, json!([1]), "refused: [1] is no f64"),
            (
                DType::F64,
                json!({"date": "2024-01-31"}),
                r#"refused: {"date":"2024-01-31"} is no f64"#,
            ),
            (DType::F64, json!({"number": 1, "x": 2}), r#"refused: {"number":1,"x":2} is no f64"#),
            (DType::F64, json!({"error": "#WHAT"}), r##"refused: {"error":"#WHAT"} is no f64"##),
        ] {
            assert_eq!(shown(dtype, value.clone()), text, "{value} as {dtype}");
        }
    }

    #[test]
    fn zeros_have_signs_only_where_bits_are_compared() {
        let (a, b) = (Cell::Number(0.0), Cell::Number(-0.0));
        assert!(!agree(&a, &b, Exactness::Bits));
        assert!(agree(&a, &b, NEAR));
        let nan = Cell::Number(f64::NAN);
        assert!(agree(&nan, &nan, Exactness::Bits));
        assert!(!agree(&nan, &a, NEAR));
        assert!(agree(&Cell::Number(1e300), &Cell::Number(1e300 + 1e290), NEAR));
        let infinite = Cell::Number(f64::INFINITY);
        assert!(!agree(&infinite, &Cell::Number(1.0), NEAR));
        assert!(agree(&infinite, &infinite, NEAR));
        assert!(!agree(&Cell::Number(1.0), &Cell::Number(1.0 + 1e-8), NEAR));
    }

    #[test]
    fn a_message_counts_where_one_is_expected() {
        let error = |message: Option<&str>| {
            Cell::Error(udf_abi::ErrorCode::Num, message.map(str::to_owned))
        };
        assert!(agree(&error(None), &error(Some("x")), NEAR));
        assert!(!agree(&error(Some("y")), &error(Some("x")), NEAR));
        assert!(!agree(&error(None), &error(Some("x")), Exactness::Bits));
    }

    #[test]
    fn rows_keep_their_values() {
        let column = column(DType::I64, &[json!(1), json!(null), json!(3)]).unwrap();
        assert_eq!((cell(&column, 0), cell(&column, 1)), (Cell::Int(1), Cell::Null));
        assert_eq!(super::column(DType::Utf8, &[]).unwrap().len(), 0);
    }
}
