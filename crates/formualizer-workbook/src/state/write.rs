//! A book to the layout.

use super::{
    MAGIC,
    lanes::Lanes,
    layout::{Formula, Move, Name, Sheet, Source, State, Table, Vector},
};
use crate::{
    Error, ErrorKind,
    address::SheetId,
    book::{Book, RowSet},
};
use formualizer_common::DateSystem;
use formualizer_functions::call::Platform;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// The bytes of a book.
///
/// # Errors
/// [`Data`](ErrorKind::Data) where memory ends.
pub(crate) fn write(book: &Book, warnings: &[String]) -> Result<Vec<u8>, Error> {
    let places: FxHashMap<SheetId, u32> = book.order.iter().copied().zip(0..).collect();
    let state = State {
        dates_from_1904: book.dates == DateSystem::Excel1904,
        of_macintosh: book.platform == Platform::Macintosh,
        iteration: book.iteration.map(|how| (how.steps(), how.delta())),
        sheets: book.order.iter().filter_map(|id| sheet(book, *id)).collect(),
        names: names(book, &places),
        tables: tables(book, &places),
        source: source(book, &places),
        warnings: warnings.iter().map(Cow::from).collect(),
    };
    postcard::to_extend(&state, MAGIC.to_vec())
        .map_err(|e| Error::new(ErrorKind::Data, format!("the state: {e}")).with_source(e))
}

fn sheet(book: &Book, id: SheetId) -> Option<Sheet<'_>> {
    let sheet = book.sheets.get(&id)?;
    let vectors = sheet.grid.vectors();
    let mut regions: Vec<_> = book.regions.iter().filter(|(_, r)| r.sheet == id).collect();
    regions.sort_by_key(|(_, region)| region.anchor());
    let formulas = regions.into_iter().map(|(_, region)| {
        let template = &region.template;
        Formula {
            range: region.rect.into(),
            text: template.text_at(template.origin, book).into(),
            origin: (template.origin.row, template.origin.col),
            arrays: template.arrays.into(),
            fills: region.spill.map(Into::into),
        }
    });
    let moves = sheet.moves.iter().map(|m| Move {
        rows: m.rows,
        at: m.at,
        count: m.count,
        deleted: m.deleted,
    });
    Some(Sheet {
        name: Cow::from(&sheet.name),
        values: vectors
            .map(|(column, top, cells)| Vector { column, top, cells: Lanes::of(cells) })
            .collect(),
        formulas: formulas.collect(),
        hidden: rows(&sheet.hidden.manual),
        filtered: rows(&sheet.hidden.filtered),
        moves: moves.collect(),
    })
}

fn rows(set: &RowSet) -> Vec<(u32, u32)> {
    set.iter().map(|rows| (rows.start, rows.end - 1)).collect()
}

fn names<'a>(book: &'a Book, places: &FxHashMap<SheetId, u32>) -> Vec<Name<'a>> {
    let named = book.names.named.iter().filter_map(|((scope, _), named)| {
        // A name of a sheet that is gone means nothing any more.
        let sheet = match places.get(&named.sheet) {
            Some(sheet) => *sheet,
            None if scope.is_none() => 0,
            None => return None,
        };
        let text = named.text(book).into();
        Some(Name { name: Cow::from(&named.name), text, sheet, local: scope.is_some() })
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by(|a, b| (a.local, a.sheet, &a.name).cmp(&(b.local, b.sheet, &b.name)));
    named
}

fn tables<'a>(book: &'a Book, places: &FxHashMap<SheetId, u32>) -> Vec<Table<'a>> {
    let tables = book.names.tables.values().filter_map(|table| {
        Some(Table {
            name: Cow::from(&table.name),
            sheet: *places.get(&table.sheet)?,
            range: table.rect.into(),
            columns: table.columns.iter().map(Cow::from).collect(),
            headers: table.headers,
            totals: table.totals,
        })
    });
    let mut tables: Vec<_> = tables.collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    tables
}

fn source<'a>(book: &'a Book, places: &FxHashMap<SheetId, u32>) -> Option<Source<'a>> {
    let source = book.source.as_ref()?;
    let parts = source.sheets.iter();
    let mut parts: Vec<_> =
        parts.map(|(id, part)| (places.get(id).copied(), Cow::from(part))).collect();
    parts.sort_by(|a, b| a.1.cmp(&b.1));
    Some(Source { bytes: Cow::from(source.bytes.as_ref()), parts })
}
