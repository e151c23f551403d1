//! The wasmi engine: modules are interpreted, fuel interrupts them. It generates no machine code
//! and needs no threads, so it runs where those are not to be had.

mod bridge;
mod instance;

use crate::{pool::Factory, session::LoadedModule, store::Store};
use ::wasmi::{CompilationMode, Config, CustomFuelCosts, Engine, Module};
use instance::ModuleFactory;
use std::{fmt, sync::Arc};
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, UdfModule, WasmUdfRuntime};

/// Stacks that a module keeps for its next calls.
const CACHED_STACKS: usize = 8;
/// Bytes of value stack that a call starts with.
const FIRST_STACK: usize = 16 << 10;
/// An interpreted frame holds every local and temporary in eight bytes, a compiled one those that
/// live across the call. The same nesting takes about this many times the stack.
const STACK_FACTOR: usize = 4;
/// Fewest bytes of a compiled frame: what nests deeper than this overflows there, too.
const LEAST_FRAME: usize = 32;
/// Bytes that a bulk operation moves for one unit of fuel: about as long as an instruction takes.
const BYTES_PER_FUEL: u32 = 64;
/// Bytes of a table's element in wasmi.
const ELEMENT_BYTES: u64 = 4;

/// Runs modules on wasmi 2.
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
fn compile(bytes: &[u8], limits: &Limits) -> Result<LoadedModule, Error> {
    let info = crate::inspect(bytes, limits)?;
    // An engine of its own: wasmi frees a module's code with its engine, not before.
    let engine = Engine::new(&config(limits, info.grows_tables));
    let module = Module::new(&engine, bytes).map_err(|e| {
        Error::new(ErrorKind::InvalidModule, format!("wasmi cannot translate it: {e}"))
    })?;
    let factory = ModuleFactory::new(module, limits);
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
        let compile = move |bytes: &[u8]| compile(bytes, &limits);
        Ok(self.store.load(bytes, &self.limits, options, compile)?)
    }
}

fn config(limits: &Limits, grows_tables: bool) -> Config {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        // Lazy translation would take its time, and its fuel, from somebody's first call.
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .allow_start_fn(false)
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
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .fuel_cost(fuel_costs(limits, grows_tables));
    config.set_max_recursion_depth(limits.stack_bytes / LEAST_FRAME);
    config.set_max_stack_height(limits.stack_bytes * STACK_FACTOR);
    config.set_min_stack_height(FIRST_STACK);
    config.set_max_cached_stacks(CACHED_STACKS);
    config
}

/// wasmi 2.0.0 loses its place where a `table.grow` runs out of fuel: the call resumes at an
/// instruction that ran before. A module that has one gets growth for nothing, at the price of
/// coarser interruption of its bulk operations.
fn fuel_costs(limits: &Limits, grows_tables: bool) -> CustomFuelCosts {
    let most = limits.table_elements.saturating_mul(ELEMENT_BYTES).saturating_add(1);
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    CustomFuelCosts {
        bytes_copied_per_fuel: if grows_tables { most.max(BYTES_PER_FUEL) } else { BYTES_PER_FUEL },
        // Nothing is translated or validated while a guest runs.
        fuel_per_bytes_translated: 0,
        fuel_per_bytes_validated: 0,
    }
}
