//! Values from one workbook to another.

use super::{IntoCell, IntoRange, Workbook, values::room};
use crate::{Error, ErrorKind, address::Rect, formula::Scope};

impl Workbook {
    /// Puts the values of a range of another workbook in place, from a cell on: those of the last recalculation, without
    /// formulas. What both hold is held once. The range that was filled is answered; nothing where nothing stands in the other one's.
    ///
    /// # Errors
    /// Where there is no such sheet, cell or range; [`Data`](ErrorKind::Data) where it does not fit on the sheet, or dates count from
    /// another year in the other workbook; as [`set_values`](Self::set_values).
    pub fn paste_values(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        other: &Self,
        other_sheet: &str,
        range: impl IntoRange,
    ) -> Result<Option<String>, Error> {
        let (sheet, at) = self.cell_of(sheet, at)?;
        let (other_sheet, wanted) = other.range_of(other_sheet, range)?;
        if self.book.dates != other.book.dates {
            let message = "dates count from 1900 in one workbook and from 1904 in the other";
            return Err(Error::new(ErrorKind::Data, message));
        }
        let used = other.used(other_sheet).and_then(|used| used.intersection(&wanted));
        let Some(used) = used else { return Ok(None) };
        let part = Rect { bottom: used.bottom, right: used.right, ..wanted };
        let Some(table) = other.table(other_sheet, &part) else { return Ok(None) };
        let rect = room(at, part.height() as usize, part.width() as usize)?;
        self.book.check_write(sheet, &rect)?;
        self.remember();
        self.put_columns(sheet, &rect, table.columns().to_vec());
        Ok(Some(rect.to_string()))
    }

    /// A workbook with the values of a range, where they are on a sheet of the same name, and nothing else. What both hold is held once.
    ///
    /// # Errors
    /// Where there is no such sheet or range.
    pub fn part(&self, sheet: &str, range: impl IntoRange) -> Result<Self, Error> {
        let (id, rect) = self.range_of(sheet, range)?;
        let mut part = Self::with_date_system(self.book.dates);
        let own = part.book.add_sheet(self.book.sheet_name(id).unwrap_or(sheet));
        let used = self.used(id).and_then(|used| used.intersection(&rect));
        if let Some((used, table)) = used.and_then(|used| Some((used, self.table(id, &used)?))) {
            part.put_columns(own, &used, table.columns().to_vec());
        }
        Ok(part)
    }
}
