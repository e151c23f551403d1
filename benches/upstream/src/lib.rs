//! The published engine and ours side by side: one description of a workbook, built in both.
//!
//! `bin/compare` holds values against each other, `bin/figures` times.

mod data;
mod engines;
mod lines;
mod values;

pub use data::{ROWS, edits, inputs, sheets};
pub use engines::{Engine, Failure, Ours, Published, build, fill};
pub use lines::{Line, functions_of, read as read_lines};
pub use values::{same, show};

/// What stands in a cell.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value.
    Value(Value),
    /// A formula.
    Formula(String),
}

/// The values of both engines: the published crate and ours use the same type.
pub use formualizer_common::LiteralValue as Value;

/// A cell with what stands in it; rows and columns count from 1.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The sheet.
    pub sheet: &'static str,
    /// The row, from 1.
    pub row: u32,
    /// The column, from 1.
    pub col: u32,
    /// What stands there.
    pub content: Content,
}

impl Entry {
    /// A value in a cell.
    #[must_use]
    pub fn value(sheet: &'static str, row: u32, col: u32, value: Value) -> Self {
        Self { sheet, row, col, content: Content::Value(value) }
    }

    /// A formula in a cell.
    #[must_use]
    pub fn formula(sheet: &'static str, row: u32, col: u32, text: String) -> Self {
        Self { sheet, row, col, content: Content::Formula(text) }
    }
}

/// The letters of a column, from 1.
#[must_use]
pub fn letters(mut col: u32) -> String {
    let mut letters = Vec::new();
    while col > 0 {
        let digit = (col - 1) % 26;
        letters.push(char::from(b'A' + digit as u8));
        col = (col - 1) / 26;
    }
    letters.iter().rev().collect()
}
