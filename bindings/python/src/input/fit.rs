//! Columns of a type that a library made of another one, brought to the type that is wanted: exactly, or refused with the row.
//!
//! The contract refuses them, since a plugin's host knows types alone. Here the values are looked at: whole numbers became floats where
//! one was missing, days became moments, and a logical value is a number as it is in a cell.

use super::{Given, Place};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Date32Array, PrimitiveArray,
    cast::AsArray,
    types::{
        Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use pyo3::prelude::*;
use std::sync::Arc;
use udf_abi::DType;
use udf_columnar::Column;

const DAY_US: i64 = 86_400_000_000;

/// What is given, in the type that the parameter wants where that takes a look at the values.
///
/// # Errors
/// `ArgumentError` with the first row that is not exact; and where some columns of a range are instants and others are not.
pub(crate) fn given(py: Python<'_>, given: Given, place: Place<'_>) -> PyResult<Given> {
    Ok(match given {
        Given::Omitted => Given::Omitted,
        Given::Scalar(one) => Given::Scalar(column(py, one, place)?),
        Given::Column(chunks) => Given::Column(column_of(py, chunks, place)?),
        Given::Range(columns) => {
            let mut kinds = columns.iter().flatten().filter_map(crate::output::zone::kind);
            if let Some(first) = kinds.next()
                && kinds.any(|kind| kind != first)
            {
                let why = "holds columns of times in UTC beside columns of times without a zone: bring them to one of the two";
                return Err(place.refuse(py, why));
            }
            let fitted = columns.into_iter().map(|chunks| column_of(py, chunks, place));
            Given::Range(fitted.collect::<PyResult<_>>()?)
        }
    })
}

/// Whether the times of an argument are instants; `None` where it has no times.
pub(crate) fn has_instants(given: &Given) -> Option<bool> {
    let kind = crate::output::zone::kind;
    match given {
        Given::Omitted => None,
        Given::Scalar(one) => kind(one),
        Given::Column(chunks) => chunks.iter().find_map(kind),
        Given::Range(columns) => columns.iter().flatten().find_map(kind),
    }
}

fn column_of(py: Python<'_>, chunks: Vec<Column>, place: Place<'_>) -> PyResult<Vec<Column>> {
    let mut first_row = 0;
    chunks
        .into_iter()
        .map(|chunk| {
            let place = place.at_row(first_row);
            first_row += chunk.len();
            column(py, chunk, place)
        })
        .collect()
}

fn column(py: Python<'_>, column: Column, place: Place<'_>) -> PyResult<Column> {
    let array = column.array();
    let fitted = match (column.dtype(), place.dtype()) {
        (DType::F64, to) => floats::<Float64Type>(py, array, to, 53, place)?,
        (DType::F32, to) => floats::<Float32Type>(py, array, to, 24, place)?,
        (DType::Bool, to) if is_number(to) => Some(truths(array.as_boolean())),
        (DType::Timestamp, DType::Date32) => Some(days(py, array, place)?),
        _ => None,
    };
    let Some(fitted) = fitted else { return Ok(column) };
    let fitted = Column::try_new(fitted).map_err(|e| place.refuse(py, e.message()))?;
    match column.errors() {
        Some(errors) => {
            fitted.with_errors(errors.clone()).map_err(|e| place.refuse(py, e.message()))
        }
        None => Ok(fitted),
    }
}

/// Whether a parameter of the type takes numbers.
pub(super) fn is_number(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64) || is_integer(dtype)
}

fn is_integer(dtype: DType) -> bool {
    matches!(
        dtype,
        DType::I8
            | DType::I16
            | DType::I32
            | DType::I64
            | DType::U8
            | DType::U16
            | DType::U32
            | DType::U64
    )
}

/// Whole floats as integers; `None` where no integers are wanted. Floats hold every integer of up to `bits` bits, and beyond that
/// nobody knows which one it was.
fn floats<F>(
    py: Python<'_>,
    array: &ArrayRef,
    to: DType,
    bits: u32,
    place: Place<'_>,
) -> PyResult<Option<ArrayRef>>
where
    F: ArrowPrimitiveType,
    F::Native: Into<f64>,
{
    let floats = Floats { array: array.as_primitive::<F>(), bits, place };
    Ok(Some(match to {
        DType::I8 => floats.whole::<Int8Type>(py)?,
        DType::I16 => floats.whole::<Int16Type>(py)?,
        DType::I32 => floats.whole::<Int32Type>(py)?,
        DType::I64 => floats.whole::<Int64Type>(py)?,
        DType::U8 => floats.whole::<UInt8Type>(py)?,
        DType::U16 => floats.whole::<UInt16Type>(py)?,
        DType::U32 => floats.whole::<UInt32Type>(py)?,
        DType::U64 => floats.whole::<UInt64Type>(py)?,
        _ => return Ok(None),
    }))
}

struct Floats<'a, F: ArrowPrimitiveType> {
    array: &'a PrimitiveArray<F>,
    bits: u32,
    place: Place<'a>,
}

impl<F> Floats<'_, F>
where
    F: ArrowPrimitiveType,
    F::Native: Into<f64>,
{
    fn whole<T>(&self, py: Python<'_>) -> PyResult<ArrayRef>
    where
        T: ArrowPrimitiveType,
        T::Native: TryFrom<i64>,
    {
        let mut values = Vec::with_capacity(self.array.len());
        for row in 0..self.array.len() {
            if self.array.is_null(row) {
                values.push(T::Native::default());
                continue;
            }
            let float: f64 = self.array.value(row).into();
            let is_known = float.fract() == 0.0 && float.abs() <= (1u64 << self.bits) as f64;
            let whole = is_known.then_some(float as i64);
            match whole.and_then(|whole| T::Native::try_from(whole).ok()) {
                Some(value) => values.push(value),
                None => return Err(self.refuse(py, row, float)),
            }
        }
        let whole = PrimitiveArray::<T>::new(values.into(), self.array.nulls().cloned());
        Ok(Arc::new(whole))
    }

    fn refuse(&self, py: Python<'_>, row: usize, float: f64) -> PyErr {
        let wanted = self.place.dtype();
        let why = if float.is_nan() {
            format!("is NaN, but {wanted} is wanted: make it a missing value")
        } else if float.fract() != 0.0 {
            format!("is {float}, but {wanted} is wanted: round it first")
        } else if float.abs() > (1u64 << self.bits) as f64 {
            format!(
                "is the float {float}, beyond 2^{}, where floats do not hold every integer, but {wanted} is wanted: pass integers",
                self.bits
            )
        } else {
            format!("is {float}, which {wanted} does not hold")
        };
        self.place.refuse_row(py, row, &why)
    }
}

/// Logical values as the numbers 1 and 0.
fn truths(truths: &BooleanArray) -> ArrayRef {
    let numbers: Vec<u8> = truths.values().iter().map(u8::from).collect();
    Arc::new(PrimitiveArray::<UInt8Type>::new(numbers.into(), truths.nulls().cloned()))
}

/// Midnights as dates.
fn days(py: Python<'_>, array: &ArrayRef, place: Place<'_>) -> PyResult<ArrayRef> {
    let moments = array.as_primitive::<TimestampMicrosecondType>();
    let mut days = Vec::with_capacity(moments.len());
    for row in 0..moments.len() {
        if moments.is_null(row) {
            days.push(0);
            continue;
        }
        let us = moments.value(row);
        let day = i32::try_from(us.div_euclid(DAY_US)).ok();
        match day.filter(|_| us.rem_euclid(DAY_US) == 0) {
            Some(day) => days.push(day),
            None => {
                let shown = moments.value_as_datetime(row).map(|moment| moment.to_string());
                let why = format!(
                    "is {}, which is no midnight, but date32 is wanted: take its date first",
                    shown.unwrap_or_else(|| format!("{us} microseconds from 1970"))
                );
                return Err(place.refuse_row(py, row, &why));
            }
        }
    }
    Ok(Arc::new(Date32Array::new(days.into(), moments.nulls().cloned())))
}
