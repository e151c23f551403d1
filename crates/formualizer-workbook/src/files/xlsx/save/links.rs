//! Relationships and content types: which parts there are, what they are, and which leads to which.

use super::{
    super::{
        package::key_of,
        relations::{Relation, read, rels_of},
        xml::{Piece, quoted},
    },
    blank::declared,
    parts::Parts,
    patch::{Patch, with_attribute},
};
use crate::Error;
use rustc_hash::FxHashSet;

const TYPES: &str = "[Content_Types].xml";
const EMPTY: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

/// The relationships of a part; of the package itself where the name is empty.
///
/// # Errors
/// Where they are broken.
pub(super) fn relations(parts: &Parts, part: &str) -> Result<Vec<Relation>, Error> {
    let name = rels_of(part);
    match parts.text(&name)? {
        Some(text) => read(part, Parts::xml(&name, &text)),
        None => Ok(Vec::new()),
    }
}

/// Adds a relationship to a part, and gives its id.
///
/// # Errors
/// Where the part's relationships are broken.
pub(super) fn add(
    parts: &mut Parts,
    part: &str,
    kind: &str,
    target: &str,
) -> Result<String, Error> {
    let name = rels_of(part);
    let text = parts.text(&name)?.unwrap_or_else(|| declared(EMPTY));
    let known: FxHashSet<String> =
        read(part, Parts::xml(&name, &text))?.into_iter().map(|relation| relation.id).collect();
    let id = (1..).map(|n: u32| format!("rId{n}")).find(|id| !known.contains(id));
    let id = id.unwrap_or_default();
    let relation = format!(
        "<Relationship Id=\"{id}\" Type=\"{OFFICE}{kind}\" Target=\"/{}\"/>",
        quoted(target)
    );
    let text = with_last(&name, &text, "Relationships", &relation)?;
    parts.set(&name, text);
    Ok(id)
}

/// Removes the relationships of a part that lead to a target; what nothing leads to any more goes with [`sweep`].
///
/// # Errors
/// Where they are broken.
pub(super) fn remove(
    parts: &mut Parts,
    part: &str,
    which: impl Fn(&Relation) -> bool,
) -> Result<(), Error> {
    let name = rels_of(part);
    let Some(text) = parts.text(&name)? else { return Ok(()) };
    let known = read(part, Parts::xml(&name, &text))?;
    let mut patch = Patch::default();
    let mut pieces = Parts::xml(&name, &text).pieces();
    let mut open = None;
    loop {
        match pieces.next()? {
            Piece::Eof => break,
            Piece::Start(tag) if tag.name == "Relationship" => {
                let id = tag.get("Id").unwrap_or_default();
                let gone = known.iter().find(|relation| relation.id == id).is_some_and(&which);
                match (gone, tag.empty) {
                    (true, true) => patch.remove(pieces.span()),
                    (true, false) => open = Some(pieces.span().start),
                    (false, _) => {}
                }
            }
            Piece::End("Relationship", 2) => {
                if let Some(start) = open.take() {
                    patch.remove(start..pieces.span().end);
                }
            }
            _ => {}
        }
    }
    if let Some(text) = patch.apply(&text) {
        parts.set(&name, text);
    }
    Ok(())
}

/// The content type of a part, if the file names one for it.
///
/// # Errors
/// Where the list is broken.
pub(super) fn content_type(parts: &Parts, part: &str) -> Result<Option<String>, Error> {
    let text = parts.required(TYPES)?;
    let mut pieces = Parts::xml(TYPES, &text).pieces();
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(None),
            Piece::Start(tag) if tag.name == "Override" => {
                let name = tag.get("PartName").unwrap_or_default();
                if key_of(&name) == key_of(part) {
                    return Ok(tag.get("ContentType").map(|kind| kind.into_owned()));
                }
            }
            _ => {}
        }
    }
}

/// Says that the workbook is a template, or that it is none.
///
/// # Errors
/// Where the list is broken.
pub(super) fn set_template(parts: &mut Parts, main: &str, template: bool) -> Result<(), Error> {
    let text = parts.required(TYPES)?;
    let mut pieces = Parts::xml(TYPES, &text).pieces();
    let mut patch = Patch::default();
    let (from, to) = if template { (".sheet.", ".template.") } else { (".template.", ".sheet.") };
    loop {
        match pieces.next()? {
            Piece::Eof => break,
            Piece::Start(tag) if tag.name == "Override" => {
                let name = tag.get("PartName").unwrap_or_default();
                let kind = tag.get("ContentType").unwrap_or_default();
                if key_of(&name) == key_of(main) && kind.contains(from) {
                    let old = text.get(pieces.span()).unwrap_or_default();
                    let kind = quoted(&kind.replace(from, to));
                    patch.replace(pieces.span(), with_attribute(old, "ContentType", Some(&kind)));
                }
            }
            _ => {}
        }
    }
    if let Some(text) = patch.apply(&text) {
        parts.set(TYPES, text);
    }
    Ok(())
}

/// Says what a new part is.
///
/// # Errors
/// Where the list is broken.
pub(super) fn declare(parts: &mut Parts, part: &str, kind: &str) -> Result<(), Error> {
    if content_type(parts, part)?.is_some() {
        return Ok(());
    }
    let text = parts.required(TYPES)?;
    let kind = format!("application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml");
    let entry = format!("<Override PartName=\"/{}\" ContentType=\"{kind}\"/>", quoted(part));
    let text = with_last(TYPES, &text, "Types", &entry)?;
    parts.set(TYPES, text);
    Ok(())
}

/// A text with something at the end of its outermost element.
fn with_last(name: &str, text: &str, element: &str, new: &str) -> Result<String, Error> {
    let mut pieces = Parts::xml(name, text).pieces();
    let mut patch = Patch::default();
    loop {
        match pieces.next()? {
            Piece::Eof => break,
            Piece::Start(tag) if (tag.level, tag.name) == (1, element) && tag.empty => {
                let span = pieces.span();
                let open = text.get(span.clone()).unwrap_or_default().trim_end_matches("/>");
                patch.replace(span, format!("{open}>{new}</{}{element}>", tag.prefix));
            }
            Piece::End(end, 1) if end == element => patch.insert(pieces.span().start, new),
            _ => {}
        }
    }
    Ok(patch.apply(text).unwrap_or_else(|| text.to_owned()))
}

/// The parts that relationships lead to, by key.
///
/// # Errors
/// Where relationships are broken.
pub(super) fn reachable(parts: &Parts) -> Result<FxHashSet<String>, Error> {
    let mut found = FxHashSet::default();
    let mut open = vec![String::new()];
    while let Some(part) = open.pop() {
        for relation in relations(parts, &part)? {
            if !relation.external && found.insert(key_of(&relation.target)) {
                open.push(relation.target);
            }
        }
    }
    Ok(found)
}

/// Removes the parts that were reachable before and are not any more, with their relationships and content types.
///
/// # Errors
/// Where relationships are broken.
pub(super) fn sweep(parts: &mut Parts, before: &FxHashSet<String>) -> Result<(), Error> {
    let now = reachable(parts)?;
    let gone: FxHashSet<String> = before.difference(&now).cloned().collect();
    if gone.is_empty() {
        return Ok(());
    }
    for name in parts.names() {
        let key = key_of(&name);
        if gone.contains(&key) {
            parts.remove(&name);
            parts.remove(&rels_of(&name));
        }
    }
    let text = parts.required(TYPES)?;
    let mut patch = Patch::default();
    let mut pieces = Parts::xml(TYPES, &text).pieces();
    loop {
        match pieces.next()? {
            Piece::Eof => break,
            Piece::Start(tag)
                if tag.name == "Override"
                    && tag.empty
                    && gone.contains(&key_of(&tag.get("PartName").unwrap_or_default())) =>
            {
                patch.remove(pieces.span());
            }
            _ => {}
        }
    }
    if let Some(text) = patch.apply(&text) {
        parts.set(TYPES, text);
    }
    Ok(())
}
