//! Regions of one column that read their own cells above the formula only: a running balance. From the first row that is to be
//! calculated downwards, each row with the ones before it.

use super::{
    component::Column,
    finish::{keeps_blanks, kept},
    reader::{BookReader, as_the_book},
};
use crate::{
    address::{Area, Axis, Cell, Rect, SheetId},
    book::{Hidden, Region, RegionId},
    cells::{Builder, CellRef, Cells},
    eval::{Environment, Outcome, Reader, evaluate_cell},
    functions::{Functions, Sessions},
};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::ErrorCode;
use std::ops::Range;

/// What a region gives from a row on.
pub(super) enum Fallen {
    Done(Box<Column>),
    /// Some row gives an array.
    Split,
    /// Some row waits at run time for what is not calculated yet.
    Waits(SheetId, Rect),
}

/// Whether a region of one column reads no cells of its own but those above the formula.
pub(super) fn reads_upward(region: &Region) -> bool {
    let own = |area: &&Area| {
        area.sheet == region.sheet
            && area.over(&region.rect).is_some_and(|r| r.intersection(&region.rect).is_some())
    };
    let upward = |area: &Area| {
        let above = |axis| match axis {
            Axis::Moving(by) => by < 0,
            Axis::Fixed(at) => at <= region.rect.top,
        };
        let moves = matches!(area.top, Axis::Moving(_)) || matches!(area.bottom, Axis::Moving(_));
        moves && above(area.top) && above(area.bottom) && !reads_itself(area, region)
    };
    region.rect.width() == 1 && region.template.areas.iter().filter(own).all(upward)
}

/// Whether the first formula of the region reads its own cell.
fn reads_itself(area: &Area, region: &Region) -> bool {
    let first = region.rect.top_left();
    area.at(first).is_some_and(|rect| rect.contains(first))
}

/// Evaluates a region from a row on.
pub(super) fn downward(base: &BookReader<'_>, id: RegionId, region: &Region, from: u32) -> Fallen {
    let (sheet, col) = (region.sheet, region.rect.left);
    let rows = from.max(region.rect.top)..region.rect.bottom + 1;
    let mut built = Builder::with_capacity(rows.len());
    let keeps_blanks = keeps_blanks(&region.template, base.functions());
    for row in rows.clone() {
        if row % 4096 == 0 && base.environment.cancel.is_cancelled() {
            return Fallen::Done(Box::new((id, col, rows.start..rows.start, Cells::Blank(0))));
        }
        let reader = Downward { base, sheet, col, rows: &rows, built: &built };
        match evaluate_cell(&reader, &region.template, sheet, Cell::new(row, col)) {
            Outcome::Rows(cells) => match cells.get(0) {
                CellRef::Blank if !keeps_blanks => built.push(CellRef::number(0.0)),
                cell => built.push(cell),
            },
            Outcome::Deferred(sheet, rect) => return Fallen::Waits(sheet, rect),
            Outcome::Kept(name) => {
                let stored = Cells::repeat(base.cell(sheet, Cell::new(row, col)), 1);
                built.push(kept(&stored, &name).get(0));
            }
            Outcome::Array(_) | Outcome::Split => return Fallen::Split,
        }
    }
    Fallen::Done(Box::new((id, col, rows, built.finish())))
}

/// The book, but with the rows of a column that were just evaluated.
struct Downward<'a> {
    base: &'a BookReader<'a>,
    sheet: SheetId,
    col: u32,
    /// All rows that are to be evaluated.
    rows: &'a Range<u32>,
    /// Those that are.
    built: &'a Builder,
}

impl Downward<'_> {
    fn is_own(&self, sheet: SheetId, col: u32) -> bool {
        (sheet, col) == (self.sheet, self.col)
    }

    fn own_end(&self, sheet: SheetId) -> (u32, u32) {
        if sheet == self.sheet { (self.rows.end, self.col + 1) } else { (0, 0) }
    }

    fn end_of_own_rows(&self, sheet: SheetId, cols: &Range<u32>) -> u32 {
        if sheet == self.sheet && cols.contains(&self.col) { self.rows.end } else { 0 }
    }
}

impl Reader for Downward<'_> {
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_> {
        match self.is_own(sheet, cell.col) && self.rows.contains(&cell.row) {
            true => self.built.get((cell.row - self.rows.start) as usize),
            false => self.base.cell(sheet, cell),
        }
    }

    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells {
        if !self.is_own(sheet, col) || rows.end <= self.rows.start || rows.start >= self.rows.end {
            return self.base.cells(sheet, col, rows);
        }
        Cells::of(rows.map(|row| self.cell(sheet, Cell::new(row, col))))
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        self.base.pending(sheet, rect)
    }

    fn spill(&self, sheet: SheetId, anchor: Cell) -> Result<Rect, ErrorCode> {
        match (self.is_own(sheet, anchor.col), self.cell(sheet, anchor)) {
            (false, _) => self.base.spill(sheet, anchor),
            (true, CellRef::Error(ExcelErrorKind::Spill, _)) => Err(ErrorCode::Spill),
            (true, _) if self.rows.contains(&anchor.row) => Ok(anchor.into()),
            (true, _) => self.base.spill(sheet, anchor),
        }
    }

    as_the_book!();
}
