//! Aggregates as docs/aggregates.md has them: the fixtures of `testdata/aggregates/`, and random plans, on the
//! exports of a plugin in C.
//!
//! No host runs aggregates yet. The driver here stands for one: it writes real frames, reads results through
//! `udf_backends`, and keeps states as bytes. What it proves is the contract: that a plugin written
//! from it gives the same for any order of rows, any cut into batches, any grouping of merges, and on
//! whatever instance.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod aggregate;
mod engine;
mod plans;
mod steps;
#[path = "../conformance/value.rs"]
#[expect(dead_code, reason = "the conformance suite uses the rest of it")]
mod value;

use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The committed plugin, and the one built from source where the test command has done so.
fn plugins(name: &str) -> Vec<Vec<u8>> {
    let rebuilt = std::env::var_os("FZ_REBUILT_PLUGINS").map(PathBuf::from);
    let folders = std::iter::once(root().join("plugins")).chain(rebuilt);
    folders.map(|folder| std::fs::read(folder.join(format!("{name}.wasm"))).unwrap()).collect()
}
