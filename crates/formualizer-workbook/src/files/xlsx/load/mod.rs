//! A file to a workbook.
//!
//! ```text
//! workbook … sheets, names, marks of dynamic arrays      table … tables
//! sheet    … values into columns, formulas into runs
//! ```
//!
//! Sheets are read side by side, then put into a book one after the other: names and tables first, since formulas mention them.

mod sheet;
pub(crate) mod table;
pub(crate) mod workbook;

use super::{
    cell::Shared,
    package::Package,
    relations::{Relation, relations},
    strings::Strings,
    styles::Styles,
    xml::Xml,
};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect, SheetId, validate_sheet_name},
    book::{Book, Region, Source},
    files::{
        LoadOptions, Warnings,
        collect::{FormulaRun, LoadedSheet},
    },
    formula::{Scope, Template, parse_named},
};
use formualizer_common::DateSystem;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use sheet::Loading;
use std::sync::{Arc, atomic::AtomicU64};
use table::LoadedTable;

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, what)
}

/// A sheet of the file with its part.
struct Part {
    name: String,
    part: String,
    tables: Vec<String>,
}

/// Loads a workbook.
///
/// # Errors
/// [`File`](ErrorKind::File) with the part, cell or limit.
pub(crate) fn load(bytes: Arc<[u8]>, options: &LoadOptions) -> Result<(Book, Warnings), Error> {
    let package = Package::open(Arc::clone(&bytes), &options.limits)?;
    let main = main_part(&package)?;
    let text = package.required(&main)?;
    let depth = options.limits.depth;
    let contents = workbook::read(Xml { part: &main, text: &text, depth })?;
    let related = relations(&package, &main)?;
    let of_kind = |kind: &str| related.iter().find(|r| r.kind == kind).map(|r| r.target.as_str());
    let styles = optional(&package, of_kind("styles"), depth, Styles::read)?;
    let strings = optional(&package, of_kind("sharedStrings"), depth, |xml| {
        Strings::read(xml, options.limits.cells)
    })?;
    let metadata = of_kind("sheetMetadata");
    let dynamic = optional(&package, metadata, depth, workbook::dynamic_arrays)?;
    let dates = match contents.dates_from_1904 {
        true => DateSystem::Excel1904,
        false => DateSystem::Excel1900,
    };
    let parts = sheets(&package, &contents, &related)?;
    let cells = AtomicU64::new(options.limits.cells);
    let shared = Shared { strings: &strings, styles: &styles, dates };
    let loading = Loading { shared, dynamic: &dynamic, cells: &cells };
    let worksheets: Vec<&Part> = parts.iter().flatten().collect();
    let loaded: Vec<LoadedSheet> = worksheets
        .par_iter()
        .map(|part| {
            let text = package.required(&part.part)?;
            sheet::read(Xml { part: &part.part, text: &text, depth }, &loading)
        })
        .collect::<Result<_, Error>>()?;

    let mut assembly = Assembly::new(dates);
    assembly.book.iteration = contents.iteration;
    let about = relations(&package, "")?.into_iter().find(|r| r.kind == "extended-properties");
    let about = about.map(|relation| relation.target);
    assembly.book.platform = optional(&package, about.as_deref(), depth, workbook::platform)?;
    let mut ids = Vec::new();
    let mut source = Source { bytes, sheets: FxHashMap::default(), within_limits: true };
    for part in &parts {
        let Some(part) = part else {
            ids.push(None);
            continue;
        };
        let id = assembly.book.add_sheet(&part.name);
        source.sheets.insert(id, part.part.clone());
        ids.push(Some(id));
    }
    for (part, id) in parts.iter().zip(&ids) {
        if let (Some(part), Some(id)) = (part, id) {
            for name in &part.tables {
                let text = package.required(name)?;
                let table = table::read(Xml { part: name, text: &text, depth }, *id)?;
                if let Some(table) = table {
                    assembly.table(name, table)?;
                }
            }
        }
    }
    assembly.names(&contents.names, &ids);
    for ((id, part), sheet) in ids.iter().flatten().zip(worksheets).zip(loaded) {
        assembly.sheet(*id, &part.part, sheet)?;
    }
    assembly.book.source = Some(Arc::new(source));
    Ok((assembly.book, assembly.warnings))
}

/// The part of the workbook, which the package's relationships lead to.
pub(crate) fn main_part(package: &Package) -> Result<String, Error> {
    let found = relations(package, "")?.into_iter().find(|r| r.kind == "officeDocument");
    let part = found.map(|relation| relation.target);
    match part.filter(|part| package.has(part)) {
        Some(part) if part.to_lowercase().ends_with(".bin") => {
            Err(refused(format!("{part}: a binary workbook (.xlsb), not an .xlsx file")))
        }
        Some(part) => Ok(part),
        None if package.has("xl/workbook.xml") => Ok("xl/workbook.xml".to_owned()),
        None => Err(refused("no .xlsx file: the ZIP file has no workbook in it")),
    }
}

/// A part that a workbook need not have.
fn optional<T: Default>(
    package: &Package,
    part: Option<&str>,
    depth: usize,
    read: impl FnOnce(Xml<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(part) = part else { return Ok(T::default()) };
    match package.text(part)? {
        Some(text) => read(Xml { part, text: &text, depth }),
        None => Ok(T::default()),
    }
}

/// The sheets of the list with their parts; `None` for those without cells (charts, dialogs).
fn sheets(
    package: &Package,
    contents: &workbook::Contents,
    related: &[Relation],
) -> Result<Vec<Option<Part>>, Error> {
    let by_id: FxHashMap<&str, &Relation> = related.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut seen = FxHashSet::default();
    let mut used = FxHashSet::default();
    let mut parts = Vec::with_capacity(contents.sheets.len());
    for sheet in &contents.sheets {
        validate_sheet_name(&sheet.name)
            .map_err(|e| refused(format!("a sheet of the file: {e}")))?;
        if !seen.insert(sheet.name.to_lowercase()) {
            return Err(refused(format!("the file has two sheets named {:?}", sheet.name)));
        }
        if sheet.relation.is_empty() {
            // A module of Excel 5.0 to 97, whose content is none of a sheet.
            parts.push(None);
            continue;
        }
        let Some(relation) = by_id.get(sheet.relation.as_str()) else {
            return Err(refused(format!(
                "the sheet {:?} has no part: there is no relationship {:?}",
                sheet.name, sheet.relation
            )));
        };
        if relation.kind != "worksheet" {
            parts.push(None);
            continue;
        }
        if relation.external || !package.has(&relation.target) {
            return Err(refused(format!(
                "the part {} of the sheet {:?} is missing",
                relation.target, sheet.name
            )));
        }
        if !used.insert(super::package::key_of(&relation.target)) {
            return Err(refused(format!("{}: the part of two sheets", relation.target)));
        }
        let own = relations(package, &relation.target)?;
        let tables = own.into_iter().filter(|r| r.kind == "table" && !r.external);
        parts.push(Some(Part {
            name: sheet.name.clone(),
            part: relation.target.clone(),
            tables: tables.map(|r| r.target).collect(),
        }));
    }
    match parts.iter().any(Option::is_some) {
        true => Ok(parts),
        false => Err(refused("the file has no sheet with cells")),
    }
}

/// Puts what was read into a book.
pub(crate) struct Assembly {
    pub(crate) book: Book,
    pub(crate) warnings: Warnings,
    /// Compiled formulas by sheet, text and cell: shared ones are used by several runs.
    anchors: Vec<(SheetId, Cell, Arc<Template>)>,
}

impl Assembly {
    pub(crate) fn new(dates: DateSystem) -> Self {
        Self { book: Book::new(dates), warnings: Warnings::default(), anchors: Vec::new() }
    }

    fn table(&mut self, part: &str, loaded: LoadedTable) -> Result<(), Error> {
        let LoadedTable { table, filtered } = loaded;
        let sheet = table.sheet;
        self.book.names.take_table(table).map_err(|what| refused(format!("{part}: {what}")))?;
        if let (Some(rect), Some(sheet)) = (filtered, self.book.sheets.get_mut(&sheet)) {
            // Until the sheet's rows are known: those that are hidden are moved here.
            sheet.hidden.filtered.insert(rect.rows());
        }
        Ok(())
    }

    /// Takes the names that can be; the sheets are those of the list.
    pub(crate) fn names(&mut self, names: &[workbook::NameEntry], ids: &[Option<SheetId>]) {
        let Some(first) = ids.iter().flatten().next().copied() else { return };
        for entry in names {
            if entry.function {
                continue;
            }
            let scope = match entry.sheet {
                None => None,
                Some(at) => match ids.get(at) {
                    Some(Some(id)) => Some(*id),
                    _ => {
                        self.warnings.add(format!("the name {} belongs to no sheet", entry.name));
                        continue;
                    }
                },
            };
            let text = super::formulas::typed(entry.text.trim());
            match parse_named(&entry.name, &text, scope.unwrap_or(first)) {
                Ok(named) => {
                    self.book.names.named.insert((scope, entry.name.to_lowercase()), named);
                }
                // Excel's own (print areas and the like) are kept for saving.
                Err(_) if is_own(&entry.name) => {}
                Err(error) => {
                    self.warnings.add(format!("the name {} is left out: {error}", entry.name));
                }
            }
        }
    }

    /// Puts a sheet's values and formulas in place.
    ///
    /// # Errors
    /// Where formulas meet, with the part.
    pub(crate) fn sheet(
        &mut self,
        id: SheetId,
        part: &str,
        loaded: LoadedSheet,
    ) -> Result<(), Error> {
        let name = self.book.sheet_name(id).unwrap_or_default().to_owned();
        for warning in loaded.warnings.into_lines() {
            self.warnings.add(format!("{name}!{warning}"));
        }
        if let Some(sheet) = self.book.sheets.get_mut(&id) {
            for (col, row, cells) in loaded.values {
                sheet.grid.set_cells(col, row, cells);
            }
            let mut filters = std::mem::take(&mut sheet.hidden.filtered);
            filters.extend(&loaded.filtered);
            for rows in loaded.hidden.iter() {
                for row in rows {
                    let one = row..row + 1;
                    match filters.within(&one).is_empty() {
                        true => sheet.hidden.manual.insert(one),
                        false => sheet.hidden.filtered.insert(one),
                    }
                }
            }
        }
        for run in loaded.formulas {
            self.run(id, &name, &run).map_err(|what| refused(format!("{part}: {what}")))?;
        }
        self.anchors.clear();
        Ok(())
    }

    /// A formula with the cells below that have it too; what is wrong with the file where another one's array is in its place.
    fn run(&mut self, id: SheetId, name: &str, run: &FormulaRun) -> Result<(), String> {
        let at = run.at;
        let template = match self.template(id, run) {
            Ok(template) => template,
            Err(error) => {
                self.warnings.add(format!("{name}!{at}: its value is kept, {error}"));
                return Ok(());
            }
        };
        if external(&template) {
            self.warnings.add(format!(
                "{name}!{at}: its value is kept, since the formula refers to another workbook"
            ));
            return Ok(());
        }
        let rect = Rect { bottom: run.bottom, ..Rect::from(at) };
        let fills = run.fills.unwrap_or(rect);
        let taken = self.book.sheets.get(&id).is_some_and(|sheet| {
            !sheet.regions.within(&fills).is_empty() || !sheet.spills.within(&fills).is_empty()
        });
        if taken {
            let fills = if run.fills.is_some() { fills } else { at.into() };
            return Err(format!("{at}: the formula for {fills} meets the cells of another one"));
        }
        let spill = run.fills.filter(|fills| fills.cells() > 1);
        if spill.is_some() {
            self.book.add_loaded(Region { spill, ..Region::new(id, rect, template) });
            return Ok(());
        }
        // Where the formula does not hold for the whole run (it means the row of a table), it is compiled again.
        match self.book.fitted(id, &rect, template) {
            Ok(parts) => {
                for (part, template) in parts {
                    self.book.add_loaded(Region::new(id, part, template));
                }
            }
            Err(error) => self.warnings.add(format!("{name}!{at}: its value is kept, {error}")),
        }
        Ok(())
    }

    fn template(&mut self, id: SheetId, run: &FormulaRun) -> Result<Arc<Template>, Error> {
        if run.shared.is_some() {
            let known = |(sheet, at, _): &&(SheetId, Cell, Arc<Template>)| {
                (*sheet, *at) == (id, run.origin)
            };
            if let Some((_, _, template)) = self.anchors.iter().rev().take(64).find(known) {
                return Ok(Arc::clone(template));
            }
        }
        let template = self.book.template(run.follower.text(), run.arrays, id, run.origin)?;
        if run.shared.is_some() {
            self.anchors.push((id, run.origin, Arc::clone(&template)));
        }
        Ok(template)
    }
}

/// Whether a name is one of Excel's own: print areas, filters.
fn is_own(name: &str) -> bool {
    name.to_lowercase().starts_with(crate::formula::OWN_NAMES)
}

/// Whether a formula refers to another workbook, whose values are not here.
pub(crate) fn external(template: &Template) -> bool {
    let mut source = template.source.clone();
    let mut found = false;
    crate::formula::each_reference(&mut source, &mut |reference| {
        found |= matches!(reference, formualizer_parse::parser::ReferenceType::External(_))
            || matches!(reference, formualizer_parse::parser::ReferenceType::NamedRange(name) if name.starts_with('['));
    });
    found
}
