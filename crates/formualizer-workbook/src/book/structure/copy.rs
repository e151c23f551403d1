//! Values and regions put somewhere else once more.

use super::parts::tiles;
use crate::{
    Error,
    address::{Axis, Cell, Rect, SheetId},
    book::Book,
    cells::Cells,
    formula::{Arrays, Template, compile_as},
};
use std::sync::Arc;

/// What a rectangle holds, to be put elsewhere.
pub(crate) struct Copied {
    from: Rect,
    columns: Vec<Cells>,
    /// Parts of regions with their formulas.
    formulas: Vec<(Rect, Arc<Template>)>,
}

impl Book {
    /// What a rectangle holds. An array is copied with its formula where that is in the rectangle, otherwise as values; so
    /// is an array that was entered for cells of which only some are in it.
    pub(crate) fn copied(&mut self, sheet: SheetId, rect: &Rect) -> Copied {
        let Some(known) = self.sheets.get(&sheet) else {
            return Copied { from: *rect, columns: Vec::new(), formulas: Vec::new() };
        };
        let mut columns = known.grid.block(rect);
        let mut formulas = Vec::new();
        for id in known.regions.within(rect) {
            let Some(region) = self.regions.get(id) else { continue };
            let Some(part) = region.rect.intersection(rect) else { continue };
            let fills = region.spill.unwrap_or(region.rect);
            if matches!(region.template.arrays, Arrays::Fixed { .. }) && !rect.covers(&fills) {
                continue;
            }
            formulas.push((part, Arc::clone(&region.template)));
            if let Some(filled) = region.spill.and_then(|spill| spill.intersection(rect)) {
                // What the array fills, it fills again where it is copied to.
                for col in filled.cols() {
                    if let Some(cells) = columns.get_mut((col - rect.left) as usize) {
                        *cells = blanked(cells, &filled, rect.top);
                    }
                }
            }
        }
        let mut formulas: Vec<(Rect, Arc<Template>)> = formulas
            .into_iter()
            .flat_map(|(part, template)| self.settled(part, template))
            .collect();
        formulas.sort_by_key(|(rect, _)| (rect.left, rect.top));
        Copied { from: *rect, columns, formulas }
    }

    /// A region's part as what may be copied from it: references that leave the sheet are `#REF!` wherever they are copied
    /// to, and so make formulas of their own.
    pub(crate) fn settled(
        &mut self,
        rect: Rect,
        template: Arc<Template>,
    ) -> Vec<(Rect, Arc<Template>)> {
        let mut areas = template.source_areas(self);
        areas.extend(&template.areas);
        let ends = [rect.top_left(), Cell::new(rect.bottom, rect.right)];
        if areas.iter().all(|area| ends.iter().all(|end| area.at(*end).is_some())) {
            return vec![(rect, template)];
        }
        let cuts = |bounds: &[Axis], max: u32, first: u32, last: u32| {
            let edges = |by: &i32| [-i64::from(*by), i64::from(max) - i64::from(*by)];
            let moving = bounds.iter().filter_map(|bound| match bound {
                Axis::Moving(by) => Some(by),
                Axis::Fixed(_) => None,
            });
            let within = |at: i64| u32::try_from(at).ok().filter(|at| *at > first && *at <= last);
            let mut cuts: Vec<u32> = moving.flat_map(edges).filter_map(within).collect();
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        };
        let rows: Vec<Axis> = areas.iter().flat_map(|area| [area.top, area.bottom]).collect();
        let cols: Vec<Axis> = areas.iter().flat_map(|area| [area.left, area.right]).collect();
        let rows = cuts(&rows, crate::MAX_ROWS, rect.top, rect.bottom);
        let cols = cuts(&cols, crate::MAX_COLS, rect.left, rect.right);
        let mut parts = Vec::new();
        for tile in tiles(&rect, &rows, &cols) {
            let first = tile.top_left();
            parts.push(match template.settled(first) {
                (_, false) => (tile, Arc::clone(&template)),
                (source, true) => {
                    let lost = template.with_source(source, template.sheet, first, self);
                    (tile, self.intern(lost))
                }
            });
        }
        parts
    }

    /// The formulas of a copy as they are in their new cells.
    ///
    /// # Errors
    /// Where a formula is too long with its new references.
    pub(crate) fn fitted_copy(
        &mut self,
        copied: &Copied,
        sheet: SheetId,
        to: Cell,
    ) -> Result<Vec<(Rect, Arc<Template>)>, Error> {
        let mut fitted = Vec::with_capacity(copied.formulas.len());
        for (part, template) in &copied.formulas {
            let rect = Rect {
                top: part.top - copied.from.top + to.row,
                left: part.left - copied.from.left + to.col,
                bottom: part.bottom - copied.from.top + to.row,
                right: part.right - copied.from.left + to.col,
            };
            fitted.extend(self.fitted(sheet, &rect, Arc::clone(template))?);
        }
        Ok(fitted)
    }

    /// Puts what was copied in its new place.
    pub(crate) fn paste(
        &mut self,
        copied: Copied,
        sheet: SheetId,
        to: &Rect,
        formulas: Vec<(Rect, Arc<Template>)>,
    ) {
        self.clear(sheet, to);
        for (col, cells) in to.cols().zip(copied.columns) {
            if let Some(sheet) = self.sheets.get_mut(&sheet) {
                sheet.grid.set_cells(col, to.top, cells);
            }
        }
        for (rect, template) in formulas {
            self.put_formula(sheet, &rect, template);
        }
    }

    /// A template for every cell of a rectangle. Where it does not hold (it refers to the row of a table that the cell is not
    /// in, or unqualified references mean another sheet), the formula is compiled again.
    ///
    /// # Errors
    /// Where the formula is too long with its new references.
    pub(crate) fn fitted(
        &mut self,
        sheet: SheetId,
        rect: &Rect,
        template: Arc<Template>,
    ) -> Result<Vec<(Rect, Arc<Template>)>, Error> {
        let template = match template.sheet == sheet {
            true => template,
            false => {
                let source = template.source.clone();
                let other = template.with_source(source, sheet, template.origin, self);
                self.intern(other)
            }
        };
        let mut fitted = Vec::new();
        let mut todo = vec![(*rect, template)];
        while let Some((rect, template)) = todo.pop() {
            let held = template.holds.intersection(&rect);
            for part in held.map_or(vec![rect], |held| rect.without(&held)) {
                let first = part.top_left();
                let text = template.text_at(first, self);
                let other = compile_as(&text, template.arrays, sheet, first, self)?;
                // What holds nowhere here but in its own cell is put there.
                let reach = other.holds.intersection(&part).unwrap_or_else(|| first.into());
                let other = self.intern(other);
                let rest = part.without(&reach).into_iter();
                todo.extend(rest.map(|rest| (rest, Arc::clone(&other))));
                fitted.push((reach, other));
            }
            if let Some(held) = held {
                fitted.push((held, template));
            }
        }
        Ok(fitted)
    }
}

/// A column with blank cells in the rows of a rectangle.
fn blanked(cells: &Cells, filled: &Rect, top: u32) -> Cells {
    let from = ((filled.top - top) as usize).min(cells.len());
    let to = ((filled.bottom + 1 - top) as usize).min(cells.len());
    Cells::concat(&[
        cells.slice(0, from),
        Cells::Blank(to - from),
        cells.slice(to, cells.len() - to),
    ])
}
