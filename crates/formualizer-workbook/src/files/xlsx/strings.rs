//! The table of shared texts (ECMA-376, part 1, 18.4).

use super::{
    scan::rich_text,
    xml::{Piece, Xml},
};
use crate::{Error, files::MAX_TEXT};

/// Texts that cells refer to by their index, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// Reads the part, of at most `limit` texts.
    ///
    /// # Errors
    /// Where it is broken, or a text is longer than a cell holds.
    pub(crate) fn read(xml: Xml<'_>, limit: u64) -> Result<Self, Error> {
        let mut pieces = xml.pieces();
        let mut strings = Self::default();
        loop {
            match pieces.next()? {
                Piece::Eof => return Ok(strings),
                Piece::Start(tag) if (tag.level, tag.name) == (2, "si") => {
                    let at = pieces.span().start;
                    let text = rich_text(&mut pieces, &tag)?;
                    if text.len() > MAX_TEXT && text.encode_utf16().count() > MAX_TEXT {
                        let what = format!(
                            "the shared text {} has more than {MAX_TEXT} characters",
                            strings.len()
                        );
                        return Err(xml.error(at, what));
                    }
                    if strings.len() as u64 >= limit {
                        let what =
                            format!("there are more shared texts than the limit cells, {limit}");
                        return Err(xml.error(at, what));
                    }
                    strings.text.push_str(&text);
                    strings.ends.push(strings.text.len());
                }
                _ => {}
            }
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(start.copied().unwrap_or(0)..end)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}
