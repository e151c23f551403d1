//! The numbers that occur most often: `MODE`, `MODE.SNGL`, `MODE.MULT`. Among equals the first in order counts,
//! and ranges are gone through row by row.

use crate::{
    ErrorCode, Record,
    call::{Argument, Call, Output, Result},
    cells::{CellRef, Table},
    record::{Gives, Kernel, Parameter, array},
    semantics::Scalar,
};

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("MODE", NUMBERS, Kernel::OfRow(mode), "The number that occurs most often.")
        .giving(Gives::LikeFirst)
        .of_arrays()
        .repeating(1),
    Record::new("MODE.SNGL", NUMBERS, Kernel::OfRow(mode), "The number that occurs most often.")
        .giving(Gives::LikeFirst)
        .of_arrays()
        .repeating(1)
        .future(),
    Record::new(
        "MODE.MULT",
        NUMBERS,
        Kernel::OfRow(modes),
        "All numbers that occur most often, as a column.",
    )
    .giving_arrays()
    .of_arrays()
    .repeating(1)
    .future(),
];

/// What occurs most often, in the order of first occurrence; `#N/A` where no number occurs twice.
fn most(call: &Call<'_>) -> Result<Vec<f64>> {
    let mut numbers = Vec::new();
    for argument in 0..call.len() {
        // Both zeros are one number.
        numbers.extend(numbers_of(call, argument)?.into_iter().map(|n| n + 0.0));
    }
    let mut sorted = numbers.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let runs = || sorted.chunk_by(|a, b| a == b);
    let longest = runs().map(<[f64]>::len).max().unwrap_or(0);
    if longest < 2 {
        return Err(ErrorCode::Na);
    }
    let mut left: Vec<(f64, bool)> = runs()
        .filter(|run| run.len() == longest)
        .filter_map(|run| run.first().map(|n| (*n, true)))
        .collect();
    let mut found = Vec::with_capacity(left.len());
    for n in numbers {
        if found.len() == left.len() {
            break;
        }
        if let Ok(at) = left.binary_search_by(|mode| mode.0.total_cmp(&n))
            && let Some((_, new)) = left.get_mut(at)
            && std::mem::take(new)
        {
            found.push(n);
        }
    }
    Ok(found)
}

/// The numbers of an argument. Where it is a single value or cell, texts and blanks are `#VALUE!`, even texts that
/// are numbers (stored: `MODE(A1,"1",2,3)`, `MODE(A1,2,B1)` with a blank B1).
fn numbers_of(call: &Call<'_>, argument: usize) -> Result<Vec<f64>> {
    let single = match call.argument(argument) {
        Argument::Array(table) => table.as_single(),
        Argument::Value(cell @ CellRef::Text(_)) => Some(cell),
        _ => None,
    };
    match single.map(CellRef::scalar) {
        Some(Scalar::Number(n)) => Ok(vec![n]),
        Some(Scalar::Error(code)) => Err(code),
        Some(_) => Err(ErrorCode::Value),
        None => call.numbers_of(argument),
    }
}

fn mode(call: &Call<'_>) -> Result<Output> {
    most(call)?.first().copied().map(Output::from).ok_or(ErrorCode::Na)
}

fn modes(call: &Call<'_>) -> Result<Output> {
    let modes = most(call)?;
    let table = Table::from_fn(modes.len(), 1, |row, _| modes.get(row).copied().unwrap_or(0.0));
    Ok(table.ok_or(ErrorCode::Na)?.into())
}
