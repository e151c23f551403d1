//! Array results put in place.

use crate::{
    address::Rect,
    book::{Book, RegionId},
    cells::{CellRef, Cells, Table},
};
use formualizer_common::ExcelErrorKind;

/// Stores what a formula of a single cell gave, array or not; the rectangles whose values are other ones now
/// are what is answered.
pub(super) fn place(book: &mut Book, id: RegionId, result: &Table) -> Vec<Rect> {
    let Some(region) = book.regions.get(id) else { return Vec::new() };
    let (sheet, anchor, before) = (region.sheet, region.anchor(), region.spill);
    let was_blocked = region.blocked;
    if result.as_single().is_some() {
        return store(book, id, Some(anchor.into()), None, result);
    }
    let Some(rect) = Rect::sized(anchor, result.height(), result.width()) else {
        let message = format!(
            "the result of {} rows and {} columns does not fit on the sheet from {anchor} on",
            result.height(),
            result.width()
        );
        return store(book, id, None, None, &spill_error(&message));
    };
    evict_later(book, id, &rect);
    match obstacle(book, id, &rect, before) {
        None => store(book, id, Some(rect), None, result),
        Some(obstacle) => {
            if was_blocked != Some(rect) {
                book.readers.touch(id);
            }
            let name = crate::formula::Scope::sheet_name(book, sheet).unwrap_or_default();
            let message = format!("the result needs {rect}, but {name}!{obstacle} is in the way");
            store(book, id, None, Some(rect), &spill_error(&message))
        }
    }
}

fn spill_error(message: &str) -> Table {
    Table::single(CellRef::Error(ExcelErrorKind::Spill, Some(message)))
}

/// Of two arrays that want the same cells, the one whose formula comes first (by row, then column) gets them, whichever
/// was there before: so a workbook does not depend on its history. The other one is evaluated again.
fn evict_later(book: &mut Book, id: RegionId, rect: &Rect) {
    let Some(region) = book.regions.get(id) else { return };
    let (sheet, anchor) = (region.sheet, region.anchor());
    let Some(spills) = book.sheets.get(&sheet).map(|sheet| sheet.spills.within(rect)) else {
        return;
    };
    for other in spills {
        let Some(region) = book.regions.get(other) else { continue };
        if other != id && region.anchor() > anchor {
            let rows = region.rect.rows();
            book.retract(other);
            book.changes.rows(other, rows);
        }
    }
}

/// What stands where an array is to go: a value, a formula, or the result of another one.
fn obstacle(book: &Book, id: RegionId, rect: &Rect, before: Option<Rect>) -> Option<String> {
    let region = book.regions.get(id)?;
    let sheet = book.sheets.get(&region.sheet)?;
    // The first one by row and column, so that the message does not depend on how regions came to be.
    let formulas = sheet.regions.within(rect).into_iter().filter(|other| *other != id);
    let first = |other| Some(book.regions.get(other)?.rect.intersection(rect)?.top_left());
    if let Some(cell) = formulas.filter_map(first).min() {
        return Some(format!("{cell} with a formula"));
    }
    let spills = sheet.spills.within(rect).into_iter().filter(|other| *other != id);
    let first = |other| {
        let other = book.regions.get(other)?;
        Some((other.spill?.intersection(rect)?.top_left(), other.anchor()))
    };
    if let Some((cell, anchor)) = spills.filter_map(first).min() {
        return Some(format!("{cell}, which the array of {anchor} fills,"));
    }
    let own = before.unwrap_or(region.rect);
    let filled = rect.without(&own).iter().filter_map(|part| sheet.grid.first_filled(part)).min();
    filled.map(|cell| cell.to_string())
}

/// Stores the cells of a result from the anchor on, and what it fills or would fill.
fn store(
    book: &mut Book,
    id: RegionId,
    fills: Option<Rect>,
    blocked: Option<Rect>,
    result: &Table,
) -> Vec<Rect> {
    let Some(region) = book.regions.get_mut(id) else { return Vec::new() };
    let (sheet_id, own) = (region.sheet, region.rect);
    let before = region.spill.unwrap_or(own);
    let after = fills.unwrap_or(own);
    let had = region.spill.take();
    region.spill = fills.filter(|rect| rect.cells() > 1);
    let touched = region.blocked != blocked;
    region.blocked = blocked;
    let now = region.spill;
    if touched {
        book.readers.touch(id);
    }
    let Some(sheet) = book.sheets.get_mut(&sheet_id) else { return Vec::new() };
    if had != now {
        if let Some(rect) = had {
            sheet.spills.remove(&rect);
        }
        if let Some(rect) = now {
            sheet.spills.insert(&rect, id);
        }
    }
    let same = before == after
        && after
            .cols()
            .zip(result.columns())
            .all(|(col, cells)| sheet.grid.cells(col, after.rows()).same(cells));
    if same {
        return Vec::new();
    }
    for part in before.without(&after) {
        sheet.grid.clear(&part);
    }
    for (col, cells) in after.cols().zip(result.columns()) {
        let cells: Cells = cells.clone();
        sheet.grid.set_cells(col, after.top, cells);
    }
    match before == after {
        true => vec![after],
        false => vec![before, after],
    }
}
