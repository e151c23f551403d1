//! Array results put in place.

use super::finish::tells_nothing;
use crate::{
    address::{Cell, Rect},
    book::{Book, Obstacle, RegionId},
    cells::{CellRef, Cells, Table},
    formula::Scope,
};
use formualizer_common::ExcelErrorKind;

/// What becomes of the result of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// One cell, the formula's own.
    One,
    Fills(Rect),
    /// The rectangle, where it is on the sheet, that would have to be free, and why it is not.
    Blocked(Option<Rect>, String),
}

/// What putting a result in place has changed.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Rectangles with other values.
    pub(super) rects: Vec<Rect>,
    /// Rectangles that arrays fill or filled, where these are others.
    pub(super) moved: Vec<Rect>,
    /// Regions whose arrays gave way.
    pub(super) evicted: Vec<RegionId>,
}

/// What becomes of a result as far as that follows from values and formulas: other arrays may still be in the way.
pub(super) fn on_ground(book: &Book, id: RegionId, anchor: Cell, result: &Table) -> Fate {
    if result.as_single().is_some() {
        return Fate::One;
    }
    let Some(rect) = Rect::sized(anchor, result.height(), result.width()) else {
        let message = format!(
            "the result of {} rows and {} columns does not fit on the sheet from {anchor} on",
            result.height(),
            result.width()
        );
        return Fate::Blocked(None, message);
    };
    let what = match book.obstacle(id, anchor, &rect) {
        None => return Fate::Fills(rect),
        Some(Obstacle::Formula(cell)) => format!("{cell} with a formula"),
        Some(Obstacle::Value(cell)) => cell.to_string(),
    };
    blocked(book, id, rect, &what)
}

/// What becomes of an array where others fill some of its cells, given by what they fill and the cells of their formulas. The
/// first array gets the cells, by row and column of the formulas, whichever was there before: so a workbook does not
/// depend on its history.
pub(super) fn among(
    book: &Book,
    id: RegionId,
    (anchor, rect): (Cell, Rect),
    others: impl Iterator<Item = (Rect, Cell)>,
) -> Fate {
    let earlier = others.filter(|(_, other)| *other < anchor);
    let meets = |(fills, other): (Rect, Cell)| Some((fills.intersection(&rect)?.top_left(), other));
    match earlier.filter_map(meets).min() {
        None => Fate::Fills(rect),
        Some((cell, other)) => {
            blocked(book, id, rect, &format!("{cell}, which the array of {other} fills,"))
        }
    }
}

fn blocked(book: &Book, id: RegionId, rect: Rect, what: &str) -> Fate {
    let sheet = book.regions.get(id).and_then(|region| Scope::sheet_name(book, region.sheet));
    let sheet = sheet.unwrap_or_default();
    let message = format!("the result needs {rect}, but {sheet}!{what} is in the way");
    Fate::Blocked(Some(rect), message)
}

/// What becomes of a result beside the arrays that are there.
pub(super) fn fate(book: &Book, id: RegionId, result: &Table) -> Fate {
    let Some(region) = book.regions.get(id) else { return Fate::One };
    let anchor = region.anchor();
    let Fate::Fills(rect) = on_ground(book, id, anchor, result) else {
        return on_ground(book, id, anchor, result);
    };
    let Some(sheet) = book.sheets.get(&region.sheet) else { return Fate::One };
    let others = sheet.spills.within(&rect).into_iter().filter(|other| *other != id);
    let others = others.filter_map(|other| book.regions.get(other));
    let others = others.filter_map(|other| Some((other.spill?, other.anchor())));
    among(book, id, (anchor, rect), others)
}

/// Stores what a formula of a single cell gave; later arrays in its way are taken back.
pub(super) fn place(book: &mut Book, id: RegionId, result: &Table, fate: Fate) -> Placed {
    let mut placed = Placed::default();
    match fate {
        Fate::One => store(book, id, None, None, result, &mut placed),
        Fate::Fills(rect) => {
            evict_later(book, id, &rect, &mut placed);
            store(book, id, Some(rect), None, result, &mut placed);
        }
        Fate::Blocked(rect, message) => {
            let error = CellRef::Error(ExcelErrorKind::Spill, Some(&message));
            store(book, id, None, rect, &Table::single(error), &mut placed);
        }
    }
    placed
}

/// Takes back the arrays that give way to another one.
fn evict_later(book: &mut Book, id: RegionId, rect: &Rect, placed: &mut Placed) {
    let Some(region) = book.regions.get(id) else { return };
    let Some(sheet) = book.sheets.get(&region.sheet) else { return };
    for other in sheet.spills.within(rect).into_iter().filter(|other| *other != id) {
        if let Some(filled) = book.lift(other) {
            placed.rects.push(filled);
            placed.moved.push(filled);
            placed.evicted.push(other);
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
    placed: &mut Placed,
) {
    let Some(region) = book.regions.get_mut(id) else { return };
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
    let Some(sheet) = book.sheets.get_mut(&sheet_id) else { return };
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
            .all(|(col, cells)| tells_nothing(&sheet.grid.cells(col, after.rows()), cells));
    if same {
        return;
    }
    for part in before.without(&after) {
        sheet.grid.clear(&part);
    }
    match result.as_single() {
        // Cells that are stored one by one make few vectors.
        Some(cell) => sheet.grid.set(after.top_left(), cell),
        None => {
            for (col, cells) in after.cols().zip(result.columns()) {
                let cells: Cells = cells.clone();
                sheet.grid.store(col, after.top, cells);
            }
        }
    }
    placed.rects.push(after);
    if before != after {
        placed.rects.push(before);
        placed.moved.extend([before, after]);
    }
}
