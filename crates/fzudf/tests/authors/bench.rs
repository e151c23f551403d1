//! `fzudf bench`.

use crate::workshop::{Folder, plugin};

#[test]
fn every_size_and_engine_is_measured() {
    let folder = Folder::new();
    let run =
        folder.fzudf(&["bench", &plugin("conformance.wasm"), "muladd", "--rows", "2000", "--json"]);
    let json = run.ok().json();
    assert_eq!(json["function"], "MULADD");
    let engines = json["engines"].as_array().unwrap();
    let names: Vec<&str> = engines.iter().map(|e| e["engine"].as_str().unwrap()).collect();
    assert_eq!(names, ["wasmtime", "wasmi"]);
    for engine in engines {
        let sizes = engine["sizes"].as_array().unwrap();
        let rows: Vec<u64> = sizes.iter().map(|s| s["rows"].as_u64().unwrap()).collect();
        assert_eq!(rows, [1, 1_000, 2_000]);
        for size in sizes {
            let time = |key: &str| size[key].as_f64().unwrap();
            assert!(time("least_s") > 0.0);
            assert!(time("least_s") <= time("middle_s") && time("middle_s") <= time("most_s"));
            // Two columns in, one out.
            assert_eq!(size["bytes"], 24 * size["rows"].as_u64().unwrap());
        }
        assert!(engine["row_s"].as_f64().unwrap() > 0.0, "{engine}");
    }
}

#[test]
fn arguments_are_constants_numbers_between_or_random() {
    let folder = Folder::new();
    let module = plugin("finance.wasm");
    let args = [
        "bench", &module, "BS_CALL", "--rows", "1000", "-a", "50..150", "-a", "random", "-a",
        "=0.05",
    ];
    folder.fzudf(&args).ok().prints(&["BS_CALL on wasmtime", "rows/s", "a call costs", "noise"]);
    let wrong = |arg: &str, said: &str| {
        folder.fzudf(&["bench", &module, "BS_CALL", "-a", arg]).fails(2, &[arg, said]);
    };
    wrong("spot", "`=` and a value");
    wrong("9..1", "9 is more than 1");
    wrong("=x", "`x` is no f64");
    let reverse = plugin("conformance.wasm");
    folder.fzudf(&["bench", &reverse, "REVERSE", "-a", "1..2"]).fails(2, &["takes utf8"]);
}

#[test]
fn functions_of_whole_columns_are_measured_too() {
    let folder = Folder::new();
    let module = plugin("finance.wasm");
    folder.fzudf(&["bench", &module, "EMA", "--rows", "1000", "-a", "random", "-a", "=0.1"]).ok();
    folder
        .fzudf(&["bench", &module, "EMA", "--rows", "10", "-a", "random", "-a", "=7"])
        .fails(4, &["alpha is 7", "give --arg for each"]);
}

#[test]
fn more_than_an_engine_can_take_is_left_out() {
    let folder = Folder::new();
    // A range of this size does not fit in an instance's memory.
    let run = folder
        .fzudf(&["bench", &plugin("conformance.wasm"), "SUM_RANGE", "--rows", "20000000"])
        .ok();
    assert!(run.out.contains("20,000,000 not measured"), "{}", run.out);
}
