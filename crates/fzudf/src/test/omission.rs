//! Arguments that are left out. To a function it is the same whether one does not stand in the frame, stands
//! there as omitted, or is null (where the type decides about nulls); and it is the manifest's default, if
//! there is one.

use super::{
    agreement::OnEngine,
    case::Case,
    outcome::{Outcome, Way, difference, is_inconclusive, run},
    problem::{Code, Problem},
    random::{self, Flavour, Random},
    shrink::fewest,
    values,
};
use std::sync::Arc;
use udf_abi::{
    DType,
    manifest::{Param, Shape},
};
use udf_columnar::{Argument, Column, Error, Lane, Signature};

/// Rows of the columns that are tried.
const ROWS: usize = 8;
/// Random arguments that are tried: a function may give the same for some in spite of a wrong default.
const CASES: usize = 4;

/// Tries every way of leaving out every optional argument; `None` where all are the same.
///
/// # Errors
/// Where no arguments can be made for the function.
pub(super) fn check(
    on: &OnEngine,
    signature: &Arc<Signature>,
    seed: u64,
) -> Result<Option<Problem>, Error> {
    let function = signature.function();
    let applies = signature.lane() == Lane::Columnar
        && (function.deterministic || function.volatile)
        && function.params.iter().any(|p| p.optional && !p.variadic);
    if !applies {
        return Ok(None);
    }
    let mut random = Random::new(seed);
    for _ in 0..CASES {
        let case = random::case(&mut random, signature, ROWS, Flavour::Plain)?;
        let test = Test { on, signature, case };
        if let Some(problem) = test.run()? {
            return Ok(Some(problem));
        }
    }
    Ok(None)
}

/// One call with all its arguments, of which some are left out.
struct Test<'m> {
    on: &'m OnEngine,
    signature: &'m Arc<Signature>,
    case: Case,
}

impl Test<'_> {
    fn run(&self) -> Result<Option<Problem>, Error> {
        let function = self.signature.function();
        let fixed = function.params.iter().filter(|p| !p.variadic).count();
        let fixed = fixed.min(self.case.arguments.len());
        for (index, param) in function.params.iter().enumerate().take(fixed) {
            if param.optional
                && let Some(problem) = self.parameter(index, param)?
            {
                return Ok(Some(problem));
            }
        }
        for given in function.min_args as usize..fixed {
            if let Some(problem) = self.tail(given, fixed)? {
                return Ok(Some(problem));
            }
        }
        Ok(None)
    }

    /// One argument left out, with all others there.
    fn parameter(&self, index: usize, param: &Param) -> Result<Option<Problem>, Error> {
        if param.shape != Shape::Scalar {
            return Ok(None);
        }
        let dtype = param.dtype.0;
        let omitted = self.with(index, Argument::Omitted);
        let mut others = Vec::new();
        let mut alike = |code, column: &Column| -> Result<(), Error> {
            others.push((code, Argument::Scalar(column.clone())));
            if self.signature.is_elementwise() {
                let rows = vec![column.clone(); ROWS];
                let column = Column::concat(dtype, &rows)?;
                others.push((code, Argument::Column(column)));
            }
            Ok(())
        };
        if let Some(default) = default(param) {
            alike(Code::Default, &default)?;
        }
        if sees_no_nulls(dtype) {
            alike(Code::Omitted, &Column::new_null(dtype, 1))?;
        }
        for (code, argument) in others {
            let other = self.with(index, argument);
            if let Some(problem) = self.differ(code, &omitted, &other) {
                return Ok(Some(problem));
            }
        }
        Ok(match sees_no_nulls(dtype) && self.signature.is_elementwise() {
            true => self.row_by_row(index, dtype, &omitted)?,
            false => None,
        })
    }

    /// A column with a null in every other row gives there what leaving out does, and the rest as without.
    fn row_by_row(
        &self,
        index: usize,
        dtype: DType,
        omitted: &Case,
    ) -> Result<Option<Problem>, Error> {
        let (Some(Argument::Scalar(given)) | Some(Argument::Column(given))) =
            self.case.arguments.get(index)
        else {
            return Ok(None);
        };
        let null = Column::new_null(dtype, 1);
        let parts = (0..ROWS).map(|row| match row % 2 {
            0 => null.clone(),
            _ => given.slice(row.min(given.len().saturating_sub(1)), 1),
        });
        let parts: Vec<Column> = parts.collect();
        let mixed = Column::concat(dtype, &parts)?;
        let mixed = self.with(index, Argument::Column(mixed));
        let all = self.call(&mixed);
        if is_inconclusive(&all) {
            return Ok(None);
        }
        for row in 0..ROWS {
            let alone = if row % 2 == 0 { omitted } else { &self.case }.part(row..row + 1);
            let one = self.call(&alone);
            if is_inconclusive(&one) {
                continue;
            }
            let (one, other) = (of_row(&one, 0, row), of_row(&all, row, row));
            if let Some(found) = difference(&one, &other, row) {
                let message = format!(
                    "{} gives {}, and {} in row {row} of {}",
                    alone.show(self.signature),
                    found.one,
                    found.other,
                    mixed.show(self.signature)
                );
                return Ok(Some(Problem::new(Code::Omitted, message)));
            }
        }
        Ok(None)
    }

    /// The last arguments left out: not in the frame, there as omitted, or their defaults.
    fn tail(&self, given: usize, fixed: usize) -> Result<Option<Problem>, Error> {
        let absent = self.first(given, fixed, |_| None)?;
        let omitted = self.first(given, fixed, |_| Some(Argument::Omitted))?;
        let defaults = self.first(given, fixed, |param| {
            Some(default(param).map_or(Argument::Omitted, Argument::Scalar))
        })?;
        let problem = self.differ(Code::Omitted, &absent, &omitted);
        Ok(problem.or_else(|| self.differ(Code::Default, &absent, &defaults)))
    }

    /// The first arguments, and for the others what `rest` says.
    fn first(
        &self,
        given: usize,
        fixed: usize,
        rest: impl Fn(&Param) -> Option<Argument>,
    ) -> Result<Case, Error> {
        let mut case = self.case.clone();
        case.arguments.truncate(given);
        for index in given..fixed {
            case.arguments.extend(rest(self.signature.param(index)?));
        }
        Ok(case)
    }

    fn with(&self, index: usize, argument: Argument) -> Case {
        let mut case = self.case.clone();
        if let Some(place) = case.arguments.get_mut(index) {
            *place = argument;
        }
        case
    }

    fn call(&self, case: &Case) -> Outcome {
        run(&self.on.module, self.signature, case, Way::SEEDED)
    }

    /// What two calls that must give the same differ in.
    fn differ(&self, code: Code, one: &Case, other: &Case) -> Option<Problem> {
        let compare = |one: &Case, other: &Case| {
            let (a, b) = (self.call(one), self.call(other));
            let conclusive = !is_inconclusive(&a) && !is_inconclusive(&b);
            conclusive.then(|| difference(&a, &b, one.first_row)).flatten()
        };
        let all = compare(one, other)?;
        let row = all.row;
        let (one, found, other) = match self.signature.is_elementwise() {
            true => {
                let other_part =
                    |part: &Case| other.part(part.first_row..part.first_row + part.rows());
                let (part, found) = fewest(one, all, row, |part| compare(part, &other_part(part)));
                let other = other_part(&part);
                (part, found, other)
            }
            false => (one.clone(), all, other.clone()),
        };
        let message = format!(
            "{} gives {}, and {} gives {}",
            one.show(self.signature),
            found.one,
            other.show(self.signature),
            found.other
        );
        Some(Problem::new(code, message))
    }
}

/// What one row of a call gave, with no word about the others: the one at this place in the result, which is
/// this row of the whole input.
fn of_row(outcome: &Outcome, place: usize, row: usize) -> Outcome {
    let mut output = outcome.clone()?;
    output.columns = output.columns.iter().map(|c| c.slice(place, 1)).collect();
    output.failures.retain(|failure| failure.row == row as u64);
    output.failed_rows = output.failures.len() as u64;
    // Which row it is of, nobody knows.
    output.non_finite = false;
    Ok(output)
}

/// Whether nulls of the type are decided by the contract, and not seen as they are.
fn sees_no_nulls(dtype: DType) -> bool {
    !matches!(dtype, DType::Any | DType::Error)
}

/// The manifest's default, as a column of one row. One that is no value of the type is not tried: it is
/// for people, and the manifest's rules say what it may be.
fn default(param: &Param) -> Option<Column> {
    let value = param.default.as_ref()?;
    values::column(param.dtype.0, std::slice::from_ref(value)).ok()
}
