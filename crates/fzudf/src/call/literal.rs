//! Values on the command line, in the types of the parameters they stand for.

use crate::{cli::duration, exit::Failure};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, DurationMicrosecondArray, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, StringArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow_cast::CastOptions;
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, manifest::Param};
use udf_columnar::{AnyValue, Column, arrow_type};

/// The value that stands behind the `=`, as a column of one row.
pub(crate) fn parse(text: &str, param: &Param) -> Result<Column, Failure> {
    let dtype = param.dtype.0;
    if text == "null" {
        return Ok(Column::new_null(dtype, 1));
    }
    value(text, dtype).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no {dtype}, which parameter `{}` takes", param.name))
            .hint(format!("give {}, or =null", wanted(dtype)))
    })
}

fn wanted(dtype: DType) -> &'static str {
    match dtype {
        DType::Null => "nothing else",
        DType::Bool => "=true or =false",
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
            "a whole number, as in =-42, that the type holds"
        }
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => {
            "a whole number, as in =42, that the type holds"
        }
        DType::F32 | DType::F64 => "a number, as in =0.05",
        DType::Utf8 => "a text, as in =EUR",
        DType::Binary => "bytes in hexadecimal, as in =00ff",
        DType::Date32 => "a date, as in =2024-01-31",
        DType::Time64 => "a time, as in =18:30:00",
        DType::Timestamp => "a date and time, as in =2024-01-31T18:30:00 or =2024-01-31T18:30:00Z",
        DType::Duration => "a duration, as in =90s, =1.5h or =-2d",
        DType::Error => "an error, as in =#N/A",
        DType::Any => "a number, TRUE, FALSE, an error or a text",
    }
}

/// The value that a text stands for, as a column of one row; nothing where it is none of the type.
pub(crate) fn value(text: &str, dtype: DType) -> Option<Column> {
    macro_rules! number {
        ($array:ty, $native:ty) => {
            Arc::new(<$array>::from(vec![text.parse::<$native>().ok()?])) as ArrayRef
        };
    }
    let array = match dtype {
        DType::Null => return None,
        DType::Bool => Arc::new(BooleanArray::from(vec![logical(text)?])),
        DType::I8 => number!(Int8Array, i8),
        DType::I16 => number!(Int16Array, i16),
        DType::I32 => number!(Int32Array, i32),
        DType::I64 => number!(Int64Array, i64),
        DType::U8 => number!(UInt8Array, u8),
        DType::U16 => number!(UInt16Array, u16),
        DType::U32 => number!(UInt32Array, u32),
        DType::U64 => number!(UInt64Array, u64),
        DType::F32 => number!(Float32Array, f32),
        DType::F64 => number!(Float64Array, f64),
        DType::Utf8 => Arc::new(StringArray::from(vec![text])),
        DType::Binary => Arc::new(BinaryArray::from(vec![hexadecimal(text)?.as_slice()])),
        DType::Date32 | DType::Time64 => parsed(text, dtype, false)?,
        DType::Timestamp => parsed(text, dtype, names_a_zone(text))?,
        DType::Duration => Arc::new(DurationMicrosecondArray::from(vec![micros(text)?])),
        DType::Error => {
            let code = ErrorCode::from_text(text)?.code();
            return Column::try_new_errors(UInt8Array::from(vec![code])).ok();
        }
        DType::Any => return Column::from_any(&[cell(text)]).ok(),
    };
    Column::try_new(array).ok()
}

fn logical(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// A date or time as arrow reads them.
fn parsed(text: &str, dtype: DType, utc: bool) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let texts: ArrayRef = Arc::new(StringArray::from(vec![text]));
    arrow_cast::cast_with_options(&texts, &arrow_type(dtype, utc), &options).ok()
}

/// Whether a time of ISO 8601 ends in a zone: `Z`, `+02:00` or a name.
fn names_a_zone(text: &str) -> bool {
    text.get(10..).is_some_and(|time| {
        time.trim_start_matches(['T', 't', ' '])
            .contains(|c: char| c == '+' || c == '-' || c.is_alphabetic())
    })
}

fn micros(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let micros = i64::try_from(duration(text).ok()?.as_micros()).ok()?;
    Some(sign * micros)
}

/// What a spreadsheet cell makes of a text.
fn cell(text: &str) -> AnyValue {
    match text {
        "" => AnyValue::Blank,
        _ if text.eq_ignore_ascii_case("true") => AnyValue::Logical(true),
        _ if text.eq_ignore_ascii_case("false") => AnyValue::Logical(false),
        _ => match (text.parse::<f64>(), ErrorCode::from_text(text)) {
            (Ok(number), _) if number.is_finite() => AnyValue::Number(number),
            (_, Some(error)) => AnyValue::Error(error),
            _ => AnyValue::Text(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::value;
    use arrow_cast::display::array_value_to_string;
    use udf_abi::DType;

    fn check(text: &str, dtype: DType, shown: Option<&str>) {
        let column = value(text, dtype);
        let found = column.as_ref().map(|c| array_value_to_string(c.array(), 0).unwrap());
        assert_eq!(found.as_deref(), shown, "{text} as {dtype}");
        if let Some(column) = column {
            assert_eq!((column.dtype(), column.len()), (dtype, 1));
        }
    }

    #[test]
    fn values_are_read_in_the_parameter_s_type() {
        check("0.05", DType::F64, Some("0.05"));
        check("-1e3", DType::F64, Some("-1000.0"));
        check("127", DType::I8, Some("127"));
        check("TRUE", DType::Bool, Some("true"));
        check("", DType::Utf8, Some(""));
        check("007", DType::Utf8, Some("007"));
        check("00fF", DType::Binary, Some("00ff"));
        check("2024-01-31", DType::Date32, Some("2024-01-31"));
        check("18:30:00", DType::Time64, Some("18:30:00"));
        check("2024-01-31T18:30:00", DType::Timestamp, Some("2024-01-31T18:30:00"));
        check("2024-01-31T18:30:00Z", DType::Timestamp, Some("2024-01-31T18:30:00Z"));
        check("2024-01-31T18:30:00+02:00", DType::Timestamp, Some("2024-01-31T16:30:00Z"));
        check("2024-01-31", DType::Timestamp, Some("2024-01-31T00:00:00"));
        check("-1.5h", DType::Duration, Some("-PT5400S"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (text, dtype) in [
            ("x", DType::F64),
            ("", DType::F64),
            ("128", DType::I8),
            ("-1", DType::U64),
            ("1.0", DType::I64),
            ("yes", DType::Bool),
            ("2024-02-30", DType::Date32),
            ("0", DType::Null),
            ("abc", DType::Binary),
            ("#WRONG", DType::Error),
        ] {
            check(text, dtype, None);
        }
    }
}
