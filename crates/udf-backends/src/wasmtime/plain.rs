//! Compiling without optimisation, for modules that an optimising compiler would take too long for.
//!
//! wasmtime's register allocator and its rewriting of expressions take time that grows with the
//! square of a function, or worse; a module of 12 KB keeps them busy for minutes. Its other
//! allocator walks through a function once. ADR 15 has the measurements.
#![expect(unsafe_code, reason = "listed in docs/safety.md: wasmtime takes an artefact on trust")]

use wasmtime::{Config, Engine, Module, OptLevel, RegallocAlgorithm, Result};

/// Compiles a module for `engine`. `config` is that engine's own, but for how it allocates memory.
///
/// # Errors
/// Where wasmtime does not compile it.
pub(super) fn compile(engine: &Engine, mut config: Config, bytes: &[u8]) -> Result<Module> {
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    let artefact = Engine::new(&config)?.precompile_module(bytes)?;
    // SAFETY: the bytes are what wasmtime made of a module in the line above, in this process and
    // unchanged; wasmtime refuses them itself where the two engines do not fit together.
    unsafe { Module::deserialize(engine, artefact) }
}
