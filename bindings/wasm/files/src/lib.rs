//! Files on hosts of JavaScript: the second module of the npm package `formualizer-udf`.
//!
//! It holds no workbook between two calls. One crosses as its state, which the first module makes and takes.
#![forbid(unsafe_code)]

mod options;

use formualizer_udf_wasm_errors::{argument, object, ok};
use formualizer_workbook::{
    DataFormat, DateSystem, ExportOptions, ImportOptions, LoadOptions, SaveOptions, Workbook,
};
use js_sys::{Object, Uint8Array};
use std::path::Path;
use wasm_bindgen::prelude::*;

/// The sheet of imported data.
const DATA: &str = "Data";

/// The state of the workbook in a file: .xlsx, .xlsm, .xls, .xlsb, .ods or .fods, told by its content.
#[wasm_bindgen(js_name = loadFile)]
pub fn load(bytes: Vec<u8>, limits: &JsValue) -> Result<Vec<u8>, JsValue> {
    let options = LoadOptions::default().limits(options::limits(limits)?);
    ok(ok(Workbook::from_bytes(bytes, &options))?.to_state())
}

/// The .xlsx file of a workbook's state: `{ bytes, warnings, cellsWritten, cellsKept, partsCopied, partsRewritten, macros }`.
#[wasm_bindgen(js_name = saveFile)]
pub fn save(state: &[u8], values_only: bool) -> Result<Object, JsValue> {
    let book = ok(Workbook::from_state(state))?;
    let (bytes, report) = ok(book.save_bytes(&SaveOptions::default().values_only(values_only)))?;
    let number = |n: u64| JsValue::from_f64(n as f64);
    let warnings: js_sys::Array = report.warnings.iter().map(JsValue::from).collect();
    Ok(object(&[
        ("bytes", Uint8Array::from(bytes.as_slice()).into()),
        ("warnings", warnings.into()),
        ("cellsWritten", number(report.cells_written)),
        ("cellsKept", number(report.cells_kept)),
        ("partsCopied", number(report.parts_copied as u64)),
        ("partsRewritten", number(report.parts_rewritten as u64)),
        ("macros", JsValue::from_bool(report.macros)),
    ]))
}

/// The state of a workbook with the data of a file and nothing else: `{ state, rows, columns }`.
#[wasm_bindgen(js_name = importData)]
pub fn import(
    bytes: &[u8],
    format: &str,
    from_1904: bool,
    headers: bool,
    limits: &JsValue,
) -> Result<Object, JsValue> {
    let dates = if from_1904 { DateSystem::Excel1904 } else { DateSystem::Excel1900 };
    let mut book = Workbook::with_date_system(dates);
    ok(book.add_sheet(DATA))?;
    let options = ImportOptions::default().headers(headers).limits(options::limits(limits)?);
    let report = ok(book.import_bytes(DATA, "A1", data_format(format)?, bytes, &options))?;
    let number = |n: usize| JsValue::from_f64(n as f64);
    Ok(object(&[
        ("state", Uint8Array::from(ok(book.to_state())?.as_slice()).into()),
        ("rows", number(report.rows)),
        ("columns", number(report.columns)),
    ]))
}

/// The file of a range of a state; options are the names of those that are on.
#[wasm_bindgen(js_name = exportData)]
pub fn export(
    state: &[u8],
    sheet: &str,
    range: &str,
    format: &str,
    options: &str,
) -> Result<Vec<u8>, JsValue> {
    let has = |name: &str| options.split(' ').any(|found| found == name);
    let options = ExportOptions::default()
        .headers(has("headers"))
        .neutralize_formulas(has("neutralizeFormulas"))
        .errors_as_null(has("errorsAsNull"));
    let book = ok(Workbook::from_state(state))?;
    ok(book.export_bytes(sheet, range, data_format(format)?, &options))
}

/// The format of a name, such as `csv`.
fn data_format(name: &str) -> Result<DataFormat, JsValue> {
    let known = DataFormat::of(Path::new(&format!("data.{name}")));
    known.filter(|format| *format != DataFormat::Parquet).ok_or_else(|| {
        argument(&format!(
            "format: `{name}` is none of \"csv\", \"tsv\", \"json\", \"ndjson\" and \"arrow\""
        ))
    })
}
