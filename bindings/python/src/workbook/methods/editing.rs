//! Rows, columns, ranges, undo; several edits as one; recalculating.

use crate::workbook::{
    class::Workbook,
    edit::Edit,
    place::{CellArg, ColumnArg, CountArg, RangeArg, RowArg},
    recalc::{self, How, check_callable},
};
use pyo3::prelude::*;

#[pymethods]
impl Workbook {
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

    fn hidden_rows(&self, py: Python<'_>, sheet: String) -> PyResult<Vec<(u32, u32)>> {
        self.quick(py, move |book| book.hidden_rows(&sheet))
    }

    fn undo(&self, py: Python<'_>) -> PyResult<bool> {
        self.quick(py, |book| Ok(book.undo()))
    }

    fn redo(&self, py: Python<'_>) -> PyResult<bool> {
        self.quick(py, |book| Ok(book.redo()))
    }

    fn set_undo_limit(&self, py: Python<'_>, edits: CountArg) -> PyResult<()> {
        self.quick(py, move |book| {
            book.set_undo_limit(edits.0 as usize);
            Ok(())
        })
    }

    #[pyo3(signature = (*, threads=None, seed=None, now=None, progress=None))]
    fn edit(
        slf: Bound<'_, Self>,
        threads: Option<i64>,
        seed: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Edit> {
        let py = slf.py();
        check_callable(py, progress.as_ref())?;
        let how = How::new(py, &slf.get().core, threads, seed, now)?;
        Ok(Edit::new(slf.unbind(), how, progress.map(Bound::unbind)))
    }

    #[pyo3(signature = (*, threads=None, seed=None, now=None, progress=None))]
    fn recalculate(
        &self,
        py: Python<'_>,
        threads: Option<i64>,
        seed: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let how = How::new(py, &self.core, threads, seed, now)?;
        recalc::recalculate(py, &self.core, how, progress)
    }
}
