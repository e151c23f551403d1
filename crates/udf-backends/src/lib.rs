//! Engines that run columnar plugins, behind the seam of `udf-columnar`.
//!
//! ```no_run
//! use std::sync::Arc;
//! use arrow_array::Float64Array;
//! use udf_columnar::{Argument, Call, Limits, SessionOptions};
//!
//! let runtime = udf_backends::default_runtime(Limits::default())?;
//! let module = runtime.load(&std::fs::read("plugins/finance.wasm")?)?;
//! let function = module.signature("EMA")?;
//! let prices = Argument::column(Arc::new(Float64Array::from(vec![10.0, 11.0, 12.5])))?;
//! let alpha = Argument::scalar(Arc::new(Float64Array::from(vec![0.5])))?;
//! let mut session = module.open(SessionOptions::default());
//! let output = session.call(&function, Call::new(vec![prices, alpha]))?;
//! println!("{:?}", output.columns[0].array());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//! module     bytes: inspected, scanned, held against the contract; nothing is executed
//! file       files of modules: regular ones, not larger than they may be
//! store      one loaded module per content
//! cache      compiled modules on disk, authenticated
//! session    a call: bound, cut into batches, put together again
//!   dispatch batches over instances, halving of batches that trap
//!   pool     instances of a module, bounded, warm while their session lives
//! functions  the names of a module's functions
//! guest      one batch: frame in, export called, result out; any engine
//!   json     codec 1: requests and answers in JSON, row by row or all at once
//!   typed    bare exports of numbers, row by row
//!   rows     what a batch has so far that is called row by row
//!   linear   guest memory, lent or reached by offset
//!   memory   every number that a guest gave is checked here and nowhere else
//!   slots    the room for instances that all modules of an engine share
//!   sandbox  growth within the limits, and the words for what stopped a guest
//! native · wasmtime · js · wasmi
//! engines    which of them are compiled in, by name and by preference
//! ```
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `wasmtime` | yes | `WasmtimeRuntime`: machine code through Cranelift |
//! | `wasmi` | no | `WasmiRuntime`: an interpreter, also on wasm32-unknown-unknown, dozens of times slower |
//! | `js` | no | `JsRuntime`: the `WebAssembly` of a page or of Node, on wasm32-unknown-unknown |
//! | `cache` | no | `CacheConfig`: compiled modules on disk, for wasmtime |
//! | `cast` | yes | see `udf-columnar` |
//!
//! Engines may be compiled in side by side; [`default_runtime`] prefers wasmtime, and
//! [`runtime_by_name`] takes the one that a user asks for. The results are the same.
//!
//! Without an engine feature the crate still inspects modules and runs `native` functions.
#![deny(unsafe_code)]

#[cfg(feature = "cache")]
mod cache;
mod dispatch;
mod engines;
mod file;
mod functions;
mod guest;
#[doc(hidden)]
pub mod internal;
#[cfg(feature = "js")]
mod js;
mod json;
mod linear;
mod memory;
mod module;
pub mod native;
mod pool;
mod rows;
#[cfg(any(feature = "wasmtime", feature = "wasmi", feature = "js"))]
mod sandbox;
mod session;
#[cfg(any(feature = "wasmtime", feature = "js"))]
mod slots;
mod store;
mod typed;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;

#[cfg(feature = "cache")]
pub use crate::cache::{CacheConfig, CacheReport, Cleared};
#[cfg(feature = "js")]
pub use crate::js::JsRuntime;
#[cfg(feature = "wasmi")]
pub use crate::wasmi::WasmiRuntime;
#[cfg(feature = "wasmtime")]
pub use crate::wasmtime::WasmtimeRuntime;
pub use engines::{default_runtime, engine_names, runtime_by_name};
pub use file::read_module;
pub use module::{
    ExportInfo, ImportInfo, ModuleInfo, NumberSignature, SourceLanguage, inspect,
    manifest_sections, source_language, with_manifest,
};
pub use native::NativeRuntime;
