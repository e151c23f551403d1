//! The reference of all functions as Markdown, made from their records.

use crate::{
    families::families,
    record::{Kernel, Mode, Record},
};
use std::fmt::Write as _;

const HEAD: &str = "\
# Functions

Made from the records of `crates/formualizer-functions` by `cargo xtask functions`; do not edit.

Parameters: a plain name takes one value, and the function is called for each element where it is given an array or a range; `name[]` takes
arrays and ranges whole; `name&` takes cells by reference; `name()` takes a function; `name?` is evaluated only where it is needed; what stands in brackets may be left out; `…` repeats.
How: *columns* are functions of numbers that run over whole columns, *rows* are called for each row, *indexed* look at their arrays once for all rows and keep indexes of them,
*evaluator* are control flow and references, *stored* are not calculated: the cell keeps the value that its file holds.

Left out of comparisons with Excel's stored values: `CUBE…`, `GETPIVOTDATA`, `RTD`, `WEBSERVICE` and their like, which ask other programs; references into other workbooks; functions
of macros and add-ins; volatile functions and what reads them.
";

/// The reference of all functions, a table a family.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    let count: usize = families().map(|(_, records)| records.len()).sum();
    let _infallible = writeln!(text, "\n{count} functions.");
    let mut titles: Vec<&str> = families().map(|(title, _)| title).collect();
    titles.dedup();
    for title in titles {
        let _infallible = writeln!(
            text,
            "\n## {title}\n\n| function | how | what it gives | differs from Excel |\n|---|---|---|---|"
        );
        let lists = families().filter(|(other, _)| *other == title);
        let mut records: Vec<&Record> = lists.flat_map(|(_, records)| records).collect();
        records.sort_unstable_by_key(|record| record.name);
        for record in records {
            let _infallible = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                call(record),
                how(record),
                cell(record.about),
                cell(record.differs)
            );
        }
    }
    text
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn how(record: &Record) -> String {
    let mut how = match record.kernel {
        Kernel::OfOne(_) | Kernel::OfTwo(..) => "columns",
        Kernel::OfRow(_) | Kernel::OfText(_) => "rows",
        Kernel::Prepared(_) => "indexed",
        Kernel::Evaluator => "evaluator",
        Kernel::Kept => "stored",
    }
    .to_owned();
    if record.depends.volatile {
        how += ", volatile";
    }
    how
}

/// The function with its parameters.
fn call(record: &Record) -> String {
    let parameters: Vec<String> = record
        .parameters
        .iter()
        .map(|parameter| {
            let mark = match parameter.mode {
                Mode::Value | Mode::Criterion | Mode::First | Mode::Name => "",
                Mode::Array => "[]",
                Mode::Range | Mode::Reference => "&",
                Mode::Lazy => "?",
                Mode::Lambda => "()",
            };
            match parameter.optional {
                true => format!("[{}{mark}]", parameter.name),
                false => format!("{}{mark}", parameter.name),
            }
        })
        .collect();
    let more = if record.repeats > 0 { ", …" } else { "" };
    format!("{}({}{more})", record.name, parameters.join(", "))
}
