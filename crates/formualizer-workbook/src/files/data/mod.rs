//! Columns of data from files and into files.
//!
//! ```text
//! csv  … comma or tab separated values       json … rows or columns as JSON
//! dialect … which delimiter and sign of decimals a CSV file has
//! arrow … Arrow IPC and Parquet              text … values as texts
//! caught … panics of their readers
//! ipc … sizes that Arrow IPC claims          typed … columns as arrays of one type
//! ```

mod arrow;
mod caught;
mod csv;
mod dialect;
mod ipc;
mod json;
mod text;
mod typed;

pub use text::value_text;

use super::{DataFormat, ExportOptions, ImportOptions};
use crate::{
    Error, ErrorKind, Value,
    cells::{CellRef, Cells},
};
use caught::caught;
use formualizer_common::DateSystem;

/// Columns of a file.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// As many as there are columns, or none.
    pub(crate) names: Vec<String>,
    /// All of the same length.
    pub(crate) cells: Vec<Cells>,
}

impl Columns {
    pub(crate) fn rows(&self) -> usize {
        self.cells.first().map_or(0, Cells::len)
    }
}

/// Columns to write: a name and the values of each. CSV has no names but the cells of its first row.
pub(crate) struct Written<'a> {
    pub(crate) names: Vec<String>,
    pub(crate) cells: &'a [Cells],
    pub(crate) dates: DateSystem,
    /// Blanks in place of errors.
    pub(crate) errors_as_null: bool,
}

impl Written<'_> {
    fn rows(&self) -> usize {
        self.cells.first().map_or(0, Cells::len)
    }

    fn value(&self, row: usize, col: usize) -> Value {
        match self.cells.get(col).map_or(CellRef::Blank, |cells| cells.get(row)) {
            CellRef::Error(..) if self.errors_as_null => Value::Empty,
            cell => cell.value(self.dates),
        }
    }
}

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::File, what)
}

/// Reads columns.
///
/// # Errors
/// [`File`](ErrorKind::File) with the line, row or column that is wrong, or the limit.
pub(crate) fn read(
    format: DataFormat,
    bytes: &[u8],
    dates: DateSystem,
    options: &ImportOptions,
) -> Result<Columns, Error> {
    let read = || match format {
        DataFormat::Csv => csv::read(bytes, b',', dates, options),
        DataFormat::Tsv => csv::read(bytes, b'\t', dates, options),
        DataFormat::Json => json::read(bytes, false, options),
        DataFormat::NdJson => json::read(bytes, true, options),
        DataFormat::Arrow => arrow::read_ipc(bytes, dates, options),
        DataFormat::Parquet => arrow::read_parquet(bytes, dates, options),
    };
    // Readers of binary formats are written for files that are whole.
    caught(read).unwrap_or_else(|| Err(refused("the file is damaged")))
}

/// Writes columns.
///
/// # Errors
/// [`File`](ErrorKind::File) where the format cannot hold them.
pub(crate) fn write(
    format: DataFormat,
    columns: &Written<'_>,
    options: ExportOptions,
) -> Result<Vec<u8>, Error> {
    match format {
        DataFormat::Csv => Ok(csv::write(columns, b',', options)),
        DataFormat::Tsv => Ok(csv::write(columns, b'\t', options)),
        DataFormat::Json => Ok(json::write(columns, false)),
        DataFormat::NdJson => Ok(json::write(columns, true)),
        DataFormat::Arrow => arrow::write_ipc(columns),
        DataFormat::Parquet => arrow::write_parquet(columns),
    }
}

/// Refuses more cells than a limit allows.
fn check_cells(rows: usize, columns: usize, options: &ImportOptions) -> Result<(), Error> {
    let cells = (rows as u64).saturating_mul(columns as u64);
    match cells > options.limits.cells {
        true => Err(refused(format!(
            "{rows} rows of {columns} columns are more than the limit cells, {}",
            options.limits.cells
        ))),
        false => Ok(()),
    }
}
