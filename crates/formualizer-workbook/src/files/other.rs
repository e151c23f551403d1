//! Workbooks of other formats: which one a file is; `.xls`, `.xlsb` and `.ods`, read by calamine.

use super::xlsx::package::Package;
use crate::{Error, ErrorKind};

/// What a file is, told by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Office Open XML, or nothing that is known: its loader says what is wrong.
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

/// The mark of compound files: `.xls`, and workbooks with a password.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Tells what a file is.
pub(crate) fn kind_of(bytes: &std::sync::Arc<[u8]>, limits: &super::FileLimits) -> Kind {
    if bytes.starts_with(COMPOUND) {
        // The directory of a compound file has its names in UTF-16.
        let encrypted: Vec<u8> =
            "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = bytes.windows(encrypted.len()).any(|window| window == encrypted);
        return if found { Kind::Xlsx } else { Kind::Xls };
    }
    match Package::open(std::sync::Arc::clone(bytes), limits) {
        Ok(package) if package.has("xl/workbook.bin") => Kind::Xlsb,
        Ok(package) if package.has("content.xml") && package.has("mimetype") => Kind::Ods,
        _ => Kind::Xlsx,
    }
}

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, what)
}

#[cfg(not(feature = "other-spreadsheets"))]
pub(crate) fn load(
    _: std::sync::Arc<[u8]>,
    kind: Kind,
    _: &super::LoadOptions,
) -> Result<(crate::book::Book, super::Warnings), Error> {
    Err(refused(format!(
        "the file is {kind:?}, and this program was built without its reader: the feature is `other-spreadsheets`"
    )))
}

#[cfg(feature = "other-spreadsheets")]
pub(crate) use reading::load;

#[cfg(feature = "other-spreadsheets")]
mod reading;
