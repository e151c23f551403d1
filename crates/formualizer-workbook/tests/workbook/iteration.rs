//! Circular references that are calculated in steps.

use super::{book, detail, edit, expect, put};
use formualizer_workbook::{Iteration, Value, Workbook};

fn iterating(cells: &[(&str, &str)], steps: u32, delta: f64) -> Workbook {
    let mut book = book(&[]);
    book.set_iteration(Some(Iteration::new(steps, delta).unwrap()));
    for (cell, input) in cells {
        put(&mut book, cell, input);
    }
    book.recalculate().unwrap();
    book
}

fn number(book: &Workbook, cell: &str) -> f64 {
    match book.value("S", cell).unwrap() {
        Value::Number(n) => n,
        _ => f64::NAN,
    }
}

#[test]
fn a_counter_counts_its_steps() {
    let mut book = iterating(&[("A1", "=A1+B1"), ("B1", "1")], 10, 0.001);
    expect(&book, &[("A1", "10")]);
    // What it reads has not changed.
    edit(&mut book, "D1", "7");
    expect(&book, &[("A1", "10")]);
    edit(&mut book, "B1", "2");
    expect(&book, &[("A1", "30")]);
}

#[test]
fn a_model_of_a_loan_converges() {
    // Interest on the mean of what is owed before and after.
    let cells = [
        ("B1", "1000"),
        ("B2", "0.1"),
        ("B3", "=B2*AVERAGE(B1,B5)"),
        ("B4", "200"),
        ("B5", "=B1+B3-B4"),
        ("B6", "=ROUND(B5,6)"),
    ];
    let mut book = iterating(&cells, 100, 1e-9);
    expect(&book, &[("B6", "894.736842")]);
    edit(&mut book, "B4", "0");
    expect(&book, &[("B6", "1105.263158")]);
    // It ends before the last step where the change asks for no more.
    book.set_iteration(Some(Iteration::new(100, 10.0).unwrap()));
    edit(&mut book, "B4", "200");
    let off = (number(&book, "B5") - 850.0 / 0.95).abs();
    assert!(off > 1e-3 && off < 10.0, "{off}");
}

#[test]
fn steps_go_by_rows_and_then_from_left_to_right() {
    // B1 sees the A1 of the same step, A1 the B1 of the step before.
    let book = iterating(&[("A1", "=B1+1"), ("B1", "=A1*2")], 2, 0.0);
    expect(&book, &[("A1", "3"), ("B1", "6")]);
    let book = iterating(&[("A2", "=A1+1"), ("A1", "=A2*2")], 2, 0.0);
    expect(&book, &[("A1", "2"), ("A2", "3")]);
}

#[test]
fn the_greatest_value_so_far_is_kept() {
    let mut book = iterating(&[("A1", "=MAX(A1,B1)"), ("B1", "5")], 100, 0.001);
    expect(&book, &[("A1", "5")]);
    edit(&mut book, "B1", "3");
    expect(&book, &[("A1", "5")]);
    edit(&mut book, "B1", "8");
    expect(&book, &[("A1", "8")]);
}

#[test]
fn texts_that_change_go_on_to_the_last_step() {
    let book = iterating(&[("A1", "=IF(A1=\"x\",\"y\",\"x\")"), ("B1", "=A1&\"!\"")], 3, 0.001);
    expect(&book, &[("A1", "x"), ("B1", "x!")]);
}

#[test]
fn an_error_is_left_as_soon_as_its_reason_is() {
    let mut book = iterating(&[("A1", "=IF(B1=0,1/0,A1/2+B1)"), ("B1", "0")], 100, 1e-12);
    expect(&book, &[("A1", "#DIV/0!")]);
    edit(&mut book, "B1", "1");
    assert!((number(&book, "A1") - 2.0).abs() < 1e-9);
}

#[test]
fn a_cell_that_is_read_late_takes_part() {
    let cells = [("A1", "=IF(B1>3,C1,B1)"), ("B1", "=A1+1"), ("C1", "=B1-2")];
    let book = iterating(&cells, 6, 0.0);
    expect(&book, &[("A1", "3"), ("B1", "4"), ("C1", "2")]);
}

#[test]
fn an_array_that_depends_on_itself_stays_an_error() {
    let book = iterating(&[("A1", "=SEQUENCE(2)+C1"), ("C1", "=A1")], 10, 0.001);
    expect(&book, &[("A1", "#CIRC!")]);
    assert!(detail(&book, "A1").contains("array"), "{}", detail(&book, "A1"));
}

#[test]
fn filled_columns_iterate_row_by_row() {
    let mut book = iterating(&[], 100, 1e-9);
    book.set_formulas("S", "A1:A2000", "=B1/2+C1").unwrap();
    book.set_formulas("S", "B1:B2000", "=A1").unwrap();
    for row in 1..=2000 {
        book.set_value("S", (row, 3), f64::from(row)).unwrap();
    }
    book.recalculate().unwrap();
    for row in [1, 2, 999, 2000] {
        let found = number(&book, &format!("A{row}"));
        assert!((found - 2.0 * f64::from(row)).abs() < 1e-6, "{row}: {found}");
    }
}

#[test]
fn threads_do_not_change_what_steps_give() {
    let of = |threads: usize| {
        let mut book = book(&[("A1", "1")]);
        book.set_iteration(Some(Iteration::default()));
        book.set_formulas("S", "B1:B50", "=C1*0.9+A$1").unwrap();
        book.set_formulas("S", "C1:C50", "=B2+ROW()").unwrap();
        book.set_formula("S", "B51", "=C1/1000").unwrap();
        let options = formualizer_workbook::RecalcOptions::default().threads(threads);
        book.recalculate_with(&options).unwrap();
        (1..=51).map(|row| number(&book, &format!("B{row}")).to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(of(1), of(2));
}

#[test]
fn it_is_switched_on_and_off() {
    let mut book = book(&[("A1", "=A1+1")]);
    assert_eq!(book.iteration(), None);
    expect(&book, &[("A1", "#CIRC!")]);
    book.set_undo_limit(5);
    book.set_iteration(Some(Iteration::new(3, 0.5).unwrap()));
    book.recalculate().unwrap();
    expect(&book, &[("A1", "3")]);
    let mut again = Workbook::from_state(&book.to_state().unwrap()).unwrap();
    assert_eq!(again.iteration(), book.iteration());
    again.set_iteration(None);
    again.recalculate().unwrap();
    expect(&again, &[("A1", "#CIRC!")]);
    assert!(book.undo());
    assert_eq!(book.iteration(), None);
    book.recalculate().unwrap();
    expect(&book, &[("A1", "#CIRC!")]);
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    for (steps, delta) in [(0, 0.1), (40_000, 0.1), (10, -1.0), (10, f64::NAN), (10, f64::INFINITY)]
    {
        let error = Iteration::new(steps, delta).unwrap_err().to_string();
        assert!(error.contains("iteration"), "{error}");
    }
}

#[test]
fn what_has_converged_stays_as_it_is() {
    let mut book = iterating(&[("A1", "=A1/2+B1"), ("B1", "3")], 100, 0.001);
    let before = number(&book, "A1");
    assert!(before != 6.0 && (before - 6.0).abs() < 0.001, "{before}");
    let mut again = Workbook::from_state(&book.to_state().unwrap()).unwrap();
    again.recalculate().unwrap();
    assert_eq!(number(&again, "A1").to_bits(), before.to_bits());
    edit(&mut book, "B1", "4");
    assert!((number(&book, "A1") - 8.0).abs() < 0.001);
}
