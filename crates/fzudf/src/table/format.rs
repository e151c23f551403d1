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
    /// Newline delimited JSON: one object a line, also known as JSON Lines
    #[value(alias = "jsonl")]
    Ndjson,
}

impl Format {
    /// Whether its column types come from the first rows, and not from the file itself.
    pub(crate) fn is_inferred(self) -> bool {
        matches!(self, Self::Csv | Self::Ndjson)
    }

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
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
            _ => Err(Failure::usage(format!(
                "{}: the name does not tell the format",
                path.display()
            ))
            .hint(format!("end it in .parquet, .arrow, .csv or .ndjson, or give {option}"))),
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
            Self::Ndjson => "newline delimited JSON",
        })
    }
}
