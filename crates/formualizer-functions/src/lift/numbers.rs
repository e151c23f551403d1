//! Functions of one or two numbers over columns: a loop over plain numbers, in which blanks, errors and cells of
//! other kinds are single rows.

use super::Lane;
use crate::{
    call::{Argument, Result, number},
    cells::{Builder, CellRef, Cells, Mixed, NumberKind},
    record::{Kernel, Record},
    semantics::{Scalar, TextRules},
};
use arrow_array::{Array as _, Float64Array};
use udf_abi::ErrorCode;

/// The numbers of an argument, row by row.
enum Numbers<'a> {
    One(f64),
    Full(&'a [f64]),
    /// With blanks, which are zeros.
    WithBlanks(&'a Float64Array),
    Mixed(&'a Mixed, TextRules),
    /// Of another kind.
    Other(&'a Cells, TextRules),
}

/// Why a row has no number.
enum Failed<'a> {
    /// Its argument is in error.
    Error(CellRef<'a>),
    /// A text is no number, or the function has no result.
    Code(ErrorCode),
}

impl<'a> Numbers<'a> {
    /// `None` where the argument is the same for all rows and no number.
    fn of(lane: &Lane<'a>, rules: TextRules) -> Option<Self> {
        Some(match lane {
            Lane::One(Argument::Value(cell)) => Self::One(number(cell.scalar(), rules).ok()?),
            Lane::One(Argument::Empty) => Self::One(0.0),
            Lane::One(_) => return None,
            Lane::Many(Cells::Numbers(_, array)) if array.null_count() == 0 => {
                Self::Full(array.values())
            }
            Lane::Many(Cells::Numbers(_, array)) => Self::WithBlanks(array),
            Lane::Many(Cells::Mixed(mixed)) => Self::Mixed(mixed, rules),
            Lane::Many(cells) => Self::Other(cells, rules),
        })
    }

    fn at(&self, row: usize) -> std::result::Result<f64, Failed<'a>> {
        Ok(match self {
            Self::One(n) => *n,
            Self::Full(values) => values.get(row).copied().unwrap_or(0.0),
            Self::WithBlanks(array) if array.is_valid(row) => array.value(row),
            Self::WithBlanks(_) => 0.0,
            Self::Mixed(mixed, rules) => match mixed.number(row) {
                Some(n) => n,
                None => return of_cell(mixed.get(row), *rules),
            },
            Self::Other(cells, rules) => return of_cell(cells.get(row), *rules),
        })
    }
}

fn of_cell(cell: CellRef<'_>, rules: TextRules) -> std::result::Result<f64, Failed<'_>> {
    match cell {
        CellRef::Error(..) => Err(Failed::Error(cell)),
        cell => number(cell.scalar(), rules).map_err(Failed::Code),
    }
}

impl Record {
    /// The function over columns, where it is one of one or two numbers.
    pub(super) fn over_numbers(
        &self,
        lanes: &[Lane<'_>],
        len: usize,
        rules: TextRules,
    ) -> Option<Cells> {
        if self.takes_errors {
            return None;
        }
        let kind = self.shows;
        match (self.kernel, lanes) {
            (Kernel::OfOne(function), [a]) => {
                let a = Numbers::of(a, rules)?;
                Some(collect(kind, len, |row| function(a.at(row)?).map_err(Failed::Code)))
            }
            (Kernel::OfTwo(function, default), [a, others @ ..]) => {
                let a = Numbers::of(a, rules)?;
                let b = match others {
                    [] | [Lane::One(Argument::Missing)] => Numbers::One(default),
                    [b, ..] => Numbers::of(b, rules)?,
                };
                Some(match (&a, &b) {
                    (Numbers::Full(a), Numbers::One(b)) => collect(kind, len, |row| {
                        let a = a.get(row).copied().unwrap_or(0.0);
                        function(a, *b).map_err(Failed::Code)
                    }),
                    _ => collect(kind, len, |row| of_two(function, a.at(row), b.at(row))),
                })
            }
            _ => None,
        }
    }
}

/// A function of two numbers. An error in either comes before a text that is no number.
fn of_two<'a>(
    function: fn(f64, f64) -> Result<f64>,
    a: std::result::Result<f64, Failed<'a>>,
    b: std::result::Result<f64, Failed<'a>>,
) -> std::result::Result<f64, Failed<'a>> {
    match (a, b) {
        (Ok(a), Ok(b)) => function(a, b).map_err(Failed::Code),
        (Err(Failed::Code(_)), Err(error @ Failed::Error(_))) => Err(error),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The results of all rows: one array of numbers as long as no row is in error.
fn collect<'a>(
    kind: NumberKind,
    len: usize,
    value: impl Fn(usize) -> std::result::Result<f64, Failed<'a>>,
) -> Cells {
    let cell = |value| match value {
        Ok(n) if f64::is_finite(n) => CellRef::Number(n, kind),
        Ok(_) => Scalar::Error(ErrorCode::Num).into(),
        Err(Failed::Error(cell)) => cell,
        Err(Failed::Code(code)) => Scalar::Error(code).into(),
    };
    let mut numbers = Vec::with_capacity(len);
    for row in 0..len {
        match value(row) {
            Ok(n) if n.is_finite() => numbers.push(n),
            failed => {
                let mut builder = Builder::of_numbers(kind, numbers);
                builder.push(cell(failed));
                (row + 1..len).for_each(|row| builder.push(cell(value(row))));
                return builder.finish();
            }
        }
    }
    Cells::Numbers(kind, Float64Array::new(numbers.into(), None))
}
