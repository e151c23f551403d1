//! Functions that call a function for each cell, row or column.
//!
//! A call that gives an array of several cells is `#CALC!`, since cells hold one value; only what `REDUCE` carries
//! on may be an array. A function that takes another number of arguments makes the whole call `#VALUE!`. Sources:
//! Microsoft's page of each function.

use super::arrays::{MOST_COLUMNS, MOST_ROWS, fits, size, whole};
use crate::{
    call::{Argument, Call, Lambda, Output, Result},
    cells::{Builder, CellRef, Cells, Table},
    record::{Kernel, Mode, Parameter, Record, array, value},
    value::ScalarValue,
};
use formualizer_common::ExcelErrorKind;
use udf_abi::ErrorCode;

const LAMBDA: Parameter = value("lambda").of(Mode::Lambda);
/// May be empty between commas, but not left out at the end.
const INITIAL: Parameter = Parameter { optional: false, ..array("initial_value").skippable() };

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "MAP",
        &[array("array1"), array("array2").optional()],
        Kernel::OfRow(map),
        "What a function gives for each cell of an array, or for the cells of several arrays at one place.",
    ).giving_arrays()
    .repeating(1)
    .ending(LAMBDA)
    .future(),
    Record::new(
        "REDUCE",
        &[INITIAL, array("array"), LAMBDA],
        Kernel::OfRow(reduce),
        "What remains when a function is handed its own result and each cell of an array in turn.",
    ).spreading()
    .future(),
    Record::new(
        "SCAN",
        &[INITIAL, array("array"), LAMBDA],
        Kernel::OfRow(scan),
        "All results on the way, as a function is handed its own result and each cell of an array in turn.",
    ).giving_arrays()
    .future(),
    Record::new(
        "MAKEARRAY",
        &[value("rows"), value("cols"), LAMBDA],
        Kernel::OfRow(make_array),
        "An array of what a function gives for each row and column number.",
    ).giving_arrays()
    .future(),
    Record::new(
        "BYROW",
        &[array("array"), LAMBDA],
        Kernel::OfRow(by_row),
        "What a function gives for each row of an array.",
    ).giving_arrays()
    .future(),
    Record::new(
        "BYCOL",
        &[array("array"), LAMBDA],
        Kernel::OfRow(by_column),
        "What a function gives for each column of an array.",
    ).giving_arrays()
    .future(),
];

/// The function of an argument, if it takes so many arguments.
fn taking<'a>(call: &Call<'a>, index: usize, count: usize) -> Result<&'a dyn Lambda> {
    let lambda = call.lambda(index)?;
    let (fewest, most) = lambda.arity();
    if (fewest..=most).contains(&count) { Ok(lambda) } else { Err(ErrorCode::Value) }
}

/// The value of a call for one cell.
pub(super) fn one(result: Result<Output>) -> ScalarValue {
    match result {
        Ok(Output::Value(value)) => value,
        Ok(Output::Array(table)) => match table.as_single() {
            Some(cell) => cell.owned(),
            None => {
                let why = "an array within an array";
                ScalarValue::Error(ErrorCode::Calc, Some(why.into()))
            }
        },
        Err(code) => code.into(),
    }
}

/// `Cancelled` where the recalculation is stopped; looked at now and then.
pub(super) fn going_on(call: &Call<'_>, step: usize) -> Result<()> {
    if step.is_multiple_of(256) && call.context().cancel.is_cancelled() {
        return Err(ErrorCode::Cancelled);
    }
    Ok(())
}

/// An array of the values of a function of row and column.
fn made(
    call: &Call<'_>,
    height: usize,
    width: usize,
    mut value: impl FnMut(usize, usize) -> ScalarValue,
) -> Result<Output> {
    // Row by row, as the calls are made.
    let mut columns: Vec<Builder> = (0..width).map(|_| Builder::with_capacity(height)).collect();
    for row in 0..height {
        for (col, builder) in columns.iter_mut().enumerate() {
            going_on(call, row * width + col)?;
            builder.push(value(row, col).cell());
        }
    }
    let columns = columns.into_iter().map(Builder::finish).collect();
    Table::try_new(columns).map(Output::from).ok_or(ErrorCode::Calc)
}

/// A cell of an array as an argument. Cells of a range stay a reference, so that functions take a text or logical value in them as
/// they do in ranges: `MAX` passes over it.
#[derive(Default)]
struct Passed(Option<Table>);

impl Passed {
    fn cell<'a>(&'a mut self, table: &Table, cell: CellRef<'a>) -> Argument<'a> {
        match cell {
            CellRef::Text(_) | CellRef::Logical(_) if table.is_reference() => {
                Argument::Array(self.0.insert(Table::single(cell).as_reference()))
            }
            cell => Argument::Value(cell),
        }
    }
}

/// Where arrays differ in size, what is missing is `#N/A`.
fn map(call: &Call<'_>) -> Result<Output> {
    let last = call.len().checked_sub(1).ok_or(ErrorCode::Value)?;
    let lambda = taking(call, last, last)?;
    let tables = (0..last).map(|index| call.array(index)).collect::<Result<Vec<_>>>()?;
    let height = tables.iter().map(|table| table.height()).max().unwrap_or(0);
    let width = tables.iter().map(|table| table.width()).max().unwrap_or(0);
    fits(height, width)?;
    made(call, height, width, |row, col| {
        let mut passed: Vec<Passed> = tables.iter().map(|_| Passed::default()).collect();
        let arguments = passed.iter_mut().zip(&tables).map(|(passed, table)| {
            match row < table.height() && col < table.width() {
                true => passed.cell(table, table.get(row, col)),
                false => Argument::Value(CellRef::Error(ExcelErrorKind::Na, None)),
            }
        });
        one(lambda.call(&arguments.collect::<Vec<_>>()))
    })
}

/// The value that is carried on: given, or the first cell; and how many cells it has used up.
fn initial(call: &Call<'_>, first: CellRef<'_>) -> (Output, usize) {
    match call.argument(0) {
        Argument::Missing => (Output::Value(first.owned()), 1),
        Argument::Array(table) => (Output::from(table.clone()), 0),
        _ => (Output::Value(call.cell(0).owned()), 0),
    }
}

fn argument(output: &Output) -> Argument<'_> {
    match output {
        Output::Value(value) => Argument::Value(value.cell()),
        Output::Array(table) => Argument::Array(table),
    }
}

fn reduce(call: &Call<'_>) -> Result<Output> {
    let lambda = taking(call, 2, 2)?;
    let table = call.array(1)?;
    let (mut carried, used) = initial(call, table.get(0, 0));
    for (step, cell) in table.iter().enumerate().skip(used) {
        going_on(call, step)?;
        let mut passed = Passed::default();
        let next = lambda.call(&[argument(&carried), passed.cell(&table, cell)]);
        carried = match next {
            Ok(output) => output,
            Err(code) => code.into(),
        };
    }
    Ok(match carried {
        Output::Array(table) => table.into(),
        value => value,
    })
}

fn scan(call: &Call<'_>) -> Result<Output> {
    let lambda = taking(call, 2, 2)?;
    let table = call.array(1)?;
    let (mut carried, mut used) = initial(call, table.get(0, 0));
    made(call, table.height(), table.width(), |row, col| {
        if used > 0 {
            used -= 1;
            return one(Ok(carried.clone()));
        }
        let mut passed = Passed::default();
        let cell = passed.cell(&table, table.get(row, col));
        let value = one(lambda.call(&[argument(&carried), cell]));
        carried = Output::Value(value.clone());
        value
    })
}

fn make_array(call: &Call<'_>) -> Result<Output> {
    let lambda = taking(call, 2, 2)?;
    let size = |index, most| match size(call, index, most) {
        Err(ErrorCode::Calc) => Err(ErrorCode::Value),
        size => size,
    };
    let (height, width) = (size(0, MOST_ROWS)?, size(1, MOST_COLUMNS)?);
    fits(height, width)?;
    #[expect(clippy::cast_precision_loss, reason = "rows and columns of a sheet")]
    let number = |at: usize| Argument::Value(CellRef::number((at + 1) as f64));
    made(call, height, width, |row, col| one(lambda.call(&[number(row), number(col)])))
}

fn by_row(call: &Call<'_>) -> Result<Output> {
    let lambda = taking(call, 1, 1)?;
    let table = whole(call, 0)?;
    made(call, table.height(), 1, |row, _| match table.part(row..row + 1, 0..table.width()) {
        Some(row) => one(lambda.call(&[Argument::Array(&row)])),
        None => ErrorCode::Calc.into(),
    })
}

fn by_column(call: &Call<'_>) -> Result<Output> {
    let lambda = taking(call, 1, 1)?;
    let table = whole(call, 0)?;
    let column = |column: &Cells| Table::try_new(vec![column.clone()]);
    made(call, 1, table.width(), |_, col| match table.columns().get(col).and_then(column) {
        Some(column) => one(lambda.call(&[Argument::Array(&column)])),
        None => ErrorCode::Calc.into(),
    })
}
