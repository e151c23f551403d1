//! Arrow types that the contract does not have, brought to those it has.

use crate::{Error, column::dtype_of, error::invalid_argument};
use arrow_array::{
    Array, ArrayRef, PrimitiveArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType,
        DurationMillisecondType, DurationNanosecondType, DurationSecondType, Time32MillisecondType,
        Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    },
};
use arrow_schema::{DataType, TimeUnit};
use std::sync::Arc;

/// The same rows in one of the contract's types.
pub(crate) fn normalise(array: ArrayRef) -> Result<ArrayRef, Error> {
    if dtype_of(array.data_type()).is_some() {
        return Ok(array);
    }
    let array = match array.data_type() {
        DataType::Date64 => rescale::<Date64Type, Date32Type>(&array, Scale::Div(86_400_000)),
        DataType::Time32(TimeUnit::Second) => {
            rescale::<Time32SecondType, Time64MicrosecondType>(&array, Scale::Mul(1_000_000))
        }
        DataType::Time32(_) => {
            rescale::<Time32MillisecondType, Time64MicrosecondType>(&array, Scale::Mul(1_000))
        }
        DataType::Time64(_) => {
            rescale::<Time64NanosecondType, Time64MicrosecondType>(&array, Scale::Div(1_000))
        }
        DataType::Timestamp(unit, zone) => {
            let zone = zone.clone();
            let micros = match unit {
                TimeUnit::Second => rescale::<TimestampSecondType, TimestampMicrosecondType>(
                    &array,
                    Scale::Mul(1_000_000),
                ),
                TimeUnit::Millisecond => rescale::<
                    TimestampMillisecondType,
                    TimestampMicrosecondType,
                >(&array, Scale::Mul(1_000)),
                _ => rescale::<TimestampNanosecondType, TimestampMicrosecondType>(
                    &array,
                    Scale::Div(1_000),
                ),
            }?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>().clone();
            Ok(Arc::new(micros.with_timezone_opt(zone)) as ArrayRef)
        }
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => rescale::<DurationSecondType, DurationMicrosecondType>(
                &array,
                Scale::Mul(1_000_000),
            ),
            TimeUnit::Millisecond => rescale::<DurationMillisecondType, DurationMicrosecondType>(
                &array,
                Scale::Mul(1_000),
            ),
            _ => rescale::<DurationNanosecondType, DurationMicrosecondType>(
                &array,
                Scale::Div(1_000),
            ),
        },
        _ => by_cast(&array),
    }?;
    match dtype_of(array.data_type()) {
        Some(_) => Ok(array),
        // A dictionary of milliseconds, say: one more step.
        None => normalise(array),
    }
}

#[derive(Clone, Copy)]
enum Scale {
    Mul(i64),
    Div(i64),
}

fn rescale<S, T>(array: &ArrayRef, scale: Scale) -> Result<ArrayRef, Error>
where
    S: ArrowPrimitiveType,
    T: ArrowPrimitiveType,
    i64: From<S::Native>,
    T::Native: TryFrom<i64>,
{
    let from = array.data_type().clone();
    let convert = |value: S::Native| {
        let value = i64::from(value);
        let scaled = match scale {
            Scale::Mul(factor) => value.checked_mul(factor),
            Scale::Div(factor) => (value % factor == 0).then(|| value / factor),
        };
        scaled.and_then(|v| T::Native::try_from(v).ok()).ok_or_else(|| {
            invalid_argument(format!(
                "the {from} value {value} is not exact as {}: round the column first",
                T::DATA_TYPE
            ))
        })
    };
    let scaled: PrimitiveArray<T> = array.as_primitive::<S>().try_unary(convert)?;
    Ok(Arc::new(scaled))
}

/// The contract's type nearest to an Arrow type that casts can reach without loss.
#[cfg(feature = "cast")]
fn target(from: &DataType) -> Option<DataType> {
    Some(match from {
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::Binary
        }
        DataType::Float16 => DataType::Float32,
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        DataType::RunEndEncoded(_, values) => values.data_type().clone(),
        _ => return None,
    })
}

#[cfg(feature = "cast")]
fn by_cast(array: &ArrayRef) -> Result<ArrayRef, Error> {
    use arrow_array::types::{BinaryType, Utf8Type};
    use arrow_schema::ArrowError;
    let from = array.data_type();
    let to = target(from).ok_or_else(|| unsupported(from))?;
    // Arrow's cast of views panics where their texts are longer than a column holds.
    match from {
        DataType::Utf8View => {
            let texts = crate::byte_array::<Utf8Type, _>(array.as_string_view())?;
            return Ok(Arc::new(texts));
        }
        DataType::BinaryView => {
            let values = crate::byte_array::<BinaryType, _>(array.as_binary_view())?;
            return Ok(Arc::new(values));
        }
        _ => {}
    }
    let options = arrow_cast::CastOptions { safe: false, ..Default::default() };
    match (arrow_cast::cast_with_options(array, &to, &options), from) {
        (Ok(array), _) => Ok(array),
        // A few rows of a long array, which the cast looks at as a whole.
        (Err(_), DataType::LargeUtf8) => {
            Ok(Arc::new(crate::byte_array::<Utf8Type, _>(array.as_string::<i64>())?))
        }
        (Err(_), DataType::LargeBinary) => {
            Ok(Arc::new(crate::byte_array::<BinaryType, _>(array.as_binary::<i64>())?))
        }
        (Err(ArrowError::OffsetOverflowError(bytes)), _) => {
            Err(crate::byte_array::texts_too_large(bytes as u64))
        }
        (Err(e), _) => {
            Err(invalid_argument(format!("cannot bring {from} to {to}: {e}")).with_source(e))
        }
    }
}

#[cfg(not(feature = "cast"))]
fn by_cast(array: &ArrayRef) -> Result<ArrayRef, Error> {
    Err(unsupported(array.data_type()))
}

fn unsupported(from: &DataType) -> Error {
    let why = match from {
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => "decimals are reserved for a later version: cast to Float64",
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Union(..) => "nested columns are reserved for a later version: flatten it",
        DataType::Interval(_) => "intervals have no counterpart: use a Duration",
        _ => "this build has no conversion for it (cargo feature `cast` of udf-columnar)",
    };
    invalid_argument(format!("Arrow type {from} is not supported: {why}"))
}
