//! Which cells a formula reads, and which formulas read a cell.

use super::{IntoCell, Workbook};
use crate::{
    Error,
    address::{Rect, SheetId},
    book::{RowSet, rows_meeting},
    formula::{Scope, Template},
};

/// A range of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SheetRange {
    /// The name of the sheet.
    pub sheet: String,
    /// The range, as in `B2` or `A1:B10`.
    pub range: String,
}

impl SheetRange {
    pub(super) fn of(sheet: &str, rect: &Rect) -> Self {
        Self { sheet: sheet.to_owned(), range: rect.to_string() }
    }
}

impl Workbook {
    /// The ranges that the formula of a cell refers to, in the order in which they stand in it: names and tables are those that they
    /// stand for, `A:A` ends with the sheet. A cell that an array fills has those of the array's formula; one without a formula has none.
    /// What only evaluating it tells (`INDIRECT`, `OFFSET`) is not among them.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn precedents(&self, sheet: &str, cell: impl IntoCell) -> Result<Vec<SheetRange>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let own = self.book.region_at(sheet, cell).map(|(_, region)| (region, cell));
        let filled = || self.book.spill_at(sheet, cell).map(|(_, r)| (r, r.anchor()));
        let Some((region, at)) = own.or_else(filled) else { return Ok(Vec::new()) };
        let mut ranges = Vec::new();
        for area in &region.template.areas {
            if let Some(rect) = area.at(at) {
                let range =
                    SheetRange::of(self.book.sheet_name(area.sheet).unwrap_or_default(), &rect);
                if !ranges.contains(&range) {
                    ranges.push(range);
                }
            }
        }
        Ok(ranges)
    }

    /// The cells whose formulas refer to a cell, as ranges: by sheet in order, then column and row. Not those that depend on it only by way of
    /// others, nor through `INDIRECT` and `OFFSET`.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn dependents(&self, sheet: &str, cell: impl IntoCell) -> Result<Vec<SheetRange>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let wanted = Rect::from(cell);
        let mut found: Vec<(usize, Rect)> = Vec::new();
        for (_, region) in self.book.regions.iter() {
            let Some(place) = self.book.order.iter().position(|id| *id == region.sheet) else {
                continue;
            };
            for rect in reading(&region.template, &region.rect, sheet, &wanted) {
                found.push((place, rect));
            }
        }
        found.sort_by_key(|(place, rect)| (*place, rect.left, rect.top));
        let name = |place: usize| {
            let id = self.book.order.get(place);
            id.and_then(|id| self.book.sheet_name(*id)).unwrap_or_default()
        };
        Ok(found.iter().map(|(place, rect)| SheetRange::of(name(*place), rect)).collect())
    }
}

/// The cells of a region whose formulas refer to one of the wanted.
fn reading(template: &Template, region: &Rect, sheet: SheetId, wanted: &Rect) -> Vec<Rect> {
    let areas = template.areas.iter().filter(|area| area.sheet == sheet);
    let areas: Vec<_> = areas
        .filter(|area| area.over(region).is_some_and(|over| over.intersection(wanted).is_some()))
        .collect();
    if areas.is_empty() {
        return Vec::new();
    }
    let mut rects: Vec<Rect> = Vec::new();
    for col in region.cols() {
        let column = Rect { left: col, right: col, ..*region };
        let mut rows = RowSet::default();
        for area in &areas {
            if area.over(&column).is_some_and(|over| over.intersection(wanted).is_some()) {
                rows.insert(rows_meeting(area, &column, wanted));
            }
        }
        for rows in rows.iter() {
            let part = Rect { top: rows.start, bottom: rows.end - 1, ..column };
            match rects.iter_mut().find(|known| {
                (known.top, known.bottom, known.right + 1) == (part.top, part.bottom, part.left)
            }) {
                Some(known) => known.right = part.right,
                None => rects.push(part),
            }
        }
    }
    rects
}
