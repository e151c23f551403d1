//! `.xls`, `.xlsb` and `.ods` files.
//!
//! ```text
//! xls/    … streams of records in compound files    xlsb/ … records in the parts of a package
//! tokens/ … formulas of both as they are typed      binary … what the sheets of both have in common
//! ods/    … OpenDocument, packed and flat
//! ```
//!
//! What is read is put together as an .xlsx file is. A workbook from these files is saved as a new one. Every reader is ours: what a
//! file claims is held against what it has before room is made for it.

mod binary;
mod ods;
mod tokens;
mod xls;
mod xlsb;

use super::{
    FileLimits, LoadOptions, Warnings,
    collect::{Collector, LoadedSheet},
    kind::Kind,
    xlsx::{
        load::{Assembly, workbook::NameEntry},
        package::Package,
    },
};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect, SheetId, validate_sheet_name},
    book::Book,
    formula::{Arrays, compile},
    recalc::Iteration,
};
use formualizer_common::DateSystem;
use rustc_hash::FxHashSet;
use std::sync::Arc;

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, what)
}

/// What a file has.
struct Contents {
    dates: DateSystem,
    iteration: Option<Iteration>,
    names: Vec<FoundName>,
    sheets: Vec<(String, LoadedSheet)>,
}

impl Contents {
    fn new(dates: DateSystem) -> Self {
        Self { dates, iteration: None, names: Vec::new(), sheets: Vec::new() }
    }
}

/// A name of a file.
struct FoundName {
    name: String,
    /// The place among the sheets with cells of the one that it belongs to.
    sheet: Option<usize>,
    /// What it stands for, without `=`; nothing where that cannot be said.
    text: Option<String>,
    /// The cell that its relative references are written for.
    base: Cell,
}

/// Loads a workbook.
///
/// # Errors
/// [`File`](ErrorKind::File) where it is damaged, encrypted or beyond the limits.
pub(crate) fn load(
    bytes: &Arc<[u8]>,
    kind: Kind,
    options: &LoadOptions,
) -> Result<(Book, Warnings), Error> {
    let limits = &options.limits;
    if bytes.len() as u64 > limits.file_bytes {
        return Err(refused(format!(
            "the file has {} bytes, the limit file_bytes is {}",
            bytes.len(),
            limits.file_bytes
        )));
    }
    let package = || Package::open(Arc::clone(bytes), limits);
    assembled(match kind {
        Kind::Xls => xls::read(bytes, limits)?,
        Kind::Xlsb => xlsb::read(&package()?, limits)?,
        Kind::Ods => ods::packed(&package()?, limits)?,
        Kind::Fods => ods::flat(bytes, limits)?,
        Kind::Xlsx => return Err(refused("an .xlsx file, which has a reader of its own")),
    })
}

fn assembled(contents: Contents) -> Result<(Book, Warnings), Error> {
    let mut assembly = Assembly::new(contents.dates);
    assembly.book.iteration = contents.iteration;
    let mut seen = FxHashSet::default();
    let mut ids = Vec::new();
    for (name, _) in &contents.sheets {
        validate_sheet_name(name).map_err(|e| refused(format!("a sheet of the file: {e}")))?;
        if !seen.insert(name.to_lowercase()) {
            return Err(refused(format!("the file has two sheets named {name:?}")));
        }
        ids.push(Some(assembly.book.add_sheet(name)));
    }
    if ids.is_empty() {
        return Err(refused("the file has no sheet with cells"));
    }
    let mut names = Vec::new();
    for found in contents.names {
        let sheet = found.sheet.or(Some(0)).and_then(|at| ids.get(at).copied().flatten());
        let text = sheet.and_then(|sheet| from_first_cell(&found, sheet, &assembly.book));
        let FoundName { name, sheet, .. } = found;
        match text {
            Some(text) => names.push(NameEntry { name, sheet, text, function: false }),
            None => assembly.warnings.add(format!(
                "the name {name:?} is left out: what it means in this file is not known"
            )),
        }
    }
    assembly.names(&names, &ids);
    for (id, (name, sheet)) in ids.into_iter().flatten().zip(contents.sheets) {
        assembly.sheet(id, &name, sheet)?;
    }
    Ok((assembly.book, assembly.warnings))
}

/// What a name stands for as seen from A1; nothing where that cannot be said.
fn from_first_cell(found: &FoundName, sheet: SheetId, book: &Book) -> Option<String> {
    let text = found.text.as_ref()?;
    let first = Cell::new(0, 0);
    if found.base == first {
        return Some(text.clone());
    }
    let template = compile(text, sheet, found.base, book).ok()?;
    let moved = template.text_at(first, book);
    let gone = moved.matches("#REF!").count() > text.matches("#REF!").count();
    (!gone).then(|| moved.trim_start_matches('=').to_owned())
}

/// Counts the cells of all sheets.
struct Counted {
    left: u64,
}

impl Counted {
    fn new(limits: &FileLimits) -> Self {
        Self { left: limits.cells }
    }

    /// So many more cells, or what is wrong with them.
    fn take(&mut self, count: u64) -> Result<(), String> {
        let left = self.left.checked_sub(count);
        self.left = left.ok_or("the file has more cells than the limit cells allows")?;
        Ok(())
    }
}

/// A formula, or none that can be said.
fn formula_at(sheet: &mut Collector, at: Cell, text: Option<String>, fills: Option<Rect>) {
    let Some(text) = text else {
        let what =
            format!("{at}: its value is kept, since its formula cannot be read from this file");
        return sheet.out.warnings.add(what);
    };
    let text = format!("={}", super::xlsx::formulas::typed(text.trim().trim_start_matches('=')));
    match fills {
        Some(fills) => {
            let arrays = Arrays::Fixed { height: fills.height(), width: fills.width() };
            sheet.start(at, &text, arrays, Some(fills), None);
        }
        None => {
            sheet.go_on(at, &text, None);
        }
    }
}
