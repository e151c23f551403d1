//! What is wrong in a workbook: cells in error by kind, and functions that nobody knows.

use super::Workbook;
use crate::{
    ExcelErrorKind,
    address::{Cell, SheetId},
    book::{Region, Sheet},
    cells::CellRef,
    formula::Scope,
    functions::is_builtin,
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Likeness (Jaro–Winkler) from which a name counts as near.
const NEAR: f64 = 0.8;
/// Near names that are told.
const NEAR_NAMES: usize = 3;

/// The cells of a workbook that are in error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorSummary {
    /// How many there are.
    pub cells: u64,
    /// By kind, the most frequent first.
    pub kinds: Vec<ErrorsOfKind>,
}

/// The cells that are in error of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorsOfKind {
    /// The kind; it displays as in cells (`#NAME?`).
    pub kind: ExcelErrorKind,
    /// How many there are.
    pub cells: u64,
    /// The first ones: sheets as their tabs stand, then row by row.
    pub first: Vec<ErrorCell>,
}

/// A cell in error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCell {
    /// Its sheet.
    pub sheet: String,
    /// Its address, as in `B2`.
    pub cell: String,
    /// The formula that gave the error with `=`; that of another cell where it is filled from there. `None` where the error
    /// was stored.
    pub formula: Option<String>,
    /// What the error says beyond its kind.
    pub reason: Option<String>,
}

/// A function that formulas call and that is neither built in nor bound.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownFunction {
    /// The name, in upper case.
    pub name: String,
    /// Cells whose formulas call it.
    pub cells: u64,
    /// Sheet of the first of them.
    pub sheet: String,
    /// The first of them, as in `B2`.
    pub cell: String,
    /// Known names that are spelled alike, the nearest first.
    pub near: Vec<String>,
}

/// The names of the built-in functions, in upper case, sorted.
#[must_use]
pub fn builtin_functions() -> Vec<String> {
    let mut names: Vec<String> =
        formualizer_functions::all().map(|record| record.name.to_owned()).collect();
    names.sort_unstable();
    names
}

impl Workbook {
    /// The cells that are in error, with the first `limit` cells of every kind. Values are those of the last recalculation.
    #[must_use]
    pub fn errors(&self, limit: usize) -> ErrorSummary {
        let mut kinds: Vec<ErrorsOfKind> = Vec::new();
        for id in &self.book.order {
            let Some(sheet) = self.book.sheets.get(id) else { continue };
            for (kind, cells, first) in errors_of(sheet, limit) {
                let at = kinds.iter().position(|known| known.kind == kind).unwrap_or_else(|| {
                    kinds.push(ErrorsOfKind { kind, cells: 0, first: Vec::new() });
                    kinds.len() - 1
                });
                let of_kind = &mut kinds[at];
                of_kind.cells += cells;
                let room = limit.saturating_sub(of_kind.first.len());
                let first = first.into_iter().take(room);
                of_kind.first.extend(first.filter_map(|cell| self.error_at(*id, cell)));
            }
        }
        kinds.sort_by_key(|kind| Reverse(kind.cells));
        ErrorSummary { cells: kinds.iter().map(|kind| kind.cells).sum(), kinds }
    }

    fn error_at(&self, id: SheetId, cell: Cell) -> Option<ErrorCell> {
        let sheet = self.book.sheets.get(&id)?;
        let reason = match sheet.grid.get(cell) {
            CellRef::Error(_, reason) => reason.map(str::to_owned),
            _ => None,
        };
        let own = self.book.region_at(id, cell).map(|(_, region)| (region, cell));
        let filled = || self.book.spill_at(id, cell).map(|(_, region)| (region, region.anchor()));
        let formula =
            own.or_else(filled).map(|(region, at)| region.template.text_at(at, &self.book));
        Some(ErrorCell { sheet: sheet.name.clone(), cell: cell.to_string(), formula, reason })
    }

    /// The functions that formulas call and nobody knows, by name: not built in, and bound to no plugin or callback.
    #[must_use]
    pub fn unknown_functions(&self) -> Vec<UnknownFunction> {
        let mut unknown: BTreeMap<&str, (u64, &Region)> = BTreeMap::new();
        let place = |region: &Region| {
            let sheet = self.book.order.iter().position(|id| *id == region.sheet);
            (sheet, region.anchor())
        };
        for (_, region) in self.book.regions.iter() {
            for name in &region.template.functions {
                if self.book.functions.get(name).is_some() || is_builtin(name) {
                    continue;
                }
                let (cells, first) = unknown.entry(name).or_insert((0, region));
                *cells += region.rect.cells();
                if place(region) < place(first) {
                    *first = region;
                }
            }
        }
        if unknown.is_empty() {
            return Vec::new();
        }
        let mut known = builtin_functions();
        known.extend(self.book.functions.iter().map(|(name, _)| name.to_owned()));
        let describe = |(name, (cells, region)): (&str, (u64, &Region))| UnknownFunction {
            name: name.to_owned(),
            cells,
            sheet: self.book.sheet_name(region.sheet).unwrap_or_default().to_owned(),
            cell: region.anchor().to_string(),
            near: near(name, &known),
        };
        unknown.into_iter().map(describe).collect()
    }
}

/// The errors of a sheet by kind: how many, and the first ones.
fn errors_of(sheet: &Sheet, limit: usize) -> Vec<(ExcelErrorKind, u64, Vec<Cell>)> {
    let mut found: Vec<(ExcelErrorKind, u64, Vec<Cell>)> = Vec::new();
    sheet.grid.for_each_error(|cell, kind| {
        let at = found.iter().position(|(known, ..)| *known == kind).unwrap_or_else(|| {
            found.push((kind, 0, Vec::new()));
            found.len() - 1
        });
        let (_, cells, first) = &mut found[at];
        *cells += 1;
        // Columns come one after the other, and an early row of a late column goes first.
        if first.len() < limit || first.last().is_some_and(|last| cell < *last) {
            first.insert(first.partition_point(|other| *other < cell), cell);
            first.truncate(limit);
        }
    });
    found
}

/// The names that are spelled most like another one, which is in upper case as they are.
fn near(wanted: &str, known: &[String]) -> Vec<String> {
    let mut near: Vec<(f64, &String)> = known
        .iter()
        .map(|name| (strsim::jaro_winkler(name, wanted), name))
        .filter(|(likeness, _)| *likeness > NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut names: Vec<String> = near.into_iter().map(|(_, name)| name.clone()).collect();
    names.dedup();
    names.truncate(NEAR_NAMES);
    names
}
