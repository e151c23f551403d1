use super::{book, edit, expect};
use formualizer_workbook::{ErrorKind, TableOptions};

#[test]
fn names_stand_for_values_ranges_and_formulas() {
    let mut book = book(&[
        ("A1", "1"),
        ("A2", "2"),
        ("B1", "=rate*A1"),
        ("B2", "=SUM(Data)"),
        ("B3", "=Total*2"),
    ]);
    expect(&book, &[("B1", "#NAME?"), ("B2", "#NAME?"), ("B3", "#NAME?")]);
    book.define_name("Rate", "0.5").unwrap();
    book.define_name("data", "S!$A$1:$A$2").unwrap();
    book.define_name("Total", "SUM(Data)+Rate").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B1", "0.5"), ("B2", "3"), ("B3", "7")]);
    edit(&mut book, "A1", "10");
    expect(&book, &[("B1", "5"), ("B2", "12"), ("B3", "25")]);
    book.define_name("Rate", "1").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B1", "10"), ("B3", "26")]);
    book.remove_name(None, "rate").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B1", "#NAME?"), ("B2", "12"), ("B3", "#NAME?")]);
    assert_eq!(book.formula("S", "B1").unwrap().unwrap(), "=rate*A1");
}

#[test]
fn a_sheets_own_name_comes_first() {
    let mut book = book(&[("A1", "=x")]);
    book.add_sheet("T").unwrap();
    book.set_formula("T", "A1", "=x").unwrap();
    book.define_name("x", "1").unwrap();
    book.define_sheet_name("T", "x", "2").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "1")]);
    assert_eq!(book.value("T", "A1").unwrap().to_string(), "2");
    let name =
        |sheet: Option<&str>, text: &str| (sheet.map(str::to_owned), "x".into(), text.into());
    assert_eq!(book.names(), [name(None, "=1"), name(Some("T"), "=2")]);
}

#[test]
fn names_that_are_not_allowed_are_refused() {
    let mut book = book(&[]);
    for name in ["A1", "R1C1", "1x", "", "a b", "x!", "XFD1048576"] {
        assert_eq!(book.define_name(name, "1").unwrap_err().kind(), ErrorKind::Name, "{name}");
    }
    assert_eq!(book.define_name("x", "1+").unwrap_err().kind(), ErrorKind::Formula);
    assert_eq!(book.remove_name(None, "x").unwrap_err().kind(), ErrorKind::Name);
}

#[test]
fn names_that_mean_each_other_are_an_error() {
    let mut book = book(&[("A1", "=x")]);
    book.define_name("x", "y+1").unwrap();
    book.define_name("y", "x+1").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "#NAME?")]);
}

#[test]
fn tables_are_read_by_their_columns() {
    let mut book = book(&[
        ("A1", "Item"),
        ("B1", "Price"),
        ("A2", "a"),
        ("B2", "10"),
        ("A3", "b"),
        ("B3", "20"),
    ]);
    book.set_value("S", "C1", "Double").unwrap();
    book.add_table("Stock", "S", "A1:C3", TableOptions::default()).unwrap();
    book.set_formula("S", "C2", "=Stock[@Price]*2").unwrap();
    book.fill_down("S", "C2:C3").unwrap();
    book.set_formula("S", "E1", "=SUM(Stock[Double])").unwrap();
    book.set_formula("S", "E2", "=COUNTA(Stock[#Headers])").unwrap();
    book.set_formula("S", "E3", "=SUM(Stock[[Price]:[Double]])").unwrap();
    book.set_formula("S", "E4", "=SUM(Stock[Nothing])").unwrap();
    book.recalculate().unwrap();
    expect(
        &book,
        &[("C2", "20"), ("C3", "40"), ("E1", "60"), ("E2", "3"), ("E3", "90"), ("E4", "#REF!")],
    );
    edit(&mut book, "B3", "5");
    expect(&book, &[("C3", "10"), ("E1", "30")]);
    book.remove_table("stock").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("C2", "#NAME?"), ("E1", "#NAME?")]);
}

#[test]
fn what_is_looked_up_under_an_unknown_name_is_unknown() {
    let book = book(&[
        ("A1", "1"),
        ("B1", "=VLOOKUP(nosuch,A1:A3,1)"),
        ("B2", "=MATCH(1,nosuch,0)"),
        ("B3", "=ROWS(nosuch)"),
        ("B4", "=IFERROR(COLUMN(nosuch),0)"),
        ("B5", "=OFFSET(nosuch,1,1)"),
        ("B6", "=ISERROR(nosuch)"),
    ]);
    let name = "#NAME?";
    expect(
        &book,
        &[("B1", name), ("B2", name), ("B3", name), ("B4", "0"), ("B5", name), ("B6", "TRUE")],
    );
}
