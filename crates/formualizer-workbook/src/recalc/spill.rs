//! Array results put in place.

use crate::{
    address::{Cell, Rect},
    book::{Book, RegionId},
    cells::{CellRef, Cells, Table},
};
use formualizer_common::ExcelErrorKind;

/// Stores what a formula of a single cell gave, array or not; the rectangles whose values are other ones now
/// are what is answered.
pub(super) fn place(book: &mut Book, id: RegionId, result: &Table) -> Vec<Rect> {
    let Some(region) = book.regions.get(id) else { return Vec::new() };
    let (anchor, was_blocked) = (region.anchor(), region.blocked);
    match room(book, id, result) {
        Room::Single => store(book, id, Some(anchor.into()), None, result),
        Room::Free(rect) => {
            evict_later(book, id, &rect);
            store(book, id, Some(rect), None, result)
        }
        Room::Blocked { rect, message } => {
            if was_blocked != rect {
                book.readers.touch(id);
            }
            let error = CellRef::Error(ExcelErrorKind::Spill, Some(&message));
            store(book, id, None, rect, &Table::single(error))
        }
    }
}

/// Why an array result is `#SPILL!`, if it is.
pub(super) fn blocked(book: &Book, id: RegionId, result: &Table) -> Option<String> {
    match room(book, id, result) {
        Room::Blocked { message, .. } => Some(message),
        Room::Single | Room::Free(_) => None,
    }
}

/// Where a result goes.
enum Room {
    /// One cell, the formula's own.
    Single,
    Free(Rect),
    /// The rectangle, where it is on the sheet, that would have to be free.
    Blocked {
        rect: Option<Rect>,
        message: String,
    },
}

fn room(book: &Book, id: RegionId, result: &Table) -> Room {
    let Some(region) = book.regions.get(id) else { return Room::Single };
    if result.as_single().is_some() {
        return Room::Single;
    }
    let anchor = region.anchor();
    let Some(rect) = Rect::sized(anchor, result.height(), result.width()) else {
        let message = format!(
            "the result of {} rows and {} columns does not fit on the sheet from {anchor} on",
            result.height(),
            result.width()
        );
        return Room::Blocked { rect: None, message };
    };
    match obstacle(book, id, &rect) {
        None => Room::Free(rect),
        Some(obstacle) => {
            let sheet = crate::formula::Scope::sheet_name(book, region.sheet).unwrap_or_default();
            let message = format!("the result needs {rect}, but {sheet}!{obstacle} is in the way");
            Room::Blocked { rect: Some(rect), message }
        }
    }
}

/// What stands where an array is to go: a value, a formula, or the result of another one. Of two arrays that want the
/// same cells, the one whose formula comes first (by row, then column) gets them, whichever was there before: so a
/// workbook does not depend on its history.
fn obstacle(book: &Book, id: RegionId, rect: &Rect) -> Option<String> {
    let region = book.regions.get(id)?;
    let sheet = book.sheets.get(&region.sheet)?;
    let anchor = region.anchor();
    // The first one by row and column, so that the message does not depend on how regions came to be.
    let formulas = sheet.regions.within(rect).into_iter().filter(|other| *other != id);
    let first = |other| Some(book.regions.get(other)?.rect.intersection(rect)?.top_left());
    if let Some(cell) = formulas.filter_map(first).min() {
        return Some(format!("{cell} with a formula"));
    }
    let spills = sheet.spills.within(rect).into_iter().filter(|other| *other != id);
    let spills: Vec<(Rect, Cell)> = spills
        .filter_map(|other| book.regions.get(other))
        .filter_map(|other| Some((other.spill?, other.anchor())))
        .collect();
    // Values of the user's own are there whichever arrays are: all but what this array and others fill.
    let own = region.spill.unwrap_or(region.rect);
    let mut parts = rect.without(&own);
    for (spill, _) in &spills {
        parts = parts.iter().flat_map(|part| part.without(spill)).collect();
    }
    if let Some(cell) = parts.iter().filter_map(|part| sheet.grid.first_filled(part)).min() {
        return Some(cell.to_string());
    }
    let before = spills.iter().filter(|(_, other)| *other < anchor);
    let first =
        |(spill, other): &(Rect, Cell)| Some((spill.intersection(rect)?.top_left(), *other));
    let (cell, other) = before.filter_map(first).min()?;
    Some(format!("{cell}, which the array of {other} fills,"))
}

/// Takes back the arrays that give way to another one; they are evaluated again.
fn evict_later(book: &mut Book, id: RegionId, rect: &Rect) {
    let Some(region) = book.regions.get(id) else { return };
    let Some(sheet) = book.sheets.get(&region.sheet) else { return };
    for other in sheet.spills.within(rect).into_iter().filter(|other| *other != id) {
        if let Some(rows) = book.regions.get(other).map(|region| region.rect.rows()) {
            book.retract(other);
            book.changes.rows(other, rows);
        }
    }
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
