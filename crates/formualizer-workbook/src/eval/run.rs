//! A program over some rows.

use super::{
    Reader, Strip, branch, call,
    context::Context,
    function, interpret,
    operand::{Lane, Operand},
    program::{Node, Program},
    vector,
};
use crate::{
    address::{Area, Axis, Cell, Rect, SheetId},
    cells::{Builder, CellRef, Cells, Table},
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_parse::{BinaryOperator, UnaryOperator};
use std::{cell::RefCell, collections::BTreeSet};

/// Why an evaluation does not end in one vector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// Some row of several gives an array.
    Split,
    /// The formula does with an array what only the Interpreter does.
    Interpret,
    Deferred(SheetId, Rect),
}

pub(crate) type Result<T> = std::result::Result<T, Stop>;

/// One evaluation of a program.
pub(crate) struct Run<'a> {
    pub(crate) reader: &'a dyn Reader,
    pub(crate) context: &'a Context<'a>,
    pub(crate) strip: &'a Strip,
    pub(crate) program: &'a Program,
    pub(crate) dates: DateSystem,
    /// Rows whose value only the Interpreter knows for certain; they are evaluated again by it.
    doubts: RefCell<BTreeSet<u32>>,
}

/// The rows that a node is evaluated for, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'a> {
    All(u32, u32),
    Some(&'a [u32]),
}

impl Rows<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(start, end) => (end - start) as usize,
            Self::Some(rows) => rows.len(),
        }
    }

    /// The row of the sheet at an index.
    pub(crate) fn at(&self, index: usize) -> u32 {
        match self {
            // The index is below the length, which is a number of rows.
            Self::All(start, _) => start + u32::try_from(index).unwrap_or(0),
            Self::Some(rows) => rows[index],
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|index| self.at(index))
    }

    /// From the first to behind the last.
    fn span(&self) -> (u32, u32) {
        match self {
            Self::All(start, end) => (*start, *end),
            Self::Some(rows) => {
                (rows.first().copied().unwrap_or(0), rows.last().map_or(0, |last| last + 1))
            }
        }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        reader: &'a dyn Reader,
        context: &'a Context<'a>,
        strip: &'a Strip,
        program: &'a Program,
    ) -> Self {
        let dates = reader.environment().dates;
        Self { reader, context, strip, program, dates, doubts: RefCell::default() }
    }

    /// The whole strip.
    pub(crate) fn strip(&self) -> Result<Operand> {
        let rows = Rows::All(self.strip.rows.start, self.strip.rows.end);
        let result = match self.node(&self.program.root, rows) {
            Err(Stop::Interpret) if rows.len() == 1 => self.whole(rows),
            Err(Stop::Interpret) => Err(Stop::Split),
            other => other,
        }?;
        let doubts: Vec<u32> = self.doubts.take().into_iter().collect();
        // A formula that is too deep for the Interpreter keeps what the kernels gave.
        if doubts.is_empty() || self.program.whole.is_none() {
            return Ok(result);
        }
        let certain = self.whole(Rows::Some(&doubts))?;
        if rows.len() == 1 {
            return Ok(certain);
        }
        let dates = self.dates;
        let (Some(cells), Some(certain)) =
            (result.into_cells(rows.len(), dates), certain.into_cells(doubts.len(), dates))
        else {
            return Err(Stop::Split);
        };
        let mut builder = Builder::with_capacity(rows.len());
        let mut next = 0;
        for (index, row) in rows.iter().enumerate() {
            if doubts.get(next) == Some(&row) {
                builder.push(certain.get(next));
                next += 1;
            } else {
                builder.push(cells.get(index));
            }
        }
        Ok(Operand::Rows(builder.finish()))
    }

    /// The whole formula by the Interpreter.
    fn whole(&self, rows: Rows<'_>) -> Result<Operand> {
        match &self.program.whole {
            Some(whole) => interpret::evaluate(self, whole, false, rows),
            None => Ok(Operand::error(ExcelErrorKind::Value)),
        }
    }

    /// Leaves a row to the Interpreter.
    pub(crate) fn doubt(&self, row: u32) {
        self.doubts.borrow_mut().insert(row);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.reader.environment().cancel.is_cancelled()
    }

    pub(crate) fn own(&self, row: u32) -> Cell {
        Cell::new(row, self.strip.col)
    }

    /// A node for some rows.
    pub(crate) fn node(&self, node: &Node, rows: Rows<'_>) -> Result<Operand> {
        match node {
            Node::Value(value) => Ok(Operand::Scalar(value.clone())),
            Node::Cell(area) => Ok(self.cells(area, rows)),
            Node::Range(_) => Err(Stop::Interpret),
            Node::Unary(op, a) => {
                let a = self.node(a, rows)?;
                self.unary(*op, a, rows.len())
            }
            Node::Binary(op, a, b) => {
                // A chain of operators goes from left to right without recursion.
                let mut chain = vec![(*op, b)];
                let mut first = a;
                while let Node::Binary(op, a, b) = &**first {
                    chain.push((*op, b));
                    first = a;
                }
                let mut left = self.node(first, rows)?;
                while let Some((op, right)) = chain.pop() {
                    let right = self.node(right, rows)?;
                    left = self.binary(op, &left, &right, rows.len())?;
                }
                Ok(left)
            }
            Node::If(condition, yes, no) => branch::choose(self, condition, yes, no, rows),
            Node::IfError(only_na, value, other) => {
                branch::replace(self, *only_na, value, other, rows)
            }
            Node::Logical(function, arguments) => {
                function::logical(self, *function, arguments, rows)
            }
            Node::Test(function, argument) => function::test(self, *function, argument, rows),
            Node::Numeric(function, arguments) => {
                function::numeric(self, *function, arguments, rows)
            }
            Node::Text { function, arguments, exact } => {
                function::text(self, *function, arguments, *exact, rows)
            }
            Node::Aggregate { function, arguments, exact } => {
                super::aggregate::evaluate(self, *function, arguments, *exact, rows)
            }
            Node::Call(bound, arguments) => call::evaluate(self, bound, arguments, rows),
            Node::Lookup(lookup) => super::lookup::evaluate(self, lookup, rows),
            Node::Interpreted { formula, exact } => {
                interpret::evaluate(self, formula, *exact, rows)
            }
        }
    }

    /// The cells of a reference to one cell.
    pub(crate) fn cells(&self, area: &Area, rows: Rows<'_>) -> Operand {
        let (start, end) = rows.span();
        match area.top {
            Axis::Fixed(_) => match area.at(self.own(start)) {
                Some(rect) => {
                    let cell = self.reader.cell(area.sheet, rect.top_left());
                    Operand::Scalar(cell.value(self.dates))
                }
                None => Operand::error(ExcelErrorKind::Ref),
            },
            Axis::Moving(by) => {
                let Some(col) = area.left.at(self.strip.col, crate::MAX_COLS) else {
                    return Operand::error(ExcelErrorKind::Ref);
                };
                let moved = |row: u32| i64::from(row) + i64::from(by);
                let inside = |row: i64| row.clamp(0, i64::from(crate::MAX_ROWS));
                let (first, last) = (inside(moved(start)), inside(moved(end)));
                let first = u32::try_from(first).unwrap_or(0);
                let last = u32::try_from(last).unwrap_or(0);
                let block = self.reader.cells(area.sheet, col, first..last);
                if let Rows::All(..) = rows
                    && block.len() == rows.len()
                {
                    return Operand::Rows(block);
                }
                // Rows that were picked, or some of which lie outside the sheet.
                Operand::Rows(Cells::of(rows.iter().map(|row| {
                    match area.top.at(row, crate::MAX_ROWS) {
                        Some(at) => block.get((at - first) as usize),
                        None => CellRef::Error(ExcelErrorKind::Ref, None),
                    }
                })))
            }
        }
    }

    fn unary(&self, op: UnaryOperator, a: Operand, len: usize) -> Result<Operand> {
        if op == UnaryOperator::Plus {
            return Ok(a);
        }
        let dates = self.dates;
        Ok(match a {
            Operand::Array(table) => {
                let height = table.height();
                let columns = table.columns().iter();
                let columns = columns.map(|c| vector::unary(op, Lane::Many(c), height, dates));
                Table::try_new(columns.collect())
                    .map_or(Operand::error(ExcelErrorKind::Calc), Operand::Array)
            }
            a => {
                let lane = a.lane(dates).ok_or(Stop::Interpret)?;
                let len = if lane.is_one() { 1 } else { len };
                self.rows(vector::unary(op, lane, len, dates), lane.is_one())
            }
        })
    }

    /// Cells as an operand; the only one of them where all operands were the same for all rows.
    pub(crate) fn rows(&self, cells: Cells, one: bool) -> Operand {
        match one {
            true => Operand::Scalar(cells.get(0).value(self.dates)),
            false => Operand::Rows(cells),
        }
    }

    fn binary(&self, op: BinaryOperator, a: &Operand, b: &Operand, len: usize) -> Result<Operand> {
        let dates = self.dates;
        if let (Some(x), Some(y)) = (a.lane(dates), b.lane(dates)) {
            let one = x.is_one() && y.is_one();
            let len = if one { 1 } else { len };
            return Ok(self.rows(vector::binary(op, x, y, len, dates), one));
        }
        // Arrays, or an array and a cell: columns and rows of one are repeated.
        let table = |operand: &Operand| match operand {
            Operand::Array(table) => Some(table.clone()),
            other => Some(Table::single(other.lane(dates)?.get(0))),
        };
        let (Some(a), Some(b)) = (table(a), table(b)) else { return Err(Stop::Interpret) };
        let failed = |table: &Table| matches!(table.as_single(), Some(CellRef::Error(..)));
        let fits = |a: usize, b: usize| a == b || a == 1 || b == 1;
        if !fits(a.height(), b.height())
            || !fits(a.width(), b.width())
            || len != 1
            || failed(&a)
            || failed(&b)
        {
            // The Interpreter knows what becomes of arrays that do not fit, and of comparisons with errors.
            return Err(Stop::Interpret);
        }
        let (height, width) = (a.height().max(b.height()), a.width().max(b.width()));
        let lane = |table: &'_ Table, col: usize| {
            let column = &table.columns()[if table.width() == 1 { 0 } else { col }];
            match table.height() {
                1 => Cells::repeat(column.get(0), height),
                _ => column.clone(),
            }
        };
        let columns = (0..width).map(|col| {
            let (a, b) = (lane(&a, col), lane(&b, col));
            vector::binary(op, Lane::Many(&a), Lane::Many(&b), height, dates)
        });
        let table = Table::try_new(columns.collect());
        Ok(table.map_or(Operand::error(ExcelErrorKind::Calc), |t| Operand::of_table(t, dates)))
    }

    /// The cells of a range for the formula in `own`, open ends cut at the last used row and column; `None`
    /// where it leaves the sheet.
    pub(crate) fn rect(&self, area: &Area, own: Cell) -> Option<Rect> {
        let rect = area.at(own)?;
        let (rows, cols) = self.reader.used(area.sheet);
        let open = |axis, max: u32| axis == Axis::Fixed(max - 1);
        let bottom = match open(area.bottom, crate::MAX_ROWS) {
            true => rect.bottom.min(rows.max(1) - 1).max(rect.top),
            false => rect.bottom,
        };
        let right = match open(area.right, crate::MAX_COLS) {
            true => rect.right.min(cols.max(1) - 1).max(rect.left),
            false => rect.right,
        };
        Some(Rect { bottom, right, ..rect })
    }

    /// The cells of a rectangle.
    pub(crate) fn table(&self, sheet: SheetId, rect: &Rect) -> Option<Table> {
        let columns = rect.cols().map(|col| self.reader.cells(sheet, col, rect.rows()));
        Table::try_new(columns.collect())
    }
}
