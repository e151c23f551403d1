//! A program over some rows.

use super::{
    Reader, Strip, bound, control, functions,
    lambda::{self, Operand},
    names::Names,
    operators,
    program::{Expr, Node, Program, is_cell},
    reference,
    rows::Rows,
};
use crate::{
    address::{Area, Axis, Cell, MAX_ARRAY_CELLS, MAX_COLS, MAX_ROWS, Rect, SheetId},
    cells::{Builder, CellRef, Cells, Table},
    formula::walking,
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue, call::Context, lift, record::Mode, semantics::TextRules,
};
use formualizer_parse::UnaryOperator;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Why an evaluation does not end in one vector.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// Some row of several gives an array.
    Split,
    /// What is read at run time is still to be calculated.
    Deferred(SheetId, Rect),
    /// A function that cannot be calculated.
    Unknown(Box<str>),
}

pub(crate) type Result<T> = std::result::Result<T, Stop>;

/// Cells of whole rows that are taken to the last column.
const MOST_OF_ROWS: u64 = 1 << 20;
/// Rows of a part of a long strip.
const PART: u32 = 1 << 15;

/// What is kept for all rows: no function is.
type Fixed = formualizer_functions::Operand<std::convert::Infallible>;

/// One evaluation of a program.
pub(crate) struct Run<'a> {
    pub(crate) reader: &'a dyn Reader,
    pub(crate) strip: &'a Strip,
    pub(crate) dates: DateSystem,
    rules: TextRules,
    now: f64,
    /// What the planner knows that the formula reads.
    known: Vec<(SheetId, Rect)>,
    /// What is the same for all rows.
    kept: Mutex<Vec<Option<Fixed>>>,
    /// Cells that the parts of a long strip share: indexes are kept by where cells are held.
    blocks: Mutex<Vec<((SheetId, Rect), Table)>>,
    /// What stopped a function that a function called.
    stopped: Mutex<Option<Stop>>,
    /// How many volatile calls were made, and how deep functions of the formula call each other.
    volatile_calls: AtomicU64,
    pub(super) depth: AtomicU64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        reader: &'a dyn Reader,
        areas: &[Area],
        strip: &'a Strip,
        program: &Program,
    ) -> Self {
        let environment = reader.environment();
        let rect = strip.rect();
        Self {
            reader,
            strip,
            dates: environment.dates,
            rules: environment.rules(),
            now: environment.now(),
            known: match reader.is_asked() {
                true => Vec::new(),
                false => {
                    areas.iter().filter_map(|area| Some((area.sheet, area.over(&rect)?))).collect()
                }
            },
            kept: Mutex::new(std::iter::repeat_with(|| None).take(program.slots).collect()),
            blocks: Mutex::default(),
            stopped: Mutex::new(None),
            volatile_calls: AtomicU64::new(0),
            depth: AtomicU64::new(0),
        }
    }

    /// The whole strip; a long one in parts, side by side, after the first, which makes the indexes that the others share.
    pub(crate) fn strip(&'a self, program: &'a Program) -> Result<Operand<'a>> {
        let Range { start, end } = self.strip.rows;
        if let (Node::Area(area), 1) = (&program.root.node, end - start)
            && !is_cell(area)
        {
            return self.spilled(area);
        }
        let part = |start, end| self.value(&program.root, Rows::All(start, end), &Names::default());
        let threads = self.reader.environment().threads;
        if !program.parts || threads <= 1 || end - start < 2 * PART {
            return part(start, end);
        }
        let first = match part(start, start + PART)? {
            Operand::Rows(cells) => cells,
            same => return Ok(same),
        };
        let starts: Vec<u32> = (start + PART..end).step_by(PART as usize).collect();
        let rest = starts.into_par_iter().map(|start| {
            let end = end.min(start + PART);
            Ok(match part(start, end)? {
                Operand::Rows(cells) => cells,
                Operand::Array(_) | Operand::Lambda(_) => return Err(Stop::Split),
                one => Cells::repeat(one.cell(0), (end - start) as usize),
            })
        });
        let mut parts = vec![first];
        parts.extend(rest.collect::<Result<Vec<Cells>>>()?);
        Ok(Operand::Rows(Cells::concat(&parts)))
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.reader.environment().cancel.is_cancelled()
    }

    pub(crate) fn own(&self, row: u32) -> Cell {
        Cell::new(row, self.strip.col)
    }

    pub(crate) fn rules(&self) -> TextRules {
        self.rules
    }

    /// What calls of functions share. Volatile ones have a seed of their own, which depends on the cells that they
    /// are made for and not on which thread comes first.
    pub(crate) fn context(&self, volatile: bool) -> Context<'_> {
        let environment = self.reader.environment();
        Context {
            rules: self.rules,
            now: self.now,
            seed: if volatile { self.place() } else { 0 },
            indexes: &environment.indexes,
            cancel: &environment.cancel,
            platform: environment.platform,
        }
    }

    /// Where the rows of a volatile call count from.
    pub(crate) fn place(&self) -> u64 {
        let call = self.volatile_calls.fetch_add(1, Ordering::Relaxed);
        let seed = self.reader.environment().seed;
        let epoch = self.reader.environment().epoch;
        [seed, epoch, self.strip.sheet.0.into(), self.strip.col.into(), call]
            .into_iter()
            .fold(0, |place, part| mixed(place ^ part))
    }

    /// Remembers why a function that was called from within a kernel did not come to its end.
    pub(crate) fn stop(&self, stop: Stop) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
    }

    /// Calls the function of a record.
    pub(crate) fn record(
        &'a self,
        record: &Record,
        operands: &[Operand<'a>],
        rows: Rows<'_>,
    ) -> Result<Operand<'a>> {
        let lifted = lift::Rows { first: rows.at(0).into(), len: rows.len() };
        self.ended(record.call(operands, lifted, self.context(record.depends.volatile)))
    }

    /// What a call gave, unless a function that it called did not come to its end.
    fn ended(&self, result: std::result::Result<Operand<'a>, lift::Split>) -> Result<Operand<'a>> {
        match self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(stop) => Err(stop),
            None => result.map_err(|lift::Split| Stop::Split),
        }
    }

    /// Calls the function of a record whose rows each see so many of the first rows of its ranges; `None` where it
    /// cannot be called so.
    pub(crate) fn growing(
        &'a self,
        record: &Record,
        operands: &[Operand<'a>],
        rows: Rows<'_>,
        seen: &[u32],
    ) -> Option<Operand<'a>> {
        let lifted = lift::Rows { first: rows.at(0).into(), len: rows.len() };
        record.call_growing(operands, lifted, seen, self.context(record.depends.volatile))
    }

    /// Calls the function of a record whose rows each see windows of their own; `None` where it cannot be called so.
    pub(crate) fn windows(
        &'a self,
        record: &Record,
        operands: &[Operand<'a>],
        windows: &[lift::Window],
        rows: Rows<'_>,
        starts: &[usize],
    ) -> Option<Result<Operand<'a>>> {
        let lifted = lift::Rows { first: rows.at(0).into(), len: rows.len() };
        let context = self.context(record.depends.volatile);
        Some(self.ended(record.call_windows(operands, windows, lifted, starts, context)?))
    }

    /// The cells of a rectangle, each column as it is held.
    pub(crate) fn held(&self, sheet: SheetId, rect: &Rect) -> Option<Table> {
        let columns = rect.cols().map(|col| self.reader.cells(sheet, col, rect.rows()));
        Table::try_new(columns.collect())
    }

    /// The cells of a rectangle, held once for all parts of the strip.
    pub(crate) fn block(&self, sheet: SheetId, rect: Rect) -> Option<Table> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = blocks.iter().find(|(of, _)| *of == (sheet, rect)) {
            return Some(table.clone());
        }
        let table = self.held(sheet, &rect)?;
        blocks.push(((sheet, rect), table.clone()));
        Some(table)
    }

    /// A part of the formula for some rows. An array is the same for all of them.
    ///
    /// # Errors
    ///
    /// [`Stop::Split`] where an array differs by row.
    pub(crate) fn value(
        &'a self,
        expr: &'a Expr,
        rows: Rows<'_>,
        names: &Names<'a>,
    ) -> Result<Operand<'a>> {
        let Some(slot) = expr.slot else { return self.node(&expr.node, rows, names) };
        let known = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Some(operand)) = known().get(slot) {
            return Ok(unfixed(operand));
        }
        let first = [rows.at(0)];
        let operand = self.node(&expr.node, Rows::Some(&first), names)?;
        let operand = match operand {
            Operand::Rows(cells) => Operand::Scalar(cells.get(0).owned()),
            other => other,
        };
        if let (Some(kept), Some(place)) = (fixed(&operand), known().get_mut(slot)) {
            *place = Some(kept);
        }
        Ok(operand)
    }

    fn node(&'a self, node: &'a Node, rows: Rows<'_>, names: &Names<'a>) -> Result<Operand<'a>> {
        match node {
            Node::Value(value) => Ok(Operand::Scalar(value.clone())),
            Node::Array(table) => Ok(Operand::of_table(table.clone())),
            Node::Omitted => Ok(Operand::Empty),
            Node::Area(area) if is_cell(area) => self.cells(area, rows),
            Node::Area(area) => self.area(area, rows).map(single_cell),
            Node::Local(place) => names.value(*place, rows).map(single_cell),
            Node::Unary(op, a) => {
                let a = self.value(a, rows, names)?;
                if *op == UnaryOperator::Plus {
                    // The values of cells, which are no reference any more.
                    return Ok(match a {
                        Operand::Array(table) => Operand::Array(table.as_values()),
                        a => a,
                    });
                }
                operators::unary(self, *op, &a, rows)
            }
            Node::Binary { op, left, right, last } => {
                // A chain of operators goes from left to right without recursion.
                let mut chain = vec![(*op, right, *last)];
                let mut first = left;
                while let Node::Binary { op, left, right, last } = &first.node
                    && first.slot.is_none()
                {
                    chain.push((*op, right, *last));
                    first = left;
                }
                let mut left = self.value(first, rows, names);
                while let Some((op, right, last)) = chain.pop() {
                    let (a, b) = both(left, || self.value(right, rows, names))?;
                    left = operators::binary(self, op, &a, &b, rows, last);
                }
                left
            }
            Node::Join(..) | Node::Spilled(_) => {
                self.each_row(rows, |row| match reference::of(self, node, row, names)? {
                    Some(Ok(reference)) => self.read(&reference),
                    Some(Err(error)) => Ok(Operand::error(error)),
                    None => Ok(Operand::error(ErrorCode::Value)),
                })
            }
            Node::Single(inner) => {
                self.each_row(rows, |row| reference::single(self, inner, row, names))
            }
            Node::If(condition, yes, no) => {
                walking(|| control::choose(self, condition, yes, no, rows, names))
            }
            Node::IfError(only_na, value, other) => {
                walking(|| control::replace(self, *only_na, value, other, rows, names))
            }
            Node::Let(values, body) => walking(|| control::bind(self, values, body, rows, names)),
            Node::Lambda(lambda) => lambda::close(self, lambda, rows, names),
            Node::Builtin(record) => Ok(lambda::builtin(self, record)),
            Node::Invoke(callee, arguments) => {
                self.each_row(rows, |row| lambda::invoke(self, callee, arguments, row, names))
            }
            Node::Function(record, arguments) => {
                walking(|| functions::call(self, record, arguments, rows, names))
            }
            Node::Bound(bound, arguments) => bound::call(self, bound, arguments, rows, names),
            // Where nothing is kept it is an error like others, which a function around may take.
            Node::Unknown(name) if !self.reader.environment().keeps_unknown => {
                let why = super::unknown(name);
                Ok(Operand::Scalar(ScalarValue::Error(ErrorCode::Name, Some(why.into()))))
            }
            Node::Unknown(name) => Err(Stop::Unknown(name.clone())),
        }
    }

    /// Evaluates something that is done for one row at a time. An array is given for a single row only.
    pub(crate) fn each_row(
        &'a self,
        rows: Rows<'_>,
        one: impl Fn(u32) -> Result<Operand<'a>>,
    ) -> Result<Operand<'a>> {
        if rows.len() == 1 {
            return one(rows.at(0));
        }
        let mut builder = Builder::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            if index % 64 == 0 && self.is_cancelled() {
                return Ok(Operand::error(ErrorCode::Cancelled));
            }
            match one(row)? {
                Operand::Array(_) | Operand::Lambda(_) => return Err(Stop::Split),
                operand => builder.push(operand.cell(0)),
            }
        }
        Ok(Operand::Rows(builder.finish()))
    }

    /// The cells of a reference to one cell.
    ///
    /// # Errors
    ///
    /// [`Stop::Deferred`] where it is asked for and still to be calculated.
    pub(crate) fn cells<'o>(&self, area: &Area, rows: Rows<'_>) -> Result<Operand<'o>> {
        let (start, end) = rows.span();
        if self.reader.is_asked()
            && let Some(rect) = area.at(self.own(start))
        {
            self.touch(area.sheet, &rect)?;
        }
        Ok(match area.top {
            Axis::Fixed(_) => match area.at(self.own(start)) {
                Some(rect) => {
                    Operand::Scalar(self.reader.cell(area.sheet, rect.top_left()).owned())
                }
                None => Operand::error(ErrorCode::Ref),
            },
            Axis::Moving(by) => {
                let Some(col) = area.left.at(self.strip.col, MAX_COLS) else {
                    return Ok(Operand::error(ErrorCode::Ref));
                };
                if rows.len() == 1 {
                    return Ok(match area.top.at(start, MAX_ROWS) {
                        Some(row) => {
                            let cell = self.reader.cell(area.sheet, Cell::new(row, col));
                            Operand::Scalar(cell.owned())
                        }
                        None => Operand::error(ErrorCode::Ref),
                    });
                }
                let moved = |row: u32| i64::from(row) + i64::from(by);
                let inside = |row: i64| row.clamp(0, i64::from(MAX_ROWS));
                let (first, last) = (inside(moved(start)), inside(moved(end)));
                let first = u32::try_from(first).unwrap_or(0);
                let last = u32::try_from(last).unwrap_or(0);
                let block = self.reader.cells(area.sheet, col, first..last);
                if let Rows::All(..) = rows
                    && block.len() == rows.len()
                {
                    return Ok(Operand::Rows(block));
                }
                // Rows that were picked, or some of which lie outside the sheet.
                Operand::Rows(Cells::of(rows.iter().map(|row| match area.top.at(row, MAX_ROWS) {
                    Some(at) => block.get((at - first) as usize),
                    None => CellRef::Error(ExcelErrorKind::Ref, None),
                })))
            }
        })
    }

    /// The cells of a range, where they are the same for all rows or there is one row.
    pub(crate) fn area<'o>(&self, area: &Area, rows: Rows<'_>) -> Result<Operand<'o>> {
        let moves = !matches!((area.top, area.bottom), (Axis::Fixed(_), Axis::Fixed(_)));
        if moves && rows.len() != 1 {
            return Err(Stop::Split);
        }
        Ok(match area.at(self.own(rows.at(0))) {
            Some(rect) => {
                self.ask(area.sheet, &rect)?;
                self.table(area.sheet, &rect)
            }
            None => Operand::error(ErrorCode::Ref),
        })
    }

    /// The cells that `=A:A` fills: to the end of the sheet, blanks included.
    fn spilled<'o>(&self, area: &Area) -> Result<Operand<'o>> {
        let Some(rect) = area.at(self.own(self.strip.rows.start)) else {
            return Ok(Operand::error(ErrorCode::Ref));
        };
        if rect.cells() > MAX_ARRAY_CELLS {
            let why = "a range of more cells than can be held";
            return Ok(Operand::Scalar(ScalarValue::Error(ErrorCode::Num, Some(why.into()))));
        }
        self.ask(area.sheet, &rect)?;
        let table = self.held(area.sheet, &rect);
        Ok(table.map_or(Operand::error(ErrorCode::Ref), Operand::of_table))
    }

    /// A rectangle cut at the last used row and column where it goes on to the end of the sheet.
    pub(crate) fn cut(&self, sheet: SheetId, rect: &Rect) -> Rect {
        if rect.bottom < MAX_ROWS - 1 && rect.right < MAX_COLS - 1 {
            return *rect;
        }
        let (rows, cols) = self.reader.used(sheet);
        let bottom = match rect.bottom == MAX_ROWS - 1 {
            true => rect.bottom.min(rows.max(1) - 1).max(rect.top),
            false => rect.bottom,
        };
        // A few whole rows are taken to their end: blanks count, and cost nothing.
        let wide = Rect { bottom, ..*rect };
        let right = match rect.right == MAX_COLS - 1 && wide.cells() > MOST_OF_ROWS {
            true => rect.right.min(cols.max(1) - 1).max(rect.left),
            false => rect.right,
        };
        Rect { bottom, right, ..*rect }
    }

    /// A rectangle with the shape of another one, from its own top left cell on: what `SUMIF` sums.
    pub(crate) fn shaped(&self, rect: &Rect, (sheet, like): (SheetId, Rect)) -> Rect {
        let like = self.cut(sheet, &like);
        let end = |first: u32, size: u32, max: u32| first.saturating_add(size - 1).min(max - 1);
        Rect {
            bottom: end(rect.top, like.height(), MAX_ROWS),
            right: end(rect.left, like.width(), MAX_COLS),
            ..*rect
        }
    }

    /// The cells of a rectangle as an array, of one cell even.
    pub(crate) fn table<'o>(&self, sheet: SheetId, rect: &Rect) -> Operand<'o> {
        let cut = self.cut(sheet, rect);
        if cut.cells() > MAX_ARRAY_CELLS {
            let why = "a range of more cells than can be held";
            return Operand::Scalar(ScalarValue::Error(ErrorCode::Num, Some(why.into())));
        }
        match self.held(sheet, &cut) {
            Some(table) => {
                let tail = (rect.bottom - cut.bottom) as usize;
                Operand::Array(table.with_blank_tail(tail).as_reference())
            }
            None => Operand::error(ErrorCode::Ref),
        }
    }

    /// The cells of a reference that was found at run time.
    pub(crate) fn read<'o>(&self, reference: &reference::Reference) -> Result<Operand<'o>> {
        let [(sheet, rect)] = reference.areas() else {
            return Ok(Operand::error(ErrorCode::Value));
        };
        self.reach(reference)?;
        Ok(single_cell(self.table(*sheet, rect)))
    }

    /// The cells of several rectangles one below the other, for functions that ask for no shape.
    pub(crate) fn stacked<'o>(
        &self,
        record: &Record,
        reference: &reference::Reference,
    ) -> Result<Operand<'o>> {
        if record.parameters.iter().any(|parameter| parameter.mode == Mode::Criterion) {
            return Ok(Operand::error(ErrorCode::Value));
        }
        let mut columns = Vec::new();
        self.reach(reference)?;
        for (sheet, rect) in reference.areas() {
            match self.table(*sheet, rect) {
                Operand::Array(table) => columns.extend(table.into_columns()),
                other => return Ok(other),
            }
        }
        let table = Table::try_new(vec![Cells::concat(&columns)]);
        Ok(table
            .map_or(Operand::error(ErrorCode::Ref), |table| Operand::Array(table.as_reference())))
    }

    /// Looks whether a rectangle may be read.
    ///
    /// # Errors
    ///
    /// [`Stop::Deferred`] where a part of it is still to be calculated.
    pub(crate) fn touch(&self, sheet: SheetId, rect: &Rect) -> Result<()> {
        if self.known.iter().any(|(known, area)| *known == sheet && area.covers(rect)) {
            return Ok(());
        }
        match self.reader.pending(sheet, rect) {
            None => Ok(()),
            Some(part) => Err(Stop::Deferred(sheet, part)),
        }
    }

    /// The same for the cells of a reference.
    ///
    /// # Errors
    ///
    /// As [`Self::touch`].
    pub(crate) fn reach(&self, reference: &reference::Reference) -> Result<()> {
        if reference.is_array() {
            return Ok(());
        }
        let mut waiting = Waiting::default();
        for (sheet, rect) in reference.areas() {
            waiting.part(self.touch(*sheet, rect))?;
        }
        waiting.end()
    }

    /// The same for what the planner has seen to, unless every read is asked for.
    ///
    /// # Errors
    ///
    /// As [`Self::touch`].
    pub(crate) fn ask(&self, sheet: SheetId, rect: &Rect) -> Result<()> {
        if self.reader.is_asked() { self.touch(sheet, rect) } else { Ok(()) }
    }
}

/// An array of one cell as its cell.
pub(crate) fn single_cell(operand: Operand<'_>) -> Operand<'_> {
    match operand {
        Operand::Array(table) => Operand::of_table(table),
        other => other,
    }
}

/// Two parts of which both are needed: where the first waits for cells, the second says what it waits for, too.
pub(crate) fn both<A, B>(a: Result<A>, b: impl FnOnce() -> Result<B>) -> Result<(A, B)> {
    match a {
        Ok(a) => Ok((a, b()?)),
        Err(wait @ Stop::Deferred(..)) => match b() {
            Ok(_) | Err(Stop::Deferred(..)) => Err(wait),
            // Another reason than waiting does not go away by waiting.
            Err(stop) => Err(stop),
        },
        Err(stop) => Err(stop),
    }
}

/// Parts of which all are needed, as [`both`].
#[derive(Debug, Default)]
pub(crate) struct Waiting(Option<Stop>);

impl Waiting {
    /// The part, unless it waits.
    pub(crate) fn part<T>(&mut self, part: Result<T>) -> Result<Option<T>> {
        match part {
            Ok(part) => Ok(Some(part)),
            Err(wait @ Stop::Deferred(..)) => {
                self.0.get_or_insert(wait);
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Ends here where a part waits.
    pub(crate) fn end(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

fn fixed(operand: &Operand<'_>) -> Option<Fixed> {
    Some(match operand {
        Operand::Empty => Fixed::Empty,
        Operand::Scalar(value) => Fixed::Scalar(value.clone()),
        Operand::Rows(cells) => Fixed::Rows(cells.clone()),
        Operand::Array(table) => Fixed::Array(table.clone()),
        Operand::Lambda(_) => return None,
    })
}

fn unfixed<'a>(operand: &Fixed) -> Operand<'a> {
    match operand {
        Fixed::Empty => Operand::Empty,
        Fixed::Scalar(value) => Operand::Scalar(value.clone()),
        Fixed::Rows(cells) => Operand::Rows(cells.clone()),
        Fixed::Array(table) => Operand::Array(table.clone()),
        Fixed::Lambda(never) => match *never {},
    }
}

/// A number whose every bit depends on every bit of another (the finaliser of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
