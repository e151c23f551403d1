//! Calls of the functions of the table: arguments as the records want them.

use super::{
    aggregate, growing,
    lambda::Operand,
    names::Names,
    places,
    program::{Expr, Node},
    reference, reference_arrays,
    rows::Rows,
    run::{Result, Run, Stop, Waiting},
    selected, subtotal, windows,
};
use crate::{address::Axis, cells::Table};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue,
    record::{Kernel, Mode, Parameter},
};

/// A function for some rows: all at once where the arrays that it takes are the same for all of them, otherwise
/// row by row.
pub(crate) fn call<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    if (rows.len() > 1 || aggregate::is_too_large(run, arguments, rows))
        && let Some(result) = aggregate::over_windows(run, record, arguments, rows, names)
    {
        return result;
    }
    if rows.len() > 1
        && let Some(result) = growing::over_growing(run, record, arguments, rows, names)
    {
        return result;
    }
    if rows.len() > 1
        && matches!(record.kernel, Kernel::OfRow(_) | Kernel::OfText(_))
        && let Some(result) = windows::over_windows(run, record, arguments, rows, names)
    {
        return result;
    }
    match once(run, record, arguments, rows, names) {
        Err(Stop::Split) if rows.len() > 1 => {
            run.each_row(rows, |row| once(run, record, arguments, Rows::Some(&[row]), names))
        }
        result => result,
    }
}

fn once<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    if let Kernel::Evaluator = record.kernel {
        return own(run, record, arguments, rows, names);
    }
    if record.name == "INDEX"
        && let Some(result) = indexed(run, arguments, rows, names)?
    {
        return Ok(result);
    }
    if run.reader.is_asked()
        && rows.len() == 1
        && let Some(result) = selected::call(run, record, arguments, rows, names)?
    {
        return Ok(result);
    }
    if let Some(result) = reference_arrays::call(run, record, arguments, rows, names)? {
        return Ok(result);
    }
    let mut operands = Vec::with_capacity(arguments.len());
    let mut waiting = Waiting::default();
    for index in 0..arguments.len() {
        waiting.part(operand(run, record, (arguments, index), rows, names, &mut operands))?;
    }
    waiting.end()?;
    run.record(record, &operands, rows)
}

/// An argument as its parameter wants it.
pub(crate) fn operand<'a>(
    run: &'a Run<'a>,
    record: &Record,
    (arguments, index): (&'a [Expr], usize),
    rows: Rows<'_>,
    names: &Names<'a>,
    operands: &mut Vec<Operand<'a>>,
) -> Result<()> {
    let parameter = record.parameter_among(index, arguments.len());
    match (parameter, arguments.get(index)) {
        (Some(parameter), Some(_)) if matches!(parameter.mode, Mode::Array | Mode::Range) => {
            whole(run, record, parameter, (arguments, index), rows, names, operands)?;
        }
        (Some(_), Some(argument)) => operands.push(run.value(argument, rows, names)?),
        // More arguments than there are parameters: the call is an error.
        _ => operands.push(Operand::error(ErrorCode::Value)),
    }
    Ok(())
}

/// An argument that is taken whole: cells as an array, of one cell even. Several rectangles are several arguments
/// where the parameter repeats.
fn whole<'a>(
    run: &'a Run<'a>,
    record: &Record,
    parameter: &Parameter,
    (arguments, index): (&'a [Expr], usize),
    rows: Rows<'_>,
    names: &Names<'a>,
    operands: &mut Vec<Operand<'a>>,
) -> Result<()> {
    let Some(argument) = arguments.get(index) else { return Ok(()) };
    if let (Some(like), false) = (parameter.like, matches!(argument.node, Node::Omitted)) {
        operands.push(reshaped(run, argument, arguments.get(like), rows, names)?);
        return Ok(());
    }
    if let Node::Local(place) = &argument.node
        && let cell @ Operand::Array(_) = names.value(*place, rows)?
    {
        operands.push(cell);
        return Ok(());
    }
    match &argument.node {
        Node::Area(area) => {
            let fixed = matches!((area.top, area.bottom), (Axis::Fixed(_), Axis::Fixed(_)));
            // A range of several cells is kept for all rows.
            operands.push(match argument.slot {
                Some(_) if fixed => kept_whole(run, argument, rows, names)?,
                _ => run.area(area, rows)?,
            });
        }
        node if reference::may_be(node) && (rows.len() == 1 || argument.fixed) => {
            match reference::of(run, node, rows.at(0), names)? {
                Some(Ok(found)) => {
                    if found.areas().len() != 1 && record.repeats != 1 {
                        operands.push(run.stacked(record, &found)?);
                        return Ok(());
                    }
                    run.reach(&found)?;
                    for (sheet, rect) in found.areas() {
                        operands.push(run.table(*sheet, rect));
                    }
                }
                Some(Err(error)) => operands.push(Operand::error(error)),
                None => operands.push(run.value(argument, rows, names)?),
            }
        }
        node if reference::may_be(node) && is_reference_function(node) => return Err(Stop::Split),
        _ => match run.value(argument, rows, names)? {
            // An array for each row.
            Operand::Rows(_) if reference::may_be(&argument.node) => return Err(Stop::Split),
            operand => operands.push(operand),
        },
    }
    Ok(())
}

/// Whether the cells that a part stands for may differ by row in another way than its values.
fn is_reference_function(node: &Node) -> bool {
    !matches!(node, Node::Local(_))
}

/// A range that is the same for all rows, as an array of one cell even.
fn kept_whole<'a>(
    run: &'a Run<'a>,
    argument: &'a Expr,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    match run.value(argument, rows, names)? {
        Operand::Scalar(value) => match Table::single(value.cell()) {
            // An error of the range as a whole stays one.
            table if !matches!(value, ScalarValue::Error(..)) => Ok(Operand::Array(table)),
            _ => Ok(Operand::Scalar(value)),
        },
        operand => Ok(operand),
    }
}

/// The cells of an argument with the shape of another one, from its top left cell on: what `SUMIF` sums.
fn reshaped<'a>(
    run: &'a Run<'a>,
    argument: &'a Expr,
    like: Option<&'a Expr>,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let fixed = argument.fixed && like.is_some_and(|like| like.fixed);
    if rows.len() != 1 && !fixed {
        return Err(Stop::Split);
    }
    let row = rows.at(0);
    let found = reference::of(run, &argument.node, row, names)?;
    let shape = match like {
        Some(like) => reference::of(run, &like.node, row, names)?,
        None => None,
    };
    match (found, shape) {
        (Some(Ok(found)), Some(Ok(shape))) => {
            let (Some((sheet, rect)), Some(shape)) = (found.single(), shape.single()) else {
                return Ok(Operand::error(ErrorCode::Value));
            };
            let rect = run.shaped(&rect, shape);
            run.touch(sheet, &rect)?;
            let table = run.held(sheet, &rect);
            Ok(table.map_or(Operand::error(ErrorCode::Value), Operand::Array))
        }
        (Some(Err(error)), _) => Ok(Operand::error(error)),
        _ => Ok(Operand::error(ErrorCode::Value)),
    }
}

/// `INDEX` of cells, which gives cells. `None` where it is one of an array.
fn indexed<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Option<Operand<'a>>> {
    let reads = arguments.first().is_some_and(|first| reference::may_be(&first.node));
    // For many rows of one table its cells are taken at once.
    if !reads || rows.len() != 1 {
        return Ok(None);
    }
    let Some(record) = formualizer_functions::find("INDEX") else { return Ok(None) };
    match reference::of_function(run, record, arguments, rows.at(0), names)? {
        Some(Ok(found)) => run.read(&found).map(Some),
        Some(Err(error)) => Ok(Some(Operand::error(error))),
        None => Ok(None),
    }
}

/// The evaluator's own functions.
fn own<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    match record.name {
        "OFFSET" | "INDIRECT" => run.each_row(rows, |row| {
            match reference::of_function(run, record, arguments, row, names)? {
                Some(Ok(found)) => run.read(&found),
                Some(Err(error)) => Ok(Operand::error(error)),
                None => reference_arrays::first_cells(run, record, arguments, row, names),
            }
        }),
        "SUBTOTAL" | "AGGREGATE" => {
            run.each_row(rows, |row| subtotal::call(run, record, arguments, row, names))
        }
        "ISOMITTED" => run.each_row(rows, |_| {
            Ok(match arguments.first().map(|argument| &argument.node) {
                Some(Node::Local(place)) => {
                    let omitted = names.get(*place).is_some_and(|named| named.omitted);
                    Operand::Scalar(omitted.into())
                }
                _ => Operand::Scalar(false.into()),
            })
        }),
        _ => run.each_row(rows, |row| places::call(run, record, arguments, row, names)),
    }
}
