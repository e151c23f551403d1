//! `fzudf manifest`.

use crate::workshop::{Folder, plugin, repository};
use std::fs;

/// The sample in the text format, without a manifest, and the manifest beside it.
fn sample() -> Folder {
    let folder = Folder::new();
    let samples = repository().join("testdata/languages");
    let source = fs::read_to_string(samples.join("wat/plugin.wat")).unwrap();
    folder.wat("plugin.wasm", &source);
    fs::copy(samples.join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    folder
}

fn bytes(folder: &Folder, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).unwrap()
}

#[test]
fn a_manifest_makes_a_plugin_of_a_module() {
    let folder = sample();
    let plain = bytes(&folder, "plugin.wasm");
    let run = folder.fzudf(&["check", "plugin.wasm"]).fails(3, &[]);
    assert!(run.out.contains("fzudf manifest add"), "{}", run.out);
    folder.fzudf(&["manifest", "show", "plugin.wasm"]).fails(3, &["no manifest", "manifest add"]);

    folder
        .fzudf(&["manifest", "add", "plugin.wasm", "manifest.json", "--out", "made.wasm"])
        .ok()
        .prints(&["made.wasm: example.languages 1.0.0", "SCALE, MEAN_OF"]);
    assert_eq!(bytes(&folder, "plugin.wasm"), plain);
    assert!(bytes(&folder, "made.wasm").starts_with(&plain));
    folder.fzudf(&["manifest", "add", "plugin.wasm", "manifest.json"]).ok();
    assert_eq!(bytes(&folder, "plugin.wasm"), bytes(&folder, "made.wasm"));
    folder.fzudf(&["call", "plugin.wasm", "SCALE", "--arg", "=3"]).ok().prints(&["6.0"]);
    folder.fzudf(&["test", "plugin.wasm", "--rows", "60"]).ok().prints(&["all hold"]);
    assert_eq!(folder.entries(), ["made.wasm", "manifest.json", "plugin.wasm"]);
}

#[test]
fn what_is_there_is_shown_and_replaced() {
    let folder = sample();
    folder.fzudf(&["manifest", "add", "plugin.wasm", "manifest.json"]).ok();
    let written = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    let raw = folder.fzudf(&["manifest", "show", "plugin.wasm", "--raw"]).ok();
    assert_eq!(raw.out, written);
    let shown = folder.fzudf(&["manifest", "show", "plugin.wasm"]).ok();
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&shown.out), read(&written));
    assert!(shown.out.starts_with("{\n  \"schema\": "), "{}", shown.out);

    let other = written.replace("1.0.0", "1.1.0");
    fs::write(folder.path().join("other.json"), &other).unwrap();
    folder.fzudf(&["manifest", "add", "plugin.wasm", "other.json"]).ok().prints(&["1.1.0"]);
    assert_eq!(folder.fzudf(&["manifest", "show", "plugin.wasm", "--raw"]).ok().out, other);
    // A plugin of the SDK has one too.
    folder.fzudf(&["manifest", "show", &plugin("finance.wasm")]).ok().prints(&["BS_CALL"]);
}

#[test]
fn all_that_is_wrong_is_told_and_nothing_is_written() {
    let folder = sample();
    let good = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    let before = bytes(&folder, "plugin.wasm");
    for (from, to, said) in [
        ("\"f64\", \"optional\"", "7, \"optional\"", &["functions[0].params[1].type"] as &[_]),
        ("fz_fn_scale", "fz_fn_other", &["does not export `fz_fn_other`"]),
        ("\"SCALE\"", "\"MEAN_OF\"", &["functions[1].name"]),
        ("\"reduce\"", "\"elementwise\"", &["sees one row at a time"]),
        ("{", "", &["not valid JSON"]),
    ] {
        fs::write(folder.path().join("manifest.json"), good.replacen(from, to, 1)).unwrap();
        let said = [said, &["plugin.wasm with manifest.json", "nothing was written"]].concat();
        folder.fzudf(&["manifest", "add", "plugin.wasm", "manifest.json"]).fails(3, &said);
        let out = ["manifest", "add", "plugin.wasm", "manifest.json", "--out", "new.wasm"];
        folder.fzudf(&out).fails(3, &said);
    }
    // Two rules and an export that is not there, in one run.
    let two =
        good.replace("\"f64\", \"optional\"", "7, \"optional\"").replace("\"id\": 2", "\"id\": 1");
    fs::write(folder.path().join("manifest.json"), two).unwrap();
    folder.wat("bare.wasm", "(module (memory (export \"memory\") 1))");
    folder
        .fzudf(&["manifest", "add", "bare.wasm", "manifest.json"])
        .fails(3, &["functions[0].params[1].type", "functions[1].id", "`fz_alloc`", "`fz_free`"]);
    assert_eq!(bytes(&folder, "plugin.wasm"), before);
    assert_eq!(folder.entries(), ["bare.wasm", "manifest.json", "plugin.wasm"]);
}

#[test]
fn files_that_are_not_there_or_none_are_told() {
    let folder = sample();
    folder.fzudf(&["manifest", "add", "none.wasm", "manifest.json"]).fails(5, &["none.wasm"]);
    folder.fzudf(&["manifest", "add", "plugin.wasm", "none.json"]).fails(5, &["none.json"]);
    folder.fzudf(&["manifest", "add", "plugin.wasm", "."]).fails(5, &["not a regular file"]);
    folder
        .fzudf(&["manifest", "add", "manifest.json", "manifest.json"])
        .fails(3, &["not a WebAssembly"]);
    let out = ["manifest", "add", "plugin.wasm", "manifest.json", "--out", "no/folder.wasm"];
    folder.fzudf(&out).fails(5, &["no/folder.wasm"]);
    let large = format!(
        "{}{}",
        fs::read_to_string(folder.path().join("manifest.json")).unwrap(),
        " ".repeat(1 << 20)
    );
    fs::write(folder.path().join("large.json"), large).unwrap();
    folder.fzudf(&["manifest", "add", "plugin.wasm", "large.json"]).fails(3, &["1048576"]);
    folder.wat("two.wasm", r#"(module (@custom "formualizer.udf.manifest.v1" "a") (@custom "formualizer.udf.manifest.v1" "b"))"#);
    folder.fzudf(&["manifest", "show", "two.wasm"]).fails(3, &["2 manifests", "replaces all"]);
    folder.wat("text.wasm", r#"(module (@custom "formualizer.udf.manifest.v1" "no json"))"#);
    folder.fzudf(&["manifest", "show", "text.wasm"]).fails(3, &["no JSON", "--raw"]);
    let raw = folder.fzudf(&["manifest", "show", "text.wasm", "--raw"]).ok();
    assert_eq!(raw.out, "no json");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_module_stays_one() {
    let folder = sample();
    std::os::unix::fs::symlink("plugin.wasm", folder.path().join("link.wasm")).unwrap();
    folder.fzudf(&["manifest", "add", "link.wasm", "manifest.json"]).ok().prints(&["link.wasm"]);
    assert!(fs::symlink_metadata(folder.path().join("link.wasm")).unwrap().is_symlink());
    folder.fzudf(&["manifest", "show", "plugin.wasm"]).ok().prints(&["SCALE"]);
}
