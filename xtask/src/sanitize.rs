//! `sanitize`: the tests of code that handles memory itself, under AddressSanitizer.
//!
//! The sanitizer's flag is unstable; its runtime comes with a stable toolchain, which takes the flag where
//! `RUSTC_BOOTSTRAP` is set. Miri would see more, and needs a nightly toolchain.

use std::{path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::Result,
    metadata::{metadata, target_directory},
    steps::Steps,
};

/// What docs/safety.md lists, Python aside, and what it stands on.
const PACKAGES: &str = "--package udf-abi --package formualizer-udf-sdk --package udf-backends";
/// Their unit tests, and the tests of the contract, of frames, of the cache and of many calls.
const TESTS: &str = "--all-features --lib --test c_header --test contract_hash --test large --test manifest_schema \
                     --test manifests --test frames --test lanes --test frame_roundtrip --test cache --test soak";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let host = host(root)?;
    let mut steps = Steps::default();
    let line = format!("test {PACKAGES} {TESTS} --target {host}");
    let command = Cmd::cargo(root, &line)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        // wasmtime's signals come before the sanitizer's own.
        .env("ASAN_OPTIONS", "handle_segv=0:handle_sigbus=0:handle_sigill=0:detect_leaks=0")
        .env("CARGO_TARGET_DIR", target.join("sanitize"));
    steps.run_tests("Memory under AddressSanitizer", &command);
    steps.print_times();
    Ok(steps.close())
}

/// The target that this machine runs. Named, so that build scripts go without the sanitizer.
fn host(root: &Path) -> Result<String> {
    let output = Cmd::new(root, "rustc").args(["--print", "host-tuple"]).output()?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}
