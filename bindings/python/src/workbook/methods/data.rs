//! Dataframes and files of data.

use crate::workbook::{
    class::Workbook,
    frame,
    place::{CellArg, RangeArg},
    plugin::FileBounds,
    report,
};
use formualizer_workbook::{ExportOptions, ImportOptions};
use pyo3::prelude::*;
use std::path::PathBuf;

#[pymethods]
impl Workbook {
    /// Stores the columns of a frame from a cell on, and gives the range that they fill.
    ///
    /// frame: a DataFrame or Series of pandas or polars, a Table, RecordBatch or array of pyarrow, an array of NumPy (one or two
    ///     dimensions, or with fields), an object with the Arrow PyCapsule interface, or a dict of columns.
    /// header: the names of the columns fill the first row.
    /// index: the index of a pandas frame comes first.
    ///
    /// Null is a blank cell, as NaN of pandas is; a NaN of other libraries is `#NUM!`. Arrow columns of Float64, Boolean and Utf8
    /// in one chunk are shared, not copied; memory that others may write to (NumPy, pandas) is copied.
    ///
    /// Raises `ArgumentError` for what is no frame; `WorkbookError` of the kind "data" where cells cannot hold a column, with its name.
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

    /// The cells of a range as a frame: of the whole sheet if no range is given.
    ///
    /// header: the first row has the names of the columns. A blank name becomes "column 3", a second "price" becomes "price 2".
    ///     Without, columns are named by their letters.
    /// as_: "pandas", "polars", "pyarrow" (a Table) or "numpy" (a dict of arrays, which cannot be written to).
    ///
    /// Blanks and errors are null. Columns of one kind have its type; numbers are floats; columns of several kinds are the texts
    /// that show. Columns of numbers share the sheet's memory with Arrow, polars and NumPy, up to 65 536 rows a chunk.
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

    /// Puts the data of a file into a sheet, as one edit: .csv, .tsv, .json, .ndjson, .arrow, .feather or .parquet.
    ///
    /// headers: the names of the columns fill the first row.
    /// file_bytes: the file may have so many bytes (1 GiB).
    /// total_bytes, cells: bytes that an Arrow file unpacks to (4 GiB), and cells that it fills (100 000 000).
    ///
    /// Raises `OSError` where the file cannot be read; `WorkbookError` of the kind "file" where it is damaged, beyond a limit or larger than
    /// a sheet, with the line or column. Nothing is stored then.
    #[pyo3(signature = (sheet, cell, path, *, headers=true, file_bytes=None, total_bytes=None, cells=None))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per option")]
    fn import_data<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
        path: PathBuf,
        headers: bool,
        file_bytes: Option<u64>,
        total_bytes: Option<u64>,
        cells: Option<u64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let bounds = FileBounds { file_bytes, total_bytes, cells, ..FileBounds::default() };
        let options = ImportOptions::default().headers(headers).limits(bounds.limits());
        let imported = self.slow(py, move |book| book.import(&sheet, cell, path, &options))?;
        report::imported(py, &imported)
    }

    /// Writes the values of a range into a file of these formats, which appears when it is complete.
    ///
    /// headers: the first row of the range has the names of the columns.
    /// neutralize_formulas: in CSV, an apostrophe before texts that a spreadsheet would take for a formula.
    /// errors_as_null: errors are left out, as blanks are.
    ///
    /// Raises `OSError` where the file cannot be written; `WorkbookError` of the kind "file" for an extension of no known format.
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
