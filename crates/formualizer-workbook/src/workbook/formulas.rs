//! Formulas in and out.

use super::{IntoCell, IntoRange, Workbook};
use crate::{
    Error,
    address::{Cell, Rect, SheetId},
    cells::Cells,
    formula::{Template, compile},
};
use std::sync::Arc;

impl Workbook {
    /// Puts a formula in a cell; `=` in front may be missing. An array result spills.
    ///
    /// # Errors
    /// Where there is no such sheet or cell, or the text is no formula.
    pub fn set_formula(
        &mut self,
        sheet: &str,
        cell: impl IntoCell,
        formula: &str,
    ) -> Result<(), Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        self.put_formula(sheet, &cell.into(), formula)
    }

    /// Puts a formula in every cell of a range, as if it were typed in the first cell and filled into the others:
    /// one formula, however large the range.
    ///
    /// # Errors
    /// As [`set_formula`](Self::set_formula).
    pub fn set_formulas(
        &mut self,
        sheet: &str,
        range: impl IntoRange,
        formula: &str,
    ) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        self.put_formula(sheet, &rect, formula)
    }

    fn put_formula(&mut self, sheet: SheetId, rect: &Rect, formula: &str) -> Result<(), Error> {
        let template = compile(formula, sheet, rect.top_left(), &self.book)?;
        let template = self.book.intern(template);
        let fitted = self.book.fitted(sheet, rect, template)?;
        self.remember();
        self.place(sheet, fitted);
        Ok(())
    }

    fn place(&mut self, sheet: SheetId, fitted: Vec<(Rect, Arc<Template>)>) {
        for (rect, template) in fitted {
            self.book.put_formula(sheet, &rect, template);
        }
    }

    /// Fills the first row of a range down over its other rows: formulas with their references moved, values as
    /// they are. A column of a million formulas is one region afterwards.
    ///
    /// # Errors
    /// Where there is no such sheet or range.
    pub fn fill_down(&mut self, sheet: &str, range: impl IntoRange) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        if rect.height() < 2 {
            return Ok(());
        }
        let mut filled = Vec::with_capacity(rect.width() as usize);
        for col in rect.cols() {
            let source = Cell::new(rect.top, col);
            let target = Rect { top: rect.top + 1, left: col, bottom: rect.bottom, right: col };
            let parts = self.template_at(sheet, source);
            let parts = parts.map(|template| self.book.settled(source.into(), template));
            filled.push(match parts.and_then(|mut parts| parts.pop()) {
                Some((_, template)) => Some(self.book.fitted(sheet, &target, template)?),
                None => None,
            });
        }
        self.remember();
        for (col, formulas) in rect.cols().zip(filled) {
            let target = Rect { top: rect.top + 1, left: col, bottom: rect.bottom, right: col };
            if let Some(formulas) = formulas {
                self.place(sheet, formulas);
                continue;
            }
            let grid = self.book.sheets.get(&sheet).map(|sheet| &sheet.grid);
            let source = Cell::new(rect.top, col);
            let cells = grid.map(|grid| Cells::repeat(grid.get(source), target.height() as usize));
            if let Some(cells) = cells {
                self.book.put_cells(sheet, &target, cells);
            }
        }
        Ok(())
    }

    /// The formula of a cell with `=`, as it would be typed there; `None` where the cell has none.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn formula(&self, sheet: &str, cell: impl IntoCell) -> Result<Option<String>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let region = self.book.region_at(sheet, cell);
        Ok(region.map(|(_, region)| region.template.text_at(cell, &self.book)))
    }

    /// The range that the array result of a cell fills, `None` where it has none.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn spill_range(&self, sheet: &str, cell: impl IntoCell) -> Result<Option<String>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let spill = self.book.region_at(sheet, cell).and_then(|(_, region)| region.spill);
        Ok(spill.map(|rect| rect.to_string()))
    }

    /// Number of regions: rectangles of cells with the same formula.
    #[must_use]
    pub fn regions(&self) -> usize {
        self.book.regions.len()
    }

    fn template_at(&self, sheet: SheetId, cell: Cell) -> Option<Arc<Template>> {
        self.book.region_at(sheet, cell).map(|(_, region)| Arc::clone(&region.template))
    }
}
