//! Modules in files.

use crate::{Error, ErrorKind};
use std::{
    io,
    path::{Path, PathBuf},
};
use udf_columnar::Limits;

/// The bytes of a module's file, which is a regular one and no larger than modules may be.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, Error> {
    udf_backends::read_module(path, limits).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => {
            Error::new(ErrorKind::Plugin, format!("{}: {error}", path.display())).with_source(error)
        }
        _ => failed(path, error),
    })
}

/// The files `*.wasm` directly in a folder, sorted by name.
pub(super) fn modules(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let wasm = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("wasm"));
        if wasm && path.is_file() {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The same error, naming the file.
pub(super) fn named(path: &Path, error: Error) -> Error {
    error.context(path.display())
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{}: {error}", path.display())).with_source(error)
}
