//! Rows, columns, ranges, undo; several edits as one; recalculating.

use crate::workbook::{
    class::Workbook,
    edit::Edit,
    place::{CellArg, ColumnArg, CountArg, RangeArg, RowArg},
    recalc::{self, How, check_callable},
};
use formualizer_workbook::Iteration;
use pyo3::prelude::*;

#[pymethods]
impl Workbook {
    /// Inserts blank rows before a row, which counts from 1; references, names and tables follow as in Excel.
    ///
    /// Raises `WorkbookError` of the kind "data" where cells would be pushed off the sheet, or an array formula be torn.
    #[pyo3(signature = (sheet, row, count=CountArg(1)))]
    fn insert_rows(
        &self,
        py: Python<'_>,
        sheet: String,
        row: RowArg,
        count: CountArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.insert_rows(&sheet, row.0, count.0))
    }

    /// Deletes rows from one on; references to deleted cells are `#REF!`.
    #[pyo3(signature = (sheet, row, count=CountArg(1)))]
    fn delete_rows(
        &self,
        py: Python<'_>,
        sheet: String,
        row: RowArg,
        count: CountArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.delete_rows(&sheet, row.0, count.0))
    }

    /// Inserts blank columns before a column: "C", or its number from 1.
    #[pyo3(signature = (sheet, column, count=CountArg(1)))]
    fn insert_columns(
        &self,
        py: Python<'_>,
        sheet: String,
        column: ColumnArg,
        count: CountArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.insert_columns(&sheet, column, count.0))
    }

    /// Deletes columns from one on.
    #[pyo3(signature = (sheet, column, count=CountArg(1)))]
    fn delete_columns(
        &self,
        py: Python<'_>,
        sheet: String,
        column: ColumnArg,
        count: CountArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.delete_columns(&sheet, column, count.0))
    }

    /// Moves a range so that its first cell is at `to_cell`, as cutting and pasting does; references to it follow.
    fn move_range(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        to_sheet: String,
        to_cell: CellArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.move_range(&sheet, range, &to_sheet, to_cell))
    }

    /// Copies a range: values as they are, formulas with their relative references moved.
    fn copy_range(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        to_sheet: String,
        to_cell: CellArg,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.copy_range(&sheet, range, &to_sheet, to_cell))
    }

    /// Hides rows ("3:10"), or shows them again. `SUBTOTAL(109,…)` leaves hidden rows out.
    #[pyo3(signature = (sheet, rows, hidden=true))]
    fn set_rows_hidden(
        &self,
        py: Python<'_>,
        sheet: String,
        rows: RangeArg,
        hidden: bool,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_rows_hidden(&sheet, rows, hidden))
    }

    /// The rows that are hidden, as ranges (first, last) that count from 1.
    fn hidden_rows(&self, py: Python<'_>, sheet: String) -> PyResult<Vec<(u32, u32)>> {
        self.quick(py, move |book| book.hidden_rows(&sheet))
    }

    /// Takes back the last edit; False where there is none, and within an edit. Recalculate afterwards.
    fn undo(&self, py: Python<'_>) -> PyResult<bool> {
        self.quick(py, |book| Ok(book.undo()))
    }

    /// Does again what `undo` took back.
    fn redo(&self, py: Python<'_>) -> PyResult<bool> {
        self.quick(py, |book| Ok(book.redo()))
    }

    /// Remembers so many edits from now on; 0, as it is at first, none.
    fn set_undo_limit(&self, py: Python<'_>, edits: CountArg) -> PyResult<()> {
        self.quick(py, move |book| {
            book.set_undo_limit(edits.0 as usize);
            Ok(())
        })
    }

    /// How circular references are calculated in steps, as `(steps, delta)`: as the file said, or as it was set. `None` where they
    /// are errors.
    #[getter]
    fn iteration(&self, py: Python<'_>) -> PyResult<Option<(u32, f64)>> {
        self.quick(py, |book| Ok(book.iteration().map(|how| (how.steps(), how.delta()))))
    }

    /// Lets circular references be calculated in at most so many steps, until changes are below `delta`; or be errors, where `steps`
    /// is `None`. The next `recalculate` takes up all formulas.
    ///
    /// Raises `WorkbookError` of the kind "data" where there are no steps or more than 32767, or `delta` is below 0 or no number.
    #[pyo3(signature = (steps=Some(CountArg(100)), delta=0.001))]
    fn set_iteration(&self, py: Python<'_>, steps: Option<CountArg>, delta: f64) -> PyResult<()> {
        self.quick(py, move |book| {
            let how = steps.map(|steps| Iteration::new(steps.0, delta)).transpose()?;
            book.set_iteration(how);
            Ok(())
        })
    }

    /// Several edits as one: `with workbook.edit() as edit: …`
    ///
    /// All edits of the block are one step to undo, and one recalculation at its end, with these options. A block that raises is taken
    /// back as a whole, and nothing is recalculated. Blocks may stand in blocks: the inner one is taken back alone where it
    /// raises; undoing and recalculating are left to the outermost. Only the thread that opened it uses the workbook meanwhile.
    /// `edit.report` is the report of the recalculation. Where that is interrupted, the edits stay.
    #[pyo3(signature = (*, threads=None, seed=None, now=None, progress=None, unknown="keep"))]
    fn edit(
        slf: Bound<'_, Self>,
        threads: Option<i64>,
        seed: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
        progress: Option<Bound<'_, PyAny>>,
        unknown: &str,
    ) -> PyResult<Edit> {
        let py = slf.py();
        check_callable(py, progress.as_ref())?;
        let how = How::new(py, &slf.get().core, threads, seed, now, unknown)?;
        Ok(Edit::new(slf.unbind(), how, progress.map(Bound::unbind)))
    }

    /// Brings every value up to date: what changed, what depends on it, and what is volatile.
    ///
    /// threads: 1 to 1024; those of the runtime if left out. Results do not depend on it.
    /// seed: of `RAND` and other volatile functions; equal workbooks that were recalculated as often give equal values.
    /// now: what `NOW` gives, local time without a zone; the clock's if left out.
    /// progress: called in this thread with the regions that are done and those of this round, at most once a region. What it raises
    ///     cancels, and is raised here.
    /// unknown: what becomes of cells whose formulas call what cannot be calculated, functions that nobody knows and those that ask other
    ///     programs: "keep" their stored values, or "error", which is `#NAME?`.
    ///
    /// Ctrl+C cancels within a second: `KeyboardInterrupt` is raised, each cell has its old or its new value, and the next recalculation
    /// does the rest.
    #[pyo3(signature = (*, threads=None, seed=None, now=None, progress=None, unknown="keep"))]
    fn recalculate(
        &self,
        py: Python<'_>,
        threads: Option<i64>,
        seed: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
        unknown: &str,
    ) -> PyResult<Py<PyAny>> {
        let how = How::new(py, &self.core, threads, seed, now, unknown)?;
        recalc::recalculate(py, &self.core, how, progress)
    }
}
