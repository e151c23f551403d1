//! The arguments of `LINEST` and its like as points: y, and a column per variable.
//!
//! Where y is a column, each column of x is a variable; where it is a row, each row. Where both have the same shape
//! there is one variable (Microsoft, "LINEST function"). Cells that are no number are `#VALUE!`.

use super::float;
use crate::{
    ErrorCode,
    call::{Argument, Call, Result},
    cells::Table,
    semantics::Scalar,
};
use std::borrow::Cow;

/// Variables that are taken: Excel has 64.
const MOST: usize = 1024;

/// How variables stand in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One variable, in whatever shape.
    One,
    /// A column each.
    Columns,
    /// A row each.
    Rows,
}

/// Points.
#[derive(Clone, Debug)]
pub(super) struct Points {
    /// Height and width of y.
    pub(super) shape: (usize, usize),
    pub(super) y: Vec<f64>,
    pub(super) variables: Vec<Vec<f64>>,
    pub(super) layout: Layout,
}

impl Points {
    /// The first two arguments: y, and x or 1, 2, 3 …
    pub(super) fn of(call: &Call<'_>) -> Result<Self> {
        let table = call.array(0)?;
        let y = all_numbers(&table)?;
        let shape = (table.height(), table.width());
        let Some(x) = given(call, 1)? else {
            let variables = vec![counting(y.len())];
            return Ok(Self { shape, y, variables, layout: Layout::One });
        };
        let other = (x.height(), x.width());
        let layout = if shape == other {
            Layout::One
        } else if shape.1 == 1 && other.0 == shape.0 {
            Layout::Columns
        } else if shape.0 == 1 && other.1 == shape.1 {
            Layout::Rows
        } else {
            return Err(ErrorCode::Ref);
        };
        let variables = variables(&x, layout)?;
        if variables.len() > MOST {
            return Err(ErrorCode::Num);
        }
        Ok(Self { shape, y, variables, layout })
    }
}

/// An array that is given, if it is.
pub(super) fn given<'a>(call: &Call<'a>, index: usize) -> Result<Option<Cow<'a, Table>>> {
    match call.argument(index) {
        Argument::Missing | Argument::Empty => Ok(None),
        _ => call.array(index).map(Some),
    }
}

/// 1, 2, 3 …
pub(super) fn counting(count: usize) -> Vec<f64> {
    (1..=count).map(float).collect()
}

/// The variables of a table.
pub(super) fn variables(table: &Table, layout: Layout) -> Result<Vec<Vec<f64>>> {
    let cell = |row, col| number(table.get(row, col).scalar());
    let (height, width) = (table.height(), table.width());
    match layout {
        Layout::One => Ok(vec![all_numbers(table)?]),
        Layout::Columns => {
            (0..width).map(|col| (0..height).map(|row| cell(row, col)).collect()).collect()
        }
        Layout::Rows => {
            (0..height).map(|row| (0..width).map(|col| cell(row, col)).collect()).collect()
        }
    }
}

/// All cells row by row, which must be numbers.
fn all_numbers(table: &Table) -> Result<Vec<f64>> {
    table.iter().map(|cell| number(cell.scalar())).collect()
}

fn number(value: Scalar<'_>) -> Result<f64> {
    match value {
        Scalar::Number(n) => Ok(n),
        Scalar::Error(code) => Err(code),
        _ => Err(ErrorCode::Value),
    }
}
