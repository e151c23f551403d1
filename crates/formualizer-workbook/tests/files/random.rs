//! After any edits a workbook that is saved and loaded again holds what it held.

use super::{load::made, save::loaded, zipped::is_sound};
use formualizer_workbook::{SaveOptions, Value, Workbook};
use proptest::prelude::*;

const ROWS: u32 = 9;
const COLS: u32 = 12;

#[derive(Clone, Debug)]
enum Edit {
    Value(u32, u32, u8),
    Formula(u32, u32, usize),
    Fill(u32, u32, usize),
    Clear(u32, u32),
    Hide(u32),
    Rows(u32, bool),
    Columns(u32, bool),
    Recalculate,
    Undo,
}

const FORMULAS: &[&str] = &[
    "=B2*2",
    "=SUM(B$2:B5)&\"x\"",
    "=SEQUENCE(2,2)",
    "=A1:A3",
    "=IF(E2>1,A2,NA())",
    "=SUM(Everything)+First",
    "=TRANSPOSE(A2:A4)",
    "=1/0",
    "=E1#",
    "=TODAY()>5",
    "=TEXTJOIN(\",\",TRUE,C2:C4)",
    "=SUM(Calc!A:A)",
];

fn edit() -> impl Strategy<Value = Edit> {
    let at = || (1..=ROWS, 1..=COLS);
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|((r, c), v)| Edit::Value(r, c, v)),
        4 => (at(), 0..FORMULAS.len()).prop_map(|((r, c), f)| Edit::Formula(r, c, f)),
        2 => (at(), 0..FORMULAS.len()).prop_map(|((r, c), f)| Edit::Fill(r, c, f)),
        1 => at().prop_map(|(r, c)| Edit::Clear(r, c)),
        1 => (1..=ROWS).prop_map(Edit::Hide),
        1 => (1..=ROWS, any::<bool>()).prop_map(|(r, i)| Edit::Rows(r, i)),
        1 => (1..=COLS, any::<bool>()).prop_map(|(c, i)| Edit::Columns(c, i)),
        2 => Just(Edit::Recalculate),
        1 => Just(Edit::Undo),
    ]
}

fn value(kind: u8) -> Value {
    match kind % 6 {
        0 => Value::Number(f64::from(kind) / 7.0),
        1 => Value::Boolean(kind > 100),
        2 => Value::Text(format!(" <{kind}>& ")),
        3 => Value::Date("2024-01-31".parse().unwrap()),
        4 => Value::Empty,
        _ => Value::Number(f64::from(kind)),
    }
}

fn apply(book: &mut Workbook, edit: &Edit) {
    let sheet = "Calc";
    // Some edits are refused (deleting part of an array): then there was none.
    let _ = match *edit {
        Edit::Value(row, col, kind) => book.set_value(sheet, (row, col), value(kind)),
        Edit::Formula(row, col, formula) => book.set_formula(sheet, (row, col), FORMULAS[formula]),
        Edit::Fill(row, col, formula) => {
            book.set_formulas(sheet, ((row, col), (row + 3, col + 1)), FORMULAS[formula])
        }
        Edit::Clear(row, col) => book.clear(sheet, ((row, col), (row + 2, col))),
        Edit::Hide(row) => book.set_rows_hidden(sheet, ((row, 1), (row, 1)), true),
        Edit::Rows(row, true) => book.insert_rows(sheet, row, 1),
        Edit::Rows(row, false) => book.delete_rows(sheet, row, 1),
        Edit::Columns(col, true) => book.insert_columns(sheet, col, 1),
        Edit::Columns(col, false) => book.delete_columns(sheet, col, 1),
        Edit::Recalculate => book.recalculate().map(|_| ()),
        Edit::Undo => {
            book.undo();
            Ok(())
        }
    };
}

/// Values and formulas, with what arrays fill.
fn everything(book: &Workbook) -> Vec<(String, String, Option<String>, Option<String>)> {
    let mut cells = Vec::new();
    for row in 1..=30 {
        for col in 1..=18 {
            let at = (row, col);
            let value = match book.value("Calc", at).unwrap() {
                // What files have no word for comes back as #VALUE!, without its reason.
                Value::Error(e) => match e.to_string().split(':').next().unwrap_or_default() {
                    known @ ("#DIV/0!" | "#N/A" | "#NAME?" | "#NULL!" | "#NUM!" | "#REF!") => {
                        known.to_owned()
                    }
                    _ => "#VALUE!".to_owned(),
                },
                // A number in a cell with a date's format is a date, to the microsecond.
                date @ (Value::Date(_) | Value::DateTime(_) | Value::Time(_)) => {
                    let days = date.as_serial_number().unwrap();
                    let since_1904 = if days < 1.0 { days } else { days - 1462.0 };
                    format!("{since_1904:.4}")
                }
                Value::Number(n) => format!("{n:.4}"),
                other => format!("{other:?}"),
            };
            // Of an array formula for several cells that is blocked, files have the cells that it is for.
            let fills = book.spill_range("Calc", at).unwrap().filter(|_| !value.starts_with('#'));
            let formula = book.formula("Calc", at).unwrap();
            cells.push((format!("R{row}C{col}"), value, formula, fills));
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 2000, ..ProptestConfig::default() })]
    #[test]
    fn a_workbook_that_is_saved_and_loaded_holds_what_it_held(
        edits in prop::collection::vec(edit(), 1..25)
    ) {
        let mut book = made("xlsxwriter.xlsx");
        book.set_undo_limit(50);
        for edit in &edits {
            apply(&mut book, edit);
        }
        let bytes = book.to_xlsx(&SaveOptions::default()).unwrap();
        is_sound(&bytes);
        let again = loaded(bytes.clone());
        prop_assert_eq!(again.load_warnings(), [""; 0]);
        for (ours, theirs) in everything(&book).into_iter().zip(everything(&again)) {
            prop_assert_eq!(ours, theirs);
        }
        prop_assert_eq!(again.names(), book.names());
        prop_assert_eq!(again.hidden_rows("Calc").unwrap(), book.hidden_rows("Calc").unwrap());
        // And once more, from the file that was saved.
        let twice = again.to_xlsx(&SaveOptions::default()).unwrap();
        prop_assert_eq!(super::zipped::differing(&bytes, &twice), [""; 0]);
    }
}
