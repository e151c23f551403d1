//! Decimal numbers as what a parameter takes: exactly, or refused with the row.
//!
//! An integer parameter takes a decimal that is whole and fits. One of floats takes the nearest float where that gives the decimal
//! again when it is written with as many digits, which it does up to 15 of them: 0.10 is taken as 0.1.

use super::Place;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{
        Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float32Type,
        Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_schema::DataType;
use pyo3::prelude::*;
use std::{
    fmt::{self, Display, LowerExp},
    str::FromStr,
    sync::Arc,
};
use udf_abi::DType;

/// More digits than any float has.
const MOST_DIGITS: usize = 800;
/// Decimals of so few digits are floats again when they are written.
const SHORT: u64 = 1_000_000_000_000_000;
/// Powers of ten that are exact as floats.
const EXACT_POWERS: u32 = 22;

/// A finite decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// Without zeros at either end; none for zero.
    digits: String,
    /// The power of ten of the last digit.
    power: i64,
}

impl Number {
    /// The number of a text such as `-12.50` or `1E+3`; `None` for what is none, or not finite.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let shorter = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - shorter.len()).ok()?;
        let power = power.checked_sub(i64::try_from(part.len()).ok()?)?.checked_add(zeros)?;
        let digits = shorter.trim_start_matches('0').to_owned();
        let power = if digits.is_empty() { 0 } else { power };
        Some(Self { negative, digits, power })
    }

    /// The nearest float, where writing that with as many digits gives this number again.
    fn to_float<F: FromStr + LowerExp>(&self) -> Option<F> {
        let sign = if self.negative { "-" } else { "" };
        if self.digits.is_empty() {
            return format!("{sign}0").parse().ok();
        }
        if self.digits.len() > MOST_DIGITS {
            return None;
        }
        let float: F = format!("{sign}{}e{}", self.digits, self.power).parse().ok()?;
        let again = Self::of(&format!("{float:.*e}", self.digits.len() - 1))?;
        (again == *self).then_some(float)
    }

    pub(crate) fn to_f64(&self) -> Option<f64> {
        self.to_float()
    }

    /// The integer that it is, if it is one.
    fn to_integer(&self) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(self.power).ok().filter(|zeros| *zeros < 40)?;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }
}

/// Whether a column of the type is one of numbers.
fn is_decimal(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    )
}

/// An array of decimals as one of numbers that the parameter takes; other arrays as they are.
///
/// # Errors
/// `ArgumentError` with the first row that is not exact.
pub(super) fn plain(py: Python<'_>, array: ArrayRef, place: Place<'_>) -> PyResult<ArrayRef> {
    match array.data_type() {
        DataType::Decimal128(_, scale) => match short_floats(&array, *scale, place.dtype()) {
            Some(floats) => Ok(floats),
            None => of::<Decimal128Type>(py, &array, place),
        },
        DataType::Decimal32(..) => of::<Decimal32Type>(py, &array, place),
        DataType::Decimal64(..) => of::<Decimal64Type>(py, &array, place),
        DataType::Decimal256(..) => of::<Decimal256Type>(py, &array, place),
        DataType::Dictionary(_, values) if is_decimal(values) => {
            let Some(dictionary) = array.as_any_dictionary_opt() else { return Ok(array) };
            let taken = arrow_select::take::take(dictionary.values(), dictionary.keys(), None);
            plain(py, taken.map_err(|e| place.refuse(py, &e.to_string()))?, place)
        }
        _ => Ok(array),
    }
}

/// The usual case, in one pass: few digits, and floats are wanted.
fn short_floats(array: &ArrayRef, scale: i8, to: DType) -> Option<ArrayRef> {
    if !matches!(to, DType::F64 | DType::Any) {
        return None;
    }
    let power = u32::try_from(scale).ok().filter(|power| *power <= EXACT_POWERS)?;
    let divisor = 10f64.powi(i32::try_from(power).ok()?);
    let decimals = array.as_primitive_opt::<Decimal128Type>()?;
    let float = |value: i128| {
        let value = i64::try_from(value).ok().filter(|value| value.unsigned_abs() < SHORT)?;
        // Both are exact, so that the quotient is the nearest float.
        Some(value as f64 / divisor)
    };
    let floats: Option<Vec<f64>> = match decimals.nulls() {
        None => decimals.values().iter().map(|value| float(*value)).collect(),
        Some(_) => decimals.iter().map(|value| value.map_or(Some(0.0), &float)).collect(),
    };
    let floats = PrimitiveArray::<Float64Type>::new(floats?.into(), decimals.nulls().cloned());
    Some(Arc::new(floats))
}

fn of<D>(py: Python<'_>, array: &ArrayRef, place: Place<'_>) -> PyResult<ArrayRef>
where
    D: DecimalType,
    D::Native: Display,
{
    let decimals = array.as_primitive::<D>();
    let power = -i32::from(decimals.scale());
    let number = |row: usize| {
        let text = decimals.is_valid(row).then(|| format!("{}e{power}", decimals.value(row)));
        text.and_then(|text| Number::of(&text))
    };
    column(py, (0..decimals.len()).map(number), place)
}

/// Numbers (`None` where they are missing) as an array of the type that the parameter takes.
///
/// # Errors
/// `ArgumentError` with the first row that is not exact, or where the parameter takes no numbers.
pub(super) fn column(
    py: Python<'_>,
    numbers: impl Iterator<Item = Option<Number>>,
    place: Place<'_>,
) -> PyResult<ArrayRef> {
    fn integer<T: TryFrom<i128>>(number: &Number) -> Option<T> {
        number.to_integer().and_then(|whole| T::try_from(whole).ok())
    }
    let of = (py, place);
    match place.dtype() {
        DType::F64 | DType::Any => each::<Float64Type>(of, numbers, Number::to_f64),
        DType::F32 => each::<Float32Type>(of, numbers, Number::to_float),
        DType::I8 => each::<Int8Type>(of, numbers, integer),
        DType::I16 => each::<Int16Type>(of, numbers, integer),
        DType::I32 => each::<Int32Type>(of, numbers, integer),
        DType::I64 => each::<Int64Type>(of, numbers, integer),
        DType::U8 => each::<UInt8Type>(of, numbers, integer),
        DType::U16 => each::<UInt16Type>(of, numbers, integer),
        DType::U32 => each::<UInt32Type>(of, numbers, integer),
        DType::U64 => each::<UInt64Type>(of, numbers, integer),
        other => Err(place
            .refuse(py, &format!("is decimal, but {other} is wanted: convert the column first"))),
    }
}

fn each<T: ArrowPrimitiveType>(
    (py, place): (Python<'_>, Place<'_>),
    numbers: impl Iterator<Item = Option<Number>>,
    exact: impl Fn(&Number) -> Option<T::Native>,
) -> PyResult<ArrayRef> {
    let name = match place.dtype() {
        // The number of a cell.
        DType::Any => DType::F64,
        dtype => dtype,
    };
    let convert = |(row, number): (usize, Option<Number>)| {
        match number {
        None => Ok(None),
        Some(number) => exact(&number).map(Some).ok_or_else(|| {
            let why = format!(
                "is the decimal {number}, which is not exact as {name}: round the column, or cast it yourself"
            );
            place.refuse_row(py, row, &why)
        }),
    }
    };
    let array = numbers.enumerate().map(convert).collect::<PyResult<PrimitiveArray<T>>>()?;
    Ok(Arc::new(array))
}

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Digits and zeros that are written out.
        const WIDE: i64 = 80;
        let sign = if self.negative { "-" } else { "" };
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        match self.power {
            _ if length == 0 => write!(f, "{sign}0"),
            power if length > WIDE || !(-WIDE..=WIDE).contains(&power) => {
                let shown: String = self.digits.chars().take(20).collect();
                let dots = if shown.len() < self.digits.len() { "…" } else { "" };
                write!(f, "{sign}{shown}{dots}e{power}")
            }
            power @ 0.. => {
                write!(
                    f,
                    "{sign}{}{}",
                    self.digits,
                    "0".repeat(usize::try_from(power).unwrap_or(0))
                )
            }
            power => {
                let places = usize::try_from(-power).unwrap_or(0);
                let padded = format!("{:0>width$}", self.digits, width = places + 1);
                let (whole, part) = padded.split_at(padded.len() - places);
                write!(f, "{sign}{whole}.{part}")
            }
        }
    }
}
