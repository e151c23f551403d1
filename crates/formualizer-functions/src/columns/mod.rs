//! Functions called alone: over columns, without a workbook.
//!
//! ```
//! use arrow_array::{Float64Array, cast::AsArray, types::Float64Type};
//! use formualizer_functions::columns::{Function, Options, Shape};
//! use std::sync::Arc;
//! use udf_columnar::Argument;
//!
//! let prices = Argument::column(Arc::new(Float64Array::from(vec![1.25, 2.5])))?;
//! let round = Function::find("round")?;
//! let digits = Argument::scalar(Arc::new(Float64Array::from(vec![1.0])))?;
//! let answer = round.call(vec![prices, digits], &Options::default())?;
//! assert_eq!(answer.shape, Shape::Rows);
//! assert_eq!(answer.columns[0].array().as_primitive::<Float64Type>().values(), &[1.3, 2.5]);
//! # Ok::<(), udf_columnar::Error>(())
//! ```
//!
//! | argument | a parameter of one value | a parameter of an array or of cells |
//! |---|---|---|
//! | a value | the same for all rows | one cell |
//! | a column | a value a row: the function is called row by row | its cells, one below the other |
//! | columns | called for each cell: a column for each | a table |
//!
//! Columns that are taken row by row have equal lengths. Null and NaN are blank cells; dates are serial numbers, and
//! what a function gives as a date comes back as one. `AND`, `OR` and `XOR` take columns row by row, and columns
//! together whole.
//!
//! | module | what it does |
//! |---|---|
//! | `signature` | what a function takes, in the words of a plugin's manifest |
//! | `input` | arguments as operands |
//! | `run` | calls, in parts side by side |
//! | `output` | what they give as columns |
//! | `named` | functions as arguments of functions, by name |
//!
//! Deliberately absent: what needs a cell, a sheet or another program; `LAMBDA` and `LET`.

mod input;
mod named;
mod output;
mod run;
mod signature;
#[cfg(test)]
mod tests;

use crate::{
    eager,
    families::{all, find},
    record::{Kernel, Record},
};
use udf_columnar::{CancelToken, Column, Error, ErrorKind};

/// Most names that an unknown one is answered with.
const NEAR_NAMES: usize = 3;
/// How alike names are that are near, of 1.
const NEAR: f64 = 0.75;

/// A function of Excel that can be called alone.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    record: &'static Record,
    /// What is evaluated: the record, or what stands for it where all arguments are there.
    evaluated: &'static Record,
}

/// How a function is called.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that a call uses, those of the rayon pool that the caller is in; results do not depend on it. 1 stays
    /// on the calling thread.
    pub threads: usize,
    /// What random numbers are made of: the same seed gives the same numbers.
    pub seed: u64,
    /// What `NOW` and `TODAY` take for the local time, microseconds since 1970-01-01T00:00:00.
    pub now_us: i64,
    /// Ends calls from outside.
    pub cancel: CancelToken,
}

impl Default for Options {
    /// As many threads as the pool has, seed 0, and a clock that stands at 1970.
    fn default() -> Self {
        let threads = rayon::current_num_threads();
        Self { threads, seed: 0, now_us: 0, cancel: CancelToken::new() }
    }
}

/// What a call gives.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How many rows and columns there are, and why.
    pub shape: Shape,
    /// Columns of equal length, in which rows that are errors are in error.
    pub columns: Vec<Column>,
}

/// What a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One column with a value for each row of the arguments.
    Rows,
    /// One column of one row.
    Value,
    /// Columns.
    Table,
}

impl Function {
    /// The function of a name, in any case. `_` stands for the `.` of names, which many languages do not have in theirs,
    /// and at the end for nothing, so that `and_` is no keyword.
    ///
    /// # Errors
    ///
    /// [`UnknownFunction`](ErrorKind::UnknownFunction) with near names, and [`Unsupported`](ErrorKind::Unsupported)
    /// where it cannot be called alone, with why.
    pub fn find(name: &str) -> Result<Self, Error> {
        let plain = name.strip_suffix('_').unwrap_or(name).replace('_', ".");
        let record = find(&plain).ok_or_else(|| unknown(name, &plain.to_ascii_uppercase()))?;
        Self::of(record).ok_or_else(|| {
            let why = match record.kernel {
                Kernel::Kept => {
                    "is answered by other programs or services, which nothing here asks"
                }
                _ if matches!(record.name, "LET" | "LAMBDA" | "ISOMITTED") => {
                    "is a part of formulas: write what it calculates in the host's language, or in a formula of a workbook"
                }
                _ => "needs the cells of a workbook: use it in a formula of one",
            };
            Error::new(ErrorKind::Unsupported, format!("{} {why}", record.name))
        })
    }

    fn of(record: &'static Record) -> Option<Self> {
        let evaluated = match record.kernel {
            Kernel::Kept => return None,
            Kernel::Evaluator => eager::of(record)?,
            _ => record,
        };
        Some(Self { record, evaluated })
    }

    /// All that can be called alone, a family after the other.
    pub fn all() -> impl Iterator<Item = Self> {
        all().filter_map(Self::of)
    }

    /// The name, in capitals.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.record.name
    }

    /// What is known of the function.
    #[must_use]
    pub fn record(&self) -> &'static Record {
        self.record
    }
}

fn unknown(wanted: &str, key: &str) -> Error {
    let mut near: Vec<(f64, &str)> = Function::all()
        .map(|function| (strsim::jaro_winkler(function.name(), key), function.name()))
        .filter(|(likeness, _)| *likeness > NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let names: Vec<&str> = near.iter().take(NEAR_NAMES).map(|(_, name)| *name).collect();
    let hint = match names.is_empty() {
        true => String::new(),
        false => format!(": did you mean {}?", names.join(" or ")),
    };
    Error::new(ErrorKind::UnknownFunction, format!("Excel has no function `{wanted}`{hint}"))
}
