//! Codec 1: plugins in the way of Formualizer 0.13, called over columns and ranges.
//!
//! The plugins are written in WAT from upstream's published interface: `fz_alloc`, `fz_free`, one
//! export per function, JSON in and out. Their blocks are not aligned, and there is no
//! `fz_abi_version`: upstream asks for neither.
#![cfg(any(feature = "wasmtime", feature = "wasmi", feature = "js"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod answers;
mod calls;
#[path = "../files/mod.rs"]
mod files;
mod interface;
mod plugin;
mod values;
