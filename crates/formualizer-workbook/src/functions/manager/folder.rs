//! Modules in files.

use crate::{Error, ErrorKind};
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// The bytes of a module's file. Of a file that is larger than modules may be, one byte more is read: what
/// inspects it says so.
pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| io(path, error))?;
    Ok(bytes)
}

/// The files `*.wasm` directly in a folder, sorted by name.
pub(super) fn modules(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(|error| io(folder, error))? {
        let path = entry.map_err(|error| io(folder, error))?.path();
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
    Error::new(error.kind(), format!("{}: {error}", path.display())).with_source(error)
}

fn io(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{}: {error}", path.display())).with_source(error)
}
