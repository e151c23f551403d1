//! What the command line calls and saving and importing will bring; to be removed when they are merged. Until then both are refused.

use super::{IntoCell, Workbook};
use crate::{Error, ErrorKind};
use std::path::Path;

/// How to import a file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Whether the first row holds the names of the columns.
    pub headers: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { headers: true }
    }
}

impl ImportOptions {
    /// Sets [`headers`](Self::headers).
    #[must_use]
    pub fn headers(mut self, headers: bool) -> Self {
        self.headers = headers;
        self
    }
}

/// What was imported.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportReport {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

impl Workbook {
    /// Refused.
    ///
    /// # Errors
    /// Always.
    pub fn import(
        &mut self,
        _sheet: &str,
        _at: impl IntoCell,
        path: impl AsRef<Path>,
        _options: &ImportOptions,
    ) -> Result<ImportReport, Error> {
        Err(refused(path.as_ref(), "imported"))
    }
}

fn refused(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::File, format!("{}: files cannot be {what} yet", path.display()))
}
