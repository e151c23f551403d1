//! Files that other programs made (testdata/workbooks/make.py).

use formualizer_workbook::{DateSystem, ExcelErrorKind, Value, Workbook};

pub(crate) const MADE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/workbooks/made");

pub(crate) fn made(name: &str) -> Workbook {
    Workbook::open(format!("{MADE}/{name}")).unwrap()
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn formula(book: &Workbook, sheet: &str, cell: &str) -> String {
    book.formula(sheet, cell).unwrap().unwrap_or_default()
}

#[test]
fn a_file_of_openpyxl_is_loaded() {
    let mut book = made("openpyxl.xlsx");
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.sheet_names(), ["Data", "Other sheet"]);
    assert_eq!(book.date_system(), DateSystem::Excel1900);
    assert_eq!(book.value("Data", "A4").unwrap(), text("日本"));
    assert_eq!(book.value("Data", "A5").unwrap(), text("x < y & z"));
    assert_eq!(book.value("Data", "B4").unwrap(), Value::Number(1e-9));
    assert_eq!(book.value("Data", "D3").unwrap(), Value::Boolean(false));
    assert_eq!(book.value("Data", "C2").unwrap(), Value::Date("2024-02-01".parse().unwrap()));
    let moment = "2024-05-06T07:08:09".parse().unwrap();
    assert_eq!(book.value("Data", "G1").unwrap(), Value::DateTime(moment));
    assert_eq!(book.value("Data", "G2").unwrap(), Value::Time("12:30:00".parse().unwrap()));
    assert!(
        matches!(book.value("Data", "G3").unwrap(), Value::Error(e) if e.kind == ExcelErrorKind::Na)
    );
    assert_eq!(formula(&book, "Data", "E5"), "=B5*2");
    assert_eq!(formula(&book, "Other sheet", "B7"), "=A7^2+Data!$B$2");
    assert_eq!(book.hidden_rows("Data").unwrap(), [(4, 4)]);
    assert_eq!(book.names().len(), 3);
    assert_eq!(book.tables()[0].0, "Sales");

    let report = book.recalculate().unwrap();
    assert_eq!(report.regions, 8);
    let column = |range| -> Vec<Value> {
        book.values("Data", range).unwrap().into_iter().flatten().collect()
    };
    assert_eq!(column("E2:E5"), [3.0, -4.0, 2e-9, 80.0].map(Value::Number));
    assert_eq!(column("H1:H4"), [15.0, -20.0, 1e-9 * 10.0, 400.0].map(Value::Number));
    assert_eq!(column("I1:I2"), [39.750000001, 39.500000001].map(Value::Number));
    assert_eq!(column("I3:I5"), [text("paid"), Value::Number(28.0), Value::Number(40.0)]);
}

#[test]
fn a_file_of_xlsxwriter_is_loaded() {
    let mut book = made("xlsxwriter.xlsx");
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.sheet_names(), ["Calc", "Empty"]);
    assert_eq!(book.date_system(), DateSystem::Excel1904);
    assert_eq!(formula(&book, "Calc", "E1"), "=SORT(UNIQUE(C2:C21))");
    assert_eq!(formula(&book, "Calc", "H1"), "=TEXTJOIN(\"-\",TRUE,E1#)");
    assert_eq!(formula(&book, "Calc", "H2"), "=LET(x,A2,x*2)");
    let moment = "2024-01-31T18:00:00".parse().unwrap();
    assert_eq!(book.value("Calc", "I1").unwrap(), Value::DateTime(moment));
    assert_eq!(book.value("Calc", "I3").unwrap(), Value::Empty);
    assert_eq!(book.value("Calc", "I4").unwrap(), text("plain bold plain"));
    assert_eq!(book.value("Calc", "I5").unwrap(), text("  two spaces  "));
    assert_eq!(book.value("Calc", "I6").unwrap(), text("line\nbreak _x0041_ \u{1}"));
    assert_eq!(book.value("Calc", "H2").unwrap(), Value::Number(0.5));

    book.recalculate().unwrap();
    assert_eq!(book.spill_range("Calc", "E1").unwrap().as_deref(), Some("E1:E3"));
    assert_eq!(book.value("Calc", "H1").unwrap(), text("label 0-label 1-label 2"));
    assert_eq!(book.value("Calc", "G1").unwrap(), Value::Number(0.25));
    assert_eq!(book.value("Calc", "B21").unwrap(), Value::Number(25.0));
    assert_eq!(book.value("Calc", "F2").unwrap(), Value::Number(0.375));
}
