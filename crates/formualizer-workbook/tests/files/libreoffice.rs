//! LibreOffice calculates a book that we saved, and agrees with us. Runs where `soffice` is found.

use formualizer_workbook::{SaveOptions, Value, Workbook};
use std::{collections::BTreeMap, fs, path::Path, process::Command};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/workbooks/libreoffice");
/// The rows that each formula is filled down over.
const ROWS: std::ops::RangeInclusive<u32> = 2..=11;

#[test]
fn libreoffice_calculates_the_same_values() {
    if Command::new("soffice").arg("--version").output().is_err() {
        println!("skipped: there is no soffice (apt-get install libreoffice-calc-nogui)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let formulas = formulas();
    assert!(formulas.len() >= 300);
    let ours = book(&formulas);
    let theirs = recalculated(&ours, folder.path());
    let listed = differences();
    let (mut different, mut wrong) = (Vec::new(), String::new());
    for (col, formula) in (1..).zip(&formulas) {
        let differs = |row: &u32| {
            let at = (*row, col);
            let (a, b) =
                (ours.value("Formulas", at).unwrap(), theirs.value("Formulas", at).unwrap());
            (!same(&a, &b)).then_some((at.0, a, b))
        };
        let Some((row, a, b)) = ROWS.into_iter().find_map(|row| differs(&row)) else { continue };
        different.push(formula.as_str());
        if !listed.contains_key(formula.as_str()) {
            wrong += &format!("{formula} in row {row}: we {a:?}, LibreOffice {b:?}\n");
        }
    }
    assert!(wrong.is_empty(), "differences that differences.md does not list:\n{wrong}");
    let stale: Vec<&String> =
        listed.keys().filter(|formula| !different.contains(&formula.as_str())).collect();
    println!(
        "{} formulas, {} equal, {} different as listed; listed but equal here: {stale:?}",
        formulas.len(),
        formulas.len() - different.len(),
        different.len()
    );
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(name)).unwrap()
}

/// As they stand in row 2.
fn formulas() -> Vec<String> {
    read("formulas.txt").lines().filter(|line| line.starts_with('=')).map(str::to_owned).collect()
}

/// The formulas of the table in differences.md, each with the reason.
fn differences() -> BTreeMap<String, String> {
    let row = |line: &str| {
        let line = line.strip_prefix("| `")?;
        let (formula, why) = line.split_once("` | ")?;
        Some((formula.replace("\\|", "|"), why.trim_end_matches(" |").to_owned()))
    };
    read("differences.md").lines().filter_map(row).collect()
}

/// Inputs and formulas, recalculated.
fn book(formulas: &[String]) -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("Inputs").unwrap();
    book.add_sheet("Formulas").unwrap();
    let inputs = read("inputs.csv");
    let names: Vec<&str> = inputs.lines().next().unwrap().split(',').collect();
    for (row, line) in (1..).zip(inputs.lines()) {
        for (col, cell) in (1..).zip(line.split(',')) {
            let text = cell.trim_matches('"');
            let value = match names[col as usize - 1] {
                _ if row == 1 => Value::Text(text.into()),
                "w" | "t" | "s" | "y" => Value::Text(text.into()),
                "d" | "e" => Value::Date(text.parse().unwrap()),
                "l" => Value::Boolean(text == "TRUE"),
                _ if text.is_empty() => continue,
                _ => Value::Number(text.parse().unwrap()),
            };
            book.set_value("Inputs", (row, col), value).unwrap();
        }
    }
    for (col, formula) in (1..).zip(formulas) {
        let range = ((*ROWS.start(), col), (*ROWS.end(), col));
        book.set_formulas("Formulas", range, formula).unwrap();
    }
    book.recalculate().unwrap();
    book
}

/// The book as LibreOffice saves it after calculating every cell.
fn recalculated(book: &Workbook, folder: &Path) -> Workbook {
    let file = folder.join("book.xlsx");
    fs::write(&file, book.to_xlsx(&SaveOptions::default()).unwrap()).unwrap();
    // A profile of its own, which says that loaded formulas are always calculated.
    let user = folder.join("profile/user");
    fs::create_dir_all(&user).unwrap();
    fs::write(user.join("registrymodifications.xcu"), PROFILE).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let out = folder.join("out");
    let mut command = Command::new("soffice");
    command.arg(profile).args(["--headless", "--convert-to", "xlsx", "--outdir"]);
    let output = command.arg(&out).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Workbook::open(out.join("book.xlsx")).unwrap()
}

const PROFILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"#;

/// Numbers to nine digits, dates by their serial numbers. LibreOffice saves its own errors, which it has more of than Excel,
/// as `#VALUE!`: where it does, any error of ours is the same.
fn same(ours: &Value, theirs: &Value) -> bool {
    let serial = |value: &Value| match value {
        Value::Number(n) => Some(*n),
        Value::Int(n) => Some(*n as f64),
        Value::Date(_) | Value::DateTime(_) | Value::Time(_) | Value::Duration(_) => {
            value.as_serial_number()
        }
        _ => None,
    };
    match (ours, theirs) {
        (Value::Error(a), Value::Error(b)) => {
            a.kind == b.kind || b.kind == formualizer_workbook::ExcelErrorKind::Value
        }
        (Value::Text(text), Value::Empty) | (Value::Empty, Value::Text(text)) => text.is_empty(),
        _ => match (serial(ours), serial(theirs)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) + 1e-12,
            _ => ours == theirs,
        },
    }
}
