//! The case of letters, spaces, and texts as they are.
//!
//! Each letter has the case that is one letter: `ß` has no capital of one letter and stays (as Windows maps
//! case). Rules of the functions: Microsoft's pages of them.

use super::units;
use crate::{
    call::{Call, Result},
    record::{Kernel, Mode, Parameter, Record, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const TEXT: &[Parameter] = &[value("text")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("UPPER", TEXT, Kernel::OfText(upper), "A text in capital letters."),
    Record::new("LOWER", TEXT, Kernel::OfText(lower), "A text in small letters."),
    Record::new(
        "PROPER",
        TEXT,
        Kernel::OfText(proper),
        "A text with a capital at the start of each word.",
    ),
    Record::new(
        "TRIM",
        TEXT,
        Kernel::OfText(trim),
        "A text without spaces but single ones between words.",
    ),
    Record::new("CLEAN", TEXT, Kernel::OfText(clean), "A text without the characters 0 to 31."),
    Record::new(
        "REPT",
        &[value("text"), value("number_times")],
        Kernel::OfText(rept),
        "A text several times.",
    ),
    Record::new(
        "T",
        &[value("value").of(Mode::First)],
        Kernel::OfText(t),
        "A text as it is; the empty text for other values.",
    ),
];

/// The capital of a letter, where it is one letter.
fn capital(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// The small form of a letter, where it is one letter.
fn small(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn upper(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    if text.is_ascii() {
        out.push_str(&text);
        out.make_ascii_uppercase();
    } else {
        out.extend(text.chars().map(capital));
    }
    Ok(())
}

fn lower(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    if text.is_ascii() {
        out.push_str(&text);
        out.make_ascii_lowercase();
    } else {
        out.extend(text.chars().map(small));
    }
    Ok(())
}

fn proper(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let mut within = false;
    out.reserve(text.len());
    for c in text.chars() {
        out.push(if within { small(c) } else { capital(c) });
        within = c.is_alphabetic();
    }
    Ok(())
}

fn trim(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let text = text.trim_matches(' ');
    if !text.as_bytes().windows(2).any(|pair| pair == b"  ") {
        out.push_str(text);
        return Ok(());
    }
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Ok(())
}

fn clean(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    if text.bytes().any(|byte| byte < 32) {
        out.extend(text.chars().filter(|c| *c >= ' '));
    } else {
        out.push_str(&text);
    }
    Ok(())
}

fn rept(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let count = units::count(call, 1, 0)?;
    if units::len(&text).saturating_mul(count) > units::MOST {
        return Err(ErrorCode::Value);
    }
    if !text.is_empty() {
        (0..count).for_each(|_| out.push_str(&text));
    }
    Ok(())
}

fn t(call: &Call<'_>, out: &mut String) -> Result<()> {
    if let Scalar::Text(text) = call.scalar(0) {
        out.push_str(text);
    }
    Ok(())
}
