//! Arrow columns to call frames and back, and the seam that every engine implements.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{Float64Array, Int32Array};
//! use udf_abi::{DType, manifest::Manifest};
//! use udf_columnar::{Argument, BoundCall, Column, Signature};
//!
//! let manifest = Manifest::parse(br#"{
//!   "schema": "formualizer.udf.module/v1",
//!   "module": { "id": "demo", "version": "1", "abi": 1, "codec": 2 },
//!   "functions": [{ "id": 1, "name": "MULADD", "export": "fz_fn_muladd", "kind": "elementwise",
//!     "min_args": 2, "max_args": 2, "returns": "f64",
//!     "params": [{ "name": "a", "type": "f64" }, { "name": "b", "type": "f64" }] }]
//! }"#)?.manifest;
//! let signature = Signature::try_new(manifest.functions[0].clone())?;
//!
//! // Integers are widened where that is exact; a scalar stands for every row.
//! let a = Argument::column(Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0])))?;
//! let b = Argument::scalar(Arc::new(Int32Array::from(vec![10])))?;
//! let call = BoundCall::try_new(&signature, vec![a, b], None)?;
//! assert_eq!(call.rows(), 3);
//! assert!(call.columns().all(|column| column.dtype() == DType::F64));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | station on the way |
//! |---|---|
//! | `column`, `any`, `normalise`, `coerce` | Arrow arrays in the contract's types |
//! | `row_errors`, `messages` | rows in error, and why: each distinct message once, within a budget |
//! | `byte_array` | texts gathered without a panic where there are too many |
//! | `signature`, `lane`, `bind`, `overlay` | arguments bound to a function, nulls and errors merged |
//! | `batch` | cutting elementwise calls |
//! | `concat` | columns one after the other |
//! | `view`, `frame` | borrowed columns, and the frame they are written to |
//! | `collect` | result columns, checked while they are copied out |
//! | `room` | memory for results, asked for first |
//! | `text` | what modules say, as people may see it |
//! | `runtime`, `limits`, `cancel`, `log`, `error`, `failure` | the seam, and what it may cost and fail |
//! | [`stack`] | room on the stack, whoever's thread it is |
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `cast` | yes | large, view, dictionary and run-end-encoded arrays, through arrow's casts |
//!
//! Deliberately absent: any engine, any guest memory, any arithmetic on numbers that a guest gave.
#![forbid(unsafe_code)]
#![expect(
    clippy::cast_possible_truncation,
    reason = "row and byte counts are checked against u32 before a frame is planned"
)]

mod any;
mod batch;
mod bind;
mod byte_array;
mod cancel;
mod coerce;
mod collect;
mod column;
mod concat;
mod error;
mod failure;
mod foreign;
mod frame;
#[doc(hidden)]
pub mod internal;
mod lane;
mod limits;
mod log;
mod messages;
mod normalise;
mod overlay;
mod room;
mod row_errors;
mod runtime;
mod signature;
pub mod stack;
mod text;
mod view;

pub use any::AnyValue;
pub use bind::{Argument, BoundCall, MAX_ROWS};
pub use byte_array::byte_array;
pub use cancel::CancelToken;
pub use coerce::coerce;
pub use column::{Column, arrow_type};
pub use error::{Error, ErrorKind};
pub use lane::Lane;
pub use limits::{CompileLimits, Limits, LimitsBuilder};
pub use log::{KEPT_LOG_BYTES, KEPT_LOG_LINES, Log};
pub use overlay::Overlay;
pub use row_errors::{RowErrors, RowErrorsBuilder};
pub use runtime::{
    Call, LoadOptions, MAX_FAILURES, Output, RowFailure, Session, SessionOptions, UdfModule,
    WasmUdfRuntime,
};
pub use signature::Signature;
pub use text::{OneLine, Printable};
