//! `IF`, `IFERROR`, `IFNA` and `LET`: what is dear or may fail is evaluated only for the rows that take it.

use super::{
    lambda::Operand,
    names::{Named, Names},
    program::Expr,
    rows::Rows,
    run::{Result, Run, Stop},
};
use crate::cells::{Builder, CellRef, Cells, NumberKind};
use arrow_array::{Array as _, Float64Array};
use formualizer_functions::{ErrorCode, ScalarValue, call::logical, eager, semantics::Scalar};

/// A branch for the rows that take it, with the place of each row in it.
enum Taken<'a> {
    /// Evaluated for all rows.
    All(Operand<'a>),
    /// Evaluated for the rows that take it, in order.
    Some(Operand<'a>),
}

impl<'a> Taken<'a> {
    fn evaluate(
        run: &'a Run<'a>,
        expr: &'a Expr,
        rows: Rows<'_>,
        names: &Names<'a>,
        takes: impl Fn(usize) -> bool,
    ) -> Result<Self> {
        if !expr.is_dear() {
            return run.value(expr, rows, names).and_then(one_each).map(Self::All);
        }
        let taken: Vec<u32> =
            (0..rows.len()).filter(|index| takes(*index)).map(|index| rows.at(index)).collect();
        if taken.len() == rows.len() {
            return run.value(expr, rows, names).and_then(one_each).map(Self::All);
        }
        if taken.is_empty() {
            return Ok(Self::Some(Operand::Rows(Cells::Blank(0))));
        }
        run.value(expr, Rows::Some(&taken), names).and_then(one_each).map(Self::Some)
    }

    /// The cell of a row, and one more is taken.
    fn take(&self, row: usize, taken: &mut usize) -> CellRef<'_> {
        *taken += 1;
        match self {
            Self::All(operand) => operand.cell(row),
            Self::Some(operand) => operand.cell(*taken - 1),
        }
    }
}

/// Rows of several have no arrays and no functions.
fn one_each(operand: Operand<'_>) -> Result<Operand<'_>> {
    match operand {
        Operand::Array(_) | Operand::Lambda(_) => Err(Stop::Split),
        other => Ok(other),
    }
}

/// `IF(condition, yes, no)`.
pub(crate) fn choose<'a>(
    run: &'a Run<'a>,
    condition: &'a Expr,
    yes: &'a Expr,
    no: &'a Expr,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let condition = run.value(condition, rows, names)?;
    let state = |cell: CellRef<'_>| logical(cell.scalar());
    match &condition {
        Operand::Array(_) => {
            let operands = [condition, run.value(yes, rows, names)?, run.value(no, rows, names)?];
            return run.record(&eager::IF, &operands, rows);
        }
        Operand::Lambda(_) => return Ok(Operand::error(ErrorCode::Value)),
        Operand::Rows(_) if rows.len() > 1 => {}
        condition => {
            return match state(condition.cell(0)) {
                Ok(true) => run.value(yes, rows, names),
                Ok(false) => run.value(no, rows, names),
                Err(_) => Ok(Operand::Scalar(failed(condition.cell(0)))),
            };
        }
    }
    let states: Vec<Option<bool>> = match &condition {
        Operand::Rows(Cells::Logicals(bits)) if bits.null_count() == 0 => {
            bits.values().iter().map(Some).collect()
        }
        condition => (0..rows.len()).map(|row| state(condition.cell(row)).ok()).collect(),
    };
    let takes = |wanted: bool| {
        let states = &states;
        move |row: usize| states.get(row) == Some(&Some(wanted))
    };
    let yes = Taken::evaluate(run, yes, rows, names, takes(true))?;
    let no = Taken::evaluate(run, no, rows, names, takes(false))?;
    if let (Taken::All(a), Taken::All(b)) = (&yes, &no)
        && let Some(cells) = choose_numbers(&states, a, b)
    {
        return Ok(Operand::Rows(cells));
    }
    let mut builder = Builder::with_capacity(rows.len());
    let (mut yes_taken, mut no_taken) = (0, 0);
    for (row, state) in states.iter().enumerate() {
        match state {
            Some(true) => builder.push(yes.take(row, &mut yes_taken)),
            Some(false) => builder.push(no.take(row, &mut no_taken)),
            None => builder.push(failed(condition.cell(row)).cell()),
        }
    }
    Ok(Operand::Rows(builder.finish()))
}

/// What a condition that is none gives.
fn failed(condition: CellRef<'_>) -> ScalarValue {
    match condition {
        CellRef::Error(..) => condition.owned(),
        _ => ScalarValue::error(ErrorCode::Value),
    }
}

/// The choice where no condition is in error and both branches are numbers without blanks.
fn choose_numbers(states: &[Option<bool>], a: &Operand<'_>, b: &Operand<'_>) -> Option<Cells> {
    enum Numbers<'a> {
        One(f64),
        Many(&'a [f64]),
    }
    impl Numbers<'_> {
        fn get(&self, row: usize) -> f64 {
            match self {
                Self::One(n) => *n,
                Self::Many(numbers) => numbers.get(row).copied().unwrap_or(0.0),
            }
        }
    }
    fn full<'a>(operand: &'a Operand<'_>) -> Option<Numbers<'a>> {
        match operand {
            Operand::Rows(Cells::Numbers(NumberKind::Number, array)) if array.null_count() == 0 => {
                Some(Numbers::Many(array.values()))
            }
            Operand::Scalar(ScalarValue::Number(n, NumberKind::Number)) => Some(Numbers::One(*n)),
            _ => None,
        }
    }
    let (a, b) = (full(a)?, full(b)?);
    if states.contains(&None) {
        return None;
    }
    let chosen = states.iter().enumerate().map(|(row, state)| match state {
        Some(true) => a.get(row),
        _ => b.get(row),
    });
    Some(Cells::Numbers(NumberKind::Number, Float64Array::from_iter_values(chosen)))
}

/// `IFERROR(value, other)`, or `IFNA`.
pub(crate) fn replace<'a>(
    run: &'a Run<'a>,
    only_na: bool,
    value: &'a Expr,
    other: &'a Expr,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let value = run.value(value, rows, names)?;
    let caught = |cell: CellRef<'_>| match cell.scalar() {
        Scalar::Error(ErrorCode::Cancelled) => false,
        Scalar::Error(code) => !only_na || code == ErrorCode::Na,
        _ => false,
    };
    let cells = match &value {
        Operand::Array(table) => {
            if !table.iter().any(caught) {
                return Ok(value);
            }
            let record = if only_na { &eager::IFNA } else { &eager::IFERROR };
            let operands = [value, run.value(other, rows, names)?];
            return run.record(record, &operands, rows);
        }
        Operand::Rows(cells) if rows.len() > 1 => cells,
        Operand::Lambda(_) => return Ok(value),
        one => {
            return if caught(one.cell(0)) { run.value(other, rows, names) } else { Ok(value) };
        }
    };
    // Errors are in mixed vectors only.
    let errors: Vec<bool> = match cells {
        Cells::Mixed(_) => cells.iter().map(caught).collect(),
        _ => return Ok(value),
    };
    if !errors.contains(&true) {
        return Ok(value);
    }
    let other =
        Taken::evaluate(run, other, rows, names, |row| errors.get(row).copied().unwrap_or(false))?;
    let mut builder = Builder::with_capacity(rows.len());
    let mut taken = 0;
    for (row, error) in errors.iter().enumerate() {
        builder.push(if *error { other.take(row, &mut taken) } else { cells.get(row) });
    }
    Ok(Operand::Rows(builder.finish()))
}

/// The names around and those of `LET`.
pub(crate) fn bound<'a>(
    run: &'a Run<'a>,
    values: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Names<'a> {
    let mut inner = names.clone();
    for value in values {
        let named = Named::later(run, value, rows, &inner);
        inner.push(named);
    }
    inner
}

/// `LET`
pub(crate) fn bind<'a>(
    run: &'a Run<'a>,
    values: &'a [Expr],
    body: &'a Expr,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let inner = bound(run, values, rows, names);
    run.value(body, rows, &inner)
}
