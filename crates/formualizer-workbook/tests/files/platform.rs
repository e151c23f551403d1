//! Workbooks of Excel for the Macintosh, whose characters have other numbers.

use crate::parts::{BOOK, Parts, relations};
use formualizer_workbook::{LoadOptions, SaveOptions, Value, Workbook};

/// A workbook with formulas of characters, saved by this program.
fn saved_by(application: &str) -> Workbook {
    let rows = "<row r='1'><c r='A1'><f>CHAR(128)</f></c><c r='B1'><f>CODE(\"Ä\")</f></c><c r='C1'><f>CHAR(65)</f></c>\
        <c r='D1'><f>CODE(CHAR(240))</f></c></row>";
    let about = format!(
        "<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/extended-properties'><Application>{application}</Application></Properties>"
    );
    let lists = [("a", "officeDocument", BOOK), ("b", "extended-properties", "docProps/app.xml")];
    let parts = Parts::new(rows).with("_rels/.rels", relations(&lists));
    let bytes = parts.with("docProps/app.xml", about).zip();
    Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap()
}

fn first_row(book: &mut Workbook) -> Vec<Value> {
    book.recalculate().unwrap();
    ["A1", "B1", "C1", "D1"].map(|cell| book.value("S", cell).unwrap()).to_vec()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn characters_have_the_numbers_of_the_edition_that_saved_the_file() {
    let roman = vec![text("Ä"), Value::Number(128.0), text("A"), Value::Number(240.0)];
    let western = vec![text("€"), Value::Number(196.0), text("A"), Value::Number(240.0)];
    for application in ["Microsoft Excel", "LibreOffice", ""] {
        assert_eq!(first_row(&mut saved_by(application)), western, "{application}");
    }
    let mut book = saved_by("Microsoft Macintosh Excel");
    assert_eq!(first_row(&mut book), roman);
    // Saved or kept as a state, it stays one of the Macintosh.
    let bytes = book.save_bytes(&SaveOptions::default()).unwrap().0;
    let mut again = Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap();
    again.set_formula("S", "A1", "=CHAR(64*2)").unwrap();
    assert_eq!(first_row(&mut again), roman);
    let mut again = Workbook::from_state(&book.to_state().unwrap()).unwrap();
    again.set_formula("S", "A1", "=CHAR(64*2)").unwrap();
    assert_eq!(first_row(&mut again), roman);
}
