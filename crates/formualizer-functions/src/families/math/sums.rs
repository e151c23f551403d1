//! Sums and products of arrays.
//!
//! Columns of numbers are summed as slices, from top to bottom and from left to right.

use crate::{
    call::{Call, Output, Result, number},
    cells::{CellRef, Cells, Table},
    moments::{dense_column, each_slice_of, first_error},
    record::{Kernel, Parameter, Record, array, value},
    semantics::{Scalar, arithmetic},
};
use arrow_array::Array as _;
use std::borrow::Cow;
use udf_abi::ErrorCode;

const NUMBERS: &[Parameter] = &[array("number1"), array("number2").optional()];
const ARRAYS: &[Parameter] = &[array("array1"), array("array2").optional()];
const PAIRS: &[Parameter] = &[array("array_x"), array("array_y")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("PRODUCT", NUMBERS, Kernel::OfRow(product), "The product of all numbers.")
        .repeating(1),
    Record::new(
        "SERIESSUM",
        &[value("x"), value("n"), value("m"), array("coefficients")],
        Kernel::OfRow(series_sum),
        "The sum of a power series.",
    ),
    Record::new("SUM", NUMBERS, Kernel::OfRow(sum), "The sum of all numbers.").repeating(1),
    Record::new(
        "SUMPRODUCT",
        ARRAYS,
        Kernel::OfRow(sum_product),
        "The sum of the products of corresponding numbers.",
    )
    .of_arrays()
    .repeating(1),
    Record::new(
        "SUMSQ",
        NUMBERS,
        Kernel::OfRow(sum_of_squares),
        "The sum of the squares of all numbers.",
    )
    .repeating(1),
    Record::new(
        "SUMX2MY2",
        PAIRS,
        Kernel::OfRow(|call| of_pairs(call, |x, y| x * x - y * y)),
        "The sum of the differences of squares of pairs.",
    )
    .of_arrays(),
    Record::new(
        "SUMX2PY2",
        PAIRS,
        Kernel::OfRow(|call| of_pairs(call, |x, y| x * x + y * y)),
        "The sum of the squares of pairs.",
    )
    .of_arrays(),
    Record::new(
        "SUMXMY2",
        PAIRS,
        Kernel::OfRow(|call| of_pairs(call, |x, y| (x - y) * (x - y))),
        "The sum of the squares of differences of pairs.",
    )
    .of_arrays(),
];

/// Folds the numbers of all arguments, a slice at a time.
fn fold(call: &Call<'_>, start: f64, step: impl Fn(f64, f64) -> f64) -> Result<(f64, bool)> {
    let (mut total, mut any) = (start, false);
    for index in 0..call.len() {
        each_slice_of(call, index, &mut |numbers| {
            any |= !numbers.is_empty();
            total = numbers.iter().fold(total, |total, n| step(total, *n));
        })?;
    }
    Ok((total, any))
}

fn sum(call: &Call<'_>) -> Result<Output> {
    Ok(fold(call, 0.0, |total, n| total + n)?.0.into())
}

fn sum_of_squares(call: &Call<'_>) -> Result<Output> {
    Ok(fold(call, 0.0, |total, n| total + n * n)?.0.into())
}

/// Without any number it is 0.
fn product(call: &Call<'_>) -> Result<Output> {
    let (product, any) = fold(call, 1.0, |total, n| total * n)?;
    Ok(if any { product } else { 0.0 }.into())
}

/// All arrays have one size; what is no number counts 0, but a text as the only cell is `#VALUE!` (stored).
fn sum_product(call: &Call<'_>) -> Result<Output> {
    let tables: Vec<Cow<'_, Table>> =
        (0..call.len()).map(|at| call.array(at)).collect::<Result<_>>()?;
    let Some((first, others)) = tables.split_first() else { return Err(ErrorCode::Value) };
    let size = (first.height(), first.width());
    if others.iter().any(|table| (table.height(), table.width()) != size) {
        return Err(ErrorCode::Value);
    }
    if size == (1, 1) && tables.iter().any(|table| matches!(table.get(0, 0), CellRef::Text(_))) {
        return Err(ErrorCode::Value);
    }
    // An error counts wherever it stands, the first one in the first array.
    for table in &tables {
        for column in table.columns() {
            if let Some(error) = first_error(column) {
                return Err(error);
            }
        }
    }
    let mut total = 0.0;
    for (at, column) in first.columns().iter().enumerate() {
        let others: Option<Vec<&Cells>> =
            others.iter().map(|table| table.columns().get(at)).collect();
        let Some(others) = others else { return Err(ErrorCode::Value) };
        if column.is_blank() || others.iter().any(|column| column.is_blank()) {
            continue;
        }
        let first = dense_column(column);
        match others.as_slice() {
            [] => total = first.iter().fold(total, |total, n| total + n),
            [second] => {
                let second = dense_column(second);
                total = first.iter().zip(&*second).fold(total, |total, (a, b)| total + a * b);
            }
            [second, rest @ ..] => {
                let second = dense_column(second);
                let mut products: Vec<f64> =
                    first.iter().zip(&*second).map(|(a, b)| a * b).collect();
                for column in rest {
                    let column = dense_column(column);
                    products.iter_mut().zip(&*column).for_each(|(a, b)| *a *= b);
                }
                total = products.iter().fold(total, |total, n| total + n);
            }
        }
    }
    Ok(total.into())
}

/// Sums a function of pairs; pairs without two numbers are passed over, and without any pair the result is
/// `#DIV/0!` (stored). Arrays with unlike counts of cells are `#N/A`.
fn of_pairs(call: &Call<'_>, term: impl Fn(f64, f64) -> f64) -> Result<Output> {
    let (xs, ys) = (call.array(0)?, call.array(1)?);
    if xs.height() * xs.width() != ys.height() * ys.width() {
        return Err(ErrorCode::Na);
    }
    if let (Some(xs), Some(ys)) = (only_numbers(&xs), only_numbers(&ys)) {
        let pairs = xs.iter().zip(ys);
        return Ok(pairs.fold(0.0, |total, (x, y)| total + term(*x, *y)).into());
    }
    let (mut total, mut any) = (0.0, false);
    for (x, y) in xs.iter().zip(ys.iter()) {
        match (x.scalar(), y.scalar()) {
            (Scalar::Error(code), _) | (_, Scalar::Error(code)) => return Err(code),
            (Scalar::Number(x), Scalar::Number(y)) => {
                total += term(x, y);
                any = true;
            }
            _ => {}
        }
    }
    if any { Ok(total.into()) } else { Err(ErrorCode::Div) }
}

/// The cells of a table of one column that holds nothing but numbers.
fn only_numbers(table: &Table) -> Option<&[f64]> {
    match table.columns() {
        [Cells::Numbers(_, array)] if array.null_count() == 0 => Some(array.values()),
        _ => None,
    }
}

/// a₁·xⁿ + a₂·xⁿ⁺ᵐ + …; a coefficient that is no number is `#VALUE!`, a blank 0.
fn series_sum(call: &Call<'_>) -> Result<Output> {
    let (x, n, m) = (call.required_number(0)?, call.required_number(1)?, call.required_number(2)?);
    let (mut total, mut step) = (0.0, 0.0);
    for cell in call.array(3)?.iter() {
        let coefficient = match cell.scalar() {
            Scalar::Logical(_) => return Err(ErrorCode::Value),
            value => number(value, call.rules())?,
        };
        if coefficient != 0.0 {
            let power = arithmetic::power(x, n + step * m).map_err(|_| ErrorCode::Num)?;
            total += coefficient * power;
        }
        step += 1.0;
    }
    Ok(total.into())
}
