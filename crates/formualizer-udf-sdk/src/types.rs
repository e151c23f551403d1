//! Types of the contract that Rust has no type of its own for.

use bytemuck::{Pod, Zeroable};
use udf_abi::ErrorCode;

/// A day (`date32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct Date {
    /// Days since 1970-01-01.
    pub days: i32,
}

/// A time of day (`time64`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct Time {
    /// Microseconds since midnight.
    pub micros: i64,
}

/// A reading of a wall clock whose zone is not known (`timestamp`).
///
/// A `timestamp` parameter of either type takes both readings and instants; the type of a result
/// says which of the two it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct DateTime {
    /// Microseconds since 1970-01-01T00:00:00.
    pub micros: i64,
}

/// An instant (`timestamp`, in UTC). See [`DateTime`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct DateTimeUtc {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
}

/// A span of time (`duration`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct Duration {
    /// Microseconds.
    pub micros: i64,
}

/// A spreadsheet value as it is (`any`), with texts of type `T`: [`Value`] or [`OwnedValue`].
///
/// Dates and times are serials of the 1900 date system: days, with a fraction.
///
/// ```
/// use formualizer_udf_sdk::{OwnedValue, Value};
///
/// let value = Value::Text("abc");
/// assert_eq!(value.map_text(str::to_uppercase), OwnedValue::Text("ABC".into()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SpreadsheetValue<T> {
    /// An empty cell, or null.
    #[default]
    Blank,
    /// A number.
    Number(f64),
    /// TRUE or FALSE.
    Logical(bool),
    /// Text.
    Text(T),
    /// An error.
    Error(ErrorCode),
    /// A day serial.
    Date(f64),
    /// A day serial with a fraction.
    DateTime(f64),
    /// A fraction of a day.
    Time(f64),
    /// Days, with a fraction.
    Duration(f64),
}

/// A spreadsheet value of an argument, whose text is borrowed from the call.
pub type Value<'a> = SpreadsheetValue<&'a str>;

/// A spreadsheet value with text of its own, to be answered.
pub type OwnedValue = SpreadsheetValue<String>;

impl<T> SpreadsheetValue<T> {
    /// The value with another text where it is one.
    #[must_use]
    pub fn map_text<U>(self, text: impl FnOnce(T) -> U) -> SpreadsheetValue<U> {
        match self {
            Self::Blank => SpreadsheetValue::Blank,
            Self::Number(x) => SpreadsheetValue::Number(x),
            Self::Logical(x) => SpreadsheetValue::Logical(x),
            Self::Text(x) => SpreadsheetValue::Text(text(x)),
            Self::Error(x) => SpreadsheetValue::Error(x),
            Self::Date(x) => SpreadsheetValue::Date(x),
            Self::DateTime(x) => SpreadsheetValue::DateTime(x),
            Self::Time(x) => SpreadsheetValue::Time(x),
            Self::Duration(x) => SpreadsheetValue::Duration(x),
        }
    }
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        value.map_text(str::to_owned)
    }
}
