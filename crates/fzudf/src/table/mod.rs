//! Files of rows: Parquet, Arrow, CSV and newline delimited JSON, read and written in batches.
//!
//! ```text
//! format   which of them a file is
//! input    a file's columns and its rows, a batch at a time
//! ndjson   newline delimited JSON: lines, column types, rows
//! chunks   batches of a size that is worth a call and fits in memory
//! output   rows to a file that appears when it is complete, or to stdout
//! text     result columns as other programs can read them
//! ```

mod chunks;
mod format;
mod input;
#[cfg(test)]
mod interrupted;
mod ndjson;
mod output;
mod text;

pub(crate) use chunks::Chunks;
pub(crate) use format::Format;
pub(crate) use input::{InferOptions, Input};
pub(crate) use output::{Output, Target};
pub(crate) use text::readable;

use crate::exit::{Exit, Failure};
use std::{io::ErrorKind, path::Path};
use udf_columnar::Limits;

/// The bytes of a plugin.
pub(crate) fn read_module(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    udf_backends::read_module(path, limits).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => {
            Failure::new(Exit::Refused, error.to_string()).context(path.display())
        }
        _ => {
            Failure::io(path.display(), error).hint("the first argument is the plugin's .wasm file")
        }
    })
}
