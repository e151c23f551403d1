//! `Module`: a plugin, compiled once per process and configuration.

use crate::{
    call, error, fork,
    function::Function,
    limits::Limits,
    runtime::{Handle, Runtime, default_handle},
};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict, PyList, PyMemoryView, PyTuple},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use udf_abi::manifest;
use udf_backends::ModuleInfo;
use udf_columnar::{CancelToken, LoadOptions, Session, SessionOptions, Signature, UdfModule};

/// A plugin: its bytes, what it says about itself, and its compiled code.
pub(crate) struct Plugin {
    pub(crate) bytes: Arc<[u8]>,
    /// Where it was read from, for messages.
    path: Option<PathBuf>,
    pub(crate) info: ModuleInfo,
    pub(crate) handle: Arc<Handle>,
    loaded: Mutex<(u64, Arc<dyn UdfModule>)>,
    warm: Mutex<Vec<Warm>>,
}

/// A session between two calls: its instances are not made anew for each of them.
pub(crate) struct Warm {
    generation: u64,
    threads: usize,
    pub(crate) cancel: CancelToken,
    pub(crate) session: Box<dyn Session>,
}

/// Modules that were unpickled: a task after the other finds them compiled.
static UNPICKLED: Mutex<Vec<Arc<Plugin>>> = Mutex::new(Vec::new());

/// Most modules that are kept for tasks to come.
const MOST_UNPICKLED: usize = 32;

impl Plugin {
    fn load(
        py: Python<'_>,
        bytes: Arc<[u8]>,
        path: Option<PathBuf>,
        handle: Arc<Handle>,
    ) -> PyResult<Arc<Self>> {
        let named = |error: udf_columnar::Error| match &path {
            Some(path) => error.context(path.display()),
            None => error,
        };
        let pool = handle.live().and_then(|live| live.pool());
        let pool = pool.map_err(|e| error::of_module(py, &e))?;
        let (info, module) = {
            let (bytes, handle) = (bytes.clone(), handle.clone());
            let cancel = CancelToken::new();
            let options = LoadOptions::default().cancel(cancel.clone());
            let work = move || {
                let info = udf_backends::inspect(&bytes, &handle.config.limits)?;
                let module = handle.live()?.engine.load_with(&bytes, &options)?;
                Ok((info, module))
            };
            // On a thread of the runtime's: the engine compiles on as many as that has.
            call::interruptible(py, &pool, &cancel, work)?
                .map_err(|e| error::of_module(py, &named(e)))?
        };
        let loaded = Mutex::new((fork::generation(), module));
        Ok(Arc::new(Self { bytes, path, info, handle, loaded, warm: Mutex::default() }))
    }

    /// A session without a deadline of its own: one that is at rest, or a new one.
    pub(crate) fn warm(&self, threads: usize) -> Result<Warm, udf_columnar::Error> {
        let generation = fork::generation();
        let at_rest = {
            let mut warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
            if warm.iter().any(|w| w.generation != generation) {
                // Instances of the engine before the fork.
                std::mem::forget(std::mem::take(&mut *warm));
            }
            let at = warm.iter().position(|w| w.threads == threads);
            at.map(|at| warm.swap_remove(at))
        };
        if let Some(warm) = at_rest {
            return Ok(warm);
        }
        let cancel = CancelToken::new();
        let options = SessionOptions::default().threads(threads).cancel(cancel.clone());
        let session = self.module()?.open(options);
        Ok(Warm { generation, threads, cancel, session })
    }

    /// Keeps a session for the next call, unless there are enough: one of several threads, and one of a single thread for each
    /// thread that the runtime has, since as many may be making small calls side by side.
    pub(crate) fn rest(&self, warm: Warm) {
        let mut at_rest = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = at_rest.iter().filter(|w| w.threads == warm.threads).count();
        let most = if warm.threads == 1 { self.handle.config.threads } else { 1 };
        if alike < most && !warm.cancel.is_cancelled() {
            at_rest.push(warm);
        }
    }

    /// The compiled module, compiled anew in a forked process.
    pub(crate) fn module(&self) -> Result<Arc<dyn UdfModule>, udf_columnar::Error> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = fork::generation();
        if loaded.0 != generation {
            let module = compiled(&self.handle, &self.bytes)?;
            let old = std::mem::replace(&mut *loaded, (generation, module));
            // It belongs to an engine whose threads do not exist here.
            std::mem::forget(old);
        }
        Ok(loaded.1.clone())
    }

    fn function(self: &Arc<Self>, py: Python<'_>, name: &str) -> PyResult<Function> {
        let signature = self.signature(name).map_err(|e| error::of_module(py, &e))?;
        Ok(Function::new(self.clone(), signature))
    }

    fn signature(&self, name: &str) -> Result<Arc<Signature>, udf_columnar::Error> {
        self.module()?.signature(name)
    }

    fn label(&self) -> String {
        let module = &self.info.manifest.module;
        format!("{} {}", module.id, module.version)
    }
}

/// Compiles on as many threads as the runtime has.
fn compiled(handle: &Handle, bytes: &[u8]) -> Result<Arc<dyn UdfModule>, udf_columnar::Error> {
    let live = handle.live()?;
    live.pool()?.install(|| live.engine.load(bytes))
}

/// A plugin. Its functions are its attributes and items: `module.NAME`, `module["NAME"]`, in any case and by any alias.
///
/// Compiled once per process and runtime, whoever loads the same bytes. Pickled by content: the bytes, and the runtime's
/// configuration. May be used from many threads at once, and in a process that is forked from this one.
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Module {
    plugin: Arc<Plugin>,
}

impl Module {
    pub(crate) fn of(plugin: Arc<Plugin>) -> Self {
        Self { plugin }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.plugin.info.manifest.functions.iter().map(|f| f.name.as_str())
    }
}

fn handle_of(py: Python<'_>, runtime: Option<&Runtime>) -> PyResult<Arc<Handle>> {
    match runtime {
        Some(runtime) => Ok(runtime.handle.clone()),
        None => default_handle(py),
    }
}

/// The content of `bytes`, a `bytearray` or a `memoryview`; `None` for other objects.
fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(Some(bytes.as_bytes().to_vec()));
    }
    let Ok(view) = PyMemoryView::from(data) else { return Ok(None) };
    let bytes = view.call_method0("tobytes")?;
    Ok(Some(bytes.cast::<PyBytes>()?.as_bytes().to_vec()))
}

/// The content of a module's file.
///
/// # Errors
/// `OSError` of the file, or where it is no regular file; `ModuleError` where it is larger than the limit.
fn read(py: Python<'_>, path: &Path, limits: &udf_columnar::Limits) -> PyResult<Vec<u8>> {
    py.detach(|| udf_backends::read_module(path, limits)).map_err(|e| {
        let text = format!("{}: {e}", path.display());
        match e.kind() {
            std::io::ErrorKind::FileTooLarge => {
                error::Exception::new("ModuleError", &text).make(py)
            }
            _ => error::of_file(py, Some(&e), &text),
        }
    })
}

#[pymethods]
impl Module {
    /// Inspects and compiles a module.
    ///
    /// Raises `ModuleError` or `ManifestError`, naming what the module breaks.
    #[staticmethod]
    #[pyo3(signature = (data, *, runtime=None))]
    fn from_bytes(data: &Bound<'_, PyAny>, runtime: Option<&Runtime>) -> PyResult<Self> {
        let py = data.py();
        let _inside = fork::enter(py)?;
        let bytes = bytes_of(data)?.ok_or_else(|| {
            let message = "Module.from_bytes: give the content of a .wasm file as bytes; Module.from_file takes its path";
            error::argument(py, "Module.from_bytes", message)
        })?;
        let handle = handle_of(py, runtime)?;
        Plugin::load(py, bytes.into(), None, handle).map(Self::of)
    }

    /// Inspects and compiles a module's file.
    ///
    /// Raises `OSError` where it cannot be read; `ModuleError` or `ManifestError`, naming the file and what the module breaks.
    #[staticmethod]
    #[pyo3(signature = (path, *, runtime=None))]
    fn from_file(py: Python<'_>, path: PathBuf, runtime: Option<&Runtime>) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        let handle = handle_of(py, runtime)?;
        let bytes = read(py, &path, &handle.config.limits)?;
        Plugin::load(py, bytes.into(), Some(path), handle).map(Self::of)
    }

    /// The module's bytes in the runtime of a configuration; compiled once, however often a task brings them.
    #[staticmethod]
    fn _restore(py: Python<'_>, data: &[u8], runtime: &Runtime) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        let handle = &runtime.handle;
        let found = {
            let known = UNPICKLED.lock().unwrap_or_else(PoisonError::into_inner);
            known
                .iter()
                .find(|plugin| *plugin.bytes == *data && plugin.handle.config == handle.config)
                .cloned()
        };
        if let Some(plugin) = found {
            return Ok(Self::of(plugin));
        }
        let plugin = Plugin::load(py, Arc::from(data), None, handle.clone())?;
        let mut known = UNPICKLED.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_UNPICKLED {
            known.remove(0);
        }
        known.push(plugin.clone());
        Ok(Self::of(plugin))
    }

    /// The module's id, such as "formualizer.finance".
    #[getter]
    fn id(&self) -> &str {
        &self.plugin.info.manifest.module.id
    }

    #[getter]
    fn version(&self) -> &str {
        &self.plugin.info.manifest.module.version
    }

    /// SHA-256 of the bytes, 64 hexadecimal digits.
    #[getter]
    fn sha256(&self) -> String {
        self.plugin.info.sha256_hex()
    }

    #[getter]
    fn runtime(&self) -> Runtime {
        Runtime { handle: self.plugin.handle.clone() }
    }

    /// The file that it was read from, if it was.
    #[getter]
    fn path(&self) -> Option<PathBuf> {
        self.plugin.path.clone()
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.plugin.bytes)
    }

    /// The functions by name, in the manifest's order; those of a kind that cannot be called are left out.
    #[getter]
    fn functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let _inside = fork::enter(py)?;
        let functions = PyDict::new(py);
        for name in self.names() {
            // Functions of a kind that cannot be called are not offered.
            if let Ok(signature) = self.plugin.signature(name) {
                functions.set_item(name, Function::new(self.plugin.clone(), signature))?;
            }
        }
        Ok(functions)
    }

    /// What `formualizer_udf.inspect` gives for it.
    fn inspect<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        describe(py, &self.plugin.info)
    }

    /// Makes scalar functions of a DuckDB connection of the module's elementwise functions.
    ///
    /// connection: what `duckdb.connect()` gives.
    /// names: which functions; all that can be if left out.
    /// prefix: what stands before each name in SQL.
    /// errors: "raise" (rows that fail end the query) or "null".
    ///
    /// Returns the names that SQL has now. Types are those of the manifest; a function with parameters that are optional, variadic or of any
    /// type takes any number of arguments of any type. Nulls reach the function as in a call from Python; one that is volatile is called for
    /// each row anew.
    ///
    /// Raises `ArgumentError` for a name that is taken, and for one of `names` that DuckDB cannot call.
    #[pyo3(signature = (connection, *, names=None, prefix="", errors="raise"))]
    fn register<'py>(
        slf: &Bound<'py, Self>,
        connection: &Bound<'py, PyAny>,
        names: Option<&Bound<'py, PyAny>>,
        prefix: &str,
        errors: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !py.import("sys")?.getattr("modules")?.contains("duckdb")? {
            let message = "register: pass a connection of DuckDB, which duckdb.connect() gives";
            return Err(error::argument(py, "register", message));
        }
        let register = py.import("formualizer_udf._frames._register")?.getattr("register")?;
        register.call1((slf, connection, names, prefix, errors))
    }

    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Function> {
        let _inside = fork::enter(py)?;
        self.plugin.function(py, name)
    }

    fn __getattr__(&self, py: Python<'_>, name: &str) -> PyResult<Function> {
        // Python, and libraries, ask for names of their own; those are no functions.
        if name.starts_with("__") || name.starts_with("_repr") || name.starts_with("_ipython") {
            return Err(pyo3::exceptions::PyAttributeError::new_err(name.to_owned()));
        }
        let _inside = fork::enter(py)?;
        self.plugin.function(py, name)
    }

    fn __contains__(&self, name: &str) -> bool {
        self.plugin.info.manifest.find(name).is_some()
    }

    fn __len__(&self) -> usize {
        self.plugin.info.manifest.functions.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let names: Vec<&str> = self.names().collect();
        Ok(PyList::new(py, names)?.try_iter()?.into_any())
    }

    fn __dir__(slf: &Bound<'_, Self>) -> PyResult<Vec<String>> {
        let own = slf.get_type().dir()?;
        let mut names: Vec<String> = own.iter().map(|n| n.extract()).collect::<PyResult<_>>()?;
        names.extend(slf.get().names().map(str::to_owned));
        Ok(names)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.plugin.info.sha256 == other.plugin.info.sha256
            && self.plugin.handle.config == other.plugin.handle.config
    }

    fn __hash__(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.plugin.info.sha256[..8]);
        u64::from_le_bytes(first)
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.names().take(6).collect();
        let dots = if self.__len__() > names.len() { ", …" } else { "" };
        format!("<Module {}: {}{dots}>", self.plugin.label(), names.join(", "))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("formualizer_udf._restore")?.getattr("module")?;
        let state = (self.to_bytes(py), self.runtime()).into_pyobject(py)?.into_any();
        PyTuple::new(py, [restore, state])
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __dask_tokenize__(&self) -> (&'static str, String, String) {
        let config = format!("{:?}", self.plugin.handle.config);
        ("formualizer_udf.Module", self.sha256(), config)
    }
}

/// What a module says about itself, found without executing a byte of it.
///
/// source: the module's bytes, or the path of its file.
///
/// Returns a dict with `manifest` (as docs/manifest.md describes it), `bare` (whether the manifest was made from the exports),
/// `disabled` (by name, why this version cannot call a function), `warnings`, `sha256`, `size`, `code_bytes` and `data_bytes` (bytes), `memory_pages` and `memory_max_pages` (of 64 KiB),
/// `compile_work`, `function_work` and `optimised_work` (units, as `Limits` bounds them), `optimised` (otherwise wasmtime compiles it plainly, and it
/// runs slower), and `exports` (names and signatures).
///
/// Raises `ModuleError` or `ManifestError` where it is no module that can be taken, `OSError` where the file cannot be read.
#[pyfunction]
#[pyo3(signature = (source, *, limits=None))]
pub(crate) fn inspect<'py>(
    py: Python<'py>,
    source: &Bound<'py, PyAny>,
    limits: Option<&Limits>,
) -> PyResult<Bound<'py, PyDict>> {
    let limits = limits.map(|l| l.inner().clone()).unwrap_or_default();
    let (bytes, path) = match bytes_of(source)? {
        Some(bytes) => (bytes, None),
        None => {
            let path: PathBuf = source.extract()?;
            (read(py, &path, &limits)?, Some(path))
        }
    };
    let info = py.detach(|| udf_backends::inspect(&bytes, &limits)).map_err(|e| {
        let e = match &path {
            Some(path) => e.context(path.display()),
            None => e,
        };
        error::of_module(py, &e)
    })?;
    describe(py, &info)
}

/// The manifest and the numbers of a module, as dicts and lists.
fn describe<'py>(py: Python<'py>, info: &ModuleInfo) -> PyResult<Bound<'py, PyDict>> {
    let described = PyDict::new(py);
    described.set_item("manifest", manifest_dict(py, &info.manifest)?)?;
    described.set_item("bare", info.bare)?;
    let disabled = PyDict::new(py);
    for function in &info.manifest.disabled {
        disabled.set_item(&function.name, function.reason())?;
    }
    described.set_item("disabled", disabled)?;
    described.set_item("warnings", &info.warnings)?;
    described.set_item("sha256", info.sha256_hex())?;
    described.set_item("size", info.size)?;
    described.set_item("code_bytes", info.code_bytes)?;
    described.set_item("data_bytes", info.data_bytes)?;
    described.set_item("memory_pages", info.memory_pages)?;
    described.set_item("memory_max_pages", info.memory_max_pages)?;
    described.set_item("compile_work", info.compile_work)?;
    described.set_item("function_work", info.function_work)?;
    described.set_item("optimised_work", info.optimised_work)?;
    described.set_item("optimised", info.optimised)?;
    let exports: Vec<(&str, &str)> =
        info.exports.iter().map(|e| (e.name.as_str(), e.signature.as_str())).collect();
    described.set_item("exports", exports)?;
    Ok(described)
}

fn manifest_dict<'py>(
    py: Python<'py>,
    manifest: &manifest::Manifest,
) -> PyResult<Bound<'py, PyAny>> {
    let json = serde_json::to_string(manifest)
        .map_err(|e| error::internal(py, &format!("the manifest as JSON: {e}")))?;
    py.import("json")?.getattr("loads")?.call1((json,))
}
