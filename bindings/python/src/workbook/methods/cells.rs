//! Sheets and cells.

use crate::workbook::{
    class::Workbook,
    place::{CellArg, CountArg, RangeArg},
    report, value,
};
use pyo3::{prelude::*, types::PyList};

#[pymethods]
impl Workbook {
    fn add_sheet(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.add_sheet(&name))
    }

    fn rename_sheet(&self, py: Python<'_>, name: String, new: String) -> PyResult<()> {
        self.quick(py, move |book| book.rename_sheet(&name, &new))
    }

    fn delete_sheet(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.delete_sheet(&name))
    }

    #[getter]
    fn sheet_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.quick(py, |book| Ok(book.sheet_names()))
    }

    fn set_value(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let value = value::argument(value, &cell.shown(), self.core.dates)?;
        self.quick(py, move |book| book.set_value(&sheet, cell, value))
    }

    fn value<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = self.quick(py, move |book| book.value(&sheet, cell))?;
        value::to_python(py, &value)
    }

    fn set_values(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
        rows: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let rows = value::rows(rows, self.core.dates)?;
        self.quick(py, move |book| book.set_values(&sheet, cell, &rows))
    }

    fn values<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        range: RangeArg,
    ) -> PyResult<Bound<'py, PyList>> {
        let rows = self.quick(py, move |book| book.values(&sheet, range))?;
        value::rows_to_python(py, &rows)
    }

    fn clear(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.clear(&sheet, range))
    }

    fn used_range(&self, py: Python<'_>, sheet: String) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.used_range(&sheet))
    }

    fn cell_error_detail(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.cell_error_detail(&sheet, cell))
    }

    #[pyo3(signature = (limit=CountArg(10)))]
    fn errors<'py>(&self, py: Python<'py>, limit: CountArg) -> PyResult<Bound<'py, PyAny>> {
        let errors = self.quick(py, move |book| Ok(book.errors(limit.0 as usize)))?;
        report::errors(py, &errors)
    }
}
