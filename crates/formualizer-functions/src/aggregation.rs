//! The calculating core of `SUBTOTAL` and `AGGREGATE`.
//!
//! The evaluator leaves out hidden rows and nested subtotals before, so that what comes here are the cells that
//! count. Sources: Microsoft's pages of `SUBTOTAL` and `AGGREGATE`.

use crate::{
    call::Result,
    cells::{CellRef, Table},
    moments,
};
use udf_abi::ErrorCode;

/// What an aggregate leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Rows that are hidden by hand; rows that a filter hides are left out by `SUBTOTAL` always.
    pub hidden: bool,
    /// Cells that hold subtotals and aggregates themselves.
    pub nested: bool,
    /// Cells in error.
    pub errors: bool,
}

/// The aggregate that the first argument of `SUBTOTAL` asks for, 1 to 11 or 101 to 111, and what it leaves out.
///
/// # Errors
///
/// `#VALUE!` for other numbers.
pub fn of_subtotal(function: f64) -> Result<(i64, Ignored)> {
    let ignored = |hidden| Ignored { hidden, nested: true, errors: false };
    match crate::call::whole(function)? {
        number @ 1..=11 => Ok((number, ignored(false))),
        number @ 101..=111 => Ok((number - 100, ignored(true))),
        _ => Err(ErrorCode::Value),
    }
}

/// The aggregate that the first two arguments of `AGGREGATE` ask for, 1 to 19, and what it leaves out.
///
/// # Errors
///
/// `#VALUE!` for other numbers.
pub fn of_aggregate(function: f64, option: f64) -> Result<(i64, Ignored)> {
    let number = crate::call::whole(function)?;
    let option = crate::call::whole(option)?;
    if !(1..=19).contains(&number) || !(0..=7).contains(&option) {
        return Err(ErrorCode::Value);
    }
    let ignored = Ignored {
        hidden: matches!(option, 1 | 3 | 5 | 7),
        nested: option < 4,
        errors: matches!(option, 2 | 3 | 6 | 7),
    };
    Ok((number, ignored))
}

/// Whether an aggregate takes one array and a further argument, its place or part.
#[must_use]
pub fn takes_place(number: i64) -> bool {
    (14..=19).contains(&number)
}

/// The value of an aggregate, 1 to 19, of the cells of tables. `place` is the last argument of 14 to 19: the k of
/// `LARGE`, `SMALL` and `PERCENTILE`, the quarter of `QUARTILE`.
///
/// # Errors
///
/// The first error among the cells, unless `skip_errors` or the aggregate counts; `#VALUE!` for other numbers and
/// where the place is wanting; otherwise what the function of the aggregate gives.
pub fn aggregate(
    number: i64,
    tables: &[&Table],
    place: Option<f64>,
    skip_errors: bool,
) -> Result<f64> {
    if number == 3 {
        let counts = |cell: &CellRef<'_>| match cell {
            CellRef::Blank => false,
            CellRef::Error(..) => !skip_errors,
            _ => true,
        };
        let filled = tables.iter().flat_map(|table| table.columns()).filter(|c| !c.is_blank());
        return Ok(filled.map(|column| column.iter().filter(counts).count()).sum::<usize>() as f64);
    }
    // COUNT passes over errors anyway.
    let numbers = moments::numbers_of_tables(tables, skip_errors || number == 2)?;
    let needed = |value: Option<f64>, error| value.ok_or(error);
    let extreme = |pick: fn(f64, f64) -> f64| numbers.iter().copied().reduce(pick).unwrap_or(0.0);
    match number {
        1 => needed(moments::mean(&numbers), ErrorCode::Div),
        2 => Ok(moments::count(&numbers)),
        4 => Ok(extreme(f64::max)),
        5 => Ok(extreme(f64::min)),
        6 if numbers.is_empty() => Ok(0.0),
        6 => Ok(numbers.iter().product()),
        7 => needed(moments::variance_of_sample(&numbers).map(f64::sqrt), ErrorCode::Div),
        8 => needed(moments::variance_of_population(&numbers).map(f64::sqrt), ErrorCode::Div),
        9 => Ok(moments::sum(&numbers)),
        10 => needed(moments::variance_of_sample(&numbers), ErrorCode::Div),
        11 => needed(moments::variance_of_population(&numbers), ErrorCode::Div),
        12 => needed(moments::percentile_inc(&moments::sorted(numbers), 0.5), ErrorCode::Num),
        13 => needed(moments::mode(&numbers), ErrorCode::Na),
        14..=19 => {
            let place = needed(place, ErrorCode::Value)?;
            needed(placed(number, &moments::sorted(numbers), place), ErrorCode::Num)
        }
        _ => Err(ErrorCode::Value),
    }
}

/// Aggregates 14 to 19 of ascending numbers.
fn placed(number: i64, ascending: &[f64], place: f64) -> Option<f64> {
    let nth = |n: f64| {
        let within = n >= 1.0 && n <= moments::count(ascending);
        within.then(|| ascending.get(n as usize - 1).copied()).flatten()
    };
    match number {
        14 => nth(moments::count(ascending) + 1.0 - place.ceil()),
        15 => nth(place.floor()),
        16 => moments::percentile_inc(ascending, place),
        17 => moments::percentile_inc(ascending, place.trunc() / 4.0),
        18 => moments::percentile_exc(ascending, place),
        _ => moments::percentile_exc(ascending, place.trunc() / 4.0),
    }
}
