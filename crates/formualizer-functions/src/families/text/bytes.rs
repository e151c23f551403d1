//! Texts counted in bytes of the double-byte character sets of East Asia: `LENB`, `LEFTB` and their like.
//!
//! Microsoft's pages count two bytes for a character where such a language is the default, one elsewhere. Workbooks that call these
//! functions with such characters come from there, so it is two here always; other texts are the same either way. What a cut leaves of a
//! character is a space, and nothing stays behind an insertion amid one (stored values of Chinese and Taiwanese workbooks).

use super::{search, units};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const TEXT: &[Parameter] = &[value("text")];
const SIDE: &[Parameter] = &[value("text"), value("num_bytes").optional()];
const MIDDLE: &[Parameter] = &[value("text"), value("start_num"), value("num_bytes")];
const REPLACED: &[Parameter] =
    &[value("old_text"), value("start_num"), value("num_bytes"), value("new_text")];
const FOUND: &[Parameter] =
    &[value("find_text"), value("within_text"), value("start_num").optional()];
const DOUBLE: &str = "East Asian characters are two bytes whatever the language.";

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("LENB", TEXT, Kernel::OfRow(len), "The number of bytes of a text.")
        .differing(DOUBLE),
    Record::new("LEFTB", SIDE, Kernel::OfText(left), "The first bytes of a text.")
        .differing(DOUBLE),
    Record::new("RIGHTB", SIDE, Kernel::OfText(right), "The last bytes of a text.")
        .differing(DOUBLE),
    Record::new("MIDB", MIDDLE, Kernel::OfText(mid), "Bytes of a text from a position on.")
        .differing(DOUBLE),
    Record::new(
        "REPLACEB",
        REPLACED,
        Kernel::OfText(replace),
        "A text with the bytes at a position replaced.",
    )
    .differing(DOUBLE),
    Record::new(
        "FINDB",
        FOUND,
        Kernel::OfRow(find),
        "The byte at which a text stands in another, minding case.",
    )
    .differing(DOUBLE),
    Record::new(
        "SEARCHB",
        FOUND,
        Kernel::OfRow(find_pattern),
        "The byte at which a text with wildcards stands in another, in any case.",
    )
    .differing(DOUBLE),
];

/// Bytes of a character: two, or one in Latin-1 and the half-width forms; twice as many of a pair in UTF-16.
fn width(c: char) -> usize {
    match c {
        '\0'..='\u{FF}' | '\u{FF61}'..='\u{FFDC}' => 1,
        c => 2 * c.len_utf16(),
    }
}

fn bytes(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(width).sum() }
}

/// Appends so many bytes from one on, or what there is of them, with a space for each of a character that is cut.
fn append(out: &mut String, text: &str, from: usize, count: usize) {
    if text.is_ascii() {
        let end = from.saturating_add(count).min(text.len());
        out.push_str(text.get(from..end).unwrap_or_default());
        return;
    }
    let (mut at, end) = (0, from.saturating_add(count));
    for c in text.chars() {
        let next = at + width(c);
        let (first, last) = (at.max(from), next.min(end));
        match last.saturating_sub(first) {
            0 => {}
            all if all == width(c) => out.push(c),
            part => out.extend(std::iter::repeat_n(' ', part)),
        }
        at = next;
        if at >= end {
            break;
        }
    }
}

/// The characters before a byte, and whether it is amid one; `None` beyond the end.
fn before(text: &str, byte: usize) -> Option<(usize, bool)> {
    let mut at = 0;
    for (index, c) in text.chars().enumerate() {
        if at >= byte {
            return Some((index, false));
        }
        at += width(c);
        if at > byte {
            return Some((index + 1, true));
        }
    }
    (at >= byte).then(|| (text.chars().count(), false))
}

#[expect(clippy::cast_precision_loss, reason = "a length or position")]
fn number(n: usize) -> Result<Output> {
    Ok((n as f64).into())
}

fn len(call: &Call<'_>) -> Result<Output> {
    number(bytes(&call.text(0)?))
}

fn left(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    append(out, &text, 0, units::count(call, 1, 1)?);
    Ok(())
}

fn right(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let from = bytes(&text).saturating_sub(units::count(call, 1, 1)?);
    append(out, &text, from, usize::MAX);
    Ok(())
}

fn mid(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    append(out, &text, units::position(call, 1, 1)?, units::count(call, 2, 0)?);
    Ok(())
}

fn replace(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let from = units::position(call, 1, 1)?;
    let count = units::count(call, 2, 0)?;
    let new = call.text(3)?;
    if text.len() + new.len() > 8 * units::MOST {
        return Err(ErrorCode::Value);
    }
    append(out, &text, 0, from);
    out.push_str(&new);
    let amid = before(&text, from).is_some_and(|(_, amid)| amid);
    if count > 0 || !amid {
        append(out, &text, from.saturating_add(count), usize::MAX);
    }
    units::bounded(out)
}

fn find(call: &Call<'_>) -> Result<Output> {
    found(call, search::exactly)
}

fn find_pattern(call: &Call<'_>) -> Result<Output> {
    found(call, search::by_pattern)
}

/// Where a search finds a text, which is told what it looks for, in which text, behind how many characters.
fn found(call: &Call<'_>, search: fn(&str, &str, usize) -> Option<usize>) -> Result<Output> {
    let (part, text) = (call.text(0)?, call.text(1)?);
    let from = units::position(call, 2, 1)?;
    let (chars, _) = before(&text, from).ok_or(ErrorCode::Value)?;
    let found = if part.is_empty() { Some(chars) } else { search(&part, &text, chars) };
    let found = found.ok_or(ErrorCode::Value)?;
    number(text.chars().take(found).map(width).sum::<usize>() + 1)
}
