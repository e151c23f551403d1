//! The wasmtime engine: modules become machine code, epochs interrupt it.

mod bridge;
mod instance;
mod plain;
mod slots;
mod ticker;

#[cfg(feature = "cache")]
use crate::cache::{CacheConfig, CacheReport, ModuleCache};
use crate::{pool::Factory, session::LoadedModule, store::Store};
use ::wasmtime::{
    Config, Engine, InstanceAllocationStrategy, Module, PoolingAllocationConfig,
    WasmBacktraceDetails,
};
use instance::ModuleFactory;
use slots::EngineSlots;
use std::{fmt, sync::Arc};
use ticker::Ticker;
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, UdfModule, WasmUdfRuntime};

/// Instances of all modules of one engine at a time. Slots cost address space, not memory.
const SLOTS: u32 = 512;
/// Bytes of a slot's memory that stay resident between instances, set to zero instead: what a small plugin has from the start
/// (1 MiB) and one block of columns. Page faults cost more than that.
const KEEP_RESIDENT: usize = 2 << 20;

/// Runs modules on wasmtime 48.
///
/// One engine serves a whole process: clone the `Arc` it stands in. See the crate's example.
pub struct WasmtimeRuntime {
    compiler: Compiler,
    store: Store,
}

/// What a module is compiled with and for; compilations that nobody waits for keep theirs.
#[derive(Clone)]
struct Compiler {
    engine: Engine,
    limits: Limits,
    ticker: Arc<Ticker>,
    slots: Arc<EngineSlots>,
    #[cfg(feature = "cache")]
    cache: Option<Arc<ModuleCache>>,
}

impl fmt::Debug for WasmtimeRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmtimeRuntime").field("limits", self.limits()).finish_non_exhaustive()
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
        let compiler = Compiler {
            engine,
            limits,
            ticker,
            slots: Arc::default(),
            #[cfg(feature = "cache")]
            cache: None,
        };
        Ok(Self { compiler, store: Store::default() })
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
        let cache = ModuleCache::new(config, &runtime.compiler.engine);
        runtime.compiler.cache = Some(Arc::new(cache));
        Ok(runtime)
    }

    /// What the cache has done so far; none for an engine without one.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache_report(&self) -> Option<CacheReport> {
        self.compiler.cache.as_ref().map(|cache| cache.report())
    }
}

impl Compiler {
    /// Inspects and compiles a module, its functions side by side on so many threads.
    fn compile(&self, bytes: &[u8], threads: Option<usize>) -> Result<LoadedModule, Error> {
        let info = crate::inspect(bytes, &self.limits)?;
        let compile = || {
            let threads = threads.unwrap_or_else(rayon::current_num_threads);
            on_threads(threads.min(info.functions as usize), || match info.optimised {
                true => Module::new(&self.engine, bytes),
                false => plain::compile(&self.engine, config(&self.limits, false), bytes),
            })
            .map_err(|e| {
                let message = format!("wasmtime cannot compile it: {e:#}");
                Error::new(ErrorKind::InvalidModule, message)
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
        )?;
        let factory = Box::new(factory) as Box<dyn Factory>;
        let loaded = LoadedModule::try_new(info, factory, &self.limits)?;
        self.slots.share(loaded.pool());
        Ok(loaded)
    }
}

/// Runs `compile` on threads that it has for itself: on a pool that others use, one large function
/// would keep their modules, and their batches, waiting.
fn on_threads<T: Send>(threads: usize, compile: impl FnOnce() -> T + Send) -> T {
    let name = |index| format!("fz-compile-{index}");
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).thread_name(name).build() {
        Ok(pool) => pool.install(compile),
        // No threads are to be had: the engine asks the pool that the process has.
        Err(_) => compile(),
    }
}

impl WasmUdfRuntime for WasmtimeRuntime {
    fn name(&self) -> &'static str {
        "wasmtime"
    }

    fn limits(&self) -> &Limits {
        &self.compiler.limits
    }

    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error> {
        let compiler = self.compiler.clone();
        // As many as the pool has that the caller is in.
        let threads = rayon::current_thread_index().map(|_| rayon::current_num_threads());
        let compile = move |bytes: &[u8]| compiler.compile(bytes, threads);
        Ok(self.store.load(bytes, self.limits(), options, compile)?)
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
