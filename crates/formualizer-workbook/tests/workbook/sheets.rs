use super::{book, expect};
use formualizer_workbook::{ErrorKind, Value};

#[test]
fn formulas_read_other_sheets_and_follow_their_names() {
    let mut book = book(&[("A1", "=T!A1+'My sheet'!B2")]);
    expect(&book, &[("A1", "#REF!")]);
    book.add_sheet("T").unwrap();
    book.add_sheet("My sheet").unwrap();
    book.set_value("T", "A1", 1.0).unwrap();
    book.set_value("my SHEET", "B2", 2.0).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "3")]);
    book.rename_sheet("My sheet", "Other's").unwrap();
    assert_eq!(book.formula("S", "A1").unwrap().unwrap(), "=T!A1+'Other''s'!B2");
    book.set_value("Other's", "B2", 5.0).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "6")]);
    book.delete_sheet("T").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "#REF!")]);
    assert_eq!(book.sheet_names(), ["S", "Other's"]);
}

#[test]
fn a_sheet_that_comes_again_is_another_one() {
    let mut book = book(&[("A1", "=T!A1")]);
    book.add_sheet("T").unwrap();
    book.set_value("T", "A1", 1.0).unwrap();
    book.recalculate().unwrap();
    book.delete_sheet("T").unwrap();
    book.add_sheet("T").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "#REF!")]);
    assert_eq!(book.value("T", "A1").unwrap(), Value::Empty);
}

#[test]
fn three_dimensional_references_go_over_sheets() {
    let mut book = book(&[]);
    for (index, name) in ["A", "B", "C"].into_iter().enumerate() {
        book.add_sheet(name).unwrap();
        book.set_value(name, "A1", index as f64 + 1.0).unwrap();
    }
    book.set_formula("S", "A1", "=SUM(A:C!A1)").unwrap();
    book.set_formula("S", "A2", "=SUM(B:C!A1:A2)").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "6"), ("A2", "5")]);
}

#[test]
fn names_of_sheets_are_checked() {
    let mut book = book(&[]);
    for name in ["", "a/b", "x:y", "[z]", &"x".repeat(32), "'q", "s"] {
        assert_eq!(book.add_sheet(name).unwrap_err().kind(), ErrorKind::Sheet, "{name}");
    }
    let error = book.value("Sheet1", "A1").unwrap_err();
    assert!(error.to_string().contains("there are S"), "{error}");
    book.rename_sheet("S", "s").unwrap();
    assert_eq!(book.sheet_names(), ["s"]);
}

#[test]
fn what_looks_at_sheets_and_texts_follows_added_renamed_and_deleted_sheets() {
    let mut book = book(&[
        ("A1", "=SHEETS()"),
        ("A2", "=FORMULATEXT(B2)"),
        ("A3", "=IFERROR(SHEET(\"Costs\"),-1)"),
        ("A4", "=CELL(\"address\",T!C3)"),
        ("A5", "=IFERROR(INDIRECT(\"Costs!C3\"),-1)"),
    ]);
    book.add_sheet("T").unwrap();
    book.set_value("T", "C3", 4.0).unwrap();
    book.set_formula("S", "B2", "=T!C3").unwrap();
    book.set_formula("S", "A4", "=CELL(\"address\",T!C3)").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "2"), ("A2", "=T!C3"), ("A3", "-1"), ("A4", "T!$C$3"), ("A5", "-1")]);
    book.rename_sheet("T", "Costs").unwrap();
    book.add_sheet("U").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "3"), ("A2", "=Costs!C3"), ("A3", "2"), ("A4", "Costs!$C$3")]);
    expect(&book, &[("A5", "4")]);
    book.delete_sheet("U").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "2")]);
}

#[test]
fn the_path_of_a_circle_follows_the_names_of_sheets_and_moved_cells() {
    let mut book = book(&[("A1", "=B1"), ("B1", "=A1")]);
    book.rename_sheet("S", "Loop").unwrap();
    book.recalculate().unwrap();
    let path = |book: &formualizer_workbook::Workbook, cell: &str| match book.value("Loop", cell) {
        Ok(Value::Error(error)) => error.message().unwrap_or_default().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&book, "A1"), "circular reference: Loop!A1 → Loop!B1 → Loop!A1");
    book.insert_columns("Loop", 2, 1).unwrap();
    book.recalculate().unwrap();
    assert_eq!(path(&book, "A1"), "circular reference: Loop!A1 → Loop!C1 → Loop!A1");
}
