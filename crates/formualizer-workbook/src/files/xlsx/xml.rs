//! XML parts, an element at a time: local names, attributes, text with entities, bounded depth.
//!
//! Document types are refused, and with them every entity but the five of XML and characters by number: nothing in a part
//! can make it larger than it is.

use crate::{Error, ErrorKind};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::{borrow::Cow, ops::Range};

/// An XML part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Xml<'a> {
    /// Its name, for messages.
    pub(crate) part: &'a str,
    pub(crate) text: &'a str,
    /// How deep elements may be nested.
    pub(crate) depth: usize,
}

/// Something between two places of a part.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// A start tag, or an element without content.
    Start(Tag<'a>),
    /// An end tag, by its local name.
    End(&'a str),
    Text(Cow<'a, str>),
    /// Comments, processing instructions and the declaration.
    Other,
    Eof,
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    /// Without its prefix.
    pub(crate) name: &'a str,
    /// The prefix with its colon; usually empty.
    pub(crate) prefix: &'a str,
    /// Whether it is the whole element.
    pub(crate) empty: bool,
    /// What stands between the name and `>` or `/>`.
    pub(crate) attributes: &'a str,
}

impl<'a> Xml<'a> {
    /// The pieces from the start on.
    pub(crate) fn pieces(self) -> Pieces<'a> {
        let mut reader = Reader::from_str(self.text);
        reader.config_mut().check_end_names = true;
        Pieces { xml: self, reader, depth: 0, start: 0, begun: false }
    }

    /// An error that names the part and the place.
    pub(crate) fn error(&self, at: usize, what: impl std::fmt::Display) -> Error {
        Error::new(ErrorKind::File, format!("{} at byte {at}: {what}", self.part))
    }
}

/// The pieces of a part, in order.
pub(crate) struct Pieces<'a> {
    pub(crate) xml: Xml<'a>,
    reader: Reader<&'a [u8]>,
    depth: usize,
    start: usize,
    /// Whether there was an element.
    begun: bool,
}

impl<'a> Pieces<'a> {
    /// The next piece.
    ///
    /// # Errors
    /// Where the part is no well-formed XML, has a document type, or is nested too deep.
    pub(crate) fn next(&mut self) -> Result<Piece<'a>, Error> {
        self.start = self.at();
        let event = match self.reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(self.reader.error_position()).unwrap_or(self.start);
                return Err(self.xml.error(at, error));
            }
        };
        let span = self.span();
        let raw: &'a str = self.xml.text.get(span.clone()).unwrap_or_default();
        self.begun |= matches!(event, Event::Start(_) | Event::Empty(_));
        Ok(match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > self.xml.depth {
                    let what = format!("elements are nested deeper than {}", self.xml.depth);
                    return Err(self.xml.error(span.start, what));
                }
                Piece::Start(tag_of(raw, &tag, false))
            }
            Event::Empty(tag) => Piece::Start(tag_of(raw, &tag, true)),
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                let name = raw.strip_prefix("</").unwrap_or(raw);
                let name = name.strip_suffix('>').unwrap_or(name).trim_ascii_end();
                Piece::End(local(name))
            }
            Event::Text(_) => Piece::Text(unix_lines(raw)),
            Event::CData(_) => {
                let text = raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>"));
                Piece::Text(unix_lines(text.unwrap_or_default()))
            }
            Event::GeneralRef(_) => match unescaped(raw) {
                Some(text) => Piece::Text(text),
                None => return Err(self.xml.error(span.start, format!("{raw} is not known"))),
            },
            Event::DocType(_) => {
                let what = "document types are not allowed in workbooks";
                return Err(self.xml.error(span.start, what));
            }
            Event::Eof if self.depth > 0 => {
                return Err(self.xml.error(span.start, "the part ends inside of an element"));
            }
            Event::Eof if !self.begun => return Err(self.xml.error(0, "the part is empty")),
            Event::Eof => Piece::Eof,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Piece::Other,
        })
    }

    /// The bytes of the last piece.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.at()
    }

    fn at(&self) -> usize {
        usize::try_from(self.reader.buffer_position())
            .unwrap_or(usize::MAX)
            .min(self.xml.text.len())
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Whether the element whose start tag was read last is around all others.
    pub(crate) fn outermost(&self, tag: &Tag<'_>) -> bool {
        self.depth == usize::from(!tag.empty)
    }

    /// Passes over the rest of the element whose start tag was read last.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn skip(&mut self, tag: &Tag<'_>) -> Result<(), Error> {
        if tag.empty {
            return Ok(());
        }
        let depth = self.depth;
        while self.depth >= depth {
            if matches!(self.next()?, Piece::Eof) {
                break;
            }
        }
        Ok(())
    }

    /// The text of the element whose start tag was read last, with that of elements within.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn text(&mut self, tag: &Tag<'_>) -> Result<Cow<'a, str>, Error> {
        let mut found: Cow<'a, str> = Cow::Borrowed("");
        if tag.empty {
            return Ok(found);
        }
        let depth = self.depth;
        while self.depth >= depth {
            match self.next()? {
                Piece::Text(text) if found.is_empty() => found = text,
                Piece::Text(text) => found.to_mut().push_str(&text),
                Piece::Eof => break,
                _ => {}
            }
        }
        Ok(found)
    }
}

fn tag_of<'a>(raw: &'a str, tag: &BytesStart<'_>, empty: bool) -> Tag<'a> {
    let inner = raw.strip_prefix('<').unwrap_or(raw);
    let inner = inner.strip_suffix("/>").or_else(|| inner.strip_suffix('>')).unwrap_or(inner);
    let (name, attributes) = inner.split_at(tag.name().as_ref().len().min(inner.len()));
    let prefix = &name[..name.len() - local(name).len()];
    Tag { name: local(name), prefix, empty, attributes }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    let colon = name.bytes().rposition(|b| b == b':');
    colon.and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

impl<'a> Tag<'a> {
    /// Every attribute: name as it is written, value with its entities.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = after[1..].split_once(quote)?;
            rest = after;
            Some((name.trim(), value))
        })
    }

    /// An attribute by its local name, with its entities.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.pairs().find_map(|(key, value)| (local(key) == name).then_some(value))
    }

    /// An attribute by its local name.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).map(|value| unescaped(value).unwrap_or(Cow::Borrowed(value)))
    }

    /// An attribute that is a whole number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.raw(name)?.trim().parse().ok()
    }

    /// An attribute that is a logical value.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.raw(name)?.trim() {
            "1" | "true" | "on" => Some(true),
            "0" | "false" | "off" => Some(false),
            _ => None,
        }
    }
}

/// A text with the entities of XML resolved; `None` where it has others.
pub(crate) fn unescaped(raw: &str) -> Option<Cow<'_, str>> {
    match raw.contains('&') {
        true => quick_xml::escape::unescape(raw).ok(),
        false => Some(Cow::Borrowed(raw)),
    }
}

/// Line ends of Windows and of old Macs are those of Unix, as XML has it.
fn unix_lines(raw: &str) -> Cow<'_, str> {
    match raw.contains('\r') {
        true => Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(raw),
    }
}

/// The characters that `_xHHHH_` stands for in texts of spreadsheets (ECMA-376, ST_Xstring).
pub(crate) fn decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains("_x") {
        return text;
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = &*text;
    let mut changed = false;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest[at + 6..].starts_with('_'));
        let code = code.filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|code| u16::from_str_radix(code, 16).ok()) {
            Some(unit) => {
                units.extend(rest[..at].encode_utf16());
                units.push(unit);
                rest = &rest[at + 7..];
                changed = true;
            }
            None => {
                units.extend(rest[..at + 2].encode_utf16());
                rest = &rest[at + 2..];
            }
        }
    }
    if !changed {
        return text;
    }
    units.extend(rest.encode_utf16());
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// A text for between tags: with entities, and `_xHHHH_` for what XML has no place for.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        !matches!(c, '&' | '<' | '>' | '_')
            && (c >= ' ' || matches!(c, '\n' | '\t'))
            && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if is_escape(&text[at..]) => out.push_str("_x005F_"),
            c if plain(c) || c == '_' => out.push(c),
            c => out.push_str(&format!("_x{:04X}_", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// Whether a text begins with what would be read as `_xHHHH_`.
fn is_escape(text: &str) -> bool {
    text.get(1..2) == Some("x")
        && text.get(2..6).is_some_and(|code| code.bytes().all(|b| b.is_ascii_hexdigit()))
        && text.get(6..7) == Some("_")
}

/// A text for between the quotes of an attribute.
pub(crate) fn quoted(text: &str) -> String {
    quick_xml::escape::escape(text).replace('\n', "&#10;").replace('\t', "&#9;")
}
