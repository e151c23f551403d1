//! What a cell of a component sees while it is evaluated: the book, with the component's own cells and arrays as far as they are
//! done. What is not done it waits for.

use super::{
    component::{Component, Place},
    reader::as_the_book,
};
use crate::{
    address::{Cell, Rect, SheetId},
    book::{Hidden, RegionId},
    cells::{Builder, CellRef, Cells},
    eval::{Environment, Reader},
    functions::{Functions, Sessions},
};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::ErrorCode;
use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// What a cell waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) on: Place,
    /// Only because it could fill what the cell reads or wants.
    pub(super) could: bool,
}

/// An array that a cell takes for not filling a part of a rectangle.
pub(super) type Reliance = (Place, SheetId, Rect);

/// What a cell has asked for.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) waits: Vec<Wait>,
    pub(super) relied: Vec<Reliance>,
}

impl Log {
    /// The waits, each once: for a value before what an array could do.
    pub(super) fn waits(self) -> Vec<Wait> {
        let mut seen = rustc_hash::FxHashSet::default();
        let (could, must): (Vec<Wait>, Vec<Wait>) =
            self.waits.into_iter().partition(|wait| wait.could);
        must.into_iter().chain(could).filter(|wait| seen.insert(wait.on)).collect()
    }
}

/// The view of one cell.
pub(super) struct Reading<'c, 'a> {
    all: &'c Component<'a>,
    base: &'c super::reader::BookReader<'a>,
    at: Place,
    assumed: &'c [Place],
    /// Arrays that were asked for by name (`A1#`): they are there, whatever is assumed of cells that they could fill.
    named: Mutex<Vec<usize>>,
    log: Mutex<Log>,
}

impl<'c, 'a> Reading<'c, 'a> {
    pub(super) fn new(all: &'c Component<'a>, at: Place) -> Self {
        let assumed = all.assumed.get(&at).map_or(&[][..], Vec::as_slice);
        Self { all, base: all.base, at, assumed, named: Mutex::default(), log: Mutex::default() }
    }

    pub(super) fn into_log(self) -> Log {
        self.log.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for arrays that could fill a part of a rectangle; only for those of formulas before a cell where one is given. Gives
    /// whether one is outside of the component.
    fn wait_for_arrays(&self, sheet: SheetId, rect: &Rect, before: Option<Cell>) -> bool {
        let readers = &self.base.book.readers;
        let mut seen: Vec<RegionId> = readers.could_fill(sheet, rect).collect();
        seen.sort_unstable();
        seen.dedup();
        let earlier = |cell: Cell| before.is_none_or(|before| cell < before);
        let mut outside = false;
        for id in seen {
            let Some(member) = self.all.by_id.get(&id).copied() else {
                let region = self.base.book.regions.get(id);
                outside |= self.all.is_outside(id)
                    && region.is_some_and(|region| earlier(region.anchor()));
                continue;
            };
            let region = self.all.members[member].region;
            // The cells of a filled region have room beside it and below it.
            let own = region.rect;
            let rows = own.top.max(rect.top)..(own.bottom + 1).min(rect.bottom + 1);
            let beside = rows.map(|row| Cell::new(row, own.right));
            let below = own.cols().map(|col| Cell::new(own.bottom, col));
            let cells: Vec<Cell> = match region.is_single() {
                true => vec![region.anchor()],
                false => {
                    let corner = Cell::new(own.bottom, own.right);
                    beside.filter(|cell| *cell != corner).chain(below).collect()
                }
            };
            for cell in cells.into_iter().filter(|cell| earlier(*cell)) {
                let place = (member, cell);
                let assumed = self.assumed.contains(&place);
                if !(assumed || self.all.members[member].waits(cell))
                    || !self.base.book.has_room_in(region, cell, rect)
                {
                    continue;
                }
                let mut log = self.log();
                match assumed {
                    true => log.relied.push((place, sheet, *rect)),
                    false => {
                        let could = !self.all.confirmed.contains(&(self.at, place));
                        log.waits.push(Wait { on: place, could });
                    }
                }
            }
        }
        outside
    }

    /// Asks for a rectangle that the array of the cell is to fill; gives it where something outside could fill it before.
    pub(super) fn wants(&self, rect: &Rect) -> Option<Rect> {
        let sheet = self.all.members[self.at.0].region.sheet;
        self.wait_for_arrays(sheet, rect, Some(self.at.1)).then_some(*rect)
    }

    /// The cell of an array of the component: of several, which can only be for a while, the first one's.
    fn filled(&self, sheet: SheetId, cell: Cell) -> Option<CellRef<'_>> {
        let there = self.all.filled.get(&sheet)?.iter().filter(|member| {
            let array = self.all.arrays.get(*member);
            array.is_some_and(|array| array.fills.contains(cell))
        });
        let anchor = |member: &usize| self.all.members[*member].region.anchor();
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = there.filter(|member| {
            !self.assumed.contains(&(**member, anchor(member))) || named.contains(member)
        });
        let array = self.all.arrays.get(seen.min_by_key(|member| anchor(member))?)?;
        let (row, col) = (cell.row - array.fills.top, cell.col - array.fills.left);
        Some(array.table.get(row as usize, col as usize))
    }

    fn own_end(&self, sheet: SheetId) -> (u32, u32) {
        self.all.ends.get(&sheet).copied().unwrap_or_default()
    }

    fn end_of_own_rows(&self, sheet: SheetId, _: &Range<u32>) -> u32 {
        self.own_end(sheet).0
    }
}

impl Reader for Reading<'_, '_> {
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_> {
        let book = self.base.book;
        let Some(known) = book.sheets.get(&sheet) else { return CellRef::Blank };
        if let Some(id) = known.regions.at(cell) {
            let member = self.all.by_id.get(&id).and_then(|at| self.all.members.get(*at));
            return match member.filter(|member| member.has(cell)) {
                Some(member) => CellRef::of(member.value(cell), self.base.environment.dates)
                    .unwrap_or(CellRef::Blank),
                None => known.grid.get(cell),
            };
        }
        if let Some(filled) = self.filled(sheet, cell) {
            return filled;
        }
        match known.spills.at(cell) {
            Some(id) if self.all.is_lifted(id) => CellRef::Blank,
            _ => known.grid.get(cell),
        }
    }

    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells {
        let Some(known) = self.base.book.sheets.get(&sheet) else {
            return Cells::Blank(rows.len());
        };
        if rows.is_empty() {
            return Cells::Blank(0);
        }
        let rect = Rect { top: rows.start, left: col, bottom: rows.end - 1, right: col };
        let is_own = |id: RegionId| self.all.by_id.contains_key(&id);
        let filled = self.all.filled.get(&sheet).into_iter().flatten().any(|member| {
            let array = self.all.arrays.get(member);
            array.is_some_and(|array| array.fills.intersection(&rect).is_some())
        });
        let lifted = known.spills.within(&rect).into_iter().any(is_own);
        if !filled && !lifted && !known.regions.within(&rect).into_iter().any(is_own) {
            return known.grid.cells(col, rows);
        }
        let mut builder = Builder::with_capacity(rows.len());
        let mut row = rows.start;
        while row < rows.end {
            let region = known.regions.at(Cell::new(row, col));
            let region = region.and_then(|id| Some((id, self.base.book.regions.get(id)?)));
            let Some((id, region)) = region else {
                let end = known.regions.first_in(col, row..rows.end).unwrap_or(rows.end);
                match filled || lifted {
                    true => (row..end)
                        .for_each(|row| builder.push(self.cell(sheet, Cell::new(row, col)))),
                    false => known.grid.cells(col, row..end).iter().for_each(|c| builder.push(c)),
                }
                row = end;
                continue;
            };
            let end = rows.end.min(region.rect.bottom + 1);
            let member = self.all.by_id.get(&id).and_then(|at| self.all.members.get(*at));
            for row in row..end {
                let cell = Cell::new(row, col);
                match member.filter(|member| member.has(cell)) {
                    Some(member) => builder.push(
                        CellRef::of(member.value(cell), self.base.environment.dates)
                            .unwrap_or(CellRef::Blank),
                    ),
                    None => builder.push(known.grid.get(cell)),
                }
            }
            row = end;
        }
        builder.finish()
    }

    fn spill(&self, sheet: SheetId, anchor: Cell) -> Result<Rect, ErrorCode> {
        let Some((id, _)) = self.base.book.region_at(sheet, anchor) else {
            return Err(ErrorCode::Ref);
        };
        let member = self.all.by_id.get(&id).copied();
        let Some(member) = member.filter(|at| self.all.members[*at].has(anchor)) else {
            return self.base.spill(sheet, anchor);
        };
        match (self.all.arrays.get(&member), self.cell(sheet, anchor)) {
            (Some(array), _) => {
                self.named.lock().unwrap_or_else(PoisonError::into_inner).push(member);
                Ok(array.fills)
            }
            (None, CellRef::Error(ExcelErrorKind::Spill, _)) => Err(ErrorCode::Spill),
            (None, _) => Ok(anchor.into()),
        }
    }

    fn is_asked(&self) -> bool {
        true
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        let known = self.base.book.sheets.get(&sheet)?;
        let mut outside = false;
        let mut waits = Vec::new();
        for id in known.regions.within(rect) {
            let Some(at) = self.all.by_id.get(&id).copied() else {
                outside |= self.all.is_outside(id);
                continue;
            };
            let member = &self.all.members[at];
            let Some(part) = member.region.rect.intersection(rect) else { continue };
            for row in member.open_rows(&part.rows()) {
                let cells = part.cols().map(|col| Cell::new(row, col));
                let open = cells.filter(|cell| member.waits(*cell));
                waits.extend(open.map(|cell| Wait { on: (at, cell), could: false }));
            }
        }
        outside |= known.spills.within(rect).iter().any(|id| self.all.is_outside(*id));
        let before = self.log().waits.len();
        self.log().waits.extend(waits);
        outside |= self.wait_for_arrays(sheet, rect, None);
        let waits = self.log().waits.len() > before;
        (outside || waits).then_some(*rect)
    }

    as_the_book!();
}
