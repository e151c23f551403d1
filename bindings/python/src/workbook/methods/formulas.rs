//! Formulas, names and tables.

use crate::workbook::{
    class::Workbook,
    place::{CellArg, RangeArg},
    report,
};
use formualizer_workbook::TableOptions;
use pyo3::{prelude::*, types::PyList};

#[pymethods]
impl Workbook {
    /// Puts a formula in a cell; `=` in front may be missing. An array result spills. Kind "formula" where it does not parse.
    fn set_formula(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_formula(&sheet, cell, &formula))
    }

    /// Puts a formula in every cell of a range, as if it were typed in the first and filled into the others.
    fn set_formulas(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_formulas(&sheet, range, &formula))
    }

    /// Puts an array formula in a range, as Ctrl+Shift+Enter does: its result fills exactly these cells.
    fn set_array_formula(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_array_formula(&sheet, range, &formula))
    }

    /// Fills the first row of a range over its other rows: formulas with their references moved, values as they are.
    fn fill_down(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.fill_down(&sheet, range))
    }

    /// Fills the first column of a range over its other columns.
    fn fill_right(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.fill_right(&sheet, range))
    }

    /// The formula of a cell with `=`; None where it has none.
    fn formula(&self, py: Python<'_>, sheet: String, cell: CellArg) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.formula(&sheet, cell))
    }

    /// Looks whether a text is a formula that a cell takes, without putting it there.
    ///
    /// Raises `WorkbookError` of the kind "formula", with the place where it stops being one.
    fn validate_formula<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
        formula: String,
    ) -> PyResult<Bound<'py, PyAny>> {
        let check = self.quick(py, move |book| book.validate_formula(&sheet, cell, &formula))?;
        report::check(py, &check)
    }

    /// The range that the array result of a cell fills; None where it has none.
    fn spill_range(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.spill_range(&sheet, cell))
    }

    /// Number of rectangles of cells with the same formula.
    #[getter]
    fn regions(&self, py: Python<'_>) -> PyResult<usize> {
        self.quick(py, |book| Ok(book.regions()))
    }

    /// The functions that formulas call and that are neither built in nor bound, by name.
    fn unknown_functions<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let unknown = self.quick(py, |book| Ok(book.unknown_functions()))?;
        report::unknown(py, &unknown)
    }

    /// Defines a name for the workbook, or for one sheet: a value ("0.03"), a range ("Prices!$A$2:$A$100") or a formula.
    #[pyo3(signature = (name, refers_to, *, sheet=None))]
    fn define_name(
        &self,
        py: Python<'_>,
        name: String,
        refers_to: String,
        sheet: Option<String>,
    ) -> PyResult<()> {
        self.quick(py, move |book| match &sheet {
            Some(sheet) => book.define_sheet_name(sheet, &name, &refers_to),
            None => book.define_name(&name, &refers_to),
        })
    }

    /// Removes a name; formulas that use it become `#NAME?`. Kind "name" where there is none.
    #[pyo3(signature = (name, *, sheet=None))]
    fn remove_name(&self, py: Python<'_>, name: String, sheet: Option<String>) -> PyResult<()> {
        self.quick(py, move |book| book.remove_name(sheet.as_deref(), &name))
    }

    /// The defined names, sorted.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = self.quick(py, |book| Ok(book.names()))?;
        report::names(py, &names)
    }

    /// Makes a range a table, for references such as `Prices[Close]`. Names of columns are those of the first row now.
    #[pyo3(signature = (name, sheet, range, *, headers=true, totals=false))]
    fn add_table(
        &self,
        py: Python<'_>,
        name: String,
        sheet: String,
        range: RangeArg,
        headers: bool,
        totals: bool,
    ) -> PyResult<()> {
        let options = TableOptions::default().headers(headers).totals(totals);
        self.quick(py, move |book| book.add_table(&name, &sheet, range, options))
    }

    /// Makes a table a plain range again.
    fn remove_table(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.remove_table(&name))
    }

    /// The tables, sorted by name.
    #[getter]
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let tables = self.quick(py, |book| Ok(book.tables()))?;
        report::tables(py, &tables)
    }
}
