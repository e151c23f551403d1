//! Values that go from one workbook to another.

use super::{book, expect};
use formualizer_workbook::{DateSystem, ErrorKind, Workbook};

#[test]
fn values_of_another_workbook_come_without_their_formulas() {
    let other = book(&[("B2", "1"), ("B3", "=B2+1"), ("C2", "x"), ("C3", "=1/0")]);
    let mut own = book(&[("A1", "7"), ("E5", "=SUM(D5:D9)")]);
    let filled = own.paste_values("S", "D5", &other, "S", "B2:C9").unwrap();
    assert_eq!(filled.as_deref(), Some("D5:E6"));
    own.set_formula("S", "G1", "=SUM(D5:D9)").unwrap();
    own.recalculate().unwrap();
    expect(
        &own,
        &[("A1", "7"), ("D5", "1"), ("D6", "2"), ("E5", "x"), ("E6", "#DIV/0!"), ("G1", "3")],
    );
    assert_eq!(own.formula("S", "D6").unwrap(), None);
}

#[test]
fn what_is_blank_or_does_not_fit_changes_nothing() {
    let other = book(&[("B2", "1")]);
    let mut own = book(&[("A1", "7")]);
    assert_eq!(own.paste_values("S", "A1", &other, "S", "D5:E9").unwrap(), None);
    let wrong = own.paste_values("S", "XFD1", &other, "S", "A:B").unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Data);
    let mut from_1904 = Workbook::with_date_system(DateSystem::Excel1904);
    from_1904.add_sheet("S").unwrap();
    let wrong = own.paste_values("S", "A1", &from_1904, "S", "A1").unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Data);
    expect(&own, &[("A1", "7")]);
}

#[test]
fn a_part_of_a_workbook_has_its_values_where_they_were() {
    let other = book(&[("B2", "1"), ("B3", "=B2+1"), ("C2", "x")]);
    let part = other.part("s", "B3:C9").unwrap();
    assert_eq!(part.sheet_names(), ["S"]);
    assert_eq!(part.used_range("S").unwrap().as_deref(), Some("A1:B3"));
    expect(&part, &[("B3", "2"), ("B2", ""), ("C2", "")]);
    assert_eq!(other.part("S", "D:E").unwrap().used_range("S").unwrap(), None);
}
