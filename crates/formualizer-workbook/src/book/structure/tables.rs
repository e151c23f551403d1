//! Tables that follow: longer, shorter, elsewhere, with other columns, or gone.

use crate::{
    address::{Cell, SheetId},
    book::Book,
    formula::{Change, Lines, TableChanges, TableDef},
};

/// A header that a new column of a table has.
pub(super) type Header = (SheetId, Cell, String);

impl Book {
    /// Changes the tables; what formulas need to know of it, and the headers to be written.
    pub(super) fn rearrange_tables(&mut self, change: &Change) -> (TableChanges, Vec<Header>) {
        let mut changes = TableChanges::default();
        let mut headers = Vec::new();
        for (key, table) in &mut self.names.tables {
            match change {
                Change::Block(block) => {
                    if block.takes(table.sheet, &table.rect) {
                        (table.sheet, table.rect) =
                            (block.to_sheet, block.carried_rect(&table.rect));
                    }
                }
                Change::Lines(lines) if lines.sheet != table.sheet => {}
                Change::Lines(lines) => {
                    let stays = match lines.rows {
                        true => rows(table, lines),
                        false => columns(key, table, lines, &mut changes, &mut headers),
                    };
                    if !stays {
                        changes.removed.insert(key.clone());
                    }
                }
            }
        }
        self.names.tables.retain(|key, _| !changes.removed.contains(key));
        (changes, headers)
    }

    /// Whether a table would be left with its headers or totals but without a row.
    pub(super) fn tables_losing_their_data(&self, lines: &Lines) -> bool {
        let loses = |table: &TableDef| {
            table.sheet == lines.sheet
                && table.data().is_some_and(|data| {
                    lines.span(data.top, data.bottom).is_none()
                        && lines.span(table.rect.top, table.rect.bottom).is_some()
                })
        };
        lines.rows && lines.deleted && self.names.tables.values().any(loses)
    }
}

/// Rows inserted or deleted; false where nothing of the table is left.
fn rows(table: &mut TableDef, lines: &Lines) -> bool {
    let first = table.rect.top + u32::from(table.headers);
    if !lines.deleted && lines.at == first && table.data().is_none() {
        // All its rows were deleted: these are the new ones.
        table.rect.bottom += lines.count;
        return true;
    }
    let had_totals = table.totals && lines.line(table.rect.bottom).is_none();
    let Some(span) = lines.span(table.rect.top, table.rect.bottom) else { return false };
    table.rect = lines.with(&table.rect, span);
    table.totals &= !had_totals || !lines.deleted;
    true
}

/// Columns inserted or deleted; false where nothing of the table is left.
fn columns(
    key: &str,
    table: &mut TableDef,
    lines: &Lines,
    changes: &mut TableChanges,
    headers: &mut Vec<Header>,
) -> bool {
    let old = table.rect;
    let Some(span) = lines.span(old.left, old.right) else { return false };
    table.rect = lines.with(&old, span);
    if lines.deleted {
        let stays = |col: u32| lines.line(col).is_some();
        if old.cols().all(stays) {
            return true;
        }
        let fate: Vec<(String, bool)> =
            table.columns.iter().cloned().zip(old.cols().map(stays)).collect();
        table.columns =
            fate.iter().filter(|(_, stays)| *stays).map(|(name, _)| name.clone()).collect();
        changes.columns.insert(key.to_owned(), fate);
        return true;
    }
    if old.left < lines.at && lines.at <= old.right {
        let at = (lines.at - old.left) as usize;
        for (index, col) in (lines.at..).take(lines.count as usize).enumerate() {
            let name = new_column(&table.columns);
            if table.headers {
                headers.push((table.sheet, Cell::new(table.rect.top, col), name.clone()));
            }
            let place = (at + index).min(table.columns.len());
            table.columns.insert(place, name);
        }
    }
    true
}

/// `Column1`, or with the next number that no column has.
fn new_column(columns: &[String]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    let mut number = 1_u32;
    loop {
        let name = format!("Column{number}");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}
