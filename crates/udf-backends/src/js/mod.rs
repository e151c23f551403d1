//! The engine `js`: modules run on the `WebAssembly` of a page, of Node or of another host of JavaScript, as fast as its compiler makes
//! them. What such an engine lacks, fuel and limits, is written into a module before it is compiled.
//!
//! ```text
//! foreign    typed arrays as columns
//! rewrite    the module, interruptible and bounded
//! guest.js   an instance, and what it may ask for; host.rs declares it here
//! instance   entries under the limits, what is thrown as errors
//! ```

mod foreign;
mod host;
mod instance;
mod rewrite;

pub use foreign::typed_array;

use crate::{
    module::{ModuleInfo, check_size, inspect_hashed, sha256},
    pool::Factory,
    session::LoadedModule,
    slots::EngineSlots,
    store::Store,
};
use instance::ModuleFactory;
use std::{fmt, sync::Arc};
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, UdfModule, WasmUdfRuntime};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Runs modules on the `WebAssembly` of the host of JavaScript that this program itself runs in.
///
/// It is there on `wasm32-unknown-unknown` alone. Guests run on the caller's thread: a deadline ends them there, a stack that is too
/// deep is the page's own, whose size [`Limits::stack_bytes`] does not change.
pub struct JsRuntime {
    limits: Limits,
    store: Store,
    slots: Arc<EngineSlots>,
}

impl fmt::Debug for JsRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsRuntime").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl JsRuntime {
    /// A runtime with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, store: Store::default(), slots: Arc::default() }
    }

    /// Loads a module as [`load`](WasmUdfRuntime::load) does, and compiles it beside the caller: a page's main thread compiles
    /// modules of some MB in no other way. A later [`load`](WasmUdfRuntime::load) of the same bytes finds it as long as it is held.
    ///
    /// # Errors
    /// Those of [`load`](WasmUdfRuntime::load).
    pub async fn load_aside(&self, bytes: &[u8]) -> Result<Arc<dyn UdfModule>, Error> {
        check_size(bytes, &self.limits)?;
        let key = sha256(bytes);
        let info = inspect_hashed(bytes, key, &self.limits)?;
        let rewritten = rewrite::rewrite(bytes, self.limits.memory_bytes)?;
        let compiled = JsFuture::from(host::compile_aside(&rewritten)).await;
        let module = compiled.map_err(|thrown| refused(&thrown))?;
        let (limits, slots) = (self.limits.clone(), self.slots.clone());
        let finish = move |_: &[u8], _: [u8; 32]| loaded(info, module, slots, &limits);
        let options = LoadOptions::default();
        Ok(self.store.load_hashed(bytes, key, &self.limits, &options, finish)?)
    }
}

impl WasmUdfRuntime for JsRuntime {
    fn name(&self) -> &'static str {
        "js"
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error> {
        let (limits, slots) = (self.limits.clone(), self.slots.clone());
        let compile = move |bytes: &[u8], sha256: [u8; 32]| {
            let info = inspect_hashed(bytes, sha256, &limits)?;
            let rewritten = rewrite::rewrite(bytes, limits.memory_bytes)?;
            let module = host::compile(&rewritten).map_err(|thrown| refused(&thrown))?;
            loaded(info, module, slots, &limits)
        };
        Ok(self.store.load(bytes, &self.limits, options, compile)?)
    }
}

fn loaded(
    info: ModuleInfo,
    module: JsValue,
    slots: Arc<EngineSlots>,
    limits: &Limits,
) -> Result<LoadedModule, Error> {
    let factory = ModuleFactory::new(module, slots.clone(), limits, &info);
    let loaded = LoadedModule::try_new(info, Box::new(factory) as Box<dyn Factory>, limits)?;
    slots.share(loaded.pool());
    Ok(loaded)
}

fn refused(thrown: &JsValue) -> Error {
    let message =
        format!("the WebAssembly of this page cannot compile it: {}", host::words(thrown));
    Error::new(ErrorKind::InvalidModule, message)
}
