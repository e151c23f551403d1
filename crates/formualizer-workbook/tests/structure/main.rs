//! Inserted and deleted rows and columns, moved and copied ranges: what a workbook holds afterwards against a naive
//! model, in which every formula stands for itself and its references are rewritten one by one.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod model;
mod suite;

use formualizer_workbook::{Value, Workbook};
use model::{Content, Model, Part, Spot};
use proptest::prelude::*;

const ROWS: u32 = 12;
const COLS: u32 = 6;
/// What is compared: as far as anything can come to be.
const SEEN: (u32, u32) = (40, 24);
const SHEETS: [&str; 2] = ["S", "T"];

#[derive(Clone, Debug)]
enum Edit {
    Number(usize, u32, u32, i32),
    Formula { sheet: usize, at: (u32, u32), down: u32, along: u32, parts: Vec<Part> },
    Lines { sheet: usize, rows: bool, at: u32, count: u32, deleted: bool },
    Move { sheet: usize, from: (u32, u32, u32, u32), to_sheet: usize, to: (u32, u32) },
    Copy { sheet: usize, from: (u32, u32, u32, u32), to_sheet: usize, to: (u32, u32) },
    Clear { sheet: usize, from: (u32, u32, u32, u32) },
    Name(Part),
    Undo,
    Redo,
}

fn spot() -> impl Strategy<Value = Spot> {
    (0..ROWS, 0..COLS, any::<(bool, bool)>()).prop_map(|(row, col, (row_fixed, col_fixed))| Spot {
        row,
        col,
        row_fixed,
        col_fixed,
    })
}

fn reference() -> impl Strategy<Value = Part> {
    let sheet = || prop_oneof![2 => Just(None), 1 => (0..2usize).prop_map(Some)];
    prop_oneof![
        4 => (sheet(), spot()).prop_map(|(sheet, a)| Part::Cell { sheet, a }),
        4 => (sheet(), spot(), 0..5u32, 0..3u32).prop_map(|(sheet, a, down, along)| {
            let b = Spot { row: a.row + down, col: a.col + along, ..a };
            Part::Range { sheet, a, b }
        }),
        1 => (sheet(), spot(), any::<bool>(), 0..6u32).prop_map(|(sheet, a, fixed, down)| {
            // Corners that move apart when they are filled.
            let b = Spot { row: a.row + down, row_fixed: fixed, ..a };
            Part::Range { sheet, a, b }
        }),
        1 => (sheet(), 0..COLS, any::<bool>()).prop_map(|(sheet, col, fixed)| {
            Part::Columns { sheet, a: (col, fixed), b: (col + 1, fixed) }
        }),
        1 => (sheet(), 0..ROWS, any::<bool>()).prop_map(|(sheet, row, fixed)| {
            Part::Rows { sheet, a: (row, fixed), b: (row + 2, fixed) }
        }),
    ]
}

fn formula() -> impl Strategy<Value = Vec<Part>> {
    let text = |text: &str| Part::Text(text.to_owned());
    prop_oneof![
        3 => (reference(), reference()).prop_map(move |(a, b)| {
            vec![text("SUM("), a, text(")+COUNT("), b, text(")")]
        }),
        3 => reference().prop_map(move |a| vec![text("COUNTBLANK("), a, text(")")]),
        2 => (spot(), -3..3i32).prop_map(move |(a, n)| {
            vec![Part::Cell { sheet: None, a }, text(&format!("*{n}"))]
        }).prop_filter("negative numbers are written with a sign", |parts| {
            !matches!(parts.last(), Some(Part::Text(text)) if text.contains('-'))
        }),
        1 => reference().prop_map(move |a| vec![text("SUM("), a, text(",nm)")]),
        1 => (1..4u32, 1..3u32).prop_map(move |(rows, cols)| {
            vec![text(&format!("SEQUENCE({rows},{cols})"))]
        }),
        1 => spot().prop_map(move |a| vec![text("SUM("), Part::Spill { sheet: None, a }, text(")")]),
        1 => spot().prop_map(move |a| vec![text("SEQUENCE(MOD("), Part::Cell { sheet: None, a }, text(",3)+1)")]),
        1 => reference().prop_map(move |a| vec![text("ROW()+ROWS("), a, text(")")]),
        1 => spot().prop_map(move |a| vec![text("SUM("), Part::Fixed(a), text(")")]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let rect = || {
        (0..ROWS, 0..COLS, 0..4u32, 0..3u32)
            .prop_map(|(top, left, down, along)| (top, left, top + down, left + along))
    };
    let sheet = || 0..2usize;
    prop_oneof![
        5 => (sheet(), 0..ROWS, 0..COLS, -2..8).prop_map(|(s, row, col, n)| Edit::Number(s, row, col, n)),
        6 => (sheet(), (0..ROWS, 0..COLS), prop_oneof![Just(0), 0..8u32], prop_oneof![3 => Just(0), 1 => 0..3u32], formula())
            .prop_map(|(sheet, at, down, along, parts)| Edit::Formula { sheet, at, down, along, parts }),
        5 => (sheet(), any::<bool>(), 0..ROWS, 1..4u32, any::<bool>())
            .prop_map(|(sheet, rows, at, count, deleted)| {
                let at = if rows { at } else { at / 2 };
                Edit::Lines { sheet, rows, at, count, deleted }
            }),
        3 => (sheet(), rect(), sheet(), (0..ROWS, 0..COLS))
            .prop_map(|(sheet, from, to_sheet, to)| Edit::Move { sheet, from, to_sheet, to }),
        2 => (sheet(), rect(), sheet(), (0..ROWS, 0..COLS))
            .prop_map(|(sheet, from, to_sheet, to)| Edit::Copy { sheet, from, to_sheet, to }),
        1 => (sheet(), rect()).prop_map(|(sheet, from)| Edit::Clear { sheet, from }),
        1 => (spot(), 0..4u32).prop_map(|(a, down)| {
            let a = Spot { row_fixed: true, col_fixed: true, ..a };
            Edit::Name(Part::Range { sheet: Some(0), a, b: Spot { row: a.row + down, ..a } })
        }),
        1 => Just(Edit::Undo),
        1 => Just(Edit::Redo),
    ]
}

fn one_based((row, col): (u32, u32)) -> (u32, u32) {
    (row + 1, col + 1)
}

/// Makes an edit in the workbook and in the model.
fn apply(
    book: &mut Workbook,
    history: &mut (Vec<Model>, Vec<Model>),
    model: &mut Model,
    edit: &Edit,
) {
    let before = model.clone();
    let mut done = true;
    let corners = |(top, left, bottom, right): (u32, u32, u32, u32)| {
        ((top + 1, left + 1), (bottom + 1, right + 1))
    };
    match edit {
        Edit::Number(sheet, row, col, n) => {
            book.set_value(SHEETS[*sheet], (row + 1, col + 1), *n).unwrap();
            model.cells.insert((*sheet, *row, *col), Content::Number(f64::from(*n)));
        }
        Edit::Formula { sheet, at, down, along, parts } => {
            let range = (at.0, at.1, at.0 + down, at.1 + along);
            let text = model.text(parts);
            book.set_formulas(SHEETS[*sheet], corners(range), &text).unwrap();
            for row in 0..=*down {
                for col in 0..=*along {
                    let parts = model::filled(parts, i64::from(row), i64::from(col));
                    let cell = (*sheet, at.0 + row, at.1 + col);
                    model.cells.insert(cell, Content::Formula(parts));
                }
            }
        }
        Edit::Lines { sheet, rows, at, count, deleted } => {
            let name = SHEETS[*sheet];
            match (rows, deleted) {
                (true, false) => book.insert_rows(name, at + 1, *count),
                (true, true) => book.delete_rows(name, at + 1, *count),
                (false, false) => book.insert_columns(name, at + 1, *count),
                (false, true) => book.delete_columns(name, at + 1, *count),
            }
            .unwrap();
            model.lines(*sheet, *rows, *at, *count, *deleted);
        }
        Edit::Move { sheet, from, to_sheet, to } => {
            done = (*sheet, from.0, from.1) != (*to_sheet, to.0, to.1);
            book.move_range(SHEETS[*sheet], corners(*from), SHEETS[*to_sheet], one_based(*to))
                .unwrap();
            if done {
                model.moved(*sheet, *from, *to_sheet, *to);
            }
        }
        Edit::Copy { sheet, from, to_sheet, to } => {
            // What is copied is a value where an array fills the source.
            book.recalculate().unwrap();
            done = (*sheet, from.0, from.1) != (*to_sheet, to.0, to.1);
            let mut filled = Vec::new();
            let (top, left, bottom, right) = *from;
            let inside = |cell: (u32, u32)| {
                (top..=bottom).contains(&cell.0) && (left..=right).contains(&cell.1)
            };
            for row in top..=bottom {
                for col in left..=right {
                    let value = book.value(SHEETS[*sheet], (row + 1, col + 1)).unwrap();
                    let of = anchor_of(book, SHEETS[*sheet], (row, col));
                    if !model.cells.contains_key(&(*sheet, row, col))
                        && value != Value::Empty
                        && !of.is_some_and(inside)
                    {
                        filled.push(((row, col), value));
                    }
                }
            }
            book.copy_range(SHEETS[*sheet], corners(*from), SHEETS[*to_sheet], one_based(*to))
                .unwrap();
            if done {
                model.copied(*sheet, *from, *to_sheet, *to, filled);
            }
        }
        Edit::Clear { sheet, from } => {
            book.clear(SHEETS[*sheet], corners(*from)).unwrap();
            model.clear(*sheet, *from);
        }
        Edit::Name(part) => {
            book.define_name("nm", &model.text(std::slice::from_ref(part))).unwrap();
            model.name = Some(part.clone());
        }
        Edit::Undo => {
            let did = book.undo();
            assert_eq!(did, !history.0.is_empty(), "undo");
            if let Some(past) = history.0.pop() {
                history.1.push(std::mem::replace(model, past));
            }
            return;
        }
        Edit::Redo => {
            let did = book.redo();
            assert_eq!(did, !history.1.is_empty(), "redo");
            if let Some(next) = history.1.pop() {
                history.0.push(std::mem::replace(model, next));
            }
            return;
        }
    }
    if done {
        history.0.push(before);
        history.1.clear();
    }
}

/// The cell whose array fills this one.
fn anchor_of(book: &Workbook, sheet: &str, (row, col): (u32, u32)) -> Option<(u32, u32)> {
    let reaches = |at: &(u32, u32)| {
        let range = book.spill_range(sheet, (at.0 + 1, at.1 + 1)).unwrap()?;
        let (_, last) = range.split_once(':')?;
        let (last_row, last_col) = model::parse_cell(last);
        (row <= last_row && col <= last_col).then_some(())
    };
    let before = (0..=row).flat_map(|r| (0..=col).map(move |c| (r, c)));
    before.into_iter().find(|at| reaches(at).is_some())
}

fn new_book() -> Workbook {
    let mut book = Workbook::new();
    for sheet in SHEETS {
        book.add_sheet(sheet).unwrap();
    }
    book.set_undo_limit(1000);
    book
}

/// A workbook in which what the model holds was typed.
fn typed(model: &Model) -> Workbook {
    let mut book = Workbook::new();
    for sheet in SHEETS {
        book.add_sheet(sheet).unwrap();
    }
    if let Some(name) = &model.name {
        book.define_name("nm", &model.text(std::slice::from_ref(name))).unwrap();
    }
    for ((sheet, row, col), content) in &model.cells {
        let at = (row + 1, col + 1);
        match content {
            Content::Number(n) => book.set_value(SHEETS[*sheet], at, *n).unwrap(),
            Content::Value(value) => book.set_value(SHEETS[*sheet], at, value.clone()).unwrap(),
            Content::Formula(parts) => {
                book.set_formula(SHEETS[*sheet], at, &model.text(parts)).unwrap();
            }
        }
    }
    book.recalculate().unwrap();
    book
}

type Seen = (String, Option<String>, Option<String>, Result<Value, String>);

fn everything(book: &Workbook) -> Vec<Seen> {
    let mut cells = Vec::new();
    for sheet in SHEETS {
        for row in 1..=SEEN.0 {
            for col in 1..=SEEN.1 {
                let at = (row, col);
                let value = match book.value(sheet, at).unwrap() {
                    Value::Error(error) => Err(error.kind.to_string()),
                    value => Ok(value),
                };
                cells.push((
                    format!("{sheet} R{row}C{col}"),
                    book.formula(sheet, at).unwrap(),
                    book.spill_range(sheet, at).unwrap(),
                    value,
                ));
            }
        }
    }
    cells
}

fn is_paradox(book: &Workbook) -> bool {
    let paradox = |value: &Value| matches!(value, Value::Error(e) if e.message().is_some_and(|m| m.contains("what the formula reads depends on the formula itself")));
    SHEETS
        .iter()
        .any(|sheet| book.values(sheet, ((1, 1), SEEN)).unwrap().iter().flatten().any(paradox))
}

/// The first cell that differs from the model's.
fn difference(edits: &[(Edit, bool)]) -> Option<String> {
    let (mut book, mut model) = (new_book(), Model::default());
    let mut history = (Vec::new(), Vec::new());
    // The sheets are edits, too.
    for (index, (edit, recalculate)) in edits.iter().enumerate() {
        apply(&mut book, &mut history, &mut model, edit);
        if *recalculate {
            book.recalculate().unwrap();
        }
        for ((sheet, row, col), content) in &model.cells {
            let formula = book.formula(SHEETS[*sheet], (row + 1, col + 1)).unwrap();
            let wanted = match content {
                Content::Formula(parts) => Some(model.text(parts)),
                _ => None,
            };
            if formula != wanted {
                return Some(format!(
                    "after edit {index}: {sheet} R{}C{}: {formula:?} for {wanted:?}",
                    row + 1,
                    col + 1
                ));
            }
        }
    }
    book.recalculate().unwrap();
    let typed = typed(&model);
    if is_paradox(&book) || is_paradox(&typed) {
        return None;
    }
    if book.names() != typed.names() {
        return Some(format!("{:?} for {:?}", book.names(), typed.names()));
    }
    let differs = everything(&book).into_iter().zip(everything(&typed)).find(|(a, b)| a != b);
    differs.map(|(ours, theirs)| format!("edited {ours:?}\n typed {theirs:?}"))
}

/// Leaves out whatever can be left out while there is still a difference.
fn smallest(mut edits: Vec<(Edit, bool)>) -> Vec<(Edit, bool)> {
    let mut chunk = edits.len() / 2;
    while chunk > 0 {
        let mut start = 0;
        while start < edits.len() {
            let mut fewer = edits.clone();
            fewer.drain(start..(start + chunk).min(edits.len()));
            match difference(&fewer) {
                Some(_) => edits = fewer,
                None => start += chunk,
            }
        }
        chunk /= 2;
    }
    edits
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_workbook_holds_what_the_naive_model_holds(
        edits in prop::collection::vec((edit(), prop::bool::weighted(0.4)), 60)
    ) {
        if difference(&edits).is_some() {
            let edits = smallest(edits);
            let difference = difference(&edits).unwrap_or_default();
            let edits: Vec<String> = edits.iter().map(|edit| format!("{edit:?}")).collect();
            prop_assert!(false, "{difference}\n{}", edits.join("\n"));
        }
    }
}
