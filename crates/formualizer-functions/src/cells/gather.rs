//! Cells and rows picked by their positions.

use super::{Builder, Cells, Table};
use arrow_array::{UInt32Array, cast::AsArray};
use arrow_select::take::take;

impl Cells {
    /// The cells at these positions, in their order; blank beyond the end.
    #[must_use]
    pub fn take(&self, rows: &UInt32Array) -> Self {
        let len = self.len();
        let inside = || rows.values().iter().all(|row| (*row as usize) < len);
        let taken = match self {
            Self::Blank(_) => return Self::Blank(rows.len()),
            Self::Numbers(kind, array) if inside() => {
                take(array, rows, None).ok().map(|a| Self::Numbers(*kind, a.as_primitive().clone()))
            }
            Self::Logicals(array) if inside() => {
                take(array, rows, None).ok().map(|a| Self::Logicals(a.as_boolean().clone()))
            }
            Self::Texts(array) if inside() => {
                take(array, rows, None).ok().map(|a| Self::Texts(a.as_string().clone()))
            }
            _ => None,
        };
        taken.unwrap_or_else(|| {
            let mut builder = Builder::with_capacity(rows.len());
            rows.values().iter().for_each(|row| builder.push(self.get(*row as usize)));
            builder.finish()
        })
    }
}

impl Table {
    /// The rows at these positions, in their order; `None` where there is none.
    #[must_use]
    pub fn take_rows(&self, rows: Vec<u32>) -> Option<Self> {
        let rows = UInt32Array::from(rows);
        Self::try_new(self.columns().iter().map(|column| column.take(&rows)).collect())
    }

    /// The columns at these positions, in their order; those beyond the end are passed over. `None` where there is
    /// none.
    #[must_use]
    pub fn take_columns(&self, columns: &[u32]) -> Option<Self> {
        let column = |at: &u32| self.columns().get(*at as usize).cloned();
        Self::try_new(columns.iter().filter_map(column).collect())
    }

    /// A row as cells one below the other.
    #[must_use]
    pub fn row(&self, row: usize) -> Cells {
        Cells::of(self.columns().iter().map(|column| column.get(row)))
    }

    /// The part from a row and column on, of a height and width, without a copy; what is beyond the end is left
    /// out. `None` where nothing remains.
    #[must_use]
    pub fn part(&self, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) -> Option<Self> {
        let (top, bottom) = (rows.start, rows.end.min(self.height()));
        let height = bottom.checked_sub(top)?;
        let columns = self.columns().get(cols.start..cols.end.min(self.width()))?;
        Self::try_new(columns.iter().map(|column| column.slice(top, height)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{CellRef, NumberKind};
    use formualizer_common::ExcelErrorKind;

    #[test]
    fn cells_of_each_kind_are_picked_in_order() {
        let number = |n| CellRef::Number(n, NumberKind::Number);
        let columns = [
            vec![number(1.0), CellRef::Blank, number(3.0)],
            vec![CellRef::Text("a"), CellRef::Text("é"), CellRef::Blank],
            vec![CellRef::Logical(true), CellRef::Logical(false), CellRef::Blank],
            vec![CellRef::Blank; 3],
            vec![number(1.0), CellRef::Text("x"), CellRef::Error(ExcelErrorKind::Na, Some("why"))],
        ];
        let rows = UInt32Array::from(vec![2, 0, 2, 1, 9]);
        for column in columns {
            let taken = Cells::of(column.clone()).take(&rows);
            let wanted = [2, 0, 2, 1].map(|row: usize| column[row]).into_iter();
            assert!(taken.iter().eq(wanted.chain([CellRef::Blank])), "{column:?}");
        }
    }

    #[test]
    fn a_part_is_cut_at_the_end() {
        let table = Table::from_fn(3, 2, |row, col| (row * 2 + col) as f64);
        let table = table.and_then(|table| table.part(1..9, 1..9));
        assert_eq!(table.as_ref().map(|t| (t.height(), t.width())), Some((2, 1)));
        assert_eq!(table.as_ref().map(|t| t.get(1, 0)), Some(CellRef::number(5.0)));
        assert!(Table::single(CellRef::Blank).part(1..2, 0..1).is_none());
        assert!(Table::single(CellRef::Blank).part(0..1, 2..3).is_none());
    }
}
