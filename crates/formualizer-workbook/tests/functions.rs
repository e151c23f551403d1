//! The cases of `testdata/functions`, as formulas of workbooks: calculated, and calculated again after they were saved and
//! opened. `CASES=text` runs the files whose name has the text.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use formualizer_workbook::{LoadOptions, RecalcOptions, SaveOptions, Value, Workbook};
use std::{fs, path::Path};

/// Where the formula of a case stands, and what is wanted of it.
const FORMULA: (u32, u32) = (60, 27);
const WANTED: (u32, u32) = (160, 27);
/// A clock: 2023-03-15T12:00.
const NOW_US: i64 = 1_678_881_600_000_000;

/// The sheet of a case.
const SHEET: &str = "Case";

struct Case {
    place: String,
    formula: String,
    wanted: String,
    book: Workbook,
}

#[test]
fn every_case_holds_in_a_workbook() {
    let mut cases = cases();
    let mut wrong = Vec::new();
    for case in &mut cases {
        recalculate(&mut case.book);
        compare(&case.book, case, "", &mut wrong);
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_case_holds_in_a_file_that_was_saved_and_opened() {
    let mut cases = cases();
    let mut wrong = Vec::new();
    for case in &mut cases {
        recalculate(&mut case.book);
        let bytes = case.book.save_bytes(&SaveOptions::default()).unwrap().0;
        let mut again = Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap();
        // What is stored is no answer: the formula is calculated again.
        let formula = again.formula(SHEET, FORMULA).unwrap().unwrap();
        again.set_formula(SHEET, FORMULA, &formula).unwrap();
        recalculate(&mut again);
        compare(&again, case, " (opened again)", &mut wrong);
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn recalculate(book: &mut Workbook) {
    book.recalculate_with(&RecalcOptions::default().threads(1).volatile(7, NOW_US)).unwrap();
}

/// All cases, each in a workbook of its own.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/functions");
    let only = std::env::var("CASES").unwrap_or_default();
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".tsv") || !name.contains(&only) {
            continue;
        }
        for (number, line) in (1..).zip(fs::read_to_string(&file).unwrap().lines()) {
            if !line.starts_with('#') && !line.trim().is_empty() {
                cases.push(case(format!("{name}:{number}"), line));
            }
        }
    }
    cases
}

fn case(place: String, line: &str) -> Case {
    let parts: Vec<&str> = line.split('\t').collect();
    let [formula, cells, wanted, ..] = parts.as_slice() else { panic!("{place}: {line}") };
    let mut book = Workbook::new();
    book.add_sheet(SHEET).unwrap();
    for part in split(cells) {
        let (cell, content) = part.split_once('=').unwrap();
        match content.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => book.set_value(SHEET, cell, text.replace("\"\"", "\"")).unwrap(),
            None => put(&mut book, SHEET, cell, content),
        }
    }
    if let Err(error) = book.set_formula(SHEET, FORMULA, formula) {
        panic!("{place}: {formula}: {error}");
    }
    match wanted.starts_with('{') || wanted.starts_with('"') {
        true => book.set_formula(SHEET, WANTED, &format!("={wanted}")).unwrap(),
        false => put(&mut book, SHEET, "AA160", wanted),
    }
    Case { place, formula: (*formula).to_owned(), wanted: (*wanted).to_owned(), book }
}

fn put(book: &mut Workbook, sheet: &str, cell: &str, content: &str) {
    let value = match content {
        "" => return,
        "TRUE" => Value::Boolean(true),
        "FALSE" => Value::Boolean(false),
        _ => match content.parse::<f64>() {
            Ok(number) => Value::Number(number),
            Err(_) if content.starts_with('#') => {
                return book.set_formula(sheet, cell, &format!("={content}")).unwrap();
            }
            Err(_) => Value::Text(content.to_owned()),
        },
    };
    book.set_value(sheet, cell, value).unwrap();
}

/// The parts between semicolons that are not in quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut quoted, mut start, mut parts) = (false, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

fn compare(book: &Workbook, case: &Case, how: &str, wrong: &mut Vec<String>) {
    let at = |base: (u32, u32), row: u32, col: u32| {
        book.value(SHEET, (base.0 + row, base.1 + col)).unwrap()
    };
    // An array and a rim around it, which has to be blank in both.
    let differs = (0..40)
        .flat_map(|row| (0..12).map(move |col| (row, col)))
        .find(|(row, col)| !same(&at(FORMULA, *row, *col), &at(WANTED, *row, *col)));
    if let Some((row, col)) = differs {
        wrong.push(format!(
            "{}{how}: {} gave {:?} and not {} (at {row},{col})",
            case.place,
            case.formula,
            at(FORMULA, row, col),
            case.wanted
        ));
    }
}

fn same(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Int(n) => Some(*n as f64),
        Value::Text(_) | Value::Boolean(_) | Value::Error(_) | Value::Empty => None,
        other => other.as_serial_number(),
    };
    match (a, b) {
        (Value::Error(a), Value::Error(b)) => a.kind == b.kind,
        // A blank is 0 where a formula gives it, and looks like an empty text in a table.
        (Value::Number(n), Value::Empty) => *n == 0.0,
        (Value::Text(text), Value::Empty) | (Value::Empty, Value::Text(text)) => text.is_empty(),
        (Value::Number(n), Value::Text(text)) => *n == 0.0 && text.is_empty(),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => {
                (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) || (a - b).abs() < 1e-12
            }
            (None, None) => a == b,
            _ => false,
        },
    }
}
