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

#[test]
fn what_is_not_read_is_no_circle() {
    let book = book(&[
        ("A1", "=ROW(A1)+COLUMNS(A1:B1)"),
        ("A2", "=IF(TRUE,1,A2)"),
        ("A3", "=IF(B3,5,C3)"),
        ("B3", "=2>1"),
        ("C3", "=A3+1"),
        ("A4", "=ISFORMULA(A4)"),
        ("A5", "=IFERROR(7,A5)"),
        ("A6", "=CHOOSE(2,A6,8)"),
        ("A7", "=VLOOKUP(1,D7:E8,1,FALSE)"),
        ("D7", "1"),
        ("E7", "=A7"),
    ]);
    expect(&book, &[("A1", "3"), ("A2", "1"), ("A3", "5"), ("C3", "6"), ("A4", "TRUE")]);
    expect(&book, &[("A5", "7"), ("A6", "8"), ("A7", "1"), ("E7", "1")]);
}

#[test]
fn a_circle_through_a_condition_goes_as_soon_as_the_condition_says_so() {
    let mut book = book(&[("A1", "=IF(D1>0,B1,1)"), ("B1", "=C1+1"), ("C1", "=A1"), ("D1", "1")]);
    expect(&book, &[("A1", "#CIRC!"), ("B1", "#CIRC!"), ("C1", "#CIRC!")]);
    edit(&mut book, "D1", "0");
    expect(&book, &[("A1", "1"), ("B1", "2"), ("C1", "1")]);
    edit(&mut book, "D1", "1");
    expect(&book, &[("A1", "#CIRC!"), ("B1", "#CIRC!"), ("C1", "#CIRC!")]);
}

#[test]
fn arrays_whose_place_hangs_on_each_other_are_circular_whatever_came_first() {
    let cells = [("B1", "=IF(ISERROR(A2),1,SEQUENCE(3))"), ("A2", "=SEQUENCE(1,3)"), ("D5", "=A2")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut book = book(&[]);
        for index in order {
            edit(&mut book, cells[index].0, cells[index].1);
        }
        expect(&book, &[("B1", "#CIRC!"), ("A2", "#CIRC!"), ("B2", ""), ("D5", "#CIRC!")]);
        assert_eq!(detail(&book, "A2"), "circular reference: S!B1 → S!A2 → S!B1");
        // A value that keeps the first array out of the other's way lets both be.
        edit(&mut book, "B3", "x");
        expect(&book, &[("B1", "#SPILL!"), ("A2", "1"), ("C2", "3"), ("D5", "1")]);
        book.clear("S", "B3").unwrap();
        book.recalculate().unwrap();
        expect(&book, &[("B1", "#CIRC!"), ("A2", "#CIRC!")]);
        edit(&mut book, "B1", "7");
        expect(&book, &[("A2", "1"), ("C2", "3"), ("D5", "1")]);
    }
}

#[test]
fn references_at_run_time_into_their_own_column_go_cell_by_cell() {
    let mut book = book(&[("A1", "10"), ("C1", "10"), ("E1", "10")]);
    book.set_formulas("S", "A2:A50", "=OFFSET(A2,-1,0)+1").unwrap();
    book.set_formulas("S", "C2:C50", "=INDIRECT(\"C\"&(ROW()-1))+1").unwrap();
    book.set_formulas("S", "E2:E50", "=SUM(E$1:INDEX(E:E,ROW()-1))").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A50", "59"), ("C50", "59"), ("E4", "40")]);
    edit(&mut book, "C1", "=INDIRECT(\"C50\")");
    expect(&book, &[("C1", "#CIRC!"), ("C50", "#CIRC!"), ("A50", "59")]);
}

#[test]
fn what_let_names_is_read_where_it_is_used() {
    let mut book = book(&[
        ("A1", "=LET(x,B1,IF(C1,x,0))"),
        ("B1", "=A1+1"),
        ("C1", "FALSE"),
        ("D1", "=LET(never,1/0,also,never+1,IF(TRUE,7,also))"),
        ("E1", "=LET(f,LAMBDA(n,IF(n<2,1,n*2)),unused,E1,f(5))"),
    ]);
    expect(&book, &[("A1", "0"), ("B1", "1"), ("D1", "7"), ("E1", "10")]);
    edit(&mut book, "C1", "TRUE");
    expect(&book, &[("A1", "#CIRC!"), ("B1", "#CIRC!")]);
    edit(&mut book, "C1", "FALSE");
    expect(&book, &[("A1", "0"), ("B1", "1")]);
    // A column of them, each row of which reads the ones above only where it has to.
    book.set_formulas("S", "G2:G6", "=LET(most,MAX(G$1:G$9),IF(H2>2,1,G1+1))").unwrap();
    for (row, n) in (2..=6).zip(1..) {
        book.set_value("S", (row, 8), n).unwrap();
    }
    book.recalculate().unwrap();
    expect(&book, &[("G2", "1"), ("G3", "2"), ("G4", "1"), ("G6", "1")]);
}
