//! `fzudf inspect`.

use crate::data::{Folder, finance, heavy};

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
fn work_is_told_against_its_limits_and_so_is_a_plugin_that_is_not_optimised() {
    let folder = Folder::new();
    let run = folder.run(&["inspect", &finance()]).ok();
    for text in ["units to compile", "of 12,000,000,000", "of 750,000,000", "of 8,000,000,000"] {
        assert!(run.out.contains(text), "no `{text}` in:\n{}", run.out);
    }
    assert!(!run.out.contains("without optimisation"), "{}", run.out);
    let plain = ["--limit-optimised-work", "1000"];
    let run = folder.run(&[&["inspect", &finance()], &plain[..]].concat()).ok();
    assert!(run.out.contains("of 1,000 to optimise"), "{}", run.out);
    assert!(run.out.contains("compiled without optimisation"), "{}", run.out);
    let optimised = |more: &[&str]| {
        let run = folder.run(&[&["inspect", "--json", &finance()], more].concat()).ok();
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let work = |name: &str| json[name].as_u64().unwrap();
        assert!(work("optimised_work") > work("compile_work"));
        assert!(work("compile_work") > work("function_work"));
        json["optimised"].as_bool().unwrap()
    };
    assert!(optimised(&[]) && !optimised(&plain));
    let call = ["MULADD", "--arg", "=2", "--arg", "=3", "--no-cache"];
    let usual = folder.call(&call).ok();
    assert_eq!(folder.call(&[&call[..], &plain[..]].concat()).ok().out, usual.out);
}

#[test]
fn check_warns_of_a_plugin_that_hosts_do_not_optimise() {
    let folder = Folder::new();
    let module = heavy(&folder, 1_500);
    let run = folder.run(&["check", &module]).ok();
    assert!(run.out.contains("warning[not-optimised]"), "{}", run.out);
    assert!(run.out.contains("the limit is 8,000,000,000"), "{}", run.out);
    assert!(!folder.run(&["check", &finance()]).ok().out.contains("not-optimised"));
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
