//! Tables (ECMA-376, part 1, 18.5).

use super::{
    super::{
        load::table,
        xml::{Piece, Xml, quoted},
    },
    patch::{Patch, with_attribute},
};
use crate::{Error, address::Rect, formula::TableDef};
use std::{fmt::Write, ops::Range};

/// A table's part with what the workbook knows of it; nothing where it is as it was.
///
/// # Errors
/// Where it is broken.
pub(super) fn merged(xml: Xml<'_>, table: &TableDef) -> Result<Option<String>, Error> {
    let Some(old) = table::read(xml, table.sheet)?.map(|loaded| loaded.table) else {
        return Ok(None);
    };
    let same = old.rect == table.rect
        && old.columns == table.columns
        && old.name == table.name
        && (old.headers, old.totals) == (table.headers, table.totals);
    if same {
        return Ok(None);
    }
    let mut patch = Patch::default();
    let mut pieces = xml.pieces();
    let mut columns: Vec<(Range<usize>, Option<u32>)> = Vec::new();
    let mut list = None;
    loop {
        let piece = pieces.next()?;
        let span = pieces.span();
        let text = xml.text.get(span.clone()).unwrap_or_default();
        match piece {
            Piece::Eof => break,
            Piece::Start(tag) => match (tag.level, tag.name) {
                (1, "table") => {
                    let name = quoted(&table.name);
                    let tag = with_attribute(text, "ref", Some(&table.rect.to_string()));
                    let tag = with_attribute(&tag, "displayName", Some(&name));
                    patch.replace(span, with_attribute(&tag, "name", Some(&name)));
                }
                (2, "autoFilter") => {
                    let cells = filtered(table).to_string();
                    patch.replace(span, with_attribute(text, "ref", Some(&cells)));
                }
                (2, "tableColumns") => {
                    let count = table.columns.len().to_string();
                    list = Some(span.end);
                    patch.replace(span, with_attribute(text, "count", Some(&count)));
                }
                (3, "tableColumn") => columns.push((span, tag.number("id"))),
                _ => {}
            },
            Piece::End("tableColumn", 3) => {
                if let Some((last, _)) = columns.last_mut() {
                    last.end = span.end;
                }
            }
            Piece::End("tableColumns", 2) => {
                if let Some(start) = list.take().filter(|_| old.columns != table.columns) {
                    let content = merged_columns(xml, &columns, &old.columns, table);
                    patch.replace(start..span.start, content);
                }
            }
            _ => {}
        }
    }
    Ok(patch.apply(xml.text))
}

/// The columns: those of the file by their names, or by their places where only names changed.
fn merged_columns(
    xml: Xml<'_>,
    spans: &[(Range<usize>, Option<u32>)],
    old: &[String],
    table: &TableDef,
) -> String {
    let renamed = old.len() == table.columns.len();
    let mut next = spans.iter().filter_map(|(_, id)| *id).max().unwrap_or(0) + 1;
    let mut out = String::new();
    for (at, name) in table.columns.iter().enumerate() {
        let known = old.iter().position(|old| old == name).or(renamed.then_some(at));
        let known = known.and_then(|at| xml.text.get(spans.get(at)?.0.clone()));
        match known {
            Some(known) => {
                let end = known.find('>').map_or(known.len(), |at| at + 1);
                let (tag, rest) = known.split_at(end);
                out.push_str(&with_attribute(tag, "name", Some(&quoted(name))));
                out.push_str(rest);
            }
            None => {
                // Writing to a String cannot fail.
                let _ = write!(out, "<tableColumn id=\"{next}\" name=\"{}\"/>", quoted(name));
                next += 1;
            }
        }
    }
    out
}

/// The cells that a table's filter is for: all but the row of totals.
fn filtered(table: &TableDef) -> Rect {
    let totals = u32::from(table.totals);
    Rect { bottom: table.rect.bottom.saturating_sub(totals).max(table.rect.top), ..table.rect }
}

/// The part of a new table.
pub(super) fn new(table: &TableDef, id: u32) -> String {
    let name = quoted(&table.name);
    let rect = table.rect;
    let headers = if table.headers { "" } else { " headerRowCount=\"0\"" };
    let totals = if table.totals { " totalsRowCount=\"1\"" } else { " totalsRowShown=\"0\"" };
    let filter = match table.headers {
        true => format!("<autoFilter ref=\"{}\"/>", filtered(table)),
        false => String::new(),
    };
    let mut columns = String::new();
    for (id, name) in (1..).zip(&table.columns) {
        let id: u32 = id;
        let _ = write!(columns, "<tableColumn id=\"{id}\" name=\"{}\"/>", quoted(name));
    }
    format!(
        "<table xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" id=\"{id}\" name=\"{name}\" \
         displayName=\"{name}\" ref=\"{rect}\"{headers}{totals}>{filter}<tableColumns count=\"{}\">{columns}</tableColumns>\
         <tableStyleInfo name=\"TableStyleMedium2\" showFirstColumn=\"0\" showLastColumn=\"0\" showRowStripes=\"1\" \
         showColumnStripes=\"0\"/></table>",
        table.columns.len()
    )
}

/// The id of a table's part, which no other of the file may have.
///
/// # Errors
/// Where it is broken.
pub(super) fn id(xml: Xml<'_>) -> Result<u32, Error> {
    let mut pieces = xml.pieces();
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(0),
            Piece::Start(tag) if tag.level == 1 => return Ok(tag.number("id").unwrap_or(0)),
            _ => {}
        }
    }
}

/// A sheet's part that refers to these tables besides those that it refers to, and no more to others: relationships by their ids.
///
/// # Errors
/// Where it is broken.
pub(super) fn listed(xml: Xml<'_>, new: &[String], gone: &[String]) -> Result<String, Error> {
    let mut pieces = xml.pieces();
    let mut patch = Patch::default();
    let (mut kept, mut prefix): (Vec<&str>, &str) = (Vec::new(), "");
    let (mut list, mut before) = (None, None);
    loop {
        let piece = pieces.next()?;
        let span = pieces.span();
        match piece {
            Piece::Eof => break,
            Piece::Start(tag) => {
                match (tag.level, tag.name) {
                    (1, "worksheet") => prefix = tag.prefix,
                    (2, "tableParts") => list = Some(span.clone()),
                    (3, "tablePart") => {
                        let id = pieces.relation(&tag, "id").unwrap_or_default();
                        if !gone.iter().any(|gone| *gone == id) {
                            kept.push(xml.text.get(span.clone()).unwrap_or_default());
                        }
                    }
                    // What comes behind tables (18.3.1.99).
                    (2, "extLst") => before = Some(span.start),
                    _ => {}
                }
            }
            Piece::End("tableParts", 2) => {
                if let Some(list) = &mut list {
                    list.end = span.end;
                }
            }
            Piece::End("worksheet", 1) => before = before.or(Some(span.start)),
            _ => {}
        }
    }
    let count = kept.len() + new.len();
    let mut text = String::new();
    if count > 0 {
        let _ = write!(text, "<{prefix}tableParts count=\"{count}\">{}", kept.concat());
        for id in new {
            let _ = write!(
                text,
                "<{prefix}tablePart xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"{}\"/>",
                quoted(id)
            );
        }
        let _ = write!(text, "</{prefix}tableParts>");
    }
    match (list, before) {
        (Some(list), _) => patch.replace(list, text),
        (None, Some(before)) => patch.insert(before, text),
        (None, None) => {}
    }
    Ok(patch.apply(xml.text).unwrap_or_else(|| xml.text.to_owned()))
}
