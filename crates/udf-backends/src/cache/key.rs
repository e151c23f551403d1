//! The user's secret. Entries are authenticated with it: who cannot read it cannot forge one.

use super::{
    folder::{Folder, Write},
    problem::Problem,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::ErrorKind;

/// Name of the file that holds it.
pub(super) const KEY_FILE: &str = "key";
const KEY_BYTES: usize = 32;

/// 32 random bytes that no other user can read.
pub(super) struct Key([u8; KEY_BYTES]);

/// What stands in the place of the key.
pub(super) enum Found {
    Key(Key),
    Nothing,
    /// Something that is not a key of this user's, and why.
    Damaged(String),
}

impl Key {
    /// Reads the key.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub(super) fn read(folder: &Folder) -> Result<Found, Problem> {
        match folder.read(KEY_FILE, KEY_BYTES as u64) {
            Ok(Some(file)) => Ok(match <[u8; KEY_BYTES]>::try_from(file.bytes.as_slice()) {
                Err(_) => Found::Damaged(format!("has {} bytes", file.bytes.len())),
                Ok(_) if file.is_readable_by_others => {
                    Found::Damaged("can be read by other users".into())
                }
                Ok(bytes) => Found::Key(Self(bytes)),
            }),
            Ok(None) => Ok(Found::Nothing),
            Err(e) if e.kind() == ErrorKind::InvalidData => Ok(Found::Damaged(e.to_string())),
            Err(e) => Err(folder.problem(KEY_FILE, "cannot be read", e)),
        }
    }

    /// The key that is there, or a new one; `replace` says that what is there is no key.
    ///
    /// # Errors
    /// Where none can be written.
    pub(super) fn make(folder: &Folder, replace: bool) -> Result<Self, Problem> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|e| {
            Problem::caused(format!("no random numbers for a key: {e}"), std::io::Error::other(e))
        })?;
        let how = if replace { Write::Replace } else { Write::New };
        match folder.write(KEY_FILE, &[&bytes], how) {
            Ok(()) => {}
            // Another process was first.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(folder.problem(KEY_FILE, "cannot be written", e)),
        }
        // Of several writers one has won: its key is the one that counts.
        match Self::read(folder)? {
            Found::Key(key) => Ok(key),
            Found::Nothing => Err(folder.says(KEY_FILE, "vanished while it was written")),
            Found::Damaged(how) => Err(folder.says(KEY_FILE, &how)),
        }
    }

    /// HMAC-SHA-256 over these bytes, one part after the other.
    pub(super) fn authenticate(&self, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in parts {
            mac.update(part);
        }
        Some(mac)
    }

    #[cfg(test)]
    pub(super) fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }
}
