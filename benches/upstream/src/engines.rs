//! Both engines behind one trait.

use crate::{Content, Entry, Value};
use formualizer_workbook as ours;
use published::WorkbookConfig;
use std::collections::BTreeMap;

/// A failure of an engine, as text.
pub type Failure = String;

/// A workbook of either engine. Rows and columns count from 1.
pub trait Engine {
    /// A workbook with these sheets.
    ///
    /// # Errors
    /// Those of the engine, as in every method.
    fn with_sheets(sheets: &[&str]) -> Result<Self, Failure>
    where
        Self: Sized;

    /// Stores a value.
    ///
    /// # Errors
    /// Those of the engine.
    fn set_value(&mut self, sheet: &str, row: u32, col: u32, value: Value) -> Result<(), Failure>;

    /// Puts a formula in a cell.
    ///
    /// # Errors
    /// Those of the engine.
    fn set_formula(&mut self, sheet: &str, row: u32, col: u32, text: &str) -> Result<(), Failure>;

    /// Brings every value up to date.
    ///
    /// # Errors
    /// Those of the engine.
    fn recalculate(&mut self) -> Result<(), Failure>;

    /// The value of a cell.
    fn value(&self, sheet: &str, row: u32, col: u32) -> Value;
}

/// Builds a workbook: the values and formulas in order. What the engine refuses is told by the entry's number.
///
/// # Errors
/// Where the sheets cannot be made.
pub fn build<E: Engine>(
    sheets: &[&str],
    entries: &[Entry],
) -> Result<(E, BTreeMap<usize, Failure>), Failure> {
    let mut engine = E::with_sheets(sheets)?;
    let refused = fill(&mut engine, entries);
    Ok((engine, refused))
}

/// Stores values and formulas in order, and tells what the engine refuses by the entry's number.
pub fn fill(engine: &mut impl Engine, entries: &[Entry]) -> BTreeMap<usize, Failure> {
    let mut refused = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let result = match &entry.content {
            Content::Value(value) => {
                engine.set_value(entry.sheet, entry.row, entry.col, value.clone())
            }
            Content::Formula(text) => engine.set_formula(entry.sheet, entry.row, entry.col, text),
        };
        if let Err(failure) = result {
            refused.insert(number, failure);
        }
    }
    refused
}

/// The published engine, without a log of changes: its fast way.
pub struct Published(pub published::Workbook);

impl Engine for Published {
    fn with_sheets(sheets: &[&str]) -> Result<Self, Failure> {
        let mut book = published::Workbook::new_with_config(WorkbookConfig::ephemeral());
        for sheet in sheets {
            book.add_sheet(sheet).map_err(text)?;
        }
        // One is there from the start; ours has none.
        for sheet in book.sheet_names() {
            if !sheets.contains(&sheet.as_str()) {
                book.delete_sheet(&sheet).map_err(text)?;
            }
        }
        Ok(Self(book))
    }

    fn set_value(&mut self, sheet: &str, row: u32, col: u32, value: Value) -> Result<(), Failure> {
        self.0.set_value(sheet, row, col, value).map_err(text)
    }

    fn set_formula(&mut self, sheet: &str, row: u32, col: u32, text_: &str) -> Result<(), Failure> {
        self.0.set_formula(sheet, row, col, text_).map_err(text)
    }

    fn recalculate(&mut self) -> Result<(), Failure> {
        self.0.evaluate_all().map(|_| ()).map_err(text)
    }

    fn value(&self, sheet: &str, row: u32, col: u32) -> Value {
        self.0.get_value(sheet, row, col).unwrap_or(Value::Empty)
    }
}

/// Ours.
pub struct Ours(pub ours::Workbook);

impl Engine for Ours {
    fn with_sheets(sheets: &[&str]) -> Result<Self, Failure> {
        let mut book = ours::Workbook::new();
        for sheet in sheets {
            book.add_sheet(sheet).map_err(text)?;
        }
        Ok(Self(book))
    }

    fn set_value(&mut self, sheet: &str, row: u32, col: u32, value: Value) -> Result<(), Failure> {
        self.0.set_value(sheet, (row, col), value).map_err(text)
    }

    fn set_formula(&mut self, sheet: &str, row: u32, col: u32, text_: &str) -> Result<(), Failure> {
        self.0.set_formula(sheet, (row, col), text_).map_err(text)
    }

    fn recalculate(&mut self) -> Result<(), Failure> {
        self.0.recalculate().map(|_| ()).map_err(text)
    }

    fn value(&self, sheet: &str, row: u32, col: u32) -> Value {
        self.0.value(sheet, (row, col)).unwrap_or(Value::Empty)
    }
}

fn text(failure: impl std::fmt::Display) -> Failure {
    failure.to_string()
}
