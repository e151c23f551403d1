//! Formulas of the file against those of the workbook.

use super::super::{
    formulas,
    scan::{Element, FormulaKind, Scanned, Scanner},
    xml::Xml,
};
use crate::{
    Error,
    address::{Cell, Rect, SheetId},
    book::{Book, Region},
    formula::{Arrays, Follower, MAX_LENGTH, Template, compile_as},
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How the formula of an element stands to the workbook's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The same, or none on both sides.
    Same,
    /// The same, of an array that fills other cells now.
    Resized,
    /// The file's cannot be calculated with, so that the workbook has only its value.
    Unloaded,
    Different,
}

/// A formula of the file; nothing where it cannot be calculated with.
type Resolved = Option<Arc<Template>>;

/// A shared formula.
struct Master {
    at: Cell,
    resolved: Resolved,
    /// Whether its cell keeps it, so that others may go on referring to it.
    stays: bool,
}

/// Shared formulas by their number.
type Masters = FxHashMap<u32, Master>;

/// Compiles the formulas of a sheet's part as loading does.
pub(super) struct Resolver<'a> {
    book: &'a Book,
    sheet: SheetId,
    /// Indices of metadata that mark dynamic arrays.
    dynamic: &'a [u32],
    /// The formula above, by column.
    above: FxHashMap<u32, (Follower, Resolved)>,
    masters: Arc<Masters>,
}

impl<'a> Resolver<'a> {
    /// Looks at the part's shared formulas first: cells may refer to one that comes later.
    ///
    /// # Errors
    /// Where the part is broken.
    pub(super) fn new(
        book: &'a Book,
        sheet: SheetId,
        dynamic: &'a [u32],
        xml: Xml<'_>,
    ) -> Result<Self, Error> {
        let (above, masters) = (FxHashMap::default(), Arc::default());
        let mut resolver = Self { book, sheet, dynamic, above, masters };
        if xml.text.contains("shared") {
            let mut scanner = Scanner::new(xml);
            resolver.masters = Arc::new(resolver.all_masters(&mut scanner)?);
        }
        Ok(resolver)
    }

    /// The same for other rows of the part.
    pub(super) fn beside(&self) -> Self {
        Self {
            book: self.book,
            sheet: self.sheet,
            dynamic: self.dynamic,
            above: FxHashMap::default(),
            masters: Arc::clone(&self.masters),
        }
    }

    fn all_masters(&self, scanner: &mut Scanner<'_>) -> Result<Masters, Error> {
        let mut masters = Masters::default();
        loop {
            match scanner.next()? {
                Scanned::Eof => return Ok(masters),
                Scanned::Data { empty: false, prefix, .. } => {
                    let Some(parts) = scanner.split(prefix) else { continue };
                    let found = parts.into_par_iter();
                    let found: Vec<Result<Masters, Error>> =
                        found.map(|mut rows| self.all_masters(&mut rows.scanner)).collect();
                    for part in found {
                        masters.extend(part?);
                    }
                }
                Scanned::Cell(element) => masters.extend(self.master(&element)),
                _ => {}
            }
        }
    }

    fn master(&self, element: &Element<'_>) -> Option<(u32, Master)> {
        let formula = element.formula.as_ref()?;
        let (FormulaKind::Shared, Some(index), false) =
            (formula.kind, formula.index, formula.text.trim().is_empty())
        else {
            return None;
        };
        let resolved = self.compiled(&typed(&formula.text), Arrays::Single, element.at);
        let region = self.book.region_at(self.sheet, element.at).map(|(_, region)| region);
        let stays = match (&resolved, region) {
            (Some(template), Some(region)) => region.template.key == template.key,
            (None, None) => true,
            _ => false,
        };
        Some((index, Master { at: element.at, resolved, stays }))
    }

    /// How an element's formula stands to the region of its cell.
    pub(super) fn standing(&mut self, element: &Element<'_>, region: Option<&Region>) -> Standing {
        let Some(formula) = &element.formula else {
            return if region.is_none() { Standing::Same } else { Standing::Different };
        };
        let text = formula.text.trim();
        let (resolved, fits) = match formula.kind {
            FormulaKind::DataTable => (None, true),
            FormulaKind::Shared if text.is_empty() => {
                let master = formula.index.and_then(|index| self.masters.get(&index));
                match master {
                    Some(master) => (master.resolved.clone(), master.stays),
                    None => (None, false),
                }
            }
            FormulaKind::Shared => {
                let master = formula.index.and_then(|index| self.masters.get(&index));
                match master.filter(|master| master.at == element.at) {
                    Some(master) => (master.resolved.clone(), true),
                    None => (self.followed(text, element.at), false),
                }
            }
            FormulaKind::Normal if text.is_empty() => (None, true),
            FormulaKind::Normal => (self.followed(text, element.at), true),
            FormulaKind::Array => {
                let fills = formula.reference.unwrap_or_else(|| element.at.into());
                let dynamic = element.metadata.is_some_and(|m| self.dynamic.contains(&m));
                let arrays = match dynamic {
                    true => Arrays::Spill,
                    false => Arrays::Fixed { height: fills.height(), width: fills.width() },
                };
                // Equal formulas above and below are one region.
                let filled = |region: &Region| region.spill.unwrap_or_else(|| element.at.into());
                let fits = region.is_none_or(|region| filled(region) == fills);
                (self.compiled(&typed(text), arrays, element.at), fits)
            }
        };
        match (resolved, region) {
            (Some(template), Some(region)) if fits && region.template.key == template.key => {
                Standing::Same
            }
            // One that was entered for its cells has them in its key.
            (Some(template), Some(region))
                if formula.kind == FormulaKind::Array
                    && region.template.key == template.key
                    && region.spill.is_none_or(|spill| spill.top_left() == element.at) =>
            {
                Standing::Resized
            }
            (None, None) => Standing::Unloaded,
            _ => Standing::Different,
        }
    }

    /// A formula that may be the one above it, filled.
    fn followed(&mut self, text: &str, at: Cell) -> Resolved {
        let text = typed(text);
        if let Some((above, resolved)) = self.above.get(&at.col)
            && above.matches(&text, at)
            && resolved.as_ref().is_none_or(|template| template.holds.contains(at))
        {
            return resolved.clone();
        }
        let resolved = self.compiled(&text, Arrays::Single, at);
        self.above.insert(at.col, (Follower::new(&text, at), resolved.clone()));
        resolved
    }

    fn compiled(&self, text: &str, arrays: Arrays, at: Cell) -> Resolved {
        let template = compile_as(text, arrays, self.sheet, at, self.book).ok()?;
        (!super::super::load::external(&template)).then(|| Arc::new(template))
    }
}

fn typed(text: &str) -> String {
    format!("={}", formulas::typed(text.trim()))
}

/// What is written for a formula.
pub(super) struct Stored {
    pub(super) text: String,
    /// What its array fills if it is to be written as an array formula; whether that is dynamic.
    pub(super) array: Option<(Rect, bool)>,
    /// Whether it has more characters than Excel reads.
    pub(super) too_long: bool,
}

/// What is written for the formulas of a sheet's regions.
pub(super) struct Texts<'a> {
    book: &'a Book,
    /// Whether an unspilled formula must be marked as a dynamic array, by the address of its template.
    marked: FxHashMap<usize, bool>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(book: &'a Book) -> Self {
        Self { book, marked: FxHashMap::default() }
    }

    /// The formula of a cell.
    pub(super) fn of(&mut self, region: &Region, at: Cell) -> Stored {
        let typed = region.template.text_at(at, self.book);
        // Bytes first: most are short.
        let too_long = typed.len() > MAX_LENGTH && typed.chars().count() > MAX_LENGTH;
        let text = formulas::stored(&typed);
        let array = match region.template.arrays {
            Arrays::Single => None,
            Arrays::Fixed { height, width } => {
                let rect = Rect::sized(at, height as usize, width as usize);
                // Where others have come to stand in its cells, it keeps its own one.
                let alone = |rect: &Rect| self.is_alone(region, rect);
                Some((rect.filter(alone).unwrap_or_else(|| at.into()), false))
            }
            Arrays::Spill => {
                let fills = region.spill.filter(|rect| rect.top_left() == at);
                let marked = fills.is_some() || region.blocked.is_some() || self.is_marked(region);
                marked.then(|| (fills.unwrap_or_else(|| at.into()), true))
            }
        };
        Stored { text, array, too_long }
    }

    fn is_alone(&self, region: &Region, rect: &Rect) -> bool {
        self.book.sheets.get(&region.sheet).is_some_and(|sheet| {
            sheet.regions.within(rect).len() <= 1
                && sheet.spills.within(rect).iter().all(|id| {
                    let own = self.book.regions.get(*id).map(Region::anchor);
                    own == Some(region.anchor())
                })
        })
    }

    /// Whether Excel would take single values of ranges, were the formula not marked.
    fn is_marked(&mut self, region: &Region) -> bool {
        let template = &region.template;
        let book = self.book;
        *self.marked.entry(Arc::as_ptr(template).addr()).or_insert_with(|| {
            let gives_arrays = |f: &String| ARRAYS.contains(&f.as_str());
            if template.functions.iter().any(gives_arrays) {
                return true;
            }
            let text = template.text_at(template.origin, book);
            let single = compile_as(&text, Arrays::Single, region.sheet, template.origin, book);
            single.is_ok_and(|single| single.areas != template.areas)
        })
    }
}

/// Functions that give arrays, whose formulas Excel marks whatever their size.
const ARRAYS: &[&str] = &[
    "BYCOL",
    "BYROW",
    "CHOOSECOLS",
    "CHOOSEROWS",
    "DROP",
    "EXPAND",
    "FILTER",
    "FREQUENCY",
    "HSTACK",
    "LINEST",
    "LOGEST",
    "MAKEARRAY",
    "MAP",
    "MINVERSE",
    "MMULT",
    "MODE.MULT",
    "MUNIT",
    "RANDARRAY",
    "SCAN",
    "SEQUENCE",
    "SORT",
    "SORTBY",
    "TAKE",
    "TEXTSPLIT",
    "TOCOL",
    "TOROW",
    "TRANSPOSE",
    "TREND",
    "UNIQUE",
    "VSTACK",
    "WRAPCOLS",
    "WRAPROWS",
];
