//! The model of a workbook: sheets with values, regions of formulas, names and tables, and what has changed since the
//! last recalculation.
//!
//! ```text
//! regions … rectangles with the same formula
//! places  … which region a cell belongs to
//! readers … which regions refer to a rectangle
//! edit    … values and formulas put in place: regions split, spills taken back
//! sheets  … sheets, names and tables, and the formulas that mention them
//! rooms   … what arrays could fill, and what stands in their way
//! rows    … sets of rows
//! source  … the file that it was loaded from
//! structure/ … inserted and deleted rows and columns, moved blocks
//! ```

mod changes;
mod edit;
mod mentions;
mod places;
mod ranges;
mod readers;
mod regions;
mod rooms;
mod rows;
mod sheets;
mod source;
mod structure;

pub(crate) use changes::Changes;
pub(crate) use ranges::{RangeId, ReadBy};
pub(crate) use readers::{Readers, rows_meeting, rows_of_reader};
pub(crate) use regions::{Region, RegionId, Regions};
pub(crate) use rooms::Obstacle;
pub(crate) use rows::RowSet;
pub(crate) use sheets::Names;
pub(crate) use source::Source;

use crate::{
    Error,
    address::{Cell, SheetId},
    formula::{Arrays, Template, compile_as},
    functions::Functions,
    recalc::Iteration,
    storage::Grid,
};
use formualizer_common::DateSystem;
use formualizer_functions::call::Platform;
use places::Places;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Weak};

/// A sheet: its values, and which of its cells belong to regions and spills.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) grid: Grid,
    pub(crate) regions: Places,
    /// The rectangles that array results fill, anchors included.
    pub(crate) spills: Places,
    /// Rows that a user or a filter has hidden, which some functions leave out.
    pub(crate) hidden: Hidden,
    /// Rows and columns inserted and deleted since the file was loaded, in order: where what it has now stands.
    pub(crate) moves: Vec<Move>,
}

/// Hidden rows of a sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hidden {
    /// By the user.
    pub(crate) manual: RowSet,
    /// By a filter.
    pub(crate) filtered: RowSet,
}

/// Whole rows or columns inserted or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) rows: bool,
    /// The first inserted or deleted row or column, from 0.
    pub(crate) at: u32,
    pub(crate) count: u32,
    pub(crate) deleted: bool,
}

/// Everything that a workbook is, without its public methods.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) sheets: FxHashMap<SheetId, Sheet>,
    /// Sheets as their tabs stand.
    pub(crate) order: Vec<SheetId>,
    next_sheet: u32,
    /// Sheets by their names in lower case.
    by_name: FxHashMap<String, SheetId>,
    pub(crate) regions: Regions,
    pub(crate) readers: Readers,
    pub(crate) names: Names,
    pub(crate) functions: Functions,
    pub(crate) dates: DateSystem,
    /// The edition of Excel that saved it.
    pub(crate) platform: Platform,
    /// Whether circular references are calculated in steps.
    pub(crate) iteration: Option<Iteration>,
    pub(crate) changes: Changes,
    /// The file that it was loaded from, for saving into.
    pub(crate) source: Option<Arc<Source>>,
    /// Templates in use, so that equal formulas are one.
    templates: FxHashMap<(SheetId, String), Weak<Template>>,
}

impl Book {
    pub(crate) fn new(dates: DateSystem) -> Self {
        Self {
            sheets: FxHashMap::default(),
            order: Vec::new(),
            next_sheet: 0,
            by_name: FxHashMap::default(),
            regions: Regions::default(),
            readers: Readers::default(),
            names: Names::default(),
            functions: Functions::default(),
            dates,
            platform: Platform::default(),
            iteration: None,
            changes: Changes::default(),
            source: None,
            templates: FxHashMap::default(),
        }
    }

    /// The region that a cell belongs to.
    pub(crate) fn region_at(&self, sheet: SheetId, cell: Cell) -> Option<(RegionId, &Region)> {
        let id = self.sheets.get(&sheet)?.regions.at(cell)?;
        Some((id, self.regions.get(id)?))
    }

    /// The region whose array result fills a cell.
    pub(crate) fn spill_at(&self, sheet: SheetId, cell: Cell) -> Option<(RegionId, &Region)> {
        let id = self.sheets.get(&sheet)?.spills.at(cell)?;
        Some((id, self.regions.get(id)?))
    }

    /// A formula's template, compiled or in use already.
    ///
    /// # Errors
    /// Where the text is no formula.
    pub(crate) fn template(
        &mut self,
        text: &str,
        arrays: Arrays,
        sheet: SheetId,
        at: Cell,
    ) -> Result<Arc<Template>, Error> {
        let template = compile_as(text, arrays, sheet, at, self)?;
        Ok(self.intern(template))
    }

    /// The template that is in use already where it is the same formula.
    pub(crate) fn intern(&mut self, template: Template) -> Arc<Template> {
        let key = (template.sheet, template.key.clone());
        if let Some(known) = self.templates.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        if self.templates.len() > 64 && self.templates.len().is_power_of_two() {
            self.templates.retain(|_, template| template.strong_count() > 0);
        }
        let template = Arc::new(template);
        self.templates.insert(key, Arc::downgrade(&template));
        template
    }

    /// A copy to come back to, without the index of readers.
    pub(crate) fn remembered(&self) -> Self {
        Self {
            sheets: self.sheets.clone(),
            order: self.order.clone(),
            next_sheet: self.next_sheet,
            by_name: self.by_name.clone(),
            regions: self.regions.clone(),
            readers: Readers::default(),
            names: self.names.clone(),
            functions: self.functions.clone(),
            dates: self.dates,
            platform: self.platform,
            iteration: self.iteration,
            changes: self.changes.clone(),
            source: self.source.clone(),
            templates: self.templates.clone(),
        }
    }

    /// Makes the index of readers again after coming back.
    pub(crate) fn wake(&mut self) {
        self.readers = Readers::default();
        for (id, _) in self.regions.iter() {
            self.readers.touch(id);
        }
    }

    /// Forgets the templates: what names and sheets mean has changed.
    pub(crate) fn forget_templates(&mut self) {
        self.templates.clear();
    }
}
