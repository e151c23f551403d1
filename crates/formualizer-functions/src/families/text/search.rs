//! Texts within texts.
//!
//! Rules: Microsoft's pages of `FIND`, `SEARCH`, `SUBSTITUTE` and `EXACT`. `FIND` minds case, `SEARCH` does not
//! and knows wildcards. What is not found is `#VALUE!`, as is a start behind the end; an empty text is found
//! where the search starts.

use super::units;
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
    semantics::Pattern,
};
use udf_abi::ErrorCode;

const FOUND: &[Parameter] =
    &[value("find_text"), value("within_text"), value("start_num").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "FIND",
        FOUND,
        Kernel::OfRow(find),
        "Where a text stands in another, minding case.",
    ),
    Record::new(
        "SEARCH",
        FOUND,
        Kernel::OfRow(search),
        "Where a text with wildcards stands in another, in any case.",
    ),
    Record::new(
        "SUBSTITUTE",
        &[value("text"), value("old_text"), value("new_text"), value("instance_num").optional()],
        Kernel::OfText(substitute),
        "A text with another in place of each occurrence of a part, or of one of them.",
    ),
    Record::new(
        "EXACT",
        &[value("text1"), value("text2")],
        Kernel::OfRow(exact),
        "Whether two texts are the same, case included.",
    ),
];

#[expect(clippy::cast_precision_loss, reason = "a position")]
fn at(units_before: usize) -> Result<Output> {
    Ok((units_before as f64 + 1.0).into())
}

/// The byte at which a part stands next in a text. A part of one byte is looked for as that byte.
fn next(text: &str, from: usize, part: &str) -> Option<usize> {
    let rest = text.get(from..)?;
    let found = match part.as_bytes() {
        [byte] => rest.bytes().position(|other| other == *byte),
        _ => rest.find(part),
    };
    found.map(|at| from + at)
}

fn find(call: &Call<'_>) -> Result<Output> {
    let (part, text) = (call.text(0)?, call.text(1)?);
    let from = units::position(call, 2, 1)?;
    let start = units::byte_of(&text, from).ok_or(ErrorCode::Value)?;
    if part.is_empty() {
        return at(from);
    }
    let found = next(&text, start, &part).ok_or(ErrorCode::Value)?;
    at(units::len(text.get(..found).unwrap_or_default()))
}

fn search(call: &Call<'_>) -> Result<Output> {
    let (part, text) = (call.text(0)?, call.text(1)?);
    let from = units::position(call, 2, 1)?;
    let start = units::byte_of(&text, from).ok_or(ErrorCode::Value)?;
    if part.is_empty() {
        return at(from);
    }
    let plain = !part.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'~'));
    if plain && part.is_ascii() && text.is_ascii() {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        return at(start + find_ascii(rest, part.as_bytes()).ok_or(ErrorCode::Value)?);
    }
    let before = text.get(..start).unwrap_or_default().chars().count();
    let found = Pattern::new(&part).find(&text, before).ok_or(ErrorCode::Value)?;
    at(text.chars().take(found).map(char::len_utf16).sum())
}

/// Where bytes stand in others, without the case of ASCII letters.
fn find_ascii(text: &[u8], part: &[u8]) -> Option<usize> {
    let (first, rest) = part.split_first()?;
    let last = text.len().checked_sub(part.len())?;
    let (small, large) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let starts = text.get(..=last)?.iter().enumerate();
    starts.filter(|(_, byte)| **byte == small || **byte == large).map(|(at, _)| at).find(|at| {
        text.get(at + 1..at + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(rest))
    })
}

/// The characters before a part of a text that begins behind so many, as [`find`] looks for it.
pub(super) fn exactly(part: &str, text: &str, chars: usize) -> Option<usize> {
    let start = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    let found = next(text, start, part)?;
    Some(text.get(..found)?.chars().count())
}

/// The same as [`search`] looks for it.
pub(super) fn by_pattern(part: &str, text: &str, chars: usize) -> Option<usize> {
    Pattern::new(part).find(text, chars)
}

fn substitute(call: &Call<'_>, out: &mut String) -> Result<()> {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let instance = if call.is_missing(3) { None } else { Some(units::position(call, 3, 1)?) };
    if old.is_empty() {
        out.push_str(&text);
        return Ok(());
    }
    // No room is made for more than a cell holds, even where each unit takes three bytes.
    let most = 4 * units::MOST;
    let (mut done, mut from, mut number) = (0, 0, 0);
    while let Some(start) = next(&text, from, &old) {
        from = start + old.len();
        number += 1;
        if instance.is_some_and(|only| only + 1 != number) {
            continue;
        }
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(&new);
        done = from;
        if out.len() > most {
            return Err(ErrorCode::Value);
        }
        if instance.is_some() {
            break;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    units::bounded(out)
}

fn exact(call: &Call<'_>) -> Result<Output> {
    Ok((call.text(0)? == call.text(1)?).into())
}
