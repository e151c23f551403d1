//! Regions that read their own cells or each other's: cell by cell, each after those it reads. Circular references are
//! found on the way and become `#CIRC!` with their path.

use super::{
    finish::{bounded, keeps_blanks},
    reader::BookReader,
    spill,
};
use crate::{
    Value,
    address::{Area, Axis, Cell, Rect, SheetId},
    book::{Book, Hidden, Region, RegionId},
    cells::{Builder, CellRef, Cells, Table},
    eval::{Environment, Outcome, Reader, evaluate_cell},
    functions::{Functions, Sessions},
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{VecDeque, hash_map::Entry},
    ops::Range,
};

/// A column of results: of which region, where, and what.
pub(super) type Column = (RegionId, u32, Range<u32>, Cells);

/// What regions that read themselves or each other give.
#[derive(Default)]
pub(super) struct Swept {
    pub(super) columns: Vec<Column>,
    /// Of regions of a single cell: that cell, or an array that spills.
    pub(super) singles: Vec<(RegionId, Table)>,
    /// Regions with cells on circles.
    pub(super) circular: FxHashSet<RegionId>,
}

/// Evaluates regions that read themselves or each other, `from` a row on where it is one region that reads upward
/// only; `None` where an array result asks for regions of single cells.
pub(super) fn sweep(base: &BookReader<'_>, regions: &[RegionId], from: u32) -> Option<Swept> {
    if let [id] = regions
        && let Some(region) = base.book.regions.get(*id)
        && reads_upward(region)
    {
        return downward(base, *id, region, from);
    }
    Cycle::new(base, regions).run()
}

/// Whether a region of one column reads no cells of its own but those above the formula.
fn reads_upward(region: &Region) -> bool {
    let own = |area: &&Area| {
        area.sheet == region.sheet
            && area.over(&region.rect).is_some_and(|r| r.intersection(&region.rect).is_some())
    };
    let upward = |area: &Area| {
        let above = |axis| match axis {
            Axis::Moving(by) => by < 0,
            Axis::Fixed(at) => at <= region.rect.top,
        };
        let moves = matches!(area.top, Axis::Moving(_)) || matches!(area.bottom, Axis::Moving(_));
        moves && above(area.top) && above(area.bottom) && !reads_itself(area, region)
    };
    region.rect.width() == 1 && region.template.areas.iter().filter(own).all(upward)
}

/// Whether the first formula of the region reads its own cell.
fn reads_itself(area: &Area, region: &Region) -> bool {
    let first = region.rect.top_left();
    area.at(first).is_some_and(|rect| rect.contains(first))
}

fn downward(base: &BookReader<'_>, id: RegionId, region: &Region, from: u32) -> Option<Swept> {
    let (sheet, col) = (region.sheet, region.rect.left);
    let rows = from.max(region.rect.top)..region.rect.bottom + 1;
    let mut built = Builder::with_capacity(rows.len());
    let keeps_blanks = keeps_blanks(&region.template, base.functions());
    for row in rows.clone() {
        if row % 4096 == 0 && base.environment.cancel.is_cancelled() {
            return Some(Swept::default());
        }
        let reader = Downward { base, sheet, col, rows: &rows, built: &built };
        match evaluate_cell(&reader, &region.template, sheet, Cell::new(row, col)) {
            Outcome::Rows(cells) => match cells.get(0) {
                CellRef::Blank if !keeps_blanks => built.push(CellRef::number(0.0)),
                cell => built.push(cell),
            },
            Outcome::Deferred(..) => built.push(circular_at_run_time()),
            Outcome::Array(_) | Outcome::Split => return None,
        }
    }
    let columns = vec![(id, col, rows, built.finish())];
    Some(Swept { columns, ..Swept::default() })
}

fn circular_at_run_time() -> CellRef<'static> {
    CellRef::Error(ExcelErrorKind::Circ, Some("the reference depends on the cell itself"))
}

/// The book, but with the rows of a column that were just evaluated.
struct Downward<'a> {
    base: &'a BookReader<'a>,
    sheet: SheetId,
    col: u32,
    /// All rows that are to be evaluated.
    rows: &'a Range<u32>,
    /// Those that are.
    built: &'a Builder,
}

/// What both overlays pass on to the book.
macro_rules! as_the_book {
    () => {
        fn used(&self, sheet: SheetId) -> (u32, u32) {
            // The own cells count before their first values are stored.
            let (rows, cols) = self.base.used(sheet);
            let (own_rows, own_cols) = self.own_end(sheet);
            (rows.max(own_rows), cols.max(own_cols))
        }
        fn used_rows(&self, sheet: SheetId, cols: Range<u32>) -> u32 {
            let used = self.base.used_rows(sheet, cols.clone());
            used.max(self.end_of_own_rows(sheet, &cols))
        }
        fn hidden(&self, sheet: SheetId) -> Option<&Hidden> {
            self.base.hidden(sheet)
        }
        fn calling(&self, sheet: SheetId, rect: &Rect, functions: &[&str]) -> Vec<Rect> {
            self.base.calling(sheet, rect, functions)
        }
        fn spill(&self, sheet: SheetId, anchor: Cell) -> Option<Rect> {
            let known = self.base.book.spill_at(sheet, anchor).is_some();
            let blocked =
                matches!(self.cell(sheet, anchor), CellRef::Error(ExcelErrorKind::Spill, _));
            match self.base.book.region_at(sheet, anchor) {
                Some(_) if !known => (!blocked).then(|| anchor.into()),
                _ => self.base.spill(sheet, anchor),
            }
        }
        fn sheet(&self, name: &str) -> Option<SheetId> {
            self.base.sheet(name)
        }
        fn sheet_name(&self, sheet: SheetId) -> Option<&str> {
            self.base.sheet_name(sheet)
        }
        fn sheet_index(&self, sheet: SheetId) -> Option<usize> {
            self.base.sheet_index(sheet)
        }
        fn sheet_count(&self) -> usize {
            self.base.sheet_count()
        }
        fn formula_text(&self, sheet: SheetId, cell: Cell) -> Option<String> {
            self.base.formula_text(sheet, cell)
        }
        fn environment(&self) -> &Environment {
            self.base.environment()
        }
        fn functions(&self) -> &Functions {
            self.base.functions()
        }
        fn sessions(&self) -> &Sessions {
            self.base.sessions()
        }
    };
}

impl Downward<'_> {
    fn is_own(&self, sheet: SheetId, col: u32) -> bool {
        (sheet, col) == (self.sheet, self.col)
    }

    fn own_end(&self, sheet: SheetId) -> (u32, u32) {
        if sheet == self.sheet { (self.rows.end, self.col + 1) } else { (0, 0) }
    }

    fn end_of_own_rows(&self, sheet: SheetId, cols: &Range<u32>) -> u32 {
        if sheet == self.sheet && cols.contains(&self.col) { self.rows.end } else { 0 }
    }
}

impl Reader for Downward<'_> {
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_> {
        match self.is_own(sheet, cell.col) && self.rows.contains(&cell.row) {
            true => self.built.get((cell.row - self.rows.start) as usize),
            false => self.base.cell(sheet, cell),
        }
    }

    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells {
        if !self.is_own(sheet, col) || rows.end <= self.rows.start || rows.start >= self.rows.end {
            return self.base.cells(sheet, col, rows);
        }
        Cells::of(rows.map(|row| self.cell(sheet, Cell::new(row, col))))
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        self.base.pending(sheet, rect)
    }

    as_the_book!();
}

/// A cell of a cycle's regions: which region, and which of its cells.
type Place = (usize, Cell);

/// How far the search for circles is with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Todo,
    /// Found as so-manieth, and the earliest that it reaches.
    Open {
        found: u32,
        reaches: u32,
    },
    Done,
}

/// One region of those that read each other.
struct Member<'a> {
    id: RegionId,
    region: &'a Region,
    /// By column, then row.
    states: Vec<State>,
    values: Vec<Value>,
}

impl Member<'_> {
    fn index(&self, cell: Cell) -> usize {
        let rect = &self.region.rect;
        (cell.col - rect.left) as usize * rect.height() as usize + (cell.row - rect.top) as usize
    }
}

/// Regions that read each other. Their cells are gone through by Tarjan's algorithm, which gives every cell after those that it
/// reads, and those that read each other in a circle together.
struct Cycle<'a> {
    base: &'a BookReader<'a>,
    members: Vec<Member<'a>>,
    by_id: FxHashMap<RegionId, usize>,
    found: u32,
    circular: FxHashSet<RegionId>,
    /// Arrays that cells gave. What they fill beside their own cell is stored afterwards, and read in the next round.
    arrays: FxHashMap<RegionId, Table>,
}

/// A cell whose reads are gone through.
struct Frame {
    place: Place,
    reads: Vec<Place>,
    next: usize,
}

impl<'a> Cycle<'a> {
    fn new(base: &'a BookReader<'a>, regions: &[RegionId]) -> Self {
        let member = |id: &RegionId| {
            let region = base.book.regions.get(*id)?;
            let cells = usize::try_from(region.rect.cells()).ok()?;
            let (states, values) = (vec![State::Todo; cells], vec![Value::Empty; cells]);
            Some(Member { id: *id, region, states, values })
        };
        let members: Vec<Member<'_>> = regions.iter().filter_map(member).collect();
        let by_id = members.iter().enumerate().map(|(at, member)| (member.id, at)).collect();
        Self {
            base,
            members,
            by_id,
            found: 0,
            circular: FxHashSet::default(),
            arrays: FxHashMap::default(),
        }
    }

    fn run(mut self) -> Option<Swept> {
        for member in 0..self.members.len() {
            let rect = self.members[member].region.rect;
            for row in rect.rows() {
                if row % 1024 == 0 && self.base.environment.cancel.is_cancelled() {
                    return Some(Swept::default());
                }
                for col in rect.cols() {
                    self.finish((member, Cell::new(row, col)))?;
                }
            }
        }
        let dates = self.base.environment.dates;
        let circular = std::mem::take(&mut self.circular);
        let mut swept = Swept { circular, ..Swept::default() };
        for member in &self.members {
            let rect = member.region.rect;
            if let [value] = member.values.as_slice() {
                let single = || Table::single(CellRef::of(value, dates).unwrap_or(CellRef::Blank));
                let table = self.arrays.remove(&member.id).unwrap_or_else(single);
                swept.singles.push((member.id, table));
                continue;
            }
            for (col, values) in rect.cols().zip(member.values.chunks(rect.height() as usize)) {
                let cells = values.iter().map(|v| CellRef::of(v, dates).unwrap_or(CellRef::Blank));
                swept.columns.push((member.id, col, rect.rows(), Cells::of(cells)));
            }
        }
        Some(swept)
    }

    fn state(&self, (member, cell): Place) -> State {
        let member = &self.members[member];
        member.states[member.index(cell)]
    }

    fn set_state(&mut self, (member, cell): Place, state: State) {
        let member = &mut self.members[member];
        let index = member.index(cell);
        member.states[index] = state;
    }

    fn store(&mut self, (member, cell): Place, value: Value) {
        let member = &mut self.members[member];
        let index = member.index(cell);
        member.states[index] = State::Done;
        member.values[index] = value;
    }

    /// Evaluates a cell after everything that it reads. `None` where a result is an array.
    fn finish(&mut self, start: Place) -> Option<()> {
        if self.state(start) != State::Todo {
            return Some(());
        }
        // Cells that are not done, in the order in which they were found.
        let mut open: Vec<Place> = Vec::new();
        let mut stack = vec![self.enter(start, &mut open)];
        while let Some(frame) = stack.last_mut() {
            let place = frame.place;
            if let Some(read) = frame.reads.get(frame.next).copied() {
                frame.next += 1;
                match self.state(read) {
                    State::Done => {}
                    State::Open { found, .. } => self.reach(place, found),
                    State::Todo => {
                        let frame = self.enter(read, &mut open);
                        stack.push(frame);
                    }
                }
                continue;
            }
            let reads_itself = frame.reads.contains(&place);
            stack.pop();
            let State::Open { found, reaches } = self.state(place) else { continue };
            if let Some(waiting) = stack.last() {
                let waiting = waiting.place;
                self.reach(waiting, reaches);
            }
            if found != reaches {
                continue;
            }
            let first = open.iter().rposition(|other| *other == place).unwrap_or(0);
            let together = open.split_off(first);
            match together.len() == 1 && !reads_itself {
                true => {
                    let value = self.evaluate(place)?;
                    self.store(place, value);
                }
                false => self.break_circle(&together),
            }
        }
        Some(())
    }

    fn enter(&mut self, place: Place, open: &mut Vec<Place>) -> Frame {
        self.set_state(place, State::Open { found: self.found, reaches: self.found });
        self.found += 1;
        open.push(place);
        Frame { place, reads: self.reads(place), next: 0 }
    }

    fn reach(&mut self, place: Place, other: u32) {
        if let State::Open { found, reaches } = self.state(place) {
            self.set_state(place, State::Open { found, reaches: reaches.min(other) });
        }
    }

    /// The cells of the cycle's regions that a cell reads and that are not done.
    fn reads(&self, (member, cell): Place) -> Vec<Place> {
        let mut reads = Vec::new();
        let book = self.base.book;
        for area in &self.members[member].region.template.areas {
            let Some(rect) = area.at(cell) else { continue };
            let Some(sheet) = book.sheets.get(&area.sheet) else { continue };
            for id in sheet.regions.within(&rect) {
                let Some(&other) = self.by_id.get(&id) else { continue };
                let Some(part) = self.members[other].region.rect.intersection(&rect) else {
                    continue;
                };
                let cells =
                    part.rows().flat_map(|row| part.cols().map(move |col| Cell::new(row, col)));
                reads.extend(
                    cells.map(|cell| (other, cell)).filter(|p| self.state(*p) != State::Done),
                );
            }
            for id in sheet.spills.within(&rect) {
                if let Some(&other) = self.by_id.get(&id) {
                    reads.push((other, self.members[other].region.anchor()));
                }
            }
        }
        reads
    }

    fn evaluate(&mut self, (member, cell): Place) -> Option<Value> {
        let region = self.members[member].region;
        let dates = self.base.environment.dates;
        match evaluate_cell(self, &region.template, region.sheet, cell) {
            Outcome::Rows(cells) => Some(match cells.get(0) {
                CellRef::Blank if !keeps_blanks(&region.template, self.functions()) => {
                    Value::Number(0.0)
                }
                cell => cell.value(dates),
            }),
            Outcome::Deferred(..) => Some(circular_at_run_time().value(dates)),
            Outcome::Array(table) if region.is_single() => {
                let id = self.members[member].id;
                let table = bounded(table, keeps_blanks(&region.template, self.functions()));
                let first = match spill::blocked(self.base.book, id, &table) {
                    Some(message) => {
                        CellRef::Error(ExcelErrorKind::Spill, Some(&message)).value(dates)
                    }
                    None => table.get(0, 0).value(dates),
                };
                self.arrays.insert(id, table);
                Some(first)
            }
            Outcome::Array(_) | Outcome::Split => None,
        }
    }

    /// Gives every cell that is on a circle its error.
    fn break_circle(&mut self, together: &[Place]) {
        let error = ExcelError::new(ExcelErrorKind::Circ).with_message(self.path(together));
        for place in together {
            self.circular.insert(self.members[place.0].id);
            self.store(*place, Value::Error(error.clone()));
        }
    }

    /// The shortest circle through the first cell of those that read each other:
    /// `Sheet1!A1 → Sheet1!B1 → Sheet1!A1`, shortened where it is long. Goes from each cell to one that it reads.
    fn path(&self, together: &[Place]) -> String {
        const SHOWN: usize = 20;
        let order = |place: &Place| {
            let region = self.members[place.0].region;
            (self.base.sheet_index(region.sheet), place.1)
        };
        let Some(start) = together.iter().copied().min_by_key(order) else { return String::new() };
        let within: FxHashSet<Place> = together.iter().copied().collect();
        let mut came_from: FxHashMap<Place, Place> = FxHashMap::default();
        let mut queue = VecDeque::from([start]);
        let mut circle = vec![start];
        'search: while let Some(place) = queue.pop_front() {
            let mut reads = self.reads(place);
            reads.sort_by_key(order);
            for read in reads.into_iter().filter(|read| within.contains(read)) {
                if read == start {
                    let mut at = place;
                    while at != start {
                        circle.insert(1, at);
                        at = came_from.get(&at).copied().unwrap_or(start);
                    }
                    break 'search;
                }
                if let Entry::Vacant(entry) = came_from.entry(read) {
                    entry.insert(place);
                    queue.push_back(read);
                }
            }
        }
        let name = |(member, cell): &Place| {
            let sheet = self.base.sheet_name(self.members[*member].region.sheet);
            format!("{}!{cell}", sheet.unwrap_or_default())
        };
        let mut path: Vec<String> = circle.iter().take(SHOWN).map(name).collect();
        if circle.len() > SHOWN {
            path.push(format!("… {} more", circle.len() - SHOWN));
        }
        path.push(name(&start));
        format!("circular reference: {}", path.join(" → "))
    }

    fn own_end(&self, sheet: SheetId) -> (u32, u32) {
        let own = self.members.iter().map(|m| m.region).filter(|region| region.sheet == sheet);
        own.fold((0, 0), |(rows, cols), region| {
            (rows.max(region.rect.bottom + 1), cols.max(region.rect.right + 1))
        })
    }

    fn end_of_own_rows(&self, sheet: SheetId, cols: &Range<u32>) -> u32 {
        let of = |member: &Member<'_>| {
            let rect = member.region.rect;
            let meets =
                member.region.sheet == sheet && rect.left < cols.end && rect.right >= cols.start;
            if meets { rect.bottom + 1 } else { 0 }
        };
        self.members.iter().map(of).max().unwrap_or(0)
    }

    fn own(&self, book: &Book, sheet: SheetId, cell: Cell) -> Option<&Value> {
        let (id, _) = book.region_at(sheet, cell)?;
        let member = &self.members[*self.by_id.get(&id)?];
        Some(&member.values[member.index(cell)])
    }
}

impl Reader for Cycle<'_> {
    fn cell(&self, sheet: SheetId, cell: Cell) -> CellRef<'_> {
        match self.own(self.base.book, sheet, cell) {
            Some(value) => {
                CellRef::of(value, self.base.environment.dates).unwrap_or(CellRef::Blank)
            }
            None => self.base.cell(sheet, cell),
        }
    }

    fn cells(&self, sheet: SheetId, col: u32, rows: Range<u32>) -> Cells {
        let rect = Rect { top: rows.start, left: col, bottom: rows.end.max(1) - 1, right: col };
        let known = self.base.book.sheets.get(&sheet);
        let own = known.is_some_and(|sheet| {
            sheet.regions.within(&rect).iter().any(|id| self.by_id.contains_key(id))
        });
        match own {
            true => Cells::of(rows.map(|row| self.cell(sheet, Cell::new(row, col)))),
            false => self.base.cells(sheet, col, rows),
        }
    }

    fn pending(&self, sheet: SheetId, rect: &Rect) -> Option<Rect> {
        // `A1#` has waited for A1. If its array comes to be elsewhere, the reader's turn comes again.
        let array = self.base.book.spill_at(sheet, rect.top_left());
        let done = array.is_some_and(|(id, region)| {
            let member = self.by_id.get(&id);
            region.spill == Some(*rect)
                && member.is_some_and(|m| self.state((*m, region.anchor())) == State::Done)
        });
        if done { None } else { self.base.pending(sheet, rect) }
    }

    as_the_book!();
}
