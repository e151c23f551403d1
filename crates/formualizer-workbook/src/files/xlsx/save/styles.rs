//! Cell formats for dates in cells whose own format shows a number.

use super::{
    super::xml::{Piece, Xml},
    patch::{Patch, with_attribute},
};
use crate::{Error, cells::NumberKind};

/// Formats that the file does not have: each is one of its own with another number format.
#[derive(Clone, Debug, Default)]
pub(super) struct DateFormats {
    /// How many formats the file has.
    first: u32,
    added: Vec<(u32, NumberKind)>,
}

impl DateFormats {
    pub(super) fn new(first: usize) -> Self {
        Self { first: u32::try_from(first).unwrap_or(u32::MAX), added: Vec::new() }
    }

    /// The format like this one that shows a date; nothing where the file has no formats to begin with.
    pub(super) fn of(&mut self, style: Option<u32>, kind: NumberKind) -> Option<u32> {
        let wanted = (style.unwrap_or(0), kind);
        if kind == NumberKind::Number || wanted.0 >= self.first {
            return None;
        }
        let at = self.added.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            self.added.push(wanted);
            self.added.len() - 1
        });
        self.first.checked_add(u32::try_from(at).ok()?)
    }

    /// Takes over the formats of another list; false where one of them has another index then.
    pub(super) fn extend(&mut self, other: &Self) -> bool {
        for wanted in &other.added {
            if !self.added.contains(wanted) {
                self.added.push(*wanted);
            }
        }
        self.added.starts_with(&other.added)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty()
    }
}

/// The part of formats with those that are added.
///
/// # Errors
/// Where it is broken.
pub(super) fn with(xml: Xml<'_>, formats: &DateFormats) -> Result<Option<String>, Error> {
    let mut pieces = xml.pieces();
    let mut patch = Patch::default();
    let mut own: Vec<&str> = Vec::new();
    let (mut inside, mut start) = (false, None);
    loop {
        match pieces.next()? {
            Piece::Eof => break,
            Piece::Start(tag) if (tag.level, tag.name) == (2, "cellXfs") && !tag.empty => {
                inside = true;
                let count = formats.first as usize + formats.added.len();
                let text = xml.text.get(pieces.span()).unwrap_or_default();
                patch.replace(
                    pieces.span(),
                    with_attribute(text, "count", Some(&count.to_string())),
                );
            }
            Piece::Start(tag) if inside && tag.name == "xf" => {
                let span = pieces.span();
                match tag.empty {
                    true => own.push(xml.text.get(span).unwrap_or_default()),
                    false => start = Some(span.start),
                }
            }
            Piece::End("xf", 3) if inside => {
                if let Some(start) = start.take() {
                    own.push(xml.text.get(start..pieces.span().end).unwrap_or_default());
                }
            }
            Piece::End("cellXfs", 2) => {
                inside = false;
                let added: String =
                    formats.added.iter().filter_map(|wanted| like(&own, *wanted)).collect();
                patch.insert(pieces.span().start, added);
            }
            _ => {}
        }
    }
    Ok(patch.apply(xml.text))
}

/// A format like one of the file's.
fn like(own: &[&str], (style, kind): (u32, NumberKind)) -> Option<String> {
    let format = own.get(style as usize)?;
    let end = format.find('>')? + 1;
    let (tag, rest) = format.split_at(end);
    // Numbers of formats that files do not write out (18.8.30).
    let id = match kind {
        NumberKind::Number => "0",
        NumberKind::Date => "14",
        NumberKind::Time => "21",
        NumberKind::DateTime => "22",
        NumberKind::Duration => "46",
    };
    let tag = with_attribute(tag, "numFmtId", Some(id));
    Some(with_attribute(&tag, "applyNumberFormat", Some("1")) + rest)
}
