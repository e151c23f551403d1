//! `fzudf check`.

use crate::workshop::{Folder, Workshop, plugin};

/// A module that keeps the contract, with this manifest and these exports besides.
fn module(manifest: &str, more: &str) -> String {
    let manifest = manifest.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ");
    format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "fz_abi_version") (result i32) i32.const 1)
            (func (export "fz_alloc") (param i32) (result i32) i32.const 0)
            (func (export "fz_free") (param i32 i32))
            (func $f (export "f") (param i32 i32) (result i64) i64.const 0)
            {more}
            (@custom "formualizer.udf.manifest.v1" "{manifest}"))"#
    )
}

fn manifest(functions: &str) -> String {
    format!(
        r#"{{"schema": "formualizer.udf.module/v1",
            "module": {{"id": "m", "version": "1", "abi": 1, "codec": 2}},
            "functions": [{functions}]}}"#
    )
}

fn function(name: &str, more: &str) -> String {
    format!(
        r#"{{"id": 1, "name": "{name}", "export": "f", "kind": "elementwise", "min_args": 1,
            "max_args": 1, "returns": "f64", "params": [{{"name": "x", "type": "f64"}}] {more}}}"#
    )
}

/// Codes of the findings about a module.
fn codes(manifest: &str, more: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.wat("m.wasm", &module(manifest, more));
    let json = folder.fzudf(&["check", "m.wasm", "--json"]).ok().json();
    assert_eq!(json["taken"], true);
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_function_that_hosts_do_not_know_how_to_call_is_a_warning_about_it() {
    let unknown = function("F_X", "").replace("\"returns\": \"f64\"", "\"returns\": \"f46\"");
    let found = codes(&manifest(&unknown), TIDY);
    assert_eq!(found, ["disabled"], "{found:?}");
}

const TIDY: &str = r#"(global (export "fz_panic") i32 i32.const 64) (func (export "fz_reset"))"#;

#[test]
fn what_the_guide_makes_has_nothing_to_mend() {
    let folder = Folder::new();
    let module = Workshop::get().module();
    folder
        .fzudf(&["check", &module, "--deny-warnings"])
        .ok()
        .prints(&["example.units 0.1.0, 2 functions, keeps the contract; 0 warnings"]);
}

#[test]
fn what_hosts_refuse_is_an_error_with_its_mend() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("text.wasm"), "no module").unwrap();
    let run = folder.fzudf(&["check", "text.wasm"]).fails(3, &["text.wasm: 1 error"]);
    assert!(run.out.contains("error[invalid-module]"), "{}", run.out);

    folder.wat("bare.wasm", r#"(module (memory (export "memory") 1))"#);
    let run = folder.fzudf(&["check", "bare.wasm"]).fails(3, &["3 errors"]);
    assert!(run.out.contains("fz_alloc"), "{}", run.out);

    folder.wat("bad.wasm", &module(&manifest(&function("A B", "")), ""));
    let json = folder.fzudf(&["check", "bad.wasm", "--json"]).fails(3, &[]).json();
    assert_eq!(json["taken"], false);
    assert_eq!(json["findings"][0]["code"], "invalid-manifest");

    folder.fzudf(&["check", "none.wasm"]).fails(5, &["none.wasm"]);
}

#[test]
fn each_oddity_has_its_warning() {
    let described = r#", "description": "d", "examples": [{"args": [1], "result": 1}]"#;
    let plain = |name: &str| manifest(&function(name, described));
    let check = |manifest: &str, more: &str, code: &str| {
        let found = codes(manifest, more);
        assert!(found.iter().any(|c| c == code), "no {code} in {found:?}");
    };
    // A parameter without a description is all that the plain module lacks.
    assert_eq!(codes(&plain("GOOD_NAME"), TIDY), ["no-parameter-description"]);
    check(&manifest(&function("F_X", "")), TIDY, "no-description");
    check(&manifest(&function("F_X", "")), TIDY, "no-examples");
    check(&plain("F_X"), "", "no-panic-message");
    let only_panic = r#"(global (export "fz_panic") i32 i32.const 64)"#;
    assert_eq!(codes(&plain("F_X"), only_panic), ["no-reset", "no-parameter-description"]);
    check(&plain("SUM"), TIDY, "built-in-name");
    check(&plain("_xlfn.XLOOKUP"), TIDY, "built-in-name");
    check(&plain("AB12"), TIDY, "cell-name");
    check(&plain("price"), TIDY, "odd-name");
    check(&plain("PREIS_ÜBER"), TIDY, "odd-name");
    check(&plain("F_X"), &format!(r#"{TIDY} (func (export "left_over"))"#), "unnamed-export");
    check(&plain("F_X").replace("\"id\": \"m\"", "\"id\": \"m\", \"colour\": 1"), TIDY, "manifest");
    let hints = format!(r#"{described}, "hints": {{"memory": 4294967296, "deadline_ms": 5000}}"#);
    check(&manifest(&function("F_X", &hints)), TIDY, "hint-over-limit");
    let second = function("PRIZE", described).replace("\"id\": 1", "\"id\": 2");
    let two = format!("{}, {}", function("PRICE", described), second.replace("\"f\"", "\"g\""));
    let export = format!(r#"{TIDY} (func (export "g") (param i32 i32) (result i64) i64.const 0)"#);
    check(&manifest(&two), &export, "near-names");
    let kind = function("F_X", described).replace("elementwise", "window");
    check(&manifest(&kind), TIDY, "disabled");
    let name = "x".repeat(2_000);
    check(&plain("F_X"), &format!(r#"{TIDY} (@custom "name" "{name}")"#), "debug-sections");
}

#[test]
fn warnings_fail_where_the_author_wants_it() {
    let folder = Folder::new();
    folder.wat("m.wasm", &module(&manifest(&function("F_X", "")), ""));
    folder.fzudf(&["check", "m.wasm"]).ok().prints(&[
        "warning[no-panic-message]",
        "mend:",
        "keeps the contract",
    ]);
    folder.fzudf(&["check", "m.wasm", "--deny-warnings"]).fails(3, &["m.wasm: 4 warnings"]);
}

#[test]
fn advice_is_in_the_words_of_the_language_that_the_module_was_made_in() {
    // One field, `processed-by`, with one tool of version 1.
    let producers = |tool: &str| {
        format!(r#"(@custom "producers" "\01\0cprocessed-by\01\{:02x}{tool}\011")"#, tool.len())
    };
    let folder = Folder::new();
    for (more, said, not_said) in [
        (producers("rustc"), "fz_module!", "fzudf manifest"),
        (producers("clang"), "in the manifest", "fz_module!"),
        (producers("TinyGo"), "in the manifest", "doc comment"),
        (String::new(), "(with the Rust SDK: write a doc comment above the function)", "cargo"),
    ] {
        folder.wat("m.wasm", &module(&manifest(&function("F_X", "")), &more));
        let run = folder.fzudf(&["check", "m.wasm"]).ok();
        assert!(run.out.contains(said), "no `{said}` in:\n{}", run.out);
        assert!(!run.out.contains(not_said), "`{not_said}` in:\n{}", run.out);
        // Without a manifest the mend is the language's too.
        let text = module(&manifest(&function("F_X", "")), &more);
        folder.wat("none.wasm", &text.replace("formualizer.udf.manifest.v1", "other"));
        let run = folder.fzudf(&["check", "none.wasm"]).fails(3, &["1 error"]);
        assert!(run.out.contains("`fzudf manifest add`"), "{}", run.out);
        assert_eq!(
            run.out.contains("fz_module!"),
            !more.contains("clang") && !more.contains("Tiny")
        );
    }
    let import = r#"(module (import "env" "abort" (func (param i32 i32 i32 i32))))"#;
    folder.wat("as.wasm", import);
    let run = folder.fzudf(&["check", "as.wasm"]).fails(3, &[]);
    assert!(run.out.contains("`--use abort=`"), "{}", run.out);
}

#[test]
fn committed_plugins_keep_the_contract() {
    let folder = Folder::new();
    for name in ["finance.wasm", "conformance.wasm"] {
        folder.fzudf(&["check", &plugin(name)]).ok().prints(&["keeps the contract"]);
    }
}
