//! `SUM`, `AVERAGE`, `COUNT`, `COUNTA`, `MIN` and `MAX` of ranges that move with the rows: running over a growing one,
//! otherwise a row at a time on slices.

use super::{
    lambda::Operand,
    names::Names,
    program::{Expr, Node, is_cell},
    rows::Rows,
    run::{Result, Run, Stop, Waiting},
};
use crate::{
    address::{Area, Axis, MAX_ARRAY_CELLS, Rect},
    cells::{Builder, CellRef, Cells, NumberKind},
};
use arrow_array::Array;
use formualizer_common::ExcelErrorKind;
use formualizer_functions::{Record, call::number, cells::error_of_code, semantics::TextRules};
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Sum,
    Average,
    Count,
    CountA,
    Min,
    Max,
}

/// What was seen so far, from left to right.
#[derive(Clone, Copy)]
struct State {
    function: Aggregate,
    rules: TextRules,
    total: f64,
    count: f64,
    best: Option<(f64, NumberKind)>,
    error: Option<ExcelErrorKind>,
}

fn fail(kind: ExcelErrorKind) -> CellRef<'static> {
    CellRef::Error(kind, None)
}

impl State {
    fn new(function: Aggregate, rules: TextRules) -> Self {
        Self { function, rules, total: 0.0, count: 0.0, best: None, error: None }
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
        match (number(cell.scalar(), self.rules), cell) {
            (Ok(_), CellRef::Blank) if self.function == Aggregate::Count => {}
            (Ok(n), CellRef::Number(_, kind)) => self.add(n, kind),
            (Ok(n), _) => self.add(n, NumberKind::Number),
            (Err(_), _) if self.function == Aggregate::Count => {}
            (Err(code), _) => self.error = Some(error_of_code(code)),
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
            // The first error row by row is the one, as it is for a row alone.
            let mixed = |column: &&Cells| matches!(column, Cells::Mixed(_));
            let mixed: Vec<&Cells> = columns.iter().filter(mixed).collect();
            for row in if mixed.is_empty() { 0..0 } else { rows.clone() } {
                for column in &mixed {
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
                let numbers = array.values().get(rows.clone()).unwrap_or_default();
                within.total = numbers.iter().fold(within.total, |total, n| total + n);
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

/// An argument, ready to be taken row by row.
enum Source<'a> {
    Cell(Operand<'a>),
    Value(Operand<'a>),
    Range(Window<'a>),
}

/// A range and all cells that it covers for any of the rows.
struct Window<'a> {
    area: &'a Area,
    block: Option<Rect>,
    columns: Vec<Cells>,
}

impl<'a> Window<'a> {
    fn new(run: &Run<'_>, area: &'a Area, rows: Rows<'_>) -> Result<Self> {
        let own = |index| run.own(rows.at(index));
        let mut block = None;
        let last = rows.len().saturating_sub(1);
        // Bounds move in one direction, so that the first and last row tell what is covered.
        let region = Rect::between(own(0), own(last));
        if let Some(rect) = area.over(&region) {
            run.ask(area.sheet, &rect)?;
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
                // Columns that hold nothing have nothing to say.
                rect.cols().map(cells).filter(|cells| !matches!(cells, Cells::Blank(_))).collect()
            }
            None => Vec::new(),
        };
        Ok(Self { area, block, columns })
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
    fn is_fixed(&self) -> bool {
        match self {
            Self::Cell(operand) | Self::Value(operand) => !matches!(operand, Operand::Rows(_)),
            Self::Range(window) => {
                matches!((window.area.top, window.area.bottom), (Axis::Fixed(_), Axis::Fixed(_)))
            }
        }
    }

    fn feed(&self, run: &Run<'_>, state: &mut State, index: usize, row: u32) {
        match self {
            Self::Cell(operand) => state.cell(operand.cell(index)),
            // What is left empty between commas counts, as 0.
            Self::Value(Operand::Empty) => state.value(CellRef::number(0.0)),
            Self::Value(operand) => state.value(operand.cell(index)),
            Self::Range(window) => match window.rows(run, row) {
                Ok(rows) => state.range(&window.columns, rows),
                Err(error) => state.error = state.error.or(Some(error)),
            },
        }
    }
}

/// Whether an argument has more cells than an array can have: these functions go over them without one.
pub(crate) fn is_too_large(run: &Run<'_>, arguments: &[Expr], rows: Rows<'_>) -> bool {
    arguments.iter().any(|argument| match &argument.node {
        Node::Area(area) => area
            .at(run.own(rows.at(0)))
            .is_some_and(|rect| run.cut(area.sheet, &rect).cells() > MAX_ARRAY_CELLS),
        _ => false,
    })
}

/// One of these functions for many rows, where some of its ranges move with them. `None` of others.
pub(crate) fn over_windows<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Option<Result<Operand<'a>>> {
    let function = match record.name {
        "SUM" => Aggregate::Sum,
        "AVERAGE" => Aggregate::Average,
        "COUNT" => Aggregate::Count,
        "COUNTA" => Aggregate::CountA,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        _ => return None,
    };
    let moves = |area: &Area| !matches!((area.top, area.bottom), (Axis::Fixed(_), Axis::Fixed(_)));
    let moving = |argument: &Expr| matches!(&argument.node, Node::Area(area) if moves(area));
    if rows.len() > 1 && !arguments.iter().any(moving) {
        return None;
    }
    let mut sources = Vec::with_capacity(arguments.len());
    let mut waiting = Waiting::default();
    for argument in arguments {
        let source = match &argument.node {
            Node::Area(area) if !is_cell(area) => Window::new(run, area, rows).map(Source::Range),
            Node::Area(area) if area.at(run.own(rows.at(0))).is_some() => {
                run.cells(area, rows).map(Source::Cell)
            }
            // What may be an array or a reference is taken row by row.
            node if super::reference::may_be(node) => return None,
            _ => match run.value(argument, rows, names) {
                Ok(Operand::Array(_) | Operand::Lambda(_)) | Err(Stop::Split) => return None,
                value => value.map(Source::Value),
            },
        };
        match waiting.part(source) {
            Ok(source) => sources.extend(source),
            Err(stop) => return Some(Err(stop)),
        }
    }
    if let Err(wait) = waiting.end() {
        return Some(Err(wait));
    }
    // What comes before the first argument that differs by row is taken once.
    let mut base = State::new(function, run.rules());
    let fixed = sources.iter().take_while(|source| source.is_fixed()).count();
    let rest = sources.split_off(fixed);
    sources.iter().for_each(|source| source.feed(run, &mut base, 0, rows.at(0)));
    let mut builder = Builder::with_capacity(rows.len());
    if let [Source::Range(window)] = rest.as_slice()
        && running(run, base, window, rows, &mut builder)
    {
        return Some(Ok(Operand::Rows(builder.finish())));
    }
    for (index, row) in rows.iter().enumerate() {
        let mut state = base;
        rest.iter().for_each(|source| source.feed(run, &mut state, index, row));
        builder.push(state.finish());
    }
    Some(Ok(Operand::Rows(builder.finish())))
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
