//! Values in and out.

use super::{IntoCell, IntoRange, Workbook};
use crate::{
    Error, ErrorKind, Value,
    address::{Cell, Rect, SheetId},
    cells::{CellRef, Cells, Table},
};

/// Characters that a cell holds at most, as in Excel.
const MAX_TEXT: usize = 32_767;

impl Workbook {
    /// Stores a value; a formula that was there is gone. An array is refused: see
    /// [`set_values`](Self::set_values).
    ///
    /// Numbers that are not finite become `#NUM!`, as in every cell.
    ///
    /// # Errors
    /// Where there is no such sheet or cell, or no cell can hold the value.
    pub fn set_value(
        &mut self,
        sheet: &str,
        cell: impl IntoCell,
        value: impl IntoValue,
    ) -> Result<(), Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let value = value.into_value();
        let stored = self.storable(&value, cell)?;
        self.book.check_write(sheet, &cell.into())?;
        self.remember();
        self.book.put_value(sheet, cell, stored);
        Ok(())
    }

    /// Stores rows of values from a cell on; short rows are filled up with blank cells.
    ///
    /// # Errors
    /// Where there is no such sheet or cell, the rows reach beyond the sheet, or no cell can hold a value; nothing is
    /// stored then.
    pub fn set_values(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        rows: &[Vec<Value>],
    ) -> Result<(), Error> {
        let (sheet, at) = self.cell_of(sheet, at)?;
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        if width == 0 {
            return Ok(());
        }
        let rect = room(at, rows.len(), width)?;
        let mut columns = Vec::with_capacity(width);
        for col in 0..width {
            let mut column = crate::cells::Builder::with_capacity(rows.len());
            for (index, row) in rows.iter().enumerate() {
                let place = Cell::new(at.row + u32::try_from(index).unwrap_or(0), at.col);
                match row.get(col) {
                    Some(value) => column.push(self.storable(value, place)?),
                    None => column.push(CellRef::Blank),
                }
            }
            columns.push(column.finish());
        }
        self.book.check_write(sheet, &rect)?;
        self.remember();
        self.put_columns(sheet, &rect, columns);
        Ok(())
    }

    /// The value of a cell: dates and times as such, blank cells as [`Value::Empty`].
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn value(&self, sheet: &str, cell: impl IntoCell) -> Result<Value, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let grid = self.book.sheets.get(&sheet).map(|sheet| &sheet.grid);
        Ok(grid.map_or(Value::Empty, |grid| grid.get(cell).value(self.book.dates)))
    }

    /// The values of a range, row by row. Whole rows and columns end where the sheet's used range does.
    ///
    /// # Errors
    /// Where there is no such sheet or range.
    pub fn values(&self, sheet: &str, range: impl IntoRange) -> Result<Vec<Vec<Value>>, Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        let table = self.used_part(sheet, &rect).and_then(|rect| self.table(sheet, &rect));
        Ok(table.map_or_else(Vec::new, |table| table.to_rows(self.book.dates, false)))
    }

    /// What the error in a cell says beyond its kind: the message of a plugin, the path of a circular reference,
    /// the cell that is in the way of an array.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn cell_error_detail(
        &self,
        sheet: &str,
        cell: impl IntoCell,
    ) -> Result<Option<String>, Error> {
        match self.value(sheet, cell)? {
            Value::Error(error) => Ok(error.message().map(str::to_owned)),
            _ => Ok(None),
        }
    }

    /// Removes the values and formulas of a range.
    ///
    /// # Errors
    /// Where there is no such sheet or range.
    pub fn clear(&mut self, sheet: &str, range: impl IntoRange) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        self.book.check_write(sheet, &rect)?;
        self.remember();
        self.book.clear(sheet, &rect);
        Ok(())
    }

    /// The smallest range from A1 that holds everything on a sheet, if it holds anything.
    ///
    /// # Errors
    /// Where there is no such sheet.
    pub fn used_range(&self, sheet: &str) -> Result<Option<String>, Error> {
        let sheet = self.book.known_sheet(sheet)?;
        Ok(self.used(sheet).map(|rect| rect.to_string()))
    }

    pub(super) fn used(&self, sheet: SheetId) -> Option<Rect> {
        let known = self.book.sheets.get(&sheet)?;
        // Formulas count before they have values.
        let whole =
            Rect { top: 0, left: 0, bottom: crate::MAX_ROWS - 1, right: crate::MAX_COLS - 1 };
        let regions = known.regions.within(&whole).into_iter();
        let regions = regions.filter_map(|id| self.book.regions.get(id).map(|region| region.rect));
        let (rows, cols) = regions.fold(known.grid.used(), |(rows, cols), rect| {
            (rows.max(rect.bottom + 1), cols.max(rect.right + 1))
        });
        Rect::sized(Cell::new(0, 0), rows as usize, cols as usize)
    }

    /// A range that reaches to the end of the sheet, ended where the used range does.
    pub(super) fn used_part(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        let whole_rows = rect.right + 1 == crate::MAX_COLS && rect.left == 0;
        let whole_cols = rect.bottom + 1 == crate::MAX_ROWS && rect.top == 0;
        if !whole_rows && !whole_cols {
            return Some(*rect);
        }
        let used = self.used(sheet)?;
        let mut part = *rect;
        if whole_rows {
            part.right = used.right;
        }
        if whole_cols {
            part.bottom = used.bottom;
        }
        Some(part)
    }

    pub(super) fn table(&self, sheet: SheetId, rect: &Rect) -> Option<Table> {
        self.book.sheets.get(&sheet)?.grid.table(rect)
    }

    pub(super) fn put_columns(&mut self, sheet: SheetId, rect: &Rect, columns: Vec<Cells>) {
        for (col, cells) in rect.cols().zip(columns) {
            let column = Rect { left: col, right: col, ..*rect };
            self.book.put_cells(sheet, &column, cells);
        }
    }

    fn storable<'a>(&self, value: &'a Value, cell: Cell) -> Result<CellRef<'a>, Error> {
        let refused = |what: String| Error::new(ErrorKind::Data, format!("{cell}: {what}"));
        if let Value::Text(text) = value
            && text.len() > MAX_TEXT
            && text.encode_utf16().count() > MAX_TEXT
        {
            return Err(refused(format!(
                "the text has {} characters, a cell holds {MAX_TEXT}",
                text.encode_utf16().count()
            )));
        }
        CellRef::of(value, self.book.dates).ok_or_else(|| {
            refused("a cell holds no array: use set_values for rows of values".into())
        })
    }
}

/// The rectangle of so many cells from one on.
pub(super) fn room(at: Cell, rows: usize, cols: usize) -> Result<Rect, Error> {
    Rect::sized(at, rows, cols).ok_or_else(|| {
        Error::new(
            ErrorKind::Data,
            format!(
                "{rows} rows and {cols} columns from {at} on reach beyond the sheet, which ends at row {} and column {}",
                crate::MAX_ROWS,
                crate::MAX_COLS
            ),
        )
    })
}

/// What can be stored in a cell.
pub trait IntoValue {
    /// The value of the cell.
    fn into_value(self) -> Value;
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $value:expr;)*) => {$(
        impl IntoValue for $from {
            fn into_value(self) -> Value {
                let $it = self;
                $value
            }
        }
    )*};
}

into_value! {
    Value => |it| it;
    f64 => |it| Value::Number(it);
    f32 => |it| Value::Number(f64::from(it));
    i32 => |it| Value::Number(f64::from(it));
    u32 => |it| Value::Number(f64::from(it));
    bool => |it| Value::Boolean(it);
    &str => |it| Value::Text(it.to_owned());
    String => |it| Value::Text(it);
    chrono::NaiveDate => |it| Value::Date(it);
    chrono::NaiveDateTime => |it| Value::DateTime(it);
    chrono::NaiveTime => |it| Value::Time(it);
}
