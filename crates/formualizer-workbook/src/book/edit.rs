//! Values and formulas put in place.

use super::{Book, Region, RegionId};
use crate::{
    address::{Cell, Rect, SheetId},
    cells::{CellRef, Cells},
    formula::Template,
    functions::{Functions, is_builtin},
    recalc::Iteration,
};
use std::{ops::Range, sync::Arc};

impl Book {
    /// Stores one value; formulas and spills that were there give way.
    pub(crate) fn put_value(&mut self, sheet: SheetId, cell: Cell, value: CellRef<'_>) {
        self.make_room(sheet, &cell.into());
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.grid.set(cell, value);
        }
        self.changes.rect(sheet, cell.into());
    }

    /// Stores a vector in a column.
    pub(crate) fn put_cells(&mut self, sheet: SheetId, rect: &Rect, cells: Cells) {
        self.make_room(sheet, rect);
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.grid.set_cells(rect.left, rect.top, cells);
        }
        self.changes.rect(sheet, *rect);
    }

    /// Removes values and formulas.
    pub(crate) fn clear(&mut self, sheet: SheetId, rect: &Rect) {
        self.make_room(sheet, rect);
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.grid.clear(rect);
        }
        self.changes.rect(sheet, *rect);
    }

    /// Puts one formula, filled, in every cell of a rectangle.
    pub(crate) fn put_formula(&mut self, sheet: SheetId, rect: &Rect, template: Arc<Template>) {
        // Before room is made: a region that ends right above goes on, and so does one that begins right below.
        if let Some(id) = self.extend_above(sheet, rect, &template) {
            return self.join_below(id);
        }
        if self.extend_below(sheet, rect, &template) {
            return;
        }
        self.make_room(sheet, rect);
        self.blank(sheet, rect);
        self.add_region(Region::new(sheet, *rect, template));
    }

    /// Lets the region right above go on over a free rectangle, where it has the same formula.
    fn extend_above(
        &mut self,
        sheet: SheetId,
        rect: &Rect,
        template: &Arc<Template>,
    ) -> Option<RegionId> {
        let above = rect.top.checked_sub(1)?;
        let (id, region) = self.region_at(sheet, Cell::new(above, rect.left))?;
        if region.rect.bottom != above || !region.goes_on_over(rect, template) {
            return None;
        }
        let top = region.rect.top;
        self.make_room(sheet, rect);
        self.blank(sheet, rect);
        let region = self.regions.get_mut(id)?;
        region.rect.bottom = rect.bottom;
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            for col in rect.cols() {
                sheet.regions.extend_to(col, top, rect.bottom);
            }
        }
        self.readers.touch(id);
        self.changes.rows(id, rect.rows());
        Some(id)
    }

    /// The same for the region right below, which begins further up then.
    fn extend_below(&mut self, sheet: SheetId, rect: &Rect, template: &Arc<Template>) -> bool {
        let Some((id, region)) = self.region_at(sheet, Cell::new(rect.bottom + 1, rect.left))
        else {
            return false;
        };
        let old = region.rect;
        if old.top != rect.bottom + 1 || !region.goes_on_over(rect, template) {
            return false;
        }
        self.make_room(sheet, rect);
        self.blank(sheet, rect);
        let Some(region) = self.regions.get_mut(id) else { return false };
        region.rect.top = rect.top;
        let whole = region.rect;
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.regions.remove(&old);
            sheet.regions.insert(&whole, id);
        }
        self.readers.touch(id);
        self.changes.rows(id, rect.rows());
        true
    }

    /// Makes a region and the one right below it one, where they have the same formula.
    fn join_below(&mut self, id: RegionId) {
        let Some(region) = self.regions.get(id) else { return };
        let (sheet, rect, template) = (region.sheet, region.rect, Arc::clone(&region.template));
        let Some((below, other)) = self.region_at(sheet, Cell::new(rect.bottom + 1, rect.left))
        else {
            return;
        };
        let gone = self.changes.gone.contains(&below) || self.changes.gone.contains(&id);
        if other.rect.top != rect.bottom + 1 || gone || !other.goes_on_over(&rect, &template) {
            return;
        }
        let part = other.rect;
        let pending = self.changes.rows.remove(&below).unwrap_or_default();
        let circular = self.changes.circular.contains(&below);
        self.remove_region(below);
        if let Some(region) = self.regions.get_mut(id) {
            region.rect.bottom = part.bottom;
        }
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            for col in rect.cols() {
                sheet.regions.extend_to(col, rect.top, part.bottom);
            }
        }
        for rows in pending.iter() {
            self.changes.rows(id, rows);
        }
        if circular {
            self.changes.circular.insert(id);
        }
        self.readers.touch(id);
    }

    /// Values of cells that get formulas are gone at once: what reads them waits for the new ones.
    fn blank(&mut self, sheet: SheetId, rect: &Rect) {
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.grid.clear(rect);
        }
        self.changes.rect(sheet, *rect);
    }

    /// Adds a region in cells that belong to none; all its rows are to be calculated.
    pub(crate) fn add_region(&mut self, region: Region) -> RegionId {
        let (sheet, rect) = (region.sheet, region.rect);
        let id = self.regions.insert(region);
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.regions.insert(&rect, id);
        }
        self.readers.touch(id);
        self.changes.rows(id, rect.rows());
        id
    }

    /// Adds a region whose values are in place already, with what its array fills; to be calculated all the same.
    pub(crate) fn add_loaded(&mut self, region: Region) -> RegionId {
        let (sheet, spill) = (region.sheet, region.spill);
        let id = self.add_region(region);
        if let (Some(rect), Some(sheet)) = (spill, self.sheets.get_mut(&sheet)) {
            sheet.spills.insert(&rect, id);
        }
        id
    }

    /// Takes a region away; its values stay.
    pub(crate) fn remove_region(&mut self, id: RegionId) -> Option<Region> {
        self.retract(id);
        let region = self.regions.remove(id)?;
        if let Some(sheet) = self.sheets.get_mut(&region.sheet) {
            sheet.regions.remove(&region.rect);
        }
        self.readers.touch(id);
        self.changes.forget(id);
        Some(region)
    }

    /// Clears what a region's array fills beside its own cell.
    pub(crate) fn retract(&mut self, id: RegionId) {
        let Some(sheet) = self.regions.get(id).map(|region| region.sheet) else { return };
        if let Some(rect) = self.lift(id) {
            self.changes.rect(sheet, rect);
        }
    }

    /// Takes back what a region's array fills beside its own cell, or that it found no room; gives what it filled. Nothing is
    /// noted as changed.
    pub(crate) fn lift(&mut self, id: RegionId) -> Option<Rect> {
        let region = self.regions.get_mut(id)?;
        if region.blocked.take().is_some() {
            self.readers.touch(id);
        }
        let rect = region.spill.take()?;
        let (sheet, own) = (region.sheet, region.rect);
        if let Some(sheet) = self.sheets.get_mut(&sheet) {
            sheet.spills.remove(&rect);
            rect.without(&own).iter().for_each(|part| sheet.grid.clear(part));
        }
        Some(rect)
    }

    /// Splits regions and takes back spills, so that no cell of the rectangle belongs to one.
    pub(crate) fn make_room(&mut self, sheet: SheetId, rect: &Rect) {
        self.forget_gone();
        let Some(known) = self.sheets.get(&sheet) else { return };
        let (spills, regions) = (known.spills.within(rect), known.regions.within(rect));
        for id in spills {
            // The anchor's formula is evaluated again: it spills around nothing, so `#SPILL!` or back.
            self.retract(id);
            if let Some(region) = self.regions.get(id) {
                self.changes.rows(id, region.rect.rows());
            }
        }
        for id in regions {
            let pending = self.changes.rows.get(&id).cloned().unwrap_or_default();
            let circular = self.changes.circular.contains(&id);
            let Some(region) = self.remove_region(id) else { continue };
            for part in region.rect.without(rect) {
                let rest = Region::new(sheet, part, Arc::clone(&region.template));
                let id = self.regions.insert(rest);
                if let Some(sheet) = self.sheets.get_mut(&sheet) {
                    sheet.regions.insert(&part, id);
                }
                self.readers.touch(id);
                // Only what was to be calculated before: values of the rest are still right.
                for rows in pending.within(&part.rows()).iter() {
                    self.changes.rows(id, rows);
                }
                if circular {
                    self.changes.circular.insert(id);
                }
            }
        }
    }

    /// Blanks the values that functions gave which are no more.
    pub(crate) fn forget_gone(&mut self) {
        for id in std::mem::take(&mut self.changes.gone) {
            let Some(region) = self.regions.get(id) else { continue };
            let (sheet, rect) = (region.sheet, region.rect);
            self.retract(id);
            self.blank(sheet, &rect);
        }
    }

    /// Takes over other functions; the formulas that name one of the `changed` are to be calculated.
    pub(crate) fn bind(&mut self, functions: Functions, changed: &[String]) {
        self.functions = functions;
        let names = |region: &Region| region.template.functions.iter().any(|f| changed.contains(f));
        let concerned: Vec<(RegionId, Range<u32>)> = self
            .regions
            .iter()
            .filter(|(_, region)| names(region))
            .map(|(id, region)| (id, region.rect.rows()))
            .collect();
        // What a function gave that is no more is no stored value to keep.
        let gone: Vec<&String> = changed
            .iter()
            .filter(|name| self.functions.get(name).is_none() && !is_builtin(name))
            .collect();
        for (id, rows) in concerned {
            self.readers.touch(id);
            self.changes.rows(id, rows);
            let Some(region) = self.regions.get(id) else { continue };
            if region.template.functions.iter().any(|name| gone.contains(&name)) {
                self.changes.gone.insert(id);
            } else {
                self.changes.gone.remove(&id);
            }
        }
    }

    /// Hides rows or shows them; the formulas that leave hidden rows out and read them are to be calculated.
    pub(crate) fn set_iteration(&mut self, iteration: Option<Iteration>) {
        self.iteration = iteration;
        // Which of them are circular is found again.
        for (id, region) in self.regions.iter() {
            self.changes.rows(id, region.rect.rows());
        }
    }

    pub(crate) fn hide(&mut self, sheet: SheetId, rows: Range<u32>, hidden: bool) {
        let Some(known) = self.sheets.get_mut(&sheet) else { return };
        match hidden {
            true => known.hidden.manual.insert(rows.clone()),
            false => {
                known.hidden.manual.remove(rows.clone());
                known.hidden.filtered.remove(rows.clone());
            }
        }
        let reads = |region: &Region| {
            let template = &region.template;
            template.functions.iter().any(|f| matches!(f.as_str(), "SUBTOTAL" | "AGGREGATE"))
                && template.areas.iter().filter(|area| area.sheet == sheet).any(|area| {
                    area.over(&region.rect)
                        .is_some_and(|rect| rect.top < rows.end && rect.bottom >= rows.start)
                })
        };
        let concerned: Vec<(RegionId, Range<u32>)> = self
            .regions
            .iter()
            .filter(|(_, region)| reads(region))
            .map(|(id, region)| (id, region.rect.rows()))
            .collect();
        for (id, rows) in concerned {
            self.changes.rows(id, rows);
        }
    }

    /// Makes every cell of a region a region of its own, because some have array results.
    pub(crate) fn explode(&mut self, id: RegionId) {
        let Some(region) = self.remove_region(id) else { return };
        for row in region.rect.rows() {
            for col in region.rect.cols() {
                let cell = Cell::new(row, col).into();
                self.add_region(Region::new(region.sheet, cell, Arc::clone(&region.template)));
            }
        }
    }
}
