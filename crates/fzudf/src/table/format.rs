//! Which kind of file it is.

use crate::exit::Failure;
use clap::ValueEnum;
use std::{fmt, path::Path};

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Apache Parquet
    Parquet,
    /// Arrow IPC file, also known as Feather 2 (as input: or stream)
    Arrow,
    /// Arrow IPC stream
    ArrowStream,
    /// Comma separated values with a header
    Csv,
}

impl Format {
    /// The format that a file's name tells, or the one the user named with `option`.
    pub(crate) fn of(path: &Path, named: Option<Self>, option: &str) -> Result<Self, Failure> {
        if let Some(format) = named {
            return Ok(format);
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "parquet" | "pq" => Ok(Self::Parquet),
            "arrow" | "feather" | "ipc" => Ok(Self::Arrow),
            "arrows" => Ok(Self::ArrowStream),
            "csv" => Ok(Self::Csv),
            _ => Err(Failure::usage(format!(
                "{}: the name does not tell the format",
                path.display()
            ))
            .hint(format!("end it in .parquet, .arrow or .csv, or give {option}"))),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::ArrowStream => "Arrow stream",
            Self::Csv => "CSV",
        })
    }
}
