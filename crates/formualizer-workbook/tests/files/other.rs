//! Workbooks of other formats, which LibreOffice made from made/openpyxl.xlsx.
#![cfg(feature = "other-spreadsheets")]

use super::{load::made, parts::Parts};
use formualizer_workbook::{ErrorKind, Value, Workbook};
use std::{fs, io::Write};

#[test]
fn values_formulas_and_names_of_other_formats_are_those_of_the_original() {
    let mut original = made("openpyxl.xlsx");
    original.recalculate().unwrap();
    for name in ["openpyxl.ods", "openpyxl.xls"] {
        let mut book = made(name);
        assert_eq!(book.sheet_names(), original.sheet_names(), "{name}");
        for (cell, formula) in [("E3", "=B3*2"), ("I4", "=SUM('Other sheet'!A:A)")] {
            if name == "openpyxl.xls" {
                // calamine does not give shared formulas of .xls, and takes the sheet of I4 for another one: values are kept.
                assert_eq!(book.formula("Data", cell).unwrap(), None);
                continue;
            }
            let found = book.formula("Data", cell).unwrap().unwrap_or_default();
            assert_eq!(found, formula, "{name}");
        }
        // An array formula, which calamine gives as any other.
        let kept = book.load_warnings().join("\n").contains("Data!H1: its value is kept");
        assert_eq!(kept, name == "openpyxl.ods", "{name}");
        assert_eq!(book.value("Data", "H1").unwrap(), Value::Number(15.0));
        book.recalculate().unwrap();
        for cell in ["A2", "A4", "A5", "B4", "C2", "D3", "E5", "G1", "G2", "I1", "I4"] {
            let (ours, theirs) =
                (book.value("Data", cell).unwrap(), original.value("Data", cell).unwrap());
            let number = |value: &Value| value.as_serial_number();
            match (number(&ours), number(&theirs)) {
                (Some(a), Some(b)) => {
                    assert!((a - b).abs() < 1e-6, "{name} {cell}: {ours:?} {theirs:?}");
                }
                _ => assert_eq!(ours, theirs, "{name} {cell}"),
            }
        }
        assert!(matches!(book.value("Data", "C2").unwrap(), Value::Date(_)), "{name}");
    }
}

#[test]
fn a_workbook_of_another_format_is_saved_as_a_new_one() {
    let mut book = made("openpyxl.ods");
    book.recalculate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.xlsx");
    book.save(&path).unwrap();
    let again = Workbook::open(&path).unwrap();
    assert_eq!(again.value("Data", "E5").unwrap(), Value::Number(80.0));
    assert_eq!(again.formula("Data", "E5").unwrap().as_deref(), Some("=B5*2"));
}

#[test]
fn damaged_files_of_other_formats_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    for name in ["openpyxl.ods", "openpyxl.xls"] {
        let whole = fs::read(format!("{}/{name}", super::load::MADE)).unwrap();
        for len in (8..whole.len()).step_by(whole.len() / 40) {
            fs::write(&path, &whole[..len]).unwrap();
            if let Err(error) = Workbook::open(&path) {
                assert_eq!(error.kind(), ErrorKind::File, "{error}");
                assert!(error.to_string().contains("damaged"), "the path is named: {error}");
            }
        }
        for at in (0..whole.len()).step_by(whole.len() / 60) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x55;
            fs::write(&path, &flipped).unwrap();
            let _ =
                Workbook::open(&path).map_err(|error| assert_eq!(error.kind(), ErrorKind::File));
        }
    }
}

/// An OpenDocument file with this table.
fn ods(rows: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let content = format!(
        "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x'><office:body><office:spreadsheet>\
         <table:table table:name='S'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", &content),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn cells_repeated_without_end_are_refused_before_they_are_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.ods");
    let value = "office:value-type='float' office:value='1'";
    for rows in [
        format!(
            "<table:table-row><table:table-cell {value} table:number-columns-repeated='4000000000'/></table:table-row>"
        ),
        format!(
            "<table:table-row table:number-rows-repeated='4000000000'><table:table-cell {value}/></table:table-row>"
        ),
        format!(
            "<table:table-row table:number-rows-repeated='1000000'><table:table-cell {value} table:number-columns-repeated='16000'/></table:table-row>"
        ),
        format!(
            "<table:table-row><table:table-cell table:number-columns-repeated='4000000000'/><table:table-cell {value}/></table:table-row>"
        ),
    ] {
        fs::write(&path, ods(&rows)).unwrap();
        let error = Workbook::open(&path).unwrap_err();
        assert!(
            error.to_string().contains("repeated") && error.to_string().contains("content.xml"),
            "{error}"
        );
    }
    fs::write(
        &path,
        ods(&format!("<table:table-row><table:table-cell {value}/></table:table-row>")),
    )
    .unwrap();
    assert_eq!(Workbook::open(&path).unwrap().value("S", "A1").unwrap(), Value::Number(1.0));
}

#[test]
fn binary_workbooks_are_told_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binary.xlsb");
    fs::write(&path, Parts::new("").with("xl/workbook.bin", "x").zip()).unwrap();
    let error = Workbook::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("cannot be read"), "{error}");
}
