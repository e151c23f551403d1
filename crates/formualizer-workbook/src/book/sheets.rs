//! Sheets, names and tables, and the formulas that mention them.

use super::{Book, RegionId, Sheet};
use crate::{
    Error, ErrorKind,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId},
    formula::{
        Deleted, Named, SHEET_ORDER, Scope, TABLE_PLACES, TableDef, compile_as, delete_in,
        rename_in, validate_table,
    },
    storage::Grid,
};
use rustc_hash::FxHashMap;

/// Defined names and tables, by their names in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Of the whole workbook where there is no sheet.
    pub(crate) named: FxHashMap<(Option<SheetId>, String), Named>,
    pub(crate) tables: FxHashMap<String, TableDef>,
}

impl Names {
    /// Takes a table of a file or a state.
    ///
    /// # Errors
    /// What is wrong with it, alone or beside the others.
    pub(crate) fn take_table(&mut self, table: TableDef) -> Result<(), String> {
        validate_table(&table).map_err(|error| error.to_string())?;
        let key = table.name.to_lowercase();
        if self.tables.contains_key(&key) {
            return Err(format!("there are two tables named {:?}", table.name));
        }
        let meets = |other: &&TableDef| {
            other.sheet == table.sheet && other.rect.intersection(&table.rect).is_some()
        };
        if let Some(other) = self.tables.values().find(meets) {
            return Err(format!("the tables {:?} and {:?} overlap", table.name, other.name));
        }
        self.tables.insert(key, table);
        Ok(())
    }
}

impl Scope for Book {
    fn sheet(&self, name: &str) -> Option<SheetId> {
        self.by_name.get(&name.to_lowercase()).copied()
    }

    fn sheet_name(&self, sheet: SheetId) -> Option<&str> {
        self.sheets.get(&sheet).map(|sheet| sheet.name.as_str())
    }

    fn sheets_between(&self, first: SheetId, last: SheetId) -> Vec<SheetId> {
        let place = |id| self.order.iter().position(|sheet| *sheet == id);
        match (place(first), place(last)) {
            (Some(a), Some(b)) => self.order[a.min(b)..=a.max(b)].to_vec(),
            _ => Vec::new(),
        }
    }

    fn name(&self, sheet: SheetId, name: &str) -> Option<&Named> {
        let key = name.to_lowercase();
        let own = self.names.named.get(&(Some(sheet), key.clone()));
        own.or_else(|| self.names.named.get(&(None, key)))
    }

    fn table(&self, name: &str) -> Option<&TableDef> {
        self.names.tables.get(&name.to_lowercase())
    }

    fn table_at(&self, sheet: SheetId, cell: Cell) -> Option<&TableDef> {
        self.names.tables.values().find(|t| t.sheet == sheet && t.rect.contains(cell))
    }
}

impl Book {
    /// The sheet of this name.
    pub(crate) fn known_sheet(&self, name: &str) -> Result<SheetId, Error> {
        Scope::sheet(self, name).ok_or_else(|| {
            let names: Vec<&str> =
                self.order.iter().filter_map(|id| Scope::sheet_name(self, *id)).collect();
            let message = match names.is_empty() {
                true => format!("there is no sheet {name:?}: the workbook has no sheets yet"),
                false => format!("there is no sheet {name:?}: there are {}", names.join(", ")),
            };
            Error::new(ErrorKind::Sheet, message)
        })
    }

    pub(crate) fn add_sheet(&mut self, name: &str) -> SheetId {
        let id = self.number_of_no_sheet();
        let sheet = Sheet {
            name: name.to_owned(),
            grid: Grid::default(),
            regions: super::Places::default(),
            spills: super::Places::default(),
            hidden: super::Hidden::default(),
            moves: Vec::new(),
        };
        self.sheets.insert(id, sheet);
        self.order.push(id);
        self.by_name.entry(name.to_lowercase()).or_insert(id);
        self.relower(&[&name.to_lowercase(), SHEET_ORDER]);
        self.touch_texts();
        id
    }

    /// A number that no sheet has or gets.
    pub(crate) fn number_of_no_sheet(&mut self) -> SheetId {
        let id = SheetId(self.next_sheet);
        self.next_sheet += 1;
        id
    }

    /// Renames a sheet; formulas and names follow.
    pub(crate) fn rename_sheet(&mut self, sheet: SheetId, new: &str) {
        let Some(known) = self.sheets.get_mut(&sheet) else { return };
        let old = std::mem::replace(&mut known.name, new.to_owned());
        self.by_name.remove(&old.to_lowercase());
        self.by_name.insert(new.to_lowercase(), sheet);
        for named in self.names.named.values_mut() {
            rename_in(&mut named.source, &old, new);
        }
        self.forget_templates();
        let ids: Vec<RegionId> = self.regions.iter().map(|(id, _)| id).collect();
        for id in ids {
            let Some(region) = self.regions.get(id) else { continue };
            if let Some(template) = region.template.rename_sheet(&old, new, self) {
                // Values stay right: only what the formula is called by has changed.
                let template = self.intern(template);
                if let Some(region) = self.regions.get_mut(id) {
                    region.template = template;
                }
            }
        }
        // Formulas that waited for a sheet of the new name find it.
        self.relower(&[&new.to_lowercase()]);
        self.touch_texts();
    }

    /// Deletes a sheet; references to it become `#REF!`.
    pub(crate) fn delete_sheet(&mut self, sheet: SheetId) {
        let Some(gone) = self.sheets.get(&sheet) else { return };
        let name = gone.name.clone();
        let whole = Rect { top: 0, left: 0, bottom: MAX_ROWS - 1, right: MAX_COLS - 1 };
        for id in gone.regions.within(&whole) {
            self.remove_region(id);
        }
        let place = self.order.iter().position(|id| *id == sheet);
        self.names.named.retain(|(scope, _), _| *scope != Some(sheet));
        self.names.tables.retain(|_, table| table.sheet != sheet);
        let next = |at: usize| self.order.get(at + 1).and_then(|id| self.sheets.get(id));
        let previous = |at: usize| {
            at.checked_sub(1).and_then(|at| self.order.get(at)).and_then(|id| self.sheets.get(id))
        };
        let neighbours = (
            place.and_then(previous).map(|s| s.name.clone()),
            place.and_then(next).map(|s| s.name.clone()),
        );
        self.order.retain(|id| *id != sheet);
        self.sheets.remove(&sheet);
        self.by_name.remove(&name.to_lowercase());
        self.changes.rects.retain(|(id, _)| *id != sheet);
        let deleted = Deleted {
            name: &name,
            previous: neighbours.0.as_deref(),
            next: neighbours.1.as_deref(),
        };
        for named in self.names.named.values_mut() {
            delete_in(&mut named.source, deleted);
        }
        self.forget_templates();
        let ids: Vec<RegionId> = self.regions.iter().map(|(id, _)| id).collect();
        for id in ids {
            let Some(region) = self.regions.get(id) else { continue };
            if let Some(template) = region.template.delete_sheet(deleted, self) {
                self.replace_template(id, template);
            }
        }
        self.relower(&[&name.to_lowercase()]);
        self.touch_texts();
    }

    /// Lowers again the formulas that mention one of these names, tables or sheets, written in lower case.
    pub(crate) fn relower(&mut self, mentioned: &[&str]) {
        let ids = self.readers.mentioning(&self.regions, mentioned);
        if ids.is_empty() {
            return;
        }
        self.forget_templates();
        for id in ids {
            let Some(region) = self.regions.get(id) else { continue };
            let template = region.template.relower(self);
            self.replace_template(id, template);
        }
    }

    /// Formulas of which only a part of a region may keep its lowering (references to the own row of a table that came, went
    /// or moved) are compiled again, cell by cell.
    pub(crate) fn relower_tables(&mut self, table: &str) {
        let ids = self.readers.mentioning(&self.regions, &[table, TABLE_PLACES]);
        self.forget_templates();
        for id in ids {
            let Some(region) = self.remove_region(id) else { continue };
            let (sheet, template) = (region.sheet, region.template);
            for row in region.rect.rows() {
                for col in region.rect.cols() {
                    let cell = Cell::new(row, col);
                    let text = template.text_at(cell, self);
                    let compiled = compile_as(&text, template.arrays, sheet, cell, self);
                    let compiled = compiled.unwrap_or_else(|_| template.relower(self));
                    let compiled = self.intern(compiled);
                    self.put_formula(sheet, &cell.into(), compiled);
                }
            }
        }
    }

    /// Gives a region another template; all of it is to be calculated.
    pub(crate) fn replace_template(&mut self, id: RegionId, template: crate::formula::Template) {
        let template = self.intern(template);
        self.retract(id);
        let Some(region) = self.regions.get_mut(id) else { return };
        region.template = template;
        let rows = region.rect.rows();
        self.readers.touch(id);
        self.changes.rows(id, rows);
    }
}
