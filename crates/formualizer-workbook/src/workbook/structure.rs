//! Rows and columns inserted, deleted and hidden.

use super::{IntoRange, Workbook};
use crate::{
    Error, ErrorKind,
    address::{MAX_COLS, MAX_ROWS, column_letters, parse_range},
    formula::Lines,
};

/// What names a column: `"C"`, or its number from 1.
pub trait IntoColumn {
    /// The column from 0.
    ///
    /// # Errors
    /// [`Address`](ErrorKind::Address) where it is no column of a sheet.
    fn into_column(self) -> Result<u32, Error>;
}

impl IntoColumn for u32 {
    fn into_column(self) -> Result<u32, Error> {
        self.checked_sub(1).filter(|col| *col < MAX_COLS).ok_or_else(|| {
            let last = column_letters(MAX_COLS - 1);
            let message =
                format!("there is no column {self}: they are 1 to {MAX_COLS} (A to {last})");
            Error::new(ErrorKind::Address, message)
        })
    }
}

impl IntoColumn for &str {
    fn into_column(self) -> Result<u32, Error> {
        let letters = self.trim();
        let rect = parse_range(&format!("{letters}:{letters}"))?;
        match rect.width() {
            1 => Ok(rect.left),
            _ => Err(Error::new(
                ErrorKind::Address,
                format!("{} is not a column such as \"C\"", crate::address::shown(self)),
            )),
        }
    }
}

impl IntoColumn for &String {
    fn into_column(self) -> Result<u32, Error> {
        self.as_str().into_column()
    }
}

impl Workbook {
    /// Inserts blank rows before a row, which counts from 1. What stands there and below moves down; references, names,
    /// tables and hidden rows follow as in Excel: ranges grow where rows are inserted within them, but not where they are
    /// inserted before the first or behind the last row.
    ///
    /// # Errors
    /// Where there is no such sheet or row; [`Data`](ErrorKind::Data) where a cell would be pushed off the sheet or an array formula
    /// of several cells be torn. Nothing has changed then.
    pub fn insert_rows(&mut self, sheet: &str, row: u32, count: u32) -> Result<(), Error> {
        self.lines(sheet, true, row_of(row)?, count, false)
    }

    /// Deletes rows from one on, which counts from 1. What stands below moves up; references to deleted cells are `#REF!`,
    /// ranges of which some rows are left become shorter. A table that loses all its rows but not its headers keeps
    /// one blank row.
    ///
    /// # Errors
    /// Where there is no such sheet or row; [`Data`](ErrorKind::Data) where a part of an array formula or the headers of a table
    /// that stays would be deleted. Nothing has changed then.
    pub fn delete_rows(&mut self, sheet: &str, row: u32, count: u32) -> Result<(), Error> {
        self.lines(sheet, true, row_of(row)?, count, true)
    }

    /// Inserts blank columns before a column (`"C"`, or its number from 1), as [`insert_rows`](Self::insert_rows). Columns
    /// inserted within a table are named `Column1`, …
    ///
    /// # Errors
    /// As [`insert_rows`](Self::insert_rows).
    pub fn insert_columns(
        &mut self,
        sheet: &str,
        column: impl IntoColumn,
        count: u32,
    ) -> Result<(), Error> {
        self.lines(sheet, false, column.into_column()?, count, false)
    }

    /// Deletes columns from one on (`"C"`, or its number from 1), as [`delete_rows`](Self::delete_rows). References to columns of
    /// tables that are deleted are `#REF!`.
    ///
    /// # Errors
    /// As [`delete_rows`](Self::delete_rows).
    pub fn delete_columns(
        &mut self,
        sheet: &str,
        column: impl IntoColumn,
        count: u32,
    ) -> Result<(), Error> {
        self.lines(sheet, false, column.into_column()?, count, true)
    }

    fn lines(
        &mut self,
        sheet: &str,
        rows: bool,
        at: u32,
        count: u32,
        deleted: bool,
    ) -> Result<(), Error> {
        self.not_within_a_callback()?;
        let sheet = self.book.known_sheet(sheet)?;
        let lines = Lines { sheet, rows, at, count, deleted };
        lines.check_place()?;
        if count == 0 {
            return Ok(());
        }
        self.book.check_lines(&lines)?;
        self.remember();
        self.book.insert_or_delete(lines);
        Ok(())
    }

    /// Hides rows (`"3:10"`), or shows them again. Functions such as `SUBTOTAL(109,…)` leave hidden rows out.
    ///
    /// # Errors
    /// Where there is no such sheet or range.
    pub fn set_rows_hidden(
        &mut self,
        sheet: &str,
        rows: impl IntoRange,
        hidden: bool,
    ) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, rows)?;
        self.remember();
        self.book.hide(sheet, rect.rows(), hidden);
        Ok(())
    }

    /// The rows that are hidden, by a user or a filter, as ranges `(first, last)` that count from 1.
    ///
    /// # Errors
    /// Where there is no such sheet.
    pub fn hidden_rows(&self, sheet: &str) -> Result<Vec<(u32, u32)>, Error> {
        let sheet = self.book.known_sheet(sheet)?;
        let Some(sheet) = self.book.sheets.get(&sheet) else { return Ok(Vec::new()) };
        let mut hidden = sheet.hidden.manual.clone();
        hidden.extend(&sheet.hidden.filtered);
        Ok(hidden.iter().map(|rows| (rows.start + 1, rows.end)).collect())
    }
}

fn row_of(row: u32) -> Result<u32, Error> {
    row.checked_sub(1).filter(|row| *row < MAX_ROWS).ok_or_else(|| {
        let message = format!("there is no row {row}: they are 1 to {MAX_ROWS}");
        Error::new(ErrorKind::Address, message)
    })
}
