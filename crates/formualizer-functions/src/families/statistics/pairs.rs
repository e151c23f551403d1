//! What two columns have to do with each other: `CORREL`, `PEARSON`, `RSQ`, `COVAR` and its like. Also the pairs
//! that lines are laid through.
//!
//! A pair counts where both are numbers. Sums are taken of distances from the means (Microsoft, KB 828129).

use super::float;
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result, each_number},
    cells::{Cells, Table},
    record::{Kernel, Parameter, array},
    semantics::Scalar,
};
use arrow_array::Array as _;

const ARRAYS: &[Parameter] = &[array("array1"), array("array2")];
const KNOWN: &[Parameter] = &[array("known_y's"), array("known_x's")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("CORREL", ARRAYS, Kernel::OfRow(correlation), "The correlation of two columns.")
        .of_arrays(),
    Record::new("PEARSON", ARRAYS, Kernel::OfRow(correlation), "The correlation of two columns.")
        .of_arrays(),
    Record::new(
        "RSQ",
        KNOWN,
        Kernel::OfRow(squared_correlation),
        "The square of the correlation of two columns.",
    )
    .of_arrays(),
    Record::new("COVAR", ARRAYS, Kernel::OfRow(covariance), "The covariance of a population.")
        .of_arrays(),
    Record::new(
        "COVARIANCE.P",
        ARRAYS,
        Kernel::OfRow(covariance),
        "The covariance of a population.",
    )
    .of_arrays()
    .future(),
    Record::new(
        "COVARIANCE.S",
        ARRAYS,
        Kernel::OfRow(sample_covariance),
        "The covariance of a sample.",
    )
    .of_arrays()
    .future(),
];

/// Pairs of numbers, summed up.
#[derive(Clone, Copy, Debug)]
pub(in crate::families) struct Pairs {
    /// How many.
    pub(in crate::families) count: usize,
    /// The mean of the first numbers.
    pub(in crate::families) mean_a: f64,
    /// The mean of the second numbers.
    pub(in crate::families) mean_b: f64,
    /// The squared distances of the first numbers from their mean.
    pub(in crate::families) squares_a: f64,
    /// The squared distances of the second numbers from their mean.
    pub(in crate::families) squares_b: f64,
    /// The products of both distances.
    pub(in crate::families) products: f64,
}

impl Pairs {
    /// The pairs of two arguments: `#N/A` where they have unlike counts of cells, `#DIV/0!` where no pair is of
    /// numbers.
    pub(in crate::families) fn of(call: &Call<'_>, a: usize, b: usize) -> Result<Self> {
        let (a, b) = (call.array(a)?, call.array(b)?);
        if a.height() * a.width() != b.height() * b.width() {
            return Err(ErrorCode::Na);
        }
        if let ([a], [b]) = (a.columns(), b.columns())
            && let (Some(a), Some(b)) = (plain(a), plain(b))
        {
            return Self::of_numbers(a, b);
        }
        error_in(&a)?;
        error_in(&b)?;
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for (a, b) in a.iter().zip(b.iter()) {
            if let (Scalar::Number(a), Scalar::Number(b)) = (a.scalar(), b.scalar()) {
                first.push(a);
                second.push(b);
            }
        }
        Self::of_numbers(&first, &second)
    }

    fn of_numbers(a: &[f64], b: &[f64]) -> Result<Self> {
        let (mean_a, mean_b) = (super::averages::mean(a)?, super::averages::mean(b)?);
        let (mut squares_a, mut squares_b, mut products) = (0.0, 0.0, 0.0);
        for (a, b) in a.iter().zip(b) {
            let (a, b) = (a - mean_a, b - mean_b);
            squares_a += a * a;
            squares_b += b * b;
            products += a * b;
        }
        Ok(Self { count: a.len(), mean_a, mean_b, squares_a, squares_b, products })
    }

    fn correlation(&self) -> Result<f64> {
        if self.squares_a == 0.0 || self.squares_b == 0.0 {
            return Err(ErrorCode::Div);
        }
        // One root of the product is nearer, where that can be held.
        let product = self.squares_a * self.squares_b;
        let scale = if (1e-290..1e290).contains(&product) {
            product.sqrt()
        } else {
            self.squares_a.sqrt() * self.squares_b.sqrt()
        };
        Ok((self.products / scale).clamp(-1.0, 1.0))
    }
}

/// The numbers of a column that has nothing else.
fn plain(column: &Cells) -> Option<&[f64]> {
    match column {
        Cells::Numbers(_, array) if array.null_count() == 0 => Some(array.values()),
        _ => None,
    }
}

fn error_in(table: &Table) -> Result<()> {
    for column in table.columns() {
        if matches!(column, Cells::Mixed(_)) {
            each_number(column, &mut |_| {})?;
        }
    }
    Ok(())
}

fn correlation(call: &Call<'_>) -> Result<Output> {
    Ok(Pairs::of(call, 0, 1)?.correlation()?.into())
}

fn squared_correlation(call: &Call<'_>) -> Result<Output> {
    let correlation = Pairs::of(call, 0, 1)?.correlation()?;
    Ok((correlation * correlation).into())
}

fn covariance(call: &Call<'_>) -> Result<Output> {
    let pairs = Pairs::of(call, 0, 1)?;
    Ok((pairs.products / float(pairs.count)).into())
}

fn sample_covariance(call: &Call<'_>) -> Result<Output> {
    let pairs = Pairs::of(call, 0, 1)?;
    if pairs.count < 2 {
        return Err(ErrorCode::Div);
    }
    Ok((pairs.products / (float(pairs.count) - 1.0)).into())
}
