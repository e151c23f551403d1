//! The wasmi engine: modules are interpreted, fuel interrupts them. It generates no machine code
//! and needs no threads, so it runs where those are not to be had.

#[cfg(test)]
mod apart;
mod bridge;
mod instance;
mod maximum;

use crate::{
    module::inspect_hashed, pool::Factory, sandbox::Bounds, session::LoadedModule, store::Store,
};
use ::wasmi::{CompilationMode, Config, Engine, Module};
use instance::ModuleFactory;
use std::{fmt, sync::Arc};
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, UdfModule, WasmUdfRuntime};

/// Stacks that a module keeps for its next calls.
const CACHED_STACKS: usize = 8;
/// Cells of value stack that a call starts with, of 16 bytes each: wasmi counts in cells.
const FIRST_STACK: usize = 1 << 10;
/// Bytes of the stack limit for one cell. A cell holds a local or temporary of any type; a compiled
/// frame holds those that live across the call, mostly in eight bytes. The same nesting takes about
/// four times as many cells.
const BYTES_PER_CELL: usize = 2;
/// Fewest bytes of a compiled frame: what nests deeper than this overflows there, too.
const LEAST_FRAME: usize = 32;

/// Runs modules on wasmi 1.1.
///
/// ```no_run
/// use udf_backends::WasmiRuntime;
/// use udf_columnar::{Limits, WasmUdfRuntime};
///
/// let runtime = WasmiRuntime::new(Limits::default());
/// let module = runtime.load(&std::fs::read("plugins/finance.wasm")?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WasmiRuntime {
    limits: Limits,
    store: Store,
}

impl fmt::Debug for WasmiRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmiRuntime").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WasmiRuntime {
    /// A runtime with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, store: Store::default() }
    }
}

/// Inspects and translates a module.
fn compile(bytes: &[u8], sha256: [u8; 32], limits: &Limits) -> Result<LoadedModule, Error> {
    let info = inspect_hashed(bytes, sha256, limits)?;
    // An engine of its own: wasmi frees a module's code with its engine, not before.
    let engine = Engine::new(&config(limits));
    let bytes = maximum::without(bytes, &info);
    let module = Module::new(&engine, &bytes).map_err(|e| {
        Error::new(ErrorKind::InvalidModule, format!("wasmi cannot translate it: {e}"))
            .with_source(e)
    })?;
    let bounds = Bounds::new(limits, &info);
    let factory = ModuleFactory::new(module, limits, bounds);
    LoadedModule::try_new(info, Box::new(factory) as Box<dyn Factory>, limits)
}

impl WasmUdfRuntime for WasmiRuntime {
    fn name(&self) -> &'static str {
        "wasmi"
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error> {
        let limits = self.limits.clone();
        let compile = move |bytes: &[u8], sha256: [u8; 32]| compile(bytes, sha256, &limits);
        Ok(self.store.load(bytes, &self.limits, options, compile)?)
    }
}

fn config(limits: &Limits) -> Config {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        // Lazy translation would take its time, and its fuel, from somebody's first call.
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .wasm_mutable_global(true)
        .wasm_sign_extension(true)
        .wasm_saturating_float_to_int(true)
        .wasm_multi_value(true)
        .wasm_bulk_memory(true)
        .wasm_reference_types(true)
        .wasm_extended_const(true)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false);
    config.set_max_recursion_depth(limits.stack_bytes / LEAST_FRAME);
    let cells = limits.stack_bytes / BYTES_PER_CELL;
    // First the larger one: the setters hold them against each other.
    config.set_max_stack_height(cells.max(FIRST_STACK));
    config.set_min_stack_height(FIRST_STACK);
    config.set_max_cached_stacks(CACHED_STACKS);
    config
}
