//! Arrays of references, which functions of references take each by itself.

use super::{book, edit, expect};

/// Two columns of numbers, texts that name ranges, and formulas.
fn with(formulas: &[(&str, &str)]) -> formualizer_workbook::Workbook {
    let mut cells = vec![("A1", "1"), ("A2", "2"), ("A3", "3"), ("B1", "10"), ("B2", "20")];
    cells.extend([("B3", "30"), ("C1", "A1:A3"), ("C2", "B1:B3"), ("C3", "nothing!A1")]);
    cells.extend(formulas);
    book(&cells)
}

#[test]
fn conditional_sums_take_each_range_that_a_text_names() {
    let mut book = with(&[
        ("E1", "=SUM(SUMIF(INDIRECT(C1:C2),\">1\"))"),
        ("E2", "=SUMPRODUCT(COUNTIF(INDIRECT({\"A1:A3\",\"B1:B3\"}),{\">1\",\">20\"}))"),
        ("E3", "=SUM(SUMIF(INDIRECT({\"A1:A3\",\"A1:A2\"}),\">1\",B1))"),
        ("E4", "=SUM(COUNTIFS(OFFSET(A1,0,{0,1},3),\">1\",OFFSET(B1,0,0,3),\">10\"))"),
        ("E5", "=SUM(AVERAGEIF(INDIRECT(C1:C2),\">1\"))"),
        ("F1", "=SUMIF(INDIRECT(C1:C3),\">1\")"),
    ]);
    expect(&book, &[("E1", "65"), ("E2", "3"), ("E3", "70"), ("E4", "4"), ("E5", "22.5")]);
    expect(&book, &[("F1", "5"), ("F2", "60"), ("F3", "#REF!")]);
    edit(&mut book, "A3", "100");
    expect(&book, &[("E1", "162"), ("F1", "102")]);
    edit(&mut book, "C2", "A1");
    expect(&book, &[("E1", "102"), ("F2", "0")]);
}

#[test]
fn subtotals_take_each_cell_by_itself() {
    let mut book = with(&[
        ("E1", "=SUMPRODUCT(SUBTOTAL(103,OFFSET(A1,ROW(A1:A3)-ROW(A1),0))*B1:B3)"),
        ("E2", "=SUMPRODUCT(SUBTOTAL(9,OFFSET(A1,{0,1,2},0,1,2)))"),
    ]);
    expect(&book, &[("E1", "60"), ("E2", "66")]);
    book.set_rows_hidden("S", "2:2", true).unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("E1", "40"), ("E2", "66")]);
}

#[test]
fn values_of_first_cells_are_taken_from_each_reference() {
    let book = with(&[
        ("E1", "=SUM(N(OFFSET(A1,{0;2},{0,1})))"),
        ("E2", "=CONCAT(T(INDIRECT({\"C1\",\"A1\",\"C3:C9\"})))"),
        ("E3", "=SUM(N(INDIRECT({\"A1:A3\",\"B2\"})))"),
        ("E4", "=SUM(OFFSET(A1,2,1,1,1))"),
        ("E5", "=SUM(N(OFFSET(A1,{0,-1},0)))"),
        // A reference stands for its first cell, its values are taken one by one.
        ("E6", "=SUM(N(A1:A3))"),
        ("E7", "=SUM(N(+A1:A3))"),
        ("E8", "=SUMPRODUCT(N(A1:A3>1),B1:B3)"),
    ]);
    expect(&book, &[("E1", "44"), ("E2", "A1:A3nothing!A1"), ("E3", "21"), ("E4", "30")]);
    expect(&book, &[("E5", "#REF!"), ("E6", "1"), ("E7", "6"), ("E8", "50")]);
}

#[test]
fn filled_formulas_take_the_references_of_their_own_row() {
    let mut book = with(&[]);
    book.set_formulas("S", "E1:E3", "=SUM(SUMIF(INDIRECT({\"A\",\"B\"}&A1),\">1\"))").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("E1", "10"), ("E2", "22"), ("E3", "33")]);
}

#[test]
fn cells_that_map_hands_on_are_cells_still() {
    let mut book = book(&[("A1", "a"), ("A2", "bcd"), ("A3", "5"), ("A4", "=1=1")]);
    edit(&mut book, "C1", "=MAP(A1:A4,LAMBDA(x,IF(x=\"a\",1,LEN(x))))");
    edit(&mut book, "D1", "=MAP(A1:A4,LAMBDA(x,MAX(x,2)))");
    edit(&mut book, "E1", "=MAP(OFFSET(A1,1,0),A3,LAMBDA(x,y,SUM(x,y)&x))");
    edit(&mut book, "F1", "=REDUCE(\"\",A1:A4,LAMBDA(so,x,so&x))");
    expect(&book, &[("C1", "1"), ("C2", "3"), ("C3", "1"), ("C4", "4")]);
    expect(&book, &[("D1", "2"), ("D2", "2"), ("D3", "5"), ("D4", "2"), ("E1", "5bcd")]);
    expect(&book, &[("F1", "abcd5TRUE")]);
}
