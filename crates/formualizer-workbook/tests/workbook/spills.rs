use super::{book, detail, edit, expect};

#[test]
fn an_array_spills_and_is_read() {
    let mut book = book(&[
        ("A1", "1"),
        ("A2", "2"),
        ("A3", "3"),
        ("C1", "=A1:A3*10"),
        ("D1", "=SUM(C1:C3)"),
        ("E1", "=SUM(C1#)"),
        ("F2", "=C2+1"),
    ]);
    expect(&book, &[("C1", "10"), ("C3", "30"), ("D1", "60"), ("E1", "60"), ("F2", "21")]);
    assert_eq!(book.spill_range("S", "C1").unwrap().unwrap(), "C1:C3");
    edit(&mut book, "A2", "5");
    expect(&book, &[("C2", "50"), ("D1", "90"), ("E1", "90"), ("F2", "51")]);
}

#[test]
fn what_is_in_the_way_is_named_and_the_array_comes_when_it_goes() {
    let mut book = book(&[("A3", "x"), ("A1", "=SEQUENCE(4)"), ("B1", "=A2")]);
    expect(&book, &[("A1", "#SPILL!"), ("A2", ""), ("A3", "x"), ("B1", "0")]);
    assert!(detail(&book, "A1").contains("S!A3"), "{}", detail(&book, "A1"));
    book.clear("S", "A3").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", "1"), ("A3", "3"), ("A4", "4"), ("B1", "2")]);
    edit(&mut book, "A4", "y");
    expect(&book, &[("A1", "#SPILL!"), ("A2", ""), ("A3", ""), ("A4", "y"), ("B1", "0")]);
    edit(&mut book, "A4", "=1+1");
    assert!(detail(&book, "A1").contains("A4 with a formula"), "{}", detail(&book, "A1"));
}

#[test]
fn arrays_grow_and_shrink() {
    let mut book = book(&[("B1", "3"), ("A1", "=SEQUENCE(B1)"), ("C1", "=COUNT(A1:A9)")]);
    expect(&book, &[("A3", "3"), ("A4", ""), ("C1", "3")]);
    edit(&mut book, "B1", "5");
    expect(&book, &[("A5", "5"), ("C1", "5")]);
    edit(&mut book, "B1", "1");
    expect(&book, &[("A1", "1"), ("A2", ""), ("C1", "1")]);
    assert_eq!(book.spill_range("S", "A1").unwrap(), None);
    edit(&mut book, "A1", "7");
    expect(&book, &[("A1", "7"), ("C1", "1")]);
}

#[test]
fn an_array_of_one_cell_is_read_like_a_larger_one() {
    let mut book =
        book(&[("B1", "1"), ("A1", "=SEQUENCE(B1)"), ("C1", "=SUM(A1#)"), ("D1", "=SUM(B1#)")]);
    // What is no formula spills nothing.
    expect(&book, &[("C1", "1"), ("D1", "#REF!")]);
    edit(&mut book, "B1", "3");
    expect(&book, &[("A1", "1"), ("C1", "6")]);
    edit(&mut book, "B1", "1");
    expect(&book, &[("A2", ""), ("C1", "1")]);
    edit(&mut book, "B1", "3");
    edit(&mut book, "A2", "x");
    expect(&book, &[("A1", "#SPILL!"), ("C1", "#SPILL!")]);
}

#[test]
fn an_array_at_the_edge_of_the_sheet_has_no_room() {
    let book = book(&[("A1048576", "=SEQUENCE(2)"), ("XFD1", "=SEQUENCE(1,2)")]);
    expect(&book, &[("A1048576", "#SPILL!"), ("XFD1", "#SPILL!")]);
    assert!(detail(&book, "XFD1").contains("does not fit"));
}

#[test]
fn of_two_arrays_the_first_one_gets_the_cells_whatever_came_first() {
    let mut late = book(&[("C2", "=SEQUENCE(1,3)"), ("D1", "=SEQUENCE(3)")]);
    let early = book(&[("D1", "=SEQUENCE(3)"), ("C2", "=SEQUENCE(1,3)")]);
    for book in [&late, &early] {
        expect(book, &[("D1", "1"), ("D2", "2"), ("D3", "3"), ("C2", "#SPILL!"), ("E2", "")]);
    }
    edit(&mut late, "D1", "0");
    expect(&late, &[("C2", "1"), ("D2", "2"), ("E2", "3"), ("D3", "")]);
}

#[test]
fn filled_formulas_with_arrays_are_arrays_of_their_own() {
    let mut book = book(&[("A1", "1"), ("B1", "2"), ("A2", "3"), ("B2", "4")]);
    book.set_formula("S", "D1", "=A1:B1*2").unwrap();
    book.fill_down("S", "D1:D2").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("D1", "2"), ("E1", "4"), ("D2", "6"), ("E2", "8")]);
    edit(&mut book, "A2", "30");
    expect(&book, &[("D2", "60"), ("E2", "8")]);
}

#[test]
fn an_array_of_a_million_rows_spills() {
    let book = book(&[("A1", "=SEQUENCE(1000000)*2"), ("B1", "=SUM(A:A)"), ("B2", "=A1000000")]);
    expect(&book, &[("B1", "1000001000000"), ("B2", "2000000"), ("A77", "154")]);
}

#[test]
fn arrays_that_nothing_can_hold_are_errors() {
    // Ranges end at the last cells in use, which are the last of the sheet here.
    let mut book = book(&[("XFD1", "1"), ("A1048576", "2")]);
    book.add_sheet("T").unwrap();
    for (row, formula) in (1u32..).zip([
        "=S!A1:XFD1048576",
        "=S!A1:XFD1048576*2",
        "=SEQUENCE(1048576,16384)",
        "=SUM(S!A1:XFD1048576)",
        "=S!1:1048576",
        "=IF(S!A1:XFD1048576>0,1,2)",
        "=LEN(S!A1:XFD1048576)",
        "=S!A1:A1048576&S!A1:XFD1",
    ]) {
        book.set_formula("T", (1 + 3 * row, 1), formula).unwrap();
        book.recalculate().unwrap();
        let value = book.value("T", (1 + 3 * row, 1)).unwrap();
        match formula.contains("SUM") {
            true => assert_eq!(value.to_string(), "3"),
            false => assert!(
                matches!(value, formualizer_workbook::Value::Error(_)),
                "{formula}: {value}"
            ),
        }
    }
}

#[test]
fn functions_of_errors_see_why_an_array_is_not_there() {
    let book = book(&[
        ("A1", "=SEQUENCE(3)"),
        ("A2", "x"),
        ("C1", "=ISERROR(A1#)"),
        ("C2", "=ERROR.TYPE(A1#)"),
        ("C3", "=IFERROR(SUM(A1#),-1)"),
        ("C4", "=IF(ISERROR(A1#),1,2)"),
    ]);
    expect(&book, &[("C1", "TRUE"), ("C2", "9"), ("C3", "-1"), ("C4", "1")]);
}

#[test]
fn an_array_comes_in_the_same_recalculation_in_which_the_one_before_it_shrinks() {
    let cells = [("B1", "=IF($D$9=1,1,SEQUENCE(3))"), ("A2", "=IF($D$9=1,SEQUENCE(1,3),1)")];
    for order in [[0, 1], [1, 0]] {
        let mut book = book(&[("D9", "0"), (cells[order[0]]), (cells[order[1]])]);
        expect(&book, &[("B1", "1"), ("B3", "3"), ("A2", "1"), ("C2", "")]);
        edit(&mut book, "D9", "1");
        expect(&book, &[("B1", "1"), ("B3", ""), ("A2", "1"), ("B2", "2"), ("C2", "3")]);
        edit(&mut book, "D9", "0");
        expect(&book, &[("B1", "1"), ("B3", "3"), ("A2", "1"), ("C2", "")]);
    }
}
