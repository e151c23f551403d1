//! Matrices.
//!
//! A cell that is blank, a text or a logical value makes the whole result `#VALUE!`. Determinants and inverses
//! come from a decomposition into triangles with partial pivoting (Golub and Van Loan, "Matrix Computations").

use crate::{
    call::{Call, Output, Result},
    cells::{Cells, NumberKind, Table},
    lift::MAX_ARRAY_CELLS,
    record::{Kernel, Record, array, value},
    semantics::Scalar,
};
use arrow_array::{Array as _, Float64Array};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "MDETERM",
        &[array("array")],
        Kernel::OfRow(determinant),
        "The determinant of a matrix.",
    )
    .of_arrays(),
    Record::new("MINVERSE", &[array("array")], Kernel::OfRow(inverse), "The inverse of a matrix.")
        .giving_arrays()
        .of_arrays(),
    Record::new(
        "MMULT",
        &[array("array1"), array("array2")],
        Kernel::OfRow(product),
        "The product of two matrices.",
    )
    .giving_arrays()
    .of_arrays(),
    Record::new("MUNIT", &[value("dimension")], Kernel::OfRow(unit), "The unit matrix of a size.")
        .giving_arrays()
        .future(),
    Record::new(
        "TRANSPOSE",
        &[array("array")],
        Kernel::OfRow(transposed),
        "Rows as columns and columns as rows.",
    )
    .giving_arrays()
    .of_arrays(),
];

/// Numbers in columns.
struct Matrix {
    height: usize,
    columns: Vec<Vec<f64>>,
}

impl Matrix {
    fn of(call: &Call<'_>, index: usize) -> Result<Self> {
        let table = call.array(index)?;
        let columns = table.columns().iter().map(numbers).collect::<Result<_>>()?;
        Ok(Self { height: table.height(), columns })
    }

    fn square(call: &Call<'_>, index: usize) -> Result<Self> {
        let matrix = Self::of(call, index)?;
        if matrix.height == matrix.columns.len() { Ok(matrix) } else { Err(ErrorCode::Value) }
    }
}

/// The numbers of a column that holds nothing else.
fn numbers(column: &Cells) -> Result<Vec<f64>> {
    match column {
        Cells::Numbers(_, array) if array.null_count() == 0 => Ok(array.values().to_vec()),
        _ => column
            .iter()
            .map(|cell| match cell.scalar() {
                Scalar::Number(n) => Ok(n),
                Scalar::Error(code) => Err(code),
                _ => Err(ErrorCode::Value),
            })
            .collect(),
    }
}

/// A table of columns of numbers; a number that is not finite makes the whole `#NUM!`.
fn table(columns: Vec<Vec<f64>>) -> Result<Output> {
    if columns.iter().flatten().any(|n| !n.is_finite()) {
        return Err(ErrorCode::Num);
    }
    let column = |numbers: Vec<f64>| {
        Cells::Numbers(NumberKind::Number, Float64Array::new(numbers.into(), None))
    };
    let table = Table::try_new(columns.into_iter().map(column).collect());
    Ok(table.ok_or(ErrorCode::Calc)?.into())
}

/// Adds a multiple of a column to another.
fn add_multiple(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

fn check_cancel(call: &Call<'_>) -> Result<()> {
    if call.context().cancel.is_cancelled() { Err(ErrorCode::Cancelled) } else { Ok(()) }
}

/// Column by column of the second matrix, so that the inner loop runs along columns.
fn product(call: &Call<'_>) -> Result<Output> {
    let (a, b) = (Matrix::of(call, 0)?, Matrix::of(call, 1)?);
    if a.columns.len() != b.height || a.height.saturating_mul(b.columns.len()) > MAX_ARRAY_CELLS {
        return Err(ErrorCode::Value);
    }
    let mut columns = Vec::with_capacity(b.columns.len());
    for factors in &b.columns {
        check_cancel(call)?;
        let mut column = vec![0.0; a.height];
        for (factor, from) in factors.iter().zip(&a.columns) {
            add_multiple(&mut column, *factor, from);
        }
        columns.push(column);
    }
    table(columns)
}

/// Triangles of a square matrix, its rows exchanged.
struct Triangles {
    /// Below the diagonal the factors of the elimination, from it on what is left, in columns.
    columns: Vec<Vec<f64>>,
    /// Which row each step took its pivot from.
    pivots: Vec<usize>,
    /// The determinant, 0 where the matrix is singular.
    determinant: f64,
}

fn triangles(call: &Call<'_>, matrix: Matrix) -> Result<Triangles> {
    let mut columns = matrix.columns;
    let size = columns.len();
    let (mut pivots, mut determinant) = (Vec::with_capacity(size), 1.0);
    for step in 0..size {
        check_cancel(call)?;
        let (done, rest) = columns.split_at_mut(step + 1);
        let Some(column) = done.last_mut() else { break };
        let below = column.iter().enumerate().skip(step);
        let largest = below.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)));
        let Some((from, pivot)) = largest.map(|(row, pivot)| (row, *pivot)) else { break };
        if pivot == 0.0 {
            return Ok(Triangles { columns, pivots, determinant: 0.0 });
        }
        pivots.push(from);
        determinant *= if from == step { pivot } else { -pivot };
        column.swap(step, from);
        column.iter_mut().skip(step + 1).for_each(|n| *n /= pivot);
        let (_, factors) = column.split_at(step + 1);
        for other in rest {
            other.swap(step, from);
            let (above, below) = other.split_at_mut(step + 1);
            let factor = above.last().copied().unwrap_or(0.0);
            if factor != 0.0 {
                add_multiple(below, -factor, factors);
            }
        }
        // The factors of earlier steps are exchanged as well.
        for earlier in columns.iter_mut().take(step) {
            earlier.swap(step, from);
        }
    }
    Ok(Triangles { columns, pivots, determinant })
}

fn determinant(call: &Call<'_>) -> Result<Output> {
    let matrix = Matrix::square(call, 0)?;
    Ok((triangles(call, matrix)?.determinant + 0.0).into())
}

fn inverse(call: &Call<'_>) -> Result<Output> {
    let matrix = Matrix::square(call, 0)?;
    let size = matrix.height;
    let Triangles { columns, pivots, .. } = triangles(call, matrix)?;
    // A determinant may be too small for a double without the matrix being singular.
    if pivots.len() < size {
        return Err(ErrorCode::Num);
    }
    let mut inverse = Vec::with_capacity(size);
    for unit in 0..size {
        check_cancel(call)?;
        let mut x = vec![0.0; size];
        if let Some(one) = x.get_mut(unit) {
            *one = 1.0;
        }
        for (step, from) in pivots.iter().enumerate() {
            x.swap(step, *from);
        }
        for (step, column) in columns.iter().enumerate() {
            let (above, below) = x.split_at_mut(step + 1);
            let factor = above.last().copied().unwrap_or(0.0);
            if factor != 0.0 {
                add_multiple(below, -factor, column.get(step + 1..).unwrap_or(&[]));
            }
        }
        for (step, column) in columns.iter().enumerate().rev() {
            let (above, from) = x.split_at_mut(step);
            let (Some(last), Some(pivot)) = (from.first_mut(), column.get(step)) else { continue };
            *last /= *pivot;
            add_multiple(above, -*last, column);
        }
        x.iter_mut().for_each(|n| *n += 0.0);
        inverse.push(x);
    }
    table(inverse)
}

fn unit(call: &Call<'_>) -> Result<Output> {
    let size = usize::try_from(call.integer(0)?).map_err(|_| ErrorCode::Value)?;
    if size == 0 || size.saturating_mul(size) > MAX_ARRAY_CELLS {
        return Err(ErrorCode::Value);
    }
    let column = |at: usize| (0..size).map(|row| f64::from(u8::from(row == at))).collect();
    table((0..size).map(column).collect())
}

fn transposed(call: &Call<'_>) -> Result<Output> {
    let table = call.array(0)?;
    let turned =
        Table::of_cells(table.width(), table.height(), |row, column| table.get(column, row));
    Ok(turned.ok_or(ErrorCode::Calc)?.into())
}
