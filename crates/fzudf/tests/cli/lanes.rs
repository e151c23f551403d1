//! Plugins of codec 1, and modules without a manifest.

use crate::data::{Folder, array, repository, table};
use arrow_array::{Date32Array, Float64Array, StringArray, cast::AsArray, types::Float64Type};

fn upstream() -> String {
    repository("plugins/upstream_json.wasm")
}

/// A folder with a module without a manifest, and rows.
fn folder() -> Folder {
    let folder = Folder::new();
    let module = wat::parse_str(
        r#"(module
          (func (export "hypotenuse") (param f64 f64) (result f64)
            (f64.sqrt (f64.add (f64.mul (local.get 0) (local.get 0))
              (f64.mul (local.get 1) (local.get 1)))))
          (func (export "rem") (param i32 i32) (result i32)
            (i32.rem_s (local.get 0) (local.get 1)))
          (func (export "log") (param i32)))"#,
    );
    std::fs::write(folder.path("maths.wasm"), module.unwrap()).unwrap();
    let batch = table([
        ("a", array(Float64Array::from(vec![Some(3.0), None, Some(5.0)]))),
        ("b", array(Float64Array::from(vec![4.0, 1.0, 12.0]))),
        ("t", array(StringArray::from(vec!["a b", "c", "ü"]))),
        ("day", array(Date32Array::from(vec![19_782, 0, 1]))),
    ]);
    folder.write("t.parquet", &[batch]);
    folder
}

#[test]
fn a_module_without_a_manifest_shows_its_exports_of_numbers() {
    let run = folder().run(&["inspect", "maths.wasm"]).ok();
    for text in [
        "without a manifest",
        "codec none",
        "hypotenuse(x1: f64, x2: f64) -> f64",
        "a bare export called row by row",
        "export `log` (i32) cannot be called",
    ] {
        assert!(run.out.contains(text), "no `{text}` in:\n{}", run.out);
    }
    let run = folder().run(&["inspect", "--json", "maths.wasm"]).ok();
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["bare"], true);
    assert_eq!(json["manifest"]["functions"][1]["name"], "rem");
}

#[test]
fn a_bare_export_is_called_over_a_file() {
    let folder = folder();
    let call = ["call", "maths.wasm", "Hypotenuse", "-i", "t.parquet", "--arg", "a", "--arg", "b"];
    folder.run(&[&call[..], &["--as", "h", "--out", "o.parquet"]].concat()).ok();
    let result = folder.read("o.parquet");
    let found: Vec<_> = result["h"].as_primitive::<Float64Type>().iter().collect();
    assert_eq!(found, [Some(5.0), None, Some(13.0)]);
    let run = folder.run(&["call", "maths.wasm", "rem", "--arg", "=7", "--arg", "=4"]).ok();
    assert_eq!(run.out, "rem\n3\n");
    let trap = ["call", "maths.wasm", "rem", "--arg", "=7", "--arg", "=0"];
    folder.run(&trap).fails(4, &["divide by zero"]);
    folder.run(&["call", "maths.wasm", "log", "--arg", "=7"]).fails(2, &["no function `log`"]);
}

#[test]
fn a_plugin_for_upstream_shows_how_it_is_called() {
    let run = folder().run(&["inspect", &upstream()]).ok();
    for text in [
        "example.upstream-json 0.1.0",
        "codec 1 (JSON)",
        "ANNUITY(rate: any, periods: any, payment: any) -> any",
        "FLOWS_VALUE(rate: any, flows: any, arg3: any…) -> any",
        "called row by row, or once with ranges",
        "HALF(x: f64) -> f64",
    ] {
        assert!(run.out.contains(text), "no `{text}` in:\n{}", run.out);
    }
}

#[test]
fn a_plugin_for_upstream_is_called_over_rows_ranges_and_values() {
    let folder = folder();
    let file = upstream();
    let call = |args: &[&str]| folder.run(&[&["call", &file], args].concat());
    let run = call(&["WEEKDAY_NAME", "-i", "t.parquet", "--arg", "day", "--as", "d"]).ok();
    assert!(run.out.contains("a b,2024-02-29,Thursday"), "{}", run.out);
    let run = call(&["FLIP", "-i", "t.parquet", "--arg", "a,b"]).ok();
    assert_eq!(run.out, "value,value_2,value_3\n3,,5\n4,1,12\n");
    let run = call(&["FLOWS_VALUE", "-i", "t.parquet", "--arg", "=1", "--arg", "a,b"]).ok();
    // 3 + 4/2 + 1/4 + 5/8 + 12/16, row by row and without the blank.
    assert_eq!(run.out, "value\n6.625\n");
    let run = call(&["TITLE", "--arg", "=one two"]).ok();
    assert_eq!(run.out, "value\nOne Two\n");
    call(&["ANNUITY", "--arg", "=-2", "--arg", "=1", "--arg", "=1"]).fails(4, &["a rate of -2"]);
    call(&["ANNUITY", "--arg", "=1"]).fails(2, &["3 arguments, 1 was given"]);
    call(&["STRICT", "-i", "t.parquet", "--arg", "t", "--errors", "column"]).ok();
}
