//! Plugins and callbacks in formulas, through the public workbook, on every runtime.
//!
//! What `plugins/conformance.wasm` offers runs on each engine and on its native twins; the other plugins run on the
//! engines alone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod arguments;
mod binding;
mod callbacks;
mod calls;
mod failures;
mod formulas;
mod loading;
mod parity;
mod ranges;
mod samples;
#[path = "../../../udf-backends/tests/conformance/functions.rs"]
mod twins;

use formualizer_workbook::{BindPolicy, Limits, Value, WasmFunctionSpec, WasmUdfRuntime, Workbook};
use std::{path::PathBuf, sync::Arc, sync::LazyLock, time::Duration};
use udf_backends::{
    NativeRuntime, engine_names,
    native::{Cell, NativeFunction},
    runtime_by_name,
};

const CONFORMANCE: &str = "formualizer.conformance";

/// Limits that no test is about: debug builds of the engines, and a shared machine.
fn patient() -> Limits {
    let minute = Duration::from_secs(60);
    Limits::builder().batch_deadline(minute).call_deadline(minute).build().unwrap()
}

fn native() -> Arc<dyn WasmUdfRuntime> {
    // What follows from seed and row is all that a volatile twin has to be.
    let random = NativeFunction::new(|call| {
        let (seed, now) = call.volatile().unwrap_or_default();
        let first = (seed ^ now.unsigned_abs()).wrapping_add(call.row_offset());
        let value = |row: usize| {
            let n = first.wrapping_add(row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 16
        };
        let cells: Vec<_> =
            (0..call.rows()).map(|row| Cell::Number(value(row) as f64 / 2f64.powi(48))).collect();
        Ok(vec![udf_backends::native::column_of(udf_abi::DType::F64, &cells)?])
    });
    Arc::new(twins::register(NativeRuntime::new(patient())).with(CONFORMANCE, "RAND", random))
}

fn engines() -> Vec<Arc<dyn WasmUdfRuntime>> {
    static ENGINES: LazyLock<Vec<Arc<dyn WasmUdfRuntime>>> = LazyLock::new(|| {
        engine_names().iter().map(|name| runtime_by_name(name, patient()).unwrap()).collect()
    });
    ENGINES.clone()
}

/// Every engine that is compiled in, and the native twins.
fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    static NATIVE: LazyLock<Arc<dyn WasmUdfRuntime>> = LazyLock::new(native);
    std::iter::once(NATIVE.clone()).chain(engines()).collect()
}

fn plugin_path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    folder.join(name).with_extension("wasm")
}

fn plugin(name: &str) -> Vec<u8> {
    std::fs::read(plugin_path(name)).unwrap()
}

/// A workbook with the sheet `S`, on this runtime.
fn bare(runtime: &Arc<dyn WasmUdfRuntime>) -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book.set_runtime(runtime.clone()).unwrap();
    book
}

/// The same with the functions of `conformance`; `DICE` is its `RAND`.
fn with_conformance(runtime: &Arc<dyn WasmUdfRuntime>) -> Workbook {
    let mut book = bare(runtime);
    book.register_wasm_module_bytes(&plugin("conformance"), BindPolicy::SKIP).unwrap();
    book.bind_wasm_function(&WasmFunctionSpec::new("DICE", CONFORMANCE, "RAND")).unwrap();
    book
}

/// Runs a test with the functions of `conformance` on every runtime.
fn on_every_runtime(test: impl Fn(Workbook)) {
    for runtime in runtimes() {
        // Shown where the test fails.
        eprintln!("on {}:", runtime.name());
        test(with_conformance(&runtime));
    }
}

/// Puts formulas (with `=`), numbers and texts in cells.
fn put(book: &mut Workbook, cells: &[(&str, &str)]) {
    for (cell, content) in cells {
        match (content.starts_with('='), content.parse::<f64>()) {
            (true, _) => book.set_formula("S", *cell, content).unwrap(),
            (_, Ok(number)) => book.set_value("S", *cell, number).unwrap(),
            _ => book.set_value("S", *cell, *content).unwrap(),
        }
    }
}

/// The numbers 1, 2, 3, … from A1 down.
fn count_down(book: &mut Workbook, rows: u32) {
    let values: Vec<Vec<Value>> = (1..=rows).map(|n| vec![Value::Number(f64::from(n))]).collect();
    book.set_values("S", "A1", &values).unwrap();
}

/// The cell as text: `1.5`, `x`, `TRUE`, `#N/A`, or nothing.
fn shown(book: &Workbook, cell: &str) -> String {
    match book.value("S", cell).unwrap() {
        Value::Boolean(true) => "TRUE".into(),
        Value::Boolean(false) => "FALSE".into(),
        Value::Error(error) => error.kind.to_string(),
        other => other.to_string(),
    }
}

#[track_caller]
fn expect(book: &Workbook, cells: &[(&str, &str)]) {
    for (cell, wanted) in cells {
        assert_eq!(shown(book, cell), *wanted, "{cell} {}", detail(book, cell));
    }
}

/// Recalculates and holds cells against what they must show.
#[track_caller]
fn gives(book: &mut Workbook, cells: &[(&str, &str)]) {
    book.recalculate().unwrap();
    expect(book, cells);
}

fn detail(book: &Workbook, cell: &str) -> String {
    book.cell_error_detail("S", cell).unwrap().unwrap_or_default()
}

#[track_caller]
fn tells(book: &Workbook, cell: &str, phrase: &str) {
    let detail = detail(book, cell);
    assert!(detail.contains(phrase), "{cell}: {detail:?} should contain {phrase:?}");
}
