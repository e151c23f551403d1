//! Cells by their position: `INDEX` over arrays, and the text of a reference.
//!
//! Sources: Microsoft, "INDEX function" (array form), "ADDRESS function".

use super::table;
use crate::{
    call::{Call, Output, Result},
    cells::Table,
    record::{Kernel, Record, array, value},
};
use udf_abi::ErrorCode;

pub(super) const INDEX: Record = Record::new(
    "INDEX",
    &[
        array("array"),
        value("row_num"),
        value("column_num").optional(),
        value("area_num").optional(),
    ],
    Kernel::OfRow(index),
    "The cell of an array in a row and column, or a whole row or column.",
)
.spreading()
.of_arrays();

pub(super) const ADDRESS: Record = Record::new(
    "ADDRESS",
    &[
        value("row_num"),
        value("column_num"),
        value("abs_num").skippable(),
        value("a1").skippable(),
        value("sheet_text").optional(),
    ],
    Kernel::OfRow(address),
    "The text of a reference to a cell.",
);

fn index(call: &Call<'_>) -> Result<Output> {
    let table = table(call, 0)?;
    if !call.is_missing(3) && call.integer(3)? != 1 {
        return Err(ErrorCode::Ref);
    }
    let place = |index: usize, count: usize| -> Result<Option<usize>> {
        let number = usize::try_from(call.integer(index)?).map_err(|_| ErrorCode::Value)?;
        match number.checked_sub(1) {
            Some(at) if at >= count => Err(ErrorCode::Ref),
            place => Ok(place),
        }
    };
    // The only position of a row is that of the column.
    let (row, col) = if call.is_missing(2) && table.height() == 1 {
        (Some(0), place(1, table.width())?)
    } else {
        let col = if call.is_missing(2) { None } else { place(2, table.width())? };
        (place(1, table.height())?, col)
    };
    let columns = match (row, col) {
        (Some(row), Some(col)) => return Ok(table.get(row, col).owned().into()),
        (Some(row), None) => table.columns().iter().map(|column| column.slice(row, 1)).collect(),
        (None, Some(col)) => table.columns().get(col).cloned().into_iter().collect(),
        (None, None) => table.columns().to_vec(),
    };
    Table::try_new(columns).map(Output::from).ok_or(ErrorCode::Ref)
}

/// Rows and columns of a sheet (Microsoft, "Excel specifications and limits").
const ROWS: i64 = 1 << 20;
const COLUMNS: i64 = 1 << 14;

fn address(call: &Call<'_>) -> Result<Output> {
    let (row, col) = (call.integer(0)?, call.integer(1)?);
    if !(1..=ROWS).contains(&row) || !(1..=COLUMNS).contains(&col) {
        return Err(ErrorCode::Value);
    }
    let (row_fixed, col_fixed) = match call.integer_or(2, 1)? {
        1 => (true, true),
        2 => (true, false),
        3 => (false, true),
        4 => (false, false),
        _ => return Err(ErrorCode::Value),
    };
    let cell = if call.logical_or(3, true)? {
        let dollar = |fixed| if fixed { "$" } else { "" };
        format!("{}{}{}{row}", dollar(col_fixed), letters(col), dollar(row_fixed))
    } else {
        let part = |letter: char, number: i64, fixed: bool| {
            if fixed { format!("{letter}{number}") } else { format!("{letter}[{number}]") }
        };
        format!("{}{}", part('R', row, row_fixed), part('C', col, col_fixed))
    };
    if call.is_missing(4) {
        return Ok(cell.into());
    }
    let sheet = call.text(4)?;
    Ok(if is_bare(&sheet) {
        format!("{sheet}!{cell}")
    } else {
        format!("'{}'!{cell}", sheet.replace('\'', "''"))
    }
    .into())
}

/// The letters of a column from 1.
fn letters(mut col: i64) -> String {
    let mut letters = Vec::new();
    while col > 0 {
        let digit = u8::try_from((col - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        col = (col - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Whether the name of a sheet needs no quotes: letters, digits, points, underscores and the brackets of a workbook
/// (stored), no digit first, and no reference to a cell.
fn is_bare(name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let starts = name.chars().next().is_none_or(|c| !c.is_ascii_digit() && c != '.');
    starts && name.chars().all(word) && !is_like_cell(name)
}

/// Whether a name could be read as `A1`, `R1C1`, `R` or `C`.
fn is_like_cell(name: &str) -> bool {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, digits) = name.split_at(letters);
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if (1..=3).contains(&letters) && only_digits {
        return true;
    }
    let upper = name.to_ascii_uppercase();
    if word.len() == name.len() {
        return matches!(upper.as_str(), "R" | "C" | "RC");
    }
    let Some(rest) = upper.strip_prefix('R') else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix('C').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
