//! Values looked up in columns and rows.
//!
//! | module | functions |
//! |---|---|
//! | [`classic`] | `VLOOKUP` `HLOOKUP` `LOOKUP` `MATCH` |
//! | [`modern`] | `XLOOKUP` `XMATCH` |
//! | [`place`] | `INDEX` over arrays, `ADDRESS` |
//! | [`search`] | the search that they share |
//!
//! Numbers are compared exactly, texts without case (Microsoft, "MATCH function": it does not tell upper case from
//! lower case). `CHOOSE` and `INDEX` over references are the evaluator's.

mod classic;
mod modern;
mod place;
mod search;
#[cfg(test)]
mod tests;

use crate::{
    call::{Argument, Call, Result},
    cells::{Cells, Table},
    record::Record,
};
use std::borrow::Cow;

pub(super) const RECORDS: &[Record] = &[
    classic::VLOOKUP,
    classic::HLOOKUP,
    classic::LOOKUP,
    classic::MATCH,
    modern::XLOOKUP,
    modern::XMATCH,
    place::INDEX,
    place::ADDRESS,
];

/// The array of an argument, or the error that stands for it.
fn table<'a>(call: &Call<'a>, index: usize) -> Result<Cow<'a, Table>> {
    if let Argument::Value(cell) = call.argument(index)
        && let crate::semantics::Scalar::Error(code) = cell.scalar()
    {
        return Err(code);
    }
    call.array(index)
}

/// A row of a table as cells.
fn row_of(table: &Table, row: usize) -> Cells {
    Cells::of(table.columns().iter().map(|column| column.get(row)))
}
