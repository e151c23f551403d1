//! Columns brought to the type that a parameter wants, without loss or not at all.

use crate::{Column, Error, error::invalid_argument};
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{
        Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use std::sync::Arc;
use udf_abi::DType;

/// The same rows as `to`.
///
/// Integers go to any integer or float type that holds every value of the column exactly,
/// `f32` to `f64`, dates to timestamps at midnight, an all-null column to any type, and
/// everything that a cell can hold to `any`. Nothing is parsed, rounded or cut.
///
/// # Errors
/// Where the types have no such conversion, naming both; or where a value does not fit.
pub fn coerce(column: Column, to: DType) -> Result<Column, Error> {
    let from = column.dtype();
    if from == to {
        return Ok(column);
    }
    if to == DType::Any {
        return column.into_any();
    }
    if from == DType::Null {
        return Ok(Column::new_null(to, column.len()));
    }
    let array: Option<ArrayRef> = match to {
        DType::I8 => integers::<Int8Type>(&column)?,
        DType::I16 => integers::<Int16Type>(&column)?,
        DType::I32 => integers::<Int32Type>(&column)?,
        DType::I64 => integers::<Int64Type>(&column)?,
        DType::U8 => integers::<UInt8Type>(&column)?,
        DType::U16 => integers::<UInt16Type>(&column)?,
        DType::U32 => integers::<UInt32Type>(&column)?,
        DType::U64 => integers::<UInt64Type>(&column)?,
        DType::F32 => from_integers::<Float32Type>(&column, &exact_f32)?,
        DType::F64 => Some(to_f64(&column)?),
        DType::Timestamp if from == DType::Date32 => Some(dates_to_timestamps(&column)?),
        _ => None,
    };
    let array = array.ok_or_else(|| refuse(from, to))?;
    Ok(Column::from_parts(to, array, column.errors().cloned()))
}

fn refuse(from: DType, to: DType) -> Error {
    invalid_argument(format!("is {from}, but {to} is wanted: convert the column first"))
}

/// Integers and floats as doubles, exactly.
pub(crate) fn to_f64(column: &Column) -> Result<ArrayRef, Error> {
    match column.dtype() {
        DType::F64 => Ok(column.array().clone()),
        DType::F32 => {
            let array = column.array().as_primitive::<Float32Type>();
            let array: PrimitiveArray<Float64Type> = array.unary(f64::from);
            Ok(Arc::new(array))
        }
        from => from_integers::<Float64Type>(column, &exact_f64)?
            .ok_or_else(|| refuse(from, DType::F64)),
    }
}

fn integers<T: ArrowPrimitiveType>(column: &Column) -> Result<Option<ArrayRef>, Error>
where
    T::Native: TryFrom<i128>,
{
    from_integers::<T>(column, &|v| T::Native::try_from(v).ok())
}

fn exact_f64(value: i128) -> Option<f64> {
    (value.unsigned_abs() <= 1 << 53).then_some(value as f64)
}

fn exact_f32(value: i128) -> Option<f32> {
    (value.unsigned_abs() <= 1 << 24).then_some(value as f32)
}

/// `None` where the column does not hold integers.
fn from_integers<T: ArrowPrimitiveType>(
    column: &Column,
    convert: &dyn Fn(i128) -> Option<T::Native>,
) -> Result<Option<ArrayRef>, Error> {
    let array = column.array();
    let array: ArrayRef = match column.dtype() {
        DType::I8 => Arc::new(each::<Int8Type, T>(array, convert)?),
        DType::I16 => Arc::new(each::<Int16Type, T>(array, convert)?),
        DType::I32 => Arc::new(each::<Int32Type, T>(array, convert)?),
        DType::I64 => Arc::new(each::<Int64Type, T>(array, convert)?),
        DType::U8 => Arc::new(each::<UInt8Type, T>(array, convert)?),
        DType::U16 => Arc::new(each::<UInt16Type, T>(array, convert)?),
        DType::U32 => Arc::new(each::<UInt32Type, T>(array, convert)?),
        DType::U64 => Arc::new(each::<UInt64Type, T>(array, convert)?),
        _ => return Ok(None),
    };
    Ok(Some(array))
}

fn each<S: ArrowPrimitiveType, T: ArrowPrimitiveType>(
    array: &ArrayRef,
    convert: &dyn Fn(i128) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>, Error>
where
    i128: From<S::Native>,
{
    array.as_primitive::<S>().try_unary(|value| {
        convert(i128::from(value)).ok_or_else(|| {
            invalid_argument(format!(
                "holds {value:?}, which is not exact as {}: convert the column first",
                T::DATA_TYPE
            ))
        })
    })
}

fn dates_to_timestamps(column: &Column) -> Result<ArrayRef, Error> {
    let days = column.array().as_primitive::<Date32Type>();
    let micros: PrimitiveArray<TimestampMicrosecondType> = days.try_unary(|day| {
        i64::from(day).checked_mul(86_400_000_000).ok_or_else(|| {
            invalid_argument(format!(
                "holds the date {day} days from 1970, which no timestamp in microseconds reaches"
            ))
        })
    })?;
    Ok(Arc::new(micros))
}

#[cfg(test)]
mod tests {
    use super::coerce;
    use crate::Column;
    use arrow_array::{
        Array, ArrayRef, Date32Array, Float64Array, Int64Array, StringArray, cast::AsArray,
    };
    use std::sync::Arc;
    use udf_abi::DType;

    fn column(array: impl Array + 'static) -> Column {
        Column::try_new(Arc::new(array) as ArrayRef).unwrap()
    }

    #[test]
    fn integers_become_floats_only_where_they_are_exact() {
        let exact =
            coerce(column(Int64Array::from(vec![Some(1 << 53), None])), DType::F64).unwrap();
        assert_eq!(
            exact.array().as_primitive::<arrow_array::types::Float64Type>().value(0),
            9_007_199_254_740_992.0
        );
        assert_eq!(exact.array().null_count(), 1);
        let error = coerce(column(Int64Array::from(vec![(1 << 53) + 1])), DType::F64).unwrap_err();
        assert!(error.message().contains("9007199254740993"), "{error}");
    }

    #[test]
    fn dates_become_timestamps_where_those_reach() {
        // i64::MAX microseconds are 106 751 991 days and some hours.
        let near = column(Date32Array::from(vec![Some(-106_751_991), None, Some(106_751_991)]));
        let micros = coerce(near, DType::Timestamp).unwrap();
        let micros =
            micros.array().as_primitive::<arrow_array::types::TimestampMicrosecondType>().clone();
        assert_eq!((micros.value(0), micros.is_null(1)), (-106_751_991 * 86_400_000_000, true));
        for far in [106_751_992, i32::MAX, -106_751_992, i32::MIN] {
            let error = coerce(column(Date32Array::from(vec![far])), DType::Timestamp).unwrap_err();
            assert!(error.message().contains(&format!("date {far} days")), "{error}");
        }
    }

    #[test]
    fn floats_and_texts_are_never_rounded_or_parsed() {
        for (from, to) in [
            (column(Float64Array::from(vec![1.0])), DType::I64),
            (column(Float64Array::from(vec![1.0])), DType::F32),
            (column(StringArray::from(vec!["1"])), DType::F64),
            (column(Int64Array::from(vec![1])), DType::Utf8),
            (column(Int64Array::from(vec![1])), DType::Bool),
        ] {
            let error = coerce(from, to).unwrap_err();
            assert!(error.message().contains("is wanted"), "{error}");
        }
    }
}
