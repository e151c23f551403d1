//! The layout to a book.

use super::{
    MAGIC,
    layout::{self, Formula, Name, State, Table, Vector, cell},
};
use crate::{
    Error, ErrorKind,
    address::{MAX_COLS, MAX_ROWS, Rect, SheetId, validate_sheet_name},
    book::{Book, Move, Region, RowSet, Source},
    formula::{TableDef, parse_named},
    recalc::Iteration,
};
use formualizer_common::DateSystem;
use formualizer_functions::call::Platform;
use rustc_hash::FxHashMap;
use std::{borrow::Cow, sync::Arc};

fn damaged(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Data, format!("the state of the workbook is damaged: {}", what.into()))
}

/// The book of the bytes, and what was said when it was loaded from a file. Its formulas are all to be calculated.
///
/// # Errors
/// [`Data`](ErrorKind::Data) with what is wrong.
pub(crate) fn read(bytes: &[u8]) -> Result<(Book, Vec<String>), Error> {
    let (magic, rest) = bytes.split_at_checked(MAGIC.len()).unwrap_or((bytes, &[]));
    if magic != MAGIC {
        let what = match magic.split_last() {
            Some((version, name)) if MAGIC.starts_with(name) && magic.len() == MAGIC.len() => {
                format!("version {version} of a workbook's state, which this version does not read")
            }
            _ => "these bytes are no state of a workbook".to_owned(),
        };
        return Err(Error::new(ErrorKind::Data, what));
    }
    let (state, rest): (State<'_>, _) = postcard::take_from_bytes(rest)
        .map_err(|e| damaged("it is cut off, or no state").with_source(e))?;
    if !rest.is_empty() {
        return Err(damaged("there is more behind its end"));
    }
    let mut reading = Reading::sheets(&state)?;
    state.tables.iter().try_for_each(|table| reading.table(table))?;
    state.names.iter().try_for_each(|name| reading.name(name))?;
    for (id, sheet) in reading.ids.clone().into_iter().zip(&state.sheets) {
        reading.sheet(id, sheet)?;
    }
    if let Some(source) = &state.source {
        reading.source(source);
    }
    Ok((reading.book, state.warnings.into_iter().map(Cow::into_owned).collect()))
}

/// Cells with formulas in all: a few words claim a sheet, and recalculating makes a value for each cell.
const MOST_FORMULAS: u64 = 1 << 30;
/// Cells of a formula that has to be compiled in parts.
const MOST_FITTED: u64 = 1 << 20;

struct Reading {
    book: Book,
    ids: Vec<SheetId>,
    /// Cells that formulas may still have.
    formulas: u64,
}

impl Reading {
    fn sheets(state: &State<'_>) -> Result<Self, Error> {
        let mut book = Book::new(match state.dates_from_1904 {
            true => DateSystem::Excel1904,
            false => DateSystem::Excel1900,
        });
        if state.of_macintosh {
            book.platform = Platform::Macintosh;
        }
        if let Some((steps, delta)) = state.iteration {
            let how = Iteration::new(steps, delta).map_err(|e| damaged(e.to_string()))?;
            book.iteration = Some(how);
        }
        let mut ids = Vec::new();
        for sheet in &state.sheets {
            validate_sheet_name(&sheet.name).map_err(|e| damaged(e.to_string()))?;
            if book.known_sheet(&sheet.name).is_ok() {
                return Err(damaged(format!("two sheets named {:?}", sheet.name)));
            }
            ids.push(book.add_sheet(&sheet.name));
        }
        Ok(Self { book, ids, formulas: MOST_FORMULAS })
    }

    fn sheet_id(&self, at: u32) -> Result<SheetId, Error> {
        let id = usize::try_from(at).ok().and_then(|at| self.ids.get(at));
        id.copied().ok_or_else(|| damaged("a sheet that is missing"))
    }

    fn table(&mut self, table: &Table<'_>) -> Result<(), Error> {
        let sheet = self.sheet_id(table.sheet)?;
        let rect = table.range.rect().ok_or_else(|| damaged("a table beyond its sheet"))?;
        let table = TableDef {
            name: table.name.clone().into_owned(),
            sheet,
            rect,
            columns: table.columns.iter().map(|name| name.clone().into_owned()).collect(),
            headers: table.headers,
            totals: table.totals,
        };
        self.book.names.take_table(table).map_err(damaged)
    }

    fn name(&mut self, name: &Name<'_>) -> Result<(), Error> {
        let sheet = match self.sheet_id(name.sheet) {
            Ok(sheet) => sheet,
            // Where there are no sheets, a name may still stand for a value.
            Err(_) if self.ids.is_empty() && name.sheet == 0 && !name.local => SheetId(0),
            Err(error) => return Err(error),
        };
        let named = parse_named(&name.name, &name.text, sheet);
        let named = named.map_err(|e| damaged(e.to_string()))?;
        let key = (name.local.then_some(sheet), named.name.to_lowercase());
        match self.book.names.named.insert(key, named) {
            None => Ok(()),
            Some(_) => Err(damaged(format!("two names {}", name.name))),
        }
    }

    fn sheet(&mut self, id: SheetId, state: &layout::Sheet<'_>) -> Result<(), Error> {
        state.values.iter().try_for_each(|vector| self.values(id, vector))?;
        let (manual, filtered) = (rows(&state.hidden)?, rows(&state.filtered)?);
        if let Some(sheet) = self.book.sheets.get_mut(&id) {
            sheet.hidden.manual = manual;
            sheet.hidden.filtered = filtered;
            let moves = state.moves.iter().map(|m| Move {
                rows: m.rows,
                at: m.at,
                count: m.count,
                deleted: m.deleted,
            });
            sheet.moves = moves.collect();
        }
        let fits = |m: &layout::Move| {
            let most = if m.rows { MAX_ROWS } else { MAX_COLS };
            m.at < most && m.count <= most
        };
        if !state.moves.iter().all(fits) {
            return Err(damaged("rows or columns were inserted beyond the sheet"));
        }
        state.formulas.iter().try_for_each(|formula| {
            self.formula(id, formula).map_err(|what| damaged(format!("{}: {what}", state.name)))
        })
    }

    fn values(&mut self, id: SheetId, vector: &Vector<'_>) -> Result<(), Error> {
        let end = vector.top.checked_add(vector.cells.rows());
        if vector.column >= MAX_COLS || end.is_none_or(|end| end > MAX_ROWS) {
            return Err(damaged("cells beyond their sheet"));
        }
        let cells = vector.cells.cells().map_err(damaged)?;
        if let Some(sheet) = self.book.sheets.get_mut(&id) {
            sheet.grid.set_cells(vector.column, vector.top, cells);
        }
        Ok(())
    }

    fn formula(&mut self, id: SheetId, formula: &Formula<'_>) -> Result<(), String> {
        let rect = formula.range.rect().ok_or("a formula beyond its sheet")?;
        let origin = cell(formula.origin).ok_or("a formula beyond its sheet")?;
        let told = |e: Error| format!("the formula of {rect}: {e}");
        let left = self.formulas.checked_sub(rect.cells());
        self.formulas = left.ok_or("more cells with formulas than any workbook has")?;
        let arrays = formula.arrays.into();
        let template = self.book.template(&formula.text, arrays, id, origin).map_err(told)?;
        let spill = match formula.fills {
            None => None,
            Some(fills) => {
                let fills = fills.rect().filter(|fills| {
                    rect.cells() == 1 && fills.top_left() == rect.top_left() && fills.cells() > 1
                });
                Some(fills.ok_or_else(|| format!("the array of {rect} fills what it cannot"))?)
            }
        };
        let taken = |sheet: &crate::book::Sheet, rect: &Rect| {
            !sheet.regions.within(rect).is_empty() || !sheet.spills.within(rect).is_empty()
        };
        let fills = spill.unwrap_or(rect);
        if self.book.sheets.get(&id).is_none_or(|sheet| taken(sheet, &fills)) {
            return Err(format!("the formula of {rect} meets another one"));
        }
        if spill.is_some() {
            self.book.add_loaded(Region { spill, ..Region::new(id, rect, template) });
            return Ok(());
        }
        // What a workbook has in one piece holds for all of it.
        if !template.holds.covers(&rect) && rect.cells() > MOST_FITTED {
            return Err(format!("the formula of {rect} does not hold for all its cells"));
        }
        for (part, template) in self.book.fitted(id, &rect, template).map_err(told)? {
            self.book.add_loaded(Region::new(id, part, template));
        }
        Ok(())
    }

    /// The file that it came from. Its sheets without a place were deleted: they get numbers that no sheet has.
    fn source(&mut self, source: &layout::Source<'_>) {
        let mut sheets = FxHashMap::default();
        for (place, part) in &source.parts {
            let id = match place.map(|place| self.sheet_id(place)) {
                Some(Ok(id)) => id,
                _ => self.book.number_of_no_sheet(),
            };
            sheets.insert(id, part.clone().into_owned());
        }
        let bytes = Arc::from(source.bytes.as_ref());
        self.book.source = Some(Arc::new(Source { bytes, sheets, within_limits: false }));
    }
}

fn rows(ranges: &[(u32, u32)]) -> Result<RowSet, Error> {
    let mut set = RowSet::default();
    for (first, last) in ranges {
        if first > last || *last >= MAX_ROWS {
            return Err(damaged("hidden rows beyond the sheet"));
        }
        set.insert(*first..*last + 1);
    }
    Ok(set)
}
