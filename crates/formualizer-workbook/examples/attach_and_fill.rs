//! A plugin's function over a million rows: attached, bound, filled down, recalculated.
//!
//! `cargo run --release -p formualizer-workbook --example attach_and_fill`
//!
//! Arguments: the number of rows (1 000 000).

use arrow_array::{ArrayRef, Float64Array};
use formualizer_workbook::{Error, WasmFunctionSpec, Workbook};
use std::{path::Path, sync::Arc};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    run(rows)?;
    Ok(())
}

/// What the last cell holds, as text.
pub(crate) fn run(rows: u32) -> Result<String, Error> {
    let mut book = Workbook::new();
    book.add_sheet("Options")?;

    // Attaching loads a module. It binds no name: that is for the caller to say.
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/finance.wasm");
    let bytes = std::fs::read(&plugin).unwrap_or_default();
    let module = book.attach_wasm_module_bytes(None, &bytes)?;
    println!("{} {} offers:", module.module_id, module.version);
    for function in &module.functions {
        println!("  {} ({})", function.signature, function.kind);
    }
    book.bind_wasm_function(&WasmFunctionSpec::new("CALL_PRICE", &module.module_id, "BS_CALL"))?;

    // Columns of numbers are shared with the workbook, not copied.
    let column = |value: fn(f64) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values((0..rows).map(|row| value(f64::from(row)))))
    };
    let spot = column(|row| 80.0 + (row * 0.7).sin() * 20.0);
    let strike = column(|row| 60.0 + row % 50.0);
    book.set_columns("Options", "A1", &[spot, strike])?;

    // One formula, however many rows: C1 holds it, and it is filled down.
    book.set_formula("Options", "C1", "=CALL_PRICE(A1, B1, 0.03, 0.25, 0.5)")?;
    book.fill_down("Options", ((1, 3), (rows, 3)))?;
    book.set_formula("Options", "D1", "=SUM(C:C)")?;

    let report = book.recalculate()?;
    println!(
        "{} cells of {} regions: {} call of a plugin, {} rows, {:.1?}",
        report.cells, report.regions, report.udf_calls, report.udf_rows, report.elapsed
    );

    // An edit costs what depends on it.
    book.set_value("Options", (rows, 1), 100.0)?;
    let report = book.recalculate()?;
    println!("after one edit: {} rows, {:.1?}", report.udf_rows, report.elapsed);

    let last = book.value("Options", (rows, 3))?.to_string();
    println!("the last price is {last}, all together {}", book.value("Options", "D1")?);
    Ok(last)
}
