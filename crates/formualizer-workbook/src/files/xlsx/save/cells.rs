//! The cells of a book, row by row: values from columns, formulas from regions.

use crate::{
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    book::{Region, Regions, Sheet},
    cells::{CellRef, Cells},
};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Rows of a column that are looked at together.
const WINDOW: u32 = 4096;

/// A column's cells, from the top.
struct Column<'a> {
    col: u32,
    /// Regions of the column: first row, last row.
    regions: Vec<(u32, u32, &'a Region)>,
    /// The region that the next row may be in.
    at: usize,
    window: Cells,
    rows: Range<u32>,
    used: u32,
    /// The first value from a row on, as it was found last: a long gap is gone through once.
    known: Option<(u32, Option<u32>)>,
}

/// The cells of a sheet that hold something.
pub(super) struct SheetCells<'a> {
    sheet: &'a Sheet,
    columns: Vec<Column<'a>>,
}

impl<'a> SheetCells<'a> {
    pub(super) fn new(sheet: &'a Sheet, regions: &'a Regions) -> Self {
        let whole = Rect { top: 0, left: 0, bottom: MAX_ROWS - 1, right: MAX_COLS - 1 };
        let mut by_column: FxHashMap<u32, Vec<(u32, u32, &Region)>> = FxHashMap::default();
        for region in sheet.regions.within(&whole).into_iter().filter_map(|id| regions.get(id)) {
            for col in region.rect.cols() {
                let entry = (region.rect.top, region.rect.bottom, region);
                by_column.entry(col).or_default().push(entry);
            }
        }
        let (_, cols) = sheet.grid.used();
        let mut all: Vec<u32> = (0..cols).collect();
        all.extend(by_column.keys().copied().filter(|col| *col >= cols));
        all.sort_unstable();
        let columns = all.into_iter().map(|col| {
            let mut regions = by_column.remove(&col).unwrap_or_default();
            regions.sort_unstable_by_key(|(top, ..)| *top);
            let used = sheet.grid.used_rows(col..col + 1);
            Column { col, regions, at: 0, window: Cells::Blank(0), rows: 0..0, used, known: None }
        });
        Self { sheet, columns: columns.filter(|c| c.used > 0 || !c.regions.is_empty()).collect() }
    }

    /// The first row from `from` on with something in it.
    pub(super) fn next_row(&mut self, from: u32) -> Option<u32> {
        let sheet = self.sheet;
        self.columns.iter_mut().filter_map(|column| column.next(sheet, from)).min()
    }

    /// The cells of a row, from left to right. Rows must be asked for from the top.
    pub(super) fn row(&mut self, row: u32) -> Vec<(u32, CellRef<'_>, Option<&'a Region>)> {
        let sheet = self.sheet;
        let mut found = Vec::new();
        for column in &mut self.columns {
            let region = column.region(row);
            column.load(sheet, row);
            let value = match column.rows.contains(&row) {
                true => column.window.get((row - column.rows.start) as usize),
                false => CellRef::Blank,
            };
            if region.is_some() || value != CellRef::Blank {
                found.push((column.col, value, region));
            }
        }
        found
    }

    /// Sheets that are read from the top again.
    pub(super) fn rewind(&mut self) {
        self.columns.iter_mut().for_each(|column| (column.at, column.known) = (0, None));
    }
}

impl<'a> Column<'a> {
    fn region(&mut self, row: u32) -> Option<&'a Region> {
        while self.regions.get(self.at).is_some_and(|(_, bottom, _)| *bottom < row) {
            self.at += 1;
        }
        let (top, _, region) = self.regions.get(self.at)?;
        (*top <= row).then_some(*region)
    }

    fn load(&mut self, sheet: &Sheet, row: u32) {
        if !self.rows.contains(&row) && row < self.used {
            self.rows = row..(row + WINDOW).min(self.used);
            self.window = sheet.grid.cells(self.col, self.rows.clone());
        }
    }

    fn next(&mut self, sheet: &Sheet, from: u32) -> Option<u32> {
        let region = match self.region(from) {
            Some(_) => return Some(from),
            None => self.regions.get(self.at).map(|(top, ..)| *top),
        };
        match (region, self.next_value(sheet, from)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }

    /// The first row from `from` on that holds a value.
    fn next_value(&mut self, sheet: &Sheet, from: u32) -> Option<u32> {
        if let Some((since, found)) = self.known
            && from >= since
            && found.is_none_or(|found| from <= found)
        {
            return found;
        }
        if from >= self.used {
            return None;
        }
        self.load(sheet, from);
        let found = match self.window.get((from - self.rows.start) as usize) {
            CellRef::Blank => {
                let below =
                    Rect { top: from, left: self.col, bottom: self.used - 1, right: self.col };
                sheet.grid.first_filled(&below).map(|cell: Cell| cell.row)
            }
            _ => Some(from),
        };
        self.known = Some((from, found));
        found
    }
}
