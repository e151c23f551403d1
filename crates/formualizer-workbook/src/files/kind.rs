//! What a file is, told by its content, and words for what is no workbook.

use super::{FileLimits, ole::Ole, xlsx::package::Package};
use crate::{Error, ErrorKind};
use std::sync::Arc;

/// A file of workbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `.xlsx`, `.xlsm` and their templates, and what is none of these: its reader says what is wrong.
    Xlsx,
    Xls,
    Xlsb,
    Ods,
    /// OpenDocument that is one XML document.
    Fods,
}

/// What OpenDocument spreadsheets say in their part `mimetype`; templates have more behind it.
const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
/// Bytes of a text that are looked at.
const HEAD: usize = 4096;

/// What is said of workbooks from before Excel 5.0.
pub(crate) const ANCIENT: &str = "a workbook of Excel 2, 3 or 4, which is not read: open it in a program that does, and save it as .xlsx";
/// What is said of workbooks with a password.
pub(crate) const LOCKED: &str = "the file is encrypted with a password: save it without one";

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::File, what)
}

impl Kind {
    /// What a file is.
    ///
    /// # Errors
    /// [`File`](ErrorKind::File) where it is known not to be read, with what it is instead.
    pub(crate) fn of(bytes: &Arc<[u8]>, limits: &FileLimits) -> Result<Self, Error> {
        if Ole::is(bytes) {
            return compound(bytes);
        }
        // The start of the only stream, of a length that later versions do not have.
        if matches!(
            bytes.get(..4),
            Some([0x09, 0x00, 0x04, 0x00] | [0x09, 0x02 | 0x04, 0x06, 0x00])
        ) {
            return Err(refused(ANCIENT));
        }
        if let Some(kind) = of_text(bytes) {
            return kind;
        }
        let Ok(package) = Package::open(Arc::clone(bytes), limits) else { return Ok(Self::Xlsx) };
        if package.has("xl/workbook.bin") && !package.has("xl/workbook.xml") {
            return Ok(Self::Xlsb);
        }
        Ok(match package.read("mimetype") {
            Ok(Some(found)) if found.starts_with(ODS) => Self::Ods,
            _ => Self::Xlsx,
        })
    }
}

/// What a compound file has in it.
///
/// # Errors
/// Where that is no workbook that can be read, with what it is.
pub(crate) fn compound(bytes: &[u8]) -> Result<Kind, Error> {
    let Some(ole) = Ole::open(bytes) else {
        return Err(refused(
            "the file is damaged: the list of what this compound file has in it cannot be read",
        ));
    };
    if ole.has("EncryptedPackage") {
        return Err(refused(LOCKED));
    }
    match ole.has("Workbook") || ole.has("Book") {
        true => Ok(Kind::Xls),
        false => Err(refused(
            "a compound file without a workbook in it, such as a document of Word, a presentation or a message",
        )),
    }
}

/// What a text is that programs take for a workbook.
fn of_text(bytes: &[u8]) -> Option<Result<Kind, Error>> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let head = bytes.get(..HEAD).unwrap_or(bytes).trim_ascii_start();
    if !head.starts_with(b"<") {
        return None;
    }
    let head = String::from_utf8_lossy(head).to_lowercase();
    if head.contains("urn:oasis:names:tc:opendocument") {
        return Some(Ok(Kind::Fods));
    }
    if head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        let what = "an XML spreadsheet of Excel 2003, which is not read: save it as .xlsx";
        return Some(Err(refused(what)));
    }
    ["<html", "<!doctype html", "<table"].iter().any(|tag| head.contains(tag)).then(|| {
        Err(refused("a web page that is named as a workbook: open it in a spreadsheet program and save it as .xlsx"))
    })
}
