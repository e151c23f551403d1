//! Regions cut into parts that each have one formula after a change.

use super::{Book, is_of_places};
use crate::{
    address::{Area, Cell, Rect, SheetId},
    book::{Region, RegionId, RowSet},
    cells::CellRef,
    formula::{Change, Place, Rewriting, TABLE_PLACES, TableDef, Template, source_key},
};
use formualizer_common::ExcelErrorKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A part of a region as it will be.
pub(super) struct Part {
    pub(super) sheet: SheetId,
    pub(super) rect: Rect,
    pub(super) template: Arc<Template>,
    /// Rows that are to be calculated.
    pub(super) rows: RowSet,
}

/// The formula of a part.
pub(super) enum Made {
    Same(Arc<Template>),
    New(Box<Template>),
}

/// A part of a region before its formula is among those in use.
pub(super) struct Cut {
    /// Where it was.
    pub(super) old: Rect,
    pub(super) sheet: SheetId,
    pub(super) rect: Rect,
    pub(super) template: Made,
    /// Whether its values may be others now.
    pub(super) dirty: bool,
}

/// What cutting needs to know.
pub(super) struct Cutting<'a> {
    pub(super) book: &'a Book,
    pub(super) with: Rewriting<'a>,
    /// Names and tables that stand for something else now.
    pub(super) changed: &'a FxHashSet<String>,
    /// Those that have lost cells.
    pub(super) lost: &'a FxHashSet<String>,
    pub(super) old_tables: &'a FxHashMap<String, TableDef>,
}

impl Cutting<'_> {
    /// The parts that a region falls into; `None` where it stays as it is.
    pub(super) fn cut(&self, id: RegionId) -> Option<Vec<Cut>> {
        let region = self.book.regions.get(id)?;
        let change = self.with.change;
        let template = &region.template;
        let renamed = template.mentions.iter().any(|name| self.changed.contains(name));
        let mut areas = template.source_areas(self.book);
        areas.extend(&template.areas);
        let spared = |area: &Area| {
            area.over(&region.rect).is_none_or(|rect| change.spares(area.sheet, &rect))
        };
        if !renamed && change.spares(region.sheet, &region.rect) && areas.iter().all(spared) {
            return None;
        }
        if !renamed && let Some(whole) = self.carried_whole(region, &areas) {
            return Some(vec![whole]);
        }
        let (rows, cols) = change.cuts(region.sheet, &region.rect, &areas);
        let old_key = template.source_key();
        let mut todo = tiles(&region.rect, &rows, &cols);
        // Taken from the end: in the order in which they lie.
        todo.reverse();
        let mut cuts = Vec::new();
        while let Some(tile) = todo.pop() {
            self.cut_tile(region, renamed, &old_key, tile, &mut todo, &mut cuts);
        }
        Some(cuts)
    }

    /// A region that moves as one piece with everything that it reads relative to it, while the rest stays: the usual case,
    /// in which no formula is looked at.
    fn carried_whole(&self, region: &Region, areas: &[Area]) -> Option<Cut> {
        let (template, change, old) = (&region.template, self.with.change, region.rect);
        let (sheet, rect) = change.kept(region.sheet, &old)?;
        let ends = |rect: &Rect| [rect.top_left(), Cell::new(rect.bottom, rect.right)];
        let follows = |area: &Area| {
            // At both ends each for itself: that all of it together moves is not enough where one bound has a `$`.
            let each = ends(&old).into_iter().zip(ends(&rect)).all(|(from, to)| {
                let read = area.at(from).and_then(|read| change.kept(area.sheet, &read));
                read.is_some() && read == area.at(to).map(|read| (area.sheet, read))
            });
            each && area.over(&old).is_some_and(|read| change.kept(area.sheet, &read).is_some())
        };
        let places = template.mentions.iter().any(|name| name == TABLE_PLACES);
        let same = sheet == region.sheet
            && !(places && matches!(change, Change::Block(_)))
            && template.holds.covers(&rect)
            && areas.iter().all(follows);
        if !same {
            return None;
        }
        let template = Made::Same(Arc::clone(template));
        let dirty = self.is_dirty(region, &template, &old, &rect, sheet);
        Some(Cut { old, sheet, rect, template, dirty })
    }

    fn cut_tile(
        &self,
        region: &Region,
        renamed: bool,
        old_key: &str,
        tile: Rect,
        todo: &mut Vec<Rect>,
        cuts: &mut Vec<Cut>,
    ) {
        let (template, book) = (&region.template, self.book);
        let first = tile.top_left();
        // Cells that are gone take their formulas with them.
        let Some((sheet, to)) = self.with.change.cell(region.sheet, first) else { return };
        let Some(made) = self.rewritten(region, first) else { return };
        let key = source_key(&made.source, to);
        let last = Cell::new(tile.bottom, tile.right);
        let same_to_the_end = last == first
            || self.with.change.cell(region.sheet, last).is_some_and(|(_, to)| {
                self.rewritten(region, last).is_some_and(|made| source_key(&made.source, to) == key)
            });
        if !same_to_the_end {
            // References whose ends were deleted are other ones in every row or column.
            let (a, b) = halves(&tile);
            todo.push(b);
            todo.push(a);
            return;
        }
        let mut old = tile;
        let whole = moved(&tile, to);
        let keeps =
            key == old_key && !renamed && template.sheet == sheet && template.holds.covers(&whole);
        let new = match keeps {
            true => Made::Same(Arc::clone(template)),
            false => {
                let new = template.with_source(made.source, sheet, to, book);
                let held = new.holds.intersection(&whole).unwrap_or_else(|| to.into());
                if held != whole {
                    // It depends on the table around the cell: the rest is compiled for itself.
                    old = moved_by(&held, to, first);
                    let rest = whole.without(&held);
                    todo.extend(rest.iter().rev().map(|part| moved_by(part, to, first)));
                }
                Made::New(Box::new(new))
            }
        };
        let rect = moved(&old, to);
        let lost = made.lost || template.mentions.iter().any(|name| self.lost.contains(name));
        let dirty = lost || self.is_dirty(region, &new, &old, &rect, sheet);
        cuts.push(Cut { old, sheet, rect, template: new, dirty });
    }

    fn rewritten(&self, region: &Region, cell: Cell) -> Option<crate::formula::Rewritten> {
        let to = self.with.change.cell(region.sheet, cell)?;
        let around = region.template.mentions.iter().any(|name| name == TABLE_PLACES);
        let table = around.then(|| {
            let mut tables = self.old_tables.values();
            tables.find(|table| table.sheet == region.sheet && table.rect.contains(cell))
        });
        let table = table.flatten().map(|table| {
            let now = crate::formula::Scope::table_at(self.book, to.0, to.1);
            (table.name.as_str(), now.is_some_and(|now| now.name == table.name))
        });
        let place = Place { from: (region.sheet, cell), to, table };
        Some(region.template.rewritten(&place, &self.with))
    }

    /// Whether the values of a part may be others than they were.
    fn is_dirty(
        &self,
        region: &Region,
        made: &Made,
        old_rect: &Rect,
        rect: &Rect,
        sheet: SheetId,
    ) -> bool {
        let (old, change) = (&*region.template, self.with.change);
        let new: &Template = match made {
            Made::Same(new) => new,
            Made::New(new) => new,
        };
        if new.functions.iter().any(|function| is_of_places(function)) {
            return true;
        }
        let carried = sheet != region.sheet || rect != old_rect;
        let places = new.mentions.iter().any(|name| name == TABLE_PLACES);
        if matches!(change, Change::Block(_)) && carried && places {
            return true;
        }
        let wide = |area: &Area| area.top != area.bottom || area.left != area.right;
        let elsewhere =
            |area: &Area| wide(area) && (area.sheet != sheet || matches!(change, Change::Block(_)));
        if new.intersects() && new.areas.iter().any(elsewhere) {
            return true;
        }
        // An array that found no room, or none on the sheet, may find it now.
        if region.is_single() && region.spill.is_none() {
            let grid = self.book.sheets.get(&region.sheet).map(|sheet| &sheet.grid);
            let value = grid.map(|grid| grid.get(region.anchor()));
            if matches!(value, Some(CellRef::Error(ExcelErrorKind::Spill, _))) {
                return true;
            }
        }
        let corners = |rect: &Rect| [rect.top_left(), Cell::new(rect.bottom, rect.right)];
        let follows = |a: &Area, b: &Area, from: Cell, to: Cell| match (a.at(from), b.at(to)) {
            (Some(was), Some(is)) => change.kept(a.sheet, &was) == Some((b.sheet, is)),
            (None, None) => true,
            _ => false,
        };
        old.areas.len() != new.areas.len()
            || corners(old_rect).into_iter().zip(corners(rect)).any(|(from, to)| {
                old.areas.iter().zip(&new.areas).any(|(a, b)| !follows(a, b, from, to))
            })
    }
}

/// A rectangle with its first cell elsewhere.
fn moved(rect: &Rect, to: Cell) -> Rect {
    Rect {
        top: to.row,
        left: to.col,
        bottom: to.row + (rect.bottom - rect.top),
        right: to.col + (rect.right - rect.left),
    }
}

/// A rectangle that lies to `to` as `rect` lies to `from`.
fn moved_by(rect: &Rect, from: Cell, to: Cell) -> Rect {
    moved(rect, Cell::new(rect.top - from.row + to.row, rect.left - from.col + to.col))
}

/// A rectangle cut before these rows and columns, row by row.
pub(super) fn tiles(rect: &Rect, rows: &[u32], cols: &[u32]) -> Vec<Rect> {
    let spans = |first: u32, last: u32, cuts: &[u32]| {
        let starts = std::iter::once(first).chain(cuts.iter().copied());
        let ends = cuts.iter().map(|cut| cut - 1).chain(std::iter::once(last));
        starts.zip(ends).collect::<Vec<_>>()
    };
    let (rows, cols) = (spans(rect.top, rect.bottom, rows), spans(rect.left, rect.right, cols));
    let row = |(top, bottom): (u32, u32)| {
        cols.iter().map(move |(left, right)| Rect { top, left: *left, bottom, right: *right })
    };
    rows.into_iter().flat_map(row).collect()
}

/// Both halves of a rectangle of more than one cell.
fn halves(rect: &Rect) -> (Rect, Rect) {
    match rect.height() >= rect.width() {
        true => {
            let middle = rect.top + rect.height() / 2;
            (Rect { bottom: middle - 1, ..*rect }, Rect { top: middle, ..*rect })
        }
        false => {
            let middle = rect.left + rect.width() / 2;
            (Rect { right: middle - 1, ..*rect }, Rect { left: middle, ..*rect })
        }
    }
}

/// Parts with the same formula that lie beside or below each other, as one.
pub(super) fn merged(mut parts: Vec<Part>) -> Vec<Part> {
    // Beside each other first, as they come; then those of equal width below each other.
    parts.sort_by_key(|part| (part.rect.top, part.rect.left));
    let beside =
        |a: &Rect, b: &Rect| (a.top, a.bottom) == (b.top, b.bottom) && a.right + 1 == b.left;
    let below =
        |a: &Rect, b: &Rect| (a.left, a.right) == (b.left, b.right) && a.bottom + 1 == b.top;
    let mut parts = joined(parts, &beside);
    parts.sort_by_key(|part| (part.rect.left, part.rect.right, part.rect.top));
    joined(parts, &below)
}

fn joined(parts: Vec<Part>, next: &dyn Fn(&Rect, &Rect) -> bool) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match out.last_mut() {
            Some(last)
                if last.sheet == part.sheet
                    && Arc::ptr_eq(&last.template, &part.template)
                    && next(&last.rect, &part.rect) =>
            {
                (last.rect.bottom, last.rect.right) = (part.rect.bottom, part.rect.right);
                last.rows.extend(&part.rows);
            }
            _ => out.push(part),
        }
    }
    out
}
