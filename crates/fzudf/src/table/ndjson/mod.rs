//! Newline delimited JSON: one object a line, a column for each key.
//!
//! ```text
//! lines   a file's lines, with their numbers
//! infer   column types, from the first rows
//! reader  rows, a batch at a time; errors name their line
//! ```

mod infer;
mod lines;
mod reader;

pub(super) use infer::infer;
pub(super) use lines::Lines;
pub(super) use reader::NdjsonReader;

use arrow_schema::ArrowError;

fn on_line(number: u64, what: impl std::fmt::Display) -> ArrowError {
    ArrowError::JsonError(format!("line {number}: {what}"))
}
