//! What compiles Rust to `wasm32-unknown-unknown` on this machine: found, or installed.
//!
//! ```no_run
//! use std::path::Path;
//! use wasm_toolchain::{Build, WasmToolchain};
//!
//! let folder = Path::new("my-plugin");
//! let build = Build {
//!     dir: folder,
//!     shown_as: "my-plugin",
//!     target_dir: &folder.join("target"),
//!     release: true,
//! };
//! WasmToolchain::find(folder)?.cargo_build(&build)?.run()?;
//! # Ok::<(), wasm_toolchain::Error>(())
//! ```
//!
//! | module | what stands there |
//! |---|---|
//! | `facts` | what the machine has, which ways of compiling follow, the command that mends it |
//! | `toolchain` | a way that is ready, and the `cargo build` that takes it |
//! | `rustc` | a compiler and what it says about itself |
//! | `cmd` | a command that can be shown, so that a failing step says what to repeat |
//!
//! Deliberately absent: any knowledge of plugins. The task runner of the repository and the
//! command line share this crate, and it depends on nothing.
#![forbid(unsafe_code)]

mod cmd;
mod error;
mod facts;
mod rustc;
mod toolchain;

pub use cmd::Cmd;
pub use error::Error;
pub use facts::Facts;
pub use toolchain::{Build, TARGET, WasmToolchain};
