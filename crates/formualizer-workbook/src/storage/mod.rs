//! What sheets hold: every cell's value, in columns of Arrow arrays.
//!
//! All buffers of columns are made here or handed in here, so that they can later live in memory that a sandbox
//! maps.

mod column;

pub(crate) use column::Column;

use crate::{
    ExcelErrorKind,
    address::{Cell, Rect},
    cells::{CellRef, Cells, Table},
};
use std::ops::Range;

/// The values of one sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    columns: Vec<Column>,
}

impl Grid {
    /// The cell; blank where nothing was stored.
    pub(crate) fn get(&self, cell: Cell) -> CellRef<'_> {
        self.columns.get(cell.col as usize).map_or(CellRef::Blank, |column| column.get(cell.row))
    }

    /// Some rows of a column; no copy where one vector holds them.
    pub(crate) fn cells(&self, col: u32, rows: Range<u32>) -> Cells {
        match self.columns.get(col as usize) {
            Some(column) => column.cells(rows),
            None => Cells::Blank(rows.len()),
        }
    }

    /// The cells of a rectangle.
    pub(crate) fn table(&self, rect: &Rect) -> Option<Table> {
        Table::try_new(rect.cols().map(|col| self.cells(col, rect.rows())).collect())
    }

    pub(crate) fn set(&mut self, cell: Cell, value: CellRef<'_>) {
        if value == CellRef::Blank && cell.col as usize >= self.columns.len() {
            return;
        }
        self.column_mut(cell.col).set(cell.row, value);
    }

    /// Puts a vector below `top` in a column.
    pub(crate) fn set_cells(&mut self, col: u32, top: u32, cells: Cells) {
        if matches!(cells, Cells::Blank(_)) && col as usize >= self.columns.len() {
            return;
        }
        self.column_mut(col).set_cells(top, cells);
    }

    /// The same for results: a single one goes to those around it, since cells of many formulas are stored one by one.
    pub(crate) fn store(&mut self, col: u32, top: u32, cells: Cells) {
        match cells.len() {
            1 => self.set(Cell::new(top, col), cells.get(0)),
            _ => self.set_cells(col, top, cells),
        }
    }

    pub(crate) fn clear(&mut self, rect: &Rect) {
        let last = (rect.right as usize + 1).min(self.columns.len());
        for column in self.columns.iter_mut().take(last).skip(rect.left as usize) {
            column.set_cells(rect.top, Cells::Blank(rect.height() as usize));
        }
    }

    /// The cells of a rectangle by columns, as far as they are used; no column is longer than the rectangle.
    pub(crate) fn block(&self, rect: &Rect) -> Vec<Cells> {
        let last = (rect.right as usize + 1).min(self.columns.len());
        let columns = self.columns.get(rect.left as usize..last).unwrap_or_default();
        let rows = |column: &Column| {
            rect.top..rect.bottom.saturating_add(1).min(column.used()).max(rect.top)
        };
        columns.iter().map(|column| column.cells(rows(column))).collect()
    }

    /// The vectors of all columns: column, first row, cells. Rows between them are blank.
    pub(crate) fn vectors(&self) -> impl Iterator<Item = (u32, u32, &Cells)> {
        let columns = (0..).zip(&self.columns);
        columns
            .flat_map(|(col, column)| column.vectors().map(move |(top, cells)| (col, top, cells)))
    }

    /// The rows of a column whose cells are not those of another grid.
    pub(crate) fn different_rows(&self, other: &Self, col: u32) -> Vec<Range<u32>> {
        let empty = Column::default();
        let [own, other] = [self, other].map(|grid| grid.columns.get(col as usize));
        own.unwrap_or(&empty).different_rows(other.unwrap_or(&empty))
    }

    /// Moves the rows from `at` on down; the new ones are blank. What is pushed off the sheet must be blank.
    pub(crate) fn insert_rows(&mut self, at: u32, count: u32) {
        self.columns.iter_mut().for_each(|column| column.insert(at, count));
    }

    /// Takes rows out and moves those below up.
    pub(crate) fn delete_rows(&mut self, at: u32, count: u32) {
        self.columns.iter_mut().for_each(|column| column.delete(at, count));
    }

    /// Moves the columns from `at` on to the right; the new ones are blank. What is pushed off the sheet must be blank.
    pub(crate) fn insert_columns(&mut self, at: u32, count: u32) {
        let at = at as usize;
        if at < self.columns.len() {
            let blank = std::iter::repeat_with(Column::default).take(count as usize);
            self.columns.splice(at..at, blank);
            self.columns.truncate(crate::MAX_COLS as usize);
        }
    }

    /// Takes columns out and moves those beside them to the left.
    pub(crate) fn delete_columns(&mut self, at: u32, count: u32) {
        let end = (at as usize).saturating_add(count as usize).min(self.columns.len());
        if (at as usize) < end {
            self.columns.drain(at as usize..end);
        }
    }

    /// Rows and columns from A1 to the last that hold anything.
    pub(crate) fn used(&self) -> (u32, u32) {
        let rows = self.columns.iter().map(Column::used).max().unwrap_or(0);
        let cols = self.columns.iter().rposition(|column| column.used() > 0).map_or(0, |at| at + 1);
        #[expect(clippy::cast_possible_truncation, reason = "a sheet has at most 2^14 columns")]
        (rows, cols as u32)
    }

    /// The end of the used rows of some columns.
    pub(crate) fn used_rows(&self, cols: Range<u32>) -> u32 {
        let last = (cols.end as usize).min(self.columns.len());
        let columns = self.columns.get(cols.start as usize..last).unwrap_or_default();
        columns.iter().map(Column::used).max().unwrap_or(0)
    }

    /// The first cell of a rectangle, row by row, that holds something.
    pub(crate) fn first_filled(&self, rect: &Rect) -> Option<Cell> {
        let in_column = |col: u32| {
            let column = self.columns.get(col as usize)?;
            column.first_filled(rect.rows()).map(|row| Cell::new(row, col))
        };
        rect.cols().take_while(|c| (*c as usize) < self.columns.len()).filter_map(in_column).min()
    }

    /// The first of some rows of a column that holds something.
    pub(crate) fn first_filled_row(&self, col: u32, rows: Range<u32>) -> Option<u32> {
        self.columns.get(col as usize)?.first_filled(rows)
    }

    /// Whether every one of some rows of a column is known to hold something. `false` says nothing.
    pub(crate) fn is_full(&self, col: u32, rows: &Range<u32>) -> bool {
        self.columns.get(col as usize).is_some_and(|column| column.is_full(rows))
    }

    /// The number of columns up to the last in use.
    pub(crate) fn width(&self) -> u32 {
        u32::try_from(self.columns.len()).unwrap_or(u32::MAX)
    }

    /// Calls `each` for every cell in error, column by column.
    pub(crate) fn for_each_error(&self, mut each: impl FnMut(Cell, ExcelErrorKind)) {
        for (col, column) in (0..).zip(&self.columns) {
            column.errors().for_each(|(row, kind)| each(Cell::new(row, col), kind));
        }
    }

    /// Joins what edits have scattered; values stay as they are.
    pub(crate) fn compact(&mut self) {
        self.columns.iter_mut().for_each(Column::compact);
    }

    /// Bytes of the buffers.
    pub(crate) fn memory_size(&self) -> usize {
        self.columns.iter().map(Column::memory_size).sum()
    }

    fn column_mut(&mut self, col: u32) -> &mut Column {
        let col = col as usize;
        if col >= self.columns.len() {
            self.columns.resize_with(col + 1, Column::default);
        }
        &mut self.columns[col]
    }
}
