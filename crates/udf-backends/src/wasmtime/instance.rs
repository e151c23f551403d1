//! Instances on wasmtime: limits, interruption, and traps as errors.

use super::{bridge, space, ticker::Ticker};
use crate::{
    dispatch::Instance as BatchInstance,
    guest::{Guest, GuestInstance, Until},
    linear::Linear,
    memory::{Block, GuestMemory},
    pool::Factory,
    rows::RowSink,
    sandbox::{self, Bounds, Growth, missing},
    slots::EngineSlots,
    typed::TypedRows,
};
use std::{collections::HashMap, sync::Arc};
use udf_abi::exports::{
    EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_LOG, EXPORT_MEMORY, EXPORT_PANIC,
    INITIALISERS,
};
use udf_columnar::{Error, ErrorKind, Limits};
use wasmtime::{
    Engine, Instance, InstancePre, Linker, Memory, Module, PoolConcurrencyLimitError,
    ResourceLimiter, Store, Trap, TypedFunc, UpdateDeadline,
};

/// Makes instances of one compiled module.
pub(super) struct ModuleFactory {
    pre: InstancePre<State>,
    ticker: Arc<Ticker>,
    slots: Arc<EngineSlots>,
    limits: Limits,
    bounds: Bounds,
}

impl ModuleFactory {
    pub(super) fn try_new(
        engine: &Engine,
        module: &Module,
        ticker: Arc<Ticker>,
        slots: Arc<EngineSlots>,
        limits: &Limits,
        bounds: Bounds,
    ) -> Result<Self, Error> {
        let pre = Linker::new(engine).instantiate_pre(module).map_err(|e| {
            Error::new(ErrorKind::InvalidModule, format!("cannot link it: {e:#}")).with_source(e)
        })?;
        Ok(Self { pre, ticker, slots, limits: limits.clone(), bounds })
    }

    /// A store with an instance, or with the reason why there is none.
    fn instantiate(&self, until: &Until) -> (Store<State>, wasmtime::Result<Instance>) {
        let growth = Growth::new(&self.bounds);
        let state = State { growth, until: until.clone(), stopped: None };
        let mut store = Store::new(self.pre.module().engine(), state);
        store.limiter(|state| &mut state.growth);
        store.epoch_deadline_callback(|mut context| {
            let state = context.data_mut();
            match state.until.expired() {
                None => Ok(UpdateDeadline::Continue(1)),
                Some(error) => {
                    state.stopped = Some(error);
                    Err(wasmtime::Error::msg("interrupted"))
                }
            }
        });
        store.set_epoch_deadline(1);
        let entered = self.ticker.enter();
        let instance = self.pre.instantiate(&mut store);
        drop(entered);
        (store, instance)
    }
}

impl Factory for ModuleFactory {
    fn create(&self, until: &Until) -> Result<Box<dyn BatchInstance>, Error> {
        let (mut store, mut instance) = self.instantiate(until);
        while instance.as_ref().is_err_and(lacks_room) && self.slots.free() {
            (store, instance) = self.instantiate(until);
        }
        let instance = match instance {
            Ok(instance) => instance,
            Err(error) => return Err(failure(&mut store, error, None, &self.limits)),
        };
        // Inspection has held the exports that the functions need against the contract.
        let memory = instance.get_memory(&mut store, EXPORT_MEMORY);
        let alloc = typed(&instance, &mut store, EXPORT_ALLOC).ok();
        let free = typed(&instance, &mut store, EXPORT_FREE).ok();
        let initialise =
            INITIALISERS.iter().find_map(|name| typed::<(), ()>(&instance, &mut store, name).ok());
        let version = typed::<(), u32>(&instance, &mut store, EXPORT_ABI_VERSION).ok();
        let panic_at = address(&instance, &mut store, EXPORT_PANIC);
        let log_at = address(&instance, &mut store, EXPORT_LOG);
        let mut guest = WasmtimeGuest {
            store,
            memory,
            alloc,
            free,
            panic_at,
            log_at,
            instance,
            functions: HashMap::new(),
            ticker: self.ticker.clone(),
            limits: self.limits.clone(),
        };
        if let Some(initialise) = initialise {
            guest.enter(until, |store| initialise.call(store, ()))?;
        }
        if let Some(version) = version {
            sandbox::check_version(guest.enter(until, |store| version.call(store, ()))?)?;
        }
        Ok(Box::new(GuestInstance::new(guest)))
    }
}

/// What a store keeps beside its instance.
pub(super) struct State {
    growth: Growth,
    until: Until,
    /// Why the epoch callback stopped the guest.
    stopped: Option<Error>,
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.memory(desired as u64))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if space::is_lacking(&error) {
            self.lacked();
        }
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.table(desired as u64))
    }
}

/// An instance in its store.
pub(super) struct WasmtimeGuest {
    store: Store<State>,
    memory: Option<Memory>,
    alloc: Option<TypedFunc<u32, u32>>,
    free: Option<TypedFunc<(u32, u32), ()>>,
    panic_at: Option<u32>,
    log_at: Option<u32>,
    instance: Instance,
    functions: HashMap<String, TypedFunc<(u32, u32), u64>>,
    ticker: Arc<Ticker>,
    limits: Limits,
}

impl WasmtimeGuest {
    /// Runs guest code under the limits.
    pub(super) fn enter<T>(
        &mut self,
        until: &Until,
        run: impl FnOnce(&mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let state = self.store.data_mut();
        state.until = until.clone();
        state.stopped = None;
        state.growth.enter(until.memory);
        self.store.set_epoch_deadline(1);
        let entered = self.ticker.enter();
        let result = run(&mut self.store);
        drop(entered);
        result.map_err(|error| {
            let panic = self.memory.zip(self.panic_at);
            failure(&mut self.store, error, panic, &self.limits)
        })
    }

    /// An export of these types.
    pub(super) fn export<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>, Error> {
        typed(&self.instance, &mut self.store, name)
    }

    /// An export of any types.
    pub(super) fn any_export(&mut self, name: &str) -> Result<wasmtime::Func, Error> {
        self.instance.get_func(&mut self.store, name).ok_or_else(|| missing(name))
    }

    fn function(&mut self, export: &str) -> Result<TypedFunc<(u32, u32), u64>, Error> {
        if let Some(function) = self.functions.get(export) {
            return Ok(function.clone());
        }
        let function: TypedFunc<(u32, u32), u64> = typed(&self.instance, &mut self.store, export)?;
        self.functions.insert(export.to_owned(), function.clone());
        Ok(function)
    }
}

impl Guest for WasmtimeGuest {
    fn memory(&mut self) -> Linear<'_> {
        Linear::Lent(self.memory.map_or(&mut [], |memory| memory.data_mut(&mut self.store)))
    }

    fn log_at(&self) -> Option<u32> {
        self.log_at
    }

    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error> {
        let alloc = self.alloc.clone().ok_or_else(|| missing(EXPORT_ALLOC))?;
        let ptr = self.enter(until, |store| alloc.call(store, len))?;
        match self.store.data_mut().growth.refused_alloc(len) {
            Some(error) if ptr == 0 => Err(error),
            _ => Ok(ptr),
        }
    }

    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error> {
        let free = self.free.clone().ok_or_else(|| missing(EXPORT_FREE))?;
        self.enter(until, |store| free.call(store, (block.ptr, block.len)))
    }

    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error> {
        let function = self.function(export)?;
        self.enter(until, |store| function.call(store, (ptr, len)))
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
fn address(instance: &Instance, store: &mut Store<State>, name: &str) -> Option<u32> {
    let global = instance.get_global(&mut *store, name)?;
    global.get(store).i32().map(i32::cast_unsigned)
}

fn typed<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
    instance: &Instance,
    store: &mut Store<State>,
    name: &str,
) -> Result<TypedFunc<P, R>, Error> {
    instance.get_typed_func(store, name).map_err(|_| missing(name))
}

/// Whether instances at rest stand in the way of another.
fn lacks_room(error: &wasmtime::Error) -> bool {
    is_full(error) || space::is_lacking(error)
}

/// Whether the engine has no slot left.
fn is_full(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<PoolConcurrencyLimitError>().is_some()
}

/// What stopped the guest.
fn failure(
    store: &mut Store<State>,
    error: wasmtime::Error,
    panic: Option<(Memory, u32)>,
    limits: &Limits,
) -> Error {
    if let Some(stopped) = store.data_mut().stopped.take() {
        return stopped;
    }
    if is_full(&error) {
        return Error::new(
            ErrorKind::Busy,
            "all instances of this runtime are in use: make fewer calls at a time, or give some modules a runtime of their own",
        );
    }
    if space::is_lacking(&error) {
        return space::lacking("another instance", error);
    }
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::StackOverflow) {
        return sandbox::stack_exhausted(limits);
    }
    let message = panic
        .and_then(|(memory, at)| {
            GuestMemory::new(memory.data(&store)).panic_message(at, limits.message_bytes)
        })
        .unwrap_or_else(|| trap.map_or_else(|| format!("{error:#}"), describe));
    store.data_mut().growth.trapped(message)
}

fn describe(trap: Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").map_or(text.clone(), ToOwned::to_owned)
}
