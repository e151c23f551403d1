//! The wasmtime engine: modules become machine code, epochs interrupt it.

mod bridge;
mod instance;
mod plain;
mod space;
mod ticker;

#[cfg(feature = "cache")]
use crate::cache::{CacheConfig, CacheReport, ModuleCache};
use crate::{
    module::{LOAD_ROOM, inspect_hashed},
    pool::Factory,
    sandbox::Bounds,
    session::LoadedModule,
    slots::EngineSlots,
    store::Store,
};
use ::wasmtime::{Config, Engine, Module, WasmBacktraceDetails};
use instance::ModuleFactory;
use space::Space;
use std::{fmt, sync::Arc};
use ticker::Ticker;
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, UdfModule, WasmUdfRuntime, stack};

/// Stack of a thread that compiles.
const COMPILE_STACK: usize = 4 << 20;

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
    space: Space,
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
        let mut made = Err(Error::new(ErrorKind::Internal, "no way to place memories"));
        for space in ways {
            made = Engine::new(&config(&limits, *space)).map(|engine| (engine, *space)).map_err(
                |error| match space::is_lacking(&error) {
                    true => space::lacking("an engine", error),
                    false => internal(error),
                },
            );
            if made.is_ok() {
                break;
            }
        }
        let (engine, space) = made?;
        let ticker = Ticker::start(&engine)?;
        let compiler = Compiler {
            engine,
            space,
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
    fn compile(
        &self,
        bytes: &[u8],
        sha256: [u8; 32],
        threads: Option<usize>,
    ) -> Result<LoadedModule, Error> {
        let info = inspect_hashed(bytes, sha256, &self.limits)?;
        let compile = || {
            let threads = threads.unwrap_or_else(rayon::current_num_threads);
            on_threads(threads.min(info.functions as usize), || match info.optimised {
                true => Module::new(&self.engine, bytes),
                false => plain::compile(&self.engine, compiling(&self.limits, self.space), bytes),
            })?
            .map_err(|e| {
                if space::is_lacking(&e) {
                    return space::lacking("a module's code", e);
                }
                let message = format!("wasmtime cannot compile it: {e:#}");
                Error::new(ErrorKind::InvalidModule, message).with_source(e)
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
        &self.compiler.limits
    }

    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error> {
        let compiler = self.compiler.clone();
        // As many as the pool has that the caller is in.
        let threads = rayon::current_thread_index().map(|_| rayon::current_num_threads());
        let compile =
            move |bytes: &[u8], sha256: [u8; 32]| compiler.compile(bytes, sha256, threads);
        Ok(self.store.load(bytes, self.limits(), options, compile)?)
    }
}

/// What an engine with memories placed like this is made with.
fn config(limits: &Limits, space: Space) -> Config {
    let mut config = base(limits);
    space.configure(&mut config, limits);
    config
}

/// The same for an engine that compiles and holds no instances: it reserves nothing, and its code fits.
fn compiling(limits: &Limits, space: Space) -> Config {
    match space {
        Space::Slots(_) => base(limits),
        Space::Unreserved => config(limits, space),
    }
}

fn base(limits: &Limits) -> Config {
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
    config
}

/// Runs `compile` on so many threads that it has for itself: those of a pool that others use may have any stack, and one large
/// function would keep their modules, and their batches, waiting.
fn on_threads<R: Send>(threads: usize, compile: impl FnOnce() -> R + Send) -> Result<R, Error> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .stack_size(COMPILE_STACK)
        .thread_name(|index| format!("fz-compile-{index}"))
        .build()
        .map(|pool| pool.install(compile))
        .map_err(|e| {
            Error::new(ErrorKind::Busy, format!("cannot start threads to compile: {e}"))
                .with_source(e)
        })
}

fn internal(error: ::wasmtime::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("wasmtime: {error:#}")).with_source(error)
}
