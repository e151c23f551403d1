//! What has changed since the last recalculation.

use super::{RegionId, RowSet};
use crate::address::{Rect, SheetId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// Rectangles whose values changed, and rows of regions that are to be calculated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) rects: Vec<(SheetId, Rect)>,
    pub(crate) rows: FxHashMap<RegionId, RowSet>,
    /// Regions with cells on a circle that is one because of what an array does. They are calculated every time: that the array
    /// may be another one now need not show in values.
    pub(crate) circular: FxHashSet<RegionId>,
    /// Regions one of whose functions is no more: their values are no stored ones to keep, and are let go before anything else
    /// becomes of them.
    pub(crate) gone: FxHashSet<RegionId>,
}

impl Changes {
    /// The values of a rectangle changed. Cells written one below or beside the other are one rectangle.
    pub(crate) fn rect(&mut self, sheet: SheetId, rect: Rect) {
        if let Some((last_sheet, last)) = self.rects.last_mut()
            && *last_sheet == sheet
        {
            if last.covers(&rect) {
                return;
            }
            let below =
                last.left == rect.left && last.right == rect.right && last.bottom + 1 == rect.top;
            let beside =
                last.top == rect.top && last.bottom == rect.bottom && last.right + 1 == rect.left;
            if below || beside {
                (last.bottom, last.right) = (rect.bottom, rect.right);
                return;
            }
        }
        self.rects.push((sheet, rect));
    }

    /// Rows of a region are to be calculated.
    pub(crate) fn rows(&mut self, region: RegionId, rows: Range<u32>) {
        self.rows.entry(region).or_default().insert(rows);
    }

    /// A region is gone.
    pub(crate) fn forget(&mut self, region: RegionId) {
        self.rows.remove(&region);
        self.circular.remove(&region);
        self.gone.remove(&region);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rects.is_empty() && self.rows.is_empty()
    }
}
