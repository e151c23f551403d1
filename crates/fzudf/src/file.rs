//! Files that are written as a whole.

use crate::exit::Failure;
use std::{io::Write as _, path::Path};

/// Writes beside, then renames: there is the old file or the new one, never a half.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::io(format_args!("{} cannot be written", path.display()), error)
            .hint("give --out a file in a folder that exists and may be written to")
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As any other new file: what the user's mask leaves of it.
        use std::os::unix::fs::PermissionsExt as _;
        beside.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = beside.prefix(".fzudf-").tempfile_in(folder).map_err(failed)?;
    beside.write_all(bytes).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
