//! What only the inside of a workbook shows: which region a cell belongs to, arrays of fixed extent, marks of changes.

use super::*;
use crate::{
    address::{Cell, parse_cell, parse_range},
    cells::CellRef,
    formula::Arrays,
};
use formualizer_common::DateSystem;
use proptest::prelude::*;

fn book() -> (Book, SheetId) {
    let mut book = Book::new(DateSystem::Excel1900);
    let sheet = book.add_sheet("S");
    (book, sheet)
}

fn put(book: &mut Book, sheet: SheetId, range: &str, text: &str, arrays: Arrays) {
    let rect = parse_range(range).unwrap();
    let template = book.template(text, arrays, sheet, rect.top_left()).unwrap();
    book.put_formula(sheet, &rect, template);
}

fn rows(sheet: SheetId, at: u32, count: u32, deleted: bool) -> Lines {
    Lines { sheet, rows: true, at, count, deleted }
}

/// Every cell belongs to the region that says so, and to no other.
fn check_index(book: &Book) {
    let mut cells = 0;
    for (id, region) in book.regions.iter() {
        cells += region.rect.cells();
        assert!(region.template.holds.covers(&region.rect), "{region:?}");
        assert_eq!(region.template.sheet, region.sheet);
        for row in region.rect.rows() {
            for col in region.rect.cols() {
                let found = book.region_at(region.sheet, Cell::new(row, col));
                assert_eq!(found.map(|(id, _)| id), Some(id));
            }
        }
        if let Some(spill) = region.spill {
            assert!(region.is_single() && spill.top_left() == region.anchor());
            let last = Cell::new(spill.bottom, spill.right);
            assert_eq!(book.spill_at(region.sheet, last).map(|(id, _)| id), Some(id));
        }
    }
    let whole = parse_range("A:XFD").unwrap();
    let indexed: usize = book.sheets.values().map(|sheet| sheet.regions.within(&whole).len()).sum();
    assert_eq!(indexed, book.regions.len());
    assert!(book.changes.rows.keys().all(|id| book.regions.get(*id).is_some()));
    let inside = |(id, rows): (&RegionId, &RowSet)| {
        let rect = book.regions.get(*id).unwrap().rect;
        rows.within(&rect.rows()) == *rows
    };
    assert!(book.changes.rows.iter().all(inside));
    assert!(cells < 1 << 20);
}

#[test]
fn an_array_of_fixed_extent_is_not_torn() {
    let (mut book, sheet) = book();
    let fixed = Arrays::Fixed { height: 3, width: 2 };
    put(&mut book, sheet, "B2", "=SEQUENCE(3,2)", fixed);
    let inside = book.check_lines(&rows(sheet, 2, 1, false)).unwrap_err().to_string();
    assert!(inside.contains("B2:C4"), "{inside}");
    assert!(book.check_lines(&rows(sheet, 3, 5, true)).is_err());
    assert!(book.check_lines(&Lines { rows: false, ..rows(sheet, 2, 1, false) }).is_err());
    book.check_lines(&rows(sheet, 1, 1, false)).unwrap();
    book.check_lines(&rows(sheet, 4, 1, false)).unwrap();
    book.check_lines(&rows(sheet, 1, 3, true)).unwrap();
    let block = |from: &str, to: &str| Block {
        sheet,
        from: parse_range(from).unwrap(),
        to_sheet: sheet,
        to: parse_range(to).unwrap(),
    };
    assert!(book.check_block(&block("B2:C3", "E2:F3")).is_err());
    assert!(book.check_block(&block("G1:H2", "A1:B2")).is_err());
    book.check_block(&block("B2:C4", "E2:F4")).unwrap();
    book.insert_or_delete(rows(sheet, 0, 2, false));
    let (_, region) = book.region_at(sheet, parse_cell("B4").unwrap()).unwrap();
    assert_eq!(region.template.arrays, fixed);
    check_index(&book);
}

#[test]
fn what_was_still_to_be_calculated_still_is() {
    let (mut book, sheet) = book();
    put(&mut book, sheet, "B1:B9", "=A1*2", Arrays::Spill);
    book.changes = crate::book::Changes::default();
    let (id, _) = book.region_at(sheet, Cell::new(0, 1)).unwrap();
    book.changes.rows(id, 2..7);
    book.changes.rect(sheet, parse_range("A4:A6").unwrap());
    book.insert_or_delete(rows(sheet, 4, 2, false));
    let waiting = |row: u32| {
        let (id, _) = book.region_at(sheet, Cell::new(row, 1)).unwrap();
        book.changes.rows.get(&id).is_some_and(|rows| !rows.within(&(row..row + 1)).is_empty())
    };
    let rows: Vec<u32> =
        [0, 1, 2, 3, 6, 7, 8, 9, 10].into_iter().filter(|row| waiting(*row)).collect();
    assert_eq!(rows, [2, 3, 6, 7, 8]);
    assert_eq!(book.changes.rects, [(sheet, parse_range("A4:A8").unwrap())]);
    check_index(&book);
}

#[test]
fn rows_that_come_and_go_are_noted_for_the_file() {
    let (mut book, sheet) = book();
    book.insert_or_delete(rows(sheet, 4, 2, false));
    book.insert_or_delete(Lines { rows: false, ..rows(sheet, 1, 3, true) });
    let moves = &book.sheets[&sheet].moves;
    assert_eq!(moves[0], Move { rows: true, at: 4, count: 2, deleted: false });
    assert_eq!(moves[1], Move { rows: false, at: 1, count: 3, deleted: true });
}

#[test]
fn a_million_filled_formulas_stay_two_regions() {
    let (mut book, sheet) = book();
    for col in 1..=20 {
        let rect = Rect { top: 0, left: col, bottom: 999_999, right: col };
        let template = book.template("=A1*$A$2+2", Arrays::Spill, sheet, rect.top_left()).unwrap();
        book.put_formula(sheet, &rect, template);
    }
    book.changes = crate::book::Changes::default();
    book.insert_or_delete(rows(sheet, 500_000, 1, false));
    assert_eq!(book.regions.len(), 40);
    assert!(book.changes.is_empty());
    book.insert_or_delete(rows(sheet, 0, 1, false));
    assert_eq!(book.regions.len(), 40);
    assert!(book.changes.is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Fill(Rect, usize),
    Lines(bool, u32, u32, bool),
    Block(Rect, u32, u32),
    Value(u32, u32),
}

fn rect() -> impl Strategy<Value = Rect> {
    (0..12u32, 0..6u32, 0..8u32, 0..3u32).prop_map(|(top, left, h, w)| Rect {
        top,
        left,
        bottom: top + h,
        right: left + w,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (rect(), 0..6usize).prop_map(|(rect, formula)| Step::Fill(rect, formula)),
        (any::<bool>(), 0..12u32, 1..4u32, any::<bool>())
            .prop_map(|(rows, at, count, deleted)| Step::Lines(rows, at, count, deleted)),
        (rect(), 0..12u32, 0..6u32).prop_map(|(rect, row, col)| Step::Block(rect, row, col)),
        (0..12u32, 0..6u32).prop_map(|(row, col)| Step::Value(row, col)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn cells_find_their_regions_after_any_steps(steps in prop::collection::vec(step(), 1..40)) {
        let formulas = ["=A1", "=SUM(A$1:C3)", "=B2+$A$1", "=SUM(B:B)", "=SUM(A2:C$9)", "=D5:D7"];
        let (mut book, sheet) = book();
        for step in steps {
            match step {
                Step::Fill(rect, formula) => {
                    let at = rect.top_left();
                    let template = book.template(formulas[formula], Arrays::Spill, sheet, at).unwrap();
                    book.put_formula(sheet, &rect, template);
                }
                Step::Lines(rows, at, count, deleted) => {
                    let lines = Lines { sheet, rows, at, count, deleted };
                    book.check_lines(&lines).unwrap();
                    book.insert_or_delete(lines);
                }
                Step::Block(from, row, col) => {
                    let to = Rect { top: row, left: col, bottom: row + from.height() - 1, right: col + from.width() - 1 };
                    book.move_block(Block { sheet, from, to_sheet: sheet, to });
                }
                Step::Value(row, col) => book.put_value(sheet, Cell::new(row, col), CellRef::number(1.0)),
            }
            check_index(&book);
        }
    }
}
