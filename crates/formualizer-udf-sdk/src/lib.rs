//! Functions for spreadsheets and dataframes in plain Rust, compiled to one sandboxed
//! WebAssembly module that runs over whole columns.
//!
//! ```
//! use formualizer_udf_sdk::{UdfError, fz_module, fz_udf};
//!
//! /// Kilometres per hour.
//! #[fz_udf(name = "SPEED", aliases = ["KMH"])]
//! fn speed(kilometres: f64, hours: f64) -> Result<f64, UdfError> {
//!     if hours == 0.0 { Err(UdfError::div0("no time has passed")) } else { Ok(kilometres / hours) }
//! }
//!
//! /// The first word of a text; nothing where there is none.
//! #[fz_udf]
//! fn first_word(text: &str) -> Option<String> {
//!     text.split_whitespace().next().map(str::to_owned)
//! }
//!
//! fz_module! {
//!     id: "example.words-and-speed",
//!     version: env!("CARGO_PKG_VERSION"),
//!     functions: [speed, first_word],
//! }
//!
//! # fn main() {
//! // Functions stay what they were, so tests call them.
//! assert_eq!(speed(100.0, 2.0), Ok(50.0));
//! assert!(MANIFEST.contains(r#""name":"FIRST_WORD""#));
//! # }
//! ```
//!
//! `docs/authoring.md` goes from an empty folder to a plugin.
//!
//! | | |
//! |---|---|
//! | [`fz_udf`], [`fz_module`] | the two macros |
//! | [`UdfError`], [`ErrorCode`] | errors of rows and calls |
//! | [`Date`], [`Time`], [`DateTime`], [`DateTimeUtc`], [`Duration`] | types that Rust lacks |
//! | [`Value`], [`OwnedValue`], [`SpreadsheetValue`] | a cell, whatever it holds |
//! | [`ColumnView`], [`RangeView`], [`Array`] | whole columns, for kinds `reduce` and `array` |
//! | [`simd`] | functions of several rows at once, with vectorised maths |
//! | [`Context`] | seed and clock of volatile functions |
//! | [`fz_log`] | lines that the caller sees |
//! | [`Param`], [`DefaultParam`], [`ReturnValue`], [`ArrayReturn`] | the types that parameters and results can have |
//!
//! The exports and the manifest's section exist on `wasm32` only; natively a plugin is an ordinary
//! crate with a constant `MANIFEST`. What is deliberately absent: files, network, clocks. A module
//! imports nothing.

mod array;
mod call;
mod context;
mod element;
mod error;
mod fallback;
mod log;
mod manifest;
mod param;
mod raw;
mod rest;
mod returns;
pub mod simd;
mod sink;
mod table;
mod types;
mod view;

pub use array::{Array, ArrayReturn};
pub use context::Context;
pub use element::{Element, Fixed};
pub use error::UdfError;
pub use fallback::DefaultParam;
pub use formualizer_udf_macros::{fz_module, fz_udf};
pub use param::{Param, RowParam};
pub use returns::{Cell, MaybeNull, ReturnValue};
pub use types::{Date, DateTime, DateTimeUtc, Duration, OwnedValue, SpreadsheetValue, Time, Value};
pub use udf_abi::ErrorCode;
pub use view::{AnyColumn, AnyRange, ColumnView, RangeView, TextColumn, TextRange};

/// What generated code needs. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        array::ArrayReturn,
        call::{Function, Listed, argument, argument_or, source_or, unmarked},
        fallback::Patch,
        log::log,
        manifest::{
            Piece, assert_unique, column_dtype, head, len, min_args, render, text, to_array,
        },
        param::{Blocks, Chunk, Param, RowParam, Source},
        raw::{BLOCK, Frame, Inputs},
        rest::{RestBlocks, RestChunk, RestSource, arguments},
        returns::ReturnValue,
        simd::lanes::check_lanes,
    };
    pub use udf_abi::ABI_VERSION;

    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::raw::call_native;
    #[cfg(target_arch = "wasm32")]
    pub use crate::raw::{enter, exports};

    /// Seed, clock and first row of a call.
    #[must_use]
    pub fn context(inputs: &Inputs<'_>) -> crate::Context {
        crate::Context::of(inputs)
    }

    /// The context of one row of it.
    #[inline]
    #[must_use]
    pub fn context_at(context: crate::Context, row: usize) -> crate::Context {
        context.at(row)
    }
}
