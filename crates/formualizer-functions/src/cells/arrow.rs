//! Arrow arrays to cells and back. Doubles without infinities, logical values and UTF-8 texts are shared,
//! everything else is converted once.

use super::{ArrayKind, Builder, CellRef, Cells, NumberKind, dates};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Float64Array, NullArray,
    PrimitiveArray, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, DurationMicrosecondType, Float64Type, Int64Type,
        Time64MicrosecondType, TimestampMicrosecondType, UInt64Type, Utf8Type,
    },
};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, TimeUnit};
use formualizer_common::DateSystem;
use std::{error, sync::Arc};

/// Why an array cannot be cells.
#[derive(Debug)]
pub struct ConversionError {
    message: String,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl ConversionError {
    /// What is wrong, and its cause where it has one.
    #[must_use]
    pub fn into_parts(self) -> (String, Option<Box<dyn error::Error + Send + Sync>>) {
        (self.message, self.source)
    }
}

impl From<String> for ConversionError {
    fn from(message: String) -> Self {
        Self { message, source: None }
    }
}

impl From<udf_columnar::Error> for ConversionError {
    fn from(error: udf_columnar::Error) -> Self {
        Self { message: error.message().to_owned(), source: Some(error.into()) }
    }
}

impl From<ArrowError> for ConversionError {
    fn from(error: ArrowError) -> Self {
        Self { message: error.to_string(), source: Some(error.into()) }
    }
}

/// The largest integer up to which doubles hold every one.
const EXACT: u64 = 1 << 53;

impl Cells {
    /// The cells of an Arrow array; null is blank, a number that is not finite is `#NUM!`.
    ///
    /// # Errors
    /// Where the type has no cells (nested, binary, decimal), or an integer is beyond 2^53 and would
    /// change.
    pub fn from_arrow(array: &ArrayRef, dates: DateSystem) -> Result<Self, ConversionError> {
        use DataType as D;
        Ok(match array.data_type() {
            D::Null => Self::Blank(array.len()),
            D::Float64 => from_doubles(array.as_primitive().clone()),
            D::Boolean => Self::Logicals(array.as_boolean().clone()),
            D::Utf8 => Self::Texts(array.as_string::<i32>().clone()),
            D::Int64 => from_integers(array.as_primitive::<Int64Type>(), i64::unsigned_abs)?,
            D::UInt64 => from_integers(array.as_primitive::<UInt64Type>(), |n| n)?,
            D::Int8
            | D::Int16
            | D::Int32
            | D::UInt8
            | D::UInt16
            | D::UInt32
            | D::Float16
            | D::Float32 => from_doubles(converted(array, &D::Float64)?.as_primitive().clone()),
            D::LargeUtf8 | D::Utf8View => {
                let column = udf_columnar::Column::try_new(array.clone())?;
                Self::from_arrow(column.array(), dates)?
            }
            D::Dictionary(_, values) => Self::from_arrow(&converted(array, values)?, dates)?,
            D::RunEndEncoded(_, values) => {
                Self::from_arrow(&converted(array, values.data_type())?, dates)?
            }
            D::Date32 | D::Date64 => {
                let days = converted(array, &D::Date32)?;
                dated::<Date32Type>(&days, NumberKind::Date, dates, f64::from)?
            }
            D::Timestamp(_, zone) => {
                let us = converted(array, &D::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
                dated::<TimestampMicrosecondType>(&us, NumberKind::DateTime, dates, dates::days)?
            }
            D::Time32(_) | D::Time64(_) => {
                let us = converted(array, &D::Time64(TimeUnit::Microsecond))?;
                serials::<Time64MicrosecondType>(&us, NumberKind::Time)
            }
            D::Duration(_) => {
                let us = converted(array, &D::Duration(TimeUnit::Microsecond))?;
                serials::<DurationMicrosecondType>(&us, NumberKind::Duration)
            }
            other => {
                return Err(format!(
                    "cells cannot hold Arrow type {other}: convert it to numbers, texts, dates or logical values"
                )
                .into());
            }
        })
    }

    /// One Arrow array of the cells. Dates and times have their Arrow types; cells of several kinds are the numbers
    /// where all that are not blank or in error are numbers, and otherwise the texts that show. Errors and
    /// blanks are null.
    ///
    /// # Errors
    /// Where the texts of cells of several kinds are longer than an array holds.
    pub fn to_arrow(&self, dates: DateSystem) -> Result<ArrayRef, ConversionError> {
        Ok(match self {
            Self::Blank(len) => Arc::new(NullArray::new(*len)),
            Self::Numbers(kind, array) => match kind {
                NumberKind::Number => Arc::new(array.clone()),
                NumberKind::Date if array.iter().flatten().all(|n| n.fract() == 0.0) => {
                    #[expect(clippy::cast_possible_truncation, reason = "dates of a sheet fit")]
                    let day = |n| dates::days_of_serial(n, dates).map(|days| days as i32);
                    let days: Date32Array = array.unary_opt(day);
                    Arc::new(days)
                }
                NumberKind::Date | NumberKind::DateTime => {
                    let instant = |n| dates::days_of_serial(n, dates).map(dates::micros);
                    let us: TimestampMicrosecondArray = array.unary_opt(instant);
                    Arc::new(us)
                }
                NumberKind::Time => {
                    let us: Time64MicrosecondArray = array.unary(dates::micros);
                    Arc::new(us)
                }
                NumberKind::Duration => {
                    let us: DurationMicrosecondArray = array.unary(dates::micros);
                    Arc::new(us)
                }
            },
            Self::Logicals(array) => Arc::new(array.clone()),
            Self::Texts(array) => Arc::new(array.clone()),
            Self::Mixed(_) => return self.mixed_to_arrow(dates),
        })
    }

    fn mixed_to_arrow(&self, dates: DateSystem) -> Result<ArrayRef, ConversionError> {
        let numeric = |cell: CellRef<'_>| {
            matches!(
                cell,
                CellRef::Blank | CellRef::Error(..) | CellRef::Number(_, NumberKind::Number)
            )
        };
        if self.iter().all(numeric) {
            let numbers = self.iter().map(|cell| match cell {
                CellRef::Number(n, _) => Some(n),
                _ => None,
            });
            return Ok(Arc::new(numbers.collect::<Float64Array>()));
        }
        let texts = self.iter().map(|cell| match cell {
            CellRef::Blank | CellRef::Error(..) => None,
            CellRef::Text(text) => Some(text.to_owned()),
            CellRef::Logical(b) => Some(if b { "TRUE" } else { "FALSE" }.to_owned()),
            other => Some(other.value(dates).to_string()),
        });
        texts_of(texts)
    }
}

/// An array of texts.
pub fn texts_of<V: AsRef<str>>(
    texts: impl Iterator<Item = Option<V>>,
) -> Result<ArrayRef, ConversionError> {
    Ok(Arc::new(udf_columnar::byte_array::<Utf8Type, _>(texts)?))
}

fn converted(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ConversionError> {
    Ok(cast(array, to)?)
}

/// Parts of a day.
fn serials<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, kind: NumberKind) -> Cells {
    Cells::Numbers(kind, array.as_primitive::<T>().unary::<_, Float64Type>(dates::days))
}

/// Days since 1970, which a sheet has from 1900 or 1904 to 9999.
fn dated<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    kind: NumberKind,
    dates: DateSystem,
    days: impl Fn(T::Native) -> f64,
) -> Result<Cells, ConversionError> {
    let array = array.as_primitive::<T>();
    let serial = |value| dates::serial_of_days(days(value), dates);
    let serials = array.unary_opt::<_, Float64Type>(serial);
    if serials.null_count() > array.null_count() {
        let row = (0..array.len()).find(|row| array.is_valid(*row) && serials.is_null(*row));
        let first = match dates {
            DateSystem::Excel1900 => 1900,
            DateSystem::Excel1904 => 1904,
        };
        return Err(format!(
            "the date of row {} is not between {first} and 9999, which is what cells can hold: convert the column to text",
            row.unwrap_or_default()
        )
        .into());
    }
    Ok(Cells::Numbers(kind, serials))
}

fn from_integers<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    magnitude: impl Fn(T::Native) -> u64,
) -> Result<Cells, ConversionError>
where
    T::Native: num_cast::ToDouble,
{
    let far =
        (0..array.len()).find(|row| array.is_valid(*row) && magnitude(array.value(*row)) > EXACT);
    if let Some(row) = far {
        return Err(format!(
            "the integer {:?} of row {row} is beyond 2^53, so that a number of a cell cannot hold it: convert the column to text, or to Float64 if rounding is meant",
            array.value(row)
        )
        .into());
    }
    Ok(Cells::Numbers(NumberKind::Number, array.unary(num_cast::ToDouble::to_double)))
}

/// Exact widening, where the caller has checked the size.
mod num_cast {
    pub(super) trait ToDouble: Copy {
        fn to_double(self) -> f64;
    }
    #[expect(clippy::cast_precision_loss, reason = "the caller has checked that it is exact")]
    impl ToDouble for i64 {
        fn to_double(self) -> f64 {
            self as f64
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "the caller has checked that it is exact")]
    impl ToDouble for u64 {
        fn to_double(self) -> f64 {
            self as f64
        }
    }
}

fn from_doubles(array: Float64Array) -> Cells {
    // On bits and without a branch, so that the compiler vectorises it; a sum of doubles would have an order.
    const EXPONENT: u64 = 0x7FF << 52;
    let is_wrong = |x: &f64| u64::from(x.to_bits() & EXPONENT == EXPONENT);
    let wrong = array.values().iter().fold(0, |wrong, x| wrong | is_wrong(x));
    if wrong == 0 {
        return Cells::Numbers(NumberKind::Number, array);
    }
    let mut builder = Builder::with_capacity(array.len());
    for value in &array {
        builder.push(value.map_or(CellRef::Blank, CellRef::number));
    }
    builder.finish()
}

/// Vectors of one kind, and blank ones, as one vector of that kind.
pub(super) fn concat_alike(parts: &[&Cells], kind: ArrayKind) -> Option<Cells> {
    let arrays: Vec<ArrayRef> = parts
        .iter()
        .map(|part| -> ArrayRef {
            match (part, kind) {
                (Cells::Numbers(_, array), _) => Arc::new(array.clone()),
                (Cells::Logicals(array), _) => Arc::new(array.clone()),
                (Cells::Texts(array), _) => Arc::new(array.clone()),
                (_, ArrayKind::Numbers(_)) => Arc::new(Float64Array::new_null(part.len())),
                (_, ArrayKind::Logicals) => Arc::new(BooleanArray::new_null(part.len())),
                _ => Arc::new(StringArray::new_null(part.len())),
            }
        })
        .collect();
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    let joined = arrow_select::concat::concat(&arrays).ok()?;
    Some(match kind {
        ArrayKind::Numbers(kind) => Cells::Numbers(kind, joined.as_primitive().clone()),
        ArrayKind::Logicals => Cells::Logicals(joined.as_boolean().clone()),
        ArrayKind::Texts => Cells::Texts(joined.as_string().clone()),
        ArrayKind::Mixed => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Int64Array, LargeStringArray, TimestampNanosecondArray};
    use formualizer_common::ExcelErrorKind;

    fn cells(array: impl Array + 'static) -> Cells {
        Cells::from_arrow(&(Arc::new(array) as ArrayRef), DateSystem::Excel1900).unwrap()
    }

    #[test]
    fn doubles_are_shared_and_what_is_not_finite_is_an_error() {
        let array = Float64Array::from(vec![Some(1.0), None, Some(-0.5)]);
        let Cells::Numbers(NumberKind::Number, shared) = cells(array.clone()) else { panic!() };
        assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
        let broken = cells(Float64Array::from(vec![1.0, f64::NAN, f64::INFINITY]));
        assert_eq!(broken.get(0), CellRef::Number(1.0, NumberKind::Number));
        assert_eq!(broken.get(1), CellRef::Error(ExcelErrorKind::Num, None));
        assert_eq!(broken.get(2), CellRef::Error(ExcelErrorKind::Num, None));
    }

    #[test]
    fn integers_that_would_change_are_refused_by_row() {
        let far = Arc::new(Int64Array::from(vec![1, (1 << 53) + 1])) as ArrayRef;
        let error = Cells::from_arrow(&far, DateSystem::Excel1900).unwrap_err();
        assert!(error.message.contains("row 1") && error.message.contains("text"), "{error:?}");
        assert!(
            cells(Int64Array::from(vec![1 << 53])).same(&Cells::number(9_007_199_254_740_992.0, 1))
        );
    }

    #[test]
    fn dates_and_times_keep_their_kind_and_come_back() {
        let dates = cells(Date32Array::from(vec![Some(0), None, Some(20_000)]));
        assert_eq!(dates.get(0), CellRef::Number(25_569.0, NumberKind::Date));
        let back = dates.to_arrow(DateSystem::Excel1900).unwrap();
        assert_eq!(back.as_primitive::<Date32Type>().value(2), 20_000);
        let instants = cells(TimestampNanosecondArray::from(vec![86_400_000_000_000 * 3 / 2]));
        assert_eq!(instants.get(0), CellRef::Number(25_570.5, NumberKind::DateTime));
        let back = instants.to_arrow(DateSystem::Excel1900).unwrap();
        assert_eq!(back.as_primitive::<TimestampMicrosecondType>().value(0), 129_600_000_000);
    }

    #[test]
    fn dates_of_the_first_months_are_those_of_the_sheet() {
        // 1900-01-01 is day 1, and there is a 29 February 1900 in serial numbers.
        let dates = cells(Date32Array::from(vec![-25_567, -25_508]));
        assert_eq!(dates.get(0), CellRef::Number(1.0, NumberKind::Date));
        assert_eq!(dates.get(1), CellRef::Number(61.0, NumberKind::Date));
        let back = dates.to_arrow(DateSystem::Excel1900).unwrap();
        assert_eq!(back.as_primitive::<Date32Type>().values(), &[-25_567, -25_508]);
        let early = Arc::new(Date32Array::from(vec![0, -30_000])) as ArrayRef;
        let error = Cells::from_arrow(&early, DateSystem::Excel1900).unwrap_err();
        assert!(error.message.contains("row 1"), "{error:?}");
    }

    #[test]
    fn other_texts_are_converted() {
        assert!(
            matches!(cells(LargeStringArray::from(vec!["ä"])), Cells::Texts(a) if a.value(0) == "ä")
        );
    }

    #[test]
    fn mixed_cells_are_numbers_or_the_texts_that_show() {
        let mixed = Cells::of([
            CellRef::number(1.5),
            CellRef::Error(ExcelErrorKind::Na, None),
            CellRef::Blank,
        ]);
        assert_eq!(mixed.to_arrow(DateSystem::Excel1900).unwrap().null_count(), 2);
        let mixed = Cells::of([CellRef::number(1.5), CellRef::Text("x"), CellRef::Logical(true)]);
        let texts = mixed.to_arrow(DateSystem::Excel1900).unwrap();
        assert_eq!(
            texts.as_string::<i32>().iter().flatten().collect::<Vec<_>>(),
            ["1.5", "x", "TRUE"]
        );
    }
}
