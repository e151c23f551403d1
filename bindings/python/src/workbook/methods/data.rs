//! Dataframes and files of data.

use crate::workbook::{
    class::Workbook,
    frame,
    place::{CellArg, RangeArg},
    report,
};
use formualizer_workbook::{ExportOptions, ImportOptions};
use pyo3::prelude::*;
use std::path::PathBuf;

#[pymethods]
impl Workbook {
    #[pyo3(signature = (sheet, cell, frame, *, header=true, index=false))]
    fn write_frame(
        &self,
        py: Python<'_>,
        sheet: String,
        cell: CellArg,
        frame: &Bound<'_, PyAny>,
        header: bool,
        index: bool,
    ) -> PyResult<Option<String>> {
        frame::write(py, &self.core, (sheet, cell), frame, header, index)
    }

    #[pyo3(signature = (sheet, range=None, *, header=true, as_="pandas"))]
    fn read_frame<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        range: Option<RangeArg>,
        header: bool,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        frame::read(py, &self.core, sheet, range, header, as_)
    }

    #[pyo3(signature = (sheet, cell, path, *, headers=true))]
    fn import_data<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
        path: PathBuf,
        headers: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = ImportOptions::default().headers(headers);
        let imported = self.slow(py, move |book| book.import(&sheet, cell, path, &options))?;
        report::imported(py, &imported)
    }

    #[pyo3(signature = (sheet, range, path, *, headers=true, neutralize_formulas=false, errors_as_null=false))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per option")]
    fn export_data(
        &self,
        py: Python<'_>,
        sheet: String,
        range: RangeArg,
        path: PathBuf,
        headers: bool,
        neutralize_formulas: bool,
        errors_as_null: bool,
    ) -> PyResult<()> {
        let options = ExportOptions::default()
            .headers(headers)
            .neutralize_formulas(neutralize_formulas)
            .errors_as_null(errors_as_null);
        self.slow(py, move |book| book.export(&sheet, range, path, &options))
    }
}
