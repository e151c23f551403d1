//! What the commands over workbooks share: `recalc`, `eval` and `sheet`.
//!
//! ```text
//! args       options that two of them have
//! place      `'My sheet'!A1:B2`: read, found in a workbook, written
//! input      what --set and --data put into cells
//! value      a value as text and as JSON
//! table      cells as an aligned table, as CSV, as JSON
//! plugins    plugins attached; names that stay the built-in's; plugins that may have what is missing
//! problems   errors of the workbook as this command's; cells in error, as text and as JSON
//! interrupt  Ctrl-C
//! progress   a bar, once it takes long
//! ```

pub(crate) mod args;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod place;
pub(crate) mod plugins;
pub(crate) mod problems;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod value;

use crate::exit::Failure;
use formualizer_workbook::{LoadOptions, Workbook};
use std::path::Path;

/// Loads a workbook, whatever of the known kinds it is.
pub(crate) fn open(path: &Path) -> Result<Workbook, Failure> {
    Workbook::open_with(path, &LoadOptions::default()).map_err(|error| {
        problems::failure(error)
            .hint("workbooks are .xlsx, .xlsm, .xlsb, .xls, .ods and .fods files, and templates")
    })
}
