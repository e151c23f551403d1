//! Which region, or which spill, a cell belongs to.

use super::RegionId;
use crate::address::{Cell, Rect};
use std::collections::BTreeMap;

/// Rectangles of one sheet that do not overlap, by what they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Column and first row to last row and owner: a rectangle has an entry in each of its columns.
    spans: BTreeMap<(u32, u32), (u32, RegionId)>,
}

impl Places {
    pub(crate) fn insert(&mut self, rect: &Rect, owner: RegionId) {
        for col in rect.cols() {
            self.spans.insert((col, rect.top), (rect.bottom, owner));
        }
    }

    pub(crate) fn remove(&mut self, rect: &Rect) {
        for col in rect.cols() {
            self.spans.remove(&(col, rect.top));
        }
    }

    /// Moves the last row of a rectangle of one column.
    pub(crate) fn extend_to(&mut self, col: u32, top: u32, bottom: u32) {
        if let Some(span) = self.spans.get_mut(&(col, top)) {
            span.0 = bottom;
        }
    }

    /// The owner of a cell.
    pub(crate) fn at(&self, cell: Cell) -> Option<RegionId> {
        let ((col, _), (bottom, owner)) = self.spans.range(..=(cell.col, cell.row)).next_back()?;
        (*col == cell.col && *bottom >= cell.row).then_some(*owner)
    }

    /// The first of some rows of a column that has an owner.
    pub(crate) fn first_in(&self, col: u32, rows: std::ops::Range<u32>) -> Option<u32> {
        if rows.is_empty() {
            return None;
        }
        match self.at(Cell::new(rows.start, col)) {
            Some(_) => Some(rows.start),
            None => self.spans.range((col, rows.start)..(col, rows.end)).next().map(|(k, _)| k.1),
        }
    }

    /// Whether some rows of a column have one owner.
    pub(crate) fn is_full(&self, col: u32, rows: &std::ops::Range<u32>) -> bool {
        let span = self.spans.range(..=(col, rows.start)).next_back();
        span.is_some_and(|((at, _), (bottom, _))| *at == col && *bottom + 1 >= rows.end)
    }

    /// The number of columns up to the last that has an owner.
    pub(crate) fn columns(&self) -> u32 {
        self.spans.last_key_value().map_or(0, |((col, _), _)| col + 1)
    }

    /// The owners of the cells of a rectangle, each once, in ascending order.
    pub(crate) fn within(&self, rect: &Rect) -> Vec<RegionId> {
        let mut owners = Vec::new();
        let mut col = rect.left;
        loop {
            owners.extend(self.at(Cell::new(rect.top, col)));
            let below = self.spans.range((col, rect.top)..=(col, rect.bottom));
            owners.extend(below.map(|(_, (_, owner))| *owner));
            // Columns without anything are skipped, so that a whole-sheet rectangle is cheap.
            let next = self.spans.range((col + 1, 0)..).next();
            match next {
                Some(((next, _), _)) if *next <= rect.right => col = *next,
                _ => break,
            }
        }
        owners.sort_unstable();
        owners.dedup();
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(top: u32, left: u32, bottom: u32, right: u32) -> Rect {
        Rect { top, left, bottom, right }
    }

    #[test]
    fn cells_find_their_owner_and_rectangles_theirs() {
        let mut places = Places::default();
        let (a, b, c) = (RegionId(1), RegionId(2), RegionId(3));
        places.insert(&rect(0, 0, 9, 0), a);
        places.insert(&rect(10, 0, 10, 2), b);
        places.insert(&rect(0, 5, 3, 6), c);
        assert_eq!(places.at(Cell::new(9, 0)), Some(a));
        assert_eq!(places.at(Cell::new(10, 2)), Some(b));
        assert_eq!(places.at(Cell::new(11, 0)), None);
        assert_eq!(places.at(Cell::new(0, 1)), None);
        assert_eq!(places.within(&rect(0, 0, 1_000_000, 16_000)), [a, b, c]);
        assert_eq!(places.within(&rect(5, 0, 10, 1)), [a, b]);
        assert_eq!(places.within(&rect(4, 5, 9, 9)), []);
        places.remove(&rect(10, 0, 10, 2));
        places.extend_to(0, 0, 12);
        assert_eq!(places.at(Cell::new(12, 0)), Some(a));
        assert_eq!(places.within(&rect(10, 1, 10, 4)), []);
    }
}
