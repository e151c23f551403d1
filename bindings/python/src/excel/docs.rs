//! What `help` shows of a function.

use formualizer_functions::{
    columns::Function,
    record::{Mode, Parameter},
};
use std::fmt::Write as _;
use udf_columnar::Signature;

/// The docstring: the signature, what the function gives, the parameters and what they take.
pub(super) fn docstring(function: Function, signature: &Signature) -> String {
    let record = function.record();
    let params = &signature.function().params;
    let shown: Vec<String> = params
        .iter()
        .map(|param| match (param.variadic, param.optional) {
            (true, _) => format!("*{}", param.name),
            (_, true) => format!("[{}]", param.name),
            _ => param.name.clone(),
        })
        .collect();
    let mut doc = format!("{}({})\n\n{}\n", record.name, shown.join(", "), record.about);
    let mut line = |text: &str| {
        // A String takes everything.
        let _infallible = writeln!(doc, "{text}");
    };
    if !record.differs.is_empty() {
        line(&format!("\nIt differs from Excel: {}", record.differs));
    }
    if !params.is_empty() {
        line("\nParameters\n----------");
    }
    let parameters = record.parameters.iter().chain(&record.last);
    for parameter in parameters {
        let optional = if parameter.optional { ", optional" } else { "" };
        line(&format!("{} : {}{optional}", parameter.name, takes(parameter, record.by_rows)));
    }
    match record.repeats {
        0 => {}
        1 => line("\nThe last of them may be given any number of times."),
        count => line(&format!("\nThe last {count} of them may be given again and again.")),
    }
    line("\nReturns\n-------");
    line(match record.gives_arrays {
        true => "An array: a column or a frame, in the type of the first column that is passed.",
        false => {
            "A value for each row where a column is passed for a parameter of one value, in the type of the first column; otherwise one value."
        }
    });
    if record.depends.volatile {
        line("\nEqual arguments may give other results in another call.");
    }
    doc
}

fn takes(parameter: &Parameter, by_rows: bool) -> &'static str {
    match parameter.mode {
        Mode::Array | Mode::Range | Mode::Reference if by_rows => {
            "a value, a column of them (row by row), or a frame of columns (taken whole)"
        }
        Mode::Array | Mode::Range | Mode::Reference => {
            "a column or a frame of columns, taken whole"
        }
        Mode::Criterion => "a criterion, such as \">5\", or a column of them",
        Mode::Lambda => "a function, by its name, such as \"SUM\"",
        Mode::Value | Mode::First | Mode::Lazy | Mode::Name => "a value, or a column of them",
    }
}
