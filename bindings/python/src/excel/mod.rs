//! `functions`: Excel's functions on columns, without a workbook.
//!
//! ```text
//! table     the functions by name: formualizer_udf.functions
//! function  one of them, called with whatever holds columns
//! docs      what `help` shows
//! ```

mod docs;
mod function;
mod table;

pub(crate) use function::ExcelFunction;
pub(crate) use table::Functions;
