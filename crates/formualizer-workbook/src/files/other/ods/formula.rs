//! Formulas of OpenDocument files (OpenFormula) as they are typed.

use crate::address::{quote_sheet, quote_sheets};
use std::str::Chars;

/// A formula such as `of:=SUM([.A1:.B2];[$'My sheet'.C3])`, without `=` in front; nothing where it has something that cannot be said.
pub(super) fn typed(formula: &str) -> Option<String> {
    let text = match formula.split_once('=') {
        Some((prefix, rest)) if prefix.is_empty() || prefix.ends_with(':') => rest,
        _ => formula,
    };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    let mut braces = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted(&mut chars, '"', &mut out),
            '\'' => quoted(&mut chars, '\'', &mut out),
            '[' => out.push_str(&reference(&bracketed(&mut chars)?)?),
            '{' => {
                braces += 1;
                out.push(c);
            }
            '}' => {
                braces = braces.saturating_sub(1);
                out.push(c);
            }
            ';' => out.push(','),
            '|' if braces > 0 => out.push(';'),
            '~' => out.push(','),
            // `#REF!` and its like have one too.
            '!' if !ends_with_error(&out) => out.push(' '),
            _ => out.push(c),
        }
    }
    Some(out.replace("COM.MICROSOFT.", ""))
}

/// What a name means: a range without brackets, or a formula.
pub(super) fn named(text: &str) -> Option<String> {
    match text.starts_with(['$', '\'']) {
        true => reference(text),
        false => typed(text),
    }
}

fn ends_with_error(out: &str) -> bool {
    ["#REF", "#DIV/0", "#NUM", "#NULL", "#VALUE"].iter().any(|error| out.ends_with(error))
}

/// Copies up to the closing quote; a doubled one is two pieces.
fn quoted(chars: &mut Chars<'_>, quote: char, out: &mut String) {
    out.push(quote);
    for c in chars.by_ref() {
        out.push(c);
        if c == quote {
            return;
        }
    }
}

/// What stands before the closing bracket, which a sheet's name may have, too.
fn bracketed(chars: &mut Chars<'_>) -> Option<String> {
    let mut found = String::new();
    while let Some(c) = chars.next() {
        match c {
            ']' => return Some(found),
            '\'' => quoted(chars, '\'', &mut found),
            _ => found.push(c),
        }
    }
    None
}

/// `$Sheet.$A$1:.B2` as `Sheet!$A$1:B2`, and `$First.A1:$Last.B2` as `First:Last!A1:B2`.
fn reference(text: &str) -> Option<String> {
    let mut ends = split_outside(text, ':').into_iter();
    let (sheet, first) = end(ends.next()?)?;
    let Some(last) = ends.next() else {
        return Some(on(sheet.as_deref(), None, first));
    };
    if ends.next().is_some() {
        return None;
    }
    let (other, last) = end(last)?;
    let range = format!("{first}:{last}");
    Some(match (sheet.as_deref(), other.as_deref()) {
        (Some(sheet), Some(other)) if sheet.to_lowercase() == other.to_lowercase() => {
            on(Some(sheet), None, &range)
        }
        // A cell on several sheets is written as a range of one.
        (Some(sheet), Some(other)) if first == last => on(Some(sheet), Some(other), first),
        (Some(sheet), Some(other)) => on(Some(sheet), Some(other), &range),
        (sheet, None) => on(sheet, None, &range),
        (None, Some(_)) => return None,
    })
}

/// Cells with the sheet that they are on, or the first and the last one.
fn on(first: Option<&str>, last: Option<&str>, cells: &str) -> String {
    match (first, last) {
        (None, _) => cells.to_owned(),
        (Some(first), None) => format!("{}!{cells}", quote_sheet(first)),
        (Some(first), Some(last)) => format!("{}!{cells}", quote_sheets(first, last)),
    }
}

/// The sheet, if one is named, and the address.
fn end(text: &str) -> Option<(Option<String>, &str)> {
    // Another file stands before `#`, which errors have as well.
    if text.starts_with("'file:") || text.contains("'#") {
        return None;
    }
    let parts = split_outside(text, '.');
    let (address, sheet) = parts.split_last()?;
    let address = *address;
    if address == "#REF!" {
        return Some((None, address));
    }
    let known = |c: char| c.is_ascii_alphanumeric() || c == '$';
    if address.is_empty() || !address.chars().all(known) {
        return None;
    }
    let sheet =
        text.get(..text.len() - address.len())?.strip_suffix('.').filter(|_| !sheet.is_empty())?;
    let sheet = sheet.strip_prefix('$').unwrap_or(sheet);
    if sheet.is_empty() {
        return Some((None, address));
    }
    let plain = sheet.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let name = plain.map_or_else(|| sheet.to_owned(), |name| name.replace("''", "'"));
    (!name.contains("#REF!")).then_some((Some(name), address))
}

/// The parts between separators that do not stand in quotes.
fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut inside = false;
    text.split(|c: char| {
        inside ^= c == '\'';
        c == separator && !inside
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_separators_and_texts_are_translated() {
        for (file, expected) in [
            ("of:=[.A1]+1", "A1+1"),
            ("of:=SUM([.A1:.B2];[.C$3])", "SUM(A1:B2,C$3)"),
            ("of:=SUM([$Data.$B$2:.$B$5])", "SUM(Data!$B$2:$B$5)"),
            ("of:=SUM([$'Other sheet'.A:.A])", "SUM('Other sheet'!A:A)"),
            ("of:=[$'it''s [1].2'.A1]", "'it''s [1].2'!A1"),
            ("of:=[Data.A1:Data.B2]", "Data!A1:B2"),
            ("of:=SUM([$Jan.A1:$Mar.B2];[$Jan.A1:$Mar.A1])", "SUM(Jan:Mar!A1:B2,Jan:Mar!A1)"),
            ("of:=SUM([$'it''s'.A1:$Mar.B2])", "SUM('it''s:Mar'!A1:B2)"),
            ("of:=IF([.A1]=\"a;[.B1]\"\"\";1;{1;2|3;4})", "IF(A1=\"a;[.B1]\"\"\",1,{1,2;3,4})"),
            ("of:=[.A1:.B2]![.B1:.B9]", "A1:B2 B1:B9"),
            ("of:=#N/A", "#N/A"),
            ("of:=[.#REF!]+#REF!", "#REF!+#REF!"),
            ("of:=COM.MICROSOFT.CONCAT([.A1])", "CONCAT(A1)"),
            ("=[.A1]", "A1"),
        ] {
            assert_eq!(typed(file).as_deref(), Some(expected), "{file}");
        }
        for file in ["of:=[.A1:Other.B2]", "of:=['file:///x.ods'#$Data.A1]", "of:=[.A1", "of:=[]"] {
            assert_eq!(typed(file), None, "{file}");
        }
    }

    #[test]
    fn names_are_ranges_or_formulas() {
        assert_eq!(named("$Data.$B$2:.$B$5").as_deref(), Some("Data!$B$2:$B$5"));
        assert_eq!(named("$'Other sheet'.$A$1").as_deref(), Some("'Other sheet'!$A$1"));
        assert_eq!(named("0.25").as_deref(), Some("0.25"));
        assert_eq!(named("of:=[$Data.$A$1]*2").as_deref(), Some("Data!$A$1*2"));
    }
}
