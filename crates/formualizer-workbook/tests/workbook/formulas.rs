use super::{book, edit, expect};
use formualizer_workbook::{ErrorKind, RecalcOptions, Value};

#[test]
fn formulas_follow_their_inputs() {
    let mut book = book(&[("A1", "2"), ("B1", "=A1*10"), ("C1", "=B1&\" kg\"")]);
    expect(&book, &[("B1", "20"), ("C1", "20 kg")]);
    edit(&mut book, "A1", "3");
    expect(&book, &[("B1", "30"), ("C1", "30 kg")]);
}

#[test]
fn a_filled_column_is_one_region_and_edits_split_it() {
    let mut book = book(&[]);
    let rows: Vec<Vec<Value>> = (1..=1000).map(|n| vec![Value::Number(f64::from(n))]).collect();
    book.set_values("S", "A1", &rows).unwrap();
    book.set_formula("S", "B1", "=A1*2").unwrap();
    book.fill_down("S", "B1:B1000").unwrap();
    assert_eq!(book.regions(), 1);
    book.recalculate().unwrap();
    expect(&book, &[("B1", "2"), ("B1000", "2000")]);
    assert_eq!(book.formula("S", "B500").unwrap().unwrap(), "=A500*2");
    edit(&mut book, "B500", "7");
    assert_eq!(book.regions(), 2);
    expect(&book, &[("B499", "998"), ("B500", "7"), ("B501", "1002")]);
    assert_eq!(book.formula("S", "B500").unwrap(), None);
    edit(&mut book, "A501", "0");
    expect(&book, &[("B500", "7"), ("B501", "0")]);
}

#[test]
fn formulas_typed_one_below_the_other_are_one_region() {
    let mut book = book(&[("A1", "1"), ("A2", "2"), ("A3", "3")]);
    for row in 1..=3 {
        book.set_formula("S", (row, 2), &format!("=a{row} * $A$1")).unwrap();
    }
    assert_eq!(book.regions(), 1);
    book.recalculate().unwrap();
    expect(&book, &[("B1", "1"), ("B2", "2"), ("B3", "3")]);
    edit(&mut book, "A1", "10");
    expect(&book, &[("B1", "100"), ("B2", "20"), ("B3", "30")]);
}

#[test]
fn formulas_are_filled_over_rectangles() {
    let mut book = book(&[("A1", "1"), ("B1", "2"), ("A2", "3"), ("B2", "4")]);
    book.set_formulas("S", "D1:E2", "=A1+$A$1").unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.regions(), 1);
    expect(&book, &[("D1", "2"), ("E1", "3"), ("D2", "4"), ("E2", "5")]);
    edit(&mut book, "B2", "40");
    expect(&book, &[("D2", "4"), ("E2", "41")]);
}

#[test]
fn filling_down_copies_values_as_they_are() {
    let mut book = book(&[("A1", "x"), ("B1", "=A1&\"!\"")]);
    book.fill_down("S", "A1:B3").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A3", "x"), ("B3", "x!")]);
}

#[test]
fn ranges_that_no_machine_would_hold_are_refused() {
    let mut book = book(&[("A1", "1")]);
    for range in ["A1:XFD1048576", "A:IW"] {
        for refused in [
            book.set_formulas("S", range, "=1"),
            book.set_array_formula("S", range, "=1"),
            book.fill_down("S", range),
            book.fill_right("S", range),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Data);
            assert!(error.to_string().contains("give a smaller range"), "{error}");
        }
    }
    assert_eq!(book.regions(), 0);
    book.set_formulas("S", "A:IV", "=1").unwrap();
    assert_eq!(book.regions(), 1);
    let array = book.set_array_formula("S", "A:BM", "=1").unwrap_err();
    assert!(array.to_string().contains("67108864 can be of one array"), "{array}");
}

#[test]
fn a_running_balance_is_swept_in_order() {
    let mut book = book(&[]);
    let rows: Vec<Vec<Value>> = (1..=2000).map(|n| vec![Value::Number(f64::from(n))]).collect();
    book.set_values("S", "A1", &rows).unwrap();
    book.set_formula("S", "B1", "=A1").unwrap();
    book.set_formula("S", "B2", "=B1+A2").unwrap();
    book.fill_down("S", "B2:B2000").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B2", "3"), ("B2000", "2001000")]);
    edit(&mut book, "A1000", "0");
    expect(&book, &[("B999", "499500"), ("B1000", "499500"), ("B2000", "2000000")]);
}

#[test]
fn columns_that_read_each_others_rows_are_ordered_cell_by_cell() {
    let mut book = book(&[("A1", "1"), ("B1", "=A1*2")]);
    book.set_formulas("S", "A2:A50", "=B1+1").unwrap();
    book.set_formulas("S", "B2:B50", "=A2*2").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A2", "3"), ("B2", "6"), ("A3", "7"), ("B3", "14")]);
    edit(&mut book, "A1", "0");
    expect(&book, &[("A2", "1"), ("B2", "2"), ("A3", "3"), ("B3", "6")]);
}

#[test]
fn references_beyond_the_sheet_are_errors() {
    let mut book = book(&[("A2", "5"), ("B2", "=A1")]);
    book.set_formulas("S", "C1:C2", "=A1").unwrap();
    book.set_formula("S", "D2", "=D1+1").unwrap();
    book.set_formulas("S", "A10:A11", "=B9").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B2", "0"), ("C2", "5"), ("A10", "0")]);
    let mut filled = super::book(&[("B2", "=A1")]);
    filled.fill_down("S", "B2:B4").unwrap();
    filled.recalculate().unwrap();
    expect(&filled, &[("B4", "0")]);
}

#[test]
fn whole_columns_end_where_the_sheet_does() {
    let mut book = book(&[("A1", "1"), ("A2", "2"), ("B1", "=SUM(A:A)"), ("C1", "=COUNTA(A:A)")]);
    expect(&book, &[("B1", "3"), ("C1", "2")]);
    edit(&mut book, "A500", "10");
    expect(&book, &[("B1", "13"), ("C1", "3")]);
}

#[test]
fn the_functions_of_the_engine_are_there() {
    let book = book(&[
        ("A1", "10"),
        ("A2", "20"),
        ("A3", "30"),
        ("B1", "a"),
        ("B2", "b"),
        ("B3", "c"),
        ("D1", "=XLOOKUP(20,A1:A3,B1:B3)"),
        ("D2", "=LET(x,A1,y,x*2,x+y)"),
        ("D3", "=TEXT(0.256,\"0.0%\")"),
        ("D4", "=SUMPRODUCT(A1:A3,A1:A3)"),
        ("D5", "=INDEX(B1:B3,2)"),
        ("D6", "=IFERROR(1/0,\"none\")"),
        ("D7", "=VLOOKUP(30,A1:B3,2,FALSE)"),
        ("D8", "=MAX(A1:A3)-MIN(A1:A3)"),
        ("D9", "=NOSUCH(1)"),
        ("D10", "=UPPER(\"straße\")"),
    ]);
    expect(
        &book,
        &[
            ("D1", "b"),
            ("D2", "30"),
            ("D3", "25.6%"),
            ("D4", "1400"),
            ("D5", "b"),
            ("D6", "none"),
            ("D7", "c"),
            ("D8", "20"),
            ("D9", "#NAME?"),
        ],
    );
}

#[test]
fn text_that_is_no_formula_is_refused_and_changes_nothing() {
    let mut book = book(&[("A1", "=1+1")]);
    for text in ["=1+", "=SUM(", "=(1", "=\"x", ""] {
        let error = book.set_formula("S", "A1", text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Formula, "{text}: {error}");
    }
    expect(&book, &[("A1", "2")]);
}

#[test]
fn references_made_at_run_time_wait_for_what_they_read() {
    let mut book = book(&[
        ("A1", "1"),
        ("B1", "=INDIRECT(\"C1\")+1"),
        ("C1", "=D1*2"),
        ("D1", "=A1+10"),
        ("E1", "=SUM(OFFSET(A1,0,1,1,3))"),
    ]);
    expect(&book, &[("B1", "23"), ("E1", "56")]);
    edit(&mut book, "A1", "2");
    expect(&book, &[("B1", "25"), ("E1", "61")]);
    edit(&mut book, "D1", "=INDIRECT(\"B1\")");
    expect(&book, &[("B1", "#CIRC!"), ("D1", "#CIRC!")]);
    edit(&mut book, "D1", "5");
    expect(&book, &[("B1", "11"), ("C1", "10")]);
}

#[test]
fn ranges_keep_their_blank_ends() {
    let book = book(&[
        ("A1", "1"),
        ("C1", "=COUNTBLANK(A1:A10)"),
        ("C2", "=ROWS(A1:A10)*COLUMNS(A1:B1)"),
        ("C3", "=TEXTJOIN(\"-\",FALSE,A1:A3)"),
        ("C4", "=COUNTBLANK(A1:B5000)"),
        ("C5", "=SUMPRODUCT(--(A1:A4=\"\"))"),
    ]);
    expect(&book, &[("C1", "9"), ("C2", "20"), ("C3", "1--"), ("C4", "9999"), ("C5", "3")]);
}

#[test]
fn functions_of_one_value_spread_over_arrays() {
    let mut book = book(&[
        ("A1", "-1"),
        ("A2", "2.5"),
        ("A3", "abc"),
        ("C1", "=SUM(LEN(A1:A3))"),
        ("C2", "=SUM(ABS(A1:A2))"),
        ("C3", "=SUMPRODUCT(--ISNUMBER(A1:A3))"),
        ("D1", "=ABS(A1:A2)"),
        ("E1", "=LEFT(A1:A3,2)"),
        ("F1", "=ROUND(A1:A2,{0,1})"),
        ("H1", "=IFERROR(ABS(A1:A3),0)"),
    ]);
    expect(&book, &[("C1", "8"), ("C2", "3.5"), ("C3", "2"), ("D1", "1"), ("D2", "2.5")]);
    expect(&book, &[("E1", "-1"), ("E2", "2."), ("E3", "ab")]);
    book.set_formulas("S", "J1:J3", "=SUM(LEN(A$1:A$3))+ROW()").unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.regions(), 8);
    expect(&book, &[("J1", "9"), ("J3", "11")]);
}

#[test]
fn chains_of_operators_are_as_long_as_a_formula_may_be() {
    let sum = format!("=1{}", "+1".repeat(4095));
    let texts = format!("=LEN(A1{})", "&A1".repeat(2720));
    let mut book = book(&[("A1", "ab"), ("B1", &sum), ("B2", &texts)]);
    expect(&book, &[("B1", "4096"), ("B2", "5442")]);
    edit(&mut book, "A1", "a");
    expect(&book, &[("B2", "2721")]);
    book.set_formulas("S", "C1:C40", &format!("=D1{}", "*D1".repeat(2000))).unwrap();
    book.set_value("S", "D40", 1.0).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("C39", "0"), ("C40", "1")]);
    // Names that are written out in each other end after as many levels as ever.
    for step in 0..600 {
        book.define_name(&format!("n_{step}"), &format!("=-n_{}", step + 1)).unwrap();
    }
    edit(&mut book, "A2", "=n_0");
    assert!(matches!(book.value("S", "A2").unwrap(), Value::Error(_)));
}

#[test]
fn what_is_left_empty_between_commas_counts_as_zero() {
    let mut book = book(&[("A1", "4"), ("A2", "6")]);
    for (cells, formula) in [
        ("B1:B2", "=COUNT(1,,A1)"),
        ("C1:C2", "=COUNTA(,A1,)"),
        ("D1:D2", "=AVERAGE(,A1)"),
        ("E1:E2", "=MIN(A1,)"),
        ("F1:F2", "=SUM(,A1)"),
    ] {
        book.set_formulas("S", cells, formula).unwrap();
    }
    book.recalculate().unwrap();
    expect(&book, &[("B1", "3"), ("B2", "3"), ("C2", "3"), ("D1", "2"), ("D2", "3")]);
    expect(&book, &[("E2", "0"), ("F2", "6")]);
}

#[test]
fn equal_formulas_are_one_region_in_whichever_order_they_are_typed() {
    let orders: [Vec<u32>; 3] = [
        (1..=200).collect(),
        (1..=200).rev().collect(),
        (0..200).map(|n| n * 77 % 200 + 1).collect(),
    ];
    for order in orders {
        let mut book = book(&[]);
        for (count, row) in order.into_iter().enumerate() {
            book.set_value("S", (row, 1), row).unwrap();
            book.set_formula("S", (row, 2), &format!("=A{row}*2")).unwrap();
            if count % 30 == 0 {
                book.recalculate().unwrap();
            }
        }
        assert_eq!(book.regions(), 1);
        book.recalculate().unwrap();
        expect(&book, &[("B1", "2"), ("B100", "200"), ("B200", "400")]);
    }
}

#[test]
fn functions_around_an_unknown_one_take_its_error_where_nothing_is_kept() {
    let mut book = book(&[]);
    for (cell, formula) in [("A1", "=IFERROR(NOBODY(1),7)"), ("A2", "=NOBODY(1)+1")] {
        book.set_formula("S", cell, formula).unwrap();
    }
    book.set_formulas("S", "B1:B3", "=ISERROR(NOBODY(A1))").unwrap();
    let mut options = RecalcOptions::default();
    options.keeps_unknown = false;
    book.recalculate_with(&options).unwrap();
    expect(&book, &[("A1", "7"), ("A2", "#NAME?"), ("B1", "TRUE"), ("B3", "TRUE")]);
}
