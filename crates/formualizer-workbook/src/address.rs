//! Places in a workbook: sheets, cells and rectangles. Rows and columns count from 0 inside the
//! crate; the public methods speak A1, or `(row, column)` from 1 as spreadsheets do.

use std::{fmt, ops::Range};

/// Rows of a sheet, as in Excel.
pub const MAX_ROWS: u32 = 1 << 20;
/// Columns of a sheet, as in Excel.
pub const MAX_COLS: u32 = 1 << 14;

/// A sheet of a workbook. Never given again, so that what refers to a deleted sheet finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SheetId(pub(crate) u32);

/// A cell of some sheet; row and column count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) row: u32,
    pub(crate) col: u32,
}

/// Cells `top..=bottom` × `left..=right` of some sheet, from 0; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Rect {
    pub(crate) top: u32,
    pub(crate) left: u32,
    pub(crate) bottom: u32,
    pub(crate) right: u32,
}

impl Cell {
    pub(crate) const fn new(row: u32, col: u32) -> Self {
        Self { row, col }
    }
}

impl From<Cell> for Rect {
    fn from(cell: Cell) -> Self {
        Self { top: cell.row, left: cell.col, bottom: cell.row, right: cell.col }
    }
}

impl Rect {
    /// The rectangle between two corners, whichever they are.
    pub(crate) fn between(a: Cell, b: Cell) -> Self {
        Self {
            top: a.row.min(b.row),
            left: a.col.min(b.col),
            bottom: a.row.max(b.row),
            right: a.col.max(b.col),
        }
    }

    /// `rows` × `cols` cells from `at`; `None` where there are none or they leave the sheet.
    pub(crate) fn sized(at: Cell, rows: usize, cols: usize) -> Option<Self> {
        let last = |start: u32, len: usize, max: u32| {
            let last = usize::try_from(start).ok()?.checked_add(len.checked_sub(1)?)?;
            u32::try_from(last).ok().filter(|last| *last < max)
        };
        Some(Self {
            top: at.row,
            left: at.col,
            bottom: last(at.row, rows, MAX_ROWS)?,
            right: last(at.col, cols, MAX_COLS)?,
        })
    }

    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top + 1
    }

    pub(crate) fn width(&self) -> u32 {
        self.right - self.left + 1
    }

    pub(crate) fn cells(&self) -> u64 {
        u64::from(self.height()) * u64::from(self.width())
    }

    pub(crate) fn rows(&self) -> Range<u32> {
        self.top..self.bottom + 1
    }

    pub(crate) fn cols(&self) -> Range<u32> {
        self.left..self.right + 1
    }

    pub(crate) fn top_left(&self) -> Cell {
        Cell::new(self.top, self.left)
    }

    pub(crate) fn contains(&self, cell: Cell) -> bool {
        self.rows().contains(&cell.row) && self.cols().contains(&cell.col)
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.intersection(other) == Some(*other)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        let rect = Self {
            top: self.top.max(other.top),
            left: self.left.max(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.min(other.right),
        };
        (rect.top <= rect.bottom && rect.left <= rect.right).then_some(rect)
    }

    /// What is left without `hole`: at most four rectangles (above, below, left and right of it).
    pub(crate) fn without(&self, hole: &Self) -> Vec<Self> {
        let Some(hole) = self.intersection(hole) else { return vec![*self] };
        let mut rest = Vec::new();
        if self.top < hole.top {
            rest.push(Self { bottom: hole.top - 1, ..*self });
        }
        if hole.bottom < self.bottom {
            rest.push(Self { top: hole.bottom + 1, ..*self });
        }
        let middle = Self { top: hole.top, bottom: hole.bottom, ..*self };
        if self.left < hole.left {
            rest.push(Self { right: hole.left - 1, ..middle });
        }
        if hole.right < self.right {
            rest.push(Self { left: hole.right + 1, ..middle });
        }
        rest
    }
}

/// `A`, `Z`, `AA`, … of a column from 0.
pub(crate) fn column_letters(col: u32) -> String {
    formualizer_common::col_letters_from_1based(col + 1).unwrap_or_else(|_| format!("C{}", col + 1))
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.col), self.row + 1)
    }
}

impl fmt::Display for Rect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = Cell::new(self.bottom, self.right);
        match last == self.top_left() {
            true => write!(f, "{last}"),
            false => write!(f, "{}:{last}", self.top_left()),
        }
    }
}

/// One bound of a reference in a formula that is filled over a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Axis {
    /// `$5`: the same row or column everywhere.
    Fixed(u32),
    /// `5`: so many rows or columns from the formula's own cell.
    Moving(i32),
}

impl Axis {
    /// Where the bound is for the formula at `own`; `None` outside the sheet.
    pub(crate) fn at(self, own: u32, max: u32) -> Option<u32> {
        let at = match self {
            Self::Fixed(at) => i64::from(at),
            Self::Moving(by) => i64::from(own) + i64::from(by),
        };
        u32::try_from(at).ok().filter(|at| *at < max)
    }
}

/// A reference of a formula: the cells that it names, for every cell that the formula is filled into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Area {
    pub(crate) sheet: SheetId,
    pub(crate) top: Axis,
    pub(crate) left: Axis,
    pub(crate) bottom: Axis,
    pub(crate) right: Axis,
}

impl Area {
    /// What the formula in `own` refers to; `None` (a `#REF!`) where a bound leaves the sheet.
    pub(crate) fn at(&self, own: Cell) -> Option<Rect> {
        let (top, bottom) = (self.top.at(own.row, MAX_ROWS)?, self.bottom.at(own.row, MAX_ROWS)?);
        let (left, right) = (self.left.at(own.col, MAX_COLS)?, self.right.at(own.col, MAX_COLS)?);
        Some(Rect::between(Cell::new(top, left), Cell::new(bottom, right)))
    }

    /// Everything that a formula filled over `region` refers to, clipped to the sheet.
    pub(crate) fn over(&self, region: &Rect) -> Option<Rect> {
        let span = |a: Axis, b: Axis, first: u32, last: u32, max: u32| {
            let at = |axis: Axis, own: u32| match axis {
                Axis::Fixed(at) => i64::from(at),
                Axis::Moving(by) => i64::from(own) + i64::from(by),
            };
            let ends = [at(a, first), at(a, last), at(b, first), at(b, last)];
            let low = ends.iter().copied().min()?.max(0);
            let high = ends.iter().copied().max()?.min(i64::from(max) - 1);
            Some((u32::try_from(low).ok()?, u32::try_from(high).ok()?)).filter(|(l, h)| l <= h)
        };
        let (top, bottom) = span(self.top, self.bottom, region.top, region.bottom, MAX_ROWS)?;
        let (left, right) = span(self.left, self.right, region.left, region.right, MAX_COLS)?;
        Some(Rect { top, left, bottom, right })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_without_a_part_is_the_rest() {
        let whole = Rect { top: 0, left: 0, bottom: 9, right: 4 };
        let hole = Rect { top: 3, left: 1, bottom: 5, right: 2 };
        let rest = whole.without(&hole);
        assert_eq!(rest.len(), 4);
        assert_eq!(rest.iter().map(Rect::cells).sum::<u64>(), whole.cells() - hole.cells());
        assert!(rest.iter().all(|part| part.intersection(&hole).is_none()));
        assert_eq!(whole.without(&whole), []);
        let elsewhere = Rect { top: 20, ..whole };
        assert_eq!(whole.without(&Rect { bottom: 30, ..elsewhere }), [whole]);
    }

    #[test]
    fn addresses_show_as_in_a_spreadsheet() {
        assert_eq!(Rect { top: 0, left: 0, bottom: 9, right: 27 }.to_string(), "A1:AB10");
        assert_eq!(Rect::from(Cell::new(4, 2)).to_string(), "C5");
    }

    #[test]
    fn an_area_follows_its_formula() {
        let area = Area {
            sheet: SheetId(0),
            top: Axis::Fixed(0),
            left: Axis::Moving(-1),
            bottom: Axis::Moving(-1),
            right: Axis::Moving(-1),
        };
        assert_eq!(area.at(Cell::new(5, 1)), Some(Rect { top: 0, left: 0, bottom: 4, right: 0 }));
        assert_eq!(area.at(Cell::new(0, 1)), None);
        let region = Rect { top: 1, left: 1, bottom: 9, right: 1 };
        assert_eq!(area.over(&region), Some(Rect { top: 0, left: 0, bottom: 8, right: 0 }));
    }
}
pub(crate) fn parse_cell(_t: &str) -> Result<Cell, crate::Error> { Ok(Cell::new(0,0)) }
pub(crate) fn parse_range(_t: &str) -> Result<Rect, crate::Error> { Ok(Cell::new(0,0).into()) }
pub(crate) fn validate_sheet_name(_t: &str) -> Result<(), crate::Error> { Ok(()) }
