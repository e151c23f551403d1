//! The cells of a sheet while a file is read, in any format: values into columns, formulas into runs.

use super::Warnings;
use crate::{
    address::{Cell, Rect},
    book::RowSet,
    cells::{Builder, CellRef, Cells},
    formula::{Arrays, Follower},
};
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
    pub(crate) filtered: RowSet,
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

impl FormulaRun {
    /// Whether another run, right below, has the same formula.
    fn goes_on(&self, below: &Self) -> bool {
        let plain = |run: &Self| run.arrays == Arrays::Single && run.origin == run.at;
        plain(self)
            && plain(below)
            && below.shared.is_none()
            && self.bottom + 1 == below.at.row
            && self.follower.matches(below.follower.text(), below.at)
    }
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
    columns: Vec<Column>,
    pub(crate) out: LoadedSheet,
}

impl Collector {
    /// A value that is not blank. Rows may come in any order; a vector goes downward.
    pub(crate) fn value(&mut self, at: Cell, value: CellRef<'_>) {
        let column = self.column(at.col);
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

    fn column(&mut self, col: u32) -> &mut Column {
        let col = col as usize;
        if col >= self.columns.len() {
            self.columns.resize_with(col + 1, Column::default);
        }
        &mut self.columns[col]
    }

    /// The run that a column's last formula belongs to.
    pub(crate) fn run(&mut self, col: u32) -> Option<&mut FormulaRun> {
        let run = self.columns.get(col as usize)?.run?;
        self.out.formulas.get_mut(run)
    }

    /// A formula with its text, which may be the one above, filled.
    pub(crate) fn go_on(&mut self, at: Cell, text: &str, shared: Option<u32>) -> Arc<Follower> {
        if let Some(run) = self.run(at.col)
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
        self.column(at.col).run = Some(self.out.formulas.len());
        let bottom = at.row;
        self.out.formulas.push(FormulaRun { at, bottom, arrays, fills, follower, origin, shared });
    }

    /// Adds the cells of rows that were collected beside these, and stand below them.
    pub(crate) fn append(&mut self, other: Self) {
        let Self { columns, out } = other;
        let mut seen = vec![false; columns.len()];
        let mut places = Vec::with_capacity(out.formulas.len());
        for run in out.formulas {
            let first =
                seen.get_mut(run.at.col as usize).map(|seen| !std::mem::replace(seen, true));
            let above = self.run(run.at.col).filter(|_| first == Some(true));
            match above.filter(|above| above.goes_on(&run)) {
                Some(above) => {
                    above.bottom = run.bottom;
                    places.push(self.columns[run.at.col as usize].run);
                }
                None => {
                    places.push(Some(self.out.formulas.len()));
                    self.out.formulas.push(run);
                }
            }
        }
        for (col, mut column) in (0..).zip(columns) {
            column.end();
            let run = column.run.and_then(|run| places.get(run).copied().flatten());
            let own = self.column(col);
            own.end();
            own.done.append(&mut column.done);
            own.run = run.or(own.run);
        }
        self.out.hidden.extend(&out.hidden);
        self.out.filtered.extend(&out.filtered);
        self.out.warnings.extend(out.warnings);
    }

    /// Everything that was collected.
    pub(crate) fn finish(mut self) -> LoadedSheet {
        for (col, mut column) in (0..).zip(self.columns) {
            column.end();
            self.out.values.extend(column.done.into_iter().map(|(row, cells)| (col, row, cells)));
        }
        self.out
    }
}
