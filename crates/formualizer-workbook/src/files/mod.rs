//! Workbooks and data in files.
//!
//! ```text
//! options … what callers may choose       limits … what a file may cost
//! atomic  … files that appear when they are complete
//! xlsx/   … Excel workbooks, loaded and saved into the file they came from
//! ```

mod limits;
mod options;
pub(crate) mod xlsx;

pub use limits::FileLimits;
pub use options::{LoadOptions, SaveOptions};
pub(crate) use xlsx::Source;
