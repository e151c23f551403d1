//! Cells that may wait for each other, one by one, each after those that it reads in fact.
//!
//! Nothing is known of their order beforehand: a cell is evaluated, and where it reads another that is not done, that one comes
//! first ([`reading`](super::reading) says what it waits for). Besides the cells that it reads, a formula may wait
//! for arrays that *could* fill a cell that it finds blank, or that it wants to fill. Cells that wait for each other are found by
//! Tarjan's algorithm. Where one of them only waits because of what an array could do, the first such cell by sheet, row
//! and column takes it that the array does not. Where the array does in the end, all is evaluated again with that wait
//! as one that holds. Cells that wait for each other for good are circular. So what comes out depends on
//! the contents of the workbook alone.

use super::{
    finish::{bounded, keeps_blanks, kept},
    plan::components,
    reader::BookReader,
    reading::{Reading, Reliance, Wait},
    spill::{self, Fate},
};
use crate::{
    Value,
    address::{Cell, Rect, SheetId},
    book::{Region, RegionId, RowSet},
    cells::{CellRef, Cells, Table},
    eval::{Outcome, Reader as _, evaluate_cell},
    formula::walking,
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{VecDeque, hash_map::Entry},
    ops::Range,
};

/// A column of results: of which region, where, and what.
pub(super) type Column = (RegionId, u32, Range<u32>, Cells);

/// A cell of the component: which of its regions, and which cell of that.
pub(super) type Place = (usize, Cell);

/// What the cells of a component give.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) columns: Vec<Column>,
    /// Of regions of a single cell: the cell or array, and what becomes of it.
    pub(super) singles: Vec<(RegionId, Table, Fate)>,
    /// Regions with cells on circles that are ones because of what arrays do.
    pub(super) circular: FxHashSet<RegionId>,
}

/// How evaluating a component ends.
pub(super) enum End {
    Done(Settled),
    /// An array asks for regions of single cells.
    Split(RegionId),
    /// It waits at run time for what is outside.
    Waits(SheetId, Rect),
}

/// Why it does not go on.
pub(super) enum Halt {
    Split(RegionId),
    Waits(SheetId, Rect),
}

/// How far a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Todo,
    /// Found as so-manieth, and the earliest that it reaches.
    Open {
        found: u32,
        reaches: u32,
    },
    Done,
}

/// One region, and those of its cells that are to be calculated.
pub(super) struct Member<'a> {
    pub(super) id: RegionId,
    pub(super) region: &'a Region,
    /// The place of its sheet in the workbook.
    sheet: usize,
    rows: RowSet,
    /// From the first of the rows to behind the last, and whether that is all of them.
    span: Range<u32>,
    dense: bool,
    /// By column, then row of the span.
    states: Vec<State>,
    values: Vec<Value>,
    /// Rows of the span up to here are done.
    done: u32,
}

impl Member<'_> {
    fn index(&self, cell: Cell) -> usize {
        (cell.col - self.region.rect.left) as usize * self.span.len()
            + (cell.row - self.span.start) as usize
    }

    /// Whether a cell of the region is to be calculated.
    pub(super) fn has(&self, cell: Cell) -> bool {
        self.span.contains(&cell.row) && (self.dense || self.rows.contains(cell.row))
    }

    /// The value of a cell that is to be calculated.
    pub(super) fn value(&self, cell: Cell) -> &Value {
        &self.values[self.index(cell)]
    }

    /// Whether a cell of the region is not done.
    pub(super) fn waits(&self, cell: Cell) -> bool {
        cell.row >= self.done && self.has(cell) && self.states[self.index(cell)] != State::Done
    }

    /// The rows of a range that may have cells that are not done.
    pub(super) fn open_rows(&self, rows: &Range<u32>) -> Range<u32> {
        rows.start.max(self.done).max(self.span.start)..rows.end.min(self.span.end)
    }
}

/// An array that is in place.
pub(super) struct Array {
    pub(super) table: Table,
    pub(super) fills: Rect,
}

/// What a cell gives.
pub(super) enum Given {
    Value(Value),
    Array(Value, Table, Fate),
    Waits(Vec<Wait>),
}

/// A cell whose waits are gone through.
struct Frame {
    place: Place,
    waits: Vec<Wait>,
    next: usize,
}

/// The cells, and how far they are.
pub(super) struct Component<'a> {
    pub(super) base: &'a BookReader<'a>,
    pub(super) members: Vec<Member<'a>>,
    pub(super) by_id: FxHashMap<RegionId, usize>,
    /// All of the regions, those included that nothing is to be calculated of.
    regions: FxHashSet<RegionId>,
    found: u32,
    /// Arrays that are in place, by member; the members with one by sheet.
    pub(super) arrays: FxHashMap<usize, Array>,
    pub(super) filled: FxHashMap<SheetId, Vec<usize>>,
    /// Rows and columns up to the last that a cell or an array of the component has, by sheet.
    pub(super) ends: FxHashMap<SheetId, (u32, u32)>,
    /// Arrays that found no room.
    blocked: FxHashMap<usize, (Table, Fate)>,
    /// Regions with cells on circles that arrays are part of.
    circular: FxHashSet<RegionId>,
    /// The arrays that a cell takes for not being in its way.
    pub(super) assumed: FxHashMap<Place, Vec<Place>>,
    /// Where that matters.
    relied: FxHashMap<Place, Vec<Reliance>>,
    /// Waits of a cell for an array that hold.
    pub(super) confirmed: FxHashSet<(Place, Place)>,
    /// What cells wait for that are open.
    waits: FxHashMap<Place, Vec<Wait>>,
    /// The cells as they were done.
    journal: Vec<Place>,
}

/// Lets the used part of a sheet reach over a rectangle.
fn extend(ends: &mut FxHashMap<SheetId, (u32, u32)>, sheet: SheetId, rect: &Rect) {
    let (rows, cols) = ends.entry(sheet).or_default();
    (*rows, *cols) = ((*rows).max(rect.bottom + 1), (*cols).max(rect.right + 1));
}

/// Evaluates some rows of regions that are calculated together; the other rows are what they were.
pub(super) fn settle(
    base: &BookReader<'_>,
    regions: &[RegionId],
    rows: Vec<(RegionId, RowSet)>,
) -> End {
    let mut component = Component::new(base, regions, rows);
    match component.run() {
        Ok(()) => End::Done(component.settled()),
        Err(Halt::Split(region)) => End::Split(region),
        Err(Halt::Waits(sheet, rect)) => End::Waits(sheet, rect),
    }
}

impl<'a> Component<'a> {
    fn new(base: &'a BookReader<'a>, regions: &[RegionId], rows: Vec<(RegionId, RowSet)>) -> Self {
        let member = |(id, rows): (RegionId, RowSet)| {
            let region = base.book.regions.get(id)?;
            let span = rows.span();
            let cells = span.len() * region.rect.width() as usize;
            Some(Member {
                id,
                region,
                sheet: base.sheet_index(region.sheet)?,
                dense: rows.iter().count() == 1,
                done: span.start,
                rows,
                span,
                states: vec![State::Todo; cells],
                values: vec![Value::Empty; cells],
            })
        };
        let mut members: Vec<Member<'_>> = rows.into_iter().filter_map(member).collect();
        members.sort_by_key(|member| (member.sheet, member.region.anchor()));
        let mut ends = FxHashMap::default();
        for member in &members {
            extend(&mut ends, member.region.sheet, &member.region.rect);
        }
        let by_id = members.iter().enumerate().map(|(at, member)| (member.id, at)).collect();
        Self {
            base,
            members,
            by_id,
            regions: regions.iter().copied().collect(),
            found: 0,
            arrays: FxHashMap::default(),
            filled: FxHashMap::default(),
            ends,
            blocked: FxHashMap::default(),
            circular: FxHashSet::default(),
            assumed: FxHashMap::default(),
            relied: FxHashMap::default(),
            confirmed: FxHashSet::default(),
            waits: FxHashMap::default(),
            journal: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), Halt> {
        for member in 0..self.members.len() {
            let rows = self.members[member].rows.clone();
            for (count, row) in rows.iter().flatten().enumerate() {
                if (count + member) % 1024 == 0 && self.base.environment.cancel.is_cancelled() {
                    return Ok(());
                }
                for col in self.members[member].region.rect.cols() {
                    self.reach((member, Cell::new(row, col)))?;
                }
                // Cells above are done: rows go from above to below.
                self.members[member].done = row + 1;
            }
        }
        Ok(())
    }

    fn settled(mut self) -> Settled {
        let dates = self.base.environment.dates;
        let circular = std::mem::take(&mut self.circular);
        let mut settled = Settled { circular, ..Settled::default() };
        for at in 0..self.members.len() {
            let (array, blocked) = (self.arrays.remove(&at), self.blocked.remove(&at));
            let member = &self.members[at];
            let cell =
                |cell: Cell| CellRef::of(member.value(cell), dates).unwrap_or(CellRef::Blank);
            if member.region.is_single() {
                let anchor = member.region.anchor();
                let (table, fate) = match (array, blocked) {
                    (Some(array), _) => (array.table, Fate::Fills(array.fills)),
                    (None, Some(blocked)) => blocked,
                    (None, None) => (Table::single(cell(anchor)), Fate::One),
                };
                settled.singles.push((member.id, table, fate));
                continue;
            }
            for col in member.region.rect.cols() {
                for rows in member.rows.iter() {
                    let cells = Cells::of(rows.clone().map(|row| cell(Cell::new(row, col))));
                    settled.columns.push((member.id, col, rows, cells));
                }
            }
        }
        settled
    }

    pub(super) fn state(&self, (member, cell): Place) -> State {
        let member = &self.members[member];
        member.states[member.index(cell)]
    }

    fn set_state(&mut self, (member, cell): Place, state: State) {
        let member = &mut self.members[member];
        let index = member.index(cell);
        member.states[index] = state;
    }

    pub(super) fn store(&mut self, place: Place, value: Value) {
        self.set_state(place, State::Done);
        self.journal.push(place);
        self.waits.remove(&place);
        self.set_value(place, value);
    }

    /// The value of a cell.
    pub(super) fn value(&self, (member, cell): Place) -> &Value {
        self.members[member].value(cell)
    }

    /// Gives a cell that is done another value.
    pub(super) fn set_value(&mut self, (member, cell): Place, value: Value) {
        let member = &mut self.members[member];
        let index = member.index(cell);
        member.values[index] = value;
    }

    /// How many times a cell was done so far.
    pub(super) fn journal_len(&self) -> usize {
        self.journal.len()
    }

    /// The cells that were done since.
    pub(super) fn done_since(&self, start: usize) -> impl Iterator<Item = Place> + '_ {
        self.journal.iter().skip(start).copied()
    }

    /// Evaluates a cell and what it waits for.
    pub(super) fn reach(&mut self, start: Place) -> Result<(), Halt> {
        if self.state(start) == State::Done {
            return Ok(());
        }
        // Cells that are not done, in the order in which they were found.
        let mut open: Vec<Place> = Vec::new();
        let mut stack: Vec<Frame> = Vec::new();
        stack.extend(self.enter(start, &mut open)?);
        while let Some(frame) = stack.last_mut() {
            let place = frame.place;
            if let Some(wait) = frame.waits.get(frame.next).copied() {
                frame.next += 1;
                match self.state(wait.on) {
                    State::Done => {}
                    State::Open { found, .. } => self.lower(place, found),
                    State::Todo => stack.extend(self.enter(wait.on, &mut open)?),
                }
                continue;
            }
            let State::Open { found, reaches } = self.state(place) else {
                stack.pop();
                continue;
            };
            if frame.waits.iter().any(|wait| self.state(wait.on) == State::Todo) {
                frame.next = 0;
                continue;
            }
            let alone = frame.waits.iter().all(|wait| self.state(wait.on) == State::Done);
            if found == reaches && alone {
                // What it waited for is there.
                open.pop();
                stack.pop();
                stack.extend(self.enter(place, &mut open)?);
                continue;
            }
            let Some(Frame { waits, .. }) = stack.pop() else { break };
            self.waits.insert(place, waits);
            if found != reaches {
                if let Some(waiting) = stack.last() {
                    let waiting = waiting.place;
                    self.lower(waiting, reaches);
                }
                continue;
            }
            let first = open.iter().rposition(|other| *other == place).unwrap_or(0);
            let mut together = open.split_off(first);
            together.retain(|place| self.state(*place) != State::Done);
            // The cells further down wait, and may be wanted in between.
            let below: Vec<(Place, State)> =
                open.iter().map(|place| (*place, self.state(*place))).collect();
            self.resolve(&together, &below)?;
            for (place, state) in below {
                if self.state(place) == State::Todo {
                    self.set_state(place, state);
                }
            }
            if self.state(place) == State::Todo {
                stack.extend(self.enter(place, &mut open)?);
            }
        }
        Ok(())
    }

    /// Evaluates a cell that is not done; what it waits for, if it does.
    fn enter(&mut self, place: Place, open: &mut Vec<Place>) -> Result<Option<Frame>, Halt> {
        match self.evaluate(place)? {
            Given::Value(value) => self.store(place, value),
            Given::Array(value, table, fate) => {
                self.store(place, value);
                match fate {
                    Fate::Fills(fills) => {
                        self.arrays.insert(place.0, Array { table, fills });
                        let sheet = self.members[place.0].region.sheet;
                        self.filled.entry(sheet).or_default().push(place.0);
                        extend(&mut self.ends, sheet, &fills);
                    }
                    fate => {
                        self.blocked.insert(place.0, (table, fate));
                    }
                }
            }
            Given::Waits(waits) => {
                self.set_state(place, State::Open { found: self.found, reaches: self.found });
                self.found += 1;
                open.push(place);
                return Ok(Some(Frame { place, waits, next: 0 }));
            }
        }
        Ok(None)
    }

    fn lower(&mut self, place: Place, other: u32) {
        if let State::Open { found, reaches } = self.state(place) {
            self.set_state(place, State::Open { found, reaches: reaches.min(other) });
        }
    }

    pub(super) fn evaluate(&mut self, place: Place) -> Result<Given, Halt> {
        let (at, cell) = place;
        let (id, region) = (self.members[at].id, self.members[at].region);
        let dates = self.base.environment.dates;
        let reading = Reading::new(self, place);
        let outcome = evaluate_cell(&reading, &region.template, region.sheet, cell);
        let mut log = reading.into_log();
        if !log.waits.is_empty() {
            return Ok(Given::Waits(log.waits()));
        }
        let keeps_blanks = keeps_blanks(&region.template, &self.base.book.functions);
        let given = match outcome {
            Outcome::Rows(cells) => Given::Value(match cells.get(0) {
                CellRef::Blank if !keeps_blanks => Value::Number(0.0),
                cell => cell.value(dates),
            }),
            Outcome::Deferred(sheet, rect) => return Err(Halt::Waits(sheet, rect)),
            Outcome::Kept(name) => {
                let stored = Cells::repeat(self.base.cell(region.sheet, cell), 1);
                Given::Value(kept(&stored, &name).get(0).value(dates))
            }
            Outcome::Array(_) | Outcome::Split if !region.is_single() => {
                return Err(Halt::Split(id));
            }
            Outcome::Array(table) => {
                let table = bounded(table, keeps_blanks);
                let mut fate = spill::on_ground(self.base.book, id, cell, &table);
                if let Fate::Fills(rect) = fate {
                    let reading = Reading::new(self, place);
                    let outside = reading.wants(&rect);
                    let wants = reading.into_log();
                    if let Some(rect) = outside {
                        return Err(Halt::Waits(region.sheet, rect));
                    }
                    if !wants.waits.is_empty() {
                        return Ok(Given::Waits(wants.waits()));
                    }
                    log.relied.extend(wants.relied);
                    let others = self.others(place, &rect);
                    fate = spill::among(self.base.book, id, (cell, rect), others.into_iter());
                }
                let value = match &fate {
                    Fate::Blocked(_, message) => {
                        CellRef::Error(ExcelErrorKind::Spill, Some(message)).value(dates)
                    }
                    Fate::One | Fate::Fills(_) => table.get(0, 0).value(dates),
                };
                match fate {
                    Fate::One => Given::Value(value),
                    fate => Given::Array(value, table, fate),
                }
            }
            Outcome::Split => return Err(Halt::Split(id)),
        };
        match log.relied.is_empty() {
            true => self.relied.remove(&place),
            false => self.relied.insert(place, log.relied),
        };
        Ok(given)
    }

    /// What other arrays fill of a rectangle as a cell sees them, with the cells of their formulas.
    fn others(&self, place: Place, rect: &Rect) -> Vec<(Rect, Cell)> {
        let region = self.members[place.0].region;
        let assumed = self.assumed.get(&place);
        let seen = |member: &&usize| {
            let array = (**member, self.members[**member].region.anchor());
            array != place && assumed.is_none_or(|assumed| !assumed.contains(&array))
        };
        let own = self.filled.get(&region.sheet).into_iter().flatten().filter(seen);
        let own = own.filter_map(|member| {
            Some((self.arrays.get(member)?.fills, self.members[*member].region.anchor()))
        });
        let mut others: Vec<(Rect, Cell)> = own.collect();
        if let Some(sheet) = self.base.book.sheets.get(&region.sheet) {
            let there = sheet.spills.within(rect).into_iter();
            let there = there.filter(|id| !self.is_lifted(*id));
            let there = there.filter_map(|id| self.base.book.regions.get(id));
            others.extend(there.filter_map(|other| Some((other.spill?, other.anchor()))));
        }
        others
    }

    /// Whether a region is to be calculated elsewhere and before.
    pub(super) fn is_outside(&self, id: RegionId) -> bool {
        self.base.pending.contains(&id) && !self.regions.contains(&id)
    }

    /// Whether an array of the book is to be calculated here, so that it is not there any more.
    pub(super) fn is_lifted(&self, id: RegionId) -> bool {
        let member = self.by_id.get(&id).and_then(|at| self.members.get(*at));
        member.is_some_and(|member| member.has(member.region.anchor()))
    }

    pub(super) fn order(&self, (member, cell): Place) -> (usize, Cell) {
        (self.members[member].sheet, cell)
    }

    /// Goes on where no cell can be evaluated before others are, each of those among them. Those that wait for each other and for
    /// no others come first; the rest is to be evaluated after that.
    fn resolve(&mut self, open: &[Place], below: &[(Place, State)]) -> Result<(), Halt> {
        let index: FxHashMap<Place, u32> = open.iter().copied().zip(0..).collect();
        let edges = |place: &Place| -> Vec<u32> {
            let waits = self.waits.get(place).into_iter().flatten();
            waits.filter_map(|wait| index.get(&wait.on).copied()).collect()
        };
        let edges: Vec<Vec<u32>> = open.iter().map(edges).collect();
        let of = |node: u32| edges.get(node as usize).map_or(&[][..], Vec::as_slice);
        let groups = components(open.len(), &of);
        let mut group_of = vec![0; open.len()];
        for (at, nodes) in groups.iter().enumerate() {
            nodes.iter().for_each(|node| group_of[*node as usize] = at);
        }
        let mut last: Vec<Vec<Place>> = Vec::new();
        for (at, nodes) in groups.iter().enumerate() {
            let mut to = nodes.iter().flat_map(|node| of(*node)).peekable();
            // What waits for nothing any more is evaluated like all that is to be.
            if to.peek().is_some() && to.all(|to| group_of[*to as usize] == at) {
                last.push(nodes.iter().map(|node| open[*node as usize]).collect());
            }
        }
        for group in &mut last {
            group.sort_by_key(|place| self.order(*place));
        }
        let guesses: Vec<Option<(Place, Vec<Place>)>> =
            last.iter().map(|group| self.guess(group)).collect();
        let iteration = self.base.environment.iteration;
        for (group, guess) in last.iter().zip(&guesses) {
            if guess.is_none() && iteration.is_none() {
                self.break_circle(group);
            }
        }
        for place in open.iter().chain(below.iter().map(|(place, _)| place)) {
            if self.state(*place) != State::Done {
                self.set_state(*place, State::Todo);
                self.waits.remove(place);
            }
        }
        for (group, guess) in last.iter().zip(guesses) {
            match (guess, iteration) {
                (Some((first, could)), _) => walking(|| self.suppose(group, first, could))?,
                (None, Some(how)) => walking(|| self.iterate(group, how))?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Of cells that wait for each other, the first that waits for what arrays could do, and those arrays. `None` where all wait
    /// for good.
    fn guess(&self, group: &[Place]) -> Option<(Place, Vec<Place>)> {
        let within: FxHashSet<Place> = group.iter().copied().collect();
        group.iter().find_map(|place| {
            let waits = self.waits.get(place).into_iter().flatten();
            let could = waits.filter(|wait| wait.could && within.contains(&wait.on));
            let could: Vec<Place> = could.map(|wait| wait.on).collect();
            (!could.is_empty()).then_some((*place, could))
        })
    }

    /// Evaluates cells that wait for each other, the first taking it that some arrays do not fill what it reads or wants. Where they
    /// do, all is taken back, and evaluated with waits for them that hold.
    fn suppose(&mut self, group: &[Place], first: Place, could: Vec<Place>) -> Result<(), Halt> {
        let confirmed = self.confirmed.clone();
        let start = self.journal.len();
        self.assumed.entry(first).or_default().extend(&could);
        for place in group {
            self.reach(*place)?;
        }
        let wrong: Vec<(Place, Place)> = self
            .wrong(first)
            .filter(|array| could.contains(array))
            .map(|array| (first, array))
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        for place in self.journal.split_off(start) {
            self.set_state(place, State::Todo);
            self.waits.remove(&place);
            self.assumed.remove(&place);
            self.relied.remove(&place);
            let id = self.members[place.0].id;
            self.circular.remove(&id);
            self.blocked.remove(&place.0);
            if self.arrays.remove(&place.0).is_some() {
                let sheet = self.members[place.0].region.sheet;
                self.filled.entry(sheet).or_default().retain(|member| *member != place.0);
            }
        }
        self.confirmed = confirmed;
        self.confirmed.extend(wrong);
        for place in group {
            self.reach(*place)?;
        }
        Ok(())
    }

    /// The arrays that a cell took for not being in its way, and that are.
    fn wrong(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        let relied = self.relied.get(&place).into_iter().flatten();
        relied.filter_map(|(array, sheet, rect)| {
            let there = self.arrays.get(&array.0)?;
            let fills = self.members[array.0].region.sheet == *sheet
                && there.fills.intersection(rect).is_some();
            fills.then_some(*array)
        })
    }

    /// Gives every cell that is on a circle its error.
    fn break_circle(&mut self, together: &[Place]) {
        let error = ExcelError::new(ExcelErrorKind::Circ).with_message(self.path(together));
        let holds = |place: &Place| {
            let waits = self.waits.get(place).into_iter().flatten();
            waits.map(|wait| (*place, wait.on)).any(|pair| self.confirmed.contains(&pair))
        };
        if together.iter().any(holds) {
            self.circular.extend(together.iter().map(|place| self.members[place.0].id));
        }
        for place in together {
            self.store(*place, Value::Error(error.clone()));
        }
    }

    /// The shortest circle through the first cell of those that wait for each other:
    /// `Sheet1!A1 → Sheet1!B1 → Sheet1!A1`, shortened where it is long. Goes from each cell to one that it waits for.
    fn path(&self, together: &[Place]) -> String {
        const SHOWN: usize = 20;
        let Some(start) = together.iter().copied().min_by_key(|place| self.order(*place)) else {
            return String::new();
        };
        let within: FxHashSet<Place> = together.iter().copied().collect();
        let mut came_from: FxHashMap<Place, Place> = FxHashMap::default();
        let mut queue = VecDeque::from([start]);
        let mut circle = vec![start];
        'search: while let Some(place) = queue.pop_front() {
            let waits = self.waits.get(&place).into_iter().flatten();
            let mut waits: Vec<Place> =
                waits.map(|w| w.on).filter(|p| within.contains(p)).collect();
            waits.sort_by_key(|place| self.order(*place));
            for wait in waits {
                if wait == start {
                    let mut at = place;
                    while at != start {
                        circle.insert(1, at);
                        at = came_from.get(&at).copied().unwrap_or(start);
                    }
                    break 'search;
                }
                if let Entry::Vacant(entry) = came_from.entry(wait) {
                    entry.insert(place);
                    queue.push_back(wait);
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
}
