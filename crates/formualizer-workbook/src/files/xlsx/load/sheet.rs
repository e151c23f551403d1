//! A sheet's part: values into columns, formulas into runs.

use super::super::{
    cell::{Content, Shared},
    formulas,
    scan::{Element, FormulaKind, Scanned, Scanner, rect},
    xml::Xml,
};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect},
    book::RowSet,
    cells::{Builder, CellRef, Cells},
    files::Warnings,
    formula::{Arrays, Follower},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Blank cells that a column's vector may have between two others before it is ended.
const GAP: u32 = 64;

/// What a sheet's part has.
#[derive(Debug, Default)]
pub(crate) struct LoadedSheet {
    /// Column and first row of each vector.
    pub(crate) values: Vec<(u32, u32, Cells)>,
    pub(crate) formulas: Vec<FormulaRun>,
    /// Rows that are not shown.
    pub(crate) hidden: RowSet,
    /// The rows that the sheet's own filter may hide.
    pub(crate) filtered: Option<Rect>,
    pub(crate) warnings: Warnings,
}

/// A formula, and the cells below that have it too.
#[derive(Debug)]
pub(crate) struct FormulaRun {
    pub(crate) at: Cell,
    /// The last row.
    pub(crate) bottom: u32,
    pub(crate) arrays: Arrays,
    /// What its array fills.
    pub(crate) fills: Option<Rect>,
    /// With `=`, for the cell `origin`.
    pub(crate) follower: Arc<Follower>,
    pub(crate) origin: Cell,
    /// Which shared formula it is.
    pub(crate) shared: Option<u32>,
}

/// What loading of all sheets has in common.
pub(crate) struct Loading<'a> {
    pub(crate) shared: Shared<'a>,
    /// Indices of metadata that mark dynamic arrays.
    pub(crate) dynamic: &'a [u32],
    /// Cells that may still be stored.
    pub(crate) cells: &'a AtomicU64,
}

/// A column while it is read.
#[derive(Default)]
struct Column {
    start: u32,
    builder: Option<Builder>,
    next: u32,
    /// The formula run that goes on, by its place in the list.
    run: Option<usize>,
    done: Vec<(u32, Cells)>,
}

impl Column {
    fn push(&mut self, row: u32, cell: CellRef<'_>) {
        match &mut self.builder {
            Some(builder) if row - self.next <= GAP => {
                (self.next..row).for_each(|_| builder.push(CellRef::Blank));
                builder.push(cell);
            }
            _ => {
                self.end();
                let mut builder = Builder::default();
                builder.push(cell);
                self.builder = Some(builder);
                self.start = row;
            }
        }
        self.next = row + 1;
    }

    fn end(&mut self) {
        if let Some(builder) = self.builder.take() {
            self.done.push((self.start, builder.finish()));
        }
    }
}

/// A shared formula's text and where it stands.
struct Master {
    at: Cell,
    follower: Arc<Follower>,
}

struct SheetLoader<'a> {
    loading: &'a Loading<'a>,
    xml: Xml<'a>,
    masters: FxHashMap<u32, Master>,
    /// Shared formulas of cells before the one that has the text.
    early: Vec<(Cell, u32)>,
    last: Option<Cell>,
    build: Building,
}

/// A sheet that is put together cell by cell.
#[derive(Default)]
pub(crate) struct Building {
    columns: FxHashMap<u32, Column>,
    pub(crate) out: LoadedSheet,
}

/// Reads a sheet's part.
///
/// # Errors
/// Where it is broken, with the cell.
pub(crate) fn read(xml: Xml<'_>, loading: &Loading<'_>) -> Result<LoadedSheet, Error> {
    let mut scanner = Scanner::new(xml);
    let mut loader = SheetLoader {
        loading,
        xml,
        masters: FxHashMap::default(),
        early: Vec::new(),
        last: None,
        build: Building::default(),
    };
    let mut rows = FxHashSet::default();
    let mut filter = None;
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
            Scanned::Tag { tag, span } if root.replace(()).is_none() && tag.name != "worksheet" => {
                let what = format!("<{}> is no sheet with cells", tag.name);
                return Err(xml.error(span.start, what));
            }
            Scanned::Row { row, hidden, span, .. } => {
                if !rows.insert(row) {
                    let what = format!("row {} is there twice", row + 1);
                    return Err(xml.error(span.start, what));
                }
                if hidden {
                    loader.build.out.hidden.insert(row..row + 1);
                }
            }
            Scanned::Cell(element) => loader.cell(&element)?,
            Scanned::Tag { tag, .. } if tag.name == "autoFilter" => {
                filter = tag.raw("ref").and_then(rect);
            }
            Scanned::Tag { tag, .. } if tag.name == "filterColumn" && !tag.empty => {
                loader.build.out.filtered = filter;
            }
            _ => {}
        }
    }
}

impl<'a> SheetLoader<'a> {
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
            let left = &self.loading.cells;
            if left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_err()
            {
                let what = format!("{at}: the file has more cells than the limit cells allows");
                return Err(self.xml.error(element.span.start, what));
            }
            self.build.value(at, content.cell());
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
                self.build.out.warnings.add(format!("{at}: a data table, its value is kept"));
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
                self.build.start(at, &typed(text), arrays, Some(fills), None);
                Ok(())
            }
            FormulaKind::Shared => {
                let Some(index) = formula.index else {
                    return refused(format!("{at}: a shared formula without its number"));
                };
                if !text.is_empty() {
                    let text = typed(text);
                    let follower = self.build.go_on(at, &text, Some(index));
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
                self.build.go_on(at, &typed(text), None);
                Ok(())
            }
        }
    }

    /// A cell with a shared formula whose text stands elsewhere.
    fn shared(&mut self, at: Cell, index: u32) {
        let column = self.build.columns.entry(at.col).or_default();
        if let Some(run) = column.run.and_then(|run| self.build.out.formulas.get_mut(run))
            && run.shared == Some(index)
            && run.bottom + 1 == at.row
        {
            run.bottom = at.row;
            return;
        }
        if let Some(master) = self.masters.get(&index) {
            let (origin, follower) = (master.at, Arc::clone(&master.follower));
            self.build.start_at(at, origin, follower, Arrays::Single, None, Some(index));
        }
    }

    fn finish(mut self) -> Result<LoadedSheet, Error> {
        for (at, index) in std::mem::take(&mut self.early) {
            if !self.masters.contains_key(&index) {
                let what =
                    format!("{}: {at}: the shared formula {index} has no text", self.xml.part);
                return Err(Error::new(ErrorKind::File, what));
            }
            self.shared(at, index);
        }
        Ok(self.build.finish())
    }
}

impl Building {
    /// A cell that is not blank.
    pub(crate) fn value(&mut self, at: Cell, cell: CellRef<'_>) {
        // Rows may come in any order; a vector goes downward.
        let column = self.columns.entry(at.col).or_default();
        if column.builder.is_some() && at.row < column.next {
            column.end();
        }
        column.push(at.row, cell);
    }

    /// A formula with its text, which may be the one above, filled.
    pub(crate) fn go_on(&mut self, at: Cell, text: &str, shared: Option<u32>) -> Arc<Follower> {
        let column = self.columns.entry(at.col).or_default();
        if let Some(run) = column.run.and_then(|run| self.out.formulas.get_mut(run))
            && run.arrays == Arrays::Single
            && run.bottom + 1 == at.row
            && run.origin == run.at
            && run.follower.matches(text, at)
        {
            run.bottom = at.row;
            run.shared = shared;
            return match shared {
                Some(_) => Arc::new(Follower::new(text, at)),
                None => Arc::clone(&run.follower),
            };
        }
        self.start(at, text, Arrays::Single, None, shared)
    }

    /// A formula that goes on for no other cell so far.
    pub(crate) fn start(
        &mut self,
        at: Cell,
        text: &str,
        arrays: Arrays,
        fills: Option<Rect>,
        shared: Option<u32>,
    ) -> Arc<Follower> {
        let follower = Arc::new(Follower::new(text, at));
        self.start_at(at, at, Arc::clone(&follower), arrays, fills, shared);
        follower
    }

    fn start_at(
        &mut self,
        at: Cell,
        origin: Cell,
        follower: Arc<Follower>,
        arrays: Arrays,
        fills: Option<Rect>,
        shared: Option<u32>,
    ) {
        self.columns.entry(at.col).or_default().run = Some(self.out.formulas.len());
        let bottom = at.row;
        self.out.formulas.push(FormulaRun { at, bottom, arrays, fills, follower, origin, shared });
    }

    /// What was put together.
    pub(crate) fn finish(mut self) -> LoadedSheet {
        let mut columns: Vec<(u32, Column)> = self.columns.into_iter().collect();
        columns.sort_unstable_by_key(|(col, _)| *col);
        for (col, mut column) in columns {
            column.end();
            self.out.values.extend(column.done.into_iter().map(|(row, cells)| (col, row, cells)));
        }
        self.out
    }
}

fn typed(text: &str) -> String {
    format!("={}", formulas::typed(text))
}
