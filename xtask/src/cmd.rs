//! Commands that can be shown, so that a failing step says what to repeat.

pub(crate) use wasm_toolchain::Cmd;
