//! What changed, as programs that show a workbook ask it.

use super::{book, edit, put};
use formualizer_workbook::{Snapshot, Value, Workbook};
use proptest::prelude::*;

fn changed(book: &Workbook, before: &Snapshot) -> Vec<String> {
    let changes = book.changed_since(before);
    changes.into_iter().map(|change| format!("{}!{}", change.sheet, change.range)).collect()
}

#[test]
fn an_edit_changes_its_cell_and_what_depends_on_it() {
    let mut book = book(&[("A1", "2"), ("B1", "=A1*10"), ("D7", "=B1+1"), ("D8", "=A2")]);
    let before = book.snapshot();
    assert_eq!(changed(&book, &before), [""; 0]);
    edit(&mut book, "A1", "3");
    assert_eq!(changed(&book, &before), ["S!A1:B1", "S!D7"]);
    edit(&mut book, "A1", "2");
    assert_eq!(changed(&book, &before), [""; 0]);
}

#[test]
fn a_value_that_is_set_to_what_it_was_is_no_change() {
    let mut book = book(&[("A1", "2"), ("A2", "x"), ("A3", "=1/0")]);
    let before = book.snapshot();
    put(&mut book, "A1", "2");
    put(&mut book, "A2", "x");
    book.set_formula("S", "A3", "=1/0").unwrap();
    book.recalculate().unwrap();
    assert_eq!(changed(&book, &before), [""; 0]);
}

#[test]
fn arrays_that_grow_and_shrink_change_what_they_fill() {
    let mut book = book(&[("A1", "2"), ("C1", "=SEQUENCE(A1,2)")]);
    let before = book.snapshot();
    edit(&mut book, "A1", "3");
    assert_eq!(changed(&book, &before), ["S!A1", "S!C3:D3"]);
    edit(&mut book, "A1", "1");
    assert_eq!(changed(&book, &before), ["S!A1", "S!C2:D2"]);
}

#[test]
fn undo_and_inserted_rows_change_what_is_seen() {
    let mut book = book(&[("A1", "1"), ("A2", "2"), ("A3", "2")]);
    book.set_undo_limit(10);
    let before = book.snapshot();
    book.insert_rows("S", 1, 1).unwrap();
    assert_eq!(changed(&book, &before), ["S!A1:A2", "S!A4"]);
    assert!(book.undo());
    assert_eq!(changed(&book, &before), [""; 0]);
}

#[test]
fn sheets_that_came_are_changes_and_those_that_went_are_none() {
    let mut book = book(&[("A1", "1")]);
    let before = book.snapshot();
    book.add_sheet("New").unwrap();
    book.set_value("New", "B2", 1.0).unwrap();
    assert_eq!(changed(&book, &before), ["New!B2"]);
    book.delete_sheet("S").unwrap();
    assert_eq!(changed(&book, &before), ["New!B2"]);
}

#[test]
fn a_column_with_more_than_a_thousand_gaps_is_one_range() {
    let mut book = book(&[]);
    let every_other = |value: f64| -> Vec<Vec<Value>> {
        let row = |n: u32| if n.is_multiple_of(2) { Value::Number(value) } else { Value::Empty };
        (0..4001).map(|n| vec![row(n)]).collect()
    };
    book.set_values("S", "A1", &every_other(1.0)).unwrap();
    let before = book.snapshot();
    book.set_values("S", "A1", &every_other(2.0)).unwrap();
    assert_eq!(changed(&book, &before), ["S!A1:A4001"]);
}

proptest! {
    #[test]
    fn changes_are_the_cells_that_differ(
        first in prop::collection::vec((1u32..7, 1u32..5, 0u8..4), 0..30),
        second in prop::collection::vec((1u32..7, 1u32..5, 0u8..4), 0..12),
    ) {
        let mut book = Workbook::new();
        book.add_sheet("S").unwrap();
        let apply = |book: &mut Workbook, edits: &[(u32, u32, u8)]| {
            for (row, col, what) in edits {
                let at = (*row, *col);
                match what {
                    0 => book.clear("S", (at, at)).unwrap(),
                    1 => book.set_value("S", at, f64::from(*row)).unwrap(),
                    2 => book.set_value("S", at, "text").unwrap(),
                    _ => book.set_formula("S", at, "=SUM($F$1:$F$9)+1").unwrap(),
                }
            }
            book.recalculate().unwrap();
        };
        apply(&mut book, &first);
        let before = book.snapshot();
        let cells = |book: &Workbook| -> Vec<((u32, u32), Value)> {
            let all = (1..7).flat_map(|row| (1..5).map(move |col| (row, col)));
            all.map(|at| (at, book.value("S", at).unwrap())).collect()
        };
        let old = cells(&book);
        apply(&mut book, &second);
        let new = cells(&book);
        let mut told = Vec::new();
        for change in book.changed_since(&before) {
            let mut marks = Workbook::new();
            marks.add_sheet("S").unwrap();
            marks.set_formulas("S", change.range.as_str(), "=1").unwrap();
            marks.recalculate().unwrap();
            told.extend(cells(&marks).into_iter().filter(|(_, v)| *v != Value::Empty).map(|(at, _)| at));
        }
        told.sort_unstable();
        let differs = old.iter().zip(&new).filter(|(a, b)| a != b).map(|(a, _)| a.0);
        prop_assert_eq!(told, differs.collect::<Vec<_>>());
    }
}
