//! The examples run, and give what they say.

#[path = "../examples/attach_and_fill.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod attach_and_fill;
#[path = "../examples/callbacks.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod callbacks;
#[path = "../examples/plugin_folder.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod plugin_folder;

use formualizer_workbook::Value;

#[test]
fn callbacks_fill_a_sheet() {
    let rows = callbacks::run().unwrap();
    let numbers = |row: &[Value]| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let shown: Vec<String> = rows.iter().map(|row| numbers(row)).collect();
    assert_eq!(shown, ["0 273.15 32 1", "10 283.15 50 7", "20 293.15 68 49", "30 303.15 86 "]);
}

#[cfg(any(feature = "wasmtime", feature = "wasmi"))]
#[test]
fn a_plugin_is_attached_and_filled_down() {
    assert!(attach_and_fill::run(1000).unwrap().starts_with("4.19"), "the price of the last row");
}

#[cfg(any(feature = "wasmtime", feature = "wasmi"))]
#[test]
fn a_folder_of_plugins_is_bound() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    assert!(plugin_folder::run(&folder).unwrap() > 100);
}
