//! Functions of ranges that move with the rows, `=MEDIAN(A1:C1)` and `=PRODUCT(A1,B1)` filled down: the columns are
//! read once, and each row sees its part of them.

use super::{
    functions,
    lambda::Operand,
    names::Names,
    program::{Expr, Node},
    rows::Rows,
    run::{Result, Run, Stop},
};
use crate::address::{Area, Axis, Rect};
use formualizer_functions::{Record, lift::Window, record::Mode};

/// The function for many rows; `None` where it is to be evaluated in another way.
pub(crate) fn over_windows<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Option<Result<Operand<'a>>> {
    let mut windows = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        let parameter = record.parameter_among(index, arguments.len())?;
        if let (Mode::Array | Mode::Range, None, Node::Area(area)) =
            (parameter.mode, parameter.like, &argument.node)
            && let (Axis::Moving(_), Axis::Moving(_)) = (area.top, area.bottom)
        {
            windows.push(window(run, index, area, rows)?);
        }
    }
    if windows.is_empty() {
        return None;
    }
    let mut operands = Vec::with_capacity(arguments.len());
    for index in 0..arguments.len() {
        if windows.iter().any(|window| window.argument() == index) {
            operands.push(Operand::Empty);
            continue;
        }
        match functions::operand(run, record, (arguments, index), rows, names, &mut operands) {
            // Several rectangles are several arguments.
            Ok(()) if operands.len() == index + 1 => {}
            Ok(()) | Err(Stop::Split) => return None,
            Err(stop) => return Some(Err(stop)),
        }
    }
    let first = rows.at(0);
    let starts: Vec<usize> = rows.iter().map(|row| (row - first) as usize).collect();
    match run.windows(record, &operands, &windows, rows, &starts)? {
        Err(Stop::Split) => None,
        result => Some(result),
    }
}

/// The columns of a range for all rows; `None` where it leaves the sheet.
fn window(run: &Run<'_>, index: usize, area: &Area, rows: Rows<'_>) -> Option<Window> {
    let first = area.at(run.own(rows.at(0)))?;
    let last = area.at(run.own(rows.at(rows.len().checked_sub(1)?)))?;
    let whole = Rect { bottom: last.bottom, ..first };
    let columns = whole.cols().map(|col| run.reader.cells(area.sheet, col, whole.rows()));
    Window::new(index, columns.collect(), first.height() as usize)
}
