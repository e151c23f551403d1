//! What may be the name of a value, formula or table.

use super::{Named, TableDef, parse};
use crate::{
    Error, ErrorKind,
    address::{MAX_COLS, MAX_ROWS, SheetId, is_address_like, shown},
};
use rustc_hash::FxHashSet;

/// Whether a name may begin with the character.
pub(super) fn begins_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '\\')
}

/// Whether the character may stand in a name.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?')
}

/// Refuses what Excel refuses as a defined name.
///
/// # Errors
/// [`ErrorKind::Name`] with what is wrong.
pub(crate) fn validate_name(name: &str) -> Result<(), Error> {
    let wrong = if name.is_empty() {
        "is empty"
    } else if name.len() > 4 * 255 || name.chars().count() > 255 {
        "is longer than 255 characters"
    } else if !name.starts_with(begins_name) {
        "does not begin with a letter, _ or \\"
    } else if !name.chars().all(is_of_name) {
        "contains more than letters, digits, _ . \\ and ?"
    } else if is_address_like(name) {
        "could be the address of a cell"
    } else if name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false") {
        "is a logical value"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Name, format!("the name {} {wrong}", shown(name))))
}

/// What a name stands for: a formula, range or value as text, with or without `=`. Unqualified references
/// mean `sheet`; relative ones are as seen from A1.
///
/// # Errors
/// [`ErrorKind::Name`] where the name is not allowed, [`ErrorKind::Formula`] where the text is no formula.
pub(crate) fn parse_named(name: &str, text: &str, sheet: SheetId) -> Result<Named, Error> {
    let name = name.trim();
    validate_name(name)?;
    let source = parse::parse(text)?;
    Ok(Named { name: name.to_owned(), source, sheet })
}

/// Refuses a table that structured references could not address.
///
/// # Errors
/// [`ErrorKind::Name`] with what is wrong.
pub(crate) fn validate_table(table: &TableDef) -> Result<(), Error> {
    validate_name(&table.name)?;
    let refused = |why: String| {
        Err(Error::new(ErrorKind::Name, format!("the table {} {why}", shown(&table.name))))
    };
    let rect = &table.rect;
    if rect.top > rect.bottom || rect.left > rect.right {
        return refused("has no cells".to_owned());
    }
    if rect.bottom >= MAX_ROWS || rect.right >= MAX_COLS {
        return refused("lies beyond the sheet".to_owned());
    }
    if usize::try_from(rect.width()).ok() != Some(table.columns.len()) {
        let names = table.columns.len();
        return refused(format!("has {} columns but {names} column names", rect.width()));
    }
    if table.data().is_none() {
        return refused("needs a row of data besides headers and totals".to_owned());
    }
    let mut seen = FxHashSet::default();
    for column in &table.columns {
        if column.trim().is_empty() {
            return refused("has a column without a name".to_owned());
        }
        if !seen.insert(column.trim().to_lowercase()) {
            return refused(format!("has two columns named {}", shown(column)));
        }
    }
    Ok(())
}
