//! Least squares by QR: Householder reflections with the longest remaining column first (Golub and Van Loan,
//! "Matrix Computations", 5.4; Microsoft, KB 828533, says that `LINEST` does so).
//!
//! With a constant, columns and y are taken as distances from their means. A column that depends on others is left
//! out, and its coefficient and standard error are 0.

use super::float;
use crate::{ErrorCode, call::Result};
use udf_columnar::CancelToken;

/// What is left of a column that depends on others, as a share of its length.
const NOTHING: f64 = 1e-10;

/// A plane through points.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    /// A coefficient per variable.
    pub(super) slopes: Vec<f64>,
    /// The value where all variables are 0.
    pub(super) constant: f64,
    /// Standard errors of the coefficients, but for the scale: see [`Fit::error`].
    errors: Vec<f64>,
    /// The same of the constant; `None` where it is 0 by order.
    constant_error: Option<f64>,
    /// The squared distances of the points from the plane.
    pub(super) rest: f64,
    /// What the plane explains of the squares of y.
    pub(super) explained: f64,
    /// Points that are left over.
    pub(super) freedom: f64,
    /// Variables that count.
    pub(super) rank: usize,
}

impl Fit {
    /// The plane through points: `columns` are the variables.
    ///
    /// # Errors
    ///
    /// `#CANCELLED!` where that was asked for, `#NUM!` where numbers are too large.
    pub(super) fn new(
        y: &[f64],
        columns: &[Vec<f64>],
        constant: bool,
        cancel: &CancelToken,
    ) -> Result<Self> {
        let n = y.len();
        let mean = |values: &[f64]| {
            if constant { values.iter().sum::<f64>() / float(n) } else { 0.0 }
        };
        let centred =
            |values: &[f64], mean: f64| -> Vec<f64> { values.iter().map(|v| v - mean).collect() };
        let (y_mean, means) =
            (mean(y), columns.iter().map(|column| mean(column)).collect::<Vec<_>>());
        let mut y = centred(y, y_mean);
        let mut work: Vec<Column> = columns
            .iter()
            .zip(&means)
            .enumerate()
            .map(|(variable, (column, mean))| {
                let values = centred(column, *mean);
                let length = norm(&values);
                // Distances that are but noise of the numbers.
                let constant = length <= norm(column) * 1e-14;
                Column { variable, values, length: if constant { 0.0 } else { length } }
            })
            .filter(|column| column.length > 0.0)
            .collect();
        let mut kept: Vec<Column> = Vec::new();
        while kept.len() < n {
            if cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled);
            }
            let rank = kept.len();
            work.retain(|column| column.remains(rank) > NOTHING * column.length);
            let longest = work
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.remains(rank).total_cmp(&b.1.remains(rank)).then(b.0.cmp(&a.0)))
                .map(|(at, _)| at);
            let Some(at) = longest else { break };
            let mut column = work.remove(at);
            let Some(reflection) = Reflection::new(&mut column.values, rank) else { break };
            for other in &mut work {
                reflection.apply(&mut other.values);
            }
            reflection.apply(&mut y);
            kept.push(column);
        }
        let rank = kept.len();
        let (explained, rest) = y.split_at(rank);
        let squares = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
        let mut fit = Self {
            slopes: vec![0.0; columns.len()],
            constant: y_mean,
            errors: vec![0.0; columns.len()],
            constant_error: None,
            rest: squares(rest),
            explained: squares(explained),
            freedom: float(n) - float(rank) - f64::from(u8::from(constant)),
            rank,
        };
        let solved = solve(&kept, explained);
        for (column, slope) in kept.iter().zip(&solved) {
            if let Some(place) = fit.slopes.get_mut(column.variable) {
                *place = *slope;
            }
        }
        for (slope, mean) in fit.slopes.iter().zip(&means) {
            fit.constant -= slope * mean;
        }
        // The inverse of R, a column at a time: the squares of its rows are the variances.
        let mut of_constant = if constant { 1.0 / float(n) } else { 0.0 };
        for unit in 0..rank {
            let mut side = vec![0.0; rank];
            if let Some(one) = side.get_mut(unit) {
                *one = 1.0;
            }
            let mut along = 0.0;
            for (column, part) in kept.iter().zip(solve(&kept, &side)) {
                if let Some(place) = fit.errors.get_mut(column.variable) {
                    *place += part * part;
                }
                along += part * means.get(column.variable).copied().unwrap_or(0.0);
            }
            of_constant += along * along;
        }
        fit.errors.iter_mut().for_each(|error| *error = error.sqrt());
        fit.constant_error = constant.then(|| of_constant.sqrt());
        Ok(fit)
    }

    /// The standard error of y.
    pub(super) fn deviation(&self) -> f64 {
        if self.freedom > 0.0 { (self.rest / self.freedom).sqrt() } else { 0.0 }
    }

    /// The standard error of a coefficient.
    pub(super) fn error(&self, variable: usize) -> f64 {
        self.errors.get(variable).copied().unwrap_or(0.0) * self.deviation()
    }

    /// The standard error of the constant.
    pub(super) fn constant_error(&self) -> Option<f64> {
        self.constant_error.map(|error| error * self.deviation())
    }

    /// The value of the plane.
    pub(super) fn at(&self, variables: impl Iterator<Item = f64>) -> f64 {
        self.slopes.iter().zip(variables).fold(self.constant, |sum, (slope, x)| sum + slope * x)
    }
}

/// A variable on its way to R.
struct Column {
    variable: usize,
    values: Vec<f64>,
    /// How long it was.
    length: f64,
}

impl Column {
    /// How long it is without the first rows.
    fn remains(&self, rows: usize) -> f64 {
        norm(self.values.get(rows..).unwrap_or_default())
    }
}

/// A reflection that leaves the first rows alone and turns a column onto an axis.
struct Reflection {
    from: usize,
    vector: Vec<f64>,
    scale: f64,
}

impl Reflection {
    /// The reflection of a column, which is reflected.
    fn new(values: &mut [f64], from: usize) -> Option<Self> {
        let mut vector = values.get(from..)?.to_vec();
        let length = norm(&vector);
        let first = vector.first_mut()?;
        let target = if *first > 0.0 { -length } else { length };
        *first -= target;
        let squares: f64 = vector.iter().map(|v| v * v).sum();
        let (head, tail) = values.get_mut(from..)?.split_first_mut()?;
        *head = target;
        tail.fill(0.0);
        (squares > 0.0 && squares.is_finite()).then_some(Self {
            from,
            vector,
            scale: 2.0 / squares,
        })
    }

    fn apply(&self, values: &mut [f64]) {
        let Some(values) = values.get_mut(self.from..) else { return };
        let along: f64 = values.iter().zip(&self.vector).map(|(a, b)| a * b).sum::<f64>();
        let along = along * self.scale;
        values.iter_mut().zip(&self.vector).for_each(|(value, v)| *value -= along * v);
    }
}

/// The solution of R x = side, where R's columns stand in `kept`.
fn solve(kept: &[Column], side: &[f64]) -> Vec<f64> {
    let mut solution = side.to_vec();
    for at in (0..kept.len()).rev() {
        let Some(column) = kept.get(at) else { continue };
        let pivot = column.values.get(at).copied().unwrap_or(1.0);
        let (above, from) = solution.split_at_mut(at);
        let Some(found) = from.first_mut() else { continue };
        *found /= pivot;
        above.iter_mut().zip(&column.values).for_each(|(value, r)| *value -= *found * r);
    }
    solution
}

/// The length of a column, scaled so that squares neither overflow nor vanish.
fn norm(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    if (1e-140..1e140).contains(&largest) {
        return values.iter().map(|v| v * v).sum::<f64>().sqrt();
    }
    values.iter().map(|v| (v / largest) * (v / largest)).sum::<f64>().sqrt() * largest
}
