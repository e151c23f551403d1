//! Cells that come, go and move: inserted and deleted rows and columns, moved blocks.
//!
//! ```text
//! checks … what is refused, before anything changes
//! tables … tables and names that follow
//! parts  … regions cut into parts that each have one formula afterwards
//! copy   … values and regions put somewhere else once more
//! ```
//!
//! Values are moved as slices of columns. Regions stay regions: their formulas are relative, so that only at the place of
//! the change are there others. A formula is to be calculated again only where a reference of it does not lead to the
//! same cells, in their old order, any more.

mod checks;
mod copy;
mod parts;
mod tables;
#[cfg(test)]
mod tests;

use super::{Book, Move, Region, RegionId, RowSet};
use crate::{
    address::{Rect, SheetId},
    formula::{Block, Change, Lines, Rewriting, TABLE_PLACES},
};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::{
    find,
    record::{Mode, Parameter},
};
use parts::{Part, merged};
use rustc_hash::FxHashSet;

/// Whether a function's value depends on places and not only on values.
fn is_of_places(function: &str) -> bool {
    find(function).is_some_and(|record| {
        let places = |parameter: &Parameter| parameter.mode == Mode::Reference;
        record.depends.structure || record.parameters.iter().any(places)
    })
}

/// Whether it depends on what formulas elsewhere look like.
fn is_of_texts(function: &str) -> bool {
    find(function).is_some_and(|record| record.depends.structure)
}

/// A region that is replaced, and the parts that take its place.
struct Replaced {
    id: RegionId,
    parts: Vec<Part>,
}

impl Book {
    /// Inserts or deletes whole rows or columns, which [`check_lines`](Self::check_lines) has allowed.
    pub(crate) fn insert_or_delete(&mut self, lines: Lines) {
        let refill = self.tables_losing_their_data(&lines);
        self.rearrange(&Change::Lines(lines));
        if refill {
            // A table without rows is none: a blank one takes the place of those that were deleted.
            self.rearrange(&Change::Lines(Lines { count: 1, deleted: false, ..lines }));
        }
    }

    /// Moves the cells of a rectangle, which [`check_block`](Self::check_block) has allowed.
    pub(crate) fn move_block(&mut self, block: Block) {
        if (block.sheet, block.from) != (block.to_sheet, block.to) {
            self.rearrange(&Change::Block(block));
        }
    }

    fn rearrange(&mut self, change: &Change) {
        self.forget_gone();
        self.take_back_arrays(change);
        let old_tables = self.names.tables.clone();
        let (tables, headers) = self.rearrange_tables(change);
        let mut changed = self.changed_tables(&old_tables);
        let mut lost: FxHashSet<String> = tables.removed.clone();
        lost.extend(tables.columns.keys().cloned());
        let mut names = std::mem::take(&mut self.names.named);
        for ((_, key), named) in &mut names {
            let with = Rewriting { change, tables: &tables, scope: self };
            let (follows, loses) = named.follow(&with);
            if follows {
                changed.insert(key.clone());
            }
            if loses {
                lost.insert(key.clone());
            }
        }
        self.names.named = names;
        if !changed.is_empty() {
            self.forget_templates();
        }
        let with = Rewriting { change, tables: &tables, scope: self };
        let cutting = parts::Cutting {
            book: self,
            with,
            changed: &changed,
            lost: &lost,
            old_tables: &old_tables,
        };
        let ids: Vec<RegionId> = self.regions.iter().map(|(id, _)| id).collect();
        let cut: Vec<(RegionId, Vec<parts::Cut>)> =
            ids.into_iter().filter_map(|id| Some((id, cutting.cut(id)?))).collect();
        let mut replaced = Vec::with_capacity(cut.len());
        for (id, cuts) in cut {
            let parts = cuts.into_iter().map(|cut| self.part(id, cut)).collect();
            replaced.push(Replaced { id, parts: merged(parts) });
        }
        self.move_values(change);
        for (sheet, cell, header) in headers {
            if let Some(sheet) = self.sheets.get_mut(&sheet) {
                sheet.grid.set(cell, crate::cells::CellRef::Text(&header));
            }
        }
        self.move_marks(change);
        self.replace_regions(change, replaced);
        self.touch_texts();
    }

    /// Takes back the arrays that do not stay in one piece, and has those calculated again that found no room.
    fn take_back_arrays(&mut self, change: &Change) {
        let torn = |region: &Region| {
            let spill = region.spill.is_some_and(|spill| match change {
                Change::Lines(_) => change.kept(region.sheet, &spill).is_none(),
                Change::Block(_) => !change.spares(region.sheet, &spill),
            });
            spill || (region.blocked.is_some() && change.concerns(region.sheet))
        };
        let torn: Vec<(RegionId, Rect)> = self
            .regions
            .iter()
            .filter(|(_, region)| torn(region))
            .map(|(id, region)| (id, region.rect))
            .collect();
        for (id, rect) in torn {
            self.retract(id);
            self.changes.rows(id, rect.rows());
        }
    }

    /// The part of a region that a cut makes, with the rows that are to be calculated.
    fn part(&mut self, id: RegionId, cut: parts::Cut) -> Part {
        let template = match cut.template {
            parts::Made::Same(template) => template,
            parts::Made::New(template) => self.intern(*template),
        };
        let mut rows = RowSet::default();
        if cut.dirty {
            rows.insert(cut.rect.rows());
        } else if let Some(pending) = self.changes.rows.get(&id) {
            for range in pending.within(&cut.old.rows()).iter() {
                let start = range.start - cut.old.top + cut.rect.top;
                rows.insert(start..start + (range.end - range.start));
            }
        }
        Part { sheet: cut.sheet, rect: cut.rect, template, rows }
    }

    fn move_values(&mut self, change: &Change) {
        match change {
            Change::Lines(lines) => {
                let Some(sheet) = self.sheets.get_mut(&lines.sheet) else { return };
                match (lines.rows, lines.deleted) {
                    (true, false) => sheet.grid.insert_rows(lines.at, lines.count),
                    (true, true) => sheet.grid.delete_rows(lines.at, lines.count),
                    (false, false) => sheet.grid.insert_columns(lines.at, lines.count),
                    (false, true) => sheet.grid.delete_columns(lines.at, lines.count),
                }
                if lines.rows {
                    for hidden in [&mut sheet.hidden.manual, &mut sheet.hidden.filtered] {
                        *hidden = match lines.deleted {
                            true => hidden.without_lines(lines.at, lines.end()),
                            false => hidden.with_lines(lines.at, lines.count, lines.max()),
                        };
                    }
                }
                let Lines { rows, at, count, deleted, .. } = *lines;
                sheet.moves.push(Move { rows, at, count, deleted });
            }
            Change::Block(block) => {
                let Some(sheet) = self.sheets.get_mut(&block.sheet) else { return };
                let columns = sheet.grid.block(&block.from);
                sheet.grid.clear(&block.from);
                if let Some(sheet) = self.sheets.get_mut(&block.to_sheet) {
                    sheet.grid.clear(&block.to);
                    for (col, cells) in block.to.cols().zip(columns) {
                        sheet.grid.set_cells(col, block.to.top, cells);
                    }
                }
            }
        }
    }

    /// Rectangles that had changed before are where their cells are.
    fn move_marks(&mut self, change: &Change) {
        let mut moved: Vec<(SheetId, Rect)> = Vec::with_capacity(self.changes.rects.len());
        for (sheet, rect) in std::mem::take(&mut self.changes.rects) {
            match change {
                Change::Lines(_) => moved.extend(change.reference(sheet, &rect)),
                Change::Block(block) => {
                    let carried = (sheet == block.sheet).then(|| block.from.intersection(&rect));
                    moved.extend(carried.flatten().and_then(|part| change.kept(sheet, &part)));
                    moved.push((sheet, rect));
                }
            }
        }
        self.changes.rects = moved;
    }

    /// Takes all replaced regions away before the first part is put in place: parts may lie where others were.
    fn replace_regions(&mut self, change: &Change, replaced: Vec<Replaced>) {
        let mut parts = Vec::with_capacity(replaced.len());
        for Replaced { id, parts: new } in replaced {
            let Some(old) = self.regions.remove(id) else { continue };
            if let Some(sheet) = self.sheets.get_mut(&old.sheet) {
                sheet.regions.remove(&old.rect);
                if let Some(spill) = old.spill {
                    sheet.spills.remove(&spill);
                }
            }
            self.readers.touch(id);
            let spill = old.spill.and_then(|spill| change.kept(old.sheet, &spill));
            // What it waited for may be elsewhere.
            let waits = old.blocked.is_some() || self.changes.circular.contains(&id);
            self.changes.forget(id);
            parts.extend(new.into_iter().map(|part| (part, spill, waits)));
        }
        for (part, spill, waits) in parts {
            let spill = spill.map(|(_, rect)| rect);
            let region = Region { spill, ..Region::new(part.sheet, part.rect, part.template) };
            let id = self.regions.insert(region);
            if let Some(sheet) = self.sheets.get_mut(&part.sheet) {
                sheet.regions.insert(&part.rect, id);
                if let Some(spill) = spill {
                    sheet.spills.insert(&spill, id);
                }
            }
            self.readers.touch(id);
            for rows in part.rows.iter() {
                self.changes.rows(id, rows);
            }
            if waits {
                self.changes.rows(id, part.rect.rows());
            }
        }
    }

    /// Formulas that look at the text or the place of others are calculated again wherever they are, and so are those whose errors
    /// name cells: circular ones, and arrays without room.
    pub(in crate::book) fn touch_texts(&mut self) {
        let looks = |region: &Region| {
            region.template.functions.iter().any(|function| is_of_texts(function))
        };
        let looking: Vec<_> = self
            .regions
            .iter()
            .filter(|(_, region)| looks(region))
            .map(|(id, region)| (id, region.rect.rows()))
            .collect();
        for (id, rows) in looking {
            self.changes.rows(id, rows);
        }
        let mut naming = Vec::new();
        for sheet in self.sheets.values() {
            sheet.grid.for_each_error(|cell, kind| {
                if matches!(kind, ExcelErrorKind::Circ | ExcelErrorKind::Spill) {
                    naming.extend(sheet.regions.at(cell).map(|id| (id, cell.row)));
                }
            });
        }
        for (id, row) in naming {
            self.changes.rows(id, row..row + 1);
        }
    }

    fn changed_tables(
        &self,
        old: &rustc_hash::FxHashMap<String, crate::formula::TableDef>,
    ) -> FxHashSet<String> {
        let now = &self.names.tables;
        let mut changed: FxHashSet<String> = old
            .iter()
            .filter(|(key, old)| {
                now.get(*key).is_none_or(|now| {
                    (now.sheet, now.rect, &now.columns, now.totals)
                        != (old.sheet, old.rect, &old.columns, old.totals)
                })
            })
            .map(|(key, _)| key.clone())
            .collect();
        if !changed.is_empty() {
            changed.insert(TABLE_PLACES.to_owned());
        }
        changed
    }
}
