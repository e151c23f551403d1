//! After any sequence of edits a workbook holds what a new one holds in which the same is done and which is then
//! calculated once.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use formualizer_workbook::{CustomFnOptions, ExcelError, RecalcOptions, Value, Workbook};
use proptest::prelude::*;
use std::sync::Arc;

const ROWS: u32 = 12;
const COLS: u32 = 6;

/// Two corners of a range.
type Block = ((u32, u32), (u32, u32));

#[derive(Clone, Debug)]
enum Edit {
    Number(u32, u32, i32),
    Text(u32, u32),
    Blank(u32, u32),
    Formula(u32, u32, String),
    Fill {
        col: u32,
        top: u32,
        bottom: u32,
    },
    Formulas {
        col: u32,
        top: u32,
        bottom: u32,
        right: u32,
        formula: String,
    },
    Clear {
        col: u32,
        top: u32,
        bottom: u32,
        right: u32,
    },
    FillRight {
        col: u32,
        top: u32,
        bottom: u32,
        right: u32,
    },
    Lines {
        rows: bool,
        at: u32,
        count: u32,
        deleted: bool,
    },
    Move {
        from: Block,
        to: (u32, u32),
    },
    Copy {
        from: Block,
        to: (u32, u32),
    },
    /// Several edits as one, of which the last may fail.
    Together(Vec<Edit>, bool),
    Name(u32),
    Bind(i32),
    Unbind,
    Undo,
    Redo,
}

fn cell_text() -> impl Strategy<Value = String> {
    (0..COLS, 1..=ROWS, any::<(bool, bool)>()).prop_map(|(col, row, (fix_col, fix_row))| {
        let dollar = |fix| if fix { "$" } else { "" };
        let letter = char::from(b'A' + u8::try_from(col).unwrap());
        format!("{}{letter}{}{row}", dollar(fix_col), dollar(fix_row))
    })
}

fn formula() -> impl Strategy<Value = String> {
    let cell = cell_text;
    prop_oneof![
        (cell(), cell()).prop_map(|(a, b)| format!("={a}+{b}")),
        cell().prop_map(|a| format!("={a}*2")),
        (cell(), cell()).prop_map(|(a, b)| format!("=SUM({a}:{b})")),
        (cell(), cell()).prop_map(|(a, b)| format!("=IF({a}>3,{b},1)")),
        (cell(), cell()).prop_map(|(a, b)| format!("={a}:{b}")),
        (1..5, 1..3).prop_map(|(rows, cols)| format!("=SEQUENCE({rows},{cols})")),
        cell().prop_map(|a| format!("=SEQUENCE(MOD({a},4)+1)")),
        cell().prop_map(|a| format!("=MY({a})")),
        cell().prop_map(|a| format!("={a}&base")),
        cell().prop_map(|a| format!("=COUNTA({a}:C9)")),
        cell().prop_map(|a| format!("=SUM({a}#)")),
    ]
}

/// Cells that come, go and move.
fn structural() -> impl Strategy<Value = Edit> {
    let block = || {
        (1..=ROWS, 1..=COLS, 0..4u32, 0..3u32)
            .prop_map(|(top, left, down, along)| ((top, left), (top + down, left + along)))
    };
    let at = || (1..=ROWS, 1..=COLS);
    prop_oneof![
        6 => (any::<bool>(), 1..=ROWS, 1..3u32, any::<bool>()).prop_map(|(rows, at, count, deleted)| {
            Edit::Lines { rows, at: if rows { at } else { at.div_ceil(2) }, count, deleted }
        }),
        3 => (block(), at()).prop_map(|(from, to)| Edit::Move { from, to }),
        2 => (block(), at()).prop_map(|(from, to)| Edit::Copy { from, to }),
        2 => block().prop_map(|((top, col), (bottom, right))| {
            Edit::FillRight { col, top, bottom, right }
        }),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        12 => simple_edit(),
        2 => structural(),
        1 => (prop::collection::vec(prop_oneof![3 => simple_edit(), 1 => structural()], 0..4), any::<bool>())
            .prop_map(|(edits, fails)| Edit::Together(edits, fails)),
    ]
}

fn simple_edit() -> impl Strategy<Value = Edit> {
    let at = || (1..=ROWS, 1..=COLS);
    let block = || (1..=COLS, 1..=ROWS, 0..5u32, 0..2u32);
    prop_oneof![
        5 => (at(), -2..8).prop_map(|((row, col), n)| Edit::Number(row, col, n)),
        1 => at().prop_map(|(row, col)| Edit::Text(row, col)),
        1 => at().prop_map(|(row, col)| Edit::Blank(row, col)),
        6 => (at(), formula()).prop_map(|((row, col), f)| Edit::Formula(row, col, f)),
        3 => block().prop_map(|(col, top, more, _)| Edit::Fill { col, top, bottom: top + more }),
        3 => (block(), formula()).prop_map(|((col, top, down, along), formula)| {
            Edit::Formulas { col, top, bottom: top + down, right: col + along, formula }
        }),
        1 => block().prop_map(|(col, top, down, along)| {
            Edit::Clear { col, top, bottom: top + down, right: col + along }
        }),
        1 => (0..3u32).prop_map(Edit::Name),
        1 => (1..4).prop_map(Edit::Bind),
        1 => Just(Edit::Unbind),
        2 => Just(Edit::Undo),
        1 => Just(Edit::Redo),
    ]
}

fn apply(book: &mut Workbook, edit: &Edit) {
    let sheet = "S";
    match edit {
        Edit::Number(row, col, n) => book.set_value(sheet, (*row, *col), *n).unwrap(),
        Edit::Text(row, col) => book.set_value(sheet, (*row, *col), "text").unwrap(),
        Edit::Blank(row, col) => book.set_value(sheet, (*row, *col), Value::Empty).unwrap(),
        Edit::Formula(row, col, formula) => book.set_formula(sheet, (*row, *col), formula).unwrap(),
        Edit::Fill { col, top, bottom } => {
            // What is copied is a value where an array fills the source.
            settle(book);
            book.fill_down(sheet, ((*top, *col), (*bottom, *col))).unwrap();
        }
        Edit::Formulas { col, top, bottom, right, formula } => {
            book.set_formulas(sheet, ((*top, *col), (*bottom, *right)), formula).unwrap();
        }
        Edit::Clear { col, top, bottom, right } => {
            book.clear(sheet, ((*top, *col), (*bottom, *right))).unwrap();
        }
        Edit::FillRight { col, top, bottom, right } => {
            settle(book);
            book.fill_right(sheet, ((*top, *col), (*bottom, *right))).unwrap();
        }
        Edit::Lines { rows, at, count, deleted } => match (rows, deleted) {
            (true, false) => book.insert_rows(sheet, *at, *count),
            (true, true) => book.delete_rows(sheet, *at, *count),
            (false, false) => book.insert_columns(sheet, *at, *count),
            (false, true) => book.delete_columns(sheet, *at, *count),
        }
        .unwrap(),
        Edit::Move { from, to } => book.move_range(sheet, *from, sheet, *to).unwrap(),
        Edit::Copy { from, to } => {
            settle(book);
            book.copy_range(sheet, *from, sheet, *to).unwrap();
        }
        Edit::Together(edits, fails) => {
            let done = book.edit(|book| {
                edits.iter().for_each(|edit| apply(book, edit));
                match fails {
                    true => book.set_formula(sheet, "A1", "=("),
                    false => Ok(()),
                }
            });
            assert_eq!(done.is_err(), *fails);
        }
        Edit::Name(n) => book.define_name("base", &n.to_string()).unwrap(),
        Edit::Bind(factor) => {
            let factor = f64::from(*factor);
            let options = CustomFnOptions {
                min_args: 1,
                max_args: Some(1),
                allow_override_builtin: true,
                ..CustomFnOptions::default()
            };
            let times = move |args: &[Value]| -> Result<Value, ExcelError> {
                match &args[0] {
                    Value::Number(n) => Ok(Value::Number(n * factor)),
                    other => Ok(other.clone()),
                }
            };
            // A name that is bound is refused: that is no edit.
            let _ = book.register_custom_function("MY", options, Arc::new(times));
        }
        Edit::Unbind => {
            let _ = book.unregister_custom_function("MY");
        }
        Edit::Undo => {
            book.undo();
        }
        Edit::Redo => {
            book.redo();
        }
    }
}

/// Whether the function is bound after these edits.
fn is_bound(edits: &[Edit]) -> bool {
    edits.iter().fold(false, |bound, edit| match edit {
        Edit::Bind(_) => true,
        Edit::Unbind => false,
        Edit::Together(edits, false) => {
            let inner = edits.iter().rev().find_map(|edit| match edit {
                Edit::Bind(_) => Some(true),
                Edit::Unbind => Some(false),
                _ => None,
            });
            inner.unwrap_or(bound)
        }
        _ => bound,
    })
}

/// What does nothing is no edit that could be undone.
fn does_nothing(edit: &Edit, bound: bool) -> bool {
    match edit {
        Edit::Undo | Edit::Redo => true,
        Edit::Unbind => !bound,
        Edit::Bind(_) => bound,
        Edit::Fill { top, bottom, .. } => top == bottom,
        Edit::FillRight { col, right, .. } => col == right,
        Edit::Move { from, to } | Edit::Copy { from, to } => from.0 == *to,
        Edit::Together(_, true) => true,
        Edit::Together(edits, false) => {
            let mut bound = bound;
            edits.iter().all(|edit| {
                let nothing = does_nothing(edit, bound);
                bound = match edit {
                    Edit::Bind(_) => true,
                    Edit::Unbind => false,
                    _ => bound,
                };
                nothing
            })
        }
        _ => false,
    }
}

/// The edits that are left when what was undone is taken out.
fn effective(edits: &[Edit]) -> Vec<Edit> {
    let (mut past, mut future): (Vec<Edit>, Vec<Edit>) = (Vec::new(), Vec::new());
    for edit in edits {
        match edit {
            Edit::Undo => future.extend(past.pop()),
            Edit::Redo => past.extend(future.pop()),
            edit => {
                if !does_nothing(edit, is_bound(&past)) {
                    past.push(edit.clone());
                    future.clear();
                }
            }
        }
    }
    past
}

fn new_book() -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book.set_undo_limit(1000);
    book
}

fn everything(book: &Workbook) -> Vec<(String, Value, Option<String>, Option<String>)> {
    let mut cells = Vec::new();
    for row in 1..=ROWS + 10 {
        for col in 1..=COLS + 6 {
            let at = (row, col);
            cells.push((
                format!("R{row}C{col}"),
                book.value("S", at).unwrap(),
                book.formula("S", at).unwrap(),
                book.spill_range("S", at).unwrap(),
            ));
        }
    }
    cells
}

/// The first cell that differs between doing the edits with recalculations between them and doing them at once.
fn difference(edits: &[(Edit, bool)]) -> Option<String> {
    let mut incremental = new_book();
    for (edit, recalculate) in edits {
        apply(&mut incremental, edit);
        if *recalculate {
            settle(&mut incremental);
        }
    }
    settle(&mut incremental);
    let mut full = new_book();
    let edits: Vec<Edit> = edits.iter().map(|(edit, _)| edit.clone()).collect();
    for edit in effective(&edits) {
        apply(&mut full, &edit);
    }
    settle(&mut full);
    let (ours, theirs) = (everything(&incremental), everything(&full));
    let differs = ours.into_iter().zip(theirs).find(|(ours, theirs)| ours != theirs);
    differs.map(|(ours, theirs)| format!("after edits {ours:?}\n   at once {theirs:?}"))
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

/// Recalculates. What is kept of functions that nobody knows depends on what was stored, so that nothing is.
fn settle(book: &mut Workbook) {
    let mut options = RecalcOptions::default();
    options.keeps_unknown = false;
    book.recalculate_with(&options).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn incremental_equals_full(
        edits in prop::collection::vec((edit(), prop::bool::weighted(0.4)), 200)
    ) {
        if difference(&edits).is_some() {
            let edits = smallest(edits);
            let difference = difference(&edits).unwrap_or_default();
            let edits: Vec<String> = edits.iter().map(|edit| format!("{edit:?}")).collect();
            prop_assert!(false, "{difference}\n{}", edits.join("\n"));
        }
    }
}
