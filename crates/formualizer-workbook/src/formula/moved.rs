//! Where cells are after whole rows or columns were inserted or deleted, or after a block was moved.

use crate::address::{Area, Axis, Cell, MAX_COLS, MAX_ROWS, Rect, SheetId};

/// A change of the places of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Whole rows or columns of a sheet are inserted or deleted.
    Lines(Lines),
    /// The cells of a rectangle are moved onto others.
    Block(Block),
}

/// Whole rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) sheet: SheetId,
    /// Rows, or else columns.
    pub(crate) rows: bool,
    /// The first one that is inserted or deleted.
    pub(crate) at: u32,
    pub(crate) count: u32,
    pub(crate) deleted: bool,
}

/// A rectangle that is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) sheet: SheetId,
    pub(crate) from: Rect,
    pub(crate) to_sheet: SheetId,
    /// As large as `from`.
    pub(crate) to: Rect,
}

impl Lines {
    /// Rows or columns of a sheet.
    pub(crate) fn max(&self) -> u32 {
        if self.rows { MAX_ROWS } else { MAX_COLS }
    }

    /// The end of the inserted or deleted lines.
    pub(crate) fn end(&self) -> u32 {
        self.at.saturating_add(self.count).min(self.max())
    }

    /// Where a line is now; `None` where it was deleted or pushed off the sheet.
    pub(crate) fn line(&self, line: u32) -> Option<u32> {
        if line < self.at {
            return Some(line);
        }
        match self.deleted {
            true => (line >= self.end()).then(|| line - self.count),
            false => line.checked_add(self.count).filter(|line| *line < self.max()),
        }
    }

    /// What a reference to lines refers to now: it grows around inserted lines and shrinks by deleted ones. All of
    /// a sheet stays all of it.
    pub(crate) fn span(&self, first: u32, last: u32) -> Option<(u32, u32)> {
        if first == 0 && last + 1 >= self.max() {
            return Some((first, last));
        }
        if !self.deleted {
            let last = self.line(last).unwrap_or(self.max() - 1);
            return Some((self.line(first)?, last));
        }
        let first = self.line(first).unwrap_or(self.at);
        let last = match self.line(last) {
            Some(last) => last,
            None => self.at.checked_sub(1)?,
        };
        (first <= last).then_some((first, last))
    }

    /// Where lines are that are as they were, and next to each other as they were.
    fn kept(&self, first: u32, last: u32) -> Option<(u32, u32)> {
        let parted = first < self.at && last >= self.at;
        let ends = (self.line(first)?, self.line(last)?);
        (!parted).then_some(ends)
    }

    /// The lines of a rectangle.
    pub(crate) fn of(&self, rect: &Rect) -> (u32, u32) {
        if self.rows { (rect.top, rect.bottom) } else { (rect.left, rect.right) }
    }

    /// A rectangle with other lines.
    pub(crate) fn with(&self, rect: &Rect, (first, last): (u32, u32)) -> Rect {
        match self.rows {
            true => Rect { top: first, bottom: last, ..*rect },
            false => Rect { left: first, right: last, ..*rect },
        }
    }
}

impl Block {
    fn carried(&self, rect: &Rect) -> Option<(SheetId, Rect)> {
        let by = |at: u32, from: u32, to: u32| (at - from) + to;
        Some((
            self.to_sheet,
            Rect {
                top: by(rect.top, self.from.top, self.to.top),
                bottom: by(rect.bottom, self.from.top, self.to.top),
                left: by(rect.left, self.from.left, self.to.left),
                right: by(rect.right, self.from.left, self.to.left),
            },
        ))
    }

    /// Whether a rectangle is moved as a whole.
    pub(crate) fn takes(&self, sheet: SheetId, rect: &Rect) -> bool {
        sheet == self.sheet && self.from.covers(rect)
    }

    /// Whether some of a rectangle is moved or written over.
    pub(crate) fn touches(&self, sheet: SheetId, rect: &Rect) -> bool {
        (sheet == self.sheet && self.from.intersection(rect).is_some())
            || (sheet == self.to_sheet && self.to.intersection(rect).is_some())
    }

    /// A range whose first or last cells are moved away from it along its length is longer then.
    fn stretched(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        if sheet != self.sheet || sheet != self.to_sheet {
            return None;
        }
        let (from, to) = (&self.from, &self.to);
        let whole_rows = from.left <= rect.left && from.right >= rect.right && from.left == to.left;
        let whole_cols = from.top <= rect.top && from.bottom >= rect.bottom && from.top == to.top;
        let mut long = *rect;
        if whole_rows && to.top > from.top && from.rows().contains(&rect.bottom) {
            long.bottom += to.top - from.top;
        } else if whole_rows && to.top < from.top && from.rows().contains(&rect.top) {
            long.top = long.top.checked_sub(from.top - to.top)?;
        } else if whole_cols && to.left > from.left && from.cols().contains(&rect.right) {
            long.right += to.left - from.left;
        } else if whole_cols && to.left < from.left && from.cols().contains(&rect.left) {
            long.left = long.left.checked_sub(from.left - to.left)?;
        } else {
            return None;
        }
        (long.bottom < MAX_ROWS && long.right < MAX_COLS).then_some(long)
    }
}

impl Change {
    /// Where a cell is now; `None` where it is gone.
    pub(crate) fn cell(&self, sheet: SheetId, cell: Cell) -> Option<(SheetId, Cell)> {
        match self {
            Self::Lines(lines) if lines.sheet != sheet => Some((sheet, cell)),
            Self::Lines(lines) if lines.rows => {
                Some((sheet, Cell { row: lines.line(cell.row)?, ..cell }))
            }
            Self::Lines(lines) => Some((sheet, Cell { col: lines.line(cell.col)?, ..cell })),
            Self::Block(block) => {
                let rect = Rect::from(cell);
                match (block.takes(sheet, &rect), block.touches(sheet, &rect)) {
                    (true, _) => block.carried(&rect).map(|(sheet, rect)| (sheet, rect.top_left())),
                    (false, true) => None,
                    (false, false) => Some((sheet, cell)),
                }
            }
        }
    }

    /// What a reference to a rectangle refers to now; `None` is `#REF!`.
    pub(crate) fn reference(&self, sheet: SheetId, rect: &Rect) -> Option<(SheetId, Rect)> {
        match self {
            Self::Lines(lines) if lines.sheet != sheet => Some((sheet, *rect)),
            Self::Lines(lines) => {
                let (first, last) = lines.of(rect);
                Some((sheet, lines.with(rect, lines.span(first, last)?)))
            }
            Self::Block(block) if block.takes(sheet, rect) => block.carried(rect),
            Self::Block(block) => {
                if let Some(long) = block.stretched(sheet, rect) {
                    return Some((sheet, long));
                }
                let meets = sheet == block.sheet && block.from.intersection(rect).is_some();
                let lost = sheet == block.to_sheet && block.to.covers(rect) && !meets;
                (!lost).then_some((sheet, *rect))
            }
        }
    }

    /// Where a rectangle is whose cells hold what they held, each in its place; `None` where there is none such.
    pub(crate) fn kept(&self, sheet: SheetId, rect: &Rect) -> Option<(SheetId, Rect)> {
        match self {
            Self::Lines(lines) if lines.sheet != sheet => Some((sheet, *rect)),
            Self::Lines(lines) => {
                let (first, last) = lines.of(rect);
                Some((sheet, lines.with(rect, lines.kept(first, last)?)))
            }
            Self::Block(block) if block.takes(sheet, rect) => block.carried(rect),
            Self::Block(block) => (!block.touches(sheet, rect)).then_some((sheet, *rect)),
        }
    }

    /// Whether a rectangle is where it was and holds what it held.
    pub(crate) fn spares(&self, sheet: SheetId, rect: &Rect) -> bool {
        self.kept(sheet, rect) == Some((sheet, *rect))
    }

    /// Whether cells of a sheet come, go or move.
    pub(crate) fn concerns(&self, sheet: SheetId) -> bool {
        match self {
            Self::Lines(lines) => lines.sheet == sheet,
            Self::Block(block) => block.sheet == sheet || block.to_sheet == sheet,
        }
    }

    /// The rows (or columns) of a sheet before which it may matter on which side a cell is.
    fn limits(&self, sheet: SheetId, rows: bool) -> Vec<u32> {
        let max = if rows { MAX_ROWS } else { MAX_COLS };
        let mut limits = Vec::new();
        match self {
            Self::Lines(lines) if lines.sheet == sheet && lines.rows == rows => {
                let last = max.saturating_sub(lines.count);
                limits.extend([lines.at, if lines.deleted { lines.end() } else { last }]);
            }
            Self::Lines(_) => return limits,
            Self::Block(block) => {
                let mut side = |rect: &Rect| match rows {
                    true => limits.extend([rect.top, rect.bottom + 1]),
                    false => limits.extend([rect.left, rect.right + 1]),
                };
                if block.sheet == sheet {
                    side(&block.from);
                }
                if block.to_sheet == sheet {
                    side(&block.to);
                }
            }
        }
        // What lies beyond the sheet is `#REF!`; what reaches from end to end stays as it is.
        limits.extend([0, 1, max - 1, max]);
        limits
    }

    /// The rows and columns at which a region is cut, so that each of its references, and its own cells, are on one side
    /// of every limit in all of a part.
    pub(crate) fn cuts(&self, sheet: SheetId, rect: &Rect, areas: &[Area]) -> (Vec<u32>, Vec<u32>) {
        let along = |rows: bool| {
            let (first, last) =
                if rows { (rect.top, rect.bottom) } else { (rect.left, rect.right) };
            let mut cuts: Vec<i64> = self.limits(sheet, rows).into_iter().map(i64::from).collect();
            for area in areas {
                let (low, high) =
                    if rows { (area.top, area.bottom) } else { (area.left, area.right) };
                let limits = self.limits(area.sheet, rows);
                for bound in [low, high] {
                    if let Axis::Moving(by) = bound {
                        let own = |limit: &u32| i64::from(*limit) - i64::from(by);
                        cuts.extend(limits.iter().map(own));
                    }
                }
                // Where the corners of a range change their order.
                if let (Axis::Moving(by), Axis::Fixed(at)) | (Axis::Fixed(at), Axis::Moving(by)) =
                    (low, high)
                    && !limits.is_empty()
                {
                    let own = i64::from(at) - i64::from(by);
                    cuts.extend([own, own + 1]);
                }
            }
            cuts.retain(|cut| *cut > i64::from(first) && *cut <= i64::from(last));
            let mut cuts: Vec<u32> =
                cuts.into_iter().filter_map(|cut| u32::try_from(cut).ok()).collect();
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        };
        (along(true), along(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(at: u32, count: u32, deleted: bool) -> Lines {
        Lines { sheet: SheetId(0), rows: true, at, count, deleted }
    }

    #[test]
    fn ranges_grow_around_inserted_lines_only() {
        let insert = rows(5, 2, false);
        assert_eq!(insert.span(5, 9), Some((7, 11)));
        assert_eq!(insert.span(4, 5), Some((4, 7)));
        assert_eq!(insert.span(2, 4), Some((2, 4)));
        assert_eq!(insert.span(0, MAX_ROWS - 1), Some((0, MAX_ROWS - 1)));
        assert_eq!(insert.span(9, MAX_ROWS - 1), Some((11, MAX_ROWS - 1)));
        assert_eq!(insert.span(MAX_ROWS - 1, MAX_ROWS - 1), None);
    }

    #[test]
    fn ranges_shrink_by_deleted_lines() {
        let delete = rows(5, 3, true);
        assert_eq!(delete.span(5, 7), None);
        assert_eq!(delete.span(4, 7), Some((4, 4)));
        assert_eq!(delete.span(6, 9), Some((5, 6)));
        assert_eq!(delete.span(8, 9), Some((5, 6)));
        assert_eq!(delete.span(0, 4), Some((0, 4)));
        assert_eq!(rows(0, 3, true).span(0, 2), None);
        assert_eq!(delete.span(0, MAX_ROWS - 1), Some((0, MAX_ROWS - 1)));
    }

    #[test]
    fn only_lines_that_stay_together_are_kept() {
        let change = Change::Lines(rows(5, 2, false));
        let rect = |top, bottom| Rect { top, left: 1, bottom, right: 1 };
        assert_eq!(change.kept(SheetId(0), &rect(4, 5)), None);
        assert_eq!(change.kept(SheetId(0), &rect(5, 6)), Some((SheetId(0), rect(7, 8))));
        assert!(change.spares(SheetId(0), &rect(0, 4)));
        assert!(change.spares(SheetId(1), &rect(4, 5)));
        let gone = Change::Lines(rows(5, 2, true));
        assert_eq!(gone.kept(SheetId(0), &rect(4, 8)), None);
        assert_eq!(gone.kept(SheetId(0), &rect(7, 8)), Some((SheetId(0), rect(5, 6))));
    }
}
