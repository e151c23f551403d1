//! Full-width and half-width characters of East Asian texts.
//!
//! The pairs are those of Unicode's block "Halfwidth and Fullwidth Forms": ASCII with U+FF01 to U+FF5E, the
//! space with U+3000, katakana with U+FF61 to U+FF9F, where a voiced letter is two characters.

use crate::{
    call::{Argument, Call, Result},
    record::{Kernel, Parameter, Record, array, value},
    semantics::Scalar,
};

const TEXT: &[Parameter] = &[value("text")];
const ALWAYS: &str =
    "Texts are converted in every language, not in those of two bytes a character alone.";

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("ASC", TEXT, Kernel::OfText(asc), "A text with half-width characters.").differing(ALWAYS),
    Record::new("DBCS", TEXT, Kernel::OfText(dbcs), "A text with full-width characters.").differing(ALWAYS),
    Record::new("JIS", TEXT, Kernel::OfText(dbcs), "A text with full-width characters.").differing(ALWAYS),
    Record::new("PHONETIC", &[array("reference")], Kernel::OfText(phonetic), "How texts are read aloud, one after the other.")
        .differing("The readings in files are not known: texts stand for themselves, those of formulas included."),
];

/// The full-width forms of U+FF61 to U+FF9F.
const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
/// Letters that the voiced mark goes with, and those with it.
const VOICED: (&str, &str) =
    ("カキクケコサシスセソタチツテトハヒフヘホウ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ");
/// Letters that the half-voiced mark goes with, and those with it.
const HALF_VOICED: (&str, &str) = ("ハヒフヘホ", "パピプペポ");

/// The half-width form of a katakana or a mark.
fn half(c: char) -> Option<char> {
    let at = FULL.chars().position(|full| full == c)?;
    char::from_u32(0xFF61 + u32::try_from(at).ok()?)
}

/// What stands in a list where a letter stands in another.
fn paired(c: char, from: &str, to: &str) -> Option<char> {
    from.chars().zip(to.chars()).find(|(own, _)| *own == c).map(|(_, other)| other)
}

fn asc(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    for c in text.chars() {
        let number = u32::from(c);
        if let 0xFF01..=0xFF5E = number {
            out.extend(char::from_u32(number - 0xFEE0));
        } else if c == '\u{3000}' {
            out.push(' ');
        } else if c < '\u{3001}' {
            out.push(c);
        } else if let Some(half) = half(c) {
            out.push(half);
        } else if let Some(half) = paired(c, VOICED.1, VOICED.0).and_then(half) {
            out.extend([half, '\u{FF9E}']);
        } else if let Some(half) = paired(c, HALF_VOICED.1, HALF_VOICED.0).and_then(half) {
            out.extend([half, '\u{FF9F}']);
        } else {
            out.push(c);
        }
    }
    Ok(())
}

fn dbcs(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let number = u32::from(c);
        match number {
            0x20 => out.push('\u{3000}'),
            0x21..=0x7E => out.extend(char::from_u32(number + 0xFEE0)),
            0xFF61..=0xFF9F => {
                let at = usize::try_from(number - 0xFF61).unwrap_or(0);
                let full = FULL.chars().nth(at).unwrap_or(c);
                let with = match chars.peek() {
                    Some('\u{FF9E}') => paired(full, VOICED.0, VOICED.1),
                    Some('\u{FF9F}') => paired(full, HALF_VOICED.0, HALF_VOICED.1),
                    _ => None,
                };
                if with.is_some() {
                    chars.next();
                }
                out.push(with.unwrap_or(full));
            }
            _ => out.push(c),
        }
    }
    super::units::bounded(out)
}

fn phonetic(call: &Call<'_>, out: &mut String) -> Result<()> {
    let mut push = |value: Scalar<'_>| {
        if let Scalar::Text(text) = value
            && out.len() <= 4 * super::units::MOST
        {
            out.push_str(text);
        }
    };
    match call.argument(0) {
        Argument::Array(table) => table.iter().for_each(|cell| push(cell.scalar())),
        _ => push(call.scalar(0)),
    }
    super::units::bounded(out)
}
