//! The engines of this process: one of each, shared by all workbooks, so that a module is compiled once.

use super::refused;
use crate::{Error, ErrorKind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use udf_columnar::{Limits, WasmUdfRuntime};

type Shared = Mutex<Vec<(String, Arc<dyn WasmUdfRuntime>)>>;

/// The engine of this name with the default limits.
///
/// # Errors
/// Where it is not compiled in, or does not run on this machine.
pub(super) fn shared(name: &str) -> Result<Arc<dyn WasmUdfRuntime>, Error> {
    static ENGINES: OnceLock<Shared> = OnceLock::new();
    let mut engines =
        ENGINES.get_or_init(Shared::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, runtime)) = engines.iter().find(|(known, _)| known == name) {
        return Ok(runtime.clone());
    }
    let runtime = udf_backends::runtime_by_name(name, Limits::default()).map_err(refused)?;
    engines.push((name.to_owned(), runtime.clone()));
    Ok(runtime)
}

/// The engine to take unasked: wasmtime if it is compiled in, else wasmi.
pub(super) fn default() -> Result<Arc<dyn WasmUdfRuntime>, Error> {
    match udf_backends::engine_names().first() {
        Some(name) => shared(name),
        None => Err(Error::new(
            ErrorKind::Plugin,
            "no engine is compiled in: enable the feature `wasmtime` or `wasmi`, or give the workbook a runtime",
        )),
    }
}
