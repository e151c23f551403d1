//! Sheets and cells.

use crate::workbook::{
    class::Workbook,
    place::{CellArg, CountArg, RangeArg},
    report, value,
};
use pyo3::{prelude::*, types::PyList};

#[pymethods]
impl Workbook {
    /// Adds an empty sheet behind the others: 1 to 31 characters, none of `[ ] : * ? / \`, not there in any case (kind "sheet").
    fn add_sheet(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.add_sheet(&name))
    }

    /// Renames a sheet; formulas, names and tables follow.
    fn rename_sheet(&self, py: Python<'_>, name: String, new: String) -> PyResult<()> {
        self.quick(py, move |book| book.rename_sheet(&name, &new))
    }

    /// Deletes a sheet; references to it become `#REF!`.
    fn delete_sheet(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.delete_sheet(&name))
    }

    /// The sheets as their tabs stand.
    #[getter]
    fn sheet_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.quick(py, |book| Ok(book.sheet_names()))
    }

    /// Stores a value; a formula that was there is gone. A number that is not finite becomes `#NUM!`.
    ///
    /// Raises `WorkbookError` of the kind "data" for what no cell can hold: integers beyond 2^53, datetimes with a time zone,
    /// dates before 1900, texts of more than 32 767 characters, bytes.
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

    /// The value of a cell, as of the last recalculation.
    fn value<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = self.quick(py, move |book| book.value(&sheet, cell))?;
        value::to_python(py, &value)
    }

    /// Stores rows of values from a cell on, all or none; short rows are filled up with blank cells.
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

    /// The values of a range, row by row. Whole rows and columns end where the used range does.
    fn values<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        range: RangeArg,
    ) -> PyResult<Bound<'py, PyList>> {
        let rows = self.quick(py, move |book| book.values(&sheet, range))?;
        value::rows_to_python(py, &rows)
    }

    /// Removes values and formulas.
    fn clear(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.clear(&sheet, range))
    }

    /// The smallest range from A1 that holds everything; None for an empty sheet.
    fn used_range(&self, py: Python<'_>, sheet: String) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.used_range(&sheet))
    }

    /// What the error in a cell says beyond its kind; None where there is no error or it says nothing.
    fn cell_error_detail(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.cell_error_detail(&sheet, cell))
    }

    /// The cells that are in error, with the first `limit` cells of every kind.
    #[pyo3(signature = (limit=CountArg(10)))]
    fn errors<'py>(&self, py: Python<'py>, limit: CountArg) -> PyResult<Bound<'py, PyAny>> {
        let errors = self.quick(py, move |book| Ok(book.errors(limit.0 as usize)))?;
        report::errors(py, &errors)
    }
}
