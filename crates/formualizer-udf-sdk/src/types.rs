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

/// A spreadsheet value as it is (`any`), borrowed from the call.
///
/// Dates and times are serials of the 1900 date system: days, with a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// An empty cell, or null.
    Blank,
    /// A number.
    Number(f64),
    /// TRUE or FALSE.
    Logical(bool),
    /// Text.
    Text(&'a str),
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

/// A spreadsheet value (`any`) to answer. See [`Value`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OwnedValue {
    /// An empty cell, or null.
    #[default]
    Blank,
    /// A number.
    Number(f64),
    /// TRUE or FALSE.
    Logical(bool),
    /// Text.
    Text(String),
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

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Blank => Self::Blank,
            Value::Number(x) => Self::Number(x),
            Value::Logical(x) => Self::Logical(x),
            Value::Text(x) => Self::Text(x.into()),
            Value::Error(x) => Self::Error(x),
            Value::Date(x) => Self::Date(x),
            Value::DateTime(x) => Self::DateTime(x),
            Value::Time(x) => Self::Time(x),
            Value::Duration(x) => Self::Duration(x),
        }
    }
}
