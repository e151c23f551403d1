//! Parts that belong to cells from outside of their sheet: drawings, charts, caches of pivot tables.

use super::{
    super::xml::{Piece, Xml, escaped, quoted},
    follow::Follow,
    moves::Moves,
    parts::Parts,
    patch::{Patch, with_attribute},
};
use crate::{Error, ErrorKind, address::SheetId};

/// Kinds of relationships of a sheet whose parts name cells and stay where they are.
const FIXED: &[&str] = &[
    "comments",
    "threadedComment",
    "vmlDrawing",
    "pivotTable",
    "queryTable",
    "control",
    "ctrlProp",
    "oleObject",
    "slicer",
    "timeline",
    "tableSingleCells",
];

/// Refuses to move the cells of a sheet away from what cannot follow them.
///
/// # Errors
/// With the part.
pub(super) fn check(sheet: &str, kind: &str, part: &str) -> Result<(), Error> {
    match FIXED.contains(&kind) {
        false => Ok(()),
        true => Err(Error::new(
            ErrorKind::File,
            format!(
                "rows or columns of the sheet {sheet:?} were inserted or deleted, and {part} ({kind}) cannot follow the cells that \
                 it belongs to: make this change in a spreadsheet program, or remove the {kind} there first"
            ),
        )),
    }
}

/// A drawing over a sheet, whose pictures and charts move with their cells.
///
/// # Errors
/// Where it is broken.
pub(super) fn drawing(xml: Xml<'_>, moves: &Moves) -> Result<Option<String>, Error> {
    let mut patch = Patch::default();
    let mut pieces = xml.pieces();
    let (mut moving, mut anchor) = (false, false);
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(patch.apply(xml.text)),
            Piece::Start(tag) => match tag.name {
                "twoCellAnchor" => moving = tag.get("editAs").is_none_or(|how| how != "absolute"),
                "oneCellAnchor" => moving = true,
                "absoluteAnchor" => moving = false,
                "from" | "to" => anchor = moving,
                "row" | "col" if anchor && !tag.empty => {
                    let start = pieces.span().end;
                    let rows = tag.name == "row";
                    let text = pieces.text(&tag)?;
                    if let Ok(line) = text.trim().parse::<u32>() {
                        let now = moves.nearest(rows, line).to_string();
                        let end = start + text.len();
                        if now != text.trim() {
                            patch.replace(start..end, now);
                        }
                    }
                }
                _ => {}
            },
            Piece::End("from" | "to", _) => anchor = false,
            _ => {}
        }
    }
}

/// Charts and caches of pivot tables, whose formulas follow their cells.
///
/// # Errors
/// Where a part is broken.
pub(super) fn formulas(parts: &mut Parts, follow: &Follow<'_>) -> Result<(), Error> {
    for name in parts.names() {
        let lower = name.to_lowercase();
        let chart = lower.starts_with("xl/charts/") && !lower.contains("/_rels/");
        let cache = lower.starts_with("xl/pivotcache/pivotcachedefinition");
        if !lower.ends_with(".xml") || !(chart || cache) {
            continue;
        }
        let Some(text) = parts.text(&name)? else { continue };
        if let Some(text) = followed(Parts::xml(&name, &text), follow)? {
            parts.set(&name, text);
        }
    }
    Ok(())
}

fn followed(xml: Xml<'_>, follow: &Follow<'_>) -> Result<Option<String>, Error> {
    let mut patch = Patch::default();
    let mut pieces = xml.pieces();
    // Formulas of charts name their sheets.
    let nowhere = SheetId(u32::MAX);
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(patch.apply(xml.text)),
            // Extensions (`c15:f`) have them, too.
            Piece::Start(tag) if tag.local == "f" && !tag.empty => {
                let start = pieces.span().end;
                let formula = pieces.text(&tag)?.into_owned();
                let end = pieces.span().start;
                if let Some(new) = follow.formula(&formula, nowhere) {
                    patch.replace(start..end, escaped(&new).into_owned());
                }
            }
            Piece::Start(tag) if tag.name == "worksheetSource" => {
                let span = pieces.span();
                let Some(sheet) = tag.get("sheet") else { continue };
                let mut out = xml.text.get(span.clone()).unwrap_or_default().to_owned();
                if let Some(cells) = tag.get("ref") {
                    let quoted_sheet = crate::address::quote_sheet(&sheet);
                    let whole = format!("{quoted_sheet}!{cells}");
                    if let Some(new) = follow.formula(&whole, nowhere)
                        && let Some((_, cells)) = new.rsplit_once('!')
                    {
                        out = with_attribute(&out, "ref", Some(cells));
                    }
                }
                if let Some(name) = follow.new_name(&sheet) {
                    out = with_attribute(&out, "sheet", Some(&quoted(name)));
                }
                patch.replace(span, out);
            }
            _ => {}
        }
    }
}
