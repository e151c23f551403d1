//! What formulas see of the book while it is recalculated.

use crate::{
    address::{Cell, Rect, SheetId},
    book::{Book, Hidden, RegionId},
    cells::{CellRef, Cells},
    eval::{Environment, Reader},
    formula::{Scope, addressed},
    functions::{Functions, Sessions},
};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::ErrorCode;
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

impl BookReader<'_> {
    /// The regions that are still to be calculated and of whose values, or of what they may fill, a rectangle has a part.
    pub(crate) fn pending_in(
        &self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = RegionId> + '_ {
        let (mut owners, rect) = (Vec::new(), *rect);
        if let Some(known) = self.book.sheets.get(&sheet)
            && !self.pending.is_empty()
        {
            owners = known.regions.within(&rect);
            owners.extend(known.spills.within(&rect));
            owners.extend(self.book.readers.could_fill(sheet, &rect));
        }
        owners.into_iter().filter(|id| self.pending.contains(id))
    }
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

    fn spill(&self, sheet: SheetId, anchor: Cell) -> Result<Rect, ErrorCode> {
        let Some((_, region)) = self.book.region_at(sheet, anchor) else {
            return Err(ErrorCode::Ref);
        };
        match (region.spill, self.cell(sheet, anchor)) {
            (Some(rect), _) => Ok(rect),
            (None, CellRef::Error(ExcelErrorKind::Spill, _)) => Err(ErrorCode::Spill),
            // An array may come out as one cell, which spills nowhere.
            (None, _) => Ok(anchor.into()),
        }
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

    fn named_reference(
        &self,
        text: &str,
        a1: bool,
        sheet: SheetId,
        own: Cell,
    ) -> Option<Vec<(SheetId, Rect)>> {
        addressed(text, a1, sheet, own, self.book)
    }

    fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String> {
        let (_, region) = self.book.region_at(sheet, cell)?;
        Some(region.template.text_at(cell, self.book))
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        self.pending_in(sheet, rect).next().map(|_| *rect)
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

/// What both overlays pass on to the book.
macro_rules! as_the_book {
    () => {
        fn used(&self, sheet: SheetId) -> (u32, u32) {
            // The own cells count before their first values are stored.
            let (rows, cols) = self.base.used(sheet);
            let (own_rows, own_cols) = self.own_end(sheet);
            (rows.max(own_rows), cols.max(own_cols))
        }
        fn used_rows(&self, sheet: SheetId, cols: Range<u32>) -> u32 {
            let used = self.base.used_rows(sheet, cols.clone());
            used.max(self.end_of_own_rows(sheet, &cols))
        }
        fn hidden(&self, sheet: SheetId) -> Option<&Hidden> {
            self.base.hidden(sheet)
        }
        fn calling(&self, sheet: SheetId, rect: &Rect, functions: &[&str]) -> Vec<Rect> {
            self.base.calling(sheet, rect, functions)
        }
        fn sheet(&self, name: &str) -> Option<SheetId> {
            self.base.sheet(name)
        }
        fn sheet_name(&self, sheet: SheetId) -> Option<&str> {
            self.base.sheet_name(sheet)
        }
        fn sheet_index(&self, sheet: SheetId) -> Option<usize> {
            self.base.sheet_index(sheet)
        }
        fn sheet_count(&self) -> usize {
            self.base.sheet_count()
        }
        fn named_reference(
            &self,
            text: &str,
            a1: bool,
            sheet: SheetId,
            own: Cell,
        ) -> Option<Vec<(SheetId, Rect)>> {
            self.base.named_reference(text, a1, sheet, own)
        }
        fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String> {
            self.base.formula_text(sheet, cell)
        }
        fn environment(&self) -> &Environment {
            self.base.environment()
        }
        fn functions(&self) -> &Functions {
            self.base.functions()
        }
        fn sessions(&self) -> &Sessions {
            self.base.sessions()
        }
    };
}

pub(super) use as_the_book;
