//! `any` columns as Arrow: a struct of `tag: UInt8`, `number: Float64` and `text: Utf8`.

use crate::{Column, Error, RowErrors, byte_array, error::invalid_argument};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, PrimitiveArray, StringArray, StructArray,
    UInt8Array,
    cast::AsArray,
    types::{ArrowPrimitiveType, Date32Type, TimestampMicrosecondType, Utf8Type},
};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, Field, Fields};
use std::sync::{Arc, LazyLock};
use udf_abi::{DType, ErrorCode, frame::tag};

static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    Fields::from(vec![
        Field::new("tag", DataType::UInt8, false),
        Field::new("number", DataType::Float64, false),
        Field::new("text", DataType::Utf8, false),
    ])
});

/// One cell of an `any` column. As closed as the contract's tags: whoever reads cells has to take each.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyValue {
    /// An empty cell.
    Blank,
    /// A number.
    Number(f64),
    /// A logical value.
    Logical(bool),
    /// Text.
    Text(String),
    /// An error.
    Error(ErrorCode),
    /// A day serial (1900 date system).
    Date(f64),
    /// A day serial with a fraction (1900 date system).
    DateTime(f64),
    /// A fraction of a day.
    Time(f64),
    /// Days.
    Duration(f64),
}

impl AnyValue {
    fn lanes(&self) -> (u8, f64, &str, u8) {
        match self {
            Self::Blank => (tag::BLANK, 0.0, "", 0),
            Self::Number(n) => (tag::NUMBER, *n, "", 0),
            Self::Logical(b) => (tag::LOGICAL, f64::from(u8::from(*b)), "", 0),
            Self::Text(t) => (tag::TEXT, 0.0, t, 0),
            Self::Error(e) => (tag::ERROR, 0.0, "", e.code()),
            Self::Date(n) => (tag::DATE, *n, "", 0),
            Self::DateTime(n) => (tag::DATETIME, *n, "", 0),
            Self::Time(n) => (tag::TIME, *n, "", 0),
            Self::Duration(n) => (tag::DURATION, *n, "", 0),
        }
    }
}

/// The lanes of an `any` column.
pub(crate) struct Lanes<'a> {
    pub(crate) tags: &'a UInt8Array,
    pub(crate) numbers: &'a Float64Array,
    pub(crate) text: &'a StringArray,
}

pub(crate) fn fields() -> Fields {
    FIELDS.clone()
}

pub(crate) fn is_any(fields: &Fields) -> bool {
    fields.len() == 3
        && fields
            .iter()
            .zip(FIELDS.iter())
            .all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
}

pub(crate) fn lanes(array: &ArrayRef) -> Option<Lanes<'_>> {
    let array = array.as_struct_opt()?;
    Some(Lanes {
        tags: array.column(0).as_primitive_opt()?,
        numbers: array.column(1).as_primitive_opt()?,
        text: array.column(2).as_string_opt()?,
    })
}

/// The rows in error of lanes that come from outside, after what they must hold has been checked.
pub(crate) fn errors_of(array: &ArrayRef) -> Result<Option<RowErrors>, Error> {
    let of = lanes(array).ok_or_else(|| invalid_argument("not an any column"))?;
    let columns: [&dyn Array; 4] = [array, of.tags, of.numbers, of.text];
    let null = |row: &usize| columns.iter().any(|lane| lane.is_null(*row));
    if columns.iter().any(|lane| lane.null_count() > 0)
        && let Some(row) = (0..array.len()).find(null)
    {
        return Err(invalid_argument(format!(
            "row {row} of an any column is null: an empty cell has the tag {} there",
            tag::BLANK
        )));
    }
    let tags = of.tags.values();
    if let Some(row) = tags.iter().position(|found| *found > tag::MAX) {
        let found = tags[row];
        return Err(invalid_argument(format!("row {row}: {found} is no tag of an any column")));
    }
    if !tags.contains(&tag::ERROR) {
        return Ok(None);
    }
    let code = |found: &u8| if *found == tag::ERROR { ErrorCode::Value.code() } else { 0 };
    RowErrors::try_new(tags.iter().map(code).collect(), None).map(Some)
}

pub(crate) fn from_lanes(
    tags: ScalarBuffer<u8>,
    numbers: ScalarBuffer<f64>,
    text: StringArray,
) -> Result<ArrayRef, Error> {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt8Array::new(tags, None)),
        Arc::new(Float64Array::new(numbers, None)),
        Arc::new(text),
    ];
    StructArray::try_new(fields(), columns, None)
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|e| invalid_argument(format!("lanes of an any column: {e}")).with_source(e))
}

pub(crate) fn blanks(len: usize) -> ArrayRef {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt8Array::from(vec![tag::BLANK; len])),
        Arc::new(Float64Array::from(vec![0.0; len])),
        Arc::new(StringArray::from(vec![""; len])),
    ];
    Arc::new(StructArray::new(fields(), columns, None))
}

/// The same cells, with the error tag where `codes` is not zero.
pub(crate) fn with_error_tags(array: &ArrayRef, codes: &[u8]) -> Result<ArrayRef, Error> {
    let lanes = lanes(array).ok_or_else(|| invalid_argument("not an any column"))?;
    let tags = lanes.tags.values().iter().zip(codes);
    let tags: Vec<u8> = tags.map(|(t, c)| if *c == 0 { *t } else { tag::ERROR }).collect();
    from_lanes(tags.into(), lanes.numbers.values().clone(), lanes.text.clone())
}

impl Column {
    /// An `any` column of these cells.
    ///
    /// # Errors
    /// Where the texts together are longer than 2 GiB.
    pub fn from_any(cells: &[AnyValue]) -> Result<Self, Error> {
        let mut tags = Vec::with_capacity(cells.len());
        let mut numbers = Vec::with_capacity(cells.len());
        let mut texts = Vec::with_capacity(cells.len());
        let mut codes = Vec::with_capacity(cells.len());
        for cell in cells {
            let (tag, number, text, code) = cell.lanes();
            tags.push(tag);
            numbers.push(number);
            texts.push(text);
            codes.push(code);
        }
        let texts = byte_array::<Utf8Type, _>(texts.into_iter().map(Some))?;
        let array = from_lanes(tags.into(), numbers.into(), texts)?;
        let errors = codes.iter().any(|c| *c != 0);
        let errors = errors.then(|| RowErrors::try_new(codes.into(), None)).transpose()?;
        Ok(Self::from_parts(DType::Any, array, errors))
    }

    /// The cells of an `any` column; `None` for a column of another dtype.
    #[must_use]
    pub fn to_any(&self) -> Option<Vec<AnyValue>> {
        let lanes = lanes(self.array())?;
        let cell = |row: usize| {
            let number = lanes.numbers.value(row);
            match lanes.tags.value(row) {
                tag::NUMBER => AnyValue::Number(number),
                tag::LOGICAL => AnyValue::Logical(number != 0.0),
                tag::TEXT => AnyValue::Text(lanes.text.value(row).to_owned()),
                tag::ERROR => {
                    AnyValue::Error(self.error(row).map_or(ErrorCode::Value, |(code, _)| code))
                }
                tag::DATE => AnyValue::Date(number),
                tag::DATETIME => AnyValue::DateTime(number),
                tag::TIME => AnyValue::Time(number),
                tag::DURATION => AnyValue::Duration(number),
                _ => AnyValue::Blank,
            }
        };
        Some((0..self.len()).map(cell).collect())
    }

    /// This column as an `any` column: nulls become blanks, errors stay errors.
    ///
    /// # Errors
    /// Where the type has no place in a spreadsheet cell (binary), or an integer is beyond 2^53.
    pub fn into_any(self) -> Result<Self, Error> {
        let (len, dtype) = (self.len(), self.dtype());
        let array = self.array().clone();
        let empty = || StringArray::from(vec![""; len]);
        let zeros = || ScalarBuffer::from(vec![0.0; len]);
        let tags = |value: u8| -> ScalarBuffer<u8> {
            match array.nulls() {
                None => vec![value; len].into(),
                Some(nulls) => nulls.iter().map(|ok| if ok { value } else { tag::BLANK }).collect(),
            }
        };
        let lanes = match dtype {
            DType::Any => return Ok(self),
            DType::Null => return Ok(Self::new_null(DType::Any, len)),
            DType::Utf8 => {
                let text = array.as_string::<i32>();
                let text = match text.nulls() {
                    None => text.clone(),
                    Some(_) => text.iter().map(|t| Some(t.unwrap_or_default())).collect(),
                };
                (tags(tag::TEXT), zeros(), text)
            }
            DType::Bool => {
                let bools: &BooleanArray = array.as_boolean();
                let numbers = bools.iter().map(|b| f64::from(u8::from(b.unwrap_or(false))));
                (tags(tag::LOGICAL), numbers.collect(), empty())
            }
            DType::Date32 => (tags(tag::DATE), serials::<Date32Type>(&array, 1.0), empty()),
            DType::Timestamp => (
                tags(tag::DATETIME),
                serials::<TimestampMicrosecondType>(&array, MICROS_PER_DAY),
                empty(),
            ),
            DType::Time64 => {
                let numbers = fractions::<arrow_array::types::Time64MicrosecondType>(&array);
                (tags(tag::TIME), numbers, empty())
            }
            DType::Duration => {
                let numbers = fractions::<arrow_array::types::DurationMicrosecondType>(&array);
                (tags(tag::DURATION), numbers, empty())
            }
            DType::Error => {
                let codes = array.as_primitive::<arrow_array::types::UInt8Type>();
                let codes: Vec<u8> = codes.iter().map(Option::unwrap_or_default).collect();
                let errors = RowErrors::try_new(codes.into(), None)?;
                return Self::new_null(DType::Any, len).with_errors(errors);
            }
            DType::Binary => {
                return Err(invalid_argument("binary values have no place in an any column"));
            }
            _ => {
                let column = crate::coerce::to_f64(&self)?;
                let numbers = column.as_primitive::<arrow_array::types::Float64Type>();
                let numbers = numbers.iter().map(Option::unwrap_or_default).collect();
                (tags(tag::NUMBER), numbers, empty())
            }
        };
        let column = Self::from_parts(DType::Any, from_lanes(lanes.0, lanes.1, lanes.2)?, None);
        match self.errors() {
            Some(errors) => column.with_errors(errors.clone()),
            None => Ok(column),
        }
    }
}

const MICROS_PER_DAY: f64 = 86_400e6;
/// Serial of 1970-01-01 in the 1900 date system.
const UNIX_EPOCH_SERIAL: f64 = 25_569.0;
/// First serial after the 29 February 1900 that never was.
const MARCH_1900_SERIAL: f64 = 61.0;

/// Day serials of the 1900 date system, which counts a day that did not exist before March 1900.
fn serials<T: ArrowPrimitiveType>(array: &ArrayRef, per_day: f64) -> ScalarBuffer<f64>
where
    T::Native: ToF64,
{
    values::<T>(array, |n| {
        let serial = n / per_day + UNIX_EPOCH_SERIAL;
        if serial < MARCH_1900_SERIAL { serial - 1.0 } else { serial }
    })
}

fn fractions<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<f64>
where
    T::Native: ToF64,
{
    values::<T>(array, |n| n / MICROS_PER_DAY)
}

fn values<T: ArrowPrimitiveType>(array: &ArrayRef, f: impl Fn(f64) -> f64) -> ScalarBuffer<f64>
where
    T::Native: ToF64,
{
    let array: &PrimitiveArray<T> = array.as_primitive();
    array.iter().map(|v| v.map_or(0.0, |v| f(v.to_f64()))).collect()
}

/// Integers as doubles; microseconds of any date are exact.
trait ToF64 {
    fn to_f64(self) -> f64;
}
impl ToF64 for i32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}
impl ToF64 for i64 {
    fn to_f64(self) -> f64 {
        self as f64
    }
}
