//! Rows and columns of cells: a range that is read, an array that an expression gives.

use super::{CellRef, Cells};
use crate::Value;
use formualizer_common::DateSystem;

/// Cells in columns of equal length; at least one row and one column.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    rows: usize,
    columns: Vec<Cells>,
}

impl Table {
    /// Columns of equal length; `None` where there is no cell or lengths differ.
    pub(crate) fn try_new(columns: Vec<Cells>) -> Option<Self> {
        let rows = columns.first()?.len();
        (rows > 0 && columns.iter().all(|c| c.len() == rows)).then_some(Self { rows, columns })
    }

    /// One cell.
    pub(crate) fn single(cell: CellRef<'_>) -> Self {
        Self { rows: 1, columns: vec![Cells::repeat(cell, 1)] }
    }

    /// The cells of nested rows; short rows are filled up with `#N/A`, as array formulas do.
    pub(crate) fn from_rows(rows: &[Vec<Value>], dates: DateSystem) -> Option<Self> {
        let width = rows.iter().map(Vec::len).max()?;
        let missing = CellRef::Error(formualizer_common::ExcelErrorKind::Na, None);
        let nested = CellRef::Error(
            formualizer_common::ExcelErrorKind::Calc,
            Some("an array within an array"),
        );
        let column = |col| {
            Cells::of(rows.iter().map(|row| match row.get(col) {
                Some(value) => CellRef::of(value, dates).unwrap_or(nested),
                None => missing,
            }))
        };
        Self::try_new((0..width).map(column).collect())
    }

    /// Nested rows of values; dates and times as serial numbers where `plain`.
    pub(crate) fn to_rows(&self, dates: DateSystem, plain: bool) -> Vec<Vec<Value>> {
        let value = |cell: CellRef<'_>| if plain { cell.plain() } else { cell.value(dates) };
        (0..self.rows)
            .map(|row| self.columns.iter().map(|column| value(column.get(row))).collect())
            .collect()
    }

    pub(crate) fn height(&self) -> usize {
        self.rows
    }

    pub(crate) fn width(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn columns(&self) -> &[Cells] {
        &self.columns
    }

    pub(crate) fn into_columns(self) -> Vec<Cells> {
        self.columns
    }

    pub(crate) fn get(&self, row: usize, col: usize) -> CellRef<'_> {
        self.columns.get(col).map_or(CellRef::Blank, |column| column.get(row))
    }

    /// The only cell, if there is just one.
    pub(crate) fn as_single(&self) -> Option<CellRef<'_>> {
        (self.rows == 1 && self.columns.len() == 1).then(|| self.get(0, 0))
    }
}
