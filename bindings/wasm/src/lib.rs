//! The workbook and plugins on hosts of JavaScript.

use formualizer_workbook::{BindPolicy, RecalcOptions, Value, Workbook};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

fn js(e: impl std::fmt::Display) -> JsError {
    JsError::new(&e.to_string())
}

#[wasm_bindgen]
pub struct Wb(Workbook);

#[wasm_bindgen]
impl Wb {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let mut w = Workbook::new();
        if w.sheet_names().is_empty() {
            let _ = w.add_sheet("Sheet1");
        }
        Self(w)
    }
    #[wasm_bindgen(js_name = setNumbers)]
    pub fn set_numbers(&mut self, sheet: &str, at: &str, v: &[f64]) -> Result<(), JsError> {
        let a: arrow_array::ArrayRef = Arc::new(arrow_array::Float64Array::from(v.to_vec()));
        self.0.set_columns(sheet, at, &[a]).map_err(js)
    }
    #[wasm_bindgen(js_name = setNumber)]
    pub fn set_number(&mut self, sheet: &str, at: &str, v: f64) -> Result<(), JsError> {
        self.0.set_value(sheet, at, Value::Number(v)).map_err(js)
    }
    #[wasm_bindgen(js_name = setFormulas)]
    pub fn set_formulas(&mut self, sheet: &str, range: &str, f: &str) -> Result<(), JsError> {
        self.0.set_formulas(sheet, range, f).map_err(js)
    }
    pub fn recalculate(&mut self) -> Result<(), JsError> {
        self.0.recalculate_with(&RecalcOptions::default().threads(1)).map(|_| ()).map_err(js)
    }
    pub fn value(&self, sheet: &str, at: &str) -> Result<String, JsError> {
        self.0.value(sheet, at).map(|v| format!("{v:?}")).map_err(js)
    }
    #[wasm_bindgen(js_name = registerWasm)]
    pub fn register_wasm(&mut self, b: &[u8]) -> Result<(), JsError> {
        self.0.register_wasm_module_bytes(b, BindPolicy::default()).map(|_| ()).map_err(js)
    }
}
