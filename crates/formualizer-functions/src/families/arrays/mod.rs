//! Arrays cut, joined, sorted and filtered.
//!
//! Columns are sliced, picked and joined as they are; blanks stay blank. Sources: Microsoft's page of each function;
//! stored values of `SORT`, `SORTBY`, `UNIQUE`, `DROP`, `TAKE`, `TOCOL`, `CHOOSECOLS`.
//!
//! | module | functions |
//! |---|---|
//! | `cut` | `TAKE`, `DROP`, `CHOOSEROWS`, `CHOOSECOLS`, `EXPAND`, `TRIMRANGE` |
//! | `join` | `HSTACK`, `VSTACK`, `TOCOL`, `TOROW`, `WRAPROWS`, `WRAPCOLS` |
//! | `make` | `SEQUENCE` |
//! | `filter` | `FILTER`, `UNIQUE` |
//! | `sort` | `SORT`, `SORTBY` |
//! | [`order`] | the order of rows by columns of keys |
//! | [`classes`] | which rows are alike |

pub(super) mod classes;
mod cut;
pub(super) mod filter;
mod join;
mod make;
pub(super) mod order;
mod sort;

pub(super) use cut::RECORDS as CUT;
pub(super) use filter::RECORDS as FILTER;
pub(super) use join::RECORDS as JOIN;
pub(super) use make::{RECORDS as MAKE, size};
pub(super) use sort::RECORDS as SORT;

use crate::{
    call::{Argument, Call, Output, Result},
    cells::{CellRef, Table},
    lift::MAX_ARRAY_CELLS,
    record::{Parameter, value},
    semantics::Scalar,
};
use std::borrow::Cow;
use udf_abi::ErrorCode;

/// Rows of a sheet (Microsoft, "Excel specifications and limits").
pub(super) const MOST_ROWS: usize = 1 << 20;
/// Columns of a sheet.
pub(super) const MOST_COLUMNS: usize = 1 << 14;

/// A value parameter that must be given, though it may be empty, which counts as left out.
const fn may_be_empty(name: &'static str) -> Parameter {
    Parameter { optional: false, ..value(name).skippable() }
}

/// The array of an argument; the error of a value that is one.
pub(super) fn whole<'a>(call: &Call<'a>, index: usize) -> Result<Cow<'a, Table>> {
    if let Argument::Value(cell @ CellRef::Error(..)) = call.argument(index)
        && let Scalar::Error(code) = cell.scalar()
    {
        return Err(code);
    }
    call.array(index)
}

/// Whether a sheet has room for so many rows and columns.
pub(super) fn fits(height: usize, width: usize) -> Result<()> {
    let cells = height.saturating_mul(width);
    if height > MOST_ROWS || width > MOST_COLUMNS || cells > MAX_ARRAY_CELLS {
        return Err(ErrorCode::Num);
    }
    Ok(())
}

/// The array, or `#CALC!` where there is no cell.
pub(super) fn filled(table: Option<Table>) -> Result<Output> {
    table.map(Output::from).ok_or(ErrorCode::Calc)
}
