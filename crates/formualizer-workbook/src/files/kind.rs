//! What a file is, told by its content.

use super::{FileLimits, xlsx::package::Package};
use std::sync::Arc;

/// A file of workbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `.xlsx` and `.xlsm`, and what is none of these: its reader says what is wrong.
    Xlsx,
    Xlsb,
    Ods,
    #[cfg(feature = "other-spreadsheets")]
    Xls,
}

/// What OpenDocument spreadsheets say in their part `mimetype`; templates have more behind it.
const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

impl Kind {
    pub(crate) fn of(bytes: &Arc<[u8]>, limits: &FileLimits) -> Self {
        // A workbook with a password is one of these files, too, without the stream of an old one.
        #[cfg(feature = "other-spreadsheets")]
        if super::other::Ole::open(bytes).is_some_and(|ole| ole.workbook().is_some()) {
            return Self::Xls;
        }
        let Ok(package) = Package::open(Arc::clone(bytes), limits) else { return Self::Xlsx };
        if package.has("xl/workbook.bin") && !package.has("xl/workbook.xml") {
            return Self::Xlsb;
        }
        match package.read("mimetype") {
            Ok(Some(found)) if found.starts_with(ODS) => Self::Ods,
            _ => Self::Xlsx,
        }
    }
}
