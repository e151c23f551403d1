use super::*;

fn shown(template: Option<Template>, book: &Book) -> String {
    template.map_or("unchanged".to_owned(), |t| t.text_at(t.origin, book))
}

#[test]
fn references_follow_a_renamed_sheet() {
    let mut book = book();
    let formulas =
        ["='My sheet'!A1+'my sheet'!rate", "=SUM(Sheet1:'My sheet'!A1)", "=A1", "=Sheet3!A1"]
            .map(|text| book.compile(text, "C3"));
    book.sheets[1].1 = "It's new".to_owned();
    let renamed = formulas.map(|t| shown(t.rename_sheet("My sheet", "It's new", &book), &book));
    assert_eq!(
        renamed,
        [
            "='It''s new'!A1+'It''s new'!rate",
            "=SUM('Sheet1:It''s new'!A1)",
            "unchanged",
            "unchanged"
        ]
    );
}

#[test]
fn unqualified_references_are_lowered_for_the_new_name() {
    let mut book = book();
    let template = book.compile("=A1", "C3");
    book.sheets[0].1 = "First".to_owned();
    let renamed = template.rename_sheet("Sheet1", "First", &book).unwrap();
    assert_eq!(book.lowered(&renamed, "C3"), "First!A1");
    assert_eq!(renamed.key, template.key);
}

#[test]
fn references_that_had_no_sheet_find_it_when_it_gets_its_name() {
    let mut book = book();
    let template = book.compile("=New!A1", "C3");
    book.sheets[1].1 = "New".to_owned();
    let renamed = template.rename_sheet("My sheet", "new", &book).unwrap();
    assert_eq!(book.lowered(&renamed, "C3"), "New!A1");
}

#[test]
fn references_to_a_deleted_sheet_break_and_ends_move_inward() {
    let mut book = book();
    let formulas =
        ["=Sheet3!A1+1", "=SUM(Sheet1:Sheet3!A1)", "=SUM(Sheet3:Sheet3!A1)", "=Sheet3!rate", "=A1"]
            .map(|text| book.compile(text, "C3"));
    book.sheets.remove(2);
    let deleted = Deleted { name: "sheet3", previous: Some("My sheet"), next: None };
    let after = formulas.map(|t| shown(t.delete_sheet(deleted, &book), &book));
    assert_eq!(
        after,
        ["=#REF!+1", "=SUM('Sheet1:My sheet'!A1)", "=SUM(#REF!)", "=#REF!", "unchanged"]
    );
}

#[test]
fn a_sheet_deleted_in_the_middle_leaves_a_3d_reference() {
    let mut book = book();
    let template = book.compile("=SUM(Sheet1:Sheet3!A1)", "C3");
    book.sheets.remove(1);
    let deleted = Deleted { name: "My sheet", previous: Some("Sheet1"), next: Some("Sheet3") };
    let after = template.delete_sheet(deleted, &book).unwrap();
    assert_eq!(book.lowered(&after, "C3"), "SUM(Sheet1!A1,Sheet3!A1)");
}

#[test]
fn names_follow_too() {
    let mut named = parse_named("x", "=SUM(Sheet1!$A$1,'My sheet'!rate)", SheetId(0)).unwrap();
    assert!(rename_in(&mut named.source, "SHEET1", "Other one"));
    let book = book();
    assert_eq!(named.text(&book), "=SUM('Other one'!$A$1,'My sheet'!rate)");
}
