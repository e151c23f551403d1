//! A sheet's part, cell by cell.

use super::super::{
    cell::{Content, Shared},
    formulas,
    scan::{Element, FormulaKind, Rows, Scanned, Scanner, rect},
    xml::Xml,
};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect},
    files::collect::{Collector, LoadedSheet},
    formula::{Arrays, Follower},
};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// What loading of all sheets has in common.
pub(crate) struct Loading<'a> {
    pub(crate) shared: Shared<'a>,
    /// Indices of metadata that mark dynamic arrays.
    pub(crate) dynamic: &'a [u32],
    /// Cells that may still be stored.
    pub(crate) cells: &'a AtomicU64,
}

/// A shared formula's text and where it stands.
struct Master {
    at: Cell,
    follower: Arc<Follower>,
}

/// The cells of a sheet, or of some of its rows, while they are read.
struct SheetLoader<'a> {
    loading: &'a Loading<'a>,
    xml: Xml<'a>,
    cells: Collector,
    masters: FxHashMap<u32, Master>,
    /// Shared formulas of cells before the one that has the text.
    early: Vec<(Cell, u32)>,
    last: Option<Cell>,
    rows: FxHashSet<u32>,
    /// Cells that were taken from those that may still be stored.
    allowed: u64,
}

/// Reads a sheet's part. Many rows are read side by side.
///
/// # Errors
/// Where it is broken, with the cell.
pub(crate) fn read<'a>(xml: Xml<'a>, loading: &'a Loading<'a>) -> Result<LoadedSheet, Error> {
    let mut scanner = Scanner::new(xml);
    let mut loader = SheetLoader::new(xml, loading);
    let mut filter: Option<Rect> = None;
    let (mut root, mut data) = (None, false);
    loop {
        match scanner.next()? {
            Scanned::Eof if !data => {
                return Err(xml.error(xml.text.len(), "the sheet has no <sheetData>"));
            }
            Scanned::Eof => return loader.finish(),
            Scanned::Data { span, .. } if std::mem::replace(&mut data, true) => {
                return Err(xml.error(span.start, "the sheet has a second <sheetData>"));
            }
            Scanned::Data { empty: false, prefix, .. } => {
                let Some(parts) = scanner.split(prefix) else { continue };
                let read = |mut rows: Rows<'a>| {
                    let mut loader = SheetLoader::new(xml, loading);
                    loader.rows(&mut rows.scanner)?;
                    Ok(loader)
                };
                // The first error in the order of rows, whichever came first.
                let parts: Vec<Result<SheetLoader<'a>, Error>> =
                    parts.into_par_iter().map(read).collect();
                for part in parts {
                    loader.append(part?)?;
                }
            }
            Scanned::Tag { tag, span } if root.replace(()).is_none() && tag.name != "worksheet" => {
                let what = format!("<{}> is no sheet with cells", tag.name);
                return Err(xml.error(span.start, what));
            }
            Scanned::Tag { tag, .. } if (tag.level, tag.name) == (2, "autoFilter") => {
                filter = tag.raw("ref").and_then(rect);
            }
            // One without anything in it only hides its button.
            Scanned::Tag { tag, .. }
                if (tag.level, tag.name) == (3, "filterColumn") && !tag.empty =>
            {
                if let Some(rect) = filter {
                    loader.cells.out.filtered.insert(rect.rows());
                }
            }
            scanned => loader.take(scanned)?,
        }
    }
}

impl<'a> SheetLoader<'a> {
    fn new(xml: Xml<'a>, loading: &'a Loading<'a>) -> Self {
        Self {
            loading,
            xml,
            cells: Collector::default(),
            masters: FxHashMap::default(),
            early: Vec::new(),
            last: None,
            rows: FxHashSet::default(),
            allowed: 0,
        }
    }

    /// Takes all rows of a scanner.
    fn rows(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        loop {
            match scanner.next()? {
                Scanned::Eof => return Ok(()),
                scanned => self.take(scanned)?,
            }
        }
    }

    fn take(&mut self, scanned: Scanned<'a>) -> Result<(), Error> {
        match scanned {
            Scanned::Row { row, hidden, span, .. } => {
                if !self.rows.insert(row) {
                    let what = format!("row {} is there twice", row + 1);
                    return Err(self.xml.error(span.start, what));
                }
                if hidden {
                    self.cells.out.hidden.insert(row..row + 1);
                }
                Ok(())
            }
            Scanned::Cell(element) => self.cell(&element),
            _ => Ok(()),
        }
    }

    /// Adds rows that were read beside these, and stand behind them.
    fn append(&mut self, other: Self) -> Result<(), Error> {
        for row in &other.rows {
            if !self.rows.insert(*row) {
                let what = format!("{}: row {} is there twice", self.xml.part, row + 1);
                return Err(Error::new(ErrorKind::File, what));
            }
        }
        // Before the runs below: those above go on.
        for (at, index) in other.early {
            match self.masters.contains_key(&index) {
                true => self.shared(at, index),
                false => self.early.push((at, index)),
            }
        }
        self.masters.extend(other.masters);
        self.cells.append(other.cells);
        self.give_back(other.allowed);
        Ok(())
    }

    /// Counts a cell; whether the file may have it.
    fn count(&mut self) -> bool {
        if self.allowed == 0 {
            // Several at once, so that threads do not wait for one another; few where few are left.
            let left = &self.loading.cells;
            let some = |left: u64| (left / 64).clamp(1, 1 << 14).min(left);
            let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| {
                n.checked_sub(some(n)).filter(|_| n > 0)
            });
            self.allowed = taken.map_or(0, some);
        }
        let some = self.allowed > 0;
        self.allowed = self.allowed.saturating_sub(1);
        some
    }

    fn give_back(&self, cells: u64) {
        self.loading.cells.fetch_add(cells, Ordering::Relaxed);
    }

    fn cell(&mut self, element: &Element<'a>) -> Result<(), Error> {
        let at = element.at;
        if self.last.is_some_and(|last| last.row == at.row && last.col >= at.col) {
            let what = format!("the cell {at} is there twice, or not in its order");
            return Err(self.xml.error(element.span.start, what));
        }
        self.last = Some(at);
        let content = self
            .loading
            .shared
            .content(element)
            .map_err(|what| self.xml.error(element.span.start, format!("{at}: {what}")))?;
        if let Content::Text(text) = &content
            && text.len() > crate::files::MAX_TEXT
            && text.encode_utf16().count() > crate::files::MAX_TEXT
        {
            let what =
                format!("{at}: the text has more than {} characters", crate::files::MAX_TEXT);
            return Err(self.xml.error(element.span.start, what));
        }
        if content != Content::Blank {
            if !self.count() {
                let what = format!("{at}: the file has more cells than the limit cells allows");
                return Err(self.xml.error(element.span.start, what));
            }
            self.cells.value(at, content.cell());
        }
        match &element.formula {
            Some(_) => self.formula(element),
            None => Ok(()),
        }
    }

    fn formula(&mut self, element: &Element<'a>) -> Result<(), Error> {
        let Some(formula) = &element.formula else { return Ok(()) };
        let at = element.at;
        let text = formula.text.trim();
        let refused = |what: String| Err(self.xml.error(formula.span.start, what));
        match formula.kind {
            FormulaKind::DataTable => {
                self.cells.out.warnings.add(format!("{at}: a data table, its value is kept"));
                Ok(())
            }
            FormulaKind::Array => {
                let Some(fills) = formula.reference else {
                    return refused(format!("{at}: an array formula without its cells"));
                };
                if fills.top_left() != at {
                    return refused(format!("{at}: its array formula stands for {fills}"));
                }
                if fills.cells() > self.loading.cells.load(Ordering::Relaxed).max(1 << 20) {
                    return refused(format!(
                        "{at}: the array {fills} is larger than the limit cells"
                    ));
                }
                let dynamic = element.metadata.is_some_and(|m| self.loading.dynamic.contains(&m));
                let arrays = match dynamic {
                    true => Arrays::Spill,
                    false => Arrays::Fixed { height: fills.height(), width: fills.width() },
                };
                self.cells.start(at, &typed(text), arrays, Some(fills), None);
                Ok(())
            }
            FormulaKind::Shared => {
                let Some(index) = formula.index else {
                    return refused(format!("{at}: a shared formula without its number"));
                };
                if !text.is_empty() {
                    let text = typed(text);
                    let follower = self.cells.go_on(at, &text, Some(index));
                    self.masters.insert(index, Master { at, follower });
                    return Ok(());
                }
                if self.masters.contains_key(&index) {
                    self.shared(at, index);
                } else {
                    self.early.push((at, index));
                }
                Ok(())
            }
            FormulaKind::Normal if text.is_empty() => Ok(()),
            FormulaKind::Normal => {
                self.cells.go_on(at, &typed(text), None);
                Ok(())
            }
        }
    }

    /// A cell with a shared formula whose text stands elsewhere.
    fn shared(&mut self, at: Cell, index: u32) {
        if let Some(run) = self.cells.run(at.col)
            && run.shared == Some(index)
            && run.bottom + 1 == at.row
        {
            run.bottom = at.row;
            return;
        }
        if let Some(master) = self.masters.get(&index) {
            let (origin, follower) = (master.at, Arc::clone(&master.follower));
            self.cells.start_at(at, origin, follower, Arrays::Single, None, Some(index));
        }
    }

    fn finish(mut self) -> Result<LoadedSheet, Error> {
        self.give_back(self.allowed);
        for (at, index) in std::mem::take(&mut self.early) {
            if !self.masters.contains_key(&index) {
                let what =
                    format!("{}: {at}: the shared formula {index} has no text", self.xml.part);
                return Err(Error::new(ErrorKind::File, what));
            }
            self.shared(at, index);
        }
        Ok(self.cells.finish())
    }
}

fn typed(text: &str) -> String {
    format!("={}", formulas::typed(text))
}
