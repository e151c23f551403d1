//! Files of cases.

use crate::naive::{Cells, Operand, evaluate, parsed};
use formualizer_functions::ScalarValue;
use std::{fs, path::Path};

/// Runs all cases: how many hold, and a line for each that does not.
pub(crate) fn run() -> (usize, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/functions");
    let only = std::env::var("CASES").unwrap_or_default();
    let (mut held, mut wrong) = (0, Vec::new());
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".tsv") || !name.contains(&only) {
            continue;
        }
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let parts: Vec<&str> = line.split('\t').collect();
            let [formula, cells, wanted, ..] = parts.as_slice() else {
                wrong.push(format!("{name}:{}: a line has three parts: {line}", number + 1));
                continue;
            };
            let got = evaluate(formula, &Cells::parse(cells));
            let want = value_of(wanted);
            if same(&got, &want) {
                held += 1;
            } else {
                wrong.push(format!(
                    "{name}:{}: {formula} [{cells}] gave {} and not {wanted}",
                    number + 1,
                    shown(&got)
                ));
            }
        }
    }
    (held, wrong)
}

fn value_of(wanted: &str) -> Operand {
    if wanted.starts_with('{') || wanted.starts_with('"') {
        return evaluate(&format!("={wanted}"), &Cells::default());
    }
    Operand::Scalar(parsed(wanted))
}

fn same(a: &Operand, b: &Operand) -> bool {
    match (a, b) {
        (Operand::Scalar(a), Operand::Scalar(b)) => alike(a, b),
        (Operand::Array(a), Operand::Array(b)) => {
            (a.height(), a.width()) == (b.height(), b.width())
                && a.iter().zip(b.iter()).all(|(a, b)| alike(&a.owned(), &b.owned()))
        }
        _ => false,
    }
}

fn alike(a: &ScalarValue, b: &ScalarValue) -> bool {
    match (a, b) {
        (ScalarValue::Number(a, _), ScalarValue::Number(b, _)) => {
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) || (a - b).abs() < 1e-12
        }
        (ScalarValue::Error(a, _), ScalarValue::Error(b, _)) => a == b,
        // What is blank and what is empty look alike in a table.
        (ScalarValue::Blank, ScalarValue::Text(t)) | (ScalarValue::Text(t), ScalarValue::Blank) => {
            t.is_empty()
        }
        _ => a == b,
    }
}

pub(crate) fn shown(value: &Operand) -> String {
    let one = |value: &ScalarValue| match value {
        ScalarValue::Blank => String::new(),
        ScalarValue::Number(n, _) => format!("{n}"),
        ScalarValue::Text(text) => format!("{text:?}"),
        ScalarValue::Logical(b) => b.to_string().to_uppercase(),
        ScalarValue::Error(code, _) => code.text().to_owned(),
    };
    match value {
        Operand::Scalar(value) => one(value),
        Operand::Array(table) => {
            let row = |row| {
                (0..table.width())
                    .map(|col| one(&table.get(row, col).owned()))
                    .collect::<Vec<_>>()
                    .join(",")
            };
            format!("{{{}}}", (0..table.height()).map(row).collect::<Vec<_>>().join(";"))
        }
        other => format!("{other:?}"),
    }
}
