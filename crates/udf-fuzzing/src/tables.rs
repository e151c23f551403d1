//! Data files of every format, into a sheet and out again.

use formualizer_workbook::{DataFormat, ExportOptions, FileLimits, ImportOptions, Workbook};

const FORMATS: [DataFormat; 6] = [
    DataFormat::Csv,
    DataFormat::Tsv,
    DataFormat::Json,
    DataFormat::NdJson,
    DataFormat::Arrow,
    DataFormat::Parquet,
];

/// The first byte tells the format and whether names fill the first row; the rest is the file.
pub(crate) fn hold(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    let format = FORMATS[usize::from(choice >> 1) % FORMATS.len()];
    let options = ImportOptions::default().headers(choice & 1 == 1).limits(limits());
    let mut book = Workbook::new();
    book.add_sheet("S").expect("a new book has no S");
    let report = match book.import_bytes("S", "A1", format, file, &options) {
        Ok(report) => report,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(book.used_range("S").expect("S is there"), None, "nothing is stored");
            return;
        }
    };
    let Some(range) = report.range else { return };
    let values = book.values("S", range.as_str()).expect("what was filled can be read");
    assert_eq!(values.len(), report.rows + usize::from(values.len() > report.rows));
    // Parquet and Arrow of what a sheet holds can always be written and read.
    for format in [DataFormat::Arrow, DataFormat::Parquet, DataFormat::Csv, DataFormat::NdJson] {
        let options = ExportOptions::default().headers(false);
        let bytes =
            book.export_bytes("S", range.as_str(), format, &options).expect("it is written");
        let mut again = Workbook::new();
        again.add_sheet("S").expect("a new book has no S");
        again
            .import_bytes("S", "A1", format, &bytes, &ImportOptions::default())
            .expect("what was written can be read");
    }
}

/// Small enough for many runs a second.
pub(crate) fn limits() -> FileLimits {
    let mut limits = FileLimits::default();
    limits.file_bytes = 1 << 20;
    limits.part_bytes = 4 << 20;
    limits.total_bytes = 8 << 20;
    limits.cells = 100_000;
    limits
}
