//! Precedents and dependents of cells, formulas that are looked at, and what is known of functions.

use super::{book, put};
use formualizer_workbook::{
    CustomFnOptions, ErrorKind, FunctionOrigin, SheetRange, TableOptions, Value, Workbook,
};
use std::sync::Arc;

fn shown(ranges: Vec<SheetRange>) -> Vec<String> {
    ranges.into_iter().map(|range| format!("{}!{}", range.sheet, range.range)).collect()
}

fn precedents(book: &Workbook, cell: &str) -> Vec<String> {
    shown(book.precedents("S", cell).unwrap())
}

fn dependents(book: &Workbook, cell: &str) -> Vec<String> {
    shown(book.dependents("S", cell).unwrap())
}

#[test]
fn precedents_are_what_the_formula_of_the_cell_refers_to() {
    let mut book = book(&[("A1", "1"), ("C3", "=A1+$B$2*A1"), ("C4", "=1+1")]);
    book.add_sheet("Other").unwrap();
    book.set_formulas("S", "D1:D3", "=A1+SUM(Other!$A$1:B9)").unwrap();
    assert_eq!(precedents(&book, "C3"), ["S!A1", "S!B2"]);
    assert_eq!(precedents(&book, "D3"), ["S!A3", "Other!A1:B11"]);
    assert_eq!(precedents(&book, "C4"), [""; 0]);
    assert_eq!(precedents(&book, "A1"), [""; 0]);
    assert_eq!(book.precedents("No", "A1").unwrap_err().kind(), ErrorKind::Sheet);
}

#[test]
fn names_and_tables_are_the_ranges_that_they_stand_for() {
    let mut book = book(&[("A1", "price"), ("A2", "1"), ("A3", "2")]);
    book.add_table("Goods", "S", "A1:A3", TableOptions::default()).unwrap();
    book.define_name("Rate", "=S!$F$1").unwrap();
    put(&mut book, "C1", "=SUM(Goods[price])*Rate");
    assert_eq!(precedents(&book, "C1"), ["S!A2:A3", "S!F1"]);
    assert_eq!(dependents(&book, "F1"), ["S!C1"]);
    assert_eq!(dependents(&book, "A3"), ["S!C1"]);
}

#[test]
fn cells_that_an_array_fills_have_the_precedents_of_its_formula() {
    let book = book(&[("A1", "3"), ("C1", "=SEQUENCE(A1)")]);
    assert_eq!(precedents(&book, "C3"), ["S!A1"]);
}

#[test]
fn dependents_are_the_cells_of_filled_formulas_that_refer_to_the_cell() {
    let mut book = book(&[]);
    book.set_formulas("S", "C1:D10", "=A1+$A$5").unwrap();
    book.set_formulas("S", "F1:F10", "=SUM(A$1:A1)").unwrap();
    put(&mut book, "H1", "=SUM(A:A)");
    put(&mut book, "H2", "=C1");
    assert_eq!(dependents(&book, "A5"), ["S!C1:D10", "S!F5:F10", "S!H1"]);
    assert_eq!(dependents(&book, "A7"), ["S!C7", "S!F7:F10", "S!H1"]);
    assert_eq!(dependents(&book, "B3"), ["S!D3"]);
    assert_eq!(dependents(&book, "Z9"), [""; 0]);
}

#[test]
fn a_formula_is_looked_at_without_being_put_anywhere() {
    let book = book(&[("A1", "1")]);
    let check = book.validate_formula("S", "B1", "=sum(A1)+NO_SUCH(1)+SUM(A2)").unwrap();
    assert_eq!(check.functions, ["SUM", "NO_SUCH"]);
    assert_eq!(check.unknown_functions, ["NO_SUCH"]);
    assert!(!check.volatile);
    assert!(book.validate_formula("S", "B1", "=NOW()").unwrap().volatile);
    for wrong in ["=1+", "=SUM(", "=)", "="] {
        let error = book.validate_formula("S", "B1", wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Formula, "{wrong}");
    }
    assert_eq!(book.value("S", "B1").unwrap(), Value::Empty);
}

#[test]
fn built_in_functions_tell_how_many_arguments_they_take() {
    let book = book(&[]);
    let details = book.function_details("vlookup").unwrap();
    assert_eq!((details.name.as_str(), details.origin), ("VLOOKUP", FunctionOrigin::Builtin));
    assert_eq!((details.min_args, details.max_args), (3, Some(4)));
    assert_eq!(
        details.signature,
        "VLOOKUP(lookup_value, table_array, col_index_num, [range_lookup])"
    );
    assert!(book.function_details("_xlfn.SEQUENCE").is_some());
    assert!(book.function_details("LET").unwrap().max_args.is_none());
    assert!(book.function_details("RAND").unwrap().volatile);
    assert_eq!(book.function_details("NO_SUCH"), None);
    assert_eq!(book.function_details(""), None);
    for name in formualizer_workbook::builtin_functions() {
        assert!(book.function_details(&name).is_some(), "{name}");
    }
}

#[test]
fn callbacks_tell_what_they_were_registered_with() {
    let mut book = book(&[]);
    let options = CustomFnOptions {
        min_args: 1,
        max_args: Some(2),
        allow_override_builtin: true,
        ..CustomFnOptions::default()
    };
    let handler = Arc::new(|_: &[Value]| Ok(Value::Number(1.0)));
    book.register_custom_function("sum", options, handler).unwrap();
    let details = book.function_details("SUM").unwrap();
    assert_eq!(details.origin, FunctionOrigin::Callback);
    assert_eq!(details.signature, "SUM(argument1, [argument2])");
}
