//! Instances on wasmi: limits, interruption, and traps as errors.

use crate::{
    dispatch::Instance as BatchInstance,
    guest::{Guest, GuestInstance, Until},
    memory::{Block, GuestMemory},
    pool::Factory,
    sandbox::{self, Growth, missing},
};
use std::collections::HashMap;
use udf_abi::exports::{
    EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_MEMORY, EXPORT_PANIC,
};
use udf_columnar::{Error, ErrorKind, Limits};
use wasmi::{
    Instance, Linker, Memory, Module, ResourceLimiter, Store, TrapCode, TypedFunc,
    TypedResumableCall, WasmParams, WasmResults,
    errors::{ErrorKind as WasmiErrorKind, InstantiationError},
};

/// Fuel of one slice, about an instruction each. After a slice the guest pauses and the host looks
/// at the clock and the cancel token: some 20 µs of ordinary code, of which looking costs less
/// than a hundredth. What a hostile guest gets out of its dearest instructions (calls of functions
/// with ten thousands of locals) stays below a tenth of a second.
const SLICE: u64 = 10_000;

/// Makes instances of one translated module.
pub(super) struct ModuleFactory {
    module: Module,
    linker: Linker<Growth>,
    limits: Limits,
}

impl ModuleFactory {
    pub(super) fn new(module: Module, limits: &Limits) -> Self {
        let linker = Linker::new(module.engine());
        Self { module, linker, limits: limits.clone() }
    }
}

impl Factory for ModuleFactory {
    fn create(&self, until: &Until) -> Result<Box<dyn BatchInstance>, Error> {
        let mut store = Store::new(self.module.engine(), Growth::new(&self.limits));
        store.limiter(|growth| growth);
        let instance = match self.linker.instantiate_and_start(&mut store, &self.module) {
            Ok(instance) => instance,
            Err(error) => return Err(not_started(&mut store, &error)),
        };
        let memory =
            instance.get_memory(&store, EXPORT_MEMORY).ok_or_else(|| missing(EXPORT_MEMORY))?;
        let alloc = typed(&instance, &store, EXPORT_ALLOC)?;
        let free = typed(&instance, &store, EXPORT_FREE)?;
        let version: TypedFunc<(), u32> = typed(&instance, &store, EXPORT_ABI_VERSION)?;
        let panic_at = instance
            .get_global(&store, EXPORT_PANIC)
            .and_then(|global| global.get(&store).i32())
            .map(i32::cast_unsigned);
        let mut guest = WasmiGuest {
            store,
            memory,
            alloc,
            free,
            panic_at,
            instance,
            functions: HashMap::new(),
            limits: self.limits.clone(),
        };
        sandbox::check_version(guest.enter(version, (), until)?)?;
        Ok(Box::new(GuestInstance::new(guest)))
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, wasmi_core::LimiterError> {
        Ok(self.memory(desired))
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, wasmi_core::LimiterError> {
        Ok(self.table(desired))
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }
}

struct WasmiGuest {
    store: Store<Growth>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<(u32, u32), ()>,
    panic_at: Option<u32>,
    instance: Instance,
    functions: HashMap<String, TypedFunc<(u32, u32), u64>>,
    limits: Limits,
}

impl WasmiGuest {
    /// Runs guest code under the limits, slice by slice.
    fn enter<P: WasmParams, R: WasmResults>(
        &mut self,
        function: TypedFunc<P, R>,
        params: P,
        until: &Until,
    ) -> Result<R, Error> {
        self.store.data_mut().forget();
        self.refuel(0)?;
        let mut call = function.call_resumable(&mut self.store, params);
        loop {
            match call {
                Ok(TypedResumableCall::Finished(results)) => return Ok(results),
                Ok(TypedResumableCall::OutOfFuel(paused)) => {
                    if let Some(error) = until.expired() {
                        return Err(error);
                    }
                    self.refuel(paused.required_fuel())?;
                    call = paused.resume(&mut self.store);
                }
                Ok(TypedResumableCall::HostTrap(_)) => {
                    return Err(internal("a host function trapped, and there is none"));
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    /// Fuel for a slice, and at least for the one instruction that needs this much.
    fn refuel(&mut self, least: u64) -> Result<(), Error> {
        self.store.set_fuel(SLICE.max(least)).map_err(|e| internal(&e.to_string()))
    }

    fn function(&mut self, export: &str) -> Result<TypedFunc<(u32, u32), u64>, Error> {
        if let Some(function) = self.functions.get(export) {
            return Ok(*function);
        }
        let function: TypedFunc<(u32, u32), u64> = typed(&self.instance, &self.store, export)?;
        self.functions.insert(export.to_owned(), function);
        Ok(function)
    }

    /// What stopped the guest.
    fn failure(&mut self, error: &wasmi::Error) -> Error {
        let trap = error.as_trap_code();
        if trap == Some(TrapCode::StackOverflow) {
            return sandbox::stack_exhausted(&self.limits);
        }
        if trap == Some(TrapCode::OutOfSystemMemory) {
            let message = "the machine has no memory for the guest's stack";
            return Error::new(ErrorKind::MemoryLimitExceeded, message);
        }
        let message = self.panic_at.and_then(|at| {
            let memory = GuestMemory::new(self.memory.data(&self.store));
            memory.panic_message(at, self.limits.message_bytes)
        });
        self.store.data_mut().trapped(message.unwrap_or_else(|| describe(error)))
    }
}

impl Guest for WasmiGuest {
    fn memory(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error> {
        self.enter(self.alloc, len, until)
    }

    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error> {
        self.enter(self.free, (block.ptr, block.len), until)
    }

    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error> {
        let function = self.function(export)?;
        self.enter(function, (ptr, len), until)
    }
}

fn typed<P: WasmParams, R: WasmResults>(
    instance: &Instance,
    store: &Store<Growth>,
    name: &str,
) -> Result<TypedFunc<P, R>, Error> {
    instance.get_typed_func(store, name).map_err(|_| missing(name))
}

/// Why a module could not be instantiated: a segment that does not fit is a trap, as the
/// specification has it.
fn not_started(store: &mut Store<Growth>, error: &wasmi::Error) -> Error {
    let message = match error.kind() {
        WasmiErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
            describe_trap(TrapCode::TableOutOfBounds).to_owned()
        }
        _ => describe(error),
    };
    store.data_mut().trapped(message)
}

fn describe(error: &wasmi::Error) -> String {
    error.as_trap_code().map_or_else(|| error.to_string(), |trap| describe_trap(trap).to_owned())
}

/// The words of wasmtime, so that a failure reads alike on both.
fn describe_trap(trap: TrapCode) -> &'static str {
    match trap {
        TrapCode::IndirectCallToNull => "uninitialized element",
        other => other.trap_message(),
    }
}

fn internal(message: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("wasmi: {message}"))
}
