//! How callers name cells and ranges.

use crate::{
    Error, ErrorKind,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect, parse_cell, parse_range},
};

/// What names a cell: `"B2"`, or `(row, column)` from 1.
pub trait IntoCell {
    /// Row and column from 0.
    ///
    /// # Errors
    /// [`Address`](ErrorKind::Address) where it is no cell of a sheet.
    fn into_cell(self) -> Result<(u32, u32), Error>;
}

/// The corners of a range: row and column of each, from 0.
type Corners = ((u32, u32), (u32, u32));

/// What names a range: `"A1:B10"`, `"A:A"`, `"1:3"`, `"B2"`, or two corners as `(row, column)` from 1.
pub trait IntoRange {
    /// First row and column, last row and column, from 0.
    ///
    /// # Errors
    /// [`Address`](ErrorKind::Address) where it is no range of a sheet.
    fn into_range(self) -> Result<Corners, Error>;
}

impl IntoCell for &str {
    fn into_cell(self) -> Result<(u32, u32), Error> {
        parse_cell(self).map(|cell| (cell.row, cell.col))
    }
}

impl IntoCell for &String {
    fn into_cell(self) -> Result<(u32, u32), Error> {
        self.as_str().into_cell()
    }
}

impl IntoCell for (u32, u32) {
    fn into_cell(self) -> Result<(u32, u32), Error> {
        match self {
            (1..=MAX_ROWS, 1..=MAX_COLS) => Ok((self.0 - 1, self.1 - 1)),
            (row, col) => Err(Error::new(
                ErrorKind::Address,
                format!(
                    "there is no cell in row {row} and column {col}: rows are 1 to {MAX_ROWS}, columns 1 to {MAX_COLS}"
                ),
            )),
        }
    }
}

impl IntoRange for &str {
    fn into_range(self) -> Result<Corners, Error> {
        parse_range(self).map(|rect| ((rect.top, rect.left), (rect.bottom, rect.right)))
    }
}

impl IntoRange for &String {
    fn into_range(self) -> Result<Corners, Error> {
        self.as_str().into_range()
    }
}

impl IntoRange for ((u32, u32), (u32, u32)) {
    fn into_range(self) -> Result<Corners, Error> {
        Ok((self.0.into_cell()?, self.1.into_cell()?))
    }
}

pub(super) fn cell(cell: impl IntoCell) -> Result<Cell, Error> {
    let (row, col) = cell.into_cell()?;
    match row < MAX_ROWS && col < MAX_COLS {
        true => Ok(Cell::new(row, col)),
        false => {
            (row.saturating_add(1), col.saturating_add(1)).into_cell().map(|_| Cell::new(0, 0))
        }
    }
}

pub(super) fn range(range: impl IntoRange) -> Result<Rect, Error> {
    let (first, last) = range.into_range()?;
    let corner = |(row, col): (u32, u32)| cell((row.saturating_add(1), col.saturating_add(1)));
    Ok(Rect::between(corner(first)?, corner(last)?))
}
