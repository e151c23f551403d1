//! What has changed since a moment: for programs that show a workbook.

use super::{SheetRange, Workbook};
use crate::{
    address::{MAX_COLS, MAX_ROWS, Rect, SheetId},
    storage::Grid,
};
use std::ops::Range;

/// The values of a workbook at a moment. It shares their memory with the workbook.
#[derive(Clone, Debug)]
pub struct Snapshot {
    sheets: Vec<(SheetId, Grid)>,
}

/// Ranges of one column in a list of changes; where there are more, the one from the first to the last stands for them.
const MOST_RANGES: usize = 1_000;

impl Workbook {
    /// The values as they are now, for [`changed_since`](Self::changed_since).
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let grid = |id: &SheetId| Some((*id, self.book.sheets.get(id)?.grid.clone()));
        Snapshot { sheets: self.book.order.iter().filter_map(grid).collect() }
    }

    /// The ranges whose values are not what they were at a moment, whatever changed them: edits, a recalculation, undo, inserted rows.
    /// By sheet in order, then column and row; equal ranges of neighbouring columns are one. Where more than a thousand ranges of one
    /// column changed, one from the first row to the last stands for them. Sheets that are gone have no ranges.
    ///
    /// ```
    /// use formualizer_workbook::Workbook;
    ///
    /// let mut book = Workbook::new();
    /// book.add_sheet("S")?;
    /// book.set_formulas("S", "B1:C3", "=$A1*10")?;
    /// book.recalculate()?;
    /// let before = book.snapshot();
    /// book.set_value("S", "A2", 2.0)?;
    /// book.recalculate()?;
    /// let changed = book.changed_since(&before);
    /// assert_eq!(changed.iter().map(|c| c.range.as_str()).collect::<Vec<_>>(), ["A2:C2"]);
    /// # Ok::<(), formualizer_workbook::Error>(())
    /// ```
    #[must_use]
    pub fn changed_since(&self, before: &Snapshot) -> Vec<SheetRange> {
        let empty = Grid::default();
        let mut changed = Vec::new();
        for id in &self.book.order {
            let Some(sheet) = self.book.sheets.get(id) else { continue };
            let known = before.sheets.iter().find(|(known, _)| known == id);
            let old = known.map_or(&empty, |(_, grid)| grid);
            let rects = different(old, &sheet.grid);
            changed.extend(rects.iter().map(|rect| SheetRange::of(&sheet.name, rect)));
        }
        changed
    }
}

fn different(old: &Grid, new: &Grid) -> Vec<Rect> {
    let columns = old.used().1.max(new.used().1).min(MAX_COLS);
    let mut rects: Vec<Rect> = Vec::new();
    // The rectangles that end in the column before.
    let mut open = 0;
    for col in 0..columns {
        let rows = bounded(new.different_rows(old, col));
        let first = rects.len();
        for rows in rows {
            let (top, bottom) = (rows.start, rows.end.min(MAX_ROWS) - 1);
            rects.push(Rect { top, left: col, bottom, right: col });
        }
        // Equal lists of rows in neighbouring columns are the same rectangles, wider.
        let (before, now) = rects.split_at(first);
        let before = &before[open.min(first)..];
        let alike = before.len() == now.len()
            && !now.is_empty()
            && before
                .iter()
                .zip(now)
                .all(|(a, b)| (a.top, a.bottom) == (b.top, b.bottom) && a.right + 1 == b.left);
        if alike {
            rects.truncate(first);
            rects[open..].iter_mut().for_each(|rect| rect.right = col);
        } else {
            open = first;
        }
    }
    rects
}

/// The ranges of rows, or one for all where they are too many.
fn bounded(rows: Vec<Range<u32>>) -> Vec<Range<u32>> {
    match rows.as_slice() {
        [first, .., last] if rows.len() > MOST_RANGES => {
            std::iter::once(first.start..last.end).collect()
        }
        _ => rows,
    }
}
