//! What values mean to Excel. Kernels, coercion and output call these functions and have no rules of their own.
//!
//! | module | rule |
//! |---|---|
//! | [`Scalar`], [`TextRules`] | a value, and what reading a text depends on |
//! | [`Decimal`] | a number as its fifteen digits, which most of the rules below are about |
//! | [`general`] | numbers as texts: what `&` gives, and what the format General shows |
//! | [`parse_number`] | texts as numbers, dates and times, for `VALUE`, operators and criteria |
//! | [`calendar`] | serial numbers as days and times, in both date systems |
//! | [`fold`] | the case of letters |
//! | [`compare`] | order and equality of values |
//! | [`arithmetic`] | sums and differences that are zero when only noise is left |
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
pub mod fold;
mod format;
pub mod general;
mod parse;
mod pattern;
pub mod round;
mod scalar;

pub use calendar::DateSystem;
pub use criterion::Criterion;
pub use decimal::{Decimal, Direction};
pub use format::{Format, FormatError};
pub use parse::parse_number;
pub use pattern::Pattern;
pub use scalar::{Scalar, TextRules};
