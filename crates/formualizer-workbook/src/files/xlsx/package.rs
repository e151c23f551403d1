//! The ZIP file of a workbook: its parts, unpacked within limits.

use super::super::{FileLimits, kind::compound, ole::Ole};
use crate::{Error, ErrorKind};
use rustc_hash::FxHashMap;
use std::{
    io::{Cursor, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use zip::ZipArchive;

/// A ZIP file in memory. Names of parts are compared in any case, as the packaging standard has it.
pub(crate) struct Package {
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    /// Places in the archive by name in lower case, without a slash in front.
    places: FxHashMap<String, usize>,
    /// Names as they are written, in the order of the archive.
    names: Vec<String>,
    limits: FileLimits,
    unpacked: AtomicU64,
}

fn refused(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::File, what.to_string())
}

impl Package {
    /// Reads the list of parts.
    ///
    /// # Errors
    /// [`File`](ErrorKind::File) where the bytes are no ZIP file, or it has too many parts, two of one name, encrypted ones, or
    /// ones that lie outside of it.
    pub(crate) fn open(bytes: Arc<[u8]>, limits: &FileLimits) -> Result<Self, Error> {
        if bytes.len() as u64 > limits.file_bytes {
            return Err(refused(format!(
                "the file has {} bytes, the limit file_bytes is {}",
                bytes.len(),
                limits.file_bytes
            )));
        }
        if Ole::is(&bytes) {
            compound(&bytes)?;
            return Err(refused("no .xlsx file: an old .xls"));
        }
        let begun = bytes.starts_with(b"PK\x03\x04");
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| {
            let why = if begun { ", damaged or cut off" } else { "" };
            refused(format!("no .xlsx file{why}: {e}")).with_source(e)
        })?;
        if archive.len() > limits.parts {
            return Err(refused(format!(
                "the file has {} parts, the limit parts is {}",
                archive.len(),
                limits.parts
            )));
        }
        if archive.has_duplicate_names() {
            return Err(refused("the file has two parts of the same name"));
        }
        let mut package = Self {
            places: FxHashMap::default(),
            names: Vec::with_capacity(archive.len()),
            archive,
            limits: limits.clone(),
            unpacked: AtomicU64::new(0),
        };
        package.list()?;
        Ok(package)
    }

    fn list(&mut self) -> Result<(), Error> {
        for index in 0..self.archive.len() {
            let file = self
                .archive
                .by_index_raw(index)
                .map_err(|e| refused(format!("part {}: {e}", index + 1)).with_source(e))?;
            let name = file
                .name()
                .map_err(|e| refused(format!("part {}: {e}", index + 1)).with_source(e))?;
            let name = name.into_owned();
            if file.encrypted() {
                return Err(refused(format!(
                    "{name}: the part is encrypted; save the workbook without a password"
                )));
            }
            let outside = name.split(['/', '\\']).any(|step| step == "..") || name.contains('\0');
            if outside {
                return Err(refused(format!("{name:?} is no name of a part")));
            }
            let key = key_of(&name);
            if !file.is_dir() && self.places.insert(key, index).is_some() {
                return Err(refused(format!("{name}: the file has two parts of this name")));
            }
            self.names.push(name);
        }
        Ok(())
    }

    /// Every part's name, in the order of the file.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether there is a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&key_of(name))
    }

    /// The name of a part as the file writes it.
    pub(crate) fn written(&self, name: &str) -> Option<&str> {
        self.names.get(*self.places.get(&key_of(name))?).map(String::as_str)
    }

    /// A part, unpacked; `None` where there is none of this name.
    ///
    /// # Errors
    /// [`File`](ErrorKind::File) where it is damaged or larger than the limits, whatever its header says.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(index) = self.places.get(&key_of(name)) else { return Ok(None) };
        let mut archive = self.archive.clone();
        let file =
            archive.by_index(*index).map_err(|e| refused(format!("{name}: {e}")).with_source(e))?;
        let too_large = || {
            refused(format!("{name}: larger than the limit part_bytes, {}", self.limits.part_bytes))
        };
        if file.size() > self.limits.part_bytes {
            return Err(too_large());
        }
        // The declared size is a hint only, and no more than what deflate can make of the bytes that are there.
        let expected = file.size().min(file.compressed_size().saturating_mul(1032)).min(1 << 28);
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
        let mut bounded = file.take(self.limits.part_bytes.saturating_add(1));
        bounded
            .read_to_end(&mut bytes)
            .map_err(|e| refused(format!("{name}: {e}")).with_source(e))?;
        let size = bytes.len() as u64;
        if size > self.limits.part_bytes {
            return Err(too_large());
        }
        let total = self.unpacked.fetch_add(size, Ordering::Relaxed).saturating_add(size);
        if total > self.limits.total_bytes {
            return Err(refused(format!(
                "{name}: with it the parts are larger than the limit total_bytes, {}",
                self.limits.total_bytes
            )));
        }
        Ok(Some(bytes))
    }

    /// A part of XML as text; `None` where there is none of this name.
    ///
    /// # Errors
    /// As [`read`](Self::read), and where it is neither UTF-8 nor UTF-16.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.read(name)?.map(|bytes| text_of(name, bytes)).transpose()
    }

    /// The same, of a part that must be there.
    ///
    /// # Errors
    /// As [`text`](Self::text), and where it is missing.
    pub(crate) fn required(&self, name: &str) -> Result<String, Error> {
        self.text(name)?.ok_or_else(|| refused(format!("{name}: the part is missing")))
    }

    /// The limits that it is read with.
    pub(crate) fn limits(&self) -> &FileLimits {
        &self.limits
    }

    /// The archive, to copy parts from as they are.
    pub(crate) fn archive(&self) -> ZipArchive<Cursor<Arc<[u8]>>> {
        self.archive.clone()
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package").field("parts", &self.names.len()).finish_non_exhaustive()
    }
}

/// The name under which a part is found.
pub(crate) fn key_of(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

/// The encoding that the declaration of a part names, where it is not the one that the part is in.
fn other_encoding(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let named = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = named.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = named.get(1..)?.split_once(quote)?.0;
    let known = ["utf-8", "utf8", "us-ascii", "ascii"];
    (!known.iter().any(|known| name.eq_ignore_ascii_case(known))).then_some(name)
}

pub(crate) fn text_of(name: &str, bytes: Vec<u8>) -> Result<String, Error> {
    let (encoding, mark) = match bytes.as_slice() {
        [0xFF, 0xFE, ..] => (Some(u16::from_le_bytes as fn([u8; 2]) -> u16), 2),
        [0xFE, 0xFF, ..] => (Some(u16::from_be_bytes as fn([u8; 2]) -> u16), 2),
        [0xEF, 0xBB, 0xBF, ..] => (None, 3),
        _ => (None, 0),
    };
    let utf8 = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            refused(format!("{name} at byte {at}: the part is not UTF-8")).with_source(e)
        })?;
        match other_encoding(&text) {
            None => Ok(text),
            Some(other) => Err(refused(format!(
                "{name}: the part is encoded as {}, and only UTF-8 and UTF-16 are read",
                crate::address::shown(other)
            ))),
        }
    };
    match encoding {
        // The mark stays away: offsets into the part count from behind it.
        None if mark > 0 => utf8(bytes[mark..].to_vec()),
        None => utf8(bytes),
        Some(unit) => {
            let units: Vec<u16> =
                bytes[mark..].as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
            String::from_utf16(&units)
                .map_err(|e| refused(format!("{name}: the part is not UTF-16")).with_source(e))
        }
    }
}
