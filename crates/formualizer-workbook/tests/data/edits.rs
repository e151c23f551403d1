//! Imports are edits, exports are files.

use super::*;
use formualizer_workbook::{ErrorKind, FileLimits};

#[test]
fn an_import_is_one_edit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.CSV");
    std::fs::write(&path, "name,n\nx,1\ny,2\n").unwrap();
    let mut book = book();
    book.set_undo_limit(10);
    book.set_value("S", "B3", "before").unwrap();
    book.set_formula("S", "D1", "=SUM(C3:C9)").unwrap();
    let report = book.import("S", "B2", &path, &ImportOptions::default()).unwrap();
    assert_eq!((report.rows, report.columns), (2, 2));
    assert_eq!(report.range.as_deref(), Some("B2:C4"));
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "D1").unwrap(), Value::Number(3.0));
    assert_eq!(book.value("S", "B3").unwrap(), text("x"));
    assert!(book.undo());
    assert_eq!(book.value("S", "B3").unwrap(), text("before"));
    assert_eq!(book.value("S", "C4").unwrap(), Value::Empty);
    assert!(book.redo());
    assert_eq!(book.value("S", "C4").unwrap(), Value::Number(2.0));
}

#[test]
fn what_is_blank_in_the_file_is_blank_in_the_sheet() {
    let mut book = with(&vec![vec![Value::Number(9.0); 2]; 3]);
    book.import_bytes("S", "A1", DataFormat::Csv, b"a,\n,1\n", &ImportOptions::default()).unwrap();
    let blank = Value::Empty;
    assert_eq!(
        book.values("S", "A1:B3").unwrap(),
        [
            vec![text("a"), blank.clone()],
            vec![blank, Value::Number(1.0)],
            vec![Value::Number(9.0), Value::Number(9.0)],
        ]
    );
}

#[test]
fn nothing_is_stored_where_there_is_no_room() {
    let mut book = book();
    book.set_undo_limit(10);
    for at in ["A1048575", "XFD1"] {
        let refused = book
            .import_bytes("S", at, DataFormat::Csv, b"a,b\n1,2\n3,4\n", &ImportOptions::default())
            .unwrap_err();
        assert!(refused.to_string().contains("beyond the sheet"), "{refused}");
    }
    assert_eq!(book.used_range("S").unwrap(), None);
    assert!(!book.undo());
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = book();
    let missing = folder.path().join("missing.parquet");
    let refused = book.import("S", "A1", &missing, &ImportOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io);
    assert!(refused.to_string().contains("missing.parquet"), "{refused}");

    let broken = folder.path().join("broken.json");
    std::fs::write(&broken, "[{]").unwrap();
    let refused = book.import("S", "A1", &broken, &ImportOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::File);
    assert!(refused.to_string().contains("broken.json"), "{refused}");

    let unknown = folder.path().join("rows.txt");
    for refused in [
        book.import("S", "A1", &unknown, &ImportOptions::default()).unwrap_err(),
        book.export("S", "A1", &unknown, &ExportOptions::default()).unwrap_err(),
    ] {
        assert!(refused.to_string().contains("rows.txt"), "{refused}");
    }
    let folder_itself = folder.path().join("folder.csv");
    std::fs::create_dir(&folder_itself).unwrap();
    let refused = book.import("S", "A1", &folder_itself, &ImportOptions::default()).unwrap_err();
    assert!(refused.to_string().contains("folder.csv"), "{refused}");
}

#[test]
fn limits_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, "a,b\n1,2\n3,4\n").unwrap();
    let mut small = FileLimits::default();
    small.file_bytes = 5;
    let refused =
        book().import("S", "A1", &path, &ImportOptions::default().limits(small)).unwrap_err();
    assert!(refused.to_string().contains("file_bytes"), "{refused}");
    let mut few = FileLimits::default();
    few.cells = 3;
    let options = ImportOptions::default().limits(few);
    let rows =
        vec![vec![text("a"), text("b")], vec![Value::Number(1.0); 2], vec![Value::Number(1.0); 2]];
    for format in FORMATS {
        let bytes = exported(&rows, format, &ExportOptions::default());
        let refused = book().import_bytes("S", "A1", format, &bytes, &options).unwrap_err();
        assert!(refused.to_string().contains("cells"), "{format:?}: {refused}");
    }
}

#[test]
fn an_export_replaces_a_file_or_leaves_it() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "a.tsv", "a.json", "a.ndjson", "a.arrow", "a.parquet"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "before").unwrap();
        let book = with(&[vec![text("n")], vec![Value::Number(1.0)]]);
        book.export("T", "A:A", &path, &ExportOptions::default()).unwrap_err();
        book.export("S", "A0", &path, &ExportOptions::default()).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        book.export("S", "A:A", &path, &ExportOptions::default()).unwrap();
        let mut back = super::book();
        let report = back.import("S", "A1", &path, &ImportOptions::default()).unwrap();
        assert_eq!(report.range.as_deref(), Some("A1:A2"), "{name}");
    }
    // Nothing else is left beside them.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6);
    let nowhere = folder.path().join("none").join("a.csv");
    let refused = book().export("S", "A1", &nowhere, &ExportOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io);
    assert!(refused.to_string().contains("a.csv"), "{refused}");
}
