//! Workbooks as bytes, and the values that cross to files and back.

use super::CoreWorkbook;
use formualizer_udf_wasm_errors::ok;
use formualizer_workbook::{DateSystem, Workbook};
use wasm_bindgen::prelude::*;

/// The sheet of data that a file has.
const DATA: &str = "Data";

#[wasm_bindgen]
impl CoreWorkbook {
    /// The workbook as bytes.
    pub fn state(&self) -> Result<Vec<u8>, JsValue> {
        ok(self.book()?.to_state())
    }

    /// The workbook of such bytes.
    #[wasm_bindgen(js_name = fromState)]
    pub fn from_state(bytes: &[u8]) -> Result<CoreWorkbook, JsValue> {
        Self::of(ok(Workbook::from_state(bytes))?)
    }

    /// What was said of the file that it was loaded from.
    #[wasm_bindgen(getter, js_name = loadWarnings)]
    pub fn load_warnings(&self) -> Result<Vec<String>, JsValue> {
        Ok(self.book()?.load_warnings().to_vec())
    }

    /// Whether dates count from 1904.
    #[wasm_bindgen(getter, js_name = countsFrom1904)]
    pub fn counts_from_1904(&self) -> Result<bool, JsValue> {
        Ok(self.book()?.date_system() == DateSystem::Excel1904)
    }

    /// Puts the data of a state with nothing else in place; the range that they fill.
    #[wasm_bindgen(js_name = pasteState)]
    pub fn paste_state(
        &self,
        sheet: &str,
        cell: &str,
        state: &[u8],
    ) -> Result<Option<String>, JsValue> {
        let data = ok(Workbook::from_state(state))?;
        ok(self.book()?.paste_values(sheet, cell, &data, DATA, "A1:XFD1048576"))
    }

    /// The state of a workbook with the values of a range, where they are, and nothing else.
    #[wasm_bindgen(js_name = stateOf)]
    pub fn state_of(&self, sheet: &str, range: &str) -> Result<Vec<u8>, JsValue> {
        let part = ok(self.book()?.part(sheet, range))?;
        ok(part.to_state())
    }
}
