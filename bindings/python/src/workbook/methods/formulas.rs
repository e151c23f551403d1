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
    fn set_formula(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_formula(&sheet, cell, &formula))
    }

    fn set_formulas(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_formulas(&sheet, range, &formula))
    }

    fn set_array_formula(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        formula: String,
    ) -> PyResult<()> {
        self.quick(py, move |book| book.set_array_formula(&sheet, range, &formula))
    }

    fn fill_down(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.fill_down(&sheet, range))
    }

    fn fill_right(&self, py: Python<'_>, sheet: String, range: RangeArg) -> PyResult<()> {
        self.quick(py, move |book| book.fill_right(&sheet, range))
    }

    fn formula(&self, py: Python<'_>, sheet: String, cell: CellArg) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.formula(&sheet, cell))
    }

    fn spill_range(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Option<String>> {
        self.quick(py, move |book| book.spill_range(&sheet, cell))
    }

    #[getter]
    fn regions(&self, py: Python<'_>) -> PyResult<usize> {
        self.quick(py, |book| Ok(book.regions()))
    }

    fn unknown_functions<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let unknown = self.quick(py, |book| Ok(book.unknown_functions()))?;
        report::unknown(py, &unknown)
    }

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

    #[pyo3(signature = (name, *, sheet=None))]
    fn remove_name(&self, py: Python<'_>, name: String, sheet: Option<String>) -> PyResult<()> {
        self.quick(py, move |book| book.remove_name(sheet.as_deref(), &name))
    }

    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = self.quick(py, |book| Ok(book.names()))?;
        report::names(py, &names)
    }

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

    fn remove_table(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.remove_table(&name))
    }

    #[getter]
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let tables = self.quick(py, |book| Ok(book.tables()))?;
        report::tables(py, &tables)
    }
}
