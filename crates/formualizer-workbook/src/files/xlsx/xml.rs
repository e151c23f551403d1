//! XML parts, an element at a time: names with their namespaces, attributes, text with entities, bounded depth.
//!
//! Elements of a part's own vocabulary, the namespace of its outermost element, have a [`name`](Tag::name); those of extensions have
//! none, so that nothing takes `x14:table` for a `table`.
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
    /// An end tag: its name in the part's own vocabulary, empty for others, and how deep its element is nested.
    End(&'a str, usize),
    Text(Cow<'a, str>),
    /// Comments, processing instructions and the declaration.
    Other,
    Eof,
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    /// Without its prefix, where it is of the part's own vocabulary; empty for others.
    pub(crate) name: &'a str,
    /// Without its prefix, whatever its namespace.
    pub(crate) local: &'a str,
    /// Its namespace; empty where it has none.
    pub(crate) space: &'a str,
    /// How deep it is nested: the outermost element is 1.
    pub(crate) level: usize,
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
        let (range, bound) = (0..self.text.len(), Vec::new());
        let reader = reader(self.text);
        Pieces { xml: self, reader, range, around: 0, depth: 0, start: 0, bound, own: None }
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
    /// The bytes of the part that are gone through.
    range: Range<usize>,
    /// How many elements are open around them.
    around: usize,
    depth: usize,
    start: usize,
    /// Prefixes in force, the innermost last.
    bound: Vec<Bound<'a>>,
    /// The namespace of the outermost element, once there was one.
    own: Option<&'a str>,
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    reader
}

/// A prefix and what it stands for.
#[derive(Clone)]
struct Bound<'a> {
    /// The level of the element that says so.
    level: usize,
    /// Empty for elements without a prefix.
    prefix: &'a str,
    space: &'a str,
}

impl<'a> Pieces<'a> {
    /// The next piece.
    ///
    /// # Errors
    /// Where the part is no well-formed XML, has a document type, or is nested too deep.
    pub(crate) fn next(&mut self) -> Result<Piece<'a>, Error> {
        self.start = self.at();
        while self.bound.last().is_some_and(|bound| bound.level > self.depth) {
            self.bound.pop();
        }
        let event = match self.reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(self.reader.error_position()).unwrap_or(0);
                return Err(self.xml.error(self.range.start + at, error));
            }
        };
        let span = self.span();
        let raw: &'a str = self.xml.text.get(span.clone()).unwrap_or_default();
        Ok(match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > self.xml.depth {
                    let what = format!("elements are nested deeper than {}", self.xml.depth);
                    return Err(self.xml.error(span.start, what));
                }
                Piece::Start(self.tag(raw, &tag, false))
            }
            Event::Empty(tag) => Piece::Start(self.tag(raw, &tag, true)),
            Event::End(_) => {
                let name = raw.strip_prefix("</").unwrap_or(raw);
                let name = name.strip_suffix('>').unwrap_or(name).trim_ascii_end();
                let (prefix, name) = split(name);
                let own = self.own == Some(self.space(prefix));
                let level = self.depth;
                self.depth = self.depth.saturating_sub(1);
                Piece::End(if own { name } else { "" }, level)
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
            Event::Eof if self.depth > self.around => {
                return Err(self.xml.error(span.start, "the part ends inside of an element"));
            }
            Event::Eof if self.own.is_none() => return Err(self.xml.error(0, "the part is empty")),
            Event::Eof => Piece::Eof,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Piece::Other,
        })
    }

    /// The bytes of the last piece.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.at()
    }

    fn at(&self) -> usize {
        let read = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        self.range.start.saturating_add(read).min(self.range.end)
    }

    /// The pieces of a range that has whole elements within those that are open now.
    pub(crate) fn within(&self, range: Range<usize>) -> Self {
        let reader = reader(self.xml.text.get(range.clone()).unwrap_or_default());
        let (depth, bound) = (self.depth, self.bound.clone());
        let start = range.start;
        Self { xml: self.xml, reader, range, around: depth, depth, start, bound, own: self.own }
    }

    /// Goes on from a place to which all elements that have begun since have ended.
    pub(crate) fn jump(&mut self, to: usize) {
        self.range = to..self.xml.text.len();
        self.reader = reader(self.xml.text.get(to..).unwrap_or_default());
        // The elements around began before.
        self.reader.config_mut().allow_unmatched_ends = true;
        self.start = to;
    }

    fn tag(&mut self, raw: &'a str, tag: &BytesStart<'_>, empty: bool) -> Tag<'a> {
        let inner = raw.strip_prefix('<').unwrap_or(raw);
        let inner = inner.strip_suffix("/>").or_else(|| inner.strip_suffix('>')).unwrap_or(inner);
        let (name, attributes) = inner.split_at(tag.name().as_ref().len().min(inner.len()));
        let level = self.depth + usize::from(empty);
        if attributes.contains("xmlns") {
            let bound = pairs(attributes).filter_map(|(name, space)| {
                let prefix = name.strip_prefix("xmlns")?;
                let prefix = if prefix.is_empty() { "" } else { prefix.strip_prefix(':')? };
                Some(Bound { level, prefix, space })
            });
            self.bound.extend(bound);
        }
        let (prefix, local) = split(name);
        let space = self.space(prefix);
        let own = *self.own.get_or_insert(space) == space;
        let prefix = &name[..name.len() - local.len()];
        Tag { name: if own { local } else { "" }, local, space, level, prefix, empty, attributes }
    }

    /// What a prefix stands for. One that nothing declares stands for itself.
    fn space(&self, prefix: &'a str) -> &'a str {
        let bound = self.bound.iter().rev().find(|bound| bound.prefix == prefix);
        bound.map_or(prefix, |bound| bound.space)
    }

    /// An attribute of a namespace that `wanted` knows, of the start tag that was read last, with its entities.
    pub(crate) fn attribute(
        &self,
        tag: &Tag<'a>,
        wanted: impl Fn(&str) -> bool,
        name: &str,
    ) -> Option<&'a str> {
        tag.pairs().find_map(|(key, value)| {
            let (prefix, local) = split(key);
            let found = local == name && !prefix.is_empty() && wanted(self.space(prefix));
            found.then_some(value)
        })
    }

    /// The relationship that an attribute of the start tag that was read last names, such as `r:id`.
    pub(crate) fn relation(&self, tag: &Tag<'a>, name: &str) -> Option<Cow<'a, str>> {
        // The same in both variants of the standard.
        let value = self.attribute(tag, |space| space.ends_with("/relationships"), name)?;
        Some(unescaped(value).unwrap_or(Cow::Borrowed(value)))
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
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

/// A name's prefix, without its colon, and the rest of it.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(':').unwrap_or(("", name))
}

/// The attributes of a start tag: names as they are written, values with their entities.
fn pairs(attributes: &str) -> impl Iterator<Item = (&str, &str)> + use<'_> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after;
        Some((name.trim(), value))
    })
}

impl<'a> Tag<'a> {
    /// Every attribute: name as it is written, value with its entities.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        pairs(self.attributes)
    }

    /// An attribute without a prefix, with its entities.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.pairs().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// An attribute without a prefix.
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
