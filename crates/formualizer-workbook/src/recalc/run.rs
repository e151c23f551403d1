//! Rounds of waves: what is ready is evaluated side by side and stored one after the other.

use super::{
    Progress, RecalcReport,
    finish::{bounded, keeps_blanks, without_blanks},
    plan::{Plan, Unit, plan},
    reader::BookReader,
    spill,
    sweep::{self, Swept, sweep},
};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect, SheetId},
    book::{Book, Changes, RegionId, RowSet},
    cells::{CellRef, Cells, Table},
    eval::{Environment, Outcome, Strip, evaluate},
    formula::Scope,
    functions::Sessions,
};
use formualizer_common::ExcelErrorKind;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use web_time::Instant;

/// Rounds after which array results that keep moving are taken as circular.
const MAX_ROUNDS: u32 = 64;

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
    book.readers.refresh(&book.regions, &book.functions);
    mark_volatile(book);
    while !book.changes.is_empty() {
        report.rounds += 1;
        book.readers.refresh(&book.regions, &book.functions);
        let plan = plan(book);
        let circular = report.rounds > MAX_ROUNDS;
        let mut round = Round::new(book, sessions, options, &plan, &mut report);
        if circular {
            round.give_up();
            break;
        }
        round.run()?;
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
    /// Columns of regions.
    Columns(Vec<sweep::Column>),
    /// What regions that read each other give.
    Swept(Swept),
    /// A region of one cell: one cell or an array.
    Single(RegionId, Table),
    /// Regions that must become regions of single cells.
    Split(Vec<RegionId>),
    /// It reads at run time what is not done yet.
    Deferred(SheetId, Rect),
}

/// One time through everything that is concerned.
struct Round<'a> {
    book: &'a mut Book,
    sessions: &'a Sessions,
    options: &'a Options<'a>,
    plan: &'a Plan,
    report: &'a mut RecalcReport,
    /// Rows to be calculated, by region.
    rows: FxHashMap<RegionId, RowSet>,
    /// Regions of the plan that are not done.
    pending: FxHashSet<RegionId>,
    done_units: u64,
}

impl<'a> Round<'a> {
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
            for (region, range) in book.readers.rows_reading(&book.regions, *sheet, rect) {
                rows.entry(region).or_default().insert(range);
            }
        }
        let pending = plan.unit_of.keys().copied().collect();
        Self { book, sessions, options, plan, report, rows, pending, done_units: 0 }
    }

    fn run(&mut self) -> Result<(), Error> {
        let mut waits: Vec<usize> = self.plan.units.iter().map(|unit| unit.waits_for).collect();
        let mut ready: Vec<usize> = (0..waits.len()).filter(|unit| waits[*unit] == 0).collect();
        let mut deferred: Vec<(usize, SheetId, Rect)> = Vec::new();
        let mut progressed = true;
        loop {
            if ready.is_empty() {
                if deferred.is_empty() {
                    return Ok(());
                }
                let waiting = std::mem::take(&mut deferred);
                match progressed {
                    true => ready = waiting.into_iter().map(|(unit, ..)| unit).collect(),
                    // Each waits for another one of them, or for what waits for them.
                    false => {
                        for (unit, sheet, rect) in waiting {
                            self.circular(&self.plan.units[unit], Some((sheet, rect)));
                            self.finish(unit, &mut waits, &mut ready);
                        }
                    }
                }
                progressed = false;
                continue;
            }
            let wave = std::mem::take(&mut ready);
            let results = self.evaluate(&wave);
            if self.options.environment.cancel.is_cancelled() {
                return Err(self.cancelled());
            }
            // What is stored now comes too late for all of the wave, stored or not: its readers there are for the next round.
            for region in wave.iter().flat_map(|unit| &self.plan.units[*unit].regions) {
                self.pending.remove(region);
            }
            for (unit, done) in wave.into_iter().zip(results) {
                match done {
                    Some(Done::Deferred(sheet, rect)) => {
                        self.pending.extend(&self.plan.units[unit].regions);
                        deferred.push((unit, sheet, rect));
                        continue;
                    }
                    Some(done) => self.store(unit, done),
                    None => {}
                }
                progressed = true;
                self.finish(unit, &mut waits, &mut ready);
            }
            ready.sort_unstable();
        }
    }

    fn finish(&mut self, unit: usize, waits: &mut [usize], ready: &mut Vec<usize>) {
        for region in &self.plan.units[unit].regions {
            self.pending.remove(region);
            self.rows.remove(region);
        }
        for reader in &self.plan.units[unit].readers {
            waits[*reader] -= 1;
            if waits[*reader] == 0 {
                ready.push(*reader);
            }
        }
        self.done_units += 1;
        if let Some(progress) = self.options.progress {
            progress(Progress {
                regions_done: self.done_units,
                regions: self.plan.units.len() as u64,
                round: self.report.rounds,
            });
        }
    }

    fn cancelled(&mut self) -> Error {
        // What was to be calculated still is, and what changed on the way reaches its readers next time.
        for (region, rows) in std::mem::take(&mut self.rows) {
            if self.pending.contains(&region) {
                self.book.changes.rows.entry(region).or_default().extend(&rows);
            }
        }
        Error::new(ErrorKind::Cancelled, "the recalculation was cancelled")
    }

    /// What the units of a wave give; nothing for those that need nothing.
    fn evaluate(&self, wave: &[usize]) -> Vec<Option<Done>> {
        let threads = self.options.environment.threads;
        let reader = BookReader {
            book: self.book,
            environment: &self.options.environment,
            sessions: self.sessions,
            pending: &self.pending,
        };
        let one = |unit: &usize| self.evaluate_unit(&reader, &self.plan.units[*unit]);
        match wave {
            [] | [_] => wave.iter().map(one).collect(),
            _ if threads <= 1 => wave.iter().map(one).collect(),
            _ => {
                wave.par_iter().with_min_len(8.min(wave.len().div_ceil(threads))).map(one).collect()
            }
        }
    }

    fn evaluate_unit(&self, reader: &BookReader<'_>, unit: &Unit) -> Option<Done> {
        let rows_of = |id: &RegionId| self.rows.get(id).filter(|rows| !rows.is_empty());
        if unit.cyclic {
            let first = unit.regions.iter().filter_map(|id| rows_of(id)?.first()).min()?;
            return Some(match sweep(reader, &unit.regions, first) {
                Some(swept) => Done::Swept(swept),
                None => Done::Split(unit.regions.clone()),
            });
        }
        let id = *unit.regions.first()?;
        let region = self.book.regions.get(id)?;
        let rows = rows_of(&id)?.within(&region.rect.rows());
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
                    Outcome::Array(_) | Outcome::Split => return Some(Done::Split(vec![id])),
                    Outcome::Deferred(sheet, rect) => return Some(Done::Deferred(sheet, rect)),
                }
            }
        }
        Some(Done::Columns(columns))
    }

    fn store(&mut self, unit: usize, done: Done) {
        match done {
            Done::Columns(columns) => self.store_columns(unit, columns),
            Done::Swept(swept) => {
                self.book.changes.circular.extend(swept.circular);
                self.store_columns(unit, swept.columns);
                for (id, table) in swept.singles {
                    self.store_single(unit, id, &table);
                }
            }
            Done::Single(id, table) => self.store_single(unit, id, &table),
            Done::Split(regions) => regions.into_iter().for_each(|id| self.book.explode(id)),
            Done::Deferred(..) => {}
        }
    }

    fn store_columns(&mut self, unit: usize, columns: Vec<sweep::Column>) {
        let mut regions = FxHashSet::default();
        for (id, col, rows, cells) in columns {
            self.report.regions += u64::from(regions.insert(id));
            self.report.cells += cells.len() as u64;
            self.store_column(unit, id, col, rows, cells);
        }
    }

    fn store_single(&mut self, unit: usize, id: RegionId, table: &Table) {
        self.report.regions += 1;
        self.report.cells += 1;
        self.report.spilled_cells += (table.height() * table.width()) as u64 - 1;
        let Some(region) = self.book.regions.get(id) else { return };
        let (sheet, own) = (region.sheet, region.rect);
        for rect in spill::place(self.book, id, table) {
            // Regions that read each other have read each other's cells, but not what arrays fill beside them.
            self.changed(unit, sheet, rect, rect == own);
        }
    }

    fn store_column(
        &mut self,
        unit: usize,
        id: RegionId,
        col: u32,
        rows: Range<u32>,
        cells: Cells,
    ) {
        let Some(region) = self.book.regions.get(id) else { return };
        let sheet_id = region.sheet;
        let rect = Rect { top: rows.start, left: col, bottom: rows.end - 1, right: col };
        let has_readers = self.book.readers.of(sheet_id, &rect).next().is_some();
        let Some(sheet) = self.book.sheets.get_mut(&sheet_id) else { return };
        // Comparing costs less than evaluating what would follow; without readers it is not needed.
        if has_readers && sheet.grid.cells(col, rows).same(&cells) {
            return;
        }
        sheet.grid.set_cells(col, rect.top, cells);
        if has_readers {
            self.changed(unit, sheet_id, rect, true);
        }
    }

    /// The readers of a rectangle are to be calculated: in this round if their turn comes, otherwise in the next.
    /// Those of a unit whose regions `have_read` each other are left alone.
    fn changed(&mut self, unit: usize, sheet: SheetId, rect: Rect, have_read: bool) {
        let cyclic = have_read && self.plan.units[unit].cyclic;
        for (region, rows) in self.book.readers.rows_reading(&self.book.regions, sheet, &rect) {
            let its_unit = self.plan.unit_of.get(&region);
            if its_unit == Some(&unit) && cyclic {
                continue;
            }
            let waits = its_unit != Some(&unit) && self.pending.contains(&region);
            let rows_of = match waits {
                true => self.rows.entry(region),
                false => self.book.changes.rows.entry(region),
            };
            rows_of.or_default().insert(rows);
        }
    }

    /// Takes a unit as circular, because it waits at run time for what waits for it.
    fn circular(&mut self, unit: &Unit, reads: Option<(SheetId, Rect)>) {
        let name = |(sheet, rect): (SheetId, Rect)| {
            format!("{}!{rect}", Scope::sheet_name(self.book, sheet).unwrap_or_default())
        };
        let read = reads.map_or_else(|| "what the formula reads".to_owned(), name);
        let message = format!("circular reference: {read} depends on the formula itself");
        let message = message.as_str();
        for id in &unit.regions {
            let Some(region) = self.book.regions.get(*id) else { continue };
            let (sheet, rect) = (region.sheet, region.rect);
            let error = CellRef::Error(ExcelErrorKind::Circ, Some(message));
            self.book.retract(*id);
            self.book.changes.circular.insert(*id);
            for row in rect.rows() {
                for col in rect.cols() {
                    if let Some(sheet) = self.book.sheets.get_mut(&sheet) {
                        sheet.grid.set(Cell::new(row, col), error);
                    }
                }
            }
            if let Some(index) = self.plan.unit_of.get(id) {
                self.changed(*index, sheet, rect, true);
            }
        }
    }

    /// Ends what would go on for ever: array results that move each other.
    fn give_up(&mut self) {
        let concerned: Vec<RegionId> = self.rows.keys().copied().collect();
        for id in concerned {
            if let Some(unit) = self.plan.unit_of.get(&id) {
                self.circular(&self.plan.units[*unit], None);
            }
        }
        let circular = std::mem::take(&mut self.book.changes.circular);
        self.book.changes = Changes { circular, ..Changes::default() };
    }
}
