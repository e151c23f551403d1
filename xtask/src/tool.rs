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
pub(crate) fn install(root: &Path, (name, version): (&str, &str)) -> Result<OsString> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    // A folder for each version, so that a new one is not taken for the old one.
    let folder: PathBuf = target.join("tools").join(format!("{name}-{version}"));
    let program = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let build = folder.join("build");
        let install = Cmd::cargo(root, "install --locked --quiet")
            .args([name, "--version", version, "--root"])
            .arg(&folder)
            .env("CARGO_TARGET_DIR", &build);
        println!("$ {install}");
        install.run()?;
        // Nothing is built from there again.
        let _ = fs::remove_dir_all(build);
    }
    let mut path = folder.join("bin").into_os_string();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(if cfg!(windows) { ";" } else { ":" });
        path.push(rest);
    }
    Ok(path)
}
