//! Calls of which each row sees a window of its own of some columns: `=MEDIAN(A1:C1)` and `=PRODUCT(A1,B1)` filled
//! down.

use super::{Lane, Rows, Split};
use crate::{
    call::{Argument, Context, Lambda, Output},
    cells::{Builder, Cells, Table},
    operand::Operand,
    record::{Kernel, Record},
};
use udf_abi::ErrorCode;

/// Columns that rows see parts of.
#[derive(Clone, Debug)]
pub struct Window {
    /// Which argument it is.
    argument: usize,
    table: Table,
    height: usize,
}

impl Window {
    /// An argument of which each row sees as many rows of the columns as `height` says; `None` where the columns
    /// have fewer.
    #[must_use]
    pub fn new(argument: usize, columns: Vec<Cells>, height: usize) -> Option<Self> {
        let table = Table::try_new(columns)?;
        (height > 0 && height <= table.height()).then_some(Self { argument, table, height })
    }

    /// Which argument it is.
    #[must_use]
    pub fn argument(&self) -> usize {
        self.argument
    }

    /// How many rows can see a whole window.
    fn places(&self) -> usize {
        self.table.height() - self.height + 1
    }

    /// What a row sees whose window begins at a place.
    fn at(&self, start: usize) -> Table {
        self.table.rows(start, self.height).as_reference()
    }
}

impl Record {
    /// Calls the function for some rows, of which each sees windows that begin where `starts` says. The operands of
    /// windows are not looked at.
    ///
    /// `None` where the function is none of single rows, where an argument is to be lifted over an array, or where
    /// a window ends outside its columns.
    ///
    /// # Errors
    ///
    /// [`Split`] where some row gives an array.
    pub fn call_windows<F: Lambda>(
        &self,
        operands: &[Operand<F>],
        windows: &[Window],
        rows: Rows,
        starts: &[usize],
        context: Context<'_>,
    ) -> Option<Result<Operand<F>, Split>> {
        let count = operands.len();
        let lifted = |(index, operand): (usize, &Operand<F>)| {
            matches!(operand, Operand::Array(_)) && self.lifts(index)
        };
        let inside = |window: &Window| {
            window.argument < count
                && !self.lifts(window.argument)
                && starts.iter().all(|start| *start < window.places())
        };
        if !matches!(self.kernel, Kernel::OfRow(_) | Kernel::OfText(_))
            || count < self.fewest()
            || count > self.most()
            || starts.len() != rows.len
            || operands.iter().enumerate().any(lifted)
            || !windows.iter().all(inside)
        {
            return None;
        }
        let lanes = self.lanes(operands);
        let mut builder = Builder::with_capacity(rows.len);
        for (row, start) in starts.iter().enumerate() {
            if row % 4096 == 0 && context.cancel.is_cancelled() {
                return Some(Ok(Operand::error(ErrorCode::Cancelled)));
            }
            let tables: Vec<Table> = windows.iter().map(|window| window.at(*start)).collect();
            let mut own: Vec<Lane<'_>> = lanes.iter().map(|lane| Lane::One(lane.at(row))).collect();
            for (window, table) in windows.iter().zip(&tables) {
                if let Some(lane) = own.get_mut(window.argument) {
                    *lane = Lane::One(Argument::Array(table));
                }
            }
            match self.one(&own, rows.first.wrapping_add(row as u64), context) {
                Output::Value(value) => builder.push(value.cell()),
                Output::Array(_) => return Some(Err(Split)),
            }
        }
        Some(Ok(Operand::Rows(builder.finish())))
    }
}
