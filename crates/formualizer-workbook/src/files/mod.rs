//! Workbooks and data in files.
//!
//! ```text
//! options … what callers may choose       limits … what a file may cost
//! warnings … what a file says that is not taken over
//! atomic  … files that appear when they are complete
//! kind    … what a file is, told by its content     ole … compound files
//! collect … the cells of a sheet while a file is read
//! other/  … .xls, .xlsb and .ods, read
//! data/   … columns from data files and into them
//! xlsx/   … Excel workbooks, loaded and saved into the file they came from
//! ```

pub(crate) mod atomic;
pub(crate) mod collect;
pub(crate) mod data;
pub(crate) mod kind;
mod limits;
#[cfg_attr(
    not(feature = "other-spreadsheets"),
    expect(dead_code, reason = "whether there is a stream is all that matters then")
)]
pub(crate) mod ole;
mod options;
#[cfg(feature = "other-spreadsheets")]
pub(crate) mod other;
mod warnings;
pub(crate) mod xlsx;

pub use data::value_text;
pub use limits::FileLimits;
pub use options::{DataFormat, ExportOptions, ImportOptions, LoadOptions, SaveOptions};
pub(crate) use warnings::Warnings;

/// Characters of a cell at most, as in Excel.
pub(crate) const MAX_TEXT: usize = 32_767;
