//! Instances on wasmi: limits, interruption, and traps as errors.

use super::bridge;
use crate::{
    dispatch::Instance as BatchInstance,
    guest::{Guest, GuestInstance, Until},
    linear::Linear,
    memory::{Block, GuestMemory},
    pool::Factory,
    rows::RowSink,
    sandbox::{self, Bounds, Growth, missing},
    typed::TypedRows,
};
use std::collections::HashMap;
use udf_abi::exports::{
    EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_LOG, EXPORT_MEMORY, EXPORT_PANIC,
    INITIALISERS,
};
use udf_columnar::{Error, ErrorKind, Limits};
use wasmi::{
    Instance, Linker, Memory, Module, ResourceLimiter, Store, TrapCode, TypedFunc,
    TypedResumableCall, WasmParams, WasmResults,
    errors::{ErrorKind as WasmiErrorKind, InstantiationError, TableError},
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
    bounds: Bounds,
}

impl ModuleFactory {
    pub(super) fn new(module: Module, limits: &Limits, bounds: Bounds) -> Self {
        let linker = Linker::new(module.engine());
        Self { module, linker, limits: limits.clone(), bounds }
    }
}

impl Factory for ModuleFactory {
    fn create(&self, until: &Until) -> Result<Box<dyn BatchInstance>, Error> {
        Ok(Box::new(GuestInstance::new(self.guest(until)?)))
    }
}

impl ModuleFactory {
    /// A fresh guest, initialised and checked to speak the contract's version.
    pub(super) fn guest(&self, until: &Until) -> Result<WasmiGuest, Error> {
        let mut store = Store::new(self.module.engine(), Growth::new(&self.bounds));
        store.limiter(|growth| growth);
        let instance = match self.linker.instantiate_and_start(&mut store, &self.module) {
            Ok(instance) => instance,
            Err(error) => return Err(not_started(&mut store, &error)),
        };
        // Inspection has held the exports that the functions need against the contract.
        let memory = instance.get_memory(&store, EXPORT_MEMORY);
        let alloc = typed(&instance, &store, EXPORT_ALLOC).ok();
        let free = typed(&instance, &store, EXPORT_FREE).ok();
        let initialise =
            INITIALISERS.iter().find_map(|name| typed::<(), ()>(&instance, &store, name).ok());
        let version = typed::<(), u32>(&instance, &store, EXPORT_ABI_VERSION).ok();
        let panic_at = address(&instance, &store, EXPORT_PANIC);
        let log_at = address(&instance, &store, EXPORT_LOG);
        let mut guest = WasmiGuest {
            store,
            memory,
            alloc,
            free,
            panic_at,
            log_at,
            instance,
            functions: HashMap::new(),
            limits: self.limits.clone(),
        };
        if let Some(initialise) = initialise {
            guest.enter(initialise, (), until)?;
        }
        if let Some(version) = version {
            sandbox::check_version(guest.enter(version, (), until)?)?;
        }
        Ok(guest)
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, wasmi_core::LimiterError> {
        Ok(self.memory(desired as u64))
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, wasmi_core::LimiterError> {
        Ok(self.table(desired as u64))
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

/// An instance in its store.
pub(super) struct WasmiGuest {
    pub(super) store: Store<Growth>,
    memory: Option<Memory>,
    alloc: Option<TypedFunc<u32, u32>>,
    free: Option<TypedFunc<(u32, u32), ()>>,
    panic_at: Option<u32>,
    log_at: Option<u32>,
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
        self.prepare(until)?;
        let mut call = function.call_resumable(&mut self.store, params);
        loop {
            match call {
                Ok(TypedResumableCall::Finished(results)) => return Ok(results),
                Ok(TypedResumableCall::OutOfFuel(paused)) => {
                    self.next_slice(paused.required_fuel(), until)?;
                    call = paused.resume(&mut self.store);
                }
                Ok(TypedResumableCall::HostTrap(_)) => {
                    return Err(internal("a host function trapped, and there is none"));
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    /// Before an entry into the guest: what was refused before is forgotten, a slice begins.
    pub(super) fn prepare(&mut self, until: &Until) -> Result<(), Error> {
        self.store.data_mut().enter(until.memory);
        self.refuel(0)
    }

    /// Another slice, unless the time is over.
    pub(super) fn next_slice(&mut self, least: u64, until: &Until) -> Result<(), Error> {
        match until.expired() {
            Some(error) => Err(error),
            None => self.refuel(least),
        }
    }

    /// An export of any types.
    pub(super) fn any_export(&self, name: &str) -> Result<wasmi::Func, Error> {
        self.instance.get_func(&self.store, name).ok_or_else(|| missing(name))
    }

    /// Fuel for a slice, and at least for the one instruction that needs this much.
    fn refuel(&mut self, least: u64) -> Result<(), Error> {
        self.store.set_fuel(SLICE.max(least)).map_err(|e| internal(&e.to_string()).with_source(e))
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
    pub(super) fn failure(&mut self, error: &wasmi::Error) -> Error {
        if error.as_trap_code() == Some(TrapCode::StackOverflow) {
            return sandbox::stack_exhausted(&self.limits);
        }
        let message = self.memory.zip(self.panic_at).and_then(|(memory, at)| {
            let memory = GuestMemory::new(memory.data(&self.store));
            memory.panic_message(at, self.limits.message_bytes)
        });
        self.store.data_mut().trapped(message.unwrap_or_else(|| describe(error)))
    }
}

impl Guest for WasmiGuest {
    fn memory(&mut self) -> Linear<'_> {
        Linear::Lent(self.memory.map_or(&mut [], |memory| memory.data_mut(&mut self.store)))
    }

    fn log_at(&self) -> Option<u32> {
        self.log_at
    }

    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error> {
        let alloc = self.alloc.ok_or_else(|| missing(EXPORT_ALLOC))?;
        let ptr = self.enter(alloc, len, until)?;
        match self.store.data_mut().refused_alloc(len) {
            Some(error) if ptr == 0 => Err(error),
            _ => Ok(ptr),
        }
    }

    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error> {
        let free = self.free.ok_or_else(|| missing(EXPORT_FREE))?;
        self.enter(free, (block.ptr, block.len), until)
    }

    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error> {
        let function = self.function(export)?;
        self.enter(function, (ptr, len), until)
    }

    fn typed(
        &mut self,
        rows: &TypedRows<'_>,
        sink: &mut RowSink<'_>,
        until: &Until,
    ) -> Result<(), Error> {
        bridge::rows(self, rows, sink, until)
    }
}

/// The address that an exported global holds.
fn address(instance: &Instance, store: &Store<Growth>, name: &str) -> Option<u32> {
    instance.get_global(store, name)?.get(store).i32().map(i32::cast_unsigned)
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

/// The words of wasmtime, so that a failure reads alike on both.
fn describe(error: &wasmi::Error) -> String {
    let trap = match error.kind() {
        // The one trap that has no code.
        WasmiErrorKind::Table(TableError::CopyOutOfBounds) => Some(TrapCode::TableOutOfBounds),
        _ => error.as_trap_code(),
    };
    trap.map_or_else(|| error.to_string(), |trap| describe_trap(trap).to_owned())
}

fn describe_trap(trap: TrapCode) -> &'static str {
    match trap {
        TrapCode::IndirectCallToNull => "uninitialized element",
        other => other.trap_message(),
    }
}

pub(super) fn internal(message: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("wasmi: {message}"))
}
