//! What values mean to Excel. Kernels, coercion and output call these functions and have no rules of their own.
//!
//! | module | rule |
//! |---|---|
//! | [`Scalar`], [`TextRules`] | a value, and what reading a text depends on |
//! | [`Decimal`] | a number as its fifteen digits, which most of the rules below are about |
//! | [`Digits`] | decimal digits as text |
//! | [`general`] | numbers as texts: what `&` gives, and what the format General shows |
//! | [`parse_number`], [`parse_moment`] | texts as numbers, dates and times, for `VALUE`, operators and criteria |
//! | [`calendar`] | serial numbers as days and times, in both date systems |
//! | [`fold`] | the case of letters |
//! | [`compare`] | order and equality of values |
//! | [`arithmetic`] | sums and differences that are zero when only noise is left, powers |
//! | [`round`] | rounding, whole parts and remainders |
//! | [`Pattern`], [`Criterion`] | the wildcards and criteria of `COUNTIF` and its family |
//! | [`Format`] | the number formats of `TEXT` |
//!
//! Each module says what its rule is and where it is known from. "Stored" means: seen in workbooks that Excel
//! calculated. The cases are in `testdata/functions/semantics`.

pub mod arithmetic;
pub mod calendar;
pub mod compare;
mod criterion;
mod decimal;
mod digits;
pub mod fold;
mod format;
pub mod general;
mod han;
mod parse;
mod pattern;
pub mod round;
mod scalar;

pub use criterion::{Criterion, Question};
pub use decimal::{Decimal, Direction};
pub use digits::Digits;
pub use format::{Format, FormatError};
/// Which day the serial numbers of a workbook count from: 1 is 1900-01-01, or 0 is 1904-01-01.
pub use formualizer_common::DateSystem;
pub use parse::{parse_moment, parse_number};
pub use pattern::Pattern;
pub use scalar::{Scalar, TextRules};
