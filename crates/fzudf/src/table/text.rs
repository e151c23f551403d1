//! Result columns as other programs can read them: spreadsheet values and errors become text.

use arrow_array::{
    Array, ArrayRef, Date32Array, Datum, Scalar, Time64MicrosecondArray, TimestampMicrosecondArray,
    cast::AsArray,
    types::{UInt8Type, Utf8Type},
};
use arrow_cast::display::array_value_to_string;
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};
use udf_columnar::{AnyValue, Column, Error, byte_array};

/// The rows of a result column: `any` and `error` columns as text, all others as they are.
///
/// # Errors
/// Where the texts together are longer than a column may be.
pub(crate) fn readable(column: &Column) -> Result<ArrayRef, Error> {
    Ok(match (column.dtype(), column.to_any()) {
        (DType::Any, Some(cells)) => {
            // A row in error has no value, as in columns of every other type.
            let texts = cells.iter().map(|cell| match cell {
                AnyValue::Blank | AnyValue::Error(_) => None,
                AnyValue::Logical(true) => Some("TRUE".to_owned()),
                AnyValue::Logical(false) => Some("FALSE".to_owned()),
                AnyValue::Text(text) => Some(text.clone()),
                AnyValue::Date(serial) => {
                    iso(Date32Array::new_scalar(days(*serial).floor() as i32))
                }
                AnyValue::DateTime(serial) => {
                    let micros = (days(*serial) * MICROS_PER_DAY).round();
                    iso(TimestampMicrosecondArray::new_scalar(micros as i64))
                }
                AnyValue::Time(fraction) => {
                    let micros = (fraction.rem_euclid(1.0) * MICROS_PER_DAY).round();
                    iso(Time64MicrosecondArray::new_scalar(micros as i64))
                }
                AnyValue::Number(number) | AnyValue::Duration(number) => Some(number.to_string()),
            });
            Arc::new(byte_array::<Utf8Type, _>(texts)?)
        }
        (DType::Error, _) => {
            let codes = column.array().as_primitive::<UInt8Type>();
            let texts = codes.iter().map(|code| ErrorCode::from_code(code?).map(ErrorCode::text));
            Arc::new(byte_array::<Utf8Type, _>(texts)?)
        }
        _ => column.array().clone(),
    })
}

const MICROS_PER_DAY: f64 = 86_400e6;

/// Days since 1970-01-01 of a serial of the 1900 date system, which counts 29 February 1900.
fn days(serial: f64) -> f64 {
    let serial = if serial < 60.0 { serial + 1.0 } else { serial };
    serial - 25_569.0
}

/// A date or time as ISO 8601; nothing where the calendar does not reach.
fn iso<A: Array>(value: Scalar<A>) -> Option<String> {
    array_value_to_string(value.get().0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::readable;
    use arrow_array::{UInt8Array, cast::AsArray};
    use udf_abi::ErrorCode;
    use udf_columnar::{AnyValue, Column};

    #[test]
    fn spreadsheet_values_become_text() {
        let column = Column::from_any(&[
            AnyValue::Blank,
            AnyValue::Number(1.5),
            AnyValue::Logical(true),
            AnyValue::Text("é".into()),
            AnyValue::Error(ErrorCode::Na),
            AnyValue::Date(1.0),
            AnyValue::Date(45_292.0),
            AnyValue::DateTime(45_292.75),
            AnyValue::Time(0.5),
        ]);
        let array = readable(&column.unwrap()).unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().collect();
        assert_eq!(texts[..5], [None, Some("1.5"), Some("TRUE"), Some("é"), None]);
        let times = ["1900-01-01", "2024-01-01", "2024-01-01T18:00:00", "12:00:00"].map(Some);
        assert_eq!(texts[5..], times);
    }

    #[test]
    fn error_columns_show_what_cells_show() {
        let column = Column::try_new_errors(UInt8Array::from(vec![Some(7), None])).unwrap();
        let array = readable(&column).unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().collect();
        assert_eq!(texts, [Some("#N/A"), None]);
    }
}
