//! Excel's functions, a column at a time.
//!
//! ```
//! use formualizer_functions::semantics::{DateSystem, Format, Scalar, TextRules, general, parse_number};
//!
//! // A number as `&` makes a text of it, and back.
//! assert_eq!(general::to_text(1.0 / 3.0), "0.333333333333333");
//! let rules = TextRules { dates: DateSystem::Excel1900, year: 2026 };
//! assert_eq!(parse_number("$1,234.50", rules), Some(1234.5));
//!
//! // A number as TEXT shows it.
//! let format = Format::parse("#,##0.00_);(#,##0.00)")?;
//! assert_eq!(format.show(Scalar::Number(-12.5), rules)?, "(12.50)");
//! # Ok::<(), formualizer_functions::semantics::FormatError>(())
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`cells`] | columns of cells, and tables of columns |
//! | [`semantics`] | what values mean: texts of numbers, numbers of texts, order, criteria, number formats, rounding, days |
//! | [`record`] | what is known of a function before it is called |
//! | [`call`] | one call for one row: arguments as a function wants them |
//! | [`lift`] | calls for many rows and over arrays |
//! | [`eager`] | `IF` and its like where all arguments are there |
//! | [`columns`] | functions called alone, over columns |
//! | [`aggregation`] | the core of `SUBTOTAL` and `AGGREGATE` |
//! | [`indexes`] | what is kept of columns between calls |
//!
//! [`find`] gives the function of a name, [`all`] all of them.
//!
//! Deliberately absent: workbooks, engines, files, clocks and the locale of the machine. The same arguments give
//! the same results everywhere.
#![forbid(unsafe_code)]

pub mod aggregation;
pub mod call;
pub mod cells;
pub mod columns;
pub mod eager;
mod families;
pub mod indexes;
pub mod lift;
mod moments;
mod operand;
pub mod record;
mod reference;
pub mod semantics;
mod value;

pub use families::{all, find, matching_rows};
pub use operand::Operand;
pub use record::Record;
pub use reference::reference;
pub use udf_abi::ErrorCode;
pub use value::ScalarValue;
