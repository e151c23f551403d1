//! `SUM`, `AVERAGE`, `COUNT`, `COUNTA`, `MIN` and `MAX`: once for a fixed range, running over a growing one,
//! otherwise a row at a time on slices.

use super::{
    operand::{Lane, Operand},
    program::{Aggregate, Node},
    run::{Result, Rows, Run, Stop},
    scalar::{self, fail},
};
use crate::{
    address::{Area, Axis, Rect},
    cells::{Builder, CellRef, Cells, NumberKind},
};
use arrow_array::Array;
use formualizer_common::ExcelErrorKind;
use rayon::prelude::*;
use std::ops::Range;

/// What was seen so far, from left to right: sums are added in the order in which the Interpreter adds.
#[derive(Clone, Copy)]
struct State {
    function: Aggregate,
    total: f64,
    count: f64,
    best: Option<(f64, NumberKind)>,
    error: Option<ExcelErrorKind>,
    /// Whether the error was raised instead of being a value.
    raised: bool,
}

impl State {
    fn new(function: Aggregate) -> Self {
        Self { function, total: 0.0, count: 0.0, best: None, error: None, raised: false }
    }

    fn better(&self, n: f64) -> bool {
        match (self.function, self.best) {
            (Aggregate::Min, Some((best, _))) => n < best,
            (Aggregate::Max, Some((best, _))) => n > best,
            (Aggregate::Min | Aggregate::Max, None) => true,
            _ => false,
        }
    }

    fn add(&mut self, n: f64, kind: NumberKind) {
        self.total += n;
        self.count += 1.0;
        if self.better(n) {
            self.best = Some((n, kind));
        }
    }

    /// A value that is no reference: texts count where they are numbers.
    fn value(&mut self, cell: CellRef<'_>) {
        if self.error.is_some() {
            return;
        }
        if self.function == Aggregate::CountA {
            self.count += f64::from(u8::from(cell != CellRef::Blank));
            return;
        }
        match scalar::number(cell) {
            Ok(_) if self.function == Aggregate::Count && cell == CellRef::Blank => {}
            Ok(n) => match cell {
                CellRef::Number(_, kind) => self.add(n, kind),
                _ => self.add(n, NumberKind::Number),
            },
            Err(CellRef::Error(kind, _)) if matches!(cell, CellRef::Error(..)) => {
                self.error = Some(kind);
            }
            Err(_) if self.function == Aggregate::Sum => {
                self.error = Some(ExcelErrorKind::Value);
                self.raised = true;
            }
            Err(_) => {}
        }
    }

    /// A referenced cell: only numbers count.
    fn cell(&mut self, cell: CellRef<'_>) {
        if self.error.is_some() {
            return;
        }
        match (self.function, cell) {
            (Aggregate::CountA, cell) => {
                self.count += f64::from(u8::from(cell != CellRef::Blank));
            }
            (_, CellRef::Number(n, kind)) => self.add(n, kind),
            (Aggregate::Count, _) => {}
            (_, CellRef::Error(kind, _)) => self.error = Some(kind),
            _ => {}
        }
    }

    /// Rows of some columns.
    fn range(&mut self, columns: &[Cells], rows: Range<usize>) {
        if self.error.is_some() {
            return;
        }
        if !matches!(self.function, Aggregate::Count | Aggregate::CountA) {
            for column in columns.iter().filter(|column| matches!(column, Cells::Mixed(_))) {
                for row in rows.clone() {
                    if let CellRef::Error(kind, _) = column.get(row) {
                        self.error = Some(kind);
                        return;
                    }
                }
            }
        }
        let mut within = Self { best: None, ..*self };
        match columns {
            [Cells::Numbers(_, array)]
                if array.null_count() == 0
                    && matches!(self.function, Aggregate::Sum | Aggregate::Average) =>
            {
                within.total =
                    sum(within.total, array.values().get(rows.clone()).unwrap_or_default());
                #[expect(clippy::cast_precision_loss, reason = "rows of a sheet")]
                let count = rows.len() as f64;
                within.count += count;
            }
            _ => {
                for row in rows {
                    for column in columns {
                        within.in_range(column.get(row));
                    }
                }
            }
        }
        (self.total, self.count) = (within.total, within.count);
        self.merge(within.best);
    }

    /// A cell of a range; the smaller of two zeros is the negative one there.
    fn in_range(&mut self, cell: CellRef<'_>) {
        match (self.function, cell) {
            (Aggregate::CountA, CellRef::Blank) => {}
            (Aggregate::CountA, _) => self.count += 1.0,
            (function, CellRef::Number(n, _)) => {
                self.total += n;
                self.count += 1.0;
                let better = match (function, self.best) {
                    (Aggregate::Min, Some((best, _))) => n.total_cmp(&best).is_lt(),
                    (Aggregate::Max, Some((best, _))) => n.total_cmp(&best).is_gt(),
                    _ => true,
                };
                if better {
                    self.best = Some((n, NumberKind::Number));
                }
            }
            _ => {}
        }
    }

    fn merge(&mut self, best: Option<(f64, NumberKind)>) {
        if let Some((n, _)) = best
            && self.better(n)
        {
            self.best = best;
        }
    }

    fn finish(&self) -> CellRef<'static> {
        if let Some(error) = self.error {
            return fail(error);
        }
        match self.function {
            Aggregate::Sum => CellRef::number(self.total),
            Aggregate::Average if self.count == 0.0 => fail(ExcelErrorKind::Div),
            Aggregate::Average => CellRef::number(self.total / self.count),
            Aggregate::Count | Aggregate::CountA => CellRef::number(self.count),
            Aggregate::Min | Aggregate::Max => match self.best {
                Some((n, kind)) => CellRef::Number(n, kind),
                None => CellRef::number(0.0),
            },
        }
    }
}

/// Rows from which on a sum goes in lanes.
const LONG: usize = 4096;
/// Rows that one thread adds at a time. Blocks are added in their order, so that a sum does not depend on the threads.
const BLOCK: usize = 1 << 16;

/// The sum from left to right, as the Interpreter adds; of a long column in blocks of eight lanes, which takes less
/// time and errs less.
fn sum(start: f64, values: &[f64]) -> f64 {
    if values.len() < LONG {
        return values.iter().fold(start, |sum, n| sum + n);
    }
    if values.len() <= BLOCK {
        return start + in_lanes(values);
    }
    let blocks: Vec<f64> = values.par_chunks(BLOCK).map(in_lanes).collect();
    blocks.iter().fold(start, |sum, n| sum + n)
}

fn in_lanes(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for block in blocks {
        for (lane, n) in lanes.iter_mut().zip(block) {
            *lane += n;
        }
    }
    lanes.iter().chain(rest).sum()
}

/// An argument, ready to be taken row by row.
enum Source<'a> {
    Cell(Operand),
    Value(Operand),
    Range(Window<'a>),
    /// Numbers that an inner function gave, the same for all rows.
    Array(Vec<Cells>),
}

/// A range and all cells that it covers for any of the rows.
struct Window<'a> {
    area: &'a Area,
    block: Option<Rect>,
    columns: Vec<Cells>,
}

impl<'a> Window<'a> {
    fn new(run: &Run<'_>, area: &'a Area, rows: Rows<'_>) -> Self {
        let own = |index| run.own(rows.at(index));
        let mut block = None;
        let last = rows.len().saturating_sub(1);
        // Bounds move in one direction, so that the first and last row tell what is covered.
        let region = Rect::between(own(0), own(last));
        if let Some(rect) = area.over(&region) {
            let used = run.reader.used_rows(area.sheet, rect.cols());
            let (_, used_cols) = run.reader.used(area.sheet);
            let cut = Rect {
                bottom: rect.bottom.min(used.max(1) - 1),
                right: rect.right.min(used_cols.max(1) - 1),
                ..rect
            };
            block = (used > 0 && cut.top <= cut.bottom && cut.left <= cut.right).then_some(cut);
        }
        let columns = match &block {
            Some(rect) => {
                let cells = |col| run.reader.cells(area.sheet, col, rect.rows());
                rect.cols().map(cells).collect()
            }
            None => Vec::new(),
        };
        Self { area, block, columns }
    }

    /// The rows of the block that the formula in a row covers; `Err` where the range leaves the sheet.
    fn rows(&self, run: &Run<'_>, row: u32) -> std::result::Result<Range<usize>, ExcelErrorKind> {
        let rect = self.area.at(run.own(row)).ok_or(ExcelErrorKind::Ref)?;
        let Some(block) = &self.block else { return Ok(0..0) };
        let Some(part) = rect.intersection(block) else { return Ok(0..0) };
        Ok((part.top - block.top) as usize..(part.bottom - block.top) as usize + 1)
    }
}

impl Source<'_> {
    /// Whether it is the same for all rows.
    fn is_fixed(&self, run: &Run<'_>) -> bool {
        match self {
            Self::Cell(operand) | Self::Value(operand) => {
                operand.lane(run.dates).is_some_and(|lane| lane.is_one())
            }
            Self::Array(_) => true,
            Self::Range(window) => {
                matches!((window.area.top, window.area.bottom), (Axis::Fixed(_), Axis::Fixed(_)))
            }
        }
    }

    fn feed(&self, run: &Run<'_>, state: &mut State, index: usize, row: u32) {
        let cell =
            |operand: &Operand, state: &mut State, take: fn(&mut State, CellRef<'_>)| match operand
                .lane(run.dates)
            {
                Some(Lane::One(cell)) => take(state, cell),
                Some(Lane::Many(cells)) => take(state, cells.get(index)),
                None => {}
            };
        match self {
            Self::Cell(operand) => cell(operand, state, |state, cell| state.cell(cell)),
            Self::Value(operand) => cell(operand, state, |state, cell| state.value(cell)),
            Self::Array(columns) => {
                state.range(columns, 0..columns.first().map_or(0, Cells::len));
            }
            Self::Range(window) => match window.rows(run, row) {
                Ok(rows) => state.range(&window.columns, rows),
                Err(error) => state.error = state.error.or(Some(error)),
            },
        }
    }
}

pub(crate) fn evaluate(
    run: &Run<'_>,
    function: Aggregate,
    nodes: &[Node],
    exact: bool,
    rows: Rows<'_>,
) -> Result<Operand> {
    if rows.len() == 0 {
        return Ok(Operand::Rows(Cells::Blank(0)));
    }
    let mut sources = Vec::with_capacity(nodes.len());
    for node in nodes {
        sources.push(match node {
            Node::Range(area) => Source::Range(Window::new(run, area, rows)),
            Node::Cell(area) if area.at(run.own(rows.at(0))).is_some() => {
                Source::Cell(run.cells(area, rows))
            }
            node => match run.node(node, rows)? {
                // Texts and logical values within arrays are the Interpreter's.
                Operand::Array(table)
                    if table.columns().iter().all(|c| matches!(c, Cells::Numbers(..))) =>
                {
                    Source::Array(table.into_columns())
                }
                Operand::Array(_) => return Err(Stop::Interpret),
                operand => Source::Value(operand),
            },
        });
    }
    // What comes before the first argument that differs by row is taken once.
    let mut base = State::new(function);
    let fixed = sources.iter().take_while(|source| source.is_fixed(run)).count();
    let rest = sources.split_off(fixed);
    sources.iter().for_each(|source| source.feed(run, &mut base, 0, rows.at(0)));
    if rest.is_empty() {
        if base.raised && exact {
            rows.iter().for_each(|row| run.doubt(row));
        }
        return Ok(Operand::Scalar(base.finish().value(run.dates)));
    }
    let mut builder = Builder::with_capacity(rows.len());
    if let [Source::Range(window)] = rest.as_slice()
        && running(run, base, window, rows, &mut builder)
    {
        return Ok(Operand::Rows(builder.finish()));
    }
    for (index, row) in rows.iter().enumerate() {
        let mut state = base;
        rest.iter().for_each(|source| source.feed(run, &mut state, index, row));
        if state.raised && exact {
            run.doubt(row);
        }
        builder.push(state.finish());
    }
    Ok(Operand::Rows(builder.finish()))
}

/// A range of one column that grows downwards with the rows: each row goes on where the one before it ended.
/// Gives nothing and `false` where the range is of another kind.
fn running(
    run: &Run<'_>,
    base: State,
    window: &Window<'_>,
    rows: Rows<'_>,
    builder: &mut Builder,
) -> bool {
    let (Axis::Fixed(top), Axis::Moving(by), [column]) =
        (window.area.top, window.area.bottom, window.columns.as_slice())
    else {
        return false;
    };
    let below = |row: u32| i64::from(row) + i64::from(by) >= i64::from(top);
    let inside = |row: u32| window.rows(run, row).is_ok();
    let last = rows.at(rows.len() - 1);
    if base.error.is_some() || !below(rows.at(0)) || !inside(rows.at(0)) || !inside(last) {
        return false;
    }
    let (mut state, mut done) = (State { best: None, ..base }, 0);
    let counts = matches!(base.function, Aggregate::Count | Aggregate::CountA);
    for row in rows.iter() {
        let end = window.rows(run, row).map_or(done, |rows| rows.end);
        while done < end && state.error.is_none() {
            match column.get(done) {
                CellRef::Error(kind, _) if !counts => state.error = Some(kind),
                cell => state.in_range(cell),
            }
            done += 1;
        }
        let mut result = State { best: base.best, ..state };
        result.merge(state.best);
        builder.push(result.finish());
    }
    true
}
