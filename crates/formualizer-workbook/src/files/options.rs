//! What callers may choose.

use super::FileLimits;
use std::path::Path;

/// How to load a workbook.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadOptions {
    /// What the file may cost.
    pub limits: FileLimits,
}

impl LoadOptions {
    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn limits(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// How to save a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SaveOptions {
    /// Values in place of formulas, so that no other program calculates them again.
    pub values_only: bool,
}

impl SaveOptions {
    /// Sets [`values_only`](Self::values_only).
    #[must_use]
    pub fn values_only(mut self, values_only: bool) -> Self {
        self.values_only = values_only;
        self
    }
}

/// A format of data files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataFormat {
    /// Values between commas.
    Csv,
    /// Values between tabs.
    Tsv,
    /// An array of objects (rows), an array of arrays (rows), or an object of arrays (columns).
    Json,
    /// An object per line.
    NdJson,
    /// Arrow IPC: files; streams are read too.
    Arrow,
    /// Parquet.
    Parquet,
}

impl DataFormat {
    /// The format that a file's extension means: `.csv`, `.tsv`, `.json`, `.ndjson` and `.jsonl`, `.arrow`, `.arrows`, `.feather` and
    /// `.ipc`, `.parquet`.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        Some(match extension.as_str() {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::NdJson,
            "arrow" | "arrows" | "feather" | "ipc" => Self::Arrow,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }
}

/// How to import data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Whether the names of columns fill the first row. In CSV the first line is taken as names then, that is as texts.
    pub headers: bool,
    /// The sign between values of CSV and TSV. `None`: that of the format, unless a first line `sep=;` names another one, or
    /// semicolons separate the values of every line of a CSV and commas do not.
    pub delimiter: Option<char>,
    /// The sign in front of decimals in CSV and TSV, `.` or `,`; points group digits where it is `,`. `None`: `.`, unless semicolons
    /// separate the values, some number has decimals behind a comma without a doubt, and none has them behind a point.
    pub decimal: Option<char>,
    /// What the file may cost.
    pub limits: FileLimits,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { headers: true, delimiter: None, decimal: None, limits: FileLimits::default() }
    }
}

impl ImportOptions {
    /// Sets [`headers`](Self::headers).
    #[must_use]
    pub fn headers(mut self, headers: bool) -> Self {
        self.headers = headers;
        self
    }

    /// Sets [`delimiter`](Self::delimiter).
    #[must_use]
    pub fn delimiter(mut self, delimiter: Option<char>) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Sets [`decimal`](Self::decimal).
    #[must_use]
    pub fn decimal(mut self, decimal: Option<char>) -> Self {
        self.decimal = decimal;
        self
    }

    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn limits(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// How to export data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportOptions {
    /// Whether the first row of the range holds the names of the columns. Without, columns are named by their letters. CSV has the first
    /// row as it is in either case.
    pub headers: bool,
    /// In CSV, puts an apostrophe before texts that a spreadsheet program would take for a formula: those that begin with `=`, `+`, `-`,
    /// `@`, a tab or a line end (CSV injection, OWASP).
    pub neutralize_formulas: bool,
    /// Whether errors are left out as blanks are. Otherwise an error is its text, such as `#DIV/0!`, and makes its whole column one of
    /// texts in Arrow and Parquet.
    pub errors_as_null: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self { headers: true, neutralize_formulas: false, errors_as_null: false }
    }
}

impl ExportOptions {
    /// Sets [`headers`](Self::headers).
    #[must_use]
    pub fn headers(mut self, headers: bool) -> Self {
        self.headers = headers;
        self
    }

    /// Sets [`neutralize_formulas`](Self::neutralize_formulas).
    #[must_use]
    pub fn neutralize_formulas(mut self, neutralize: bool) -> Self {
        self.neutralize_formulas = neutralize;
        self
    }

    /// Sets [`errors_as_null`](Self::errors_as_null).
    #[must_use]
    pub fn errors_as_null(mut self, errors_as_null: bool) -> Self {
        self.errors_as_null = errors_as_null;
        self
    }
}
