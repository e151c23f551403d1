//! One value, and what reading a text as a number depends on.

use super::DateSystem;
use udf_abi::ErrorCode;

/// The value of a cell or an argument. Dates are numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A cell that holds nothing.
    Blank,
    /// A finite number.
    Number(f64),
    /// A text, which may be empty.
    Text(&'a str),
    /// `TRUE` or `FALSE`.
    Logical(bool),
    /// An error.
    Error(ErrorCode),
}

/// What a text's number depends on besides the text. Texts are read as in the locale en-US, whatever the
/// machine's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRules {
    /// The date system of the workbook.
    pub dates: DateSystem,
    /// The year of dates that have none, such as `2-Jan`.
    pub year: i32,
}
