//! Parts of texts by position.
//!
//! Rules: Microsoft's pages of the functions. A count below zero or a start before the first character is
//! `#VALUE!`; what lies beyond the end is empty.

use super::units;
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const TEXT: &[Parameter] = &[value("text")];
const SIDE: &[Parameter] = &[value("text"), value("num_chars").optional()];
const MIDDLE: &[Parameter] = &[value("text"), value("start_num"), value("num_chars")];
const REPLACED: &[Parameter] =
    &[value("old_text"), value("start_num"), value("num_chars"), value("new_text")];
const HALVES: &str = "Half of a character that is a pair in UTF-16 is U+FFFD.";

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("LEN", TEXT, Kernel::OfRow(len), "The number of characters of a text."),
    Record::new("LEFT", SIDE, Kernel::OfText(left), "The first characters of a text.")
        .differing(HALVES),
    Record::new("RIGHT", SIDE, Kernel::OfText(right), "The last characters of a text.")
        .differing(HALVES),
    Record::new("MID", MIDDLE, Kernel::OfText(mid), "Characters of a text from a position on.")
        .differing(HALVES),
    Record::new(
        "REPLACE",
        REPLACED,
        Kernel::OfText(replace),
        "A text with the characters at a position replaced.",
    )
    .differing(HALVES),
];

fn len(call: &Call<'_>) -> Result<Output> {
    let len = match call.scalar(0) {
        Scalar::Text(text) => units::len(text),
        _ => call.text(0)?.len(),
    };
    #[expect(clippy::cast_precision_loss, reason = "a length")]
    Ok((len as f64).into())
}

fn left(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let count = units::count(call, 1, 1)?;
    out.push_str(&units::slice(&text, 0, count));
    Ok(())
}

fn right(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let count = units::count(call, 1, 1)?;
    let from = units::len(&text).saturating_sub(count);
    out.push_str(&units::slice(&text, from, count));
    Ok(())
}

fn mid(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let from = units::position(call, 1, 1)?;
    let count = units::count(call, 2, 0)?;
    out.push_str(&units::slice(&text, from, count));
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
    out.push_str(&units::slice(&text, 0, from));
    out.push_str(&new);
    out.push_str(&units::slice(&text, from.saturating_add(count), usize::MAX));
    units::bounded(out)
}
