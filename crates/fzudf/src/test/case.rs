//! The arguments of one call, whole or in part, and shown to a person.

use super::values::show;
use std::ops::Range;
use udf_columnar::{Argument, Call, Column, Signature};

/// Arguments of a call.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) arguments: Vec<Argument>,
    /// Rows of an elementwise result where no argument is a column.
    pub(crate) rows: Option<usize>,
    /// Index of the first row in the case that this is a part of.
    pub(crate) first_row: usize,
}

/// Most rows of a column that are shown.
const SHOWN: usize = 8;

impl Case {
    pub(crate) fn new(arguments: Vec<Argument>, rows: Option<usize>) -> Self {
        Self { arguments, rows, first_row: 0 }
    }

    pub(crate) fn call(&self) -> Call {
        let call = Call::new(self.arguments.clone()).row_offset(self.first_row as u64);
        match self.rows {
            Some(rows) => call.rows(rows),
            None => call,
        }
    }

    /// Rows of the longest column, or of the result.
    pub(crate) fn rows(&self) -> usize {
        let columns = self.arguments.iter().flat_map(|argument| match argument {
            Argument::Omitted | Argument::Scalar(_) => &[],
            Argument::Column(column) => std::slice::from_ref(column),
            Argument::Range(columns) => columns.as_slice(),
        });
        columns.map(Column::len).max().or(self.rows).unwrap_or(1)
    }

    /// These rows of all columns; shorter columns end where they end.
    pub(crate) fn part(&self, rows: Range<usize>) -> Self {
        let cut = |column: &Column| {
            let start = rows.start.min(column.len());
            column.slice(start, rows.end.min(column.len()) - start)
        };
        let arguments = self.arguments.iter().map(|argument| match argument {
            Argument::Omitted => Argument::Omitted,
            Argument::Scalar(column) => Argument::Scalar(column.clone()),
            Argument::Column(column) => Argument::Column(cut(column)),
            Argument::Range(columns) => Argument::Range(columns.iter().map(cut).collect()),
        });
        Self {
            arguments: arguments.collect(),
            rows: self.rows.map(|_| rows.len()),
            first_row: self.first_row + rows.start,
        }
    }

    /// `NAME(1.0, [1.0, null], …)`
    pub(crate) fn show(&self, signature: &Signature) -> String {
        let one = self.rows() == 1 && signature.is_elementwise();
        let column = |column: &Column| match one {
            true => show(column, 0),
            false => {
                let mut cells: Vec<String> =
                    (0..column.len().min(SHOWN)).map(|row| show(column, row)).collect();
                if column.len() > SHOWN {
                    cells.push(format!("… {} rows", column.len()));
                }
                format!("[{}]", cells.join(", "))
            }
        };
        let arguments = self.arguments.iter().map(|argument| match argument {
            Argument::Omitted => "(left out)".to_owned(),
            Argument::Scalar(value) => show(value, 0),
            Argument::Column(values) => column(values),
            Argument::Range(columns) => {
                let columns: Vec<String> = columns.iter().map(column).collect();
                format!("{{{}}}", columns.join(" | "))
            }
        });
        format!("{}({})", signature.name(), arguments.collect::<Vec<_>>().join(", "))
    }
}
