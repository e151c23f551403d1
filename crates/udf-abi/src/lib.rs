//! The contract between a host and a columnar WebAssembly plugin, ABI version 1.
//!
//! Both sides depend on this crate and on nothing else of the project: a guest on the frame
//! structures, a host also on the manifest (feature `manifest`). `docs/abi.md` states the same
//! contract in prose for authors who work in another language, `docs/fz_udf.h` states it in C.
//!
//! ```
//! use udf_abi::{CallHeader, Column, pack, unpack};
//!
//! assert_eq!(size_of::<CallHeader>(), 128);
//! assert_eq!(size_of::<Column>(), 64);
//! assert_eq!(unpack(pack(0x1000, 64)), (0x1000, 64));
//! ```
//!
//! | module | what stands there |
//! |---|---|
//! | [`frame`] | the structures that cross the sandbox, with their offsets |
//! | [`dtype`] | ids and physical layouts of column types |
//! | [`error_code`] | spreadsheet error numbers |
//! | [`exports`] | names and signatures of the module's exports, limits of the format |
//! | [`manifest`] | the manifest: types, parser, rules (feature `manifest`) |
//!
//! Its enums and structures are exhaustive on purpose: who handles columns has to handle each type, and a
//! new one is for a compiler to find. Only what reports mistakes may grow unseen.
//!
//! What is deliberately absent: any memory access. This crate describes bytes; it reads none.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "manifest")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod dtype;
pub mod error_code;
pub mod exports;
pub mod frame;
#[cfg(feature = "manifest")]
pub mod manifest;

pub use dtype::{DType, Physical};
pub use error_code::ErrorCode;
pub use exports::{ABI_VERSION, FRAME_ALIGN, pack, unpack};
pub use frame::{Arg, ArgKind, CallHeader, Column, ResultHeader};
