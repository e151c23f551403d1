//! Calls of plugins and callbacks: one for all rows where it can be.

use super::{
    Environment,
    lambda::Operand,
    names::Names,
    program::{Expr, Node, is_cell},
    rows::Rows,
    run::{Result, Run, Stop, Waiting, single_cell},
};
use crate::{
    Value,
    address::{Axis, MAX_ARRAY_CELLS},
    cells::{Builder, CellRef, Cells, Table},
    functions::{Argument, Bound, Kind},
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_functions::ErrorCode;
use std::borrow::Cow;
use std::sync::Arc;

/// An argument of a call for one cell.
#[derive(Clone, Debug)]
enum Input {
    Omitted,
    One(Value),
    Range(Table),
}

/// An argument of a call for some rows.
enum Source<'a> {
    Omitted,
    Operand(Operand<'a>),
    /// A value that differs by row, of the only one.
    Row(Operand<'a>),
    /// A range that is the same for all rows.
    Fixed(Table),
    /// A range that moves with the rows.
    Moving(&'a crate::address::Area),
}

/// A call for some rows.
pub(crate) fn call<'a>(
    run: &'a Run<'a>,
    bound: &Arc<Bound>,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    if let Some(refusal) = bound.refuses(arguments.len()) {
        let refusal = CellRef::of(&refusal, run.dates).map(CellRef::owned);
        return Ok(Operand::Scalar(refusal.unwrap_or_default()));
    }
    if rows.len() == 0 {
        return Ok(Operand::Rows(Cells::Blank(0)));
    }
    let mut sources = Vec::with_capacity(arguments.len());
    let mut waiting = Waiting::default();
    for argument in arguments {
        sources.extend(waiting.part(source(run, argument, rows, names))?);
    }
    waiting.end()?;
    let moving = sources.iter().any(|source| matches!(source, Source::Moving(_)));
    let same = sources.iter().all(|source| match source {
        Source::Omitted | Source::Fixed(_) => true,
        Source::Operand(operand) => !matches!(operand, Operand::Rows(_)),
        Source::Row(_) => true,
        Source::Moving(_) => false,
    });
    let broadcast = bound.kind() == Kind::Elementwise
        && sources.iter().enumerate().any(|(index, source)| {
            matches!(source, Source::Fixed(_) | Source::Moving(_)) && !bound.takes_range(index)
        });
    let whole = matches!(bound.kind(), Kind::Reduce | Kind::Array);
    if same && !bound.volatile() && (whole || bound.kind() == Kind::Elementwise) {
        let table = single(run, bound, inputs(run, &sources, 0, rows.at(0)));
        return match single_cell(Operand::Array(table)) {
            Operand::Array(_) if rows.len() > 1 => Err(Stop::Split),
            operand => Ok(operand),
        };
    }
    if whole || moving || broadcast {
        return by_row(run, bound, &sources, rows);
    }
    let arguments = sources.into_iter().map(|source| match source {
        Source::Omitted => Argument::Omitted,
        Source::Fixed(table) => Argument::Range(table),
        Source::Operand(Operand::Rows(cells)) => Argument::Rows(cells),
        // One row is a column like others.
        Source::Row(operand) => Argument::Rows(Cells::repeat(operand.cell(0), 1)),
        Source::Operand(operand) => Argument::Scalar(operand.cell(0).value(run.dates)),
        Source::Moving(_) => Argument::Omitted,
    });
    let environment = environment(run, bound);
    match bound.call_rows(run.reader.sessions(), &environment, arguments.collect(), rows.len()) {
        Ok(cells) if cells.len() == rows.len() => Ok(Operand::Rows(cells)),
        // Kernels rely on a cell per row.
        Ok(_) => Ok(Operand::error(ErrorCode::Value)),
        Err(values) => of_values(run, values),
    }
}

/// An argument for some rows.
fn source<'a>(
    run: &'a Run<'a>,
    argument: &'a Expr,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Source<'a>> {
    Ok(match &argument.node {
        Node::Omitted => Source::Omitted,
        Node::Area(area) if !is_cell(area) => match (area.top, area.bottom) {
            (Axis::Fixed(_), Axis::Fixed(_)) => match run.value(argument, rows, names)? {
                Operand::Array(table) => Source::Fixed(table),
                operand => Source::Operand(operand),
            },
            _ => {
                if let Some(rect) = area.at(run.own(rows.at(0))) {
                    run.ask(area.sheet, &rect)?;
                }
                Source::Moving(area)
            }
        },
        _ => match run.value(argument, rows, names)? {
            Operand::Empty => Source::Operand(Operand::Scalar(Default::default())),
            Operand::Array(table) => Source::Fixed(table),
            Operand::Lambda(_) => Source::Operand(Operand::error(ErrorCode::Calc)),
            operand if !argument.fixed && rows.len() == 1 => Source::Row(operand),
            operand => Source::Operand(operand),
        },
    })
}

/// Results of which some are arrays.
fn of_values<'a>(run: &Run<'_>, values: Vec<Value>) -> Result<Operand<'a>> {
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => Ok(match table_of(&value, run.dates) {
            Some(table) => Operand::of_table(table),
            None => Operand::error(ErrorCode::Calc),
        }),
        Err(_) => Err(Stop::Split),
    }
}

fn table_of(value: &Value, dates: DateSystem) -> Option<Table> {
    match value {
        Value::Array(rows) => Table::from_rows(rows, dates),
        other => CellRef::of(other, dates).map(Table::single),
    }
}

fn by_row<'a>(
    run: &Run<'_>,
    bound: &Arc<Bound>,
    sources: &[Source<'_>],
    rows: Rows<'_>,
) -> Result<Operand<'a>> {
    let mut builder = Builder::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        if run.is_cancelled() {
            return Ok(Operand::error(ErrorCode::Cancelled));
        }
        let table = single(run, bound, inputs(run, sources, index, row));
        match table.as_single() {
            Some(cell) => builder.push(cell),
            None if rows.len() == 1 => return Ok(Operand::Array(table)),
            None => return Err(Stop::Split),
        }
    }
    Ok(Operand::Rows(builder.finish()))
}

/// The arguments for one row.
fn inputs(run: &Run<'_>, sources: &[Source<'_>], index: usize, row: u32) -> Vec<Input> {
    let one = |source: &Source<'_>| match source {
        Source::Omitted => Input::Omitted,
        Source::Fixed(table) => Input::Range(table.clone()),
        Source::Moving(area) => match run.area(area, Rows::Some(&[row])) {
            Ok(Operand::Array(table)) => Input::Range(table),
            Ok(operand) => Input::One(operand.cell(0).value(run.dates)),
            Err(_) => Input::One(CellRef::Error(ExcelErrorKind::Ref, None).value(run.dates)),
        },
        Source::Operand(operand) => Input::One(operand.cell(index).value(run.dates)),
        Source::Row(operand) => Input::One(operand.cell(0).value(run.dates)),
    };
    sources.iter().map(one).collect()
}

/// What a call of a function finds. Volatile calls have a place of their own, which depends on the cells that they
/// are made for and not on which thread comes first.
fn environment<'r>(run: &Run<'r>, bound: &Bound) -> Cow<'r, Environment> {
    let environment = run.reader.environment();
    if !bound.volatile() {
        return Cow::Borrowed(environment);
    }
    // Far from the end of the numbers: rows are added.
    Cow::Owned(Environment { place: run.place() >> 8, ..environment.clone() })
}

/// A call for one cell, ranges included.
fn single(run: &Run<'_>, bound: &Bound, inputs: Vec<Input>) -> Table {
    let environment = environment(run, bound);
    let dates = environment.dates;
    if bound.kind() == Kind::Elementwise {
        return elementwise(run, bound, inputs);
    }
    let whole = bound.kind() != Kind::Callback;
    let arguments = inputs.into_iter().enumerate().map(|(index, input)| match input {
        Input::Omitted => Argument::Omitted,
        Input::Range(table) => Argument::Range(table),
        // A single value where a range is expected is a range of one cell.
        Input::One(value) if whole && bound.takes_range(index) => CellRef::of(&value, dates)
            .map_or(Argument::Omitted, |c| Argument::Range(Table::single(c))),
        Input::One(value) => Argument::Scalar(value),
    });
    bound.call_whole(run.reader.sessions(), &environment, arguments.collect())
}

/// An elementwise function for one cell: arrays are broadcast, as in Excel's array formulas; what a shorter
/// array does not have is `#N/A`.
fn elementwise(run: &Run<'_>, bound: &Bound, inputs: Vec<Input>) -> Table {
    let environment = environment(run, bound);
    let (mut height, mut width) = (1, 1);
    for (index, input) in inputs.iter().enumerate() {
        if let Input::Range(table) = input
            && !bound.takes_range(index)
        {
            height = height.max(table.height());
            width = width.max(table.width());
        }
    }
    let failed = |kind| Table::single(CellRef::Error(kind, None));
    let Some(cells) = height.checked_mul(width).filter(|cells| *cells as u64 <= MAX_ARRAY_CELLS)
    else {
        return failed(ExcelErrorKind::Num);
    };
    let arguments = inputs.into_iter().enumerate().map(|(index, input)| match input {
        Input::Omitted => Argument::Omitted,
        Input::Range(table) if bound.takes_range(index) => Argument::Range(table),
        Input::Range(table) => Argument::Rows(stretched(&table, height, width)),
        Input::One(value) => Argument::Scalar(value),
    });
    match bound.call_rows(run.reader.sessions(), &environment, arguments.collect(), cells) {
        Ok(result) if result.len() == cells => {
            let columns = (0..width).map(|col| result.slice(col * height, height));
            Table::try_new(columns.collect()).unwrap_or_else(|| failed(ExcelErrorKind::Calc))
        }
        Ok(_) => failed(ExcelErrorKind::Value),
        Err(values) => match values.as_slice() {
            [value] => {
                table_of(value, environment.dates).unwrap_or_else(|| failed(ExcelErrorKind::Calc))
            }
            // No array of arrays.
            _ => failed(ExcelErrorKind::Calc),
        },
    }
}

/// A table made to fill a shape: one row or column is repeated, what is missing is `#N/A`, what is too much left out.
pub(super) fn fitted(table: &Table, height: usize, width: usize) -> Option<Table> {
    Table::try_new(stretched_columns(table, height, width))
}

/// The columns of a table one after the other, stretched to a shape.
fn stretched(table: &Table, height: usize, width: usize) -> Cells {
    Cells::concat(&stretched_columns(table, height, width))
}

fn stretched_columns(table: &Table, height: usize, width: usize) -> Vec<Cells> {
    let missing = |len| Cells::repeat(CellRef::Error(ExcelErrorKind::Na, None), len);
    let columns = (0..width).map(|col| {
        let Some(column) = table.columns().get(if table.width() == 1 { 0 } else { col }) else {
            return missing(height);
        };
        match column.len() {
            1 => Cells::repeat(column.get(0), height),
            len if len < height => Cells::concat(&[column.clone(), missing(height - len)]),
            _ => column.slice(0, height),
        }
    });
    columns.collect()
}
