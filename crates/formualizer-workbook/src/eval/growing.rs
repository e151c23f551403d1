//! Functions whose ranges grow downwards with the rows, `=COUNTIF(E$1:E1,E1)` filled down: all rows at once, where
//! the function can tell by how many rows it sees.

use super::{
    lambda::Operand,
    names::Names,
    program::{Expr, Node},
    rows::Rows,
    run::{Result, Run, Stop},
};
use crate::address::{Area, Axis, Rect};
use formualizer_functions::{Record, record::Mode};

/// How far down ranges reach.
#[derive(Clone, Copy)]
struct Reach {
    /// Rows that a range has besides as many as the number of the formula's own row; may be negative.
    more: i64,
    /// The end of the rows that are held, counted from the top of each range.
    held: u32,
}

/// The function for many rows; `None` where its ranges do not all grow alike.
pub(crate) fn over_growing<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Option<Result<Operand<'a>>> {
    if !record.grows {
        return None;
    }
    let ranged = |index: usize| {
        let parameter = record.parameter_among(index, arguments.len());
        parameter.is_some_and(|p| matches!(p.mode, Mode::Array | Mode::Range))
    };
    let areas: Option<Vec<&Area>> = arguments
        .iter()
        .enumerate()
        .filter(|(index, _)| ranged(*index))
        .map(|(_, argument)| match &argument.node {
            Node::Area(area) => Some(area),
            _ => None,
        })
        .collect();
    let reach = reach(run, &areas?, rows)?;
    let mut operands = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        operands.push(match &argument.node {
            Node::Area(area) if ranged(index) => block(run, area, rows, reach)?,
            _ => match run.value(argument, rows, names) {
                Ok(operand @ (Operand::Scalar(_) | Operand::Rows(_))) => operand,
                Ok(_) | Err(Stop::Split) => return None,
                Err(stop) => return Some(Err(stop)),
            },
        });
    }
    let seen: Option<Vec<u32>> =
        rows.iter().map(|row| u32::try_from(i64::from(row) + reach.more).ok()).collect();
    run.growing(record, &operands, rows, &seen?).map(Ok)
}

/// How far ranges reach; `None` where they do not grow alike, or where one of the rows has none.
fn reach(run: &Run<'_>, areas: &[&Area], rows: Rows<'_>) -> Option<Reach> {
    let mut reach: Option<Reach> = None;
    for area in areas {
        let (Axis::Fixed(top), Axis::Moving(by)) = (area.top, area.bottom) else { return None };
        let more = i64::from(by) - i64::from(top) + 1;
        // The bounds of a range that ends above its top would change places.
        let first = i64::from(rows.at(0)) + more;
        let (start, end) = (run.own(rows.at(0)), run.own(rows.at(rows.len().checked_sub(1)?)));
        let rect = area.at(start)?;
        area.at(end)?;
        if first < 1 || reach.is_some_and(|reach| reach.more != more) {
            return None;
        }
        let used = run.reader.used_rows(area.sheet, rect.cols()).saturating_sub(top);
        let held = reach.map_or(used, |reach| reach.held.max(used));
        reach = Some(Reach { more, held });
    }
    let mut reach = reach?;
    // As far as the last row of the strip, so that its parts share what is kept of the columns.
    let last = i64::from(run.strip.rows.end) - 1 + reach.more;
    reach.held = reach.held.min(u32::try_from(last).ok()?).max(1);
    Some(reach)
}

/// The cells of a range that are held.
fn block<'a>(run: &'a Run<'a>, area: &Area, rows: Rows<'_>, reach: Reach) -> Option<Operand<'a>> {
    let rect = area.at(run.own(rows.at(0)))?;
    let table = run.block(area.sheet, Rect { bottom: rect.top + reach.held - 1, ..rect })?;
    Some(Operand::Array(table.as_reference()))
}
