//! Programs of cargo that tasks need, installed into the target folder by name and version.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cmd::Cmd,
    error::Result,
    metadata::{metadata, target_directory},
};

/// Installs `cargo-NAME` unless it is there, and returns a `PATH` on which cargo finds it.
pub(crate) fn install(root: &Path, tool: (&str, &str)) -> Result<OsString> {
    let mut path = folder_of(root, tool.0, tool, "--locked")?.into_os_string();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(if cfg!(windows) { ";" } else { ":" });
        path.push(rest);
    }
    Ok(path)
}

/// Installs the package of a program with the newest of what it depends on, unless it is there, and returns the folder it stands in:
/// for packages whose own lock file names what not every registry has.
pub(crate) fn install_latest(root: &Path, program: &str, tool: (&str, &str)) -> Result<PathBuf> {
    folder_of(root, program, tool, "")
}

fn folder_of(
    root: &Path,
    program: &str,
    (name, version): (&str, &str),
    options: &str,
) -> Result<PathBuf> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    // A folder for each version, so that a new one is not taken for the old one.
    let folder: PathBuf = target.join("tools").join(format!("{name}-{version}"));
    let bin = folder.join("bin");
    if !bin.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)).exists() {
        let build = folder.join("build");
        let install = Cmd::cargo(root, "install --quiet")
            .args(options.split_whitespace())
            .args([name, "--version", version, "--root"])
            .arg(&folder)
            .env("CARGO_TARGET_DIR", &build);
        println!("$ {install}");
        install.run()?;
        // Nothing is built from there again.
        let _ = fs::remove_dir_all(build);
    }
    Ok(bin)
}
