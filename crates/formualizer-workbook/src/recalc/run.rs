//! Waves: what is ready is evaluated side by side and stored one after the other.

use super::{
    Progress, RecalcReport,
    closure::closure,
    component::{Column, End, Settled, settle},
    downward::{Fallen, downward, reads_upward},
    finish::{bounded, keeps_blanks, kept, tells_nothing, without_blanks},
    plan::{Plan, Unit, components, plan},
    reader::BookReader,
    spill::{self, Fate, Placed},
};
use crate::{
    Error, ErrorKind,
    address::{Rect, SheetId},
    book::{Book, RangeId, ReadBy, Region, RegionId, RowSet, rows_of_reader},
    cells::{CellRef, Cells, Table},
    eval::{Environment, Outcome, Reader as _, Strip, evaluate},
    formula::function_key,
    functions::Sessions,
};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use web_time::Instant;

/// How to recalculate.
pub(crate) struct Options<'a> {
    pub(crate) environment: Environment,
    pub(crate) progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// Brings every value up to date.
///
/// # Errors
/// [`Cancelled`](ErrorKind::Cancelled): what was stored stays, what was not is still to be calculated.
pub(crate) fn recalculate(
    book: &mut Book,
    sessions: &Sessions,
    options: &Options<'_>,
) -> Result<RecalcReport, Error> {
    let started = Instant::now();
    let mut report = RecalcReport::default();
    book.forget_gone();
    book.refresh_readers();
    mark_volatile(book);
    // One pass is enough, unless cells of a filled formula turn out to be arrays, each of its own.
    while !book.changes.is_empty() {
        report.rounds += 1;
        book.refresh_readers();
        let plan = plan(book);
        Pass::new(book, sessions, options, &plan, &mut report).run()?;
    }
    for sheet in book.sheets.values_mut() {
        sheet.grid.compact();
    }
    let calls = sessions.counts();
    (report.udf_calls, report.udf_rows) = (calls.calls, calls.rows);
    report.log = sessions.log();
    report.elapsed = started.elapsed();
    Ok(report)
}

fn mark_volatile(book: &mut Book) {
    let circular = std::mem::take(&mut book.changes.circular);
    let volatile: Vec<RegionId> = book.readers.volatile().chain(circular).collect();
    for id in volatile {
        if let Some(region) = book.regions.get(id) {
            let rows = region.rect.rows();
            book.changes.rows(id, rows);
        }
    }
}

/// What evaluating a unit gave.
enum Done {
    /// Columns of a region.
    Columns(Vec<Column>),
    /// What regions that may wait for each other give, and which of them were calculated.
    Settled(Settled, Vec<RegionId>),
    /// A region of one cell: one cell or an array.
    Single(RegionId, Table),
    /// A region that must become regions of single cells.
    Split(RegionId),
    /// It reads at run time what is not done yet.
    Waits(SheetId, Rect),
}

/// One time through everything that is concerned.
struct Pass<'a> {
    book: &'a mut Book,
    sessions: &'a Sessions,
    options: &'a Options<'a>,
    plan: &'a Plan,
    report: &'a mut RecalcReport,
    /// Rows to be calculated, by region.
    rows: FxHashMap<RegionId, RowSet>,
    /// What changed of ranges that several formulas read, which hear of it together once all of the range is done.
    changed: FxHashMap<RangeId, Vec<Rect>>,
    /// Regions of the plan that are not done.
    pending: FxHashSet<RegionId>,
    /// Units that each unit waits for still, and those that wait for it at run time.
    waits: Vec<usize>,
    readers: FxHashMap<usize, Vec<usize>>,
    done: Vec<bool>,
    done_units: u64,
    /// Units with something to calculate.
    units: u64,
    ready: Vec<usize>,
    /// Whether the regions have become others, so that another plan is needed.
    outdated: bool,
}

impl<'a> Pass<'a> {
    fn new(
        book: &'a mut Book,
        sessions: &'a Sessions,
        options: &'a Options<'a>,
        plan: &'a Plan,
        report: &'a mut RecalcReport,
    ) -> Self {
        let rects = std::mem::take(&mut book.changes.rects);
        let mut rows = std::mem::take(&mut book.changes.rows);
        for (sheet, rect) in &rects {
            for id in book.readers.blocked_in(*sheet, rect) {
                if let Some(region) = book.regions.get(id) {
                    rows.entry(id).or_default().insert(region.rect.rows());
                }
            }
        }
        let pending = plan.unit_of.keys().copied().collect();
        let waits: Vec<usize> = plan.units.iter().map(|unit| unit.waits_for).collect();
        let ready = (0..waits.len()).filter(|unit| waits[*unit] == 0).collect();
        let done = vec![false; waits.len()];
        let mut pass = Self {
            book,
            sessions,
            options,
            plan,
            report,
            rows,
            changed: FxHashMap::default(),
            pending,
            waits,
            readers: FxHashMap::default(),
            done,
            done_units: 0,
            units: plan.units.iter().filter(|unit| !unit.regions.is_empty()).count() as u64,
            ready,
            outdated: false,
        };
        for (sheet, rect) in rects {
            pass.changed(sheet, rect, &[]);
        }
        pass
    }

    fn run(mut self) -> Result<(), Error> {
        loop {
            if self.ready.is_empty() {
                let stalled = self.stalled();
                if stalled.is_empty() {
                    return Ok(());
                }
                for units in stalled {
                    self.settle(&units);
                    if self.is_cancelled() {
                        return Err(self.cancelled());
                    }
                }
            }
            let wave = std::mem::take(&mut self.ready);
            self.begin(&wave);
            let results = self.evaluate(&wave);
            if self.is_cancelled() {
                return Err(self.cancelled());
            }
            for (unit, done) in wave.into_iter().zip(results) {
                self.take(&[unit], done);
            }
            if self.outdated {
                self.keep_rows();
                return Ok(());
            }
            self.ready.sort_unstable();
        }
    }

    /// Takes over what units gave together.
    fn take(&mut self, units: &[usize], done: Option<Done>) {
        match done {
            Some(Done::Waits(sheet, rect)) => {
                let mut others = self.units_in(sheet, &rect);
                others.retain(|other| !units.contains(other));
                match (others.is_empty(), units) {
                    (false, [unit]) => {
                        self.waits[*unit] += others.len();
                        for other in others {
                            self.readers.entry(other).or_default().push(*unit);
                        }
                    }
                    // It reads what it gives itself.
                    _ => self.settle(units),
                }
            }
            Some(Done::Split(region)) => {
                self.book.explode(region);
                self.outdated = true;
            }
            done => {
                if let Some(done) = done {
                    self.store(done);
                }
                self.finish(units);
            }
        }
    }

    /// The units that are not done and of whose values, or of what they may fill, a rectangle has a part.
    fn units_in(&self, sheet: SheetId, rect: &Rect) -> Vec<usize> {
        let reader = self.reader();
        let regions = reader.pending_in(sheet, rect);
        let mut units: Vec<usize> =
            regions.filter_map(|id| self.plan.unit_of.get(&id).copied()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    fn reader(&self) -> BookReader<'_> {
        BookReader {
            book: self.book,
            environment: &self.options.environment,
            sessions: self.sessions,
            pending: &self.pending,
        }
    }

    /// Units that wait for each other at run time and for no others, where nothing else is ready.
    fn stalled(&self) -> Vec<Vec<usize>> {
        let open: Vec<usize> = (0..self.done.len()).filter(|unit| !self.done[*unit]).collect();
        let index: FxHashMap<usize, u32> = open.iter().copied().zip(0..).collect();
        let mut edges: Vec<Vec<u32>> = vec![Vec::new(); open.len()];
        for (at, unit) in (0..).zip(&open) {
            let planned = self.plan.units[*unit].readers.iter();
            let found = self.readers.get(unit).into_iter().flatten();
            for reader in planned.chain(found).filter_map(|reader| index.get(reader)) {
                // From what waits to what it waits for.
                edges[*reader as usize].push(at);
            }
        }
        let of = |node: u32| edges.get(node as usize).map_or(&[][..], Vec::as_slice);
        let all = components(open.len(), &of);
        let mut of_node = vec![0; open.len()];
        for (at, nodes) in all.iter().enumerate() {
            nodes.iter().for_each(|node| of_node[*node as usize] = at);
        }
        let ends = |(at, nodes): &(usize, &Vec<u32>)| {
            nodes.iter().flat_map(|node| of(*node)).all(|to| of_node[*to as usize] == *at)
        };
        let units = |nodes: &Vec<u32>| nodes.iter().map(|node| open[*node as usize]).collect();
        all.iter().enumerate().filter(ends).map(|(_, nodes)| units(nodes)).collect()
    }

    /// Evaluates units together, cell by cell.
    fn settle(&mut self, units: &[usize]) {
        self.begin(units);
        let regions: Vec<RegionId> =
            units.iter().flat_map(|unit| self.plan.units[*unit].regions.iter().copied()).collect();
        let done = self.settled(&self.reader(), &regions);
        match done {
            Some(Done::Waits(sheet, rect)) => {
                // Of those outside, which wait for none of these.
                let mut others = self.units_in(sheet, &rect);
                others.retain(|other| !units.contains(other));
                debug_assert!(!others.is_empty(), "{rect} is waited for and not to be calculated");
                if others.is_empty() {
                    return self.finish(units);
                }
                for unit in units {
                    self.waits[*unit] += others.len();
                    for other in &others {
                        self.readers.entry(*other).or_default().push(*unit);
                    }
                }
            }
            done => self.take(units, done),
        }
    }

    /// What has changed so far of the ranges of units is told to their readers, those of the units themselves among them.
    fn begin(&mut self, units: &[usize]) {
        self.tell(units, &[]);
    }

    fn finish(&mut self, units: &[usize]) {
        self.tell(units, units);
        for unit in units {
            for region in &self.plan.units[*unit].regions {
                self.pending.remove(region);
                self.rows.remove(region);
            }
            self.done[*unit] = true;
        }
        for unit in units {
            let found = self.readers.remove(unit).unwrap_or_default();
            for reader in self.plan.units[*unit].readers.iter().copied().chain(found) {
                if self.done[reader] {
                    continue;
                }
                self.waits[reader] = self.waits[reader].saturating_sub(1);
                if self.waits[reader] == 0 {
                    self.ready.push(reader);
                }
            }
            if self.plan.units[*unit].regions.is_empty() {
                continue;
            }
            self.done_units += 1;
            if let Some(progress) = self.options.progress {
                progress(Progress {
                    regions_done: self.done_units,
                    regions: self.units,
                    round: self.report.rounds,
                });
            }
        }
    }

    /// The readers of the ranges of units are to be calculated where something of these changed, but for readers in units that are
    /// `done`.
    fn tell(&mut self, units: &[usize], done: &[usize]) {
        let plan = self.plan;
        for range in units.iter().flat_map(|unit| &plan.units[*unit].ranges) {
            let Some(changed) = self.changed.remove(range) else { continue };
            for (id, rows) in self.rows_of_readers(*range, changed) {
                let unit = plan.unit_of.get(&id);
                if !unit.is_some_and(|unit| done.contains(unit)) {
                    self.mark(id, rows);
                }
            }
        }
    }

    /// The rows that read what changed of a range.
    fn rows_of_readers(&self, range: RangeId, changed: Vec<Rect>) -> Vec<(RegionId, Range<u32>)> {
        /// As many rectangles are looked at one by one.
        const FEW: usize = 16;
        let around = |a: Rect, b: &Rect| Rect {
            top: a.top.min(b.top),
            left: a.left.min(b.left),
            bottom: a.bottom.max(b.bottom),
            right: a.right.max(b.right),
        };
        let changed = match changed.split_first() {
            Some((first, rest)) if rest.len() >= FEW => vec![rest.iter().fold(*first, around)],
            _ => changed,
        };
        let regions = &self.book.regions;
        let readers = self.book.readers.of_range(range);
        let rows = readers.flat_map(|reader| {
            changed.iter().filter_map(move |rect| rows_of_reader(regions, reader, rect))
        });
        rows.collect()
    }

    fn mark(&mut self, id: RegionId, rows: Range<u32>) {
        let rows_of = match self.pending.contains(&id) {
            true => self.rows.entry(id),
            false => self.book.changes.rows.entry(id),
        };
        rows_of.or_default().insert(rows);
    }

    fn is_cancelled(&self) -> bool {
        self.options.environment.cancel.is_cancelled()
    }

    fn cancelled(&mut self) -> Error {
        self.keep_rows();
        Error::new(ErrorKind::Cancelled, "the recalculation was cancelled")
    }

    /// What was to be calculated still is.
    fn keep_rows(&mut self) {
        for (range, changed) in std::mem::take(&mut self.changed) {
            for (id, rows) in self.rows_of_readers(range, changed) {
                self.rows.entry(id).or_default().insert(rows);
            }
        }
        for (region, rows) in std::mem::take(&mut self.rows) {
            if self.pending.contains(&region) && self.book.regions.get(region).is_some() {
                self.book.changes.rows.entry(region).or_default().extend(&rows);
            }
        }
    }

    /// What the units of a wave give; nothing for those that need nothing.
    fn evaluate(&self, wave: &[usize]) -> Vec<Option<Done>> {
        let threads = self.options.environment.threads;
        let reader = self.reader();
        let one = |unit: &usize| self.evaluate_unit(&reader, &self.plan.units[*unit]);
        match wave {
            [] | [_] => wave.iter().map(one).collect(),
            _ if threads <= 1 => wave.iter().map(one).collect(),
            _ => {
                wave.par_iter().with_min_len(8.min(wave.len().div_ceil(threads))).map(one).collect()
            }
        }
    }

    /// Rows of regions that may wait for each other.
    fn settled(&self, reader: &BookReader<'_>, regions: &[RegionId]) -> Option<Done> {
        let rows = closure(self.book, regions, &self.rows);
        if rows.is_empty() {
            return None;
        }
        let together = rows.iter().map(|(id, _)| *id).collect();
        Some(match settle(reader, regions, rows) {
            End::Done(settled) => Done::Settled(settled, together),
            End::Split(region) => Done::Split(region),
            End::Waits(sheet, rect) => Done::Waits(sheet, rect),
        })
    }

    fn evaluate_unit(&self, reader: &BookReader<'_>, unit: &Unit) -> Option<Done> {
        let rows_of = |id: &RegionId| self.rows.get(id).filter(|rows| !rows.is_empty());
        let id = *unit.regions.first()?;
        if unit.cyclic {
            if let ([id], Some(region)) = (unit.regions.as_slice(), self.book.regions.get(id))
                && !self.book.readers.may_spill(*id)
                && reads_upward(region)
            {
                let first = rows_of(id)?.first()?;
                return Some(match downward(reader, *id, region, first) {
                    Fallen::Done(column) => Done::Columns(vec![*column]),
                    Fallen::Split => Done::Split(*id),
                    Fallen::Waits(sheet, rect) => Done::Waits(sheet, rect),
                });
            }
            return self.settled(reader, &unit.regions);
        }
        let region = self.book.regions.get(id)?;
        let rows = rows_of(&id)?.within(&region.rect.rows());
        let rows = if self.may_repeat(region) { rows.joined() } else { rows };
        let keeps_blanks = keeps_blanks(&region.template, &self.book.functions);
        let mut columns = Vec::new();
        for col in region.rect.cols() {
            for rows in rows.iter() {
                let strip = Strip { sheet: region.sheet, col, rows: rows.clone() };
                let outcome = match evaluate(reader, &region.template, &strip) {
                    Outcome::Rows(cells) if !keeps_blanks => Outcome::Rows(without_blanks(cells)),
                    Outcome::Array(table) => Outcome::Array(bounded(table, keeps_blanks)),
                    outcome => outcome,
                };
                match outcome {
                    Outcome::Rows(cells) if region.is_single() => {
                        return Some(Done::Single(id, Table::single(cells.get(0))));
                    }
                    Outcome::Rows(cells) => columns.push((id, col, rows, cells)),
                    Outcome::Array(table) if region.is_single() => {
                        return Some(Done::Single(id, table));
                    }
                    Outcome::Array(_) | Outcome::Split => return Some(Done::Split(id)),
                    Outcome::Deferred(sheet, rect) => return Some(Done::Waits(sheet, rect)),
                    Outcome::Kept(name) => {
                        let stored = reader.cells(region.sheet, col, rows.clone());
                        // An array keeps the cells around, too.
                        if region.is_single() && stored.get(0) != CellRef::Blank {
                            return None;
                        }
                        let cells = kept(&stored, &name);
                        if region.is_single() {
                            return Some(Done::Single(id, Table::single(cells.get(0))));
                        }
                        columns.push((id, col, rows, cells));
                    }
                }
            }
        }
        Some(Done::Columns(columns))
    }

    /// Whether rows may be calculated that need not be: nobody notices, and it costs no calls of plugins.
    fn may_repeat(&self, region: &Region) -> bool {
        let functions = &self.book.functions;
        !region.template.volatile
            && region
                .template
                .functions
                .iter()
                .all(|name| functions.get(&function_key(name)).is_none())
    }

    fn store(&mut self, done: Done) {
        match done {
            Done::Columns(columns) => {
                let own: Vec<RegionId> =
                    columns.first().map(|column| column.0).into_iter().collect();
                self.store_columns(columns, &own);
            }
            Done::Settled(settled, mut together) => {
                together.sort_unstable();
                self.store_settled(settled, &together);
            }
            Done::Single(id, table) => {
                let fate = spill::fate(self.book, id, &table);
                if matches!(fate, Fate::Fills(_)) && !self.book.readers.may_spill(id) {
                    return self.surprised(id);
                }
                self.count_single(&table);
                let sheet = self.book.regions.get(id).map(|region| region.sheet);
                let placed = spill::place(self.book, id, &table, fate);
                if let Some(sheet) = sheet {
                    self.placed(sheet, &placed, &[]);
                }
            }
            Done::Split(_) | Done::Waits(..) => {}
        }
    }

    /// A formula gives an array that was not known to: where that goes is planned anew.
    fn surprised(&mut self, id: RegionId) {
        let Some(region) = self.book.regions.get_mut(id) else { return };
        debug_assert!(region.spreads, "{} gives an array", region.template.key);
        region.spreads = true;
        let rows = region.rect.rows();
        self.book.readers.touch(id);
        self.book.changes.rows(id, rows);
        self.outdated = true;
    }

    fn store_columns(&mut self, columns: Vec<Column>, together: &[RegionId]) {
        let mut regions = FxHashSet::default();
        for (id, col, rows, cells) in columns {
            self.report.regions += u64::from(regions.insert(id));
            self.report.cells += cells.len() as u64;
            self.store_column(id, col, rows, cells, together);
        }
    }

    fn count_single(&mut self, table: &Table) {
        self.report.regions += 1;
        self.report.cells += 1;
        self.report.spilled_cells += (table.height() * table.width()) as u64 - 1;
    }

    /// Stores what cells gave together. Their arrays are all taken back first, so that each is put where it was found to be.
    fn store_settled(&mut self, settled: Settled, together: &[RegionId]) {
        self.book.changes.circular.extend(settled.circular);
        self.store_columns(settled.columns, together);
        let mut before: Vec<(SheetId, Rect, Table)> = Vec::new();
        for (id, ..) in &settled.singles {
            let Some(region) = self.book.regions.get(*id) else { continue };
            let (sheet, fills) = (region.sheet, region.spill);
            if let Some(rect) = fills
                && let Some(table) = self.book.sheets.get(&sheet).and_then(|s| s.grid.table(&rect))
            {
                before.push((sheet, rect, table));
            }
        }
        let mut ids: Vec<RegionId> = settled.singles.iter().map(|single| single.0).collect();
        ids.retain(|id| self.book.regions.get(*id).is_some_and(|region| region.spill.is_some()));
        for id in ids {
            self.book.lift(id);
        }
        for (id, table, fate) in settled.singles {
            self.count_single(&table);
            let Some(region) = self.book.regions.get(id) else { continue };
            let sheet = region.sheet;
            let placed = spill::place(self.book, id, &table, fate);
            let own = |(other, rect, table): &(SheetId, Rect, Table)| {
                *other == sheet
                    && placed.rects.first() == Some(rect)
                    && self.book.sheets.get(other).and_then(|s| s.grid.table(rect)).is_some_and(
                        |now| {
                            let pairs = now.columns().iter().zip(table.columns());
                            pairs.fold(true, |same, (now, before)| {
                                same && tells_nothing(before, now)
                            })
                        },
                    )
            };
            // What is where it was is no change.
            if let Some(at) = before.iter().position(own) {
                before.swap_remove(at);
                continue;
            }
            self.placed(sheet, &placed, together);
        }
        for (sheet, rect, _) in before {
            let placed = Placed { rects: vec![rect], moved: vec![rect], evicted: Vec::new() };
            self.placed(sheet, &placed, together);
        }
    }

    /// What an array that was put in place means for others.
    fn placed(&mut self, sheet: SheetId, placed: &Placed, together: &[RegionId]) {
        for rect in &placed.rects {
            self.changed(sheet, *rect, together);
        }
        let blocked =
            placed.moved.iter().flat_map(|rect| self.book.readers.blocked_in(sheet, rect));
        let evicted = placed.evicted.iter().copied();
        let concerned: Vec<RegionId> = blocked.chain(evicted).collect();
        for id in concerned {
            // Others wait for values and formulas to go, not for arrays.
            if self.pending.contains(&id)
                && together.binary_search(&id).is_err()
                && let Some(region) = self.book.regions.get(id)
            {
                self.rows.entry(id).or_default().insert(region.rect.rows());
            }
        }
    }

    fn store_column(
        &mut self,
        id: RegionId,
        col: u32,
        rows: Range<u32>,
        cells: Cells,
        together: &[RegionId],
    ) {
        if rows.is_empty() {
            return;
        }
        let Some(region) = self.book.regions.get(id) else { return };
        let sheet_id = region.sheet;
        let rect = Rect { top: rows.start, left: col, bottom: rows.end - 1, right: col };
        let has_readers = self.book.readers.is_read(sheet_id, &rect);
        let Some(sheet) = self.book.sheets.get_mut(&sheet_id) else { return };
        // Comparing costs less than evaluating what would follow; without readers it is not needed.
        if has_readers && tells_nothing(&sheet.grid.cells(col, rows), &cells) {
            return;
        }
        sheet.grid.store(col, rect.top, cells);
        if has_readers {
            self.changed(sheet_id, rect, together);
        }
    }

    /// The readers of a rectangle are to be calculated, but for those that were calculated `together` with it.
    fn changed(&mut self, sheet: SheetId, rect: Rect, together: &[RegionId]) {
        let mut alone = Vec::new();
        for (range, by) in self.book.readers.ranges_in(sheet, &rect) {
            match by {
                ReadBy::One(reader) => alone.push(*reader),
                ReadBy::Many(readers) => {
                    let unit = self.plan.unit_of_range.get(&range);
                    match unit.is_some_and(|unit| !self.done[*unit]) {
                        true => self.changed.entry(range).or_default().push(rect),
                        false => alone.extend(readers),
                    }
                }
            }
        }
        for reader in alone {
            let rows = rows_of_reader(&self.book.regions, reader, &rect);
            let Some((id, rows)) = rows.filter(|(id, _)| together.binary_search(id).is_err())
            else {
                continue;
            };
            debug_assert!(
                self.pending.contains(&id),
                "a reader of {rect} was calculated before it"
            );
            self.mark(id, rows);
        }
    }
}
