//! Arguments of what has to do with plugins and files.

use crate::{
    error,
    runtime::{Config, Handle, default_handle},
};
use formualizer_workbook::{BindPolicy, Error, FileLimits, OverridePolicy, Workbook as Book};
use pyo3::{
    Borrowed,
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict, PyMapping},
};
use std::sync::Arc;

/// What becomes of names that are taken: one word for all, or words for built-ins and for other functions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OnConflict(pub(super) BindPolicy);

impl<'py> FromPyObject<'_, 'py> for OnConflict {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(both) = object.cast::<PyDict>() else {
            let policy = policy(&object)?;
            return Ok(Self(BindPolicy { builtins: policy, bindings: policy }));
        };
        let mut policies = BindPolicy::REFUSE;
        for (key, value) in both.iter() {
            match key.extract::<String>()?.as_str() {
                "builtins" => policies.builtins = policy(&value)?,
                "bindings" => policies.bindings = policy(&value)?,
                other => {
                    let message =
                        format!("on_conflict has {other:?}: give \"builtins\" and \"bindings\"");
                    return Err(error::argument(object.py(), "on_conflict", &message));
                }
            }
        }
        Ok(Self(policies))
    }
}

fn policy(word: &Bound<'_, PyAny>) -> PyResult<OverridePolicy> {
    match word.extract::<String>()?.as_str() {
        "refuse" => Ok(OverridePolicy::Refuse),
        "skip" => Ok(OverridePolicy::Skip),
        "override" => Ok(OverridePolicy::Override),
        other => {
            let message =
                format!("on_conflict={other:?}: give \"refuse\", \"skip\" or \"override\"");
            Err(error::argument(word.py(), "on_conflict", &message))
        }
    }
}

/// The bytes of an object with the buffer protocol.
pub(super) fn bytes(object: &Bound<'_, PyAny>) -> PyResult<Arc<[u8]>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Arc::from(bytes.as_bytes()));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Ok(bytes.to_vec().into());
    }
    let view = object.py().import("builtins")?.getattr("memoryview")?.call1((object,))?;
    Ok(Arc::from(view.call_method0("tobytes")?.cast::<PyBytes>()?.as_bytes()))
}

/// Modules by name, of a mapping.
///
/// # Errors
/// `ArgumentError` for anything else.
pub(super) fn named(object: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Arc<[u8]>)>> {
    let Ok(mapping) = object.cast::<PyMapping>() else {
        let message = "register_wasm_modules: give a dict with the bytes of modules by name";
        return Err(error::argument(object.py(), "register_wasm_modules", message));
    };
    let one = |item: PyResult<Bound<'_, PyAny>>| {
        let (name, data): (String, Bound<'_, PyAny>) = item?.extract()?;
        Ok((name, bytes(&data)?))
    };
    mapping.items()?.try_iter()?.map(one).collect()
}

/// The runtime of a backend with the default limits, and the threads of the default one.
pub(super) fn backend(py: Python<'_>, name: &str) -> PyResult<Arc<Handle>> {
    let usual = default_handle(py)?;
    let config = Config {
        backend: name.to_owned(),
        limits: udf_columnar::Limits::default(),
        threads: usual.config.threads,
        cache_dir: None,
    };
    if config == usual.config {
        return Ok(usual);
    }
    Handle::new(config).map(Arc::new).map_err(|e| error::of_module(py, &e))
}

/// Has a workbook run plugins on a runtime of this process: the one that it would choose itself may be of a parent.
pub(super) fn equip(book: &mut Book, handle: &Handle) -> Result<(), Error> {
    match handle.live() {
        Ok(live) => book.set_runtime(live.engine.clone()),
        // Whoever needs the engine hears of it.
        Err(_) => Ok(()),
    }
}

/// Limits of files that were given by name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileBounds {
    pub(super) file_bytes: Option<u64>,
    pub(super) part_bytes: Option<u64>,
    pub(super) total_bytes: Option<u64>,
    pub(super) parts: Option<usize>,
    pub(super) cells: Option<u64>,
    pub(super) depth: Option<usize>,
}

impl FileBounds {
    pub(super) fn limits(self) -> FileLimits {
        let mut limits = FileLimits::default();
        macro_rules! set {
            ($($name:ident),*) => { $(if let Some(value) = self.$name { limits.$name = value; })* };
        }
        set!(file_bytes, part_bytes, total_bytes, parts, cells, depth);
        limits
    }
}
