//! Types that a row of an argument can have, and how a row is read.

use crate::{
    raw::{BytesRows, InputColumn, TextRows},
    types::{Date, DateTime, DateTimeUtc, Duration, Time, Value},
};
use bytemuck::Pod;
use udf_abi::{DType, ErrorCode, frame::tag};

/// A type that a row of an argument can have, nulls aside.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of a row",
    label = "not a type of a row",
    note = "use a number type, bool, &str, &[u8], Date, Time, DateTime, DateTimeUtc, Duration, \
            ErrorCode or Value<'_>"
)]
pub trait Element<'a>: Copy {
    /// The type's id in the contract.
    const DTYPE: DType;
    /// The buffers of a column.
    #[doc(hidden)]
    type Rows: Copy;
    /// The buffers of `column`.
    #[doc(hidden)]
    fn rows(column: &InputColumn<'a>) -> Self::Rows;
    /// One row, null or not: the type's zero or empty value behind the last row.
    #[doc(hidden)]
    fn read(rows: &Self::Rows, row: usize) -> Self;
    /// All rows, where they lie in memory as a slice.
    #[doc(hidden)]
    fn slice(_rows: &Self::Rows) -> Option<&'a [Self]> {
        None
    }
    /// Whether a row that is not null holds nothing all the same.
    #[doc(hidden)]
    fn is_blank(&self) -> bool {
        false
    }
}

/// An [`Element`] whose rows lie in memory as a slice of the type.
pub trait Fixed: for<'a> Element<'a> + Pod {}

macro_rules! fixed {
    ($($ty:ty => $dtype:ident),* $(,)?) => { $(
        impl<'a> Element<'a> for $ty {
            const DTYPE: DType = DType::$dtype;
            type Rows = &'a [Self];
            #[inline]
            fn rows(column: &InputColumn<'a>) -> &'a [Self] {
                column.fixed()
            }
            #[inline]
            fn read(rows: &&'a [Self], row: usize) -> Self {
                rows.get(row).copied().unwrap_or_default()
            }
            fn slice(rows: &&'a [Self]) -> Option<&'a [Self]> {
                Some(rows)
            }
        }
        impl Fixed for $ty {}
    )* };
}

fixed! {
    i8 => I8, i16 => I16, i32 => I32, i64 => I64,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64,
    f32 => F32, f64 => F64,
    Date => Date32, Time => Time64, DateTime => Timestamp, DateTimeUtc => Timestamp,
    Duration => Duration,
}

impl<'a> Element<'a> for bool {
    const DTYPE: DType = DType::Bool;
    type Rows = &'a [u32];
    fn rows(column: &InputColumn<'a>) -> &'a [u32] {
        column.bits()
    }
    fn read(rows: &&'a [u32], row: usize) -> Self {
        rows.get(row / 32).is_some_and(|word| word >> (row % 32) & 1 == 1)
    }
}

impl<'a> Element<'a> for &'a str {
    const DTYPE: DType = DType::Utf8;
    type Rows = TextRows<'a>;
    fn rows(column: &InputColumn<'a>) -> TextRows<'a> {
        column.texts()
    }
    fn read(rows: &TextRows<'a>, row: usize) -> Self {
        rows.get(row)
    }
}

impl<'a> Element<'a> for &'a [u8] {
    const DTYPE: DType = DType::Binary;
    type Rows = BytesRows<'a>;
    fn rows(column: &InputColumn<'a>) -> BytesRows<'a> {
        column.bytes()
    }
    fn read(rows: &BytesRows<'a>, row: usize) -> Self {
        rows.get(row)
    }
}

/// As a parameter only in an `Option`: a row without an error is null.
impl<'a> Element<'a> for ErrorCode {
    const DTYPE: DType = DType::Error;
    type Rows = &'a [u8];
    fn rows(column: &InputColumn<'a>) -> &'a [u8] {
        column.fixed()
    }
    fn read(rows: &&'a [u8], row: usize) -> Self {
        error_code(rows, row)
    }
}

fn error_code(codes: &[u8], row: usize) -> ErrorCode {
    codes.get(row).and_then(|code| ErrorCode::from_code(*code)).unwrap_or(ErrorCode::Error)
}

/// The buffers of an `any` column.
#[derive(Clone, Copy)]
pub struct AnyRows<'a> {
    tags: &'a [u8],
    numbers: &'a [f64],
    texts: TextRows<'a>,
    errors: &'a [u8],
}

impl<'a> Element<'a> for Value<'a> {
    const DTYPE: DType = DType::Any;
    type Rows = AnyRows<'a>;
    fn rows(column: &InputColumn<'a>) -> AnyRows<'a> {
        AnyRows {
            tags: column.tags(),
            numbers: column.fixed(),
            texts: column.texts(),
            errors: column.errors(),
        }
    }
    fn read(rows: &AnyRows<'a>, row: usize) -> Self {
        let number = rows.numbers.get(row).copied().unwrap_or_default();
        match rows.tags.get(row).copied().unwrap_or(tag::BLANK) {
            tag::NUMBER => Value::Number(number),
            tag::LOGICAL => Value::Logical(number != 0.0),
            tag::TEXT => Value::Text(rows.texts.get(row)),
            tag::ERROR => Value::Error(error_code(rows.errors, row)),
            tag::DATE => Value::Date(number),
            tag::DATETIME => Value::DateTime(number),
            tag::TIME => Value::Time(number),
            tag::DURATION => Value::Duration(number),
            _ => Value::Blank,
        }
    }
    fn is_blank(&self) -> bool {
        matches!(self, Value::Blank)
    }
}
