//! Files that appear when they are complete.

use crate::{Error, ErrorKind};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Writes a file: beside the target, flushed to the disk, then renamed. What was there before stays whole if anything fails, and its
/// permissions are kept.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where the folder does not exist or may not be written to, or the disk is full.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |e: io::Error| {
        Error::new(ErrorKind::Io, format!("{} cannot be written: {e}", path.display()))
            .with_source(e)
    };
    // A link stays one: the file that it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        let message = format!("{} is a folder", path.display());
        let folder = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Error::new(ErrorKind::Io, message).with_source(folder));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // What is said of a missing folder is not of the file beside.
    fs::metadata(folder).map_err(failed)?;
    let mut beside =
        tempfile::Builder::new().prefix(".formualizer-").tempfile_in(folder).map_err(failed)?;
    beside.write_all(bytes).map_err(failed)?;
    let permissions = match fs::metadata(&target) {
        Ok(old) => Some(old.permissions()),
        Err(_) => default_permissions(),
    };
    if let Some(permissions) = permissions {
        beside.as_file().set_permissions(permissions).map_err(failed)?;
    }
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(&target).map_err(|e| failed(e.error))?;
    // The name is in the folder only when that is on the disk, too. Not every system can do that.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Temporary files are for their owner alone; a new file is for others to read, as programs usually leave it.
#[cfg(unix)]
fn default_permissions() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<fs::Permissions> {
    None
}
