//! Texts of plugins that would steer a terminal, break a line or turn a text around: no command prints them as such.

use crate::data::Folder;

/// Every sort of character that a terminal obeys and does not show.
const ODD: &str = "\u{1b}]0;x\u{7}\u{1b}[31mRED\u{9b}1m\u{202e}X\u{2066}\u{200f}\u{61c}\u{200b}\u{200d}\u{feff}\n\r\tY\u{2028}Z\u{7f}!";

fn is_odd(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || ('\u{200b}'..='\u{200f}').contains(&c)
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || matches!(c, '\u{61c}' | '\u{feff}')
}

/// A module that says [`ODD`] wherever it can: in its manifest, its exports, and when it panics.
fn odd_module(folder: &Folder) {
    let text = |name: &str| serde_json::json!(format!("{name}{ODD}"));
    let manifest = serde_json::json!({
        "schema": "formualizer.udf.module/v1",
        "module": { "id": text("id"), "version": text("1"), "abi": 1, "codec": 2, "description": text("about") },
        "functions": [
            {
                "id": 1, "name": "F_ODD", "export": "f", "kind": "reduce", "min_args": 1, "max_args": 1,
                "description": text("does"), "hints": { text("hint").as_str().unwrap(): 1 },
                "params": [{ "name": text("x"), "type": "f64", "description": text("number") }],
                "returns": "f64", "examples": [{ "args": [1], "result": text("y") }],
            },
            {
                "id": 2, "name": "F_NEW", "export": text("g"), "kind": text("kind"), "min_args": 0,
                "max_args": 0, "params": [], "returns": text("type"), text("field").as_str().unwrap(): 1,
            },
        ],
    });
    let escaped = |text: &str| text.bytes().map(|b| format!("\\{b:02x}")).collect::<String>();
    let wat = format!(
        r#"(module
            (memory (export "memory") 4)
            (global (export "fz_panic") i32 (i32.const 16))
            (data (i32.const 16) "\{:02x}\00\00\00{}")
            (func (export "fz_abi_version") (result i32) i32.const 1)
            (func (export "fz_alloc") (param i32) (result i32) i32.const 1024)
            (func (export "fz_free") (param i32 i32))
            (func (export "{}") (result i32) i32.const 1)
            (func (export "f") (param i32 i32) (result i64) unreachable)
            (@custom "formualizer.udf.manifest.v1" "{}"))"#,
        ODD.len(),
        escaped(ODD),
        escaped(ODD),
        escaped(&manifest.to_string()),
    );
    std::fs::write(folder.path("odd.wasm"), wat::parse_str(wat).unwrap()).unwrap();
}

#[test]
fn no_command_prints_what_a_terminal_obeys() {
    let folder = Folder::new();
    odd_module(&folder);
    for args in [
        &["inspect", "odd.wasm"][..],
        &["check", "odd.wasm"],
        &["doc", "odd.wasm"],
        &["test", "odd.wasm", "--rows", "4"],
        &["bench", "odd.wasm", "F_ODD", "--rows", "4"],
        &["call", "odd.wasm", "F_ODD", "--arg", "=1"],
        &["call", "odd.wasm", "F_NEW"],
        &["call", "odd.wasm", "F_ODDS"],
        &["eval", "=F_ODD(1)", "--plugins", "odd.wasm"],
        &["eval", "=F_NEW(1)", "--plugins", "odd.wasm"],
    ] {
        let run = folder.run(args);
        for text in [&run.out, &run.err] {
            assert!(!text.contains(is_odd), "{args:?} prints {text:?}");
        }
        let said = run.out + &run.err;
        assert!(
            !said.contains("RED\n") && !said.lines().any(|line| line.starts_with("\tY")),
            "{args:?}: {said}"
        );
        let shown = args[0] == "bench"
            || said.contains(r"\u{1b}[31mRED")
            || said.contains(r"\u{1b}\[31mRED");
        assert!(shown, "{args:?} does not show the text: {said}");
    }
}

#[test]
fn json_has_the_texts_as_they_are() {
    let folder = Folder::new();
    odd_module(&folder);
    let run = folder.run(&["inspect", "odd.wasm", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["manifest"]["module"]["id"], format!("id{ODD}"));
    assert_eq!(json["disabled"][0]["name"], "F_NEW");
}
