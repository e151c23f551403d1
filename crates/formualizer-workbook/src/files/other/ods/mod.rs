//! OpenDocument spreadsheets (OASIS OpenDocument 1.3, part 3): the part `content.xml`, or a file of nothing but XML (`.fods`).
//!
//! ```text
//! table … rows and cells of a sheet      value … values of cells
//! names … names and the sheets they are for      formula … formulas as they are typed
//! ```
//!
//! Rows and cells that are repeated are counted before they are stored.

mod formula;
mod names;
mod table;
mod value;

use super::{Contents, Counted, refused};
use crate::{
    Error,
    files::{
        FileLimits,
        xlsx::{
            package::Package,
            xml::{Piece, Pieces, Tag, Xml},
        },
    },
    recalc::Iteration,
};
use formualizer_common::DateSystem;
use std::borrow::Cow;

const OFFICE: &str = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
const TABLE: &str = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
const TEXT: &str = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";

/// Reads a spreadsheet in a ZIP file.
///
/// # Errors
/// Where it is damaged, encrypted or beyond the limits.
pub(super) fn packed(package: &Package, limits: &FileLimits) -> Result<Contents, Error> {
    let manifest = package.text("META-INF/manifest.xml")?;
    if manifest.is_some_and(|text| text.contains("encryption-data")) {
        return Err(refused("the file is encrypted with a password: save it without one"));
    }
    let text = package.required("content.xml")?;
    read(Xml { part: "content.xml", text: &text, depth: limits.depth }, limits)
}

/// Reads a spreadsheet that is one XML document.
///
/// # Errors
/// Where it is damaged or beyond the limits.
pub(super) fn flat(bytes: &[u8], limits: &FileLimits) -> Result<Contents, Error> {
    let text = crate::files::xlsx::package::text_of("the file", bytes.to_vec())?;
    read(Xml { part: "the file", text: &text, depth: limits.depth }, limits)
}

fn read(xml: Xml<'_>, limits: &FileLimits) -> Result<Contents, Error> {
    let mut reading = Reading {
        pieces: xml.pieces(),
        contents: Contents::new(DateSystem::Excel1900),
        counted: Counted::new(limits),
        bytes: limits.total_bytes,
        total_bytes: limits.total_bytes,
    };
    loop {
        match reading.pieces.next()? {
            Piece::Eof => return Ok(reading.contents),
            Piece::Start(tag) => match (tag.level, tag.space, tag.local) {
                (1, OFFICE, "document-content" | "document") | (2, OFFICE, "body") => {}
                (3, OFFICE, "spreadsheet") => reading.spreadsheet(&tag)?,
                (1, ..) => {
                    let what = format!("<{}> is no OpenDocument file", tag.local);
                    return Err(xml.error(0, what));
                }
                _ => reading.pieces.skip(&tag)?,
            },
            _ => {}
        }
    }
}

/// A document while it is read.
struct Reading<'a> {
    pieces: Pieces<'a>,
    contents: Contents,
    counted: Counted,
    /// Bytes of texts that may still be stored.
    bytes: u64,
    total_bytes: u64,
}

impl<'a> Reading<'a> {
    /// Calls `each` with the start tags within an element, which has to pass over their content or to let it be gone through, too.
    fn within(
        &mut self,
        tag: &Tag<'a>,
        mut each: impl FnMut(&mut Self, &Tag<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if tag.empty {
            return Ok(());
        }
        let depth = self.pieces.depth();
        while self.pieces.depth() >= depth {
            match self.pieces.next()? {
                Piece::Start(tag) => each(self, &tag)?,
                Piece::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    fn spreadsheet(&mut self, tag: &Tag<'a>) -> Result<(), Error> {
        self.within(tag, |reading, tag| match (tag.space, tag.local) {
            (TABLE, "calculation-settings") => Ok(()),
            (TABLE, "iteration") => {
                let asked =
                    reading.of(tag, TABLE, "status").is_some_and(|status| status == "enable");
                let (steps, delta) =
                    (reading.number(tag, "steps"), reading.number(tag, "maximum-difference"));
                reading.contents.iteration = asked.then(|| Iteration::of_file(steps, delta));
                reading.pieces.skip(tag)
            }
            (TABLE, "null-date") => {
                let day = reading.of(tag, TABLE, "date-value");
                if day.is_some_and(|day| day.starts_with("1904-01-01")) {
                    reading.contents.dates = DateSystem::Excel1904;
                }
                reading.pieces.skip(tag)
            }
            (TABLE, "table") => reading.table(tag),
            (TABLE, "named-expressions") => reading.names(tag, None),
            _ => reading.pieces.skip(tag),
        })
    }

    /// An attribute of the start tag that was read last.
    fn of(&self, tag: &Tag<'a>, space: &str, name: &str) -> Option<Cow<'a, str>> {
        let value = self.pieces.attribute(tag, |wanted| wanted == space, name)?;
        Some(crate::files::xlsx::xml::unescaped(value).unwrap_or(Cow::Borrowed(value)))
    }

    /// The same, as a whole number.
    fn number<T: std::str::FromStr>(&self, tag: &Tag<'a>, name: &str) -> Option<T> {
        self.of(tag, TABLE, name)?.trim().parse().ok()
    }
}
