//! Evaluation of a formula for many cells at once.
//!
//! A [`Strip`] is some rows of one column of a region. Its formula is evaluated a node at a time: references
//! are slices of columns, operators and common functions are kernels over whole vectors, a plugin is one call.
//! What has no columnar form goes to the Interpreter of formualizer-eval, cell by cell.
//!
//! ```text
//! program    a formula compiled: kernels, calls, parts for the Interpreter
//! run        a program over rows
//!   operand    what a node gives: a scalar, a vector, an array
//!   vector     operators over vectors
//!   function   functions of one row        aggregate  functions of ranges
//!   branch     IF, IFERROR                 call       plugins and callbacks
//!   lookup     VLOOKUP and MATCH with an index
//!   scalar     the rules of one row, which all kernels follow; round: rounding
//! interpret  cell by cell
//!   extent     how large its arrays would become
//!   context    the workbook as the Interpreter sees it; sheets: our columns as its sheets
//! ```

mod aggregate;
mod branch;
mod call;
mod context;
mod extent;
mod function;
mod interpret;
mod lookup;
mod operand;
mod program;
mod round;
mod run;
mod scalar;
mod sheets;
#[cfg(test)]
mod tests;
mod vector;

pub(crate) use program::ProgramSlot;

use crate::{
    address::{Cell, Rect, SheetId},
    book::Hidden,
    cells::{Builder, CellRef, Cells, Table},
    formula::{Arrays, Template, walking},
    functions::{Functions, Sessions},
};
use context::Context;
use formualizer_common::{DateSystem, ExcelErrorKind};
use operand::Operand;
use run::{Run, Stop};
use std::ops::Range;

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
}

/// The settings of one recalculation.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) dates: DateSystem,
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
    /// The rectangle that the formula in a cell fills, if it spilled.
    fn spill(&self, sheet: SheetId, anchor: Cell) -> Option<Rect>;
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
    /// The formula of a cell as text with `=`, for FORMULATEXT and ISFORMULA.
    fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String>;
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
            match call::fitted(&table, height as usize, width as usize) {
                Some(table) => Outcome::Array(table),
                None => Outcome::Split,
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
    context::load();
    let len = strip.rows.len();
    if len == 0 {
        return Outcome::Rows(Cells::Blank(0));
    }
    if len == 1 && extent::is_too_large(reader, &template.lowered) {
        let message = "an operator would give more cells than can be held";
        return Outcome::Rows(Cells::of([CellRef::Error(ExcelErrorKind::Num, Some(message))]));
    }
    let program = template.program.get(reader, template);
    let context = Context::new(reader, &template.areas, strip);
    let result = Run::new(reader, &context, strip, &program).strip();
    if let Some((sheet, rect)) = context.deferred() {
        return Outcome::Deferred(sheet, rect);
    }
    match result {
        Ok(Operand::Array(table)) if len == 1 => Outcome::Array(table),
        Ok(operand) => match operand.into_cells(len, reader.environment().dates) {
            Some(cells) => Outcome::Rows(cells),
            None => Outcome::Split,
        },
        Err(Stop::Deferred(sheet, rect)) => Outcome::Deferred(sheet, rect),
        Err(Stop::Split | Stop::Interpret) if len == 1 => {
            Outcome::Rows(Cells::of([CellRef::Error(ExcelErrorKind::Value, None)]))
        }
        Err(Stop::Split | Stop::Interpret) => one_by_one(reader, template, strip),
    }
}

/// The rows of a strip each for itself: what gives no array as a whole may have arrays within.
fn one_by_one(reader: &dyn Reader, template: &Template, strip: &Strip) -> Outcome {
    let mut builder = Builder::with_capacity(strip.rows.len());
    for row in strip.rows.clone() {
        match evaluate(reader, template, &Strip { rows: row..row + 1, ..strip.clone() }) {
            Outcome::Rows(cells) => builder.push(cells.get(0)),
            Outcome::Array(_) | Outcome::Split => return Outcome::Split,
            deferred @ Outcome::Deferred(..) => return deferred,
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
