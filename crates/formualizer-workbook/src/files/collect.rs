//! The cells of a sheet while a file is read, in any format: values into columns, formulas into runs.

use super::Warnings;
use crate::{
    address::{Cell, Rect},
    book::RowSet,
    cells::{Builder, CellRef, Cells},
    formula::{Arrays, Follower},
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Blank cells that a column's vector may have between two others before it is ended.
const GAP: u32 = 64;

/// What a sheet of a file has.
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

/// Collects the cells of a sheet, which come row by row.
#[derive(Default)]
pub(crate) struct Collector {
    columns: FxHashMap<u32, Column>,
    pub(crate) out: LoadedSheet,
}

impl Collector {
    /// A value that is not blank. Rows may come in any order; a vector goes downward.
    pub(crate) fn value(&mut self, at: Cell, value: CellRef<'_>) {
        let column = self.columns.entry(at.col).or_default();
        if column.builder.is_some() && at.row < column.next {
            column.end();
        }
        column.push(
            at.row,
            match value {
                // A file has no negative zero, which reads and compares as zero everywhere else.
                CellRef::Number(n, kind) => CellRef::Number(n + 0.0, kind),
                value => value,
            },
        );
    }

    /// The run that a column's last formula belongs to.
    pub(crate) fn run(&mut self, col: u32) -> Option<&mut FormulaRun> {
        let run = self.columns.get(&col)?.run?;
        self.out.formulas.get_mut(run)
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

    pub(crate) fn start_at(
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

    /// Everything that was collected.
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
