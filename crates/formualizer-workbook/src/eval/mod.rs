//! Evaluation of a formula for many cells at once.
//!
//! A [`Strip`] is some rows of one column of a region. Its formula is evaluated a node at a time: references
//! are slices of columns, operators are loops over whole vectors, functions are called through their records, a
//! plugin is one call. What is an array for each row is evaluated row by row, from the innermost function that can
//! be.
//!
//! ```text
//! program     a formula compiled: references as areas, functions as records, names as places
//! run         a program over rows
//!   rows        which rows
//!   operators   + - * / ^ & and comparisons, over vectors and arrays
//!   control     IF, IFERROR, IFNA, LET       names    what names stand for
//!   lambda      LAMBDA and what is called
//!   functions   calls of records, arguments as they want them
//!   aggregate   SUM and its like over ranges that move
//!   reference   what stands for cells: A1:B2, OFFSET, INDIRECT, INDEX; reference_arrays: OFFSET and INDIRECT of arrays
//!   places      ROW, SHEET, CELL and their like
//!   subtotal    SUBTOTAL, AGGREGATE
//!   bound       plugins and callbacks
//! ```

mod aggregate;
mod bound;
mod control;
mod functions;
mod growing;
mod lambda;
mod names;
mod operators;
mod places;
mod program;
mod reference;
mod reference_arrays;
mod rows;
mod run;
mod selected;
mod subtotal;
#[cfg(test)]
mod tests;
mod windows;

pub(crate) use program::{ELSEWHERE, ProgramSlot, SELF, local_key};

use crate::{
    address::{Cell, Rect, SheetId},
    book::Hidden,
    cells::{Builder, CellRef, Cells, Table},
    formula::{Arrays, Template, walking},
    functions::{Functions, Sessions},
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_functions::{ErrorCode, call::Platform, indexes::Indexes, semantics::TextRules};
use lambda::Operand;
use run::{Run, Stop};
use std::{ops::Range, sync::Arc};

/// Rows of one column that have the same formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strip {
    pub(crate) sheet: SheetId,
    pub(crate) col: u32,
    pub(crate) rows: Range<u32>,
}

/// What a formula gives.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// A cell per row of the strip.
    Rows(Cells),
    /// An array of more than one cell, for a strip of one cell: it spills.
    Array(Table),
    /// Some row of a longer strip gives an array: each cell is to be evaluated on its own.
    Split,
    /// A reference that only evaluating tells leads to a rectangle that is still to be calculated:
    /// evaluate again after it.
    Deferred(SheetId, Rect),
    /// A function that cannot be calculated: the stored values stay.
    Kept(Box<str>),
}

/// The settings of one recalculation.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) dates: DateSystem,
    pub(crate) platform: Platform,
    /// Entropy of volatile functions.
    pub(crate) seed: u64,
    /// Number of the recalculation.
    pub(crate) epoch: u64,
    /// Clock of the recalculation, microseconds since 1970-01-01T00:00:00 in local time.
    pub(crate) now_us: i64,
    pub(crate) cancel: udf_columnar::CancelToken,
    /// Threads that one call may use.
    pub(crate) threads: usize,
    /// Where the rows of a volatile call count from: what makes two columns of random numbers differ.
    pub(crate) place: u64,
    /// Indexes of columns that formulas share.
    pub(crate) indexes: Arc<Indexes>,
    /// Whether cells keep their stored values where a function is unknown; otherwise they are `#NAME?`.
    pub(crate) keeps_unknown: bool,
    /// Whether circular references are calculated in steps, and how far.
    pub(crate) iteration: Option<crate::recalc::Iteration>,
}

impl Environment {
    /// What reading texts depends on.
    pub(crate) fn rules(&self) -> TextRules {
        use chrono::Datelike as _;
        let now = chrono::DateTime::from_timestamp_micros(self.now_us).unwrap_or_default();
        TextRules { dates: self.dates, year: now.year() }
    }

    /// The serial number of the clock.
    pub(crate) fn now(&self) -> f64 {
        let days = crate::cells::dates::days(self.now_us);
        crate::cells::dates::serial_of_days(days, self.dates).unwrap_or_default()
    }
}

/// What formulas read.
pub(crate) trait Reader: Sync {
    /// One cell; blank beyond what is used.
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_>;
    /// Cells of a column; blank beyond what is used. Without a copy where one vector holds them.
    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells;
    /// The cells from A1 to the last row and column that hold anything; 0 where the sheet is empty or gone.
    fn used(&self, sheet: SheetId) -> (u32, u32);
    /// The end of the used rows of some columns: 0 where they are blank.
    fn used_rows(&self, sheet: SheetId, cols: Range<u32>) -> u32;
    /// The rectangle that the formula in a cell fills; `#SPILL!` where its array has no room, `#REF!` where there is
    /// no formula.
    fn spill(&self, sheet: SheetId, anchor: Cell) -> Result<Rect, ErrorCode>;
    /// The sheet of this name, in any case.
    fn sheet(&self, name: &str) -> Option<SheetId>;
    fn sheet_name(&self, sheet: SheetId) -> Option<&str>;
    /// The place of a sheet in the workbook, from 0, and the number of sheets.
    fn sheet_index(&self, sheet: SheetId) -> Option<usize>;
    fn sheet_count(&self) -> usize;
    /// Rows that SUBTOTAL and AGGREGATE may leave out.
    fn hidden(&self, sheet: SheetId) -> Option<&Hidden>;
    /// Parts of a rectangle whose formulas call one of some functions, which SUBTOTAL and AGGREGATE leave out.
    fn calling(&self, sheet: SheetId, rect: &Rect, functions: &[&str]) -> Vec<Rect>;
    /// The cells that a text names, in style A1 or R1C1, as seen from a cell: an address, a name, a table.
    fn named_reference(
        &self,
        text: &str,
        a1: bool,
        sheet: SheetId,
        own: Cell,
    ) -> Option<Vec<(SheetId, Rect)>>;
    /// The formula of a cell as text with `=`, for FORMULATEXT and ISFORMULA.
    fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String>;
    /// Whether [`pending`](Self::pending) is to be asked before everything that is read, because nothing is planned.
    fn is_asked(&self) -> bool {
        false
    }
    /// A part of the rectangle that is still to be calculated in this recalculation, if any.
    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect>;
    fn environment(&self) -> &Environment;
    fn functions(&self) -> &Functions;
    fn sessions(&self) -> &Sessions;
}

impl Strip {
    pub(crate) fn rect(&self) -> Rect {
        let last = self.rows.end.saturating_sub(1).max(self.rows.start);
        Rect { top: self.rows.start, left: self.col, bottom: last, right: self.col }
    }
}

/// Evaluates a formula for the rows of a strip.
pub(crate) fn evaluate(reader: &dyn Reader, template: &Template, strip: &Strip) -> Outcome {
    walking(|| evaluate_here(reader, template, strip))
}

fn evaluate_here(reader: &dyn Reader, template: &Template, strip: &Strip) -> Outcome {
    let outcome = evaluate_arrays(reader, template, strip);
    let one = strip.rows.len() == 1;
    match (template.arrays, outcome) {
        (Arrays::Spill, outcome) => outcome,
        (_, Outcome::Split) if !one => one_by_one(reader, template, strip),
        (Arrays::Single, Outcome::Array(table)) => {
            Outcome::Rows(table.columns().first().map_or(Cells::Blank(1), |col| col.slice(0, 1)))
        }
        (Arrays::Fixed { height, width }, outcome) if one && (height, width) != (1, 1) => {
            let table = match outcome {
                Outcome::Array(table) => table,
                Outcome::Rows(cells) => Table::single(cells.get(0)),
                other => return other,
            };
            match bound::fitted(&table, height as usize, width as usize) {
                Some(table) => Outcome::Array(table),
                // No cells at all, which no formula has.
                None => Outcome::Rows(Cells::of([CellRef::Error(ExcelErrorKind::Calc, None)])),
            }
        }
        (Arrays::Fixed { .. }, Outcome::Array(table)) => {
            Outcome::Rows(table.columns().first().map_or(Cells::Blank(1), |col| col.slice(0, 1)))
        }
        (_, outcome) => outcome,
    }
}

/// The same, with arrays as they come.
fn evaluate_arrays(reader: &dyn Reader, template: &Template, strip: &Strip) -> Outcome {
    let len = strip.rows.len();
    if len == 0 {
        return Outcome::Rows(Cells::Blank(0));
    }
    let program = template.program.get(reader, template);
    let run = Run::new(reader, &template.areas, strip, &program);
    let result = run.strip(&program);
    match result {
        Ok(Operand::Array(table)) => match len {
            1 => Outcome::Array(table),
            _ => Outcome::Split,
        },
        Ok(Operand::Rows(cells)) => Outcome::Rows(cells),
        Ok(Operand::Lambda(_)) => {
            Outcome::Rows(Cells::repeat(CellRef::Error(ExcelErrorKind::Calc, None), len))
        }
        Ok(one) => Outcome::Rows(Cells::repeat(one.cell(0), len)),
        Err(Stop::Deferred(sheet, rect)) => Outcome::Deferred(sheet, rect),
        Err(Stop::Unknown(name)) => Outcome::Kept(name),
        Err(Stop::Split) if len == 1 => {
            Outcome::Rows(Cells::of([CellRef::Error(ExcelErrorKind::Value, None)]))
        }
        Err(Stop::Split) => one_by_one(reader, template, strip),
    }
}

/// Why something cannot be calculated.
pub(crate) fn unknown(name: &str) -> String {
    match name.strip_prefix(ELSEWHERE) {
        Some(reference) => format!("{reference} is in another workbook"),
        None => format!("there is no function {name}"),
    }
}

/// The rows of a strip each for itself: what gives no array as a whole may have arrays within.
fn one_by_one(reader: &dyn Reader, template: &Template, strip: &Strip) -> Outcome {
    let mut builder = Builder::with_capacity(strip.rows.len());
    for row in strip.rows.clone() {
        match evaluate(reader, template, &Strip { rows: row..row + 1, ..strip.clone() }) {
            Outcome::Rows(cells) => builder.push(cells.get(0)),
            Outcome::Array(_) | Outcome::Split => return Outcome::Split,
            other @ (Outcome::Deferred(..) | Outcome::Kept(_)) => return other,
        }
    }
    Outcome::Rows(builder.finish())
}

/// The same for one cell, with as little to set up as can be: for formulas that read their own column.
pub(crate) fn evaluate_cell(
    reader: &dyn Reader,
    template: &Template,
    sheet: SheetId,
    cell: Cell,
) -> Outcome {
    evaluate(reader, template, &Strip { sheet, col: cell.col, rows: cell.row..cell.row + 1 })
}
