//! Files saved after rows and columns were inserted and deleted.

use super::{
    load::made,
    parts::{Parts, SHEET, sheet},
    save::loaded,
    zipped::{is_sound, text},
};
use formualizer_workbook::{ErrorKind, SaveOptions, Value, Workbook};

const AROUND: &str = "<autoFilter ref='A1:B5'/><mergeCells count='2'><mergeCell ref='A3:B3'/><mergeCell ref='D9:E9'/></mergeCells>\
    <conditionalFormatting sqref='A2:A5 C7'><cfRule type='expression' priority='1'><formula>A2&gt;$B$5</formula></cfRule></conditionalFormatting>\
    <dataValidations count='1'><dataValidation type='list' sqref='B4'><formula1>$D$1:$D$4</formula1></dataValidation></dataValidations>\
    <hyperlinks><hyperlink ref='B5' location='S!A4'/></hyperlinks>";

fn book() -> Workbook {
    let rows: String = (1..=5)
        .map(|row| format!("<row r='{row}'><c r='A{row}'><v>{row}</v></c><c r='B{row}'><f>A{row}*2</f><v>0</v></c></row>"))
        .collect();
    let cols = "<cols><col min='1' max='1' width='9'/><col min='2' max='3' width='20'/></cols>";
    let part = sheet(&rows, AROUND).replace("<sheetData>", &format!("{cols}<sheetData>"));
    loaded(Parts::new("").with(SHEET, part).zip())
}

fn saved(book: &Workbook) -> String {
    let bytes = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&bytes);
    let again = loaded(bytes.clone());
    for sheet in book.sheet_names() {
        for row in 1..15 {
            for col in 1..8 {
                let at = (row, col);
                assert_eq!(
                    again.value(&sheet, at).unwrap(),
                    book.value(&sheet, at).unwrap(),
                    "{sheet} {at:?}"
                );
                assert_eq!(again.formula(&sheet, at).unwrap(), book.formula(&sheet, at).unwrap());
            }
        }
    }
    text(&bytes, SHEET)
}

#[test]
fn inserted_rows_move_everything_of_the_sheet() {
    let mut book = book();
    book.insert_rows("S", 3, 2).unwrap();
    book.recalculate().unwrap();
    let text = saved(&book);
    for expected in [
        "ref=\"A1:B7\"",
        "<mergeCell ref=\"A5:B5\"/>",
        "<mergeCell ref=\"D11:E11\"/>",
        "sqref=\"A2:A7 C9\"",
        "<formula>A2&gt;$B$7</formula>",
        "sqref=\"B6\"",
        "<formula1>$D$1:$D$6</formula1>",
        "ref=\"B7\"",
        "location=\"S!A6\"",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn deleted_rows_take_with_them_what_stood_in_them() {
    let mut book = book();
    book.delete_rows("S", 3, 2).unwrap();
    book.recalculate().unwrap();
    let text = saved(&book);
    assert!(!text.contains("A3:B3") && text.contains("D7:E7"), "{text}");
    assert!(!text.contains("dataValidation"), "an empty list would be repaired: {text}");
    assert!(text.contains("sqref=\"A2:A3 C5\"") && text.contains("A2&gt;$B$3"), "{text}");
}

#[test]
fn columns_move_with_their_widths() {
    let mut book = book();
    book.insert_columns("S", "B", 1).unwrap();
    book.recalculate().unwrap();
    let text = saved(&book);
    assert!(text.contains("min=\"3\" max=\"4\""), "{text}");
    assert!(text.contains("ref=\"A1:C5\""), "{text}");
    book.delete_columns("S", "A", 4).unwrap();
    book.recalculate().unwrap();
    let text = saved(&book);
    assert!(!text.contains("<cols>"), "{text}");
}

#[test]
fn drawings_and_charts_follow_and_comments_are_refused() {
    let mut book = made("xlsxwriter.xlsx");
    book.insert_rows("Calc", 1, 3).unwrap();
    book.recalculate().unwrap();
    let bytes = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&bytes);
    let chart = text(&bytes, "xl/charts/chart1.xml");
    assert!(chart.contains("Calc!$B$5:$B$24"), "{chart}");
    let drawing = text(&bytes, "xl/drawings/drawing1.xml");
    assert!(drawing.contains("<xdr:row>9</xdr:row>"), "{drawing}");
    let again = loaded(bytes);
    assert_eq!(again.value("Calc", "B24").unwrap(), Value::Number(25.0));
    assert_eq!(again.names(), book.names());

    let mut book = made("openpyxl.xlsx");
    book.set_undo_limit(5);
    book.insert_rows("Data", 1, 1).unwrap();
    let error = book.to_xlsx(&SaveOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(
        error.to_string().contains("comments") && error.to_string().contains("Data"),
        "{error}"
    );
    book.undo();
    book.to_xlsx(&SaveOptions::default()).unwrap();
}

#[test]
fn tables_and_print_areas_move_with_their_rows() {
    let mut book = made("openpyxl.xlsx");
    book.insert_rows("Other sheet", 2, 1).unwrap();
    book.recalculate().unwrap();
    let bytes = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&bytes);
    assert!(text(&bytes, "xl/workbook.xml").contains("$A$1:$B$8"));
    assert!(text(&bytes, "xl/worksheets/sheet2.xml").contains("D1:E3"), "merged cells grow");
}
