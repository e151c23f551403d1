//! `.ods` and `.xls` as LibreOffice saves `openpyxl.xlsx`, and what is none of these files.

use formualizer_workbook::{
    ErrorKind, ExcelError, ExcelErrorKind, FileLimits, LoadOptions, Value, Workbook,
};
use std::{
    io::{Read as _, Write as _},
    path::PathBuf,
};

fn instant(text: &str) -> Value {
    Value::DateTime(text.parse().unwrap())
}

fn error(kind: ExcelErrorKind) -> Value {
    Value::Error(ExcelError::new(kind))
}

fn made(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "testdata", "workbooks", "made", name].iter().collect()
}

fn opened(name: &str) -> Workbook {
    Workbook::open(made(name)).unwrap()
}

pub(crate) fn refused(bytes: &[u8]) -> String {
    let error = Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    error.to_string()
}

/// The values of `openpyxl.xlsx` that no formula gives.
fn data() -> Vec<Vec<Value>> {
    opened("openpyxl.xlsx").values("Data", "A1:C5").unwrap()
}

#[test]
fn values_of_opendocument_files_are_those_of_the_workbook() {
    let book = opened("openpyxl.ods");
    assert_eq!(book.sheet_names(), ["Data", "Other sheet"]);
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.values("Data", "A1:C5").unwrap(), data());
    assert_eq!(book.value("Data", "G1").unwrap(), instant("2024-05-06T07:08:09"));
    assert_eq!(book.value("Data", "G2").unwrap(), Value::Time("12:30:00".parse().unwrap()));
    assert_eq!(book.value("Data", "G3").unwrap(), error(ExcelErrorKind::Na));
    assert_eq!(book.value("Other sheet", "B7").unwrap(), Value::Number(50.5));
}

#[test]
fn formulas_of_opendocument_files_are_calculated() {
    let mut book = opened("openpyxl.ods");
    for (sheet, cell, formula) in [
        ("Data", "E3", "=B3*2"),
        ("Data", "I1", "=SUM(Total)+Rate"),
        ("Data", "I2", "=SUM(Data!$B$2:$B$5)"),
        ("Data", "I4", "=SUM('Other sheet'!A:A)"),
        ("Other sheet", "B7", "=A7^2+Data!$B$2"),
    ] {
        assert_eq!(book.formula(sheet, cell).unwrap().as_deref(), Some(formula), "{cell}");
    }
    book.set_value("Data", "B2", 100.0).unwrap();
    book.recalculate().unwrap();
    for (sheet, cell, value) in [
        ("Data", "E2", 200.0),
        // An array formula for H1:H4.
        ("Data", "H1", 1000.0),
        ("Data", "H2", -20.0),
        ("Data", "H4", 400.0),
        ("Data", "I1", 138.250_000_001),
        ("Data", "I4", 28.0),
        ("Other sheet", "B7", 149.0),
    ] {
        assert_eq!(book.value(sheet, cell).unwrap(), Value::Number(value), "{cell}");
    }
}

#[test]
fn an_opendocument_file_is_saved_as_a_new_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.xlsx");
    let mut book = opened("openpyxl.ods");
    book.recalculate().unwrap();
    book.save(&path).unwrap();
    let back = Workbook::open(&path).unwrap();
    assert_eq!(back.values("Data", "A1:C5").unwrap(), data());
    assert_eq!(back.formula("Data", "E3").unwrap().as_deref(), Some("=B3*2"));
}

#[test]
fn values_of_old_files_are_those_of_the_workbook() {
    let book = opened("openpyxl.xls");
    assert_eq!(book.sheet_names(), ["Data", "Other sheet"]);
    assert_eq!(book.values("Data", "A1:C5").unwrap(), data());
    assert_eq!(book.value("Data", "G1").unwrap(), instant("2024-05-06T07:08:09"));
    assert_eq!(book.value("Data", "G2").unwrap(), Value::Time("12:30:00".parse().unwrap()));
    assert_eq!(book.value("Data", "G3").unwrap(), error(ExcelErrorKind::Na));
    assert_eq!(book.value("Data", "D3").unwrap(), Value::Boolean(false));
}

#[test]
fn formulas_of_old_files_are_those_of_the_workbook() {
    let (mut book, other) = (opened("openpyxl.xls"), opened("openpyxl.ods"));
    // Old files have no words for tables: LibreOffice writes an error in place of what refers to one.
    let warnings = book.load_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("Data!I2"), "{warnings:?}");
    for (sheet, range) in [("Data", "E1:I5"), ("Other sheet", "A1:D7")] {
        let used = book.values(sheet, range).unwrap();
        for (row, values) in (1..).zip(&used) {
            for (col, _) in (1..).zip(values) {
                let first: u32 = if sheet == "Data" { 4 } else { 0 };
                let at = (row, first + col);
                // In the `.ods` a text of this formula has become a name.
                if matches!(at, (2 | 3, 9)) {
                    continue;
                }
                let expected = other.formula(sheet, at).unwrap();
                assert_eq!(book.formula(sheet, at).unwrap(), expected, "{sheet} {at:?}");
            }
        }
        book.recalculate().unwrap();
        assert_eq!(book.values(sheet, range).unwrap(), used, "{sheet}");
    }
    assert_eq!(book.names(), other.names());
    book.set_value("Data", "B2", 100.0).unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.value("Other sheet", "B7").unwrap(), Value::Number(149.0));
    assert_eq!(book.value("Data", "H1").unwrap(), Value::Number(1000.0));
}

/// A ZIP file.
pub(crate) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The namespaces of OpenDocument files.
pub(crate) const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
     xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
     xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"";

/// An OpenDocument file with one sheet of these rows.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    ods_with(&format!("<table:table table:name=\"S\">{rows}</table:table>"))
}

/// An OpenDocument file with this between the tags of its spreadsheet.
pub(crate) fn ods_with(spreadsheet: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content {SPACES}><office:body>\
         <office:spreadsheet>{spreadsheet}</office:spreadsheet>\
         </office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"m\"/>"),
        ("content.xml", &content),
    ])
}

pub(crate) fn row(cells: &str) -> String {
    format!("<table:table-row>{cells}</table:table-row>")
}

#[test]
fn a_formula_that_cannot_be_said_keeps_its_value() {
    let cell = |formula: &str, value: &str| {
        format!(
            "<table:table-cell table:formula=\"{formula}\" office:value-type=\"float\" office:value=\"{value}\"/>"
        )
    };
    let cells = [
        cell("of:=[.B1]*2", "4"),
        cell("of:=1+1", "2"),
        cell("of:=['file:///x.ods'#$S.A1]", "7"),
        cell("of:=((", "8"),
    ];
    let mut book =
        Workbook::from_bytes(ods(&row(&cells.concat())), &LoadOptions::default()).unwrap();
    let warnings = book.load_warnings();
    assert!(
        warnings.len() == 2 && warnings[0].contains("S!C1") && warnings[1].contains("S!D1"),
        "{warnings:?}"
    );
    book.recalculate().unwrap();
    assert_eq!(book.values("S", "A1:D1").unwrap(), [[4.0, 2.0, 7.0, 8.0].map(Value::Number)]);
}

#[test]
fn repeated_cells_of_opendocument_files_are_counted_first() {
    let filled = |times: &str| {
        format!("<table:table-cell {times} office:value-type=\"float\" office:value=\"1\"/>")
    };
    let few = format!(
        "<table:table-row table:number-rows-repeated=\"3\">{}</table:table-row>",
        filled("table:number-columns-repeated=\"2\"")
    );
    let book = Workbook::from_bytes(ods(&few), &LoadOptions::default()).unwrap();
    assert_eq!(book.used_range("S").unwrap().as_deref(), Some("A1:B3"));

    let mut limits = FileLimits::default();
    limits.cells = 1 << 20;
    let options = LoadOptions::default().limits(limits);
    let beyond = |rows: &str| {
        let error = Workbook::from_bytes(ods(rows), &options).unwrap_err();
        assert!(error.to_string().contains("the limit cells"), "{error}");
    };
    beyond(&row(&filled("table:number-columns-repeated=\"16384\"")).repeat(65));
    beyond(&few.replace("\"3\"", "\"1048576\"").replace("\"2\"", "\"1000\""));
    // What is far away takes no more room than what is near.
    let far = format!(
        "{}<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell/></table:table-row>{}",
        row(&filled("")),
        row(&format!("<table:table-cell table:number-columns-repeated=\"16000\"/>{}", filled("")))
    );
    let book = Workbook::from_bytes(ods(&far), &LoadOptions::default()).unwrap();
    assert_eq!(book.value("S", (1_048_002, 16_001)).unwrap(), Value::Number(1.0));
    let behind =
        format!("<table:table-row table:number-rows-repeated=\"1048576\"/>{}", row(&filled("")));
    assert!(refused(&ods(&behind)).contains("behind row 1048576"));
    let spaces = |count: &str, times: &str| {
        row(&format!(
            "<table:table-cell {times} office:value-type=\"string\"><text:p><text:s text:c=\"{count}\"/></text:p></table:table-cell>"
        ))
    };
    assert!(refused(&ods(&spaces("9000000", ""))).contains("32767 characters"));
    let mut limits = FileLimits::default();
    limits.total_bytes = 1 << 20;
    let times = "table:number-columns-repeated=\"16384\"";
    let file = ods(&spaces("100", times));
    let error = Workbook::from_bytes(file, &LoadOptions::default().limits(limits)).unwrap_err();
    assert!(error.to_string().contains("total_bytes"), "{error}");
}

#[test]
fn limits_hold_for_all_kinds() {
    for name in ["openpyxl.ods", "openpyxl.xls"] {
        let mut limits = FileLimits::default();
        limits.cells = 20;
        let error =
            Workbook::open_with(made(name), &LoadOptions::default().limits(limits)).unwrap_err();
        assert!(error.to_string().contains("limit cells"), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        let mut limits = FileLimits::default();
        limits.file_bytes = 1_000;
        let error =
            Workbook::open_with(made(name), &LoadOptions::default().limits(limits)).unwrap_err();
        assert!(error.to_string().contains("file_bytes"), "{error}");
    }
    let mut limits = FileLimits::default();
    limits.part_bytes = 1_000;
    let error = Workbook::open_with(made("openpyxl.ods"), &LoadOptions::default().limits(limits))
        .unwrap_err();
    assert!(error.to_string().contains("part_bytes"), "{error}");
}

#[test]
fn damaged_files_are_refused_and_do_not_panic() {
    for name in ["openpyxl.ods", "openpyxl.xls"] {
        let whole = std::fs::read(made(name)).unwrap();
        for len in (0..whole.len()).step_by(97) {
            if let Err(error) = Workbook::from_bytes(&whole[..len], &LoadOptions::default()) {
                assert_eq!(error.kind(), ErrorKind::File);
            }
        }
        for at in (0..whole.len()).step_by(13) {
            let mut wrong = whole.clone();
            wrong[at] ^= 0xFF;
            let _ = Workbook::from_bytes(wrong, &LoadOptions::default());
        }
    }
}

#[test]
fn what_is_encrypted_or_none_of_these_is_said() {
    let mut ole = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    ole.resize(2_000, 0);
    assert!(refused(&ole).contains("damaged"));
    let streams = |name: &str| super::biff::compound(name, &[0; 100]);
    assert!(refused(&streams("EncryptedPackage")).contains("password"));
    assert!(refused(&streams("WordDocument")).contains("without a workbook"));
    for (number, len) in [(0x0009_u16, 4_u16), (0x0209, 6), (0x0409, 6)] {
        let start = [number.to_le_bytes(), len.to_le_bytes()].concat();
        let ancient = [start, vec![0; 40]].concat();
        assert!(refused(&ancient).contains("Excel 2, 3 or 4"), "{number:#x}");
    }
    assert!(refused(b"\xEF\xBB\xBF <HTML><table>").contains("web page"));
    let old =
        b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>";
    assert!(refused(old).contains("Excel 2003"));
    assert!(refused(b"PK\x03\x04 and no more").contains("damaged or cut off"));
    let locked = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"),
        ("content.xml", "?"),
    ]);
    assert!(refused(&locked).contains("password"));
    let binary = zipped(&[("xl/workbook.bin", "nothing"), ("[Content_Types].xml", "<Types/>")]);
    assert!(!refused(&binary).is_empty());
    let writer = zipped(&[("mimetype", "application/vnd.oasis.opendocument.text")]);
    assert!(refused(&writer).contains("no .xlsx file"));
    let mut bytes = Vec::new();
    std::fs::File::open(made("openpyxl.xlsx")).unwrap().read_to_end(&mut bytes).unwrap();
    assert!(Workbook::from_bytes(bytes, &LoadOptions::default()).is_ok());
}
