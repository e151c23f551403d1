//! `IF`, `IFERROR` and `IFNA`: what is dear or may fail is evaluated only for the rows that take it.

use super::{
    operand::{Lane, Operand},
    program::Node,
    run::{Result, Rows, Run, Stop},
    scalar,
};
use crate::cells::{Builder, CellRef, Cells, NumberKind};
use arrow_array::{Array, Float64Array};
use formualizer_common::ExcelErrorKind;

/// A branch for the rows that take it, with the place of each row in it.
enum Taken {
    /// Evaluated for all rows.
    All(Operand),
    /// Evaluated for the rows that take it, in order.
    Some(Operand),
}

impl Taken {
    fn evaluate(
        run: &Run<'_>,
        node: &Node,
        rows: Rows<'_>,
        takes: impl Fn(usize) -> bool,
    ) -> Result<Self> {
        if !node.is_dear() {
            return run.node(node, rows).map(Self::All);
        }
        let taken: Vec<u32> =
            (0..rows.len()).filter(|index| takes(*index)).map(|index| rows.at(index)).collect();
        if taken.len() == rows.len() {
            return run.node(node, rows).map(Self::All);
        }
        if taken.is_empty() {
            return Ok(Self::Some(Operand::Rows(Cells::Blank(0))));
        }
        run.node(node, Rows::Some(&taken)).map(Self::Some)
    }

    fn operand(&self) -> &Operand {
        match self {
            Self::All(operand) | Self::Some(operand) => operand,
        }
    }
}

/// The cells of a branch, taken one after the other.
struct Source<'a> {
    lane: Lane<'a>,
    packed: bool,
    next: usize,
}

impl<'a> Source<'a> {
    fn take(&mut self, row: usize) -> CellRef<'a> {
        self.next += 1;
        self.lane.get(if self.packed { self.next - 1 } else { row })
    }
}

fn source<'a>(run: &Run<'_>, taken: &'a Taken) -> Result<Source<'a>> {
    let lane = taken.operand().lane(run.dates).ok_or(Stop::Split)?;
    Ok(Source { lane, packed: matches!(taken, Taken::Some(_)), next: 0 })
}

/// `IF(condition, yes, no)`.
pub(crate) fn choose(
    run: &Run<'_>,
    condition: &Node,
    yes: &Node,
    no: &Node,
    rows: Rows<'_>,
) -> Result<Operand> {
    let condition = run.node(condition, rows)?;
    let lane = condition.lane(run.dates).ok_or(Stop::Interpret)?;
    if lane.is_one() || rows.len() == 1 {
        return match scalar::condition(lane.get(0)) {
            Ok(true) => run.node(yes, rows),
            Ok(false) => run.node(no, rows),
            Err(error) => Ok(Operand::Scalar(error.value(run.dates))),
        };
    }
    let len = rows.len();
    let states: Vec<Option<bool>> = match lane {
        Lane::Many(Cells::Logicals(bits)) if bits.null_count() == 0 => {
            bits.values().iter().map(Some).collect()
        }
        _ => (0..len).map(|row| scalar::condition(lane.get(row)).ok()).collect(),
    };
    let whether = |state| move |row: usize, states: &[Option<bool>]| states[row] == Some(state);
    let (is_yes, is_no) = (whether(true), whether(false));
    let yes = Taken::evaluate(run, yes, rows, |row| is_yes(row, &states))?;
    let no = Taken::evaluate(run, no, rows, |row| is_no(row, &states))?;
    if let (Taken::All(a), Taken::All(b)) = (&yes, &no)
        && let Some(cells) = choose_numbers(run, &states, a, b)
    {
        return Ok(Operand::Rows(cells));
    }
    let (mut yes, mut no) = (source(run, &yes)?, source(run, &no)?);
    let mut builder = Builder::with_capacity(len);
    for (row, state) in states.iter().enumerate() {
        builder.push(match state {
            Some(true) => yes.take(row),
            Some(false) => no.take(row),
            None => scalar::condition(lane.get(row)).err().unwrap_or(CellRef::Blank),
        });
    }
    Ok(Operand::Rows(builder.finish()))
}

/// The choice where no condition is in error and both branches are numbers without blanks.
fn choose_numbers(
    run: &Run<'_>,
    states: &[Option<bool>],
    a: &Operand,
    b: &Operand,
) -> Option<Cells> {
    let full = |operand: &Operand| match operand {
        Operand::Rows(Cells::Numbers(NumberKind::Number, array)) => array.null_count() == 0,
        Operand::Scalar(crate::Value::Number(_) | crate::Value::Int(_)) => true,
        _ => false,
    };
    if !full(a) || !full(b) || states.contains(&None) {
        return None;
    }
    let ((a, _), (b, _)) = (a.lane(run.dates)?.numbers()?, b.lane(run.dates)?.numbers()?);
    let chosen = states.iter().enumerate().map(|(row, state)| match state {
        Some(true) => a.get(row),
        _ => b.get(row),
    });
    Some(Cells::Numbers(NumberKind::Number, Float64Array::from_iter_values(chosen)))
}

/// `IFERROR(value, other)`, or `IFNA`.
pub(crate) fn replace(
    run: &Run<'_>,
    only_na: bool,
    value: &Node,
    other: &Node,
    rows: Rows<'_>,
) -> Result<Operand> {
    let value = run.node(value, rows)?;
    let caught = |cell| match cell {
        CellRef::Error(ExcelErrorKind::Cancelled, _) => false,
        CellRef::Error(kind, _) => !only_na || kind == ExcelErrorKind::Na,
        _ => false,
    };
    let lane = value.lane(run.dates).ok_or(Stop::Interpret)?;
    if lane.is_one() || rows.len() == 1 {
        return match caught(lane.get(0)) {
            true => run.node(other, rows),
            false => Ok(value),
        };
    }
    // Errors are in mixed vectors only.
    let errors: Vec<bool> = match lane {
        Lane::Many(cells @ Cells::Mixed(_)) => cells.iter().map(caught).collect(),
        _ => return Ok(value),
    };
    if !errors.contains(&true) {
        return Ok(value);
    }
    let other = Taken::evaluate(run, other, rows, |row| errors[row])?;
    let mut other = source(run, &other)?;
    let mut builder = Builder::with_capacity(rows.len());
    for (row, error) in errors.iter().enumerate() {
        builder.push(if *error { other.take(row) } else { lane.get(row) });
    }
    Ok(Operand::Rows(builder.finish()))
}
