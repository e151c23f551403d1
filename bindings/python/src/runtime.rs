//! `Runtime`: an engine with its limits, and the threads that calls use.

use crate::{error, fork, limits::Limits, number};
use formualizer_workbook::WasmUdfRuntime;
use pyo3::{prelude::*, types::PyTuple};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};
use udf_backends::{CacheConfig, WasmtimeRuntime, engine_names, runtime_by_name};

/// What makes two runtimes the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    pub(crate) backend: String,
    pub(crate) limits: udf_columnar::Limits,
    pub(crate) threads: usize,
    pub(crate) cache_dir: Option<PathBuf>,
}

/// An engine and threads of this process.
pub(crate) struct Live {
    pub(crate) engine: Arc<dyn WasmUdfRuntime>,
    threads: usize,
    pool: OnceLock<Arc<ThreadPool>>,
}

impl Live {
    fn make(config: &Config) -> Result<Self, udf_columnar::Error> {
        let limits = config.limits.clone();
        let engine: Arc<dyn WasmUdfRuntime> = match (&config.cache_dir, config.backend.as_str()) {
            (Some(folder), "wasmtime") => {
                Arc::new(WasmtimeRuntime::with_cache(limits, CacheConfig::new(folder))?)
            }
            (_, backend) => runtime_by_name(backend, limits)?,
        };
        Ok(Self { engine, threads: config.threads, pool: OnceLock::new() })
    }

    /// The threads, started when they are first needed.
    pub(crate) fn pool(&self) -> Result<Arc<ThreadPool>, udf_columnar::Error> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool.clone());
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("formualizer-udf-{index}"))
            .build()
            .map_err(|e| {
                udf_columnar::Error::new(
                    udf_columnar::ErrorKind::Internal,
                    format!("cannot start {} threads: {e}", self.threads),
                )
            })?;
        Ok(self.pool.get_or_init(|| Arc::new(pool)).clone())
    }
}

/// Engines of this process by configuration, as long as somebody holds them.
static LIVE: Mutex<Vec<Known>> = Mutex::new(Vec::new());

struct Known {
    generation: u64,
    config: Config,
    live: Weak<Live>,
}

fn live_of(config: &Config) -> Result<Arc<Live>, udf_columnar::Error> {
    let generation = fork::generation();
    let mut known = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|k| k.generation == generation && k.live.strong_count() > 0);
    if let Some(live) = known.iter().find(|k| k.config == *config).and_then(|k| k.live.upgrade()) {
        return Ok(live);
    }
    let live = Arc::new(Live::make(config)?);
    known.push(Known { generation, config: config.clone(), live: Arc::downgrade(&live) });
    Ok(live)
}

/// An engine of this process, and of the processes forked from it.
pub(crate) struct Handle {
    pub(crate) config: Config,
    live: Mutex<(u64, Arc<Live>)>,
}

impl Handle {
    pub(crate) fn new(config: Config) -> Result<Self, udf_columnar::Error> {
        let live = live_of(&config)?;
        Ok(Self { config, live: Mutex::new((fork::generation(), live)) })
    }

    /// The engine, made anew in a forked process.
    pub(crate) fn live(&self) -> Result<Arc<Live>, udf_columnar::Error> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = fork::generation();
        if live.0 != generation {
            let old = std::mem::replace(&mut *live, (generation, live_of(&self.config)?));
            // Its threads do not exist here: dropping it would wait for them.
            std::mem::forget(old);
        }
        Ok(live.1.clone())
    }
}

/// An engine with its limits, and the threads that calls use. Equal runtimes share one engine.
///
/// backend: "wasmtime" (machine code, the default) or "wasmi" (an interpreter, where code may not be generated).
/// limits: what plugins may use.
/// threads: threads that the rows of one call are spread over; the machine's number of processors if left out. Results do not
///     depend on it.
/// cache_dir: a folder of this user's own that keeps compiled modules between processes (wasmtime only); made if it is not there.
///
/// Raises `Unsupported` for an engine that is not there, `ArgumentError` for other values that cannot be.
#[pyclass(frozen, module = "formualizer_udf")]
pub(crate) struct Runtime {
    pub(crate) handle: Arc<Handle>,
}

/// What modules use that name no runtime.
static DEFAULT: OnceLock<Arc<Handle>> = OnceLock::new();

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The runtime of modules that name none.
pub(crate) fn default_handle(py: Python<'_>) -> PyResult<Arc<Handle>> {
    if let Some(handle) = DEFAULT.get() {
        return Ok(handle.clone());
    }
    let config = Config {
        backend: engine_names().first().copied().unwrap_or("wasmtime").to_owned(),
        limits: udf_columnar::Limits::default(),
        threads: default_threads(),
        cache_dir: None,
    };
    let handle = Handle::new(config).map_err(|e| error::of_module(py, &e))?;
    Ok(DEFAULT.get_or_init(|| Arc::new(handle)).clone())
}

impl Runtime {
    fn with(py: Python<'_>, config: Config) -> PyResult<Self> {
        let handle = Handle::new(config).map_err(|e| error::of_module(py, &e))?;
        Ok(Self { handle: Arc::new(handle) })
    }
}

#[pymethods]
impl Runtime {
    #[new]
    #[pyo3(signature = (backend=None, *, limits=None, threads=None, cache_dir=None))]
    fn new(
        py: Python<'_>,
        backend: Option<String>,
        limits: Option<&Limits>,
        threads: Option<&Bound<'_, PyAny>>,
        cache_dir: Option<PathBuf>,
    ) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        let threads = match threads {
            None => default_threads(),
            Some(threads) => match number::integer::<isize>("Runtime", "threads", threads)? {
                threads @ 1..=1024 => threads.unsigned_abs(),
                threads => {
                    let message = format!("Runtime: threads={threads}: give 1 to 1024");
                    return Err(error::argument(py, "Runtime", &message));
                }
            },
        };
        let backend = match backend {
            Some(name) => name,
            None => engine_names().first().copied().unwrap_or("wasmtime").to_owned(),
        };
        if cache_dir.is_some() && backend != "wasmtime" {
            let message = format!(
                "Runtime: cache_dir: the backend {backend} compiles nothing that could be kept; leave it out"
            );
            return Err(error::argument(py, "Runtime", &message));
        }
        if let Some(folder) = &cache_dir {
            CacheConfig::new(folder).check().map_err(|e| {
                let message = format!("Runtime: cache_dir: {}", e.message());
                error::argument(py, "Runtime", &message)
            })?;
        }
        let limits = limits.map(|l| l.inner().clone()).unwrap_or_default();
        Self::with(py, Config { backend, limits, threads, cache_dir })
    }

    /// The runtime of a pickle. A cache that cannot be used here is done without.
    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        backend: String,
        limits: &Limits,
        threads: usize,
        cache_dir: Option<PathBuf>,
    ) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        Self::with(py, Config { backend, limits: limits.inner().clone(), threads, cache_dir })
    }

    /// The runtime of modules that name none: one per process.
    #[staticmethod]
    fn default(py: Python<'_>) -> PyResult<Self> {
        let _inside = fork::enter(py)?;
        Ok(Self { handle: default_handle(py)? })
    }

    #[getter]
    fn backend(&self) -> &str {
        &self.handle.config.backend
    }

    #[getter]
    fn limits(&self) -> Limits {
        Limits::of(&self.handle.config.limits)
    }

    #[getter]
    fn threads(&self) -> usize {
        self.handle.config.threads
    }

    #[getter]
    fn cache_dir(&self) -> Option<PathBuf> {
        self.handle.config.cache_dir.clone()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.handle.config == other.handle.config
    }

    fn __hash__(&self) -> u64 {
        self.handle.config.limits.memory_bytes ^ self.handle.config.threads as u64
    }

    fn __repr__(&self) -> String {
        let config = &self.handle.config;
        let cache = config.cache_dir.as_ref();
        let cache = cache.map(|c| format!(", cache_dir={:?}", c.display().to_string()));
        format!(
            "Runtime({:?}, threads={}{})",
            config.backend,
            config.threads,
            cache.unwrap_or_default()
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("formualizer_udf._restore")?.getattr("runtime")?;
        let config = &self.handle.config;
        let state = (
            config.backend.clone(),
            Limits::of(&config.limits),
            config.threads,
            config.cache_dir.clone(),
        );
        let state = state.into_pyobject(py)?.into_any();
        PyTuple::new(py, [restore, state])
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }
}

/// Names of the engines that this build has, the preferred one first.
#[pyfunction]
pub(crate) fn engines() -> Vec<&'static str> {
    engine_names().to_vec()
}
