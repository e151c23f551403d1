use super::{book, detail, edit, expect};

#[test]
fn a_circular_reference_shows_its_path() {
    let mut book = book(&[("A1", "=B1+1"), ("B1", "=C1"), ("C1", "=A1"), ("D1", "=A1")]);
    expect(&book, &[("A1", "#CIRC!"), ("B1", "#CIRC!"), ("C1", "#CIRC!"), ("D1", "#CIRC!")]);
    assert_eq!(detail(&book, "B1"), "circular reference: S!A1 → S!B1 → S!C1 → S!A1");
    edit(&mut book, "C1", "4");
    expect(&book, &[("A1", "5"), ("B1", "4"), ("D1", "5")]);
}

#[test]
fn a_formula_that_reads_itself_is_circular() {
    let book = book(&[("A1", "=A1+1"), ("B2", "=SUM(B1:B3)")]);
    expect(&book, &[("A1", "#CIRC!"), ("B2", "#CIRC!")]);
    assert_eq!(detail(&book, "A1"), "circular reference: S!A1 → S!A1");
}

#[test]
fn only_the_cells_on_the_circle_are_in_error() {
    let mut book = book(&[("A1", "1")]);
    book.set_formulas("S", "B1:B5", "=C1+1").unwrap();
    book.set_formulas("S", "C1:C4", "=A1").unwrap();
    book.set_formula("S", "C5", "=B5").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B1", "2"), ("B4", "1"), ("B5", "#CIRC!"), ("C5", "#CIRC!")]);
}

#[test]
fn an_array_that_depends_on_what_it_fills_is_circular() {
    let mut book = book(&[("A1", "=C1:C3*1"), ("C1", "1"), ("C2", "2"), ("C3", "=A3")]);
    expect(&book, &[("A1", "#CIRC!")]);
    edit(&mut book, "C3", "3");
    expect(&book, &[("A1", "1"), ("A3", "3")]);
}
