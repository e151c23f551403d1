//! Cells as arguments: blanks, texts, logical values, errors and dates.

use crate::{detail, expect, gives, on_every_runtime, put, tells};
use chrono::NaiveDate;
use formualizer_workbook::Workbook;

/// A number, a number as text, another text, a logical value, a blank, an error, a date.
fn mixture(book: &mut Workbook) {
    put(book, &[("A1", "1.5"), ("A3", "x"), ("A6", "=1/0")]);
    book.set_value("S", "A2", "2").unwrap();
    book.set_value("S", "A4", true).unwrap();
    book.set_value("S", "A7", NaiveDate::from_ymd_opt(2024, 1, 1).unwrap()).unwrap();
}

#[test]
fn cells_are_converted_to_numbers_row_by_row() {
    on_every_runtime(|mut book| {
        mixture(&mut book);
        book.set_formulas("S", "B1:B7", "=MULADD(A1,2)").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 7));
        expect(&book, &[("B1", "4"), ("B2", "5"), ("B3", "#VALUE!"), ("B4", "3"), ("B5", "1")]);
        expect(&book, &[("B6", "#DIV/0!"), ("B7", "90585")]);
        tells(&book, "B3", "number");
    });
}

#[test]
fn one_value_is_converted_like_a_column() {
    on_every_runtime(|mut book| {
        mixture(&mut book);
        for row in 1..=7 {
            // In different rows of different columns: each is a region of its own.
            let formula = format!("=MULADD(A{row},2)");
            book.set_formula("S", (row * 3, row + 2), &formula).unwrap();
        }
        put(
            &mut book,
            &[("K1", "=MULADD(\"2\",TRUE)"), ("K2", "=MULADD(\"x\",1)"), ("K3", "=MULADD(,3)")],
        );
        gives(
            &mut book,
            &[("C3", "4"), ("D6", "5"), ("E9", "#VALUE!"), ("F12", "3"), ("G15", "1")],
        );
        expect(&book, &[("H18", "#DIV/0!"), ("I21", "90585")]);
        expect(&book, &[("K1", "3"), ("K2", "#VALUE!"), ("K3", "1")]);
    });
}

#[test]
fn optional_parameters_see_what_is_missing() {
    on_every_runtime(|mut book| {
        mixture(&mut book);
        book.set_formulas("S", "B1:B7", "=OR_ELSE(A1,9)").unwrap();
        book.set_formulas("S", "C4:C5", "=IS_NULL(A4)").unwrap();
        put(&mut book, &[("D1", "=OR_ELSE(,9)"), ("D2", "=IS_NULL(A5)")]);
        gives(&mut book, &[("B1", "1.5"), ("B4", "1"), ("B5", "9"), ("B6", "#DIV/0!")]);
        expect(&book, &[("C4", "FALSE"), ("C5", "TRUE"), ("D1", "9"), ("D2", "TRUE")]);
    });
}

#[test]
fn parameters_of_any_type_see_cells_as_they_are() {
    on_every_runtime(|mut book| {
        mixture(&mut book);
        book.set_formulas("S", "B1:B6", "=LABEL(A1)").unwrap();
        gives(&mut book, &[("B1", "number 1.5"), ("B2", "text 2"), ("B3", "text x")]);
        let logical = crate::shown(&book, "B4").to_lowercase();
        assert_eq!(logical, "logical true");
        expect(&book, &[("B5", "blank"), ("B6", "error #DIV/0!")]);
    });
}

#[test]
fn the_error_of_the_first_parameter_wins() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=NA()"), ("B1", "=1/0"), ("A2", "=1/0"), ("B2", "=NA()")]);
        book.set_formulas("S", "C1:C2", "=MULADD(A1,B1)").unwrap();
        put(&mut book, &[("D5", "=MULADD(A1,B1)")]);
        gives(&mut book, &[("C1", "#N/A"), ("C2", "#DIV/0!"), ("D5", "#N/A")]);
    });
}

#[test]
fn logical_values_and_texts_are_converted_too() {
    on_every_runtime(|mut book| {
        mixture(&mut book);
        book.set_formulas("S", "B1:B6", "=BNOT(A1)").unwrap();
        book.set_formulas("S", "C1:C6", "=STRLEN(A1)").unwrap();
        gives(&mut book, &[("B1", "FALSE"), ("B3", "#VALUE!"), ("B4", "FALSE"), ("B5", "TRUE")]);
        expect(&book, &[("C1", "3"), ("C2", "1"), ("C4", "4"), ("C5", "0"), ("C6", "#DIV/0!")]);
    });
}

#[test]
fn results_are_cells_like_others() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=NULL_IF_NEG(-1)"), ("A2", "=A1+1"), ("A3", "=ISBLANK(A1)")]);
        put(&mut book, &[("B1", "=SQRT_CHECKED(-1)"), ("B2", "=DIV_CHECKED(1,0)")]);
        put(&mut book, &[("C1", "=MULADD(1E+308,100)"), ("C2", "=ISNUMBER(STRLEN(\"ab\"))")]);
        gives(&mut book, &[("A1", ""), ("A2", "1"), ("A3", "TRUE")]);
        expect(&book, &[("B1", "#NUM!"), ("B2", "#DIV/0!"), ("C1", "#NUM!"), ("C2", "TRUE")]);
        assert_eq!(detail(&book, "B1"), "negative: -1");
    });
}

#[test]
fn whole_numbers_are_wanted_where_a_parameter_is_one() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=DIVIDE_I64(7,2)"), ("A2", "=DIVIDE_I64(1E+300,2)")]);
        gives(&mut book, &[("A1", "3"), ("A2", "#NUM!")]);
        tells(&book, "A2", "beyond the type of the parameter");
    });
}
