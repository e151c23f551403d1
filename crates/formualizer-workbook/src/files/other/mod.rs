//! `.xls`, `.xlsb` and `.ods` files, read with calamine.
//!
//! ```text
//! ole … compound files                xls … sizes of old sheets, checked first
//! binary … which formulas of .xls and .xlsb are taken
//! ods … sizes of OpenDocument sheets  formula … OpenDocument formulas as they are typed
//! value … values of cells
//! ```
//!
//! What is read is put together as an .xlsx file is. A workbook from these files is saved as a new one.

mod binary;
mod formula;
mod ods;
mod ole;
mod value;
mod xls;

pub(crate) use ole::Ole;

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
    address::{Cell, MAX_COLS, MAX_ROWS, Rect, validate_sheet_name},
    book::Book,
    formula::Arrays,
};
use binary::Trust;
use calamine::{Data, Ods, Reader, SheetType, Xls, Xlsb};
use formualizer_common::DateSystem;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, what)
}

/// An error of calamine.
fn damaged(e: impl std::error::Error + Send + Sync + 'static) -> Error {
    refused(e.to_string()).with_source(e)
}

/// What a file has.
struct Contents {
    dates: DateSystem,
    /// Those of binary files are not taken.
    names: Vec<(String, Option<String>)>,
    sheets: Vec<(String, LoadedSheet)>,
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
    let read = || match kind {
        Kind::Xls => read_xls(bytes, limits),
        Kind::Xlsb => read_xlsb(bytes, limits),
        Kind::Ods => read_ods(bytes, limits),
        Kind::Xlsx => Err(refused("an .xlsx file, which has a reader of its own")),
    };
    // Its readers are written for files that are whole.
    let contents = catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(refused("the file is damaged")))?;
    assembled(contents)
}

fn assembled(contents: Contents) -> Result<(Book, Warnings), Error> {
    let mut assembly = Assembly::new(contents.dates);
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
    for (name, text) in contents.names {
        match text {
            Some(text) => names.push(NameEntry { name, sheet: None, text, function: false }),
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

/// The names of the sheets with cells, as their tabs stand.
fn sheet_names<T, R: Reader<T>>(reader: &R) -> Vec<String>
where
    T: std::io::Read + std::io::Seek,
{
    let with_cells = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
    reader.sheets_metadata().iter().filter(with_cells).map(|sheet| sheet.name.clone()).collect()
}

fn read_xls(bytes: &Arc<[u8]>, limits: &FileLimits) -> Result<Contents, Error> {
    let (checked, elsewhere) = xls::checked(bytes, limits)?;
    let mut reader = Xls::new(Cursor::new(checked)).map_err(damaged)?;
    let dates = system(reader.has_1904_epoch());
    let trust = Trust::new(reader.defined_names(), true);
    let mut cells = Cells::new(limits, dates);
    let mut sheets = Vec::new();
    for name in sheet_names(&reader) {
        let mut sheet = Collector::default();
        let values = reader.worksheet_range(&name).map_err(damaged)?;
        let formulas = reader.worksheet_formula(&name).map_err(damaged)?;
        let formulas = Formulas { range: &formulas, arrays: None };
        cells.put(&mut sheet, &name, &values, &formulas, |text| trust.formula(text))?;
        let place = reader.sheets_metadata().iter().position(|sheet| sheet.name == name);
        let kept = place.and_then(|place| elsewhere.get(place)).map_or(&[][..], Vec::as_slice);
        if let Some(first) = kept.first() {
            sheet.out.warnings.add(format!(
                "{first}: its value is kept, and that of {} other cells, since shared and array formulas cannot be read from this file",
                kept.len() - 1
            ));
        }
        sheets.push((name, sheet.finish()));
    }
    let names = reader.defined_names().iter().map(|(name, _)| (name.clone(), None)).collect();
    Ok(Contents { dates, names, sheets })
}

fn read_ods(bytes: &Arc<[u8]>, limits: &FileLimits) -> Result<Contents, Error> {
    let package = Package::open(Arc::clone(bytes), limits)?;
    let scan = ods::scan(&package, limits)?;
    let mut reader = Ods::new(Cursor::new(Arc::clone(bytes))).map_err(damaged)?;
    let dates = system(scan.dates_from_1904);
    let mut cells = Cells::new(limits, dates);
    let mut sheets = Vec::new();
    for name in sheet_names(&reader) {
        let mut sheet = Collector::default();
        let values = reader.worksheet_range(&name).map_err(damaged)?;
        let formulas = reader.worksheet_formula(&name).map_err(damaged)?;
        let formulas = Formulas { range: &formulas, arrays: scan.arrays.get(&name) };
        cells.put(&mut sheet, &name, &values, &formulas, formula::typed)?;
        sheets.push((name, sheet.finish()));
    }
    let translated = |(name, text): &(String, String)| (name.clone(), formula::named(text));
    let names = reader.defined_names().iter().map(translated).collect();
    Ok(Contents { dates, names, sheets })
}

fn read_xlsb(bytes: &Arc<[u8]>, limits: &FileLimits) -> Result<Contents, Error> {
    let package = Package::open(Arc::clone(bytes), limits)?;
    // Unpacked once, since calamine has no limit for it.
    for part in package.names().filter(|name| name.to_lowercase().ends_with(".bin")) {
        package.read(part)?;
    }
    let mut reader = Xlsb::new(Cursor::new(Arc::clone(bytes))).map_err(damaged)?;
    let dates = system(reader.has_1904_epoch());
    let trust = Trust::new(reader.defined_names(), false);
    let mut cells = Cells::new(limits, dates);
    let mut sheets = Vec::new();
    for name in sheet_names(&reader) {
        let mut sheet = Collector::default();
        let mut values = reader.worksheet_cells_reader(&name).map_err(damaged)?;
        while let Some(cell) = values.next_cell().map_err(damaged)? {
            let data = Data::from(cell.get_value().clone());
            cells.value(&mut sheet, &name, cell.get_position(), &data, false)?;
        }
        drop(values);
        let mut formulas = reader.worksheet_cells_reader(&name).map_err(damaged)?;
        while let Some(cell) = formulas.next_formula().map_err(damaged)? {
            let at = place(&name, cell.get_position())?;
            formula_at(&mut sheet, at, trust.formula(cell.get_value()), None);
        }
        sheets.push((name, sheet.finish()));
    }
    let names = reader.defined_names().iter().map(|(name, _)| (name.clone(), None)).collect();
    Ok(Contents { dates, names, sheets })
}

fn system(from_1904: bool) -> DateSystem {
    match from_1904 {
        true => DateSystem::Excel1904,
        false => DateSystem::Excel1900,
    }
}

fn place(sheet: &str, (row, col): (u32, u32)) -> Result<Cell, Error> {
    match row < MAX_ROWS && col < MAX_COLS {
        true => Ok(Cell::new(row, col)),
        false => Err(refused(format!(
            "{sheet}: there is a cell in row {} and column {}, where no sheet has one",
            u64::from(row) + 1,
            u64::from(col) + 1
        ))),
    }
}

/// The formulas of a sheet.
struct Formulas<'a> {
    range: &'a calamine::Range<String>,
    /// What those that were entered as arrays fill.
    arrays: Option<&'a FxHashMap<Cell, Rect>>,
}

/// Counts the cells of all sheets.
struct Cells {
    left: u64,
    dates: DateSystem,
}

impl Cells {
    fn new(limits: &FileLimits, dates: DateSystem) -> Self {
        Self { left: limits.cells, dates }
    }

    fn put(
        &mut self,
        sheet: &mut Collector,
        name: &str,
        values: &calamine::Range<Data>,
        formulas: &Formulas<'_>,
        typed: impl Fn(&str) -> Option<String>,
    ) -> Result<(), Error> {
        for (position, data) in filled(values) {
            let formula = formulas.range.get_value(position).is_some_and(|text| !text.is_empty());
            self.value(sheet, name, position, data, formula)?;
        }
        for (position, text) in filled(formulas.range) {
            let at = place(name, position)?;
            let fills = formulas.arrays.and_then(|arrays| arrays.get(&at)).copied();
            formula_at(sheet, at, typed(text), fills);
        }
        Ok(())
    }

    fn value(
        &mut self,
        sheet: &mut Collector,
        name: &str,
        position: (u32, u32),
        data: &Data,
        formula: bool,
    ) -> Result<(), Error> {
        let at = place(name, position)?;
        let content = value::content(data, self.dates, formula)
            .map_err(|what| refused(format!("{name}!{at}: {what}")))?;
        if content == super::xlsx::cell::Content::Blank {
            return Ok(());
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            refused(format!("{name}!{at}: the file has more cells than the limit cells allows"))
        })?;
        sheet.value(at, content.cell());
        Ok(())
    }
}

/// The cells of a range that hold something, where they stand in the sheet.
fn filled<T: calamine::CellType>(
    range: &calamine::Range<T>,
) -> impl Iterator<Item = ((u32, u32), &T)> {
    let (top, left) = range.start().unwrap_or_default();
    range.used_cells().map(move |(row, col, cell)| {
        let from =
            |start: u32, by: usize| start.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
        ((from(top, row), from(left, col)), cell)
    })
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
