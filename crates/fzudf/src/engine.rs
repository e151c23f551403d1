//! The engine that a command asks for, and the cache that it compiles through.

use crate::{cache, cli::Backend};
use std::sync::Arc;
use udf_backends::{WasmtimeRuntime, runtime_by_name};
use udf_columnar::{Error, Limits, WasmUdfRuntime};

/// A running engine.
pub(crate) struct Engine {
    pub(crate) runtime: Arc<dyn WasmUdfRuntime>,
    /// The same, if it reads compiled modules from disk.
    cached: Option<Arc<WasmtimeRuntime>>,
}

impl Engine {
    /// Starts an engine. What it compiles is kept on disk, if it makes machine code and this user
    /// has a place for it.
    pub(crate) fn start(backend: Backend, limits: Limits, use_cache: bool) -> Result<Self, Error> {
        let config = match backend {
            Backend::Wasmtime if use_cache => cache::config(),
            _ => None,
        };
        Ok(match config {
            Some(config) => {
                let cached = Arc::new(WasmtimeRuntime::with_cache(limits, config)?);
                Self { runtime: cached.clone(), cached: Some(cached) }
            }
            None => Self { runtime: runtime_by_name(backend.name(), limits)?, cached: None },
        })
    }

    /// What is wrong with the cache. Modules load all the same.
    pub(crate) fn cache_problems(&self) -> Vec<String> {
        let report = self.cached.as_ref().and_then(|runtime| runtime.cache_report());
        report.map_or_else(Vec::new, |report| report.problems)
    }
}
