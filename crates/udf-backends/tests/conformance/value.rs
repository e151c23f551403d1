//! JSON values of the cases to columns and back.

use arrow_array::{Array, Float32Array, StringArray, cast::AsArray, types as t};
use arrow_schema::DataType;
use serde_json::{Value, json};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};
use udf_backends::native::{Cell, column_of};
use udf_columnar::{AnyValue, Column, Error, ErrorKind, RowErrors};

/// The type of a column, as a case names it: a dtype, or `timestamp_utc` for instants.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    dtype: DType,
    utc: bool,
}

impl Type {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "timestamp_utc" => Some(Self { dtype: DType::Timestamp, utc: true }),
            name => Some(Self { dtype: DType::from_name(name)?, utc: false }),
        }
    }

    fn name(column: &Column) -> String {
        match column.array().data_type() {
            DataType::Timestamp(_, Some(_)) => "timestamp_utc".to_owned(),
            _ => column.dtype().name().to_owned(),
        }
    }
}

/// A column of the values, repeated.
pub(crate) fn column(ty: Type, values: &[Value], times: usize) -> Result<Column, Error> {
    let column = column_of_dtype(ty.dtype, values, times)?;
    if !ty.utc {
        return Ok(column);
    }
    let array = column.array().as_primitive::<t::TimestampMicrosecondType>().clone();
    let instants = Column::try_new(Arc::new(array.with_timezone("UTC")))?;
    match column.errors().cloned() {
        Some(errors) => instants.with_errors(errors),
        None => Ok(instants),
    }
}

fn column_of_dtype(dtype: DType, values: &[Value], times: usize) -> Result<Column, Error> {
    let cells: Vec<Cell> = values.iter().map(|v| cell(dtype, v)).collect::<Result<_, _>>()?;
    let cells: Vec<Cell> = std::iter::repeat_n(cells, times).flatten().collect();
    let column = column_of(dtype, &cells)?;
    if dtype != DType::Any {
        return Ok(column);
    }
    // Messages of `any` cells in error.
    match column.errors() {
        Some(errors) => {
            let codes = errors.codes().to_vec().into();
            column.with_errors(RowErrors::try_new(codes, None)?)
        }
        None => Ok(column),
    }
}

fn cell(dtype: DType, value: &Value) -> Result<Cell, Error> {
    let misfit = || Error::new(ErrorKind::Internal, format!("{value} in a {dtype} column"));
    if dtype == DType::Any {
        return any(value).map(Cell::Any).ok_or_else(misfit);
    }
    if let Some(error) = value["error"].as_str() {
        let code = ErrorCode::from_text(error).ok_or_else(misfit)?;
        if dtype == DType::Error {
            return Ok(Cell::Uint(u64::from(code.code())));
        }
        return Ok(Cell::Error(code, value["message"].as_str().map(ToOwned::to_owned)));
    }
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let cell = match dtype {
        DType::F32 | DType::F64 => number(value).map(Cell::Number),
        DType::Bool => value.as_bool().map(Cell::Bool),
        DType::Utf8 => value.as_str().map(|s| Cell::Text(s.to_owned())),
        DType::Binary => value["hex"].as_str().map(|h| Cell::Bytes(unhex(h))),
        _ => value.as_i64().map(Cell::Int).or_else(|| value.as_u64().map(Cell::Uint)),
    };
    cell.ok_or_else(misfit)
}

fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some("-0") => Some(-0.0),
        _ => value.as_f64(),
    }
}

fn show_number(n: f64) -> Value {
    if n.is_nan() {
        assert_eq!(n.to_bits(), f64::NAN.to_bits(), "a NaN that is not canonical");
        return json!("NaN");
    }
    if n.is_infinite() {
        return json!(if n > 0.0 { "inf" } else { "-inf" });
    }
    if n == 0.0 && n.is_sign_negative() { json!("-0") } else { json!(n) }
}

fn any(value: &Value) -> Option<AnyValue> {
    Some(match value {
        Value::Null => AnyValue::Blank,
        Value::Bool(b) => AnyValue::Logical(*b),
        Value::Number(n) => AnyValue::Number(n.as_f64()?),
        Value::String(s) => AnyValue::Text(s.clone()),
        Value::Object(map) => {
            let (key, inner) = map.iter().next()?;
            match key.as_str() {
                "error" => AnyValue::Error(ErrorCode::from_text(inner.as_str()?)?),
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

fn show_any(value: &AnyValue) -> Value {
    match value {
        AnyValue::Blank => Value::Null,
        AnyValue::Logical(b) => json!(b),
        AnyValue::Number(n) if n.is_finite() => json!(n),
        AnyValue::Number(n) => json!({ "number": show_number(*n) }),
        AnyValue::Text(text) => json!(text),
        AnyValue::Error(code) => json!({ "error": code.text() }),
        AnyValue::Date(n) => json!({ "date": n }),
        AnyValue::DateTime(n) => json!({ "datetime": n }),
        AnyValue::Time(n) => json!({ "time": n }),
        AnyValue::Duration(n) => json!({ "duration": n }),
    }
}

/// A result column as its type and its values in the form of the cases.
pub(crate) fn show(column: &Column) -> (String, Vec<Value>) {
    let values = (0..column.len()).map(|row| show_row(column, row)).collect();
    (Type::name(column), values)
}

fn show_row(column: &Column, row: usize) -> Value {
    let array = column.array();
    if column.dtype() == DType::Any {
        let cells = column.slice(row, 1).to_any().unwrap_or_default();
        return cells.first().map_or(Value::Null, show_any);
    }
    if let Some((code, message)) = column.error(row) {
        assert!(array.is_null(row), "row {row} is in error and holds a value");
        return match message {
            Some(message) => json!({ "error": code.text(), "message": message }),
            None => json!({ "error": code.text() }),
        };
    }
    if array.is_null(row) {
        return Value::Null;
    }
    macro_rules! integer {
        ($type:ty) => {
            json!(array.as_primitive::<$type>().value(row))
        };
    }
    match column.dtype() {
        DType::Null | DType::Any => Value::Null,
        DType::Bool => json!(array.as_boolean().value(row)),
        DType::I8 => integer!(t::Int8Type),
        DType::I16 => integer!(t::Int16Type),
        DType::I32 => integer!(t::Int32Type),
        DType::I64 => integer!(t::Int64Type),
        DType::U8 => integer!(t::UInt8Type),
        DType::U16 => integer!(t::UInt16Type),
        DType::U32 => integer!(t::UInt32Type),
        DType::U64 => integer!(t::UInt64Type),
        DType::Date32 => integer!(t::Date32Type),
        DType::Time64 => integer!(t::Time64MicrosecondType),
        DType::Timestamp => integer!(t::TimestampMicrosecondType),
        DType::Duration => integer!(t::DurationMicrosecondType),
        DType::F32 => {
            let array: &Float32Array = array.as_primitive();
            show_number(f64::from(array.value(row)))
        }
        DType::F64 => show_number(array.as_primitive::<t::Float64Type>().value(row)),
        DType::Utf8 => {
            let array: &StringArray = array.as_string();
            json!(array.value(row))
        }
        DType::Binary => json!({ "hex": hex(array.as_binary::<i32>().value(row)) }),
        DType::Error => {
            let code = array.as_primitive::<t::UInt8Type>().value(row);
            json!({ "error": ErrorCode::from_code(code).unwrap().text() })
        }
    }
}

/// Whether two results are equal; an expected message may be the beginning of the found one (a
/// guest's panic message goes on with the place in its source).
pub(crate) fn same(wanted: &[(String, Vec<Value>)], found: &[(String, Vec<Value>)]) -> bool {
    wanted.len() == found.len()
        && wanted.iter().zip(found).all(|(a, b)| {
            a.0 == b.0
                && a.1.len() == b.1.len()
                && a.1.iter().zip(&b.1).all(|(a, b)| same_value(a, b))
        })
}

fn same_value(wanted: &Value, found: &Value) -> bool {
    match (wanted["message"].as_str(), found["message"].as_str()) {
        (Some(a), Some(b)) => wanted["error"] == found["error"] && b.starts_with(a),
        _ => wanted == found,
    }
}

/// The first place where two results differ.
pub(crate) fn difference(
    wanted: &[(String, Vec<Value>)],
    found: &[(String, Vec<Value>)],
) -> String {
    let shape = |columns: &[(String, Vec<Value>)]| {
        columns.iter().map(|(t, v)| format!("{t} × {}", v.len())).collect::<Vec<_>>().join(", ")
    };
    for (index, (a, b)) in wanted.iter().zip(found).enumerate() {
        if a.0 != b.0 || a.1.len() != b.1.len() {
            break;
        }
        if let Some(row) = (0..a.1.len()).find(|row| !same_value(&a.1[*row], &b.1[*row])) {
            return format!("column {index}, row {row}: {} expected, {} found", a.1[row], b.1[row]);
        }
    }
    format!("[{}] expected, [{}] found", shape(wanted), shape(found))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
