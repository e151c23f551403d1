//! Whole columns and ranges, as functions of kind `reduce` and `array` see them.

use crate::{
    element::{Element, Fixed},
    param::Param,
    raw::{BLOCK, Input, InputColumn},
    types::Value,
};
use core::fmt;
use udf_abi::DType;

/// A column of any length (shape `column`). Rows that are null read as `None`.
///
/// Natively, in tests, a column comes from [`of`](Self::of).
#[derive(Clone, Copy)]
pub struct ColumnView<'a, T: Element<'a>> {
    rows: Rows<'a, T>,
    validity: &'a [u32],
    len: usize,
}

#[derive(Clone, Copy)]
enum Rows<'a, T: Element<'a>> {
    Frame(T::Rows),
    Owned(&'a [Option<T>]),
}

impl<'a, T: Element<'a>> ColumnView<'a, T> {
    fn new(column: &InputColumn<'a>) -> Self {
        let rows = Rows::Frame(T::rows(column));
        Self { rows, validity: column.validity(), len: column.rows() }
    }

    /// A column of these rows, for tests.
    ///
    /// ```
    /// use formualizer_udf_sdk::ColumnView;
    ///
    /// let column = ColumnView::of(&[Some(1.0), None, Some(3.0)]);
    /// assert_eq!(column.iter().flatten().sum::<f64>(), 4.0);
    /// ```
    #[must_use]
    pub fn of(rows: &'a [Option<T>]) -> Self {
        Self { rows: Rows::Owned(rows), validity: &[], len: rows.len() }
    }

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row at `row`, from 0; `None` where it is null or blank, and behind the last row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<T> {
        if row >= self.len {
            return None;
        }
        match &self.rows {
            Rows::Owned(rows) => rows[row],
            Rows::Frame(rows) => {
                let valid =
                    self.validity.is_empty() || self.validity[row / 32] >> (row % 32) & 1 == 1;
                valid.then(|| T::read(rows, row)).filter(|value| !value.is_blank())
            }
        }
    }

    /// The rows in order.
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = Option<T>> + DoubleEndedIterator + use<'a, T> {
        let view = *self;
        (0..self.len).map(move |row| view.get(row))
    }
}

impl<'a, T: Fixed> ColumnView<'a, T> {
    /// Copies the block of 32 rows with this number, `fill` standing where there is no value.
    #[inline]
    pub(crate) fn block(&self, block: usize, fill: T, out: &mut [T; BLOCK]) {
        let first = block * BLOCK;
        if let Some(rows) = self.values().and_then(|values| values.get(first..)) {
            match rows.first_chunk() {
                Some(rows) => *out = *rows,
                None => {
                    out.fill(fill);
                    out[..rows.len()].copy_from_slice(rows);
                }
            }
            return;
        }
        for (index, room) in out.iter_mut().enumerate() {
            *room = self.get(first + index).unwrap_or(fill);
        }
    }

    /// All values at once, where no row is null.
    ///
    /// ```
    /// use formualizer_udf_sdk::{ColumnView, fz_udf};
    ///
    /// /// The sum of a column.
    /// #[fz_udf(kind = "reduce")]
    /// fn total(values: ColumnView<'_, f64>) -> f64 {
    ///     match values.values() {
    ///         Some(values) => values.iter().sum(),
    ///         None => values.iter().flatten().sum(),
    ///     }
    /// }
    /// # assert_eq!(total(ColumnView::of(&[Some(1.0), None])), 1.0);
    /// ```
    #[must_use]
    pub fn values(&self) -> Option<&'a [T]> {
        match &self.rows {
            Rows::Frame(rows) if self.validity.is_empty() => T::slice(rows),
            _ => None,
        }
    }
}

impl<'a, T: Element<'a> + fmt::Debug> fmt::Debug for ColumnView<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A column of texts. With the long name, both lifetimes have to be named:
/// `fn longest<'a>(texts: ColumnView<'a, &'a str>)`.
pub type TextColumn<'a> = ColumnView<'a, &'a str>;
/// A column of spreadsheet values.
pub type AnyColumn<'a> = ColumnView<'a, Value<'a>>;
/// A range of texts.
pub type TextRange<'a> = RangeView<'a, &'a str>;
/// A range of spreadsheet values.
pub type AnyRange<'a> = RangeView<'a, Value<'a>>;

/// Rows × columns of one type (shape `range`). Cells that are null read as `None`.
///
/// A single value is a range of one cell. Natively, in tests, a range comes from
/// [`of`](Self::of).
#[derive(Clone, Copy)]
pub struct RangeView<'a, T: Element<'a>> {
    cells: Cells<'a, T>,
    rows: usize,
    columns: usize,
}

#[derive(Clone, Copy)]
enum Cells<'a, T: Element<'a>> {
    Frame(Input<'a>),
    Owned(&'a [&'a [Option<T>]]),
}

impl<'a, T: Element<'a>> RangeView<'a, T> {
    /// A range of these columns, for tests. The shortest one decides the number of rows.
    ///
    /// ```
    /// use formualizer_udf_sdk::RangeView;
    ///
    /// let range = RangeView::of(&[&[Some(1.0), Some(2.0)], &[None, Some(4.0)]]);
    /// assert_eq!((range.rows(), range.columns()), (2, 2));
    /// assert_eq!(range.get(1, 0), Some(2.0));
    /// assert_eq!(range.iter().flatten().sum::<f64>(), 7.0);
    /// ```
    #[must_use]
    pub fn of(columns: &'a [&'a [Option<T>]]) -> Self {
        let rows = columns.iter().map(|column| column.len()).min().unwrap_or(0);
        Self { cells: Cells::Owned(columns), rows, columns: columns.len() }
    }

    /// Rows of each column.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells: rows × columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows * self.columns
    }

    /// Whether there are no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell at `row` and `column`, both from 0; `None` where it is null or blank, and outside.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> Option<T> {
        self.column(column).filter(|_| row < self.rows)?.get(row)
    }

    /// The column at `index`, from 0.
    #[must_use]
    pub fn column(&self, index: usize) -> Option<ColumnView<'a, T>> {
        (index < self.columns).then(|| match self.cells {
            Cells::Frame(input) => ColumnView::new(&input.column(index)),
            Cells::Owned(columns) => ColumnView::of(&columns[index][..self.rows]),
        })
    }

    /// The cells, column by column.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + use<'a, T> {
        let view = *self;
        (0..self.columns).filter_map(move |index| view.column(index)).flat_map(|c| c.iter())
    }
}

impl<'a, T: Element<'a> + fmt::Debug> fmt::Debug for RangeView<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.columns).filter_map(|index| self.column(index))).finish()
    }
}

impl<'a, T: Element<'a>> Param<'a> for ColumnView<'a, T> {
    const DTYPE: DType = T::DTYPE;
    const SHAPE: &'static str = "column";
    fn take(input: &Input<'a>) -> Self {
        Self::new(&input.column(0))
    }
}

impl<'a, T: Element<'a>> Param<'a> for Option<ColumnView<'a, T>> {
    const DTYPE: DType = T::DTYPE;
    const SHAPE: &'static str = "column";
    const OPTIONAL: bool = true;
    fn take(input: &Input<'a>) -> Self {
        (!input.is_omitted()).then(|| ColumnView::take(input))
    }
}

impl<'a, T: Element<'a>> Param<'a> for RangeView<'a, T> {
    const DTYPE: DType = T::DTYPE;
    const SHAPE: &'static str = "range";
    fn take(input: &Input<'a>) -> Self {
        Self { cells: Cells::Frame(*input), rows: input.rows(), columns: input.columns() }
    }
}

impl<'a, T: Element<'a>> Param<'a> for Option<RangeView<'a, T>> {
    const DTYPE: DType = T::DTYPE;
    const SHAPE: &'static str = "range";
    const OPTIONAL: bool = true;
    fn take(input: &Input<'a>) -> Self {
        (!input.is_omitted()).then(|| RangeView::take(input))
    }
}
