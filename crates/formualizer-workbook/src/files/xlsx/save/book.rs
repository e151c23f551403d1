//! The part of the workbook: the list of sheets, and names.

use super::{
    super::{
        formulas,
        load::workbook::{Contents, NameEntry},
        xml::{Piece, Xml, escaped, quoted},
    },
    patch::{Patch, with_attribute},
};
use crate::{
    Error,
    address::SheetId,
    book::Book,
    formula::{Named, each_reference, parse_named},
    recalc::Iteration,
};
use formualizer_parse::parser::ReferenceType;
use std::ops::Range;

/// A sheet of the list that is written.
pub(super) struct Listed {
    /// Where it stood in the file's list.
    pub(super) old: Option<usize>,
    /// The sheet; nothing for one without cells, which stays as it is.
    pub(super) sheet: Option<(SheetId, String)>,
    /// The relationship that leads to its part.
    pub(super) relation: String,
}

/// The sheets of the file in the workbook's order; those without cells stay behind the sheet that they stood behind.
pub(super) fn in_order(own: Vec<Listed>, others: Vec<Listed>) -> Vec<Listed> {
    let mut list = own;
    for other in others {
        let before = other.old.and_then(|old| old.checked_sub(1));
        let at = before.and_then(|before| list.iter().position(|l| l.old == Some(before)));
        list.insert(at.map_or(0, |at| at + 1), other);
    }
    list
}

/// Where things stand in the part.
#[derive(Default)]
struct Places {
    sheets: Vec<Range<usize>>,
    /// The content of the list of sheets.
    list: Option<Range<usize>>,
    views: Vec<Range<usize>>,
    active: Vec<Option<usize>>,
    names: Vec<Range<usize>>,
    /// The whole element of names.
    all_names: Option<Range<usize>>,
    /// The start tag of what says how it is calculated.
    calculation: Option<Range<usize>>,
    prefix: String,
    next_id: u32,
}

fn places(xml: Xml<'_>) -> Result<Places, Error> {
    let mut pieces = xml.pieces();
    let mut found = Places { next_id: 1, ..Places::default() };
    let (mut list, mut names, mut name) = (None, None, None);
    loop {
        let piece = pieces.next()?;
        let span = pieces.span();
        match piece {
            Piece::Eof => return Ok(found),
            Piece::Start(tag) => match (tag.level, tag.name) {
                (2, "sheets") => list = Some(span.end),
                (3, "sheet") => {
                    tag.prefix.clone_into(&mut found.prefix);
                    let id = tag.number("sheetId").unwrap_or(0_u32);
                    found.next_id = found.next_id.max(id.saturating_add(1));
                    found.sheets.push(span);
                }
                (3, "workbookView") => {
                    found.views.push(span);
                    found.active.push(tag.number("activeTab"));
                }
                (2, "calcPr") => found.calculation = Some(span),
                (2, "definedNames") => names = Some(span.start),
                (3, "definedName") => name = Some(span.start),
                _ => {}
            },
            Piece::End("sheet", 3) => {
                if let Some(last) = found.sheets.last_mut() {
                    last.end = span.end;
                }
            }
            Piece::End("sheets", 2) => found.list = list.map(|start| start..span.start),
            Piece::End("definedName", 3) => found.names.extend(name.take().map(|at| at..span.end)),
            Piece::End("definedNames", 2) => {
                found.all_names = names.map(|start| start..span.end);
            }
            _ => {}
        }
    }
}

/// The part with these sheets and the workbook's names; nothing where it is as it was.
///
/// # Errors
/// Where it is broken.
pub(super) fn merged(
    xml: Xml<'_>,
    contents: &Contents,
    list: &[Listed],
    ids: &[Option<SheetId>],
    book: &Book,
) -> Result<Option<String>, Error> {
    let places = places(xml)?;
    let mut patch = Patch::default();
    let same_list = list.len() == contents.sheets.len()
        && list.iter().enumerate().all(|(at, listed)| {
            listed.old == Some(at)
                && listed.sheet.as_ref().is_none_or(|(_, name)| *name == contents.sheets[at].name)
        });
    if !same_list && let Some(span) = places.list.clone() {
        patch.replace(span, sheet_list(xml, &places, list));
        for (span, active) in places.views.iter().zip(&places.active) {
            let text = xml.text.get(span.clone()).unwrap_or_default();
            let now = list.iter().position(|listed| listed.old.is_some() && listed.old == *active);
            let now = now.map(|now| now.to_string());
            let tag = with_attribute(text, "activeTab", now.as_deref());
            patch.replace(span.clone(), with_attribute(&tag, "firstSheet", None));
        }
    }
    names(xml, &places, contents, list, ids, book, &mut patch);
    if book.iteration != contents.iteration {
        iteration(xml, &places, book.iteration, &mut patch);
    }
    Ok(patch.apply(xml.text))
}

/// Says whether circular references are calculated in steps (18.2.2).
fn iteration(xml: Xml<'_>, places: &Places, now: Option<Iteration>, patch: &mut Patch) {
    let attributes = [
        ("iterate", now.map(|_| "1".to_owned())),
        ("iterateCount", now.map(|now| now.steps().to_string())),
        ("iterateDelta", now.map(|now| now.delta().to_string())),
    ];
    let with = |tag: &str| {
        attributes
            .iter()
            .fold(tag.to_owned(), |tag, (name, value)| with_attribute(&tag, name, value.as_deref()))
    };
    match (&places.calculation, &places.all_names, &places.list) {
        (Some(span), ..) => {
            patch.replace(span.clone(), with(xml.text.get(span.clone()).unwrap_or_default()));
        }
        (None, names, Some(list)) => {
            let at = names.as_ref().map_or_else(|| behind(xml, list.end), |names| names.end);
            patch.insert(at, with(&format!("<{}calcPr/>", places.prefix)));
        }
        (None, _, None) => {}
    }
}

fn sheet_list(xml: Xml<'_>, places: &Places, list: &[Listed]) -> String {
    let mut out = String::new();
    let mut next = places.next_id;
    for listed in list {
        let old = listed.old.and_then(|at| places.sheets.get(at)?.clone().into());
        let old = old.and_then(|span: Range<usize>| xml.text.get(span));
        match (old, &listed.sheet) {
            (Some(old), None) => out.push_str(old),
            (Some(old), Some((_, name))) => {
                let end = old.find('>').map_or(old.len(), |at| at + 1);
                let (tag, rest) = old.split_at(end);
                out.push_str(&with_attribute(tag, "name", Some(&quoted(name))));
                out.push_str(rest);
            }
            (None, Some((_, name))) => {
                out.push_str(&format!(
                    "<{}sheet xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
                     name=\"{}\" sheetId=\"{next}\" r:id=\"{}\"/>",
                    places.prefix,
                    quoted(name),
                    quoted(&listed.relation)
                ));
                next += 1;
            }
            (None, None) => {}
        }
    }
    out
}

/// The names, where one of them changed.
fn names(
    xml: Xml<'_>,
    places: &Places,
    contents: &Contents,
    list: &[Listed],
    ids: &[Option<SheetId>],
    book: &Book,
    patch: &mut Patch,
) {
    let now_at = |old: usize| list.iter().position(|listed| listed.old == Some(old));
    let place = |id: SheetId| {
        list.iter().position(|listed| listed.sheet.as_ref().is_some_and(|(sheet, _)| *sheet == id))
    };
    let mut written: Vec<(Option<SheetId>, String)> = Vec::new();
    let mut entries: Vec<String> = Vec::new();
    let mut changed = places.names.len() != contents.names.len();
    for (entry, span) in contents.names.iter().zip(&places.names) {
        let text = xml.text.get(span.clone()).unwrap_or_default();
        let local = match entry.sheet {
            None => None,
            Some(old) => match now_at(old) {
                Some(now) => Some(now),
                None => {
                    changed = true;
                    continue;
                }
            },
        };
        let scope = entry.sheet.and_then(|old| ids.get(old).copied().flatten());
        let key = (scope, entry.name.to_lowercase());
        let known = book.names.named.get(&key);
        let loaded = loaded(entry, scope, ids, book);
        let text = match (known, loaded) {
            (Some(known), Some(loaded)) if qualified(known, book) == qualified(&loaded, book) => {
                text.to_owned()
            }
            (Some(known), _) if !entry.function => {
                changed = true;
                replaced(text, &stored(known, book))
            }
            // What was removed, and what was never taken over.
            (None, Some(_)) => {
                changed = true;
                continue;
            }
            _ => text.to_owned(),
        };
        let moved = local != entry.sheet;
        changed |= moved;
        let text = match moved {
            true => {
                let end = text.find('>').map_or(text.len(), |at| at + 1);
                let (tag, rest) = text.split_at(end);
                let local = local.map(|at| at.to_string());
                with_attribute(tag, "localSheetId", local.as_deref()) + rest
            }
            false => text,
        };
        written.push(key);
        entries.push(text);
    }
    let mut new: Vec<_> =
        book.names.named.iter().filter(|(key, _)| !written.contains(key)).collect();
    new.sort_by(|a, b| a.0.cmp(b.0));
    for ((scope, _), named) in new {
        let local = match scope.map(place) {
            None => String::new(),
            Some(Some(at)) => format!(" localSheetId=\"{at}\""),
            Some(None) => continue,
        };
        changed = true;
        let (prefix, name) = (&places.prefix, quoted(&named.name));
        let text = stored(named, book);
        let text = escaped(&text);
        entries.push(format!(
            "<{prefix}definedName name=\"{name}\"{local}>{text}</{prefix}definedName>"
        ));
    }
    if !changed {
        return;
    }
    let prefix = &places.prefix;
    let element = match entries.is_empty() {
        true => String::new(),
        false => {
            format!("<{prefix}definedNames>{}</{prefix}definedNames>", entries.concat())
        }
    };
    match (&places.all_names, &places.list) {
        (Some(span), _) => patch.replace(span.clone(), element),
        (None, Some(list)) => patch.insert(behind(xml, list.end), element),
        (None, None) => {}
    }
}

/// Behind the elements that stand between the list of sheets and names (18.2.27).
fn behind(xml: Xml<'_>, list_end: usize) -> usize {
    let rest = xml.text.get(list_end..).unwrap_or_default();
    let mut end = rest.find('>').map_or(list_end, |at| list_end + at + 1);
    for element in ["functionGroups", "externalReferences"] {
        let rest = xml.text.get(end..).unwrap_or_default();
        let closing = format!("{element}>");
        if let Some(at) = rest
            .find(&closing)
            .filter(|at| rest[..*at].ends_with('/') || rest[..*at].contains("</"))
        {
            end += at + closing.len();
        }
    }
    end
}

/// The entry of the file as loading takes it.
fn loaded(
    entry: &NameEntry,
    scope: Option<SheetId>,
    ids: &[Option<SheetId>],
    _book: &Book,
) -> Option<Named> {
    if entry.function {
        return None;
    }
    let first = ids.iter().flatten().next().copied()?;
    let text = formulas::typed(entry.text.trim());
    parse_named(&entry.name, &text, scope.unwrap_or(first)).ok()
}

/// What a name stands for, every reference with its sheet: files know no sheet that is meant.
fn qualified(named: &Named, book: &Book) -> String {
    let mut named = named.clone();
    let own = book.sheets.get(&named.sheet).map(|sheet| sheet.name.clone());
    each_reference(&mut named.source, &mut |reference| {
        if let ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } = reference
            && sheet.is_none()
        {
            sheet.clone_from(&own);
        }
    });
    named.text(book)
}

fn stored(named: &Named, book: &Book) -> String {
    formulas::stored(&qualified(named, book))
}

/// The entry of a name with another text.
fn replaced(entry: &str, text: &str) -> String {
    let start = entry.find('>').map_or(0, |at| at + 1);
    let end = entry.rfind("</").unwrap_or(entry.len()).max(start);
    format!("{}{}{}", &entry[..start], escaped(text), &entry[end..])
}
