//! Descriptive statistics: counts, averages, spreads, orders, ranks, and what two columns have to do with each
//! other.
//!
//! Numbers are taken as [`Call::each_number`] visits them: in arrays and cells the numbers alone, in the formula
//! also logical values and texts that are numbers. The functions whose name ends in `A` take a text in a cell for 0
//! and a logical value there for 0 or 1. Means and spreads are worked out in two passes, as Excel has done since
//! 2003 (Microsoft, KB 828888 and KB 826349).

pub(super) mod averages;
pub(super) mod choices;
pub(super) mod counts;
pub(super) mod extremes;
pub(super) mod modes;
pub(super) mod order;
pub(super) mod pairs;
pub(super) mod ranks;
pub(super) mod shape;
mod sorted;
pub(super) mod spread;

use crate::{
    call::{Argument, Call, Result, each_number},
    cells::{CellRef, Cells},
    semantics::Scalar,
};

/// A count as a number: counts of cells are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of cells are far below 2^53")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// A number that is not negative as an index; what is too large is the largest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and NaN is 0"
)]
pub(super) fn index(number: f64) -> usize {
    number as usize
}

/// Visits the values of all arguments as `AVERAGEA` takes them: in arrays and cells a text is 0, a logical value in
/// cells 0 or 1 and in an array nothing (stored values), a blank nothing.
fn each_value(call: &Call<'_>, mut visit: impl FnMut(f64)) -> Result<()> {
    for index in 0..call.len() {
        match call.argument(index) {
            Argument::Array(table) if !table.is_reference() => {
                let counted = table.iter().filter(|cell| !matches!(cell, CellRef::Logical(_)));
                counted.into_iter().try_for_each(|cell| value_of(cell, &mut visit))?;
            }
            Argument::Array(table) => match table.columns() {
                [column] => each_value_of(column, &mut visit)?,
                _ => table.iter().try_for_each(|cell| value_of(cell, &mut visit))?,
            },
            Argument::Missing => {}
            _ => visit(call.number(index)?),
        }
    }
    Ok(())
}

fn each_value_of(column: &Cells, visit: &mut impl FnMut(f64)) -> Result<()> {
    match column {
        Cells::Blank(_) => {}
        Cells::Numbers(..) => each_number(column, visit)?,
        Cells::Logicals(array) => {
            array.iter().flatten().for_each(|b| visit(f64::from(u8::from(b))));
        }
        Cells::Texts(array) => array.iter().flatten().for_each(|_| visit(0.0)),
        Cells::Mixed(_) => column.iter().try_for_each(|cell| value_of(cell, visit))?,
    }
    Ok(())
}

fn value_of(cell: CellRef<'_>, visit: &mut impl FnMut(f64)) -> Result<()> {
    match cell.scalar() {
        Scalar::Blank => {}
        Scalar::Number(n) => visit(n),
        Scalar::Logical(b) => visit(f64::from(u8::from(b))),
        Scalar::Text(_) => visit(0.0),
        Scalar::Error(code) => return Err(code),
    }
    Ok(())
}
