//! Single values of columns: read from JSON, held against each other, shown to a person.

use crate::call::literal;
use arrow_array::{Array, cast::AsArray, types as t};
use arrow_cast::display::array_value_to_string;
use serde_json::Value;
use udf_abi::{DType, ErrorCode};
use udf_backends::native::{Cell, column_of};
use udf_columnar::{AnyValue, Column, collect};

/// A column of the values, as the manifest's examples write them.
pub(crate) fn column(dtype: DType, values: &[Value]) -> Result<Column, String> {
    let parts: Vec<Column> = values.iter().map(|v| one(dtype, v)).collect::<Result<_, _>>()?;
    match parts.is_empty() {
        true => Ok(Column::new_null(dtype, 0)),
        false => collect::concat(dtype, &parts).map_err(|e| e.to_string()),
    }
}

/// One value, as a column of one row.
fn one(dtype: DType, value: &Value) -> Result<Column, String> {
    let misfit = || format!("{value} is no {dtype}");
    let cell = match (dtype, value) {
        (_, Value::Null) => return Ok(Column::new_null(dtype, 1)),
        (_, Value::Object(map)) if map.contains_key("error") => {
            let code = map["error"].as_str().and_then(ErrorCode::from_text).ok_or_else(misfit)?;
            let message = map.get("message").and_then(Value::as_str).map(str::to_owned);
            match dtype {
                DType::Error => Cell::Uint(u64::from(code.code())),
                DType::Any => Cell::Any(AnyValue::Error(code)),
                _ => Cell::Error(code, message),
            }
        }
        (DType::Any, value) => Cell::Any(any(value).ok_or_else(misfit)?),
        (DType::F32 | DType::F64, value) => Cell::Number(number(value).ok_or_else(misfit)?),
        (DType::Bool, Value::Bool(b)) => Cell::Bool(*b),
        (DType::Binary, Value::Object(map)) => {
            let hex = map.get("hex").and_then(Value::as_str).ok_or_else(misfit)?;
            return literal::value(hex, dtype).ok_or_else(misfit);
        }
        (DType::Utf8, Value::String(text)) => Cell::Text(text.clone()),
        // Dates, times, errors and bytes as the command line takes them.
        (_, Value::String(text)) => return literal::value(text, dtype).ok_or_else(misfit),
        (_, Value::Number(n)) => integer(n, dtype).ok_or_else(misfit)?,
        _ => return Err(misfit()),
    };
    let column = column_of(dtype, std::slice::from_ref(&cell)).map_err(|e| e.to_string())?;
    // An integer that does not fit becomes null, which it must not silently do.
    match cell {
        Cell::Int(_) | Cell::Uint(_) if column.array().is_null(0) => Err(misfit()),
        _ => Ok(column),
    }
}

/// Whole numbers, also those written as 2.0.
fn integer(n: &serde_json::Number, dtype: DType) -> Option<Cell> {
    if let Some(n) = n.as_i64() {
        return Some(Cell::Int(n));
    }
    if let Some(n) = n.as_u64() {
        return Some(Cell::Uint(n));
    }
    let n = n.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15)?;
    (dtype != DType::Utf8).then_some(Cell::Int(n as i64))
}

/// Numbers, and the texts that stand for those that JSON lacks.
fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

fn any(value: &Value) -> Option<AnyValue> {
    Some(match value {
        Value::Null => AnyValue::Blank,
        Value::Bool(b) => AnyValue::Logical(*b),
        Value::Number(n) => AnyValue::Number(n.as_f64()?),
        Value::String(s) => AnyValue::Text(s.clone()),
        Value::Object(map) => {
            let (key, inner) = map.iter().next().filter(|_| map.len() == 1)?;
            match key.as_str() {
                "date" => AnyValue::Date(inner.as_f64()?),
                "datetime" => AnyValue::DateTime(inner.as_f64()?),
                "time" => AnyValue::Time(inner.as_f64()?),
                "duration" => AnyValue::Duration(inner.as_f64()?),
                "number" => AnyValue::Number(number(inner)?),
                _ => return None,
            }
        }
        Value::Array(_) => return None,
    })
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

/// How exactly numbers must agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Exactness {
    /// Bit for bit; a NaN is a NaN.
    Bits,
    /// To this fraction of the larger number. Messages of errors are not compared.
    Relative(f64),
}

/// Whether two values agree.
pub(crate) fn agree(a: &Cell, b: &Cell, exactness: Exactness) -> bool {
    let floats = |a: f64, b: f64| match exactness {
        Exactness::Bits => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        Exactness::Relative(part) => {
            let near = (a - b).abs() <= part * a.abs().max(b.abs());
            // Of an infinity, everything is a fraction.
            a == b || (a.is_nan() && b.is_nan()) || (near && a.is_finite() && b.is_finite())
        }
    };
    match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => floats(*a, *b),
        (Cell::Any(AnyValue::Number(a)), Cell::Any(AnyValue::Number(b)))
        | (Cell::Any(AnyValue::Date(a)), Cell::Any(AnyValue::Date(b)))
        | (Cell::Any(AnyValue::DateTime(a)), Cell::Any(AnyValue::DateTime(b)))
        | (Cell::Any(AnyValue::Time(a)), Cell::Any(AnyValue::Time(b)))
        | (Cell::Any(AnyValue::Duration(a)), Cell::Any(AnyValue::Duration(b))) => floats(*a, *b),
        (Cell::Error(a, x), Cell::Error(b, y)) => {
            let text = |m: &Option<String>| m.clone().unwrap_or_default();
            a == b && (exactness != Exactness::Bits || text(x) == text(y))
        }
        _ => a == b,
    }
}

/// The value of a row, for a person: texts in quotes, errors with their message.
pub(crate) fn show(column: &Column, row: usize) -> String {
    match cell(column, row) {
        Cell::Null => "null".into(),
        Cell::Error(code, Some(message)) if !message.is_empty() => format!("{code} ({message})"),
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
            (DType::F64, json!("NaN"), "NaN"),
            (DType::I64, json!(-2), "-2"),
            (DType::I8, json!(2.0), "2"),
            (DType::U64, json!(u64::MAX), "18446744073709551615"),
            (DType::Bool, json!(true), "true"),
            (DType::Utf8, json!("2024-01-31"), "\"2024-01-31\""),
            (DType::Date32, json!("2024-01-31"), "2024-01-31"),
            (DType::Timestamp, json!("2024-01-31T12:00:00Z"), "2024-01-31T12:00:00Z"),
            (DType::Time64, json!("12:30:00"), "12:30:00"),
            (DType::Binary, json!({"hex": "00ff"}), "0x00ff"),
            (DType::F64, json!(null), "null"),
            (DType::F64, json!({"error": "#NUM!", "message": "odd"}), "#NUM! (odd)"),
            (DType::Error, json!({"error": "#N/A"}), "#N/A"),
            (DType::Any, json!("x"), "\"x\""),
            (DType::Any, json!(null), "blank"),
            (DType::Any, json!({"error": "#N/A"}), "#N/A"),
            (DType::Any, json!({"date": 45000}), "date 45000.0"),
            (DType::I8, json!(300), "refused: 300 is no i8"),
            (DType::I8, json!(1.5), "refused: 1.5 is no i8"),
            (DType::Bool, json!(1), "refused: 1 is no bool"),
            (DType::F64, json!([1]), "refused: [1] is no f64"),
            (DType::F64, json!({"error": "#WHAT"}), r##"refused: {"error":"#WHAT"} is no f64"##),
        ] {
            assert_eq!(shown(dtype, value.clone()), text, "{value} as {dtype}");
        }
    }

    #[test]
    fn zeros_have_signs_only_where_bits_are_compared() {
        let (a, b) = (Cell::Number(0.0), Cell::Number(-0.0));
        assert!(!agree(&a, &b, Exactness::Bits));
        assert!(agree(&a, &b, Exactness::Relative(1e-9)));
        let nan = Cell::Number(f64::NAN);
        assert!(agree(&nan, &nan, Exactness::Bits));
        assert!(!agree(&nan, &a, Exactness::Relative(1e-9)));
        assert!(agree(
            &Cell::Number(1e300),
            &Cell::Number(1e300 + 1e290),
            Exactness::Relative(1e-9)
        ));
        let infinite = Cell::Number(f64::INFINITY);
        assert!(!agree(&infinite, &Cell::Number(1.0), Exactness::Relative(1e-9)));
        assert!(agree(&infinite, &infinite, Exactness::Relative(1e-9)));
        assert!(!agree(&Cell::Number(1.0), &Cell::Number(1.0 + 1e-8), Exactness::Relative(1e-9)));
    }

    #[test]
    fn rows_keep_their_values() {
        let column = column(DType::I64, &[json!(1), json!(null), json!(3)]).unwrap();
        assert_eq!((cell(&column, 0), cell(&column, 1)), (Cell::Int(1), Cell::Null));
        assert_eq!(super::column(DType::Utf8, &[]).unwrap().len(), 0);
    }
}
