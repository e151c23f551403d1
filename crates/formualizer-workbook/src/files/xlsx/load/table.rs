//! Tables (ECMA-376, part 1, 18.5).

use super::super::{
    scan::rect,
    xml::{Piece, Xml, decoded},
};
use crate::{
    Error,
    address::{Rect, SheetId},
    formula::TableDef,
};

/// A table of a file, and the rows that its filter may hide.
#[derive(Debug)]
pub(crate) struct LoadedTable {
    pub(crate) table: TableDef,
    pub(crate) filtered: Option<Rect>,
}

/// Reads a table's part; `None` where it has no cells.
///
/// # Errors
/// Where it is broken.
pub(crate) fn read(xml: Xml<'_>, sheet: SheetId) -> Result<Option<LoadedTable>, Error> {
    let mut pieces = xml.pieces();
    let mut found: Option<LoadedTable> = None;
    let mut filter = None;
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(found),
            Piece::Start(tag) => match (tag.level, tag.name) {
                (1, "table") => {
                    let name = tag.get("displayName").or_else(|| tag.get("name"));
                    let cells = tag.raw("ref").and_then(rect);
                    let Some(cells) = cells else {
                        let what = "the table has no range of a sheet";
                        return Err(xml.error(pieces.span().start, what));
                    };
                    let rows = |name| tag.number::<u32>(name);
                    found = Some(LoadedTable {
                        table: TableDef {
                            name: name.unwrap_or_default().into_owned(),
                            sheet,
                            rect: cells,
                            columns: Vec::new(),
                            headers: rows("headerRowCount").unwrap_or(1) > 0,
                            totals: rows("totalsRowCount").unwrap_or(0) > 0,
                        },
                        filtered: None,
                    });
                }
                (2, "autoFilter") => filter = tag.raw("ref").and_then(rect),
                // One without anything in it only hides its button.
                (3, "filterColumn") if !tag.empty => {
                    if let Some(found) = &mut found {
                        found.filtered = filter;
                    }
                }
                (3, "tableColumn") => {
                    if let Some(found) = &mut found {
                        let name = tag.get("name").unwrap_or_default();
                        found.table.columns.push(decoded(name).into_owned());
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}
