//! The parts of the file that is written: those of the file it is based on, copied as they are, and those that are new.

use super::{
    super::{
        package::{Package, key_of},
        xml::Xml,
    },
    deflate::compress,
};
use crate::{Error, ErrorKind};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::io::Cursor;
use zip::{ZipArchive, ZipWriter, result::ZipError};

/// How deep the XML of our own parts and of those that were loaded is nested.
const DEPTH: usize = 256;

/// Namespaces in both variants of the standard (ECMA-376, parts 1 and 4).
const VARIANTS: [(&str, &str); 2] = [
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
];

/// The parts of a file to be.
pub(super) struct Parts {
    base: Option<Package>,
    /// Changed and new parts in the order in which they came; nothing where a part is removed.
    changed: Vec<(String, Option<String>)>,
    places: FxHashMap<String, usize>,
    /// Whether the file is in the strict variant of the standard.
    strict: bool,
}

/// A written file, and how many of its parts are copies.
pub(super) struct Zipped {
    pub(super) bytes: Vec<u8>,
    pub(super) copied: usize,
    pub(super) rewritten: usize,
}

impl Parts {
    /// Those of a file.
    pub(super) fn of(base: Option<Package>) -> Self {
        Self { base, changed: Vec::new(), places: FxHashMap::default(), strict: false }
    }

    /// A part as text; nothing where there is none.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.places.get(&key_of(name)).and_then(|at| self.changed.get(*at)) {
            Some((_, text)) => Ok(text.clone()),
            None => self.base.as_ref().map_or(Ok(None), |base| base.text(name)),
        }
    }

    /// The same, of a part that must be there.
    ///
    /// # Errors
    /// As [`text`](Self::text), and where it is missing.
    pub(super) fn required(&self, name: &str) -> Result<String, Error> {
        self.text(name)?.ok_or_else(|| {
            Error::new(ErrorKind::File, format!("{name}: the part is missing in the loaded file"))
        })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        match self.places.get(&key_of(name)).and_then(|at| self.changed.get(*at)) {
            Some((_, text)) => text.is_some(),
            None => self.base.as_ref().is_some_and(|base| base.has(name)),
        }
    }

    /// Whether parts from now on are put in the words of the strict variant of the standard.
    pub(super) fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// Puts a part in place of the one of its name, or beside the others.
    pub(super) fn set(&mut self, name: &str, text: String) {
        let mut text = as_utf8(text);
        for (transitional, strict) in VARIANTS.iter().filter(|_| self.strict) {
            if text.contains(transitional) {
                text = text.replace(transitional, strict);
            }
        }
        self.put(name, Some(text));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.put(name, None);
    }

    fn put(&mut self, name: &str, text: Option<String>) {
        let written = self.base.as_ref().and_then(|base| base.written(name));
        let written = written.unwrap_or(name).to_owned();
        match self.places.get(&key_of(name)) {
            Some(at) => self.changed[*at] = (written, text),
            None => {
                self.places.insert(key_of(name), self.changed.len());
                self.changed.push((written, text));
            }
        }
    }

    /// Every part's name.
    pub(super) fn names(&self) -> Vec<String> {
        let base = self.base.iter().flat_map(Package::names).filter(|name| !name.ends_with('/'));
        let base = base.filter(|name| !self.places.contains_key(&key_of(name))).map(str::to_owned);
        let new = self.changed.iter().filter(|(_, text)| text.is_some());
        base.chain(new.map(|(name, _)| name.clone())).collect()
    }

    /// A name that no part has: `xl/worksheets/sheet3.xml`.
    pub(super) fn free_name(&self, start: &str) -> String {
        let name = |number: u32| format!("{start}{number}.xml");
        (1..).map(name).find(|name| !self.has(name)).unwrap_or_default()
    }

    /// A part's text as XML.
    pub(super) fn xml<'a>(name: &'a str, text: &'a str) -> Xml<'a> {
        Xml { part: name, text, depth: DEPTH }
    }

    /// The file.
    ///
    /// # Errors
    /// Where a part cannot be copied.
    pub(super) fn zip(self) -> Result<Zipped, Error> {
        let failed = |name: &str, e: ZipError| {
            let message = format!("{name}: the part cannot be written: {e}");
            Error::new(ErrorKind::File, message).with_source(e)
        };
        // Each changed part is compressed for itself, side by side, and copied then.
        let compressed: Vec<Option<ZipArchive<Cursor<Vec<u8>>>>> = self
            .changed
            .par_iter()
            .map(|(name, text)| {
                let Some(text) = text else { return Ok(None) };
                compress(name, text).map(Some).map_err(|e| failed(name, e))
            })
            .collect::<Result<_, Error>>()?;
        let (mut copied, mut rewritten) = (0, 0);
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let mut done = vec![false; self.changed.len()];
        let mut add = |out: &mut ZipWriter<_>, at: usize| -> Result<(), Error> {
            let (name, _) = &self.changed[at];
            if std::mem::replace(&mut done[at], true) {
                return Ok(());
            }
            if let Some(archive) = &compressed[at] {
                let mut archive = archive.clone();
                let part = archive.by_index_raw(0).map_err(|e| failed(name, e))?;
                out.raw_copy_file(part).map_err(|e| failed(name, e))?;
                rewritten += 1;
            }
            Ok(())
        };
        if let Some(base) = &self.base {
            let mut archive = base.archive();
            for (index, name) in base.names().enumerate() {
                if let Some(at) = self.places.get(&key_of(name)) {
                    add(&mut out, *at)?;
                    continue;
                }
                let part = archive.by_index_raw(index).map_err(|e| failed(name, e))?;
                if !part.is_dir() {
                    out.raw_copy_file(part).map_err(|e| failed(name, e))?;
                    copied += 1;
                }
            }
        }
        for at in 0..self.changed.len() {
            add(&mut out, at)?;
        }
        let bytes = out.finish().map_err(|e| failed("the file", e))?.into_inner();
        Ok(Zipped { bytes, copied, rewritten })
    }
}

/// A part that was UTF-16 says so in its declaration; it is written as UTF-8.
fn as_utf8(text: String) -> String {
    let Some(rest) = text.strip_prefix("<?xml") else { return text };
    match rest.split_once("?>") {
        Some((declaration, rest)) if declaration.to_ascii_lowercase().contains("utf-16") => {
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{rest}")
        }
        _ => text,
    }
}
