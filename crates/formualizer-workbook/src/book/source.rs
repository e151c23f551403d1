//! What is kept of the file that a workbook was loaded from.

use crate::address::SheetId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A loaded file, for saving into it. A workbook that was not loaded from an .xlsx file has none.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file.
    pub(crate) bytes: Arc<[u8]>,
    /// The part of each sheet that was loaded, such as `xl/worksheets/sheet1.xml`.
    pub(crate) sheets: FxHashMap<SheetId, String>,
    /// Whether its size was held against limits when it was loaded.
    #[cfg_attr(not(feature = "files"), expect(dead_code, reason = "for whoever saves it"))]
    pub(crate) within_limits: bool,
}
