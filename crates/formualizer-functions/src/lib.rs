//! Excel's functions, a column at a time.
//!
//! ```
//! use formualizer_functions::semantics::{general, round};
//!
//! assert_eq!(general::to_text(1.0 / 3.0), "0.333333333333333");
//! assert_eq!(round::round(2.675, 2), 2.68);
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`semantics`] | what values mean: texts of numbers, order, rounding, days |
//!
//! Deliberately absent: workbooks, engines, files, clocks and the locale of the machine. The same arguments give
//! the same results everywhere.
#![forbid(unsafe_code)]

pub mod semantics;
