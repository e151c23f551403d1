//! What Python sees: one method per method of the Rust workbook. Arguments become Rust's before the workbook is entered, results
//! become Python's after it was left, so that no Python code runs in between.

use super::{
    callback::{Callable, Handler},
    core::{Core, pool},
    edit::Edit,
    frame,
    place::{CellArg, ColumnArg, CountArg, RangeArg, RowArg},
    plugin::{self, FileBounds},
    recalc::{self, How, check_callable},
    report, value,
};
use crate::{
    call, error, fork,
    runtime::{Handle, Runtime, default_handle},
};
use formualizer_workbook::{
    CustomFnOptions, DateSystem, Error, ExportOptions, ImportOptions, LoadOptions, SaveOptions,
    TableOptions, WasmFunctionSpec, Workbook as Book,
};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyList},
};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError},
};
use udf_columnar::CancelToken;

/// Sheets of values and formulas, recalculated a column at a time, whose formulas call plugins and Python functions.
///
/// A cell is `"B2"` or `(2, 2)`: row and column, both from 1. A range is `"A1:B10"`, `"A:A"`, `"1:3"`, or two cells. An edit stores
/// what it is given; `recalculate` brings all values up to date.
///
/// Values are None (blank), bool, int or float, str, datetime.date, datetime.datetime, datetime.time and datetime.timedelta; an error
/// is a dict `{"type": "Error", "kind": "Div", "message": …}`.
///
/// Several threads may use one workbook; they take turns. While it recalculates and may call Python functions, every other use of it, in
/// any thread, raises `WorkbookError` of the kind "reentrant".
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Workbook {
    /// Present until it is dropped.
    core: Arc<Core>,
    /// Leaves the workbook of another process alone instead of freeing it.
    _keeper: Keeper,
}

/// Holds a second reference that is given up only in the process that the workbook belongs to.
struct Keeper(Option<Arc<Core>>);

impl Drop for Keeper {
    fn drop(&mut self) {
        let foreign = self.0.as_ref().is_some_and(|core| core.generation != fork::generation());
        if foreign {
            // Its engine has threads that do not exist here.
            std::mem::forget(self.0.take());
        }
    }
}

impl Workbook {
    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    fn of(book: Book, handle: Arc<Handle>) -> Self {
        let core = Core::new(book, handle);
        Self { _keeper: Keeper(Some(core.clone())), core }
    }

    fn quick<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Book) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        self.core.quick(py, work)
    }

    fn slow<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Book) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        self.core.slow(py, work)
    }

    /// A workbook that is loaded on the runtime's threads.
    fn load(
        py: Python<'_>,
        runtime: Option<&Runtime>,
        load: impl FnOnce() -> Result<Book, Error> + Send + 'static,
    ) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        let handle = handle_of(py, runtime)?;
        let pool = pool(py, &handle)?;
        let of_work = handle.clone();
        let work = move || {
            load().and_then(|mut book| {
                plugin::equip(&mut book, &of_work)?;
                Ok(book)
            })
        };
        let book = call::interruptible(py, &pool, &CancelToken::new(), work)?;
        Ok(Self::of(book.map_err(|e| error::of_workbook(py, &e))?, handle))
    }

    fn use_runtime(&self, py: Python<'_>, handle: Arc<Handle>) -> PyResult<()> {
        let live = handle.live().map_err(|e| error::of_module(py, &e))?;
        self.slow(py, move |book| book.set_runtime(live.engine.clone()))?;
        self.core.set_handle(handle);
        Ok(())
    }
}

fn handle_of(py: Python<'_>, runtime: Option<&Runtime>) -> PyResult<Arc<Handle>> {
    match runtime {
        Some(runtime) => Ok(runtime.handle.clone()),
        None => default_handle(py),
    }
}

#[pymethods]
impl Workbook {
    #[new]
    #[pyo3(signature = (*, date_system=1900, runtime=None))]
    fn new(py: Python<'_>, date_system: i64, runtime: Option<&Runtime>) -> PyResult<Self> {
        let dates = match date_system {
            1900 => DateSystem::Excel1900,
            1904 => DateSystem::Excel1904,
            other => {
                let message = format!("date_system={other}: give 1900 or 1904");
                return Err(error::argument(py, "Workbook", &message));
            }
        };
        let _inside = fork::enter(py)?;
        let handle = handle_of(py, runtime)?;
        let mut book = Book::with_date_system(dates);
        plugin::equip(&mut book, &handle).map_err(|e| error::of_workbook(py, &e))?;
        Ok(Self::of(book, handle))
    }

    #[staticmethod]
    #[pyo3(signature = (path, *, runtime=None, file_bytes=None, part_bytes=None, total_bytes=None, parts=None, cells=None, depth=None))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per limit")]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        runtime: Option<&Runtime>,
        file_bytes: Option<u64>,
        part_bytes: Option<u64>,
        total_bytes: Option<u64>,
        parts: Option<usize>,
        cells: Option<u64>,
        depth: Option<usize>,
    ) -> PyResult<Self> {
        let bounds = FileBounds { file_bytes, part_bytes, total_bytes, parts, cells, depth };
        let options = LoadOptions::default().limits(bounds.limits());
        Self::load(py, runtime, move || Book::open_with(path, &options))
    }

    #[staticmethod]
    #[pyo3(signature = (data, *, runtime=None, file_bytes=None, part_bytes=None, total_bytes=None, parts=None, cells=None, depth=None))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per limit")]
    fn from_bytes(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        runtime: Option<&Runtime>,
        file_bytes: Option<u64>,
        part_bytes: Option<u64>,
        total_bytes: Option<u64>,
        parts: Option<usize>,
        cells: Option<u64>,
        depth: Option<usize>,
    ) -> PyResult<Self> {
        let bounds = FileBounds { file_bytes, part_bytes, total_bytes, parts, cells, depth };
        let options = LoadOptions::default().limits(bounds.limits());
        let data = plugin::bytes(data)?;
        Self::load(py, runtime, move || Book::from_bytes(data, &options))
    }

    #[pyo3(signature = (path, *, values_only=false))]
    fn save<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        values_only: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = SaveOptions::default().values_only(values_only);
        let saved = self.slow(py, move |book| book.save_with(path, &options))?;
        report::saved(py, &saved)
    }

    #[pyo3(signature = (*, values_only=false))]
    fn to_bytes<'py>(&self, py: Python<'py>, values_only: bool) -> PyResult<Bound<'py, PyBytes>> {
        let options = SaveOptions::default().values_only(values_only);
        let bytes = self.slow(py, move |book| book.to_xlsx(&options))?;
        Ok(PyBytes::new(py, &bytes))
    }

    #[getter]
    fn load_warnings(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.quick(py, |book| Ok(book.load_warnings().to_vec()))
    }

    #[getter]
    fn date_system(&self) -> u16 {
        match self.core.dates {
            DateSystem::Excel1900 => 1900,
            DateSystem::Excel1904 => 1904,
        }
    }

    // Sheets.

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

    // Cells.

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

    // Formulas.

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

    // Names and tables.

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

    // Editing.

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

    // Data.

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

    // Plugins.

    #[pyo3(signature = (data, *, module_id=None, on_conflict="refuse"))]
    fn register_wasm_module_bytes<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyAny>,
        module_id: Option<String>,
        on_conflict: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (data, policy) = (plugin::bytes(data)?, plugin::policy(py, on_conflict)?);
        let info = self.slow(py, move |book| match module_id {
            Some(id) => book.register_wasm_module_bytes_as(&id, &data, policy),
            None => book.register_wasm_module_bytes(&data, policy),
        })?;
        report::module(py, &info)
    }

    #[pyo3(signature = (path, *, on_conflict="refuse"))]
    fn register_wasm_module_file<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        on_conflict: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let policy = plugin::policy(py, on_conflict)?;
        let info = self.slow(py, move |book| book.register_wasm_module_file(path, policy))?;
        report::module(py, &info)
    }

    #[pyo3(signature = (folder, *, on_conflict="refuse"))]
    fn register_wasm_modules_dir<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        on_conflict: &str,
    ) -> PyResult<Bound<'py, PyList>> {
        let policy = plugin::policy(py, on_conflict)?;
        let infos = self.slow(py, move |book| book.register_wasm_modules_dir(folder, policy))?;
        report::modules(py, &infos)
    }

    #[pyo3(signature = (data, *, module_id=None))]
    fn attach_wasm_module_bytes<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyAny>,
        module_id: Option<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = plugin::bytes(data)?;
        let info =
            self.slow(py, move |book| book.attach_wasm_module_bytes(module_id.as_deref(), &data))?;
        report::module(py, &info)
    }

    #[pyo3(signature = (name, module_id, function, *, on_conflict="refuse"))]
    fn bind_wasm_function(
        &self,
        py: Python<'_>,
        name: String,
        module_id: String,
        function: String,
        on_conflict: &str,
    ) -> PyResult<bool> {
        let policy = plugin::policy(py, on_conflict)?;
        let spec = WasmFunctionSpec::new(name, module_id, function).policy(policy);
        self.quick(py, move |book| book.bind_wasm_function(&spec))
    }

    fn list_wasm_modules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let infos = self.quick(py, |book| Ok(book.list_wasm_modules()))?;
        report::modules(py, &infos)
    }

    fn unregister_wasm_module(&self, py: Python<'_>, module_id: String) -> PyResult<()> {
        self.quick(py, move |book| book.unregister_wasm_module(&module_id))
    }

    fn inspect_wasm_module_bytes<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = plugin::bytes(data)?;
        let info = self.quick(py, move |book| book.inspect_wasm_module_bytes(&data))?;
        report::module(py, &info)
    }

    fn use_wasmtime_runtime(&self, py: Python<'_>) -> PyResult<()> {
        self.use_runtime(py, plugin::backend(py, "wasmtime")?)
    }

    fn use_wasmi_runtime(&self, py: Python<'_>) -> PyResult<()> {
        self.use_runtime(py, plugin::backend(py, "wasmi")?)
    }

    fn set_runtime(&self, py: Python<'_>, runtime: &Runtime) -> PyResult<()> {
        self.use_runtime(py, runtime.handle.clone())
    }

    // Python functions.

    #[pyo3(signature = (name, r#fn, *, min_args=CountArg(0), max_args=None, volatile=false, thread_safe=false, deterministic=true,
        allow_override_builtin=false, vectorized=false))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per option")]
    fn register_function(
        &self,
        py: Python<'_>,
        name: String,
        r#fn: Bound<'_, PyAny>,
        min_args: CountArg,
        max_args: Option<CountArg>,
        volatile: bool,
        thread_safe: bool,
        deterministic: bool,
        allow_override_builtin: bool,
        vectorized: bool,
    ) -> PyResult<()> {
        if !r#fn.is_callable() {
            let message = format!("register_function: {name} is to be bound to {fn:?}, which cannot be called", fn = r#fn);
            return Err(error::argument(py, "register_function", &message));
        }
        let options = CustomFnOptions {
            min_args: min_args.0 as usize,
            max_args: max_args.map(|max| max.0 as usize),
            volatile,
            thread_safe,
            deterministic,
            allow_override_builtin,
        };
        let (slot, dates) = (self.core.slot.clone(), self.core.dates);
        let callable = Callable::new(r#fn.unbind(), slot, dates, thread_safe, vectorized);
        let known = Arc::downgrade(&callable);
        let handler = Arc::new(Handler(callable));
        self.quick(py, move |book| book.register_custom_function(&name, options, handler))?;
        let mut callables = self.core.callables.lock().unwrap_or_else(PoisonError::into_inner);
        callables.retain(|callable| callable.strong_count() > 0);
        callables.push(known);
        Ok(())
    }

    fn list_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let infos = self.quick(py, |book| Ok(book.list_custom_functions()))?;
        report::functions(py, &infos)
    }

    fn unregister_function(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.unregister_custom_function(&name))
    }

    /// The names of the built-in functions, in upper case, sorted.
    #[staticmethod]
    fn builtin_functions() -> Vec<String> {
        formualizer_workbook::builtin_functions()
    }

    fn __repr__(&self) -> String {
        if self.core.generation != fork::generation() {
            return "<Workbook of another process>".to_owned();
        }
        // Neither waits nor fails.
        let permit = self.core.gate.enter(false);
        if !matches!(permit, Ok(Some(_))) || self.core.editor().is_some() {
            return "<Workbook in use>".to_owned();
        }
        let names = self.core.book().sheet_names();
        let shown: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
        let dots = if names.len() > shown.len() { ", …" } else { "" };
        match names.len() {
            0 => "<Workbook without sheets>".to_owned(),
            _ => format!("<Workbook: {}{dots}>", shown.join(", ")),
        }
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a Workbook is not copied or pickled: pass what to_bytes() gives, and Workbook.from_bytes() makes one of it",
        ))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // What is locked now is in use, and not garbage.
        let Ok(callables) = self.core.callables.try_lock() else { return Ok(()) };
        for callable in callables.iter() {
            let Some(callable) = callable.upgrade() else { continue };
            if let Ok(function) = callable.function.try_lock()
                && let Some(function) = function.as_ref()
            {
                visit.call(function)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let callables = {
            let callables = self.core.callables.lock().unwrap_or_else(PoisonError::into_inner);
            callables.clone()
        };
        for callable in callables.iter().filter_map(std::sync::Weak::upgrade) {
            let function = callable.function.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(function);
        }
    }
}
