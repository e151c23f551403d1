//! `web`: what runs on hosts of JavaScript, tried in Node and in Chromium.
//!
//! ```text
//! tools      Node, Chromium, wasm-bindgen: found or installed
//! engines    the suites of udf-backends, on the engine `js` and the interpreter
//! package    the npm package: built, packed, installed into an empty project and tested there
//! playground the page in which a person tries it: built, and served
//! ```

mod engines;
mod package;
mod playground;
mod tools;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    error::{Error, Result},
    metadata::{metadata, target_directory},
    steps::Steps,
};
pub(crate) use playground::run as run_playground;
use tools::Tools;

/// The workspace of the npm package's core.
pub(crate) const MANIFEST: &str = "bindings/wasm/Cargo.toml";

/// Where that workspace is checked for this machine: with the root's, which has most of what it stands on.
pub(crate) fn native_dir(root: &Path) -> Result<PathBuf> {
    target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)
}

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let mut steps = Steps::default();
    // A step that failed is in `steps` with what to repeat.
    let _ = all(root, &mut steps);
    steps.print_times();
    Ok(steps.close())
}

/// A project in which the package is measured beside others.
pub(crate) fn for_benches(root: &Path) -> Result<PathBuf> {
    let mut steps = Steps::default();
    let install = || Tools::find_or_install(root);
    let tools = steps.call("Tools for JavaScript", "cargo install, apt-get install", install);
    let project = tools.and_then(|tools| package::for_benches(root, &tools, &mut steps));
    project.ok_or_else(|| Error::new("the npm package could not be built"))
}

/// Runs every step up to the first that fails; `None` if one did.
pub(crate) fn all(root: &Path, steps: &mut Steps) -> Option<()> {
    let install = || Tools::find_or_install(root);
    let tools = steps.call("Tools for JavaScript", "cargo install, apt-get install", install)?;
    engines::test(root, &tools, steps)?;
    package::test(root, &tools, steps)
}
