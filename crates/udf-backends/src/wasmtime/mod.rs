//! The wasmtime engine: modules become machine code, epochs interrupt it.

mod bridge;
mod instance;
mod slots;
mod space;
mod ticker;

#[cfg(feature = "cache")]
use crate::cache::{CacheConfig, CacheReport, ModuleCache};
use crate::{
    module::{LOAD_ROOM, ModuleInfo},
    pool::Factory,
    sandbox::Bounds,
    session::LoadedModule,
    store::Store,
};
use ::wasmtime::{Config, Engine, Module, WasmBacktraceDetails};
use instance::ModuleFactory;
use slots::EngineSlots;
use space::Space;
use std::{fmt, sync::Arc};
use ticker::Ticker;
use udf_columnar::{Error, ErrorKind, Limits, UdfModule, WasmUdfRuntime, stack};

/// Stack of a thread that compiles.
const COMPILE_STACK: usize = 4 << 20;

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
    /// Instances come from a pool of reserved address space; where the machine does not grant that much (a small `ulimit -v`),
    /// the pool is smaller, and then each instance takes what its memory has. The results are the same, the last is slower.
    ///
    /// # Errors
    /// [`Busy`](ErrorKind::Busy) where the machine has no memory or threads for it, [`Internal`](ErrorKind::Internal) where wasmtime
    /// does not run on this machine.
    pub fn new(limits: Limits) -> Result<Self, Error> {
        stack::with_room(LOAD_ROOM, || Self::with_space(limits, &Space::ALL))?
    }

    /// The first of these ways that the machine grants.
    fn with_space(limits: Limits, ways: &[Space]) -> Result<Self, Error> {
        let mut engine = Err(Error::new(ErrorKind::Internal, "no way to place memories"));
        for space in ways {
            engine =
                Engine::new(&config(&limits, *space)).map_err(|error| {
                    match space::is_lacking(&error) {
                        true => space::lacking("an engine", &error),
                        false => internal(&error),
                    }
                });
            if engine.is_ok() {
                break;
            }
        }
        let engine = engine?;
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
            on_threads(info.functions, || Module::new(&self.engine, bytes))?.map_err(|e| {
                if space::is_lacking(&e) {
                    return space::lacking("a module's code", &e);
                }
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

fn config(limits: &Limits, space: Space) -> Config {
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
    space.configure(&mut config, limits);
    config
}

/// Compiles on threads of its own: those of the caller's pool may have any stack.
fn on_threads<R: Send>(functions: u32, compile: impl FnOnce() -> R + Send) -> Result<R, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.min(functions.max(1) as usize))
        .stack_size(COMPILE_STACK)
        .thread_name(|index| format!("fz-compile-{index}"))
        .build()
        .map(|pool| pool.install(compile))
        .map_err(|e| Error::new(ErrorKind::Busy, format!("cannot start threads to compile: {e}")))
}

fn internal(error: &::wasmtime::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("wasmtime: {error:#}"))
}
