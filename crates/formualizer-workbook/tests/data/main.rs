//! Data files into a workbook and out of it.
#![cfg(all(feature = "files", feature = "parquet"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod columns;
mod csv;
mod edits;
mod hostile;
mod json;
mod round_trip;

use formualizer_workbook::{
    DataFormat, Error, ExcelError, ExcelErrorKind, ExportOptions, ImportOptions, ImportReport,
    Value, Workbook,
};

/// Every format.
const FORMATS: [DataFormat; 6] = [
    DataFormat::Csv,
    DataFormat::Tsv,
    DataFormat::Json,
    DataFormat::NdJson,
    DataFormat::Arrow,
    DataFormat::Parquet,
];

fn book() -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn error(kind: ExcelErrorKind) -> Value {
    Value::Error(ExcelError::new(kind))
}

fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

fn instant(text: &str) -> Value {
    Value::DateTime(text.parse().unwrap())
}

/// A workbook with these rows from A1 on.
fn with(rows: &[Vec<Value>]) -> Workbook {
    let mut book = book();
    book.set_values("S", "A1", rows).unwrap();
    book
}

/// The rows as a file.
fn exported(rows: &[Vec<Value>], format: DataFormat, options: &ExportOptions) -> Vec<u8> {
    let book = with(rows);
    let range = book.used_range("S").unwrap().unwrap();
    book.export_bytes("S", &range, format, options).unwrap()
}

/// What a file puts into a sheet from A1 on.
fn imported(format: DataFormat, bytes: &[u8], options: &ImportOptions) -> Vec<Vec<Value>> {
    let mut book = book();
    let report = book.import_bytes("S", "A1", format, bytes, options).unwrap();
    match report.range {
        Some(range) => book.values("S", &range).unwrap(),
        None => Vec::new(),
    }
}

fn import(format: DataFormat, bytes: &[u8]) -> Result<ImportReport, Error> {
    book().import_bytes("S", "A1", format, bytes, &ImportOptions::default())
}

/// The message with which a file is refused.
fn refusal(format: DataFormat, bytes: &[u8]) -> String {
    import(format, bytes).unwrap_err().to_string()
}
