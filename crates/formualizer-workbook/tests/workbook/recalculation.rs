use super::{book, edit, expect};
use formualizer_workbook::{RecalcOptions, Value, Workbook};
use std::sync::atomic::{AtomicU64, Ordering};
use udf_columnar::CancelToken;

fn thousand() -> Workbook {
    let mut book = book(&[]);
    let rows: Vec<Vec<Value>> = (1..=1000).map(|n| vec![Value::Number(f64::from(n))]).collect();
    book.set_values("S", "A1", &rows).unwrap();
    book.set_formulas("S", "B1:B1000", "=MOD(A1,10)").unwrap();
    book.set_formulas("S", "C1:C1000", "=B1+1").unwrap();
    book.set_formula("S", "D1", "=SUM(C1:C1000)").unwrap();
    book
}

#[test]
fn the_report_tells_what_was_done() {
    let mut book = thousand();
    let report = book.recalculate().unwrap();
    assert_eq!((report.regions, report.cells, report.rounds), (3, 2001, 1));
    let report = book.recalculate().unwrap();
    assert_eq!((report.regions, report.cells), (0, 0));
}

#[test]
fn only_what_changed_is_calculated() {
    let mut book = thousand();
    book.recalculate().unwrap();
    book.set_value("S", "A5", 7.0).unwrap();
    let report = book.recalculate().unwrap();
    assert_eq!((report.regions, report.cells), (3, 3));
    // 17 is 7 modulo 10: what follows is left alone.
    book.set_value("S", "A5", 17.0).unwrap();
    let report = book.recalculate().unwrap();
    assert_eq!((report.regions, report.cells), (1, 1));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let values = |threads| {
        let mut book = thousand();
        for col in 0..20u32 {
            let letters = ["B", "C", "A"][col as usize % 3];
            let formula = format!("={letters}1*{col}+RAND()");
            book.set_formulas("S", ((1, col + 6), (1000, col + 6)), &formula).unwrap();
        }
        book.recalculate_with(&RecalcOptions::default().threads(threads).volatile(7, 0)).unwrap();
        book.values("S", "A1:Z1000").unwrap()
    };
    assert_eq!(values(1), values(2));
    assert_eq!(values(1), values(5));
}

#[test]
fn volatile_functions_are_calculated_every_time() {
    let mut book = book(&[("A1", "=RAND()"), ("B1", "=A1*1"), ("C1", "=1+1")]);
    let first = book.value("S", "B1").unwrap();
    let report = book.recalculate().unwrap();
    assert_eq!(report.cells, 2);
    assert_ne!(book.value("S", "B1").unwrap(), first);
    let noon = 1_000_000 * 86_400 * 20_000 + 43_200_000_000;
    edit(&mut book, "D1", "=NOW()");
    book.recalculate_with(&RecalcOptions::default().volatile(1, noon)).unwrap();
    expect(&book, &[("C1", "2")]);
    edit(&mut book, "E1", "=TODAY()");
    book.recalculate_with(&RecalcOptions::default().volatile(1, noon)).unwrap();
    let serial = |cell: &str| book.value("S", cell).unwrap().as_serial_number();
    assert_eq!(serial("E1"), Some(45_569.0));
    assert_eq!(serial("D1"), Some(45_569.5));
}

#[test]
fn progress_is_told() {
    let mut book = thousand();
    let (calls, last) = (AtomicU64::new(0), AtomicU64::new(0));
    let progress = |progress: formualizer_workbook::Progress| {
        calls.fetch_add(1, Ordering::Relaxed);
        last.store(progress.regions_done, Ordering::Relaxed);
        assert_eq!((progress.regions, progress.round), (3, 1));
    };
    book.recalculate_with(&RecalcOptions::default().progress(&progress)).unwrap();
    assert_eq!((calls.into_inner(), last.into_inner()), (3, 3));
}

#[test]
fn a_cancelled_recalculation_goes_on_later() {
    let mut book = thousand();
    let cancel = CancelToken::new();
    let told = AtomicU64::new(0);
    let after_one = |_| {
        if told.fetch_add(1, Ordering::Relaxed) == 0 {
            cancel.cancel();
        }
    };
    let options = RecalcOptions::default().cancel(cancel.clone()).progress(&after_one);
    let error = book.recalculate_with(&options).unwrap_err();
    assert!(error.is_cancelled());
    expect(&book, &[("B7", "7"), ("C7", ""), ("D1", "")]);
    book.set_value("S", "A7", 8.0).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B7", "8"), ("C7", "9"), ("D1", "5501")]);
}

#[test]
fn edits_are_undone_and_done_again() {
    let mut book = thousand();
    book.recalculate().unwrap();
    book.set_undo_limit(10);
    edit(&mut book, "A1", "5");
    book.fill_down("S", "A1:A3").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("C1", "6"), ("C2", "6"), ("D1", "5509")]);
    assert!(book.undo());
    book.recalculate().unwrap();
    expect(&book, &[("C1", "6"), ("C2", "3"), ("D1", "5504")]);
    assert!(book.undo());
    assert!(!book.undo());
    book.recalculate().unwrap();
    expect(&book, &[("C1", "2"), ("D1", "5500")]);
    assert!(book.redo() && book.redo() && !book.redo());
    book.recalculate().unwrap();
    expect(&book, &[("C2", "6"), ("D1", "5509")]);
}

#[test]
fn formulas_that_add_up_those_below_are_right_at_once() {
    let mut book = book(&[("A1", "1")]);
    book.set_formulas("S", "C1:C4", "=SUM(C2:C3)+1").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("C4", "1"), ("C3", "2"), ("C2", "4"), ("C1", "7")]);
}
