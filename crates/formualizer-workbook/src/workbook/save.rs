//! Workbooks into files.

use super::Workbook;
use crate::{
    Error, ErrorKind,
    files::{SaveOptions, atomic, xlsx},
    formula::walking,
};
use std::path::Path;

/// What was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SaveReport {
    /// What another program will make of the file that is not what is here, and what was left out.
    pub warnings: Vec<String>,
    /// Cells whose element in the file was written, because it differed or was not there.
    pub cells_written: u64,
    /// Cells whose element was copied as it was.
    pub cells_kept: u64,
    /// Parts of the loaded file that were copied byte for byte.
    pub parts_copied: usize,
    /// Parts that were written.
    pub parts_rewritten: usize,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whether it has macros, or says that it may: then its extension is `.xlsm`, otherwise `.xlsx`.
    pub macros: bool,
}

impl Workbook {
    /// Saves the workbook as an `.xlsx` file: into what it was loaded from, with everything that the workbook does not
    /// know left as it is (styles, charts, pictures, …), or as a new file where it was not loaded. The values are those of
    /// the last [`recalculate`](Self::recalculate). The file appears when it is complete; what was there before stays whole if anything
    /// fails.
    ///
    /// The workbook goes on to know the file that it was loaded from: saving again compares with that one.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the file cannot be written, [`File`](ErrorKind::File) where the extension does not fit
    /// (`.xlsm` has macros, `.xlsx` has none, `.xltm` and `.xltx` are templates with and without, others are not written), or rows or columns were inserted or
    /// deleted and a part of the loaded file cannot follow: with the part.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<SaveReport, Error> {
        self.save_with(path, &SaveOptions::default())
    }

    /// The same, as the options say.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn save_with(
        &self,
        path: impl AsRef<Path>,
        options: &SaveOptions,
    ) -> Result<SaveReport, Error> {
        let path = path.as_ref();
        let named = |error: Error| error.context(path.display());
        check_extension(path, None)?;
        let (bytes, report) = self.saved(options, is_template(path)).map_err(named)?;
        check_extension(path, Some(report.macros))?;
        atomic::write(path, &bytes)?;
        Ok(report)
    }

    /// The bytes that [`save_with`](Self::save_with) writes for a workbook that is no template, and what it says of them.
    ///
    /// # Errors
    /// As [`save`](Self::save), where it is not about the file.
    pub fn save_bytes(&self, options: &SaveOptions) -> Result<(Vec<u8>, SaveReport), Error> {
        self.saved(options, false)
    }

    fn saved(&self, options: &SaveOptions, template: bool) -> Result<(Vec<u8>, SaveReport), Error> {
        let saved = walking(|| xlsx::save::save(&self.book, *options, template))?;
        let report = SaveReport {
            bytes: saved.bytes.len() as u64,
            warnings: saved.warnings.into_lines(),
            cells_written: saved.cells_written,
            cells_kept: saved.cells_kept,
            parts_copied: saved.parts_copied,
            parts_rewritten: saved.parts_rewritten,
            macros: saved.macros,
        };
        Ok((saved.bytes, report))
    }

    /// The bytes that [`save_with`](Self::save_with) writes.
    ///
    /// # Errors
    /// As [`save`](Self::save), where it is not about the file.
    pub fn to_xlsx(&self, options: &SaveOptions) -> Result<Vec<u8>, Error> {
        Ok(self.save_bytes(options)?.0)
    }
}

/// Whether a file is one that new workbooks are made from.
fn is_template(path: &Path) -> bool {
    path.extension().is_some_and(|end| {
        ["xltx", "xltm"].iter().any(|template| end.eq_ignore_ascii_case(template))
    })
}

/// Refuses an extension that says something else than what is written.
fn check_extension(path: &Path, macros: Option<bool>) -> Result<(), Error> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let why = match (extension.as_str(), macros) {
        ("xls" | "xlsb" | "ods" | "ots" | "fods" | "numbers", _) => {
            "workbooks are saved as .xlsx; choose a name with that extension"
        }
        ("csv" | "tsv" | "json" | "ndjson" | "parquet" | "arrow" | "feather", _) => {
            "data is exported, not saved: see Workbook::export"
        }
        ("xlsx" | "xltx", Some(true)) => {
            "the workbook has macros, and Excel does not open it under this extension: choose .xlsm"
        }
        ("xlsm" | "xltm", Some(false)) => {
            "the workbook has no macros, and Excel does not open it under this extension: choose .xlsx"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::File, format!("{}: {why}", path.display())))
}
