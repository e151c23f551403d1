//! The engines that this command was built with.

use crate::exit::Failure;
use std::sync::Arc;
use udf_columnar::{Limits, WasmUdfRuntime};

/// Every engine, the preferred one first.
pub(crate) fn all(limits: &Limits) -> Result<Vec<Arc<dyn WasmUdfRuntime>>, Failure> {
    let names = udf_backends::engine_names().iter();
    let runtimes = names.map(|name| udf_backends::runtime_by_name(name, limits.clone()));
    Ok(runtimes.collect::<Result<_, _>>()?)
}
