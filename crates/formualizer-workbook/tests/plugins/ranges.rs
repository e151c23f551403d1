//! Ranges as arguments, arrays as results.

use crate::{count_down, detail, expect, gives, on_every_runtime, put};

#[test]
fn a_row_function_over_ranges_spills() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        put(&mut book, &[("B1", "10"), ("B2", "20"), ("B3", "30"), ("D1", "=MULADD(A1:A3,B1:B3)")]);
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 3));
        expect(&book, &[("D1", "11"), ("D2", "41"), ("D3", "91")]);
        assert_eq!(book.spill_range("S", "D1").unwrap().unwrap(), "D1:D3");
    });
}

#[test]
fn a_column_and_a_row_make_a_table() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        put(&mut book, &[("E1", "10"), ("F1", "100"), ("H1", "=MULADD(A1:A3,E1:F1)")]);
        gives(&mut book, &[("H1", "11"), ("I1", "101"), ("H3", "31"), ("I3", "301")]);
        assert_eq!(book.spill_range("S", "H1").unwrap().unwrap(), "H1:I3");
    });
}

#[test]
fn what_is_missing_of_a_shorter_range_is_not_available() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        put(&mut book, &[("D1", "=MULADD(A1:A3,A1:A2)"), ("E1", "=MULADD(A1:A3,A1:A1)")]);
        gives(&mut book, &[("D1", "2"), ("D2", "5"), ("D3", "#N/A")]);
        expect(&book, &[("E1", "2"), ("E3", "4")]);
    });
}

#[test]
fn a_reduce_function_gets_a_range_whole() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        put(&mut book, &[("A4", "text"), ("A6", "4"), ("B1", "=SUM_RANGE(A1:A6)")]);
        book.set_value("S", "A5", true).unwrap();
        put(&mut book, &[("B2", "=COUNT_NULLS(A1:A7)"), ("B3", "=SUM_RANGE(A1:A3*2)")]);
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (3, 3));
        // Texts, logical values and blanks of a range are missing numbers.
        expect(&book, &[("B1", "10"), ("B2", "3"), ("B3", "12")]);
        put(&mut book, &[("A3", "=1/0")]);
        gives(&mut book, &[("B1", "#DIV/0!"), ("B2", "#DIV/0!"), ("B3", "#DIV/0!")]);
    });
}

#[test]
fn a_growing_range_is_a_call_a_row() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 5);
        book.set_formulas("S", "B1:B5", "=SUM_RANGE(A$1:A1)").unwrap();
        gives(&mut book, &[("B1", "1"), ("B3", "6"), ("B5", "15")]);
        put(&mut book, &[("A4", "40")]);
        let report = book.recalculate().unwrap();
        assert_eq!(report.cells, 2);
        expect(&book, &[("B3", "6"), ("B4", "46"), ("B5", "51")]);
    });
}

#[test]
fn an_array_function_spills_and_shrinks() {
    on_every_runtime(|mut book| {
        put(
            &mut book,
            &[("A1", "4"), ("B1", "=SEQ(A1)"), ("C1", "=SUM(B1#)"), ("D1", "=TABLE(2,3)")],
        );
        put(&mut book, &[("H1", "=SUM_RANGE(SEQ(4))"), ("H2", "=SUM(SEQ(A1)*2)")]);
        gives(&mut book, &[("B4", "4"), ("C1", "10"), ("D1", "11"), ("F2", "23"), ("H1", "10")]);
        expect(&book, &[("H2", "20")]);
        put(&mut book, &[("A1", "2")]);
        gives(&mut book, &[("B2", "2"), ("B3", ""), ("C1", "3"), ("H2", "6")]);
    });
}

#[test]
fn an_array_without_cells_is_an_error_that_says_so() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=SEQ(0)")]);
        gives(&mut book, &[("A1", "#CALC!")]);
        assert!(detail(&book, "A1").contains("SEQ"), "{}", detail(&book, "A1"));
    });
}

#[test]
fn what_an_array_leaves_out_is_blank() {
    on_every_runtime(|mut book| {
        put(
            &mut book,
            &[("A1", "=WORDS(\"one  three\")"), ("B1", "=ISBLANK(A2)"), ("B2", "=A2+1")],
        );
        gives(
            &mut book,
            &[("A1", "one"), ("A2", ""), ("A3", "three"), ("B1", "TRUE"), ("B2", "1")],
        );
    });
}

#[test]
fn an_array_of_a_plugin_that_is_blocked_waits_for_room() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=SEQ(3)"), ("A2", "x")]);
        gives(&mut book, &[("A1", "#SPILL!"), ("A2", "x"), ("A3", "")]);
        book.clear("S", "A2").unwrap();
        gives(&mut book, &[("A1", "1"), ("A2", "2"), ("A3", "3")]);
    });
}
