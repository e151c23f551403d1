//! What Python sees: one method per method of the Rust workbook. Arguments become Rust's before the workbook is entered, results
//! become Python's after it was left, so that no Python code runs in between.

use super::{
    core::{Core, pool},
    plugin::{self, FileBounds},
    report,
};
use crate::{
    call, error, fork,
    runtime::{Handle, Runtime, default_handle},
};
use formualizer_workbook::{DateSystem, Error, LoadOptions, SaveOptions, Workbook as Book};
use pyo3::{PyTraverseError, PyVisit, exceptions::PyTypeError, prelude::*, types::PyBytes};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError},
};
use udf_columnar::CancelToken;

/// Sheets of values and formulas, recalculated a column at a time, whose formulas call plugins and Python functions.
///
/// A cell is `"B2"` or `(2, 2)`: row and column, both from 1. A range is `"A1:B10"`, `"A:A"`, `"1:3"`, a cell, or two cells. An edit
/// stores what it is given and nothing more; `recalculate` brings all values up to date.
///
/// Values are None (blank), bool, int or float, str, `datetime.date`, `datetime`, `time` and `timedelta`. Numbers come back as
/// floats. An error is a dict: `{"type": "Error", "kind": "Div"}`, with `"message"` where there is one. Kinds are Null, Ref, Name, Value,
/// Div, Na, Num, Error, NImpl, Spill, Calc, Circ and Cancelled; what cells show ("#DIV/0!") and "Div0" are understood as well.
///
/// Whatever it refuses is a `WorkbookError`, whose `kind` says what was wrong: "address", "sheet", "formula", "name", "function", "plugin",
/// "data", "file", "cancelled" or "reentrant"; a file that cannot be read or written is an `OSError`. What fails has changed nothing. Failures of formulas are values of cells.
///
/// Several threads may use a workbook; they take turns, with the interpreter lock released. Two uses are refused (kind
/// "reentrant") rather than left waiting, since waiting could be for ever: any use, in any thread, while the workbook recalculates and
/// may call Python (it has functions that were registered, or `progress` was given); and a use in another thread while an edit is open.
///
/// A workbook is not pickled or copied (`to_state` gives bytes for that), and cannot be used in a process that was forked after it was made (`ForkError`).
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Workbook {
    /// Present until it is dropped.
    pub(super) core: Arc<Core>,
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

    pub(super) fn quick<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Book) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        self.core.quick(py, work)
    }

    pub(super) fn slow<T: Send + 'static>(
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

    pub(super) fn use_runtime(&self, py: Python<'_>, handle: Arc<Handle>) -> PyResult<()> {
        let live = handle.live().map_err(|e| error::of_module(py, &e))?;
        self.slow(py, move |book| book.set_runtime(live.engine.clone()))?;
        self.core.set_handle(handle);
        Ok(())
    }
}

pub(super) fn handle_of(py: Python<'_>, runtime: Option<&Runtime>) -> PyResult<Arc<Handle>> {
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

    /// A workbook from a file: .xlsx, .xlsm, .xls, .xlsb, .ods and .fods, told by their content. Values that the file stores for formulas
    /// are there at once.
    ///
    /// file_bytes: the file may have so many bytes (1 GiB).
    /// part_bytes, total_bytes: bytes of one of its parts, and of all, unpacked (2 GiB, 4 GiB).
    /// parts, cells, depth: parts (65 536), cells (100 000 000), and how deep elements are nested (256).
    ///
    /// Raises `OSError` where the file cannot be read; `WorkbookError` of the kind "file" where its content is broken, not supported or beyond a limit.
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

    /// The same from the content of a file.
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

    /// Saves as .xlsx or .xlsm: into a copy of the file that it was loaded from, where everything else stays as it is, or as a
    /// new file. The file appears when it is complete.
    ///
    /// values_only: values in place of formulas.
    ///
    /// Raises `OSError` where the file cannot be written; `WorkbookError` of the kind "file" where the extension does not fit, or a
    /// part of the loaded file cannot follow inserted or deleted rows. What was there before is whole then.
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

    /// The bytes that `save` writes.
    #[pyo3(signature = (*, values_only=false))]
    fn to_bytes<'py>(&self, py: Python<'py>, values_only: bool) -> PyResult<Bound<'py, PyBytes>> {
        let options = SaveOptions::default().values_only(values_only);
        let bytes = self.slow(py, move |book| book.to_xlsx(&options))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The workbook as bytes, for `from_state`: sheets, values, formulas, names, tables, and the file that it was loaded from, as a later
    /// `save` needs it. Functions are not in it, nor what `undo` would take back.
    ///
    /// They are for keeping a workbook for a while, or handing it to another process of this version; another version may refuse
    /// them. Files for others are written by `save`.
    fn to_state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.slow(py, |book| book.to_state())?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The workbook of what `to_state` gave. Values are there at once; plugins and Python functions are to be registered again, and
    /// the next `recalculate` evaluates every formula.
    ///
    /// Raises `WorkbookError` of the kind "data" where the bytes are no state, damaged, or of another version.
    #[staticmethod]
    #[pyo3(signature = (data, *, runtime=None))]
    fn from_state(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        runtime: Option<&Runtime>,
    ) -> PyResult<Self> {
        let data = plugin::bytes(data)?;
        Self::load(py, runtime, move || Book::from_state(&data))
    }

    /// What the file said that was not taken over, with the cells; at most about a hundred.
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
            "a Workbook is not copied or pickled: pass what to_state() gives, and Workbook.from_state() makes one of it; functions are registered there again",
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
