//! Rows and columns of cells: a range that is read, an array that an expression gives.

use super::{CellRef, Cells};
use formualizer_common::{DateSystem, LiteralValue as Value};

/// Cells in columns of equal length; at least one row and one column.
#[derive(Clone, Debug)]
pub struct Table {
    rows: usize,
    columns: Vec<Cells>,
    blank_tail: usize,
    reference: bool,
}

impl Table {
    /// Columns of equal length; `None` where there is no cell or lengths differ.
    pub fn try_new(columns: Vec<Cells>) -> Option<Self> {
        let rows = columns.first()?.len();
        (rows > 0 && columns.iter().all(|c| c.len() == rows)).then_some(Self {
            rows,
            columns,
            blank_tail: 0,
            reference: false,
        })
    }

    /// One cell.
    pub fn single(cell: CellRef<'_>) -> Self {
        Self { rows: 1, columns: vec![Cells::repeat(cell, 1)], blank_tail: 0, reference: false }
    }

    /// The values of a function of row and column; `None` where there is no cell.
    #[must_use]
    pub fn from_fn<V: Into<crate::ScalarValue>>(
        height: usize,
        width: usize,
        mut value: impl FnMut(usize, usize) -> V,
    ) -> Option<Self> {
        let column = |col| Cells::of_values((0..height).map(|row| value(row, col).into()));
        Self::try_new((0..width).map(column).collect())
    }

    /// The cells of a function of row and column, without a copy of texts in between; `None` where there is no cell.
    #[must_use]
    pub fn of_cells<'a>(
        height: usize,
        width: usize,
        cell: impl Fn(usize, usize) -> CellRef<'a>,
    ) -> Option<Self> {
        let column = |col| Cells::of((0..height).map(|row| cell(row, col)));
        Self::try_new((0..width).map(column).collect())
    }

    /// The cells row by row.
    pub fn iter(&self) -> impl Iterator<Item = CellRef<'_>> {
        (0..self.rows).flat_map(|row| self.columns.iter().map(move |column| column.get(row)))
    }

    /// The cells of nested rows; short rows are filled up with `#N/A`, as array formulas do.
    pub fn from_rows(rows: &[Vec<Value>], dates: DateSystem) -> Option<Self> {
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
    pub fn to_rows(&self, dates: DateSystem, plain: bool) -> Vec<Vec<Value>> {
        let value = |cell: CellRef<'_>| if plain { cell.plain() } else { cell.value(dates) };
        (0..self.rows)
            .map(|row| self.columns.iter().map(|column| value(column.get(row))).collect())
            .collect()
    }

    /// The same with so many rows of blanks below, which are not held: a whole column is cut behind its last cell.
    #[must_use]
    pub fn with_blank_tail(mut self, rows: usize) -> Self {
        self.blank_tail = rows;
        self
    }

    /// The same as the cells of a reference: some functions take them otherwise than the values of an array.
    #[must_use]
    pub fn as_reference(mut self) -> Self {
        self.reference = true;
        self
    }

    /// The same as values that no reference means any more.
    #[must_use]
    pub fn as_values(mut self) -> Self {
        self.reference = false;
        self
    }

    /// Whether these are cells that a reference means.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        self.reference
    }

    /// How many rows of blanks stand below those that are held: [`Self::height`] does not count them.
    #[must_use]
    pub fn blank_tail(&self) -> usize {
        self.blank_tail
    }

    /// How many rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.rows
    }

    /// How many columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The columns from left to right.
    #[must_use]
    pub fn columns(&self) -> &[Cells] {
        &self.columns
    }

    /// Some of its rows, which must be there; no copy of cells.
    #[must_use]
    pub fn rows(&self, start: usize, len: usize) -> Self {
        let columns = self.columns.iter().map(|column| column.slice(start, len)).collect();
        Self { rows: len, columns, blank_tail: 0, reference: self.reference }
    }

    /// The columns, owned.
    #[must_use]
    pub fn into_columns(self) -> Vec<Cells> {
        self.columns
    }

    /// The cell in a row and column from 0; blank beyond the end.
    #[must_use]
    pub fn get(&self, row: usize, col: usize) -> CellRef<'_> {
        self.columns.get(col).map_or(CellRef::Blank, |column| column.get(row))
    }

    /// The only cell, if there is just one.
    pub fn as_single(&self) -> Option<CellRef<'_>> {
        (self.rows == 1 && self.columns.len() == 1).then(|| self.get(0, 0))
    }
}
