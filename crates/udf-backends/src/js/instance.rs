//! Instances on the page's `WebAssembly`: limits, interruption, and what is thrown as errors.

use super::{
    foreign::TypedArray,
    host::{self, Function, Guest as Page, Stop},
};
use crate::{
    dispatch::Instance as BatchInstance,
    guest::{Guest, GuestInstance, Until},
    linear::{Apart, Linear},
    memory::Block,
    module::ModuleInfo,
    pool::Factory,
    rows::RowSink,
    sandbox::{self, Bounds, Growth, missing},
    slots::EngineSlots,
    typed::{Number, TypedRows, Value, dynamic_rows},
};
use std::{collections::HashMap, sync::Arc};
use udf_abi::{
    DType,
    exports::{
        EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, EXPORT_LOG, EXPORT_PANIC, INITIALISERS,
        PAGE_BYTES,
    },
};
use udf_columnar::{Error, ErrorKind, Limits, internal::ForeignView};
use wasm_bindgen::JsValue;
use web_time::Instant;

/// Makes instances of one compiled module.
pub(super) struct ModuleFactory {
    module: JsValue,
    slots: Arc<EngineSlots>,
    limits: Limits,
    bounds: Bounds,
    /// Exported globals that hold addresses.
    addresses: [Option<&'static str>; 2],
}

impl ModuleFactory {
    pub(super) fn new(
        module: JsValue,
        slots: Arc<EngineSlots>,
        limits: &Limits,
        info: &ModuleInfo,
    ) -> Self {
        let address = |name: &'static str| {
            info.export(name).is_some_and(|export| export.signature == "global i32").then_some(name)
        };
        Self {
            module,
            slots,
            limits: limits.clone(),
            bounds: Bounds::new(limits, info),
            addresses: [EXPORT_PANIC, EXPORT_LOG].map(address),
        }
    }
}

impl Factory for ModuleFactory {
    fn create(&self, until: &Until) -> Result<Box<dyn BatchInstance>, Error> {
        let growth = Growth::new(&self.bounds);
        let mut page = Page::new(&self.module);
        // A page reserves room for the memories of some hundred instances.
        while page.as_ref().is_err_and(lacks_room) && self.slots.free() {
            page = Page::new(&self.module);
        }
        let page = page.map_err(|thrown| not_started(&thrown))?;
        let [panic_at, log_at] = self.addresses.map(|name| page.address(name?));
        let mut guest = JsGuest {
            alloc: page.function(EXPORT_ALLOC),
            free: page.function(EXPORT_FREE),
            page,
            growth,
            panic_at,
            log_at,
            functions: HashMap::new(),
            limits: self.limits.clone(),
        };
        if let Some(entry) = INITIALISERS.iter().find_map(|name| guest.page.function(name)) {
            guest.enter(until, || host::call_nothing(&entry))?;
        }
        if let Some(entry) = guest.page.function(EXPORT_ABI_VERSION) {
            sandbox::check_version(guest.enter(until, || host::call_version(&entry))?)?;
        }
        Ok(Box::new(GuestInstance::new(guest)))
    }
}

struct JsGuest {
    page: Page,
    growth: Growth,
    alloc: Option<Function>,
    free: Option<Function>,
    panic_at: Option<u32>,
    log_at: Option<u32>,
    functions: HashMap<String, Function>,
    limits: Limits,
}

impl JsGuest {
    /// Runs guest code under the limits.
    fn enter<R>(
        &mut self,
        until: &Until,
        entry: impl FnOnce() -> Result<R, JsValue>,
    ) -> Result<R, Error> {
        self.prepare(until);
        entry().map_err(|thrown| self.failure(&thrown, until))
    }

    /// Before an entry into the guest: what was refused before is forgotten, and the clock is set.
    fn prepare(&mut self, until: &Until) {
        self.growth.enter(until.memory);
        let (bytes, elements) = self.growth.most();
        let left = until.deadline.saturating_duration_since(Instant::now());
        self.page.enter(left.as_secs_f64() * 1e3, (bytes / PAGE_BYTES) as f64, elements as f64);
    }

    /// The guest's own state of growth, as the page has seen it.
    fn note_growth(&mut self) {
        let (pages, elements) = (self.page.refused_pages(), self.page.refused_elements());
        if pages >= 0.0 {
            self.growth.memory(pages as u64 * PAGE_BYTES);
        }
        if elements >= 0.0 {
            self.growth.table(elements as u64);
        }
        if self.page.lacked() {
            self.growth.lacked();
        }
    }

    /// What stopped the guest.
    fn failure(&mut self, thrown: &JsValue, until: &Until) -> Error {
        let words = match Stop::of(thrown) {
            Stop::Overtime => return until.overtime(),
            Stop::NoStack => {
                let message = "the guest's calls nested deeper than the stack of this page holds";
                return Error::new(ErrorKind::StackExhausted, message);
            }
            Stop::NotCallable => match self.page.called_nothing() {
                Ok(false) => host::OTHER_TYPE.to_owned(),
                _ => host::NO_ELEMENT.to_owned(),
            },
            Stop::Trap(words) => words,
        };
        self.note_growth();
        let most = self.limits.message_bytes;
        let message = self.panic_at.and_then(|at| {
            let view = Linear::Apart(self).view();
            view.memory().panic_message(at, most)
        });
        self.growth.trapped(message.unwrap_or(words))
    }

    fn any_export(&mut self, export: &str) -> Result<Function, Error> {
        if let Some(function) = self.functions.get(export) {
            return Ok(function.clone());
        }
        let function = self.page.function(export).ok_or_else(|| missing(export))?;
        self.functions.insert(export.to_owned(), function.clone());
        Ok(function)
    }
}

impl Apart for JsGuest {
    fn size(&self) -> usize {
        self.page.size() as usize
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.page.put(at as u32, bytes);
    }

    fn put_foreign(&mut self, at: usize, values: &ForeignView<'_>) {
        let (first, len) = (values.at() as u32, values.size() as u32);
        match TypedArray::of(values.values()) {
            Some(array) => self.page.put_from(at as u32, array, first, len),
            None => self.put(at, &values.to_vec()),
        }
    }

    fn get(&self, at: usize, len: usize) -> Vec<u8> {
        // Read without being zeroed before.
        self.page.bytes(at as u32, len as u32).to_vec()
    }

    fn get_into(&self, at: usize, out: &mut [u8]) {
        self.page.bytes(at as u32, out.len() as u32).copy_to(out);
    }
}

impl Guest for JsGuest {
    fn memory(&mut self) -> Linear<'_> {
        Linear::Apart(self)
    }

    fn log_at(&self) -> Option<u32> {
        self.log_at
    }

    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error> {
        let alloc = self.alloc.clone().ok_or_else(|| missing(EXPORT_ALLOC))?;
        let at = self.enter(until, || host::call_alloc(&alloc, len))?;
        if at != 0 {
            return Ok(at);
        }
        self.note_growth();
        self.growth.refused_alloc(len).map_or(Ok(at), Err)
    }

    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error> {
        let free = self.free.clone().ok_or_else(|| missing(EXPORT_FREE))?;
        self.enter(until, || host::call_free(&free, block.ptr, block.len))
    }

    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error> {
        let function = self.any_export(export)?;
        self.enter(until, || host::call_function(&function, ptr, len))
    }

    fn typed(
        &mut self,
        rows: &TypedRows<'_>,
        sink: &mut RowSink<'_>,
        until: &Until,
    ) -> Result<(), Error> {
        let function = self.any_export(rows.export)?;
        let params = rows.params.iter().map(|param| param.dtype);
        let kinds: Vec<u8> = params.chain([rows.result]).map(kind).collect();
        let mut slots = vec![0; 8 * kinds.len()];
        self.prepare(until);
        dynamic_rows(rows, sink, |values| {
            for (slot, value) in slots.as_chunks_mut::<8>().0.iter_mut().zip(values) {
                value.write(slot, 0);
            }
            host::call_numbers(&function, &kinds, &mut slots)
                .map_err(|thrown| self.failure(&thrown, until))?;
            Ok(match rows.result {
                DType::I32 => Value::I32(i32::read(&slots, 0)),
                DType::I64 => Value::I64(i64::read(&slots, 0)),
                DType::F32 => Value::F32(f32::read(&slots, 0)),
                _ => Value::F64(f64::read(&slots, 0)),
            })
        })
    }
}

/// A number's type, for `callNumbers` in `guest.js`.
fn kind(dtype: DType) -> u8 {
    match dtype {
        DType::I32 => 0,
        DType::I64 => 1,
        DType::F32 => 2,
        _ => 3,
    }
}

/// Whether the page has no memory for another instance.
fn lacks_room(thrown: &JsValue) -> bool {
    matches!(Stop::of(thrown), Stop::NoStack)
}

/// Why a module could not be instantiated: a segment that does not fit is a trap, as the specification has it.
fn not_started(thrown: &JsValue) -> Error {
    match Stop::of(thrown) {
        Stop::NoStack => Error::new(
            ErrorKind::MemoryLimitExceeded,
            format!("this page has no memory for another instance: {}", host::words(thrown)),
        ),
        Stop::Overtime | Stop::NotCallable => {
            Error::new(ErrorKind::Internal, "a module that runs as it is instantiated")
        }
        Stop::Trap(words) => Error::new(ErrorKind::Trap, words),
    }
}
