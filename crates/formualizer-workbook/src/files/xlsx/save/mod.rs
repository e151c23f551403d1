//! A workbook into the file that it was loaded from, or into a new one.
//!
//! ```text
//! parts   … the parts of the file: copied as they are, but for those that are set or removed; deflate … large ones compressed
//! sheet   … a sheet's part with the workbook's cells in it; cells, element, formula … what it is made of
//! book    … the list of sheets, and names        tables, styles, metadata … what else follows
//! links   … relationships and content types      blank … a file to begin with
//! moves   … what stands elsewhere after rows or columns were inserted or deleted
//! follow  … formulas outside of cells            anchored … drawings, charts and caches of pivot tables
//! ```
//!
//! Nothing is tracked between loading and saving: what the file says is compared with what the workbook holds (ADR 9).

mod anchored;
mod blank;
mod book;
mod cells;
mod deflate;
mod element;
mod follow;
mod formula;
mod links;
mod metadata;
mod moves;
mod parts;
mod patch;
mod sheet;
mod styles;
mod tables;

use super::{
    cell::Shared,
    load::{main_part, workbook},
    package::{Package, key_of},
    strings::Strings,
    styles::Styles,
};
use crate::{
    Error, ErrorKind,
    address::{SheetId, quote_sheet},
    book::Book,
    files::{FileLimits, SaveOptions, Warnings},
    formula::{MAX_LENGTH, Scope, TableDef},
    functions::is_builtin,
};
use book::Listed;
use follow::Follow;
use formualizer_common::DateSystem;
use moves::Moves;
use parts::Parts;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use sheet::{Outcome, Writing};
use std::collections::BTreeSet;
use styles::DateFormats;

/// A file, and what is to be said of it.
pub(crate) struct Saved {
    pub(crate) bytes: Vec<u8>,
    pub(crate) warnings: Warnings,
    pub(crate) cells_written: u64,
    pub(crate) cells_kept: u64,
    pub(crate) parts_copied: usize,
    pub(crate) parts_rewritten: usize,
    /// Whether it has macros, or says that it may.
    pub(crate) macros: bool,
}

/// A sheet of the workbook with its part.
struct Target {
    id: SheetId,
    part: String,
}

/// Writes a workbook, or a template of workbooks.
///
/// # Errors
/// [`File`](ErrorKind::File) where something of the loaded file cannot follow: with the part.
pub(crate) fn save(book: &Book, options: SaveOptions, template: bool) -> Result<Saved, Error> {
    let mut saving = Saving::new(book, options)?;
    links::set_template(&mut saving.parts, &saving.main, template)?;
    let targets = saving.sheets()?;
    saving.follow_cells(&targets)?;
    saving.tables(&targets)?;
    let outcomes = saving.cells(&targets)?;
    saving.finish(outcomes)
}

struct Saving<'a> {
    book: &'a Book,
    options: SaveOptions,
    parts: Parts,
    /// The part of the workbook.
    main: String,
    contents: workbook::Contents,
    /// The sheets of the file's list, as far as they were loaded.
    ids: Vec<Option<SheetId>>,
    reachable: FxHashSet<String>,
    warnings: Warnings,
}

impl<'a> Saving<'a> {
    fn new(book: &'a Book, options: SaveOptions) -> Result<Self, Error> {
        // The limits were for loading: what was loaded may be read again.
        let limits = match book.source.as_ref().is_some_and(|source| source.within_limits) {
            true => FileLimits {
                file_bytes: u64::MAX,
                part_bytes: u64::MAX,
                total_bytes: u64::MAX,
                parts: usize::MAX,
                ..FileLimits::default()
            },
            false => FileLimits::default(),
        };
        let (mut parts, main) = match &book.source {
            Some(source) => {
                let package = Package::open(source.bytes.clone(), &limits)?;
                let main = main_part(&package)?;
                (Parts::of(Some(package)), main)
            }
            None => (blank::parts(book.dates), "xl/workbook.xml".to_owned()),
        };
        let text = parts.required(&main)?;
        let contents = workbook::read(Parts::xml(&main, &text))?;
        parts.set_strict(contents.strict);
        let related = links::relations(&parts, &main)?;
        let by_part: FxHashMap<String, SheetId> = match &book.source {
            Some(source) => source.sheets.iter().map(|(id, part)| (key_of(part), *id)).collect(),
            None => FxHashMap::default(),
        };
        let ids = contents.sheets.iter().map(|sheet| {
            let relation = related.iter().find(|relation| relation.id == sheet.relation)?;
            by_part.get(&key_of(&relation.target)).copied()
        });
        let ids = ids.collect();
        let reachable = links::reachable(&parts)?;
        let warnings = Warnings::default();
        Ok(Self { book, options, parts, main, contents, ids, reachable, warnings })
    }

    /// Puts the list of sheets and the names in place; new sheets get their parts.
    fn sheets(&mut self) -> Result<Vec<Target>, Error> {
        let related = links::relations(&self.parts, &self.main)?;
        let mut targets = Vec::new();
        let mut own = Vec::new();
        for id in &self.book.order {
            let Some(name) = self.book.sheets.get(id).map(|sheet| sheet.name.clone()) else {
                continue;
            };
            let old = self.ids.iter().position(|known| *known == Some(*id));
            let known = old.and_then(|old| {
                let relation = &self.contents.sheets.get(old)?.relation;
                related.iter().find(|r| r.id == *relation)
            });
            let (part, relation) = match known {
                Some(known) => (known.target.clone(), known.id.clone()),
                None => {
                    let part = self.parts.free_name("xl/worksheets/sheet");
                    self.parts.set(&part, blank::SHEET.to_owned());
                    links::declare(&mut self.parts, &part, "worksheet")?;
                    let relation = links::add(&mut self.parts, &self.main, "worksheet", &part)?;
                    (part, relation)
                }
            };
            own.push(Listed { old, sheet: Some((*id, name)), relation });
            targets.push(Target { id: *id, part });
        }
        if targets.is_empty() {
            let what = "a file needs at least one sheet: add one before saving";
            return Err(Error::new(ErrorKind::Sheet, what));
        }
        let others =
            self.contents.sheets.iter().enumerate().filter(|(at, _)| self.ids[*at].is_none());
        let others = others.map(|(at, sheet)| Listed {
            old: Some(at),
            sheet: None,
            relation: sheet.relation.clone(),
        });
        let list = book::in_order(own, others.collect());
        let gone: Vec<String> = (0..self.contents.sheets.len())
            .filter(|at| !list.iter().any(|listed| listed.old == Some(*at)))
            .map(|at| self.contents.sheets[at].relation.clone())
            .collect();
        if !gone.is_empty() {
            // With it goes the order of calculation, which lists its formulas.
            links::remove(&mut self.parts, &self.main, |r| {
                gone.contains(&r.id) || r.kind == "calcChain"
            })?;
        }
        let text = self.parts.required(&self.main)?;
        let xml = Parts::xml(&self.main, &text);
        if let Some(text) = book::merged(xml, &self.contents, &list, &self.ids, self.book)? {
            self.parts.set(&self.main, text);
        }
        Ok(targets)
    }

    /// Lets what stands beside cells follow inserted and deleted rows and columns, and renamed and deleted sheets.
    fn follow_cells(&mut self, targets: &[Target]) -> Result<(), Error> {
        let in_file: Vec<(SheetId, String)> = self
            .ids
            .iter()
            .zip(&self.contents.sheets)
            .filter_map(|(id, sheet)| Some(((*id)?, sheet.name.clone())))
            .collect();
        let follow = Follow::new(self.book, &in_file);
        if follow.is_idle() {
            return Ok(());
        }
        for target in targets {
            let Some(sheet) = self.book.sheets.get(&target.id) else { continue };
            if !in_file.iter().any(|(id, _)| *id == target.id) {
                continue;
            }
            let moves = Moves::new(target.id, &sheet.moves);
            if !moves.is_empty() {
                for relation in links::relations(&self.parts, &target.part)? {
                    anchored::check(&sheet.name, &relation.kind, &relation.target)?;
                    if relation.kind == "drawing"
                        && let Some(text) = self.parts.text(&relation.target)?
                        && let Some(text) =
                            anchored::drawing(Parts::xml(&relation.target, &text), &moves)?
                    {
                        self.parts.set(&relation.target, text);
                    }
                }
                let text = self.parts.required(&target.part)?;
                if let Some(text) = moves::cells(Parts::xml(&target.part, &text), &moves)? {
                    self.parts.set(&target.part, text);
                }
            }
            let text = self.parts.required(&target.part)?;
            let xml = Parts::xml(&target.part, &text);
            if let Some(text) = moves::surroundings(xml, target.id, &moves, &follow)? {
                self.parts.set(&target.part, text);
            }
        }
        anchored::formulas(&mut self.parts, &follow)
    }

    /// Puts tables in place: changed, new and removed ones.
    fn tables(&mut self, targets: &[Target]) -> Result<(), Error> {
        let mut tables: Vec<&TableDef> = self.book.names.tables.values().collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let mut next = None;
        for target in targets {
            let own: Vec<&TableDef> =
                tables.iter().copied().filter(|table| table.sheet == target.id).collect();
            let related: Vec<_> = links::relations(&self.parts, &target.part)?
                .into_iter()
                .filter(|relation| relation.kind == "table" && !relation.external)
                .collect();
            if own.is_empty() && related.is_empty() {
                continue;
            }
            let mut known = FxHashSet::default();
            let mut gone = Vec::new();
            for relation in related {
                let text = self.parts.required(&relation.target)?;
                let xml = Parts::xml(&relation.target, &text);
                let old = super::load::table::read(xml, target.id)?.map(|loaded| loaded.table);
                let same = |table: &&&TableDef| {
                    old.as_ref()
                        .is_some_and(|old| old.name.to_lowercase() == table.name.to_lowercase())
                };
                match own.iter().find(same) {
                    Some(table) => {
                        known.insert(table.name.clone());
                        if let Some(text) = tables::merged(xml, table)? {
                            self.parts.set(&relation.target, text);
                        }
                    }
                    None if old.is_none() => {}
                    None => gone.push(relation.id),
                }
            }
            let mut new = Vec::new();
            for table in own.iter().filter(|table| !known.contains(&table.name)) {
                let id = match next {
                    Some(id) => id,
                    None => self.next_table()?,
                };
                next = Some(id + 1);
                let part = self.parts.free_name("xl/tables/table");
                self.parts.set(&part, blank::declared(&tables::new(table, id)));
                links::declare(&mut self.parts, &part, "table")?;
                new.push(links::add(&mut self.parts, &target.part, "table", &part)?);
            }
            self.check_headers(&own);
            if !new.is_empty() || !gone.is_empty() {
                links::remove(&mut self.parts, &target.part, |r| gone.contains(&r.id))?;
                let text = self.parts.required(&target.part)?;
                let text = tables::listed(Parts::xml(&target.part, &text), &new, &gone)?;
                self.parts.set(&target.part, text);
            }
        }
        Ok(())
    }

    fn next_table(&self) -> Result<u32, Error> {
        let mut last = 0;
        for name in self.parts.names() {
            if name.to_lowercase().starts_with("xl/tables/")
                && let Some(text) = self.parts.text(&name)?
                && !name.to_lowercase().ends_with(".rels")
            {
                last = last.max(tables::id(Parts::xml(&name, &text))?);
            }
        }
        Ok(last + 1)
    }

    /// Excel repairs files whose tables have other column names than the cells above their columns.
    fn check_headers(&mut self, tables: &[&TableDef]) {
        for table in tables.iter().filter(|table| table.headers) {
            let Some(sheet) = self.book.sheets.get(&table.sheet) else { continue };
            for (col, name) in table.rect.cols().zip(&table.columns) {
                let at = crate::address::Cell::new(table.rect.top, col);
                let same =
                    matches!(sheet.grid.get(at), crate::cells::CellRef::Text(text) if text == name);
                if !same {
                    self.warnings.add(format!(
                        "{}!{at}: the cell is not the text {name:?}, the name of the column in the table {}: Excel will repair one of \
                         them",
                        sheet.name, table.name
                    ));
                    break;
                }
            }
        }
    }

    /// Puts cells in place.
    fn cells(&mut self, targets: &[Target]) -> Result<Vec<Outcome>, Error> {
        let related = links::relations(&self.parts, &self.main)?;
        let of_kind =
            |kind: &str| related.iter().find(|r| r.kind == kind).map(|r| r.target.clone());
        let parts = &self.parts;
        let part = |name: Option<String>| -> Result<Option<(String, String)>, Error> {
            let Some(name) = name else { return Ok(None) };
            Ok(parts.text(&name)?.map(|text| (name, text)))
        };
        let styles_part = part(of_kind("styles"))?;
        let styles = match &styles_part {
            Some((name, text)) => Styles::read(Parts::xml(name, text))?,
            None => Styles::default(),
        };
        let strings = match part(of_kind("sharedStrings"))? {
            Some((name, text)) => Strings::read(Parts::xml(&name, &text), u64::MAX)?,
            None => Strings::default(),
        };
        let metadata = part(of_kind("sheetMetadata"))?;
        let dynamic = match &metadata {
            Some((name, text)) => workbook::dynamic_arrays(Parts::xml(name, text))?,
            None => Vec::new(),
        };
        let mark = match &metadata {
            Some(_) => dynamic.first().copied(),
            None => Some(1),
        };
        let dates = match self.contents.dates_from_1904 {
            true => DateSystem::Excel1904,
            false => DateSystem::Excel1900,
        };
        let writing = Writing {
            book: self.book,
            shared: Shared { strings: &strings, styles: &styles, dates },
            dynamic: &dynamic,
            mark,
            values_only: self.options.values_only,
        };
        let merged = |target: &Target, formats: DateFormats| -> Result<Outcome, Error> {
            let text = parts.required(&target.part)?;
            sheet::merge(Parts::xml(&target.part, &text), target.id, &writing, formats)
        };
        let first = DateFormats::new(styles.len());
        let mut outcomes: Vec<Outcome> = targets
            .par_iter()
            .map(|target| merged(target, first.clone()))
            .collect::<Result<_, Error>>()?;
        // Sheets number the formats that they add each for itself; where that does not fit, once more with those of all.
        let mut formats = first;
        for (outcome, target) in outcomes.iter_mut().zip(targets) {
            if !formats.extend(&outcome.formats) {
                *outcome = merged(target, formats.clone())?;
                formats.extend(&outcome.formats);
            }
        }
        for (outcome, target) in outcomes.iter().zip(targets) {
            if let Some(at) = outcome.too_long {
                let sheet = self.book.sheet_name(target.id).unwrap_or_default();
                return Err(Error::new(
                    ErrorKind::File,
                    format!(
                        "{}!{at}: the formula has become longer than the {MAX_LENGTH} characters that Excel reads: shorten it, or save \
                         values only",
                        quote_sheet(sheet)
                    ),
                ));
            }
        }
        let styled = match &styles_part {
            Some((name, text)) if !formats.is_empty() => {
                styles::with(Parts::xml(name, text), &formats)?.map(|text| (name.clone(), text))
            }
            _ => None,
        };
        let marked = outcomes.iter().any(|outcome| outcome.marked);
        for (outcome, target) in outcomes.iter_mut().zip(targets) {
            if let Some(text) = outcome.text.take() {
                self.parts.set(&target.part, text);
            }
        }
        if let Some((name, text)) = styled {
            self.parts.set(&name, text);
        }
        if marked && metadata.is_none() {
            let name = "xl/metadata.xml";
            self.parts.set(name, blank::declared(metadata::DYNAMIC));
            links::declare(&mut self.parts, name, "sheetMetadata")?;
            links::add(&mut self.parts, &self.main, "sheetMetadata", name)?;
        }
        Ok(outcomes)
    }

    fn finish(mut self, outcomes: Vec<Outcome>) -> Result<Saved, Error> {
        let moved = self.book.sheets.values().any(|sheet| !sheet.moves.is_empty());
        if moved || outcomes.iter().any(|outcome| outcome.formulas_changed) {
            // The order of calculation, which programs make again.
            links::remove(&mut self.parts, &self.main, |r| r.kind == "calcChain")?;
        }
        let signed = |kind: &str| kind == "origin" || kind == "signature";
        if links::relations(&self.parts, "")?.iter().any(|r| signed(&r.kind)) {
            links::remove(&mut self.parts, "", |r| signed(&r.kind))?;
            self.warnings
                .add("the digital signature is left out: it does not fit what is saved".to_owned());
        }
        links::sweep(&mut self.parts, &self.reachable)?;
        self.warn(&outcomes);
        let kind = links::content_type(&self.parts, &self.main)?;
        let macros = kind.is_some_and(|kind| kind.to_lowercase().contains("macroenabled"));
        let zipped = self.parts.zip()?;
        Ok(Saved {
            bytes: zipped.bytes,
            warnings: self.warnings,
            cells_written: outcomes.iter().map(|outcome| outcome.cells_written).sum(),
            cells_kept: outcomes.iter().map(|outcome| outcome.cells_kept).sum(),
            parts_copied: zipped.copied,
            parts_rewritten: zipped.rewritten,
            macros,
        })
    }

    fn warn(&mut self, outcomes: &[Outcome]) {
        let mut own: BTreeSet<&str> = BTreeSet::new();
        if !self.options.values_only {
            for (_, region) in self.book.regions.iter() {
                let bound = |name: &&String| self.book.functions.get(name).is_some();
                own.extend(region.template.functions.iter().filter(bound).map(String::as_str));
            }
        }
        if !own.is_empty() {
            let names: Vec<&str> = own.into_iter().collect();
            let builtin = |name: &&&str| is_builtin(name);
            let overrides = names.iter().filter(builtin).count();
            let what = match overrides == names.len() {
                true => "gives its own values for",
                false => "shows #NAME? for",
            };
            self.warnings.add(format!(
                "Excel {what} {} as soon as it calculates: save values only to keep the results",
                names.join(", ")
            ));
        }
        let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
        let errors = sum(|outcome| outcome.errors_replaced);
        if errors > 0 {
            self.warnings.add(format!(
                "{errors} cells with errors that files have no word for (#SPILL!, #CALC!, #CIRC!, …) are saved as #VALUE!"
            ));
        }
        let unmarked = sum(|outcome| outcome.unmarked);
        if unmarked > 0 {
            self.warnings.add(format!(
                "{unmarked} dynamic arrays are saved as array formulas of fixed size: the file's metadata has no mark for them"
            ));
        }
    }
}
