//! Where the cache is, how large it may grow, and clearing it.

use super::place::Place;
use std::path::{Path, PathBuf};
use udf_columnar::Error;

/// 1 GiB: some thousands of plugins.
const DEFAULT_MAX_BYTES: u64 = 1 << 30;

/// A cache of compiled modules in a folder of the user's own.
///
/// The folder is made where it is missing, readable by its user alone. It is not used, and the
/// [report](super::CacheReport) says why, if it is a symbolic link, belongs to another user, or
/// may be written to by the group or by others. On systems other than Unix these checks do not
/// exist: give a folder inside the user's profile.
///
/// ```no_run
/// use udf_backends::{CacheConfig, WasmtimeRuntime};
/// use udf_columnar::Limits;
///
/// let folder = CacheConfig::default_dir().ok_or("this user has no cache folder")?;
/// let cache = CacheConfig::new(folder).max_bytes(256 << 20);
/// let runtime = WasmtimeRuntime::with_cache(Limits::default(), cache)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    folder: PathBuf,
    max_bytes: u64,
}

/// What [`CacheConfig::clear`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cleared {
    /// Number of files: entries, the key, and what interrupted writers left.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl CacheConfig {
    /// A cache in this folder, of 1 GiB at most.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        // Without a slash at its end, which would follow a link.
        Self { folder: folder.into().components().collect(), max_bytes: DEFAULT_MAX_BYTES }
    }

    /// The user's usual place: `formualizer-udf/modules` in the system's folder for caches
    /// (`$XDG_CACHE_HOME`, or `~/.cache`, on Linux). None for a user without a home.
    #[must_use]
    pub fn default_dir() -> Option<PathBuf> {
        Some(dirs::cache_dir()?.join("formualizer-udf").join("modules"))
    }

    /// Sets the bytes that all entries together may have; the ones that were used longest ago
    /// make room for new ones.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the cache can be used: the folder is, or can be made, one of the user's own, and
    /// files can be written to it.
    ///
    /// # Errors
    /// [`Internal`](udf_columnar::ErrorKind::Internal) with the reason, and what to do about it.
    pub fn check(&self) -> Result<(), Error> {
        Ok(Place::check(self)?)
    }

    pub(super) fn bound(&self) -> u64 {
        self.max_bytes
    }

    /// Removes everything that the cache has written, and nothing else that is in the folder.
    /// Processes that use it meanwhile compile what they no longer find.
    ///
    /// # Errors
    /// [`Internal`](udf_columnar::ErrorKind::Internal) where the folder is not one that the cache would use, or
    /// where a file cannot be removed. A folder that does not exist is empty.
    pub fn clear(&self) -> Result<Cleared, Error> {
        Ok(Place::clear(self)?)
    }
}
