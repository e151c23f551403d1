//! Plugins.

use crate::runtime::Runtime;
use crate::workbook::{
    class::Workbook,
    plugin::{self, OnConflict},
    report,
};
use formualizer_workbook::WasmFunctionSpec;
use pyo3::{prelude::*, types::PyList};
use std::path::PathBuf;

#[pymethods]
impl Workbook {
    /// Loads a plugin, and binds the names and aliases of its functions.
    ///
    /// module_id: repeats the manifest's, and names a module that has no manifest.
    /// on_conflict: what becomes of names that are taken: "refuse" makes it an error (kind "function"), "skip" leaves them,
    ///     "override" takes them. A dict has words of their own for `"builtins"` and for `"bindings"`, which are other functions.
    ///
    /// Raises `WorkbookError` of the kind "plugin" where the module breaks the contract, or another one has its id.
    #[pyo3(signature = (data, *, module_id=None, on_conflict=OnConflict::default()))]
    fn register_wasm_module_bytes<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyAny>,
        module_id: Option<String>,
        on_conflict: OnConflict,
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = plugin::bytes(data)?;
        let info = self.slow(py, move |book| match module_id {
            Some(id) => book.register_wasm_module_bytes_as(&id, &data, on_conflict.0),
            None => book.register_wasm_module_bytes(&data, on_conflict.0),
        })?;
        report::module(py, &info)
    }

    /// The same of a file. Raises `OSError` where it cannot be read.
    #[pyo3(signature = (path, *, on_conflict=OnConflict::default()))]
    fn register_wasm_module_file<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        on_conflict: OnConflict,
    ) -> PyResult<Bound<'py, PyAny>> {
        let info =
            self.slow(py, move |book| book.register_wasm_module_file(path, on_conflict.0))?;
        report::module(py, &info)
    }

    /// The same of several plugins, each with what errors call it, all or none.
    #[pyo3(signature = (modules, *, on_conflict=OnConflict::default()))]
    fn register_wasm_modules<'py>(
        &self,
        py: Python<'py>,
        modules: &Bound<'_, PyAny>,
        on_conflict: OnConflict,
    ) -> PyResult<Bound<'py, PyList>> {
        let modules = plugin::named(modules)?;
        let infos = self.slow(py, move |book| {
            let modules: Vec<(&str, &[u8])> =
                modules.iter().map(|(name, data)| (name.as_str(), &**data)).collect();
            book.register_wasm_modules(&modules, on_conflict.0)
        })?;
        report::modules(py, &infos)
    }

    /// The same of every `*.wasm` file directly in a folder, in the order of their names, all or none.
    #[pyo3(signature = (folder, *, on_conflict=OnConflict::default()))]
    fn register_wasm_modules_dir<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        on_conflict: OnConflict,
    ) -> PyResult<Bound<'py, PyList>> {
        let infos =
            self.slow(py, move |book| book.register_wasm_modules_dir(folder, on_conflict.0))?;
        report::modules(py, &infos)
    }

    /// Loads a plugin; no name is bound.
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

    /// Binds a name to a function of an attached plugin; False where "skip" left the name to what it has.
    #[pyo3(signature = (name, module_id, function, *, on_conflict=OnConflict::default()))]
    fn bind_wasm_function(
        &self,
        py: Python<'_>,
        name: String,
        module_id: String,
        function: String,
        on_conflict: OnConflict,
    ) -> PyResult<bool> {
        let spec = WasmFunctionSpec::new(name, module_id, function).policy(on_conflict.0);
        self.quick(py, move |book| book.bind_wasm_function(&spec))
    }

    /// The attached plugins, by id.
    fn list_wasm_modules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let infos = self.quick(py, |book| Ok(book.list_wasm_modules()))?;
        report::modules(py, &infos)
    }

    /// Removes a plugin and all its names.
    fn unregister_wasm_module(&self, py: Python<'_>, module_id: String) -> PyResult<()> {
        self.quick(py, move |book| book.unregister_wasm_module(&module_id))
    }

    /// What a plugin says about itself. Nothing is compiled, run or kept.
    fn inspect_wasm_module_bytes<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let data = plugin::bytes(data)?;
        let info = self.quick(py, move |book| book.inspect_wasm_module_bytes(&data))?;
        report::module(py, &info)
    }

    /// Runs plugins as machine code, with the default limits. Attached plugins are loaded again.
    fn use_wasmtime_runtime(&self, py: Python<'_>) -> PyResult<()> {
        self.use_runtime(py, plugin::backend(py, "wasmtime")?)
    }

    /// Runs plugins in an interpreter, with the default limits. Attached plugins are loaded again.
    fn use_wasmi_runtime(&self, py: Python<'_>) -> PyResult<()> {
        self.use_runtime(py, plugin::backend(py, "wasmi")?)
    }

    /// Runs plugins on this runtime, with its limits and threads. Attached plugins are loaded again, all or none.
    fn set_runtime(&self, py: Python<'_>, runtime: &Runtime) -> PyResult<()> {
        self.use_runtime(py, runtime.handle.clone())
    }
}
