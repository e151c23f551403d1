//! The engines that this command was built with.

use crate::{cache, exit::Failure};
use std::sync::Arc;
use udf_backends::WasmtimeRuntime;
use udf_columnar::{Error, Limits, WasmUdfRuntime};

/// Every engine, the preferred one first. What is compiled to machine code is kept on disk, if this user has a
/// place for it.
pub(crate) fn all(limits: &Limits) -> Result<Vec<Arc<dyn WasmUdfRuntime>>, Failure> {
    let start = |name: &str| -> Result<Arc<dyn WasmUdfRuntime>, Error> {
        match cache::config() {
            Some(config) if name == "wasmtime" => {
                Ok(Arc::new(WasmtimeRuntime::with_cache(limits.clone(), config)?))
            }
            _ => udf_backends::runtime_by_name(name, limits.clone()),
        }
    };
    let runtimes = udf_backends::engine_names().iter().map(|name| start(name));
    Ok(runtimes.collect::<Result<_, _>>()?)
}
