//! The room of arrays: the cells that what a formula gives could fill, whatever it gives. A cell belongs to it where no value and
//! no formula stands in the rectangle from the formula to that cell. It depends on what the workbook holds alone, not on which
//! arrays are there.

use super::{Book, Region, RegionId, Regions, Sheet};
use crate::{
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    formula::Arrays,
};
use std::ops::Range;

/// Rectangles that cover a room, at most; the last one goes over what is left.
const MOST: usize = 64;

/// What stands in the way of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Formula(Cell),
    Value(Cell),
}

/// Cells as they are without arrays.
struct Ground<'a> {
    sheet: &'a Sheet,
    regions: &'a Regions,
}

impl Ground<'_> {
    /// The first of some rows of a column with a formula or a value that no array put there.
    fn first(&self, col: u32, rows: Range<u32>) -> Option<u32> {
        let formula = self.sheet.regions.first_in(col, rows.clone());
        let mut from = rows.start;
        let end = formula.unwrap_or(rows.end);
        while let Some(row) = self.sheet.grid.first_filled_row(col, from..end) {
            let array =
                self.sheet.spills.at(Cell::new(row, col)).and_then(|id| self.regions.get(id));
            match array.and_then(|region| region.spill) {
                Some(rect) => from = rect.bottom.max(row) + 1,
                None => return Some(row),
            }
            if from >= end {
                break;
            }
        }
        formula
    }

    /// Whether some rows of a column are known to be free nowhere.
    fn is_full(&self, col: u32, rows: &Range<u32>) -> bool {
        let rect = Rect { top: rows.start, left: col, bottom: rows.end - 1, right: col };
        self.sheet.regions.is_full(col, rows)
            || (self.sheet.grid.is_full(col, rows) && self.sheet.spills.within(&rect).is_empty())
    }

    fn columns(&self) -> u32 {
        self.sheet.grid.width().max(self.sheet.regions.columns()).min(MAX_COLS)
    }

    /// The room of a cell, as rectangles from it on.
    fn below_and_beside(&self, cell: Cell, room: &mut Vec<Rect>) {
        let mut end = self.first(cell.col, cell.row + 1..MAX_ROWS).unwrap_or(MAX_ROWS);
        let rect =
            |end: u32, right: u32| Rect { top: cell.row, left: cell.col, bottom: end - 1, right };
        let first = room.len();
        for col in cell.col + 1..self.columns() {
            let Some(row) = self.first(col, cell.row..end) else { continue };
            if room.len() - first == MOST {
                break;
            }
            room.push(rect(end, col - 1));
            end = row;
            if row == cell.row {
                return;
            }
        }
        room.push(rect(end, MAX_COLS - 1));
    }
}

impl Book {
    fn ground(&self, region: &Region) -> Option<Ground<'_>> {
        let sheet = self.sheets.get(&region.sheet)?;
        Some(Ground { sheet, regions: &self.regions })
    }

    /// Rectangles that cover the rooms of a region's cells, and the cells themselves.
    pub(crate) fn room(&self, region: &Region) -> Vec<Rect> {
        let Some(ground) = self.ground(region) else { return Vec::new() };
        let (rect, mut room) = (region.rect, Vec::new());
        if !region.is_single() {
            // With what stands right beside it, which may go.
            room.push(rect);
            let rows = rect.rows();
            let beside = (rect.right + 1..ground.columns()).find(|col| ground.is_full(*col, &rows));
            let right = beside.unwrap_or(MAX_COLS) - 1;
            if right > rect.right {
                room.push(Rect { left: rect.right + 1, right, ..rect });
            }
            let end = |col| ground.first(col, rect.bottom + 1..MAX_ROWS).unwrap_or(MAX_ROWS);
            let end = rect.cols().map(end).max().unwrap_or(0);
            if end > rect.bottom + 1 {
                room.push(Rect { top: rect.bottom + 1, bottom: end - 1, ..rect });
            }
        }
        ground.below_and_beside(Cell::new(rect.bottom, rect.right), &mut room);
        if let Arrays::Fixed { height, width } = region.template.arrays
            && let Some(fills) = Rect::sized(rect.top_left(), height as usize, width as usize)
        {
            room = room.iter().filter_map(|part| part.intersection(&fills)).collect();
        }
        room
    }

    /// Whether the room of a cell with a formula meets a rectangle.
    pub(crate) fn has_room_in(&self, region: &Region, anchor: Cell, rect: &Rect) -> bool {
        let Some(ground) = self.ground(region) else { return false };
        if rect.bottom < anchor.row || rect.right < anchor.col {
            return false;
        }
        if let Arrays::Fixed { height, width } = region.template.arrays
            && Rect::sized(anchor, height as usize, width as usize)
                .is_none_or(|fills| fills.intersection(rect).is_none())
        {
            return false;
        }
        // Whatever reaches another cell of the rectangle reaches its first one.
        let to = Cell::new(rect.top.max(anchor.row), rect.left.max(anchor.col));
        let free = |to: Cell| {
            (anchor.col..=to.col).all(|col| {
                let from = anchor.row + u32::from(col == anchor.col);
                from > to.row || ground.first(col, from..to.row + 1).is_none()
            })
        };
        if to != anchor {
            return free(to);
        }
        let below = Cell::new(anchor.row + 1, anchor.col);
        let beside = Cell::new(anchor.row, anchor.col + 1);
        [below, beside].into_iter().any(|cell| rect.contains(cell) && free(cell))
    }

    /// What stands in the way of an array, besides other arrays: of formulas the first one, else the first value, by row, then
    /// column.
    pub(crate) fn obstacle(&self, id: RegionId, anchor: Cell, rect: &Rect) -> Option<Obstacle> {
        let region = self.regions.get(id)?;
        let sheet = self.sheets.get(&region.sheet)?;
        let formulas = sheet.regions.within(rect).into_iter();
        let first = |other: RegionId| {
            let parts = match other == id {
                true => region.rect.without(&anchor.into()),
                false => vec![self.regions.get(other)?.rect],
            };
            parts.iter().filter_map(|part| Some(part.intersection(rect)?.top_left())).min()
        };
        if let Some(cell) = formulas.filter_map(first).min() {
            return Some(Obstacle::Formula(cell));
        }
        let mut parts = rect.without(&anchor.into());
        for other in sheet.spills.within(rect) {
            if let Some(spill) = self.regions.get(other).and_then(|region| region.spill) {
                parts = parts.iter().flat_map(|part| part.without(&spill)).collect();
            }
        }
        let value = parts.iter().filter_map(|part| sheet.grid.first_filled(part)).min();
        value.map(Obstacle::Value)
    }
}
