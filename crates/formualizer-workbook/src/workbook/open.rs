//! Workbooks from files.

use super::Workbook;
use crate::{
    Error, ErrorKind,
    book::Book,
    files::{LoadOptions, Warnings, kind::Kind, xlsx},
    formula::walking,
};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

impl Workbook {
    /// Loads a workbook from a file: `.xlsx`, `.xlsm` and their templates, and `.xls`, `.xlsb`, `.ods` and `.fods` with the feature
    /// `other-spreadsheets`, told by their content. The values that the file stores for formulas
    /// are there at once; [`recalculate`](Self::recalculate) brings them up to date.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the file cannot be read, [`File`](ErrorKind::File) where its content is broken, not supported or beyond
    /// the limits: with the part, the cell and the place. Nothing is half loaded.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, &LoadOptions::default())
    }

    /// The same, as the options say.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        let named = |error: Error| error.context(path.display());
        let bytes = read_file(path, options.limits.file_bytes).map_err(named)?;
        Self::from_bytes(bytes, options).map_err(named)
    }

    /// Loads a workbook from the bytes of a file of any kind that [`open`](Self::open) loads.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>, options: &LoadOptions) -> Result<Self, Error> {
        let bytes = bytes.into();
        walking(|| match Kind::of(&bytes, &options.limits)? {
            Kind::Xlsx => Self::from_xlsx(bytes, options),
            kind => Self::from_other(&bytes, kind, options),
        })
    }

    #[cfg(feature = "other-spreadsheets")]
    fn from_other(bytes: &Arc<[u8]>, kind: Kind, options: &LoadOptions) -> Result<Self, Error> {
        crate::files::other::load(bytes, kind, options).map(Self::loaded)
    }

    #[cfg(not(feature = "other-spreadsheets"))]
    fn from_other(_: &Arc<[u8]>, kind: Kind, _: &LoadOptions) -> Result<Self, Error> {
        let what = match kind {
            Kind::Ods | Kind::Fods => "an OpenDocument spreadsheet",
            Kind::Xls => "an old workbook (.xls)",
            _ => "a binary workbook (.xlsb)",
        };
        Err(Error::new(
            ErrorKind::File,
            format!(
                "{what}, and this program was built without them: its feature is `other-spreadsheets`"
            ),
        ))
    }

    /// Loads a workbook from the bytes of an `.xlsx` file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_xlsx(bytes: impl Into<Arc<[u8]>>, options: &LoadOptions) -> Result<Self, Error> {
        walking(|| xlsx::load::load(bytes.into(), options)).map(Self::loaded)
    }

    pub(super) fn loaded((book, warnings): (Book, Warnings)) -> Self {
        Self { book, load_warnings: warnings.into_lines(), ..Self::new() }
    }
}

/// The bytes of a file, which may not be more than `limit`.
pub(super) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |e: io::Error| Error::new(ErrorKind::Io, e.to_string()).with_source(e);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?;
    if size.is_dir() {
        let folder = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(Error::new(ErrorKind::Io, "a folder, not a file").with_source(folder));
    }
    let too_large = || {
        Error::new(
            ErrorKind::File,
            format!("the file is larger than the limit file_bytes, {limit}"),
        )
    };
    if size.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let expected = usize::try_from(size.len()).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected).map_err(|e| failed(e.into()))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}
