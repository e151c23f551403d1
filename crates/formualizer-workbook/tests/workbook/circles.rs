use super::{book, detail, edit, expect};
use formualizer_workbook::Value;

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

#[test]
fn a_sum_by_criteria_reads_only_the_cells_that_meet_them() {
    // A balance of what was booked so far, which is a column of entries itself.
    let mut book =
        book(&[("A1", "in"), ("B1", "100"), ("A2", "in"), ("B2", "50"), ("A3", "total")]);
    edit(&mut book, "B3", "=SUMIF(A1:A4,\"in\",B1:B4)");
    edit(&mut book, "A4", "mean");
    edit(&mut book, "B4", "=AVERAGEIFS(B1:B4,A1:A4,\"in\",A1:A4,\"<>x\")");
    expect(&book, &[("B3", "150"), ("B4", "75")]);
    edit(&mut book, "A3", "in");
    expect(&book, &[("B3", "#CIRC!"), ("B4", "#CIRC!")]);
    edit(&mut book, "A3", "most");
    edit(&mut book, "B3", "=MAXIFS(B:B,A:A,\"in\")+MINIFS(B$1:B4,A$1:A4,\"mean\")");
    expect(&book, &[("B3", "175"), ("B4", "75")]);
    edit(&mut book, "B4", "=SUMIFS(B1:B4,A1:A4,\"m*\",A1:A4,\"<>mean\")");
    expect(&book, &[("B3", "#CIRC!"), ("B4", "#CIRC!")]);
}

#[test]
fn a_filled_column_may_sum_rows_of_its_own_by_criteria() {
    let mut book = book(&[("A1", "0"), ("B1", "7")]);
    for row in 2..=40 {
        book.set_value("S", (row, 1), f64::from(row - 1)).unwrap();
        book.set_value("S", (row, 3), f64::from(row - 2)).unwrap();
    }
    // Each row takes the one whose number stands in C.
    book.set_formulas("S", "B2:B40", "=SUMIF(A$1:A$40,C2,B$1:B$40)+1").unwrap();
    book.set_formulas("S", "D2:D40", "=SUMIFS(B:B,A:A,C2)").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("B2", "8"), ("B40", "46"), ("D40", "45")]);
    edit(&mut book, "C2", "3");
    expect(&book, &[("B2", "#CIRC!"), ("B3", "#CIRC!"), ("B40", "#CIRC!")]);
    edit(&mut book, "C2", "nothing");
    expect(&book, &[("B2", "1"), ("B40", "39")]);
}

#[test]
fn a_lookup_reads_only_the_result_that_it_gives() {
    let cells = [
        ("A1", "a"),
        ("A2", "b"),
        ("A3", "c"),
        ("B1", "1"),
        ("B2", "=XLOOKUP(\"a\",A1:A3,B1:B3)+1"),
        ("B3", "=LOOKUP(\"b\",A1:A3,B1:B3)+1"),
        ("E1", "1"),
        ("F1", "2"),
        ("G1", "3"),
        ("E2", "5"),
        ("F2", "=HLOOKUP(1,E1:G2,2,FALSE)*2"),
        ("G2", "=XLOOKUP(9,E1:G1,E2:G2,\"none\")"),
        ("D2", "=SUM(XLOOKUP(\"c\",A1:A3,B1:C3))"),
        ("C3", "4"),
        ("C1", "=D2"),
    ];
    let mut book = book(&cells);
    expect(&book, &[("B2", "2"), ("B3", "3"), ("F2", "10"), ("G2", "none")]);
    expect(&book, &[("D2", "7"), ("C1", "7")]);
    edit(&mut book, "B2", "=XLOOKUP(\"b\",A1:A3,B1:B3)");
    expect(&book, &[("B2", "#CIRC!"), ("B3", "#CIRC!")]);
    edit(&mut book, "B2", "=VLOOKUP(\"a\",A:B,2,FALSE)");
    expect(&book, &[("B2", "1"), ("B3", "2")]);
    edit(&mut book, "G2", "=XLOOKUP(1,E1:G1,E2:G2,3)");
    expect(&book, &[("G2", "5")]);
}

#[test]
fn formulas_that_share_a_range_hear_of_it_within_a_circle_and_outside() {
    let cells = [
        ("A1", "1"),
        ("A2", "2"),
        ("A4", "=IF(C1>0,B1,5)"),
        ("B1", "=SUM(A1:A4)"),
        ("B2", "=SUM(A1:A4)*10"),
        ("B3", "=MAX(A1:A4)+B2"),
        ("C1", "0"),
    ];
    let mut book = book(&cells);
    expect(&book, &[("B1", "8"), ("B2", "80"), ("B3", "85")]);
    edit(&mut book, "A1", "7");
    expect(&book, &[("A4", "5"), ("B1", "14"), ("B2", "140"), ("B3", "147")]);
    edit(&mut book, "C1", "1");
    expect(&book, &[("A4", "#CIRC!"), ("B1", "#CIRC!"), ("B2", "#CIRC!"), ("B3", "#CIRC!")]);
    edit(&mut book, "A4", "=A2*2");
    expect(&book, &[("B1", "13"), ("B2", "130"), ("B3", "137")]);
    // One of the readers goes, and then all but one.
    edit(&mut book, "B2", "=A1");
    edit(&mut book, "A2", "3");
    expect(&book, &[("B1", "16"), ("B2", "7"), ("B3", "14")]);
    edit(&mut book, "B3", "=B1");
    edit(&mut book, "A2", "4");
    expect(&book, &[("B1", "19"), ("B3", "19")]);
}

#[test]
fn what_was_part_of_a_circle_is_none_any_more_once_another_cell_leaves_it() {
    // A1 → C1 → B1 → A1, and C1 reads itself besides.
    let mut book = book(&[("A1", "=COUNT(C1)"), ("B1", "=A1+1"), ("C1", "=B1+C1")]);
    expect(&book, &[("A1", "#CIRC!"), ("B1", "#CIRC!"), ("C1", "#CIRC!")]);
    edit(&mut book, "B1", "5");
    // C1 is what it was.
    expect(&book, &[("A1", "0"), ("C1", "#CIRC!")]);
    book.set_formulas("S", "E1:E30", "=COUNT(F1:F$30)").unwrap();
    book.set_formulas("S", "F1:F29", "=F1+G1").unwrap();
    book.set_formulas("S", "G1:G29", "=E1").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("E1", "#CIRC!"), ("F1", "#CIRC!"), ("G1", "#CIRC!"), ("E30", "0")]);
    book.set_value("S", "F30", 1).unwrap();
    book.set_values("S", "G1", &vec![vec![Value::Number(1.0)]; 29]).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("E1", "1"), ("E29", "1"), ("F1", "#CIRC!"), ("G1", "1")]);
}

#[test]
fn an_array_that_is_read_by_name_is_there_whatever_it_could_fill_besides() {
    // C2 reads C3# and D4, which a taller C3# would fill; C3 reads D2, which C2 fills.
    let mut book = book(&[("C3", "=SEQUENCE(MOD(IF(ISERROR(D2),2,3),3)+1,IF(ISERROR(C4),1,3))")]);
    expect(&book, &[("E3", "3"), ("C4", "")]);
    edit(&mut book, "C2", "=IF(ISERROR(D4),1,SEQUENCE(MOD(SUM(C3#),3)+1,3))");
    expect(&book, &[("C2", "#CIRC!"), ("C3", "#CIRC!")]);
    // It does not hang on D2 any more.
    edit(&mut book, "C3", "=SEQUENCE(IF(ISERROR(C4),2,1),IF(ISERROR(C4),1,3))");
    expect(&book, &[("C2", "1"), ("E2", "3"), ("E3", "3")]);
}
