//! Places in a workbook as people write them: `B2`, `Sheet1!A1:B2`, `'My sheet'!A:C`, a defined name, a table.

use super::problems;
use crate::exit::{Failure, near};
use formualizer_workbook::{IntoRange, Workbook};
use std::fmt;

/// Names that stand for names are followed this far.
const NAMES_DEEP: usize = 8;

/// A rectangle of cells on a sheet that exists; rows and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sheet: String,
    pub(crate) first: (u32, u32),
    pub(crate) last: (u32, u32),
}

impl Place {
    /// The place that a text means. Without a sheet it is on the first one, unless it is a name.
    pub(crate) fn find(text: &str, book: &Workbook) -> Result<Self, Failure> {
        find(text, None, book, NAMES_DEEP)
    }

    /// The same, where a cell without a sheet is on `sheet`.
    pub(crate) fn find_on(text: &str, sheet: &str, book: &Workbook) -> Result<Self, Failure> {
        find(text, Some(sheet), book, NAMES_DEEP)
    }

    /// Everything that a sheet holds; nothing where it is empty.
    pub(crate) fn used(sheet: &str, book: &Workbook) -> Result<Option<Self>, Failure> {
        let used = book.used_range(sheet).map_err(problems::failure)?;
        let range = used.and_then(|used| corners(&used));
        Ok(range.map(|(first, last)| Self { sheet: canonical(sheet, book), first, last }))
    }

    /// The part of it that is used; nothing where none of it is.
    pub(crate) fn used_part(&self, book: &Workbook) -> Result<Option<Self>, Failure> {
        let Some(used) = Self::used(&self.sheet, book)? else { return Ok(None) };
        let last = (self.last.0.min(used.last.0), self.last.1.min(used.last.1));
        let some = self.first.0 <= last.0 && self.first.1 <= last.1;
        Ok(some.then(|| Self { last, ..self.clone() }))
    }

    pub(crate) fn is_cell(&self) -> bool {
        self.first == self.last
    }

    pub(crate) fn height(&self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    pub(crate) fn width(&self) -> u32 {
        self.last.1 - self.first.1 + 1
    }

    /// The range without the sheet.
    pub(crate) fn range(&self) -> String {
        let cell = |(row, col)| format!("{}{row}", letters(col));
        match self.is_cell() {
            true => cell(self.first),
            false => format!("{}:{}", cell(self.first), cell(self.last)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}!{}", quoted(&self.sheet), self.range())
    }
}

fn find(text: &str, on: Option<&str>, book: &Workbook, deep: usize) -> Result<Place, Failure> {
    let text = text.trim();
    let (sheet, rest) = split_sheet(text);
    let sheets = book.sheet_names();
    let sheet = match &sheet {
        None => on.map(str::to_owned).or_else(|| sheets.first().cloned()),
        Some(wanted) => {
            let known = sheets.iter().find(|known| same(known, wanted));
            Some(known.cloned().ok_or_else(|| no_sheet(wanted, &sheets))?)
        }
    };
    let Some(sheet) = sheet else { return Err(Failure::usage("the workbook has no sheets")) };
    if let Some((first, last)) = corners(rest) {
        return Ok(Place { sheet, first, last });
    }
    // `$` and spaces are no part of names; what stands for something is a name of the sheet, of the workbook, or a table.
    let names = book.names();
    let of_sheet = |name: &&(Option<String>, String, String), own: bool| {
        same(&name.1, rest)
            && match &name.0 {
                Some(owner) => own && same(owner, &sheet),
                None => !own,
            }
    };
    let named = names.iter().find(|name| of_sheet(name, true));
    let named = named.or_else(|| names.iter().find(|name| of_sheet(name, false)));
    if let Some((_, _, text)) = named
        && let Some(next) = deep.checked_sub(1)
        && let Ok(place) = find(text.trim_start_matches('='), Some(&sheet), book, next)
    {
        return Ok(place);
    }
    let tables = book.tables();
    if let Some((_, sheet, range, _)) = tables.iter().find(|(name, ..)| same(name, rest))
        && let Some((first, last)) = corners(range)
    {
        return Ok(Place { sheet: sheet.clone(), first, last });
    }
    let failure = Failure::usage(format!("`{text}` is no cell, range or name of a range"))
        .hint("write B2, Sheet1!A1:C10, 'My sheet'!A:C, or a name that the workbook defines");
    let known = names.iter().map(|name| name.1.as_str());
    let known = known.chain(tables.iter().map(|table| table.0.as_str()));
    Err(did_you_mean(failure, &near(rest, known.chain(sheets.iter().map(String::as_str)))))
}

/// The sheet of this name in any case, as the workbook writes it.
pub(crate) fn sheet_named(name: &str, book: &Workbook) -> Result<String, Failure> {
    let sheets = book.sheet_names();
    let known = sheets.iter().find(|known| same(known, name));
    known.cloned().ok_or_else(|| no_sheet(name, &sheets))
}

fn canonical(name: &str, book: &Workbook) -> String {
    sheet_named(name, book).unwrap_or_else(|_| name.to_owned())
}

fn no_sheet(wanted: &str, sheets: &[String]) -> Failure {
    let some: Vec<&str> = sheets.iter().take(20).map(String::as_str).collect();
    let more = match sheets.len().saturating_sub(some.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let failure = Failure::usage(format!(
        "there is no sheet `{wanted}`: the workbook has {}{more}",
        some.join(", ")
    ));
    did_you_mean(failure, &near(wanted, sheets.iter().map(String::as_str)))
}

fn did_you_mean(failure: Failure, near: &[&str]) -> Failure {
    match near {
        [] => failure,
        near => failure.hint(format!("did you mean {}?", near.join(" or "))),
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// The corners of a range, from 1.
fn corners(text: &str) -> Option<((u32, u32), (u32, u32))> {
    let ((top, left), (bottom, right)) = text.into_range().ok()?;
    Some(((top + 1, left + 1), (bottom + 1, right + 1)))
}

/// The sheet before `!`, without its quotes, and what stands behind it.
fn split_sheet(text: &str) -> (Option<String>, &str) {
    match quote_end(text) {
        Some(end) => match text.get(end..).and_then(|rest| rest.strip_prefix('!')) {
            Some(rest) => {
                let name = text.get(1..end - 1).unwrap_or_default();
                (Some(name.replace("''", "'")), rest)
            }
            None => (None, text),
        },
        None => match text.split_once('!') {
            Some((sheet, rest)) => (Some(sheet.to_owned()), rest),
            None => (None, text),
        },
    }
}

/// Where the quoted name that a text begins with ends, behind its quote; quotes within it are doubled.
fn quote_end(text: &str) -> Option<usize> {
    text.strip_prefix('\'')?;
    let mut from = 1;
    loop {
        let at = from + text.get(from..)?.find('\'')?;
        match text.get(at + 1..)?.starts_with('\'') {
            true => from = at + 2,
            false => return Some(at + 1),
        }
    }
}

/// `CELL=REST`, cut at the first `=` that is not within the quotes of a sheet's name.
pub(crate) fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let from = quote_end(text).unwrap_or(0);
    let at = from + text.get(from..)?.find('=')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A sheet's name as formulas write it.
fn quoted(name: &str) -> String {
    let word = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    // A name that could be read as a cell is quoted as well: `Q1`, `R1C1`, `RC`.
    let upper = name.to_ascii_uppercase();
    let relative = upper.starts_with(['R', 'C'])
        && upper.chars().all(|c| c.is_ascii_digit() || matches!(c, 'R' | 'C'));
    match word && !relative && name.into_range().is_err() {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "''")),
    }
}

/// The letters of a column that counts from 1.
pub(crate) fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        let digit = (column - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Workbook {
        let mut book = Workbook::new();
        for sheet in ["First", "It's mine", "Q1", "a=b"] {
            book.add_sheet(sheet).unwrap();
        }
        book.set_value("It's mine", "C7", 1.0).unwrap();
        book.define_name("Rate", "'It''s mine'!$B$2").unwrap();
        book.define_name("Same", "Rate").unwrap();
        book.define_name("Sum", "SUM(First!A:A)").unwrap();
        book
    }

    #[test]
    fn places_are_found_and_written_as_in_formulas() {
        let book = book();
        for (text, place) in [
            ("B2", "First!B2"),
            ("$C$3:a1", "First!A1:C3"),
            ("first!A1", "First!A1"),
            ("'it''s mine'!A1:B2", "'It''s mine'!A1:B2"),
            ("Q1!D4", "'Q1'!D4"),
            ("'a=b'!A1", "'a=b'!A1"),
            ("rate", "'It''s mine'!B2"),
            ("Same", "'It''s mine'!B2"),
            ("2:3", "First!A2:XFD3"),
        ] {
            assert_eq!(Place::find(text, &book).unwrap().to_string(), place, "{text}");
        }
        assert_eq!(Place::find_on("A1", "Q1", &book).unwrap().to_string(), "'Q1'!A1");
    }

    #[test]
    fn what_is_no_place_is_refused_with_what_could_be_meant() {
        let book = book();
        for (text, said) in [
            ("Frist!A1", "did you mean First?"),
            ("Rat", "did you mean Rate"),
            ("Sum", "no cell, range or name"),
            ("A1:", "no cell, range or name"),
            ("XFE1", "no cell, range or name"),
            ("'It''s mine!A1", "no sheet"),
            ("", "no cell, range or name"),
            ("'", "no cell, range or name"),
        ] {
            let failure = Place::find(text, &book).unwrap_err().to_string();
            assert!(failure.contains(said), "{text}: {failure}");
        }
    }

    #[test]
    fn only_what_is_used_of_a_place_is_looked_at() {
        let book = book();
        let all = Place::find("'It''s mine'!2:1048576", &book).unwrap();
        assert_eq!(all.used_part(&book).unwrap().unwrap().range(), "A2:C7");
        assert_eq!(Place::find("B2", &book).unwrap().used_part(&book).unwrap(), None);
        assert_eq!(Place::used("Q1", &book).unwrap(), None);
    }

    #[test]
    fn assignments_end_the_cell_at_the_first_equals_sign() {
        assert_eq!(split_assignment("A1=5"), Some(("A1", "5")));
        assert_eq!(split_assignment("A1==B1=2"), Some(("A1", "=B1=2")));
        assert_eq!(split_assignment("'a=b'!A1=x"), Some(("'a=b'!A1", "x")));
        assert_eq!(split_assignment("'a''=b'!A1=x"), Some(("'a''=b'!A1", "x")));
        assert_eq!(split_assignment("A1"), None);
    }

    #[test]
    fn columns_have_letters() {
        for (column, text) in [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (16_384, "XFD")] {
            assert_eq!(letters(column), text);
        }
    }
}
