//! The page of a plugin, function by function.

use super::markdown::{cell, code, text};
use serde_json::Value;
use std::fmt::{self, Write as _};
use udf_abi::{
    DType,
    manifest::{Example, Function, FunctionKind, Manifest, Param, Return, Shape},
};

/// The reference of a plugin. The same manifest gives the same text.
pub(super) fn of(manifest: &Manifest) -> String {
    let mut out = String::new();
    // A String takes everything.
    let _infallible = page(&mut out, manifest);
    out
}

fn page(out: &mut String, manifest: &Manifest) -> fmt::Result {
    let module = &manifest.module;
    writeln!(out, "# {}\n", cell(&module.id))?;
    writeln!(out, "Version {}.", cell(&module.version))?;
    if !module.description.trim().is_empty() {
        writeln!(out, "\n{}", text(&module.description))?;
    }
    writeln!(out, "\n| function | |\n|---|---|")?;
    for function in &manifest.functions {
        writeln!(
            out,
            "| [{}](#{}) | {} |",
            cell(&function.name),
            anchor(function),
            first_sentence(function)
        )?;
    }
    for function in &manifest.functions {
        out.push('\n');
        section(out, function)?;
    }
    if !manifest.disabled.is_empty() {
        writeln!(out, "\n## Not available\n")?;
        for function in &manifest.disabled {
            writeln!(out, "- {}", cell(&function.reason()))?;
        }
    }
    Ok(())
}

/// A link to a heading, as the usual renderers make them.
fn anchor(function: &Function) -> String {
    let keeps = |c: &char| c.is_alphanumeric() || *c == '_' || *c == '-';
    function.name.to_lowercase().chars().filter(keeps).collect()
}

fn first_sentence(function: &Function) -> String {
    let description = function.description.split_whitespace().collect::<Vec<_>>().join(" ");
    cell(&description[..sentence_end(&description)])
}

/// Where the first sentence ends; the full stop of an initial (`R. W. Sinnott`) ends none.
fn sentence_end(text: &str) -> usize {
    let is_initial = |at: usize| {
        let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let word = word.trim_start_matches(['(', '[']);
        word.chars().count() == 1 && word.chars().all(char::is_uppercase)
    };
    let mut stops = text.match_indices(". ").map(|(at, _)| at);
    stops.find(|at| !is_initial(*at)).map_or(text.len(), |at| at + 1)
}

fn section(out: &mut String, function: &Function) -> fmt::Result {
    writeln!(out, "## {}\n", cell(&function.name))?;
    writeln!(out, "{}\n", code(&format!("={}", signature(function))))?;
    if !function.description.trim().is_empty() {
        writeln!(out, "{}\n", text(&function.description))?;
    }
    writeln!(out, "{}", kind(function))?;
    if !function.aliases.is_empty() {
        let aliases: Vec<String> = function.aliases.iter().map(|a| code(a)).collect();
        writeln!(out, "\nAlso called {}.", aliases.join(", "))?;
    }
    if !function.params.is_empty() {
        writeln!(out, "\n| parameter | takes | | |\n|---|---|---|---|")?;
        for param in &function.params {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                code(&param.name),
                takes(param),
                necessity(param),
                cell(&param.description)
            )?;
        }
    }
    writeln!(out, "\nReturns {}.", returns(function))?;
    writeln!(out, "\n{}", errors(function))?;
    examples(out, function)
}

/// `NAME(a, [b], [rest, …])`
fn signature(function: &Function) -> String {
    let params = function.params.iter().map(|param| {
        let name = match param.variadic {
            true => format!("{}, …", param.name),
            false => param.name.clone(),
        };
        if param.optional { format!("[{name}]") } else { name }
    });
    format!("{}({})", function.name, params.collect::<Vec<_>>().join(", "))
}

fn kind(function: &Function) -> String {
    let mut text = match &function.kind {
        FunctionKind::Elementwise => {
            "Row by row (elementwise): fill it down, or give it whole columns.".to_owned()
        }
        FunctionKind::Reduce => "Of whole columns, to one value (reduce).".to_owned(),
        FunctionKind::Array => "Gives an array, which spills (array).".to_owned(),
        FunctionKind::Aggregate => {
            "Of groups of rows, to one value for each (aggregate).".to_owned()
        }
    };
    if function.volatile {
        text.push_str(" Volatile: each recalculation may give another result.");
    }
    text
}

fn type_words(dtype: DType) -> &'static str {
    match dtype {
        DType::Null => "nothing",
        DType::Bool => "logical",
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => "whole number",
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => "whole number, not negative",
        DType::F32 | DType::F64 => "number",
        DType::Utf8 => "text",
        DType::Binary => "bytes",
        DType::Date32 => "date",
        DType::Time64 => "time of day",
        DType::Timestamp => "date and time",
        DType::Duration => "duration",
        DType::Error => "error",
        DType::Any => "any value",
    }
}

fn typed(dtype: DType) -> String {
    format!("{} ({})", type_words(dtype), code(dtype.name()))
}

fn takes(param: &Param) -> String {
    let what = typed(param.dtype.0);
    match param.shape {
        Shape::Scalar => what,
        Shape::Column => format!("column of: {what}"),
        Shape::Range => format!("range of: {what}"),
    }
}

fn necessity(param: &Param) -> String {
    match (param.optional, param.variadic, &param.default) {
        (_, true, _) => "any number of them".into(),
        (true, _, Some(value)) => format!("optional, {} if left out", code(&shown(value))),
        (true, _, None) => "optional".into(),
        (false, ..) => String::new(),
    }
}

fn returns(function: &Function) -> String {
    match (&function.returns, &function.kind) {
        (Return::One(one), FunctionKind::Array) => {
            format!("rows and columns of: {}", typed(one.0))
        }
        (Return::One(one), _) => typed(one.0),
        (Return::Columns(columns), _) => {
            let columns =
                columns.iter().map(|c| format!("{}: {}", code(&c.name), typed(c.dtype.0)));
            format!("the columns {}", columns.collect::<Vec<_>>().join("; "))
        }
    }
}

/// What missing values and errors of the arguments make of the result.
fn errors(function: &Function) -> String {
    let sees = |param: &&Param| matches!(param.dtype.0, DType::Any | DType::Error);
    let name = |param: &Param| code(&param.name);
    let seen: Vec<String> = function.params.iter().filter(sees).map(name).collect();
    let typed: Vec<&Param> = function.params.iter().filter(|p| !sees(p)).collect();
    let mut text = match (typed.is_empty(), &function.kind) {
        (true, _) => String::new(),
        (false, FunctionKind::Elementwise | FunctionKind::Aggregate) => {
            "An error in an argument is the result of its row.".to_owned()
        }
        (false, _) => "An error in an argument is the result.".to_owned(),
    };
    let required = |p: &&&Param| !p.optional && p.shape == Shape::Scalar;
    if typed.iter().any(|p| required(&p)) {
        text.push_str(match typed.iter().all(|p| required(&p)) {
            true => " Where a value is missing, there is none.",
            false => " Without a value for a parameter that needs one, there is none.",
        });
    }
    if !seen.is_empty() {
        let verb = if seen.len() == 1 { "takes" } else { "take" };
        let _infallible =
            write!(text, " {} {verb} errors and missing values as they are.", seen.join(", "));
    }
    if function.returns.dtypes().iter().any(|d| d.is_float()) {
        text.push_str(" A result that is not finite is `#NUM!` in a cell.");
    }
    text.trim().to_owned()
}

fn examples(out: &mut String, function: &Function) -> fmt::Result {
    if function.examples.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| example | gives |\n|---|---|")?;
    for Example { args, result, .. } in &function.examples {
        // What is left out stands as nothing between two commas.
        let arg = |value: &Value| if value.is_null() { String::new() } else { shown(value) };
        let args: Vec<String> = args.iter().map(arg).collect();
        let call = code(&format!("={}({})", function.name, args.join(", ")));
        writeln!(out, "| {call} | {} |", code(&shown(result)))?;
    }
    Ok(())
}

/// A value as a formula has it: arrays in braces, rows between semicolons.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::from("(nothing)"),
        Value::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Object(map) => {
            let named = map.get("error").or_else(|| map.get("number")).and_then(Value::as_str);
            match (named, map.values().next()) {
                (Some(text), _) => text.to_owned(),
                // A date or time with its tag.
                (None, Some(inner)) if !inner.is_object() => shown(inner),
                _ => value.to_string(),
            }
        }
        Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::Number(n) => n.to_string(),
        Value::Array(rows) => {
            let row = |row: &Value| match row {
                Value::Array(cells) => cells.iter().map(shown).collect::<Vec<_>>().join(", "),
                one => shown(one),
            };
            format!("{{{}}}", rows.iter().map(row).collect::<Vec<_>>().join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{of, sentence_end};
    use udf_abi::manifest::Manifest;

    #[test]
    fn a_sentence_does_not_end_behind_an_initial() {
        for (text, first) in [
            ("By R. W. Sinnott. And more.", "By R. W. Sinnott."),
            ("Is 1. Not 2.", "Is 1."),
            ("As (R. Sinnott) says. So.", "As (R. Sinnott) says."),
            ("d2 = d1 − σ√T. Without", "d2 = d1 − σ√T."),
            ("Ünder Ö. Öst", "Ünder Ö. Öst"),
            ("One", "One"),
            ("", ""),
        ] {
            assert_eq!(&text[..sentence_end(text)], first);
        }
    }

    fn page(function: &str) -> String {
        let json = format!(
            r#"{{"schema": "formualizer.udf.module/v1",
                "module": {{"id": "a*b", "version": "1", "abi": 1, "codec": 2}},
                "functions": [{function}]}}"#
        );
        of(&Manifest::parse(json.as_bytes()).unwrap().manifest)
    }

    #[test]
    fn optional_and_variadic_parameters_show_as_in_a_spreadsheet() {
        let page = page(
            r#"{"id": 1, "name": "F", "export": "f", "kind": "elementwise", "min_args": 1,
                "max_args": null, "returns": "any", "params": [{"name": "a", "type": "f64"},
                {"name": "b", "type": "utf8", "optional": true, "default": "x"},
                {"name": "more", "type": "any", "optional": true, "variadic": true}]}"#,
        );
        for text in [
            "`=F(a, [b], [more, …])`",
            "| `a` | number (`f64`) |  |  |",
            "| `b` | text (`utf8`) | optional, `\"x\"` if left out |  |",
            "| `more` | any value (`any`) | any number of them |  |",
            "`more` takes errors and missing values as they are",
            "Returns any value (`any`).",
        ] {
            assert!(page.contains(text), "no {text} in:\n{page}");
        }
    }

    #[test]
    fn a_hostile_manifest_stays_text() {
        let page = page(
            r##"{"id": 1, "name": "_x_", "export": "f", "kind": "array", "min_args": 1,
                "max_args": 1, "returns": [{"name": "<b>|c", "type": "f64"}], "aliases": ["__Y"],
                "description": "<img src=x onerror=1>\n# not a heading\n| a |",
                "params": [{"name": "a`|<i>", "type": "f64", "shape": "column",
                            "description": "x | y\n\n## z <script>"}],
                "examples": [{"args": [["a|`b", {"error": "#N/A"}]], "result": [[1, null]]}]}"##,
        );
        assert!(!page.contains("<img") && !page.contains("<script>"), "{page}");
        let headings: Vec<&str> = page.lines().filter(|l| l.starts_with('#')).collect();
        assert_eq!(headings, ["# a\\*b", "## \\_x\\_"]);
        for line in page.lines().filter(|l| l.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            assert!(bars == 3 || bars == 5, "{line}");
        }
        assert!(page.contains("`` =_x_({\"a\\|`b\"; #N/A}) ``"), "{page}");
    }
}
