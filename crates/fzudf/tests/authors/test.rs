//! `fzudf test`.

use crate::workshop::{Folder, Workshop, plugin};

/// A copy of the guide's plugin in which one text of the manifest is another of the same length.
fn changed(folder: &Folder, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut module = std::fs::read(Workshop::get().module()).unwrap();
    let places: Vec<usize> = (0..module.len() - from.len())
        .filter(|at| module[*at..].starts_with(from.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "no {from} in the manifest");
    for at in places {
        module[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    std::fs::write(folder.path().join("changed.wasm"), module).unwrap();
}

#[test]
fn every_engine_is_tried() {
    let folder = Folder::new();
    let run = folder.fzudf(&["test", &Workshop::get().module(), "--json", "--rows", "100"]).ok();
    let json = run.json();
    assert_eq!(json["holds"], true);
    assert_eq!(json["engines"], serde_json::json!(["wasmtime", "wasmi"]));
    let speed = &json["functions"][0];
    assert_eq!((&speed["name"], &speed["examples"]), (&"SPEED".into(), &2.into()));
    assert!(speed["rows"].as_u64().unwrap() >= 100);
    assert!(speed["calls"].as_u64().unwrap() >= 9 * 12, "{speed}");
}

#[test]
fn an_example_that_does_not_hold_is_shown() {
    let folder = Folder::new();
    changed(&folder, "\"result\":75.0", "\"result\":76.0");
    let run = folder.fzudf(&["test", "changed.wasm", "--rows", "10"]);
    run.fails(4, &["1 example does not hold"]).prints(&[
        "1 of 2 examples hold",
        "example 1 does not hold: SPEED(150.0, 2.0)",
        "expected  76.0",
        "got       75.0",
    ]);
}

#[test]
fn the_functions_and_rows_can_be_chosen() {
    let folder = Folder::new();
    let module = Workshop::get().module();
    let run = folder.fzudf(&["test", &module, "pace", "--rows", "0"]).ok();
    assert!(run.out.contains("PACE") && !run.out.contains("SPEED"), "{}", run.out);
    assert!(!run.out.contains("rows agree"), "{}", run.out);
    folder.fzudf(&["test", &module, "PACES"]).fails(2, &["did you mean PACE?"]);
}

#[test]
fn equal_seeds_give_equal_reports() {
    let folder = Folder::new();
    let module = plugin("finance.wasm");
    let run = |seed: &str| {
        folder.fzudf(&["test", &module, "--json", "--rows", "60", "--seed", seed]).ok().out
    };
    assert_eq!(run("7"), run("7"));
}

#[test]
fn functions_that_fail_fail_everywhere_alike() {
    let folder = Folder::new();
    let functions = [
        "MULADD",
        "REVERSE",
        "SQRT_CHECKED",
        "REPEAT",
        "LABEL",
        "RAND",
        "NOW",
        "ID_ANY",
        "ID_TIMESTAMP",
        "DIVIDE_I64",
        "PANIC_IF",
        "SUM_RANGE",
        "FIRST_TEXT",
        "SEQ",
        "WORDS",
    ];
    let module = plugin("conformance.wasm");
    let args = [&["test", &module, "--rows", "60"], &functions[..]].concat();
    let run = folder.fzudf(&args).ok().prints(&["all hold"]);
    assert!(run.out.contains("DIVIDE_I64           elementwise"), "{}", run.out);
    assert!(run.out.contains("note: it panics or traps"), "{}", run.out);
}

#[test]
fn a_function_that_does_not_end_fails_and_does_not_hang() {
    let folder = Folder::new();
    let run = folder.fzudf(&["test", &plugin("conformance.wasm"), "SPIN", "--rows", "3"]);
    run.fails(4, &["1 function is to mend"]).prints(&[
        "problem[limit]",
        "SPIN(",
        "ran out of time",
    ]);
}

#[test]
fn a_function_that_always_answers_an_error_wants_an_example() {
    let folder = Folder::new();
    let args = ["test", &plugin("conformance.wasm"), "FAIL_REDUCE", "--rows", "30"];
    folder.fzudf(&args).fails(4, &["to mend"]).prints(&["problem[no-value]", "an example"]);
}

#[test]
fn plugins_of_codec_1_and_modules_without_a_manifest_are_tested_too() {
    let folder = Folder::new();
    let json = plugin("upstream_json.wasm");
    // One of its functions counts its calls.
    let run = folder.fzudf(&["test", &json, "--rows", "60"]);
    run.fails(4, &["error: ", "1 function depends on how it is run"]).prints(&[
        "HALF                 elementwise no examples, 63 random rows agree",
        "COUNTER()",
    ]);
    folder.fzudf(&["check", &json]).ok().prints(&["keeps the contract"]);
    folder.fzudf(&["doc", &json]).ok();
    let bare = r#"(module
        (func (export "hypotenuse") (param f64 f64) (result f64)
            (f64.sqrt (f64.add
                (f64.mul (local.get 0) (local.get 0)) (f64.mul (local.get 1) (local.get 1)))))
        (func (export "divide") (param i32 i32) (result i32)
            (i32.div_s (local.get 0) (local.get 1))))"#;
    folder.wat("bare.wasm", bare);
    let run = folder.fzudf(&["test", "bare.wasm", "--rows", "60"]).ok();
    run.prints(&["hypotenuse", "63 random rows agree", "it panics or traps on"]);
    let run = folder.fzudf(&["check", "bare.wasm", "--json"]).ok().json();
    let codes: Vec<&str> =
        run["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["odd-name", "odd-name"]);
    folder.fzudf(&["doc", "bare.wasm"]).ok().prints(&["hypotenuse"]);
    folder.fzudf(&["bench", "bare.wasm", "hypotenuse", "--rows", "10"]).ok().prints(&["wasmi"]);
}

#[test]
fn what_is_no_plugin_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("text.wasm"), "text").unwrap();
    folder.fzudf(&["test", "text.wasm"]).fails(3, &["text.wasm"]);
    folder.fzudf(&["test", "none.wasm"]).fails(5, &["none.wasm"]);
}
