//! What `cargo metadata` says about a workspace.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
};

/// Runs `cargo metadata` for the manifest; `options` are added, e.g. `--no-deps`.
pub(crate) fn metadata(manifest: &Path, options: &str) -> Result<Value> {
    let dir = manifest.parent().unwrap_or(Path::new("."));
    let command = Cmd::cargo(dir, "metadata --format-version 1")
        .args(options.split_whitespace())
        .arg("--manifest-path")
        .arg(manifest);
    serde_json::from_slice(&command.output()?).context(format_args!("cannot read `{command}`"))
}

/// The folder into which cargo builds this workspace.
pub(crate) fn target_directory(metadata: &Value) -> Result<PathBuf> {
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| Error::new("cargo metadata names no target_directory: update cargo"))
}

/// The elements of an array; none for anything else.
pub(crate) fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text; empty for anything else.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
