//! What formulas see of the book while it is recalculated.

use crate::{
    address::{Cell, Rect, SheetId},
    book::{Book, Hidden, RegionId},
    cells::{CellRef, Cells},
    eval::{Environment, Reader},
    formula::Scope,
    functions::{Functions, Sessions},
};
use formualizer_common::ExcelErrorKind;
use rustc_hash::FxHashSet;
use std::ops::Range;

/// The book as it stands, with what is still to be calculated.
#[derive(Clone, Copy)]
pub(crate) struct BookReader<'a> {
    pub(crate) book: &'a Book,
    pub(crate) environment: &'a Environment,
    pub(crate) sessions: &'a Sessions,
    /// Regions of the plan that are not done.
    pub(crate) pending: &'a FxHashSet<RegionId>,
}

impl Reader for BookReader<'_> {
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_> {
        self.book.sheets.get(&sheet).map_or(CellRef::Blank, |sheet| sheet.grid.get(cell))
    }

    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells {
        match self.book.sheets.get(&sheet) {
            Some(sheet) => sheet.grid.cells(col, rows),
            None => Cells::Blank(rows.len()),
        }
    }

    fn used(&self, sheet: SheetId) -> (u32, u32) {
        self.book.sheets.get(&sheet).map_or((0, 0), |sheet| sheet.grid.used())
    }

    fn used_rows(&self, sheet: SheetId, cols: Range<u32>) -> u32 {
        self.book.sheets.get(&sheet).map_or(0, |sheet| sheet.grid.used_rows(cols))
    }

    fn spill(&self, sheet: SheetId, anchor: Cell) -> Option<Rect> {
        if let Some((_, region)) = self.book.spill_at(sheet, anchor) {
            return region.spill.filter(|rect| rect.top_left() == anchor);
        }
        // An array may come out as one cell, which spills nowhere. Whether it is blocked, its value tells as formulas see it.
        self.book.region_at(sheet, anchor)?;
        let blocked = matches!(self.cell(sheet, anchor), CellRef::Error(ExcelErrorKind::Spill, _));
        (!blocked).then(|| anchor.into())
    }

    fn sheet(&self, name: &str) -> Option<SheetId> {
        Scope::sheet(self.book, name)
    }

    fn sheet_name(&self, sheet: SheetId) -> Option<&str> {
        Scope::sheet_name(self.book, sheet)
    }

    fn sheet_index(&self, sheet: SheetId) -> Option<usize> {
        self.book.order.iter().position(|id| *id == sheet)
    }

    fn sheet_count(&self) -> usize {
        self.book.order.len()
    }

    fn hidden(&self, sheet: SheetId) -> Option<&Hidden> {
        self.book.sheets.get(&sheet).map(|sheet| &sheet.hidden)
    }

    fn calling(&self, sheet: SheetId, rect: &Rect, functions: &[&str]) -> Vec<Rect> {
        let Some(sheet) = self.book.sheets.get(&sheet) else { return Vec::new() };
        let regions = sheet.regions.within(rect).into_iter();
        let regions = regions.filter_map(|id| self.book.regions.get(id));
        regions
            .filter(|r| r.template.functions.iter().any(|f| functions.contains(&f.as_str())))
            .map(|region| region.rect)
            .collect()
    }

    fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String> {
        let (_, region) = self.book.region_at(sheet, cell)?;
        Some(region.template.text_at(cell, self.book))
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        let sheet = self.book.sheets.get(&sheet)?;
        let mut owners = sheet.regions.within(rect);
        owners.extend(sheet.spills.within(rect));
        let region = owners.into_iter().find(|id| self.pending.contains(id))?;
        let region = self.book.regions.get(region)?;
        region.rect.intersection(rect).or(Some(*rect))
    }

    fn environment(&self) -> &Environment {
        self.environment
    }

    fn functions(&self) -> &Functions {
        &self.book.functions
    }

    fn sessions(&self) -> &Sessions {
        self.sessions
    }
}
