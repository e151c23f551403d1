//! Ranges moved and copied, and filled to the right.

use super::{IntoCell, IntoRange, Workbook, formulas::check_filled, values::room};
use crate::{
    Error,
    address::{Cell, Rect, SheetId},
    cells::Cells,
    formula::Block,
};

impl Workbook {
    /// Moves a range so that its first cell is at `to_cell`, as cutting and pasting does. Formulas that are moved keep what they
    /// refer to; references elsewhere to what is moved follow, with names and tables that lie in the range; references
    /// to cells that are written over become `#REF!`.
    ///
    /// # Errors
    /// Where there is no such sheet, range or cell, or the range would reach beyond the sheet;
    /// [`Data`](crate::ErrorKind::Data) where a part of an array formula would be moved or written over, or a table written
    /// over. Nothing has changed then.
    pub fn move_range(
        &mut self,
        sheet: &str,
        range: impl IntoRange,
        to_sheet: &str,
        to_cell: impl IntoCell,
    ) -> Result<(), Error> {
        self.not_within_a_callback()?;
        let (sheet, from) = self.range_of(sheet, range)?;
        let (to_sheet, to) = self.cell_of(to_sheet, to_cell)?;
        let to = room(to, from.height() as usize, from.width() as usize)?;
        let block = Block { sheet, from, to_sheet, to };
        if (sheet, from) == (to_sheet, to) {
            return Ok(());
        }
        self.book.check_block(&block)?;
        self.remember();
        self.book.move_block(block);
        Ok(())
    }

    /// Copies a range so that the first cell of the copy is at `to_cell`: values as they are, formulas with their relative
    /// references moved. Source and target may overlap. Of an array, the formula is copied where its cell is in the
    /// range, otherwise its values.
    ///
    /// # Errors
    /// Where there is no such sheet, range or cell, or the copy would reach beyond the sheet;
    /// [`Data`](crate::ErrorKind::Data) where a part of an array formula would be written over. Nothing has changed then.
    pub fn copy_range(
        &mut self,
        sheet: &str,
        range: impl IntoRange,
        to_sheet: &str,
        to_cell: impl IntoCell,
    ) -> Result<(), Error> {
        self.not_within_a_callback()?;
        let (sheet, from) = self.range_of(sheet, range)?;
        let (to_sheet, to) = self.cell_of(to_sheet, to_cell)?;
        let to = room(to, from.height() as usize, from.width() as usize)?;
        if (sheet, from) == (to_sheet, to) {
            return Ok(());
        }
        self.book.check_over(to_sheet, &to)?;
        let copied = self.book.copied(sheet, &from);
        let formulas = self.book.fitted_copy(&copied, to_sheet, to.top_left())?;
        self.remember();
        self.book.paste(copied, to_sheet, &to, formulas);
        Ok(())
    }

    /// Fills the first column of a range over its other columns: formulas with their references moved, values as they
    /// are.
    ///
    /// # Errors
    /// Where there is no such sheet or range, and for more than 268 435 456 cells.
    pub fn fill_right(&mut self, sheet: &str, range: impl IntoRange) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        check_filled(&rect)?;
        if rect.width() < 2 {
            return Ok(());
        }
        let target = Rect { left: rect.left + 1, ..rect };
        self.book.check_over(sheet, &target)?;
        let first = Rect { right: rect.left, ..rect };
        let mut formulas = Vec::new();
        let parts = self.first_formulas(sheet, &first);
        let parts =
            parts.into_iter().flat_map(|(part, template)| self.book.settled(part, template));
        for (rows, template) in parts.collect::<Vec<_>>() {
            let wide = Rect { left: target.left, right: target.right, ..rows };
            formulas.extend(self.book.fitted(sheet, &wide, template)?);
        }
        self.remember();
        let values = self.book.sheets.get(&sheet).map(|sheet| sheet.grid.block(&first));
        let values = values.and_then(|mut columns| columns.pop()).unwrap_or(Cells::Blank(0));
        self.book.clear(sheet, &target);
        for col in target.cols() {
            if let Some(sheet) = self.book.sheets.get_mut(&sheet) {
                sheet.grid.set_cells(col, target.top, values.clone());
            }
        }
        for (rect, template) in formulas {
            self.book.put_formula(sheet, &rect, template);
        }
        Ok(())
    }

    /// The parts of regions in the cells of a column or row, with their formulas.
    fn first_formulas(
        &self,
        sheet: SheetId,
        rect: &Rect,
    ) -> Vec<(Rect, std::sync::Arc<crate::formula::Template>)> {
        let Some(known) = self.book.sheets.get(&sheet) else { return Vec::new() };
        let part = |id| {
            let region = self.book.regions.get(id)?;
            Some((region.rect.intersection(rect)?, std::sync::Arc::clone(&region.template)))
        };
        let mut parts: Vec<_> = known.regions.within(rect).into_iter().filter_map(part).collect();
        parts.sort_by_key(|(rect, _)| Cell::new(rect.top, rect.left));
        parts
    }
}
