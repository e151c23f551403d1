//! Texts counted in units of UTF-16, as Excel counts them.
//!
//! A character beyond U+FFFF is a pair of units. Half a pair, which Excel can cut off, is no text here: U+FFFD
//! stands for it, so that lengths and positions are Excel's.

use crate::call::{Call, Result};
use std::borrow::Cow;
use udf_abi::ErrorCode;

/// The most units of a text in a cell.
pub(super) const MOST: usize = 32_767;

/// Half a pair.
const HALF: char = '\u{FFFD}';

/// How many units a text has.
pub(super) fn len(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // Bytes that begin a character, those of four bytes twice.
    let units = |byte: u8| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0);
    text.bytes().map(units).sum()
}

/// `#VALUE!` for a text that has too many units for a cell.
pub(super) fn bounded(text: &str) -> Result<()> {
    if text.len() > MOST && len(text) > MOST { Err(ErrorCode::Value) } else { Ok(()) }
}

/// The byte of the character that the unit at an index belongs to, or the end; and whether it is the second of
/// a pair.
fn place(text: &str, unit: usize) -> (usize, bool) {
    if text.is_ascii() {
        return (unit.min(text.len()), false);
    }
    let mut before = 0;
    for (at, c) in text.char_indices() {
        if before >= unit {
            return (at, false);
        }
        before += c.len_utf16();
        if before > unit {
            return (at, true);
        }
    }
    (text.len(), false)
}

/// The byte at which the first whole character at or after a unit begins; `None` beyond the end.
pub(super) fn byte_of(text: &str, unit: usize) -> Option<usize> {
    if text.is_ascii() {
        return (unit <= text.len()).then_some(unit);
    }
    if unit > len(text) {
        return None;
    }
    let (at, inside) = place(text, unit);
    Some(if inside { at + HALF_PAIR } else { at })
}

/// Bytes of a character that is a pair.
const HALF_PAIR: usize = 4;

/// So many units from a unit on, or what there is of them.
pub(super) fn slice(text: &str, from: usize, count: usize) -> Cow<'_, str> {
    if count == 0 {
        return Cow::Borrowed("");
    }
    let (start, starts_inside) = place(text, from);
    let (end, ends_inside) = place(text, from.saturating_add(count));
    if !starts_inside && !ends_inside {
        return Cow::Borrowed(text.get(start..end).unwrap_or_default());
    }
    let mut out = String::new();
    let start = if starts_inside {
        out.push(HALF);
        start + HALF_PAIR
    } else {
        start
    };
    out.push_str(text.get(start..end).unwrap_or_default());
    if ends_inside {
        out.push(HALF);
    }
    Cow::Owned(out)
}

/// A number of characters: the argument without its fraction, from 0 to 2^31 - 1.
pub(super) fn count(call: &Call<'_>, index: usize, default: usize) -> Result<usize> {
    if call.is_missing(index) {
        return Ok(default);
    }
    let number = call.number(index)?.trunc();
    if !(0.0..=f64::from(i32::MAX)).contains(&number) {
        return Err(ErrorCode::Value);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
    Ok(number as usize)
}

/// A position from 1, as the number of units before it.
pub(super) fn position(call: &Call<'_>, index: usize, default: usize) -> Result<usize> {
    count(call, index, default)?.checked_sub(1).ok_or(ErrorCode::Value)
}
