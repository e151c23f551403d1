//! Sheets so large that their rows are read, and their bytes packed, side by side.

use super::{
    parts::{Parts, SHEET},
    save::loaded,
    zipped::{differing, is_sound, text},
};
use formualizer_workbook::{ErrorKind, FileLimits, LoadOptions, SaveOptions, Value, Workbook};

const ROWS: u32 = 40_000;

/// Numbers in A, formulas that were filled in B, a shared one in C, a constant formula in D from the second row on; each tenth row is hidden.
fn row(row: u32) -> String {
    let shared = match row {
        1 => format!("<f t='shared' ref='C1:C{ROWS}' si='0'>A1*3</f>"),
        _ => "<f t='shared' si='0'/>".to_owned(),
    };
    let hidden = if row.is_multiple_of(10) { " hidden='1'" } else { "" };
    format!(
        "<row r='{row}'{hidden}><c r='A{row}'><v>{row}</v></c><c r='B{row}'><f>A{row}*2</f><v>{}</v></c><c r='C{row}'>{shared}<v>{}</v></c>\
         <c r='D{row}' t='str'><v>text {row}</v></c></row>",
        2 * row,
        3 * row
    )
}

fn rows() -> Vec<String> {
    (1..=ROWS).map(row).collect()
}

fn file(rows: &[String]) -> Vec<u8> {
    let text = rows.concat();
    assert!(text.len() > 4 << 20);
    Parts::new(&text).zip()
}

fn refused(rows: &[String]) -> String {
    let error = Workbook::from_bytes(file(rows), &LoadOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    error.to_string()
}

#[test]
fn a_large_sheet_is_what_its_rows_are() {
    let bytes = file(&rows());
    let mut book = loaded(bytes.clone());
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.used_range("S").unwrap(), Some(format!("A1:D{ROWS}")));
    assert_eq!(book.regions(), 2, "what was filled is one region");
    assert_eq!(book.hidden_rows("S").unwrap().len() as u32, ROWS / 10);
    for row in [1, 7, ROWS / 3, ROWS / 2, ROWS / 2 + 1, ROWS] {
        let n = f64::from(row);
        let values = book.values("S", ((row, 1), (row, 4))).unwrap().remove(0);
        let expected = [n, 2.0 * n, 3.0 * n].map(Value::Number).to_vec();
        assert_eq!(values[..3], expected);
        assert_eq!(values[3], Value::Text(format!("text {row}")));
        let formula = |col| book.formula("S", (row, col)).unwrap().unwrap();
        assert_eq!((formula(2), formula(3)), (format!("=A{row}*2"), format!("=A{row}*3")));
    }
    assert_eq!(differing(&bytes, &book.to_xlsx(&SaveOptions::default()).unwrap()), [""; 0]);
    book.set_value("S", (ROWS / 2, 1), 1.0).unwrap();
    book.recalculate().unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    assert_eq!(differing(&bytes, &saved), [SHEET]);
    let (before, after) = (text(&bytes, SHEET), text(&saved, SHEET));
    assert!(before.len().abs_diff(after.len()) < 100);
    assert_eq!(loaded(saved).value("S", (ROWS / 2, 3)).unwrap(), Value::Number(3.0));
}

#[test]
fn what_is_wrong_in_a_large_sheet_is_said_with_its_place() {
    let mut all = rows();
    // Two are wrong: the first is said.
    all[30_000] = row(30_001).replace("<v>30001</v>", "<v>x</v>");
    all[20_000] = row(20_001).replace("<v>20001</v>", "<v>y</v>");
    let message = refused(&all);
    assert!(message.contains(SHEET) && message.contains("A20001"), "{message}");
    let before: usize = all[..20_000].iter().map(String::len).sum();
    let byte: usize =
        message.split("at byte ").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
    assert!((before..before + 400).contains(&byte), "{message}");

    let mut all = rows();
    all[39_000] = row(5);
    assert!(refused(&all).contains("row 5 is there twice"));
    let mut all = rows();
    all[39_000] = "<row r='39001'><c></row>".to_owned();
    assert!(refused(&all).contains("at byte"));
    let mut all = rows();
    all.push("</x>".to_owned());
    assert!(refused(&all).contains("at byte"));
}

#[test]
fn rows_that_do_not_say_which_they_are_follow_the_one_before() {
    let all: Vec<String> =
        (1..=ROWS).map(|row_at| row(row_at).replacen(&format!(" r='{row_at}'"), "", 1)).collect();
    let book = loaded(file(&all));
    assert_eq!(book.value("S", (ROWS, 1)).unwrap(), Value::Number(f64::from(ROWS)));
}

#[test]
fn comments_among_the_rows_change_nothing() {
    let mut all = rows();
    all.insert(20_000, "<!-- <row r='1'><c r='A1'><v>9</v></c></row> -->".to_owned());
    all[10] = row(11).replace("text 11", "<![CDATA[<row r='2'>]]>");
    let book = loaded(file(&all));
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(1.0));
    assert_eq!(book.value("S", "D11").unwrap(), Value::Text("<row r='2'>".into()));
}

#[test]
fn the_limit_of_cells_holds_for_all_rows_together() {
    let bytes = file(&rows());
    let with = |cells: u64| {
        let mut limits = FileLimits::default();
        limits.cells = cells;
        Workbook::from_bytes(bytes.clone(), &LoadOptions::default().limits(limits)).map(|_| ())
    };
    let cells = 4 * u64::from(ROWS);
    with(cells + 100_000).unwrap();
    assert!(with(cells - 1).unwrap_err().to_string().contains("limit cells"));
}

#[test]
fn rows_that_come_and_go_in_a_large_sheet_are_saved_in_their_places() {
    let all: Vec<String> = (1..=ROWS).filter(|row| row % 7 != 3 || *row == 1).map(row).collect();
    let bytes = Parts::new(&all.concat()).zip();
    let mut book = loaded(bytes);
    for at in [3, 10, ROWS / 2 / 7 * 7 + 3, ROWS + 5] {
        book.set_value("S", (at, 5), f64::from(at)).unwrap();
    }
    book.set_value("S", ((ROWS / 4) / 7 * 7 + 1, 4), Value::Empty).unwrap();
    book.set_formulas("S", ((1, 6), (ROWS, 6)), "=E1+1").unwrap();
    book.recalculate().unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    let again = loaded(saved);
    let range = format!("A1:F{}", ROWS + 5);
    assert_eq!(
        again.values("S", range.as_str()).unwrap(),
        book.values("S", range.as_str()).unwrap()
    );
    assert_eq!(again.hidden_rows("S").unwrap(), book.hidden_rows("S").unwrap());
    for at in [1, 3, ROWS / 2, ROWS] {
        assert_eq!(again.formula("S", (at, 6)).unwrap(), Some(format!("=E{at}+1")));
    }
    // Saving once more writes nothing.
    assert_eq!(again.save_bytes(&SaveOptions::default()).unwrap().1.cells_written, 0);
}

#[test]
fn a_large_new_sheet_is_saved_whole() {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    let rows: Vec<Vec<Value>> = (0..ROWS)
        .map(|row| match row % 3 {
            0 => vec![Value::Number(f64::from(row)), Value::Date("2024-02-29".parse().unwrap())],
            1 => vec![Value::Text(format!("text {row}")), Value::Time("12:30:00".parse().unwrap())],
            _ => vec![Value::Empty, Value::Empty],
        })
        .collect();
    book.set_values("S", "A1", &rows).unwrap();
    book.set_formulas("S", ((1, 3), (ROWS + 10, 3)), "=A1").unwrap();
    book.recalculate().unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    let again = loaded(saved);
    let range = format!("A1:C{}", ROWS + 10);
    assert_eq!(
        again.values("S", range.as_str()).unwrap(),
        book.values("S", range.as_str()).unwrap()
    );
    assert_eq!(again.regions(), 1);
}

#[test]
fn rows_in_any_order_are_saved_as_they_stand() {
    let mut all = rows();
    all.swap(100, 35_000);
    let bytes = file(&all);
    let mut book = loaded(bytes);
    book.set_value("S", (101, 1), 9.0).unwrap();
    book.set_value("S", (35_001, 1), 8.0).unwrap();
    book.recalculate().unwrap();
    let again = loaded(book.to_xlsx(&SaveOptions::default()).unwrap());
    assert_eq!(again.value("S", (101, 2)).unwrap(), Value::Number(18.0));
    assert_eq!(again.value("S", (35_001, 3)).unwrap(), Value::Number(24.0));
}
