//! `fzudf inspect`.

use crate::data::{Folder, finance};

#[test]
fn a_plugin_tells_what_it_offers() {
    let run = Folder::new().run(&["inspect", &finance()]).ok();
    for text in [
        "formualizer.finance",
        "codec 2 (columnar)",
        "sha256",
        "imports   none",
        "fz_alloc (i32) -> i32",
        "BS_CALL(spot: f64, strike: f64, rate: f64, vol: f64, years: f64) -> f64",
        "elementwise; also BLACK_SCHOLES",
        "reduce",
        "array",
    ] {
        assert!(run.out.contains(text), "no `{text}` in:\n{}", run.out);
    }
    assert_eq!(run.err, "");
    assert!(!run.out.contains('\u{1b}'), "NO_COLOR is set");
}

#[test]
fn json_has_the_whole_manifest() {
    let run = Folder::new().run(&["inspect", "--json", &finance()]).ok();
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["manifest"]["schema"], "formualizer.udf.module/v1");
    assert_eq!(json["manifest"]["functions"][0]["name"], "BS_CALL");
    assert_eq!(json["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(json["size_bytes"].as_u64().unwrap(), std::fs::metadata(finance()).unwrap().len());
    assert_eq!(json["imports"], serde_json::json!([]));
    assert!(json["exports"].as_array().unwrap().iter().any(|e| e["name"] == "memory"));
    for key in ["file", "code_bytes", "data_bytes", "defined_functions", "memory", "warnings"] {
        assert!(!json[key].is_null(), "no {key}");
    }
}

#[test]
fn what_is_no_plugin_is_refused_with_3() {
    let folder = Folder::new();
    folder.write_text("text.wasm", "not a module");
    folder.run(&["inspect", "text.wasm"]).fails(3, &["text.wasm", "WebAssembly"]);
    folder.run(&["call", "text.wasm", "F"]).fails(3, &["text.wasm"]);

    let wasi = wat::parse_str(
        r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
             (memory (export "memory") 1))"#,
    );
    std::fs::write(folder.path("wasi.wasm"), wasi.unwrap()).unwrap();
    folder.run(&["inspect", "wasi.wasm"]).fails(3, &["fd_write", "wasm32-unknown-unknown"]);

    let bare = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    std::fs::write(folder.path("bare.wasm"), bare).unwrap();
    folder.run(&["inspect", "bare.wasm"]).fails(3, &["fz_alloc"]);
}

#[test]
fn a_missing_plugin_is_an_input_error() {
    Folder::new().run(&["inspect", "none.wasm"]).fails(5, &["none.wasm"]);
}

#[test]
fn large_plugins_are_taken_if_the_user_says_so() {
    let folder = Folder::new();
    let file = finance();
    let small = ["--limit-module", "1KiB"];
    folder.run(&[&["inspect", &file], &small[..]].concat()).fails(3, &["limit is 1024"]);
    folder.run(&[&["call", &file, "BS_CALL"], &small[..]].concat()).fails(3, &["limit is 1024"]);
    folder.run(&["inspect", &file, "--limit-module", "1MiB"]).ok();
}
