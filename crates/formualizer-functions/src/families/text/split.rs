//! Texts parted at delimiters.
//!
//! Rules: Microsoft's pages of `TEXTBEFORE`, `TEXTAFTER` and `TEXTSPLIT`. Where several delimiters begin at one
//! place, the one that is listed first counts.

use crate::{
    call::{self, Argument, Call, Output, Result},
    cells::{CellRef, Table},
    lift::MAX_ARRAY_CELLS,
    record::{Kernel, Parameter, Record, array, value},
    semantics::fold,
    value::ScalarValue,
};
use std::borrow::Cow;
use udf_abi::ErrorCode;

const SIDE: &[Parameter] = &[
    value("text"),
    array("delimiter"),
    value("instance_num").skippable(),
    value("match_mode").skippable(),
    value("match_end").skippable(),
    value("if_not_found").skippable(),
];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("TEXTBEFORE", SIDE, Kernel::OfRow(before), "What stands before a delimiter.")
        .taking_errors()
        .future(),
    Record::new("TEXTAFTER", SIDE, Kernel::OfRow(after), "What stands after a delimiter.")
        .taking_errors()
        .future(),
    Record::new(
        "TEXTSPLIT",
        &[
            value("text"),
            array("col_delimiter").skippable(),
            array("row_delimiter").skippable(),
            value("ignore_empty").skippable(),
            value("match_mode").skippable(),
            value("pad_with").skippable(),
        ],
        Kernel::OfRow(split),
        "A text split at delimiters into rows and columns.",
    )
    .giving_arrays()
    .taking_errors()
    .future(),
];

/// The texts of an argument that is taken whole.
pub(super) fn texts(call: &Call<'_>, index: usize) -> Result<Vec<String>> {
    let text = |cell: CellRef<'_>| call::text(cell.scalar()).map(Cow::into_owned);
    match call.argument(index) {
        Argument::Array(table) => table.iter().map(text).collect(),
        _ => Ok(vec![text(call.cell(index))?]),
    }
}

/// Characters of a text times delimiters beyond which a call is `#VALUE!`.
const MOST_WORK: usize = 1 << 26;

/// A text that delimiters are looked for in: without case where case does not matter.
struct Searched<'a> {
    text: &'a str,
    folded: Option<String>,
    /// For each byte of the folded text the byte of the text, where the two differ.
    places: Vec<usize>,
    delimiters: Vec<String>,
}

impl<'a> Searched<'a> {
    fn new(text: &'a str, mut delimiters: Vec<String>, any_case: bool) -> Self {
        let mut places = Vec::new();
        let folded = any_case.then(|| {
            delimiters.iter_mut().for_each(|delimiter| *delimiter = fold::fold(delimiter));
            let folded = fold::fold(text);
            if folded.len() != text.len() {
                for (at, c) in text.char_indices() {
                    let len = fold::fold_char(c).len_utf8();
                    places.extend(std::iter::repeat_n(at, len));
                }
                places.push(text.len());
            }
            folded
        });
        Self { text, folded, places, delimiters }
    }

    fn searched(&self) -> &str {
        self.folded.as_deref().unwrap_or(self.text)
    }

    /// A place in the searched text as one in the text.
    fn place(&self, at: usize) -> usize {
        self.places.get(at).copied().unwrap_or(at)
    }

    /// Where delimiters stand, from the start on or from the end back; at most so many.
    fn matches(&self, backwards: bool, most: usize) -> Vec<(usize, usize)> {
        let text = self.searched();
        // Where each delimiter is found next: looked for again only when the search has passed it.
        let mut next: Vec<Option<usize>> = self
            .delimiters
            .iter()
            .map(|delimiter| if backwards { text.rfind(delimiter) } else { text.find(delimiter) })
            .collect();
        let mut found = Vec::new();
        while found.len() < most {
            let here = next.iter().enumerate().filter_map(|(which, at)| Some((which, (*at)?)));
            // The first of those that are equal.
            let best = if backwards {
                here.rev().max_by_key(|(_, at)| *at)
            } else {
                here.min_by_key(|(_, at)| *at)
            };
            let Some((which, start)) = best else { break };
            let end = start + self.delimiters.get(which).map_or(0, String::len);
            found.push((self.place(start), self.place(end)));
            for (delimiter, at) in self.delimiters.iter().zip(&mut next) {
                let Some(known) = *at else { continue };
                if backwards && known + delimiter.len() > start {
                    *at = text.get(..start).and_then(|rest| rest.rfind(delimiter));
                } else if !backwards && known < end {
                    *at = text.get(end..).and_then(|rest| rest.find(delimiter)).map(|n| end + n);
                }
            }
        }
        found
    }
}

fn bounded(text: &str, delimiters: &[String]) -> Result<()> {
    let work = text.len().saturating_mul(delimiters.len());
    if work > MOST_WORK { Err(ErrorCode::Value) } else { Ok(()) }
}

/// An argument that is 0 or 1, and 0 where it is left out.
fn zero_or_one(call: &Call<'_>, index: usize) -> Result<bool> {
    match call.integer_or(index, 0)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(ErrorCode::Value),
    }
}

fn before(call: &Call<'_>) -> Result<Output> {
    side(call, true)
}

fn after(call: &Call<'_>) -> Result<Output> {
    side(call, false)
}

fn side(call: &Call<'_>, before: bool) -> Result<Output> {
    let text = call.text(0)?;
    let delimiters = texts(call, 1)?;
    let instance = call.integer_or(2, 1)?;
    let any_case = zero_or_one(call, 3)?;
    let to_end = zero_or_one(call, 4)?;
    let (backwards, wanted) = (instance < 0, instance.unsigned_abs());
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    if wanted == 0 || !text.is_empty() && wanted > super::units::len(&text) {
        return Err(ErrorCode::Value);
    }
    bounded(&text, &delimiters)?;
    // An empty delimiter is found where the search starts.
    if delimiters.iter().any(String::is_empty) {
        return Ok(if before == backwards { text.into_owned() } else { String::new() }.into());
    }
    let searched = Searched::new(&text, delimiters, any_case);
    let found = searched.matches(backwards, wanted);
    let (start, end) = match found.get(wanted - 1) {
        Some(found) => *found,
        None if to_end && found.len() == wanted - 1 => {
            if backwards {
                (0, 0)
            } else {
                (text.len(), text.len())
            }
        }
        None if call.is_missing(5) => return Err(ErrorCode::Na),
        None => return Ok(filled(call.cell(5)).into()),
    };
    let part = if before { text.get(..start) } else { text.get(end..) };
    Ok(part.unwrap_or_default().into())
}

/// A value that a formula gives: a blank is 0.
fn filled(cell: CellRef<'_>) -> ScalarValue {
    match cell {
        CellRef::Blank => 0.0.into(),
        other => other.owned(),
    }
}

/// The parts of a text between delimiters; the whole text without delimiters.
fn parts<'a>(
    text: &'a str,
    delimiters: Option<&[String]>,
    any_case: bool,
    ignore_empty: bool,
) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut done = 0;
    if let Some(delimiters) = delimiters {
        let searched = Searched::new(text, delimiters.to_vec(), any_case);
        for (start, end) in searched.matches(false, usize::MAX) {
            parts.push(text.get(done..start).unwrap_or_default());
            done = end;
        }
    }
    parts.push(text.get(done..).unwrap_or_default());
    if ignore_empty {
        parts.retain(|part| !part.is_empty());
    }
    parts
}

fn split(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let delimiters = |index: usize| -> Result<Option<Vec<String>>> {
        if call.is_missing(index) {
            return Ok(None);
        }
        let texts = texts(call, index)?;
        if texts.iter().any(String::is_empty) { Err(ErrorCode::Value) } else { Ok(Some(texts)) }
    };
    let (columns, rows) = (delimiters(1)?, delimiters(2)?);
    if columns.is_none() && rows.is_none() {
        return Err(ErrorCode::Value);
    }
    for delimiters in [&columns, &rows].into_iter().flatten() {
        bounded(&text, delimiters)?;
    }
    // An empty text has no parts at all.
    if text.is_empty() {
        return Err(ErrorCode::Calc);
    }
    let ignore_empty = call.logical_or(3, false)?;
    let any_case = zero_or_one(call, 4)?;
    let rows: Vec<Vec<&str>> = parts(&text, rows.as_deref(), any_case, ignore_empty)
        .into_iter()
        .map(|row| parts(row, columns.as_deref(), any_case, ignore_empty))
        .filter(|row| !row.is_empty())
        .collect();
    let width = rows.iter().map(Vec::len).max().ok_or(ErrorCode::Calc)?;
    if rows.len().saturating_mul(width) > MAX_ARRAY_CELLS {
        return Err(ErrorCode::Value);
    }
    let pad: ScalarValue =
        if call.is_missing(5) { ErrorCode::Na.into() } else { filled(call.cell(5)) };
    let table = Table::of_cells(rows.len(), width, |row, col| {
        match rows.get(row).and_then(|row| row.get(col)) {
            Some(part) => CellRef::Text(part),
            None => pad.cell(),
        }
    });
    Ok(table.ok_or(ErrorCode::Calc)?.into())
}
