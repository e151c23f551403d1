//! The wasmtime engine: modules become machine code, epochs interrupt it.

mod bridge;
mod instance;
mod slots;
mod ticker;

#[cfg(feature = "cache")]
use crate::cache::{CacheConfig, CacheReport, ModuleCache};
use crate::{
    module::ModuleInfo, pool::Factory, sandbox::Bounds, session::LoadedModule, store::Store,
};
use ::wasmtime::{
    Config, Engine, InstanceAllocationStrategy, Module, PoolingAllocationConfig,
    WasmBacktraceDetails,
};
use instance::ModuleFactory;
use slots::EngineSlots;
use std::{fmt, sync::Arc};
use ticker::Ticker;
use udf_columnar::{Error, ErrorKind, Limits, UdfModule, WasmUdfRuntime};

/// Instances of all modules of one engine at a time. Slots cost address space, not memory.
const SLOTS: u32 = 512;
/// Bytes of a slot's memory that stay resident between instances, set to zero instead: what a small plugin has from the start
/// (1 MiB) and one block of columns. Page faults cost more than that.
const KEEP_RESIDENT: usize = 2 << 20;

/// Runs modules on wasmtime 48.
///
/// One engine serves a whole process: clone the `Arc` it stands in. See the crate's example.
pub struct WasmtimeRuntime {
    engine: Engine,
    limits: Limits,
    store: Store,
    ticker: Arc<Ticker>,
    slots: Arc<EngineSlots>,
    #[cfg(feature = "cache")]
    cache: Option<ModuleCache>,
}

impl fmt::Debug for WasmtimeRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmtimeRuntime").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WasmtimeRuntime {
    /// An engine with these limits.
    ///
    /// Instances come from a pool of preallocated address space; where the machine does not grant
    /// that much (a small `ulimit -v`), memory is mapped for each instance instead.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) where wasmtime does not run on this machine.
    pub fn new(limits: Limits) -> Result<Self, Error> {
        let pooled = Engine::new(&config(&limits, true));
        let engine = match pooled {
            Ok(engine) => engine,
            Err(_) => Engine::new(&config(&limits, false)).map_err(internal)?,
        };
        let ticker = Ticker::start(&engine)?;
        Ok(Self {
            engine,
            limits,
            store: Store::default(),
            ticker,
            slots: Arc::default(),
            #[cfg(feature = "cache")]
            cache: None,
        })
    }

    /// An engine with these limits that reads compiled modules from a cache on disk, and writes
    /// them there. Whatever is wrong with the cache, modules load: they are compiled, and
    /// [`cache_report`](Self::cache_report) says why.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    #[cfg(feature = "cache")]
    pub fn with_cache(limits: Limits, config: CacheConfig) -> Result<Self, Error> {
        let mut runtime = Self::new(limits)?;
        runtime.cache = Some(ModuleCache::new(config, &runtime.engine));
        Ok(runtime)
    }

    /// What the cache has done so far; none for an engine without one.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache_report(&self) -> Option<CacheReport> {
        self.cache.as_ref().map(ModuleCache::report)
    }

    fn compile(&self, bytes: &[u8], info: ModuleInfo) -> Result<LoadedModule, Error> {
        let compile = || {
            Module::new(&self.engine, bytes).map_err(|e| {
                Error::new(ErrorKind::InvalidModule, format!("wasmtime cannot compile it: {e:#}"))
            })
        };
        #[cfg(feature = "cache")]
        let module = match &self.cache {
            Some(cache) => cache.module(&self.engine, &info.sha256, compile)?,
            None => compile()?,
        };
        #[cfg(not(feature = "cache"))]
        let module = compile()?;
        let factory = ModuleFactory::try_new(
            &self.engine,
            &module,
            self.ticker.clone(),
            self.slots.clone(),
            &self.limits,
            Bounds::new(&self.limits, &info),
        )?;
        let factory = Box::new(factory) as Box<dyn Factory>;
        let loaded = LoadedModule::try_new(info, factory, &self.limits)?;
        self.slots.share(loaded.pool());
        Ok(loaded)
    }
}

impl WasmUdfRuntime for WasmtimeRuntime {
    fn name(&self) -> &'static str {
        "wasmtime"
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn load(&self, bytes: &[u8]) -> Result<Arc<dyn UdfModule>, Error> {
        let module = self.store.load(bytes, &self.limits, |info| self.compile(bytes, info))?;
        Ok(module)
    }
}

fn config(limits: &Limits, pooling: bool) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_extended_const(true)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false);
    if pooling {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(SLOTS)
            .total_memories(SLOTS)
            .total_tables(SLOTS)
            .table_elements(usize::try_from(limits.table_elements).unwrap_or(usize::MAX))
            .linear_memory_keep_resident(KEEP_RESIDENT);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

fn internal(error: ::wasmtime::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("wasmtime: {error:#}"))
}
