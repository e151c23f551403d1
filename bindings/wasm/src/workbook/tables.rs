//! Names and tables, and what moves cells: rows and columns, ranges.

use super::CoreWorkbook;
use formualizer_udf_wasm_errors::ok;
use formualizer_workbook::TableOptions;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl CoreWorkbook {
    /// Gives a name to what it refers to.
    #[wasm_bindgen(js_name = defineName)]
    pub fn define_name(&self, name: &str, refers_to: &str) -> Result<(), JsValue> {
        ok(self.book()?.define_name(name, refers_to))
    }

    /// Removes a name of the workbook, or of a sheet.
    #[wasm_bindgen(js_name = removeName)]
    pub fn remove_name(&self, sheet: Option<String>, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.remove_name(sheet.as_deref(), name))
    }

    /// Names of the workbook and of sheets, and what they refer to, as JSON.
    pub fn names(&self) -> Result<String, JsValue> {
        let names = self.book()?.names();
        let names = names.into_iter().map(|(sheet, name, refers_to)| {
            serde_json::json!({ "name": name, "refersTo": refers_to, "sheet": sheet })
        });
        Ok(serde_json::Value::from_iter(names).to_string())
    }

    /// Gives a name that one sheet knows to what it refers to.
    #[wasm_bindgen(js_name = defineSheetName)]
    pub fn define_sheet_name(
        &self,
        sheet: &str,
        name: &str,
        refers_to: &str,
    ) -> Result<(), JsValue> {
        ok(self.book()?.define_sheet_name(sheet, name, refers_to))
    }

    /// Makes a range a table.
    #[wasm_bindgen(js_name = addTable)]
    pub fn add_table(
        &self,
        name: &str,
        sheet: &str,
        range: &str,
        headers: bool,
        totals: bool,
    ) -> Result<(), JsValue> {
        let options = TableOptions::default().headers(headers).totals(totals);
        ok(self.book()?.add_table(name, sheet, range, options))
    }

    /// Makes a table a plain range again.
    #[wasm_bindgen(js_name = removeTable)]
    pub fn remove_table(&self, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.remove_table(name))
    }

    /// The tables as JSON.
    pub fn tables(&self) -> Result<String, JsValue> {
        let tables = self.book()?.tables();
        let tables = tables.into_iter().map(|(name, sheet, range, columns)| {
            serde_json::json!({ "name": name, "sheet": sheet, "range": range, "columns": columns })
        });
        Ok(serde_json::Value::from_iter(tables).to_string())
    }

    /// Makes room for rows before one, counted from 1.
    #[wasm_bindgen(js_name = insertRows)]
    pub fn insert_rows(&self, sheet: &str, row: u32, count: u32) -> Result<(), JsValue> {
        ok(self.book()?.insert_rows(sheet, row, count))
    }

    /// Removes rows.
    #[wasm_bindgen(js_name = deleteRows)]
    pub fn delete_rows(&self, sheet: &str, row: u32, count: u32) -> Result<(), JsValue> {
        ok(self.book()?.delete_rows(sheet, row, count))
    }

    /// Makes room for columns before one, counted from 1.
    #[wasm_bindgen(js_name = insertColumns)]
    pub fn insert_columns(&self, sheet: &str, column: u32, count: u32) -> Result<(), JsValue> {
        ok(self.book()?.insert_columns(sheet, column, count))
    }

    /// Removes columns.
    #[wasm_bindgen(js_name = deleteColumns)]
    pub fn delete_columns(&self, sheet: &str, column: u32, count: u32) -> Result<(), JsValue> {
        ok(self.book()?.delete_columns(sheet, column, count))
    }

    /// Moves a range as cutting and pasting does.
    #[wasm_bindgen(js_name = moveRange)]
    pub fn move_range(
        &self,
        sheet: &str,
        range: &str,
        to_sheet: &str,
        to_cell: &str,
    ) -> Result<(), JsValue> {
        ok(self.book()?.move_range(sheet, range, to_sheet, to_cell))
    }

    /// Copies a range, formulas with their references moved.
    #[wasm_bindgen(js_name = copyRange)]
    pub fn copy_range(
        &self,
        sheet: &str,
        range: &str,
        to_sheet: &str,
        to_cell: &str,
    ) -> Result<(), JsValue> {
        ok(self.book()?.copy_range(sheet, range, to_sheet, to_cell))
    }

    /// Hides rows or shows them.
    #[wasm_bindgen(js_name = setRowsHidden)]
    pub fn set_rows_hidden(&self, sheet: &str, rows: &str, hidden: bool) -> Result<(), JsValue> {
        ok(self.book()?.set_rows_hidden(sheet, rows, hidden))
    }

    /// First and last of each range of hidden rows, one behind the other.
    #[wasm_bindgen(js_name = hiddenRows)]
    pub fn hidden_rows(&self, sheet: &str) -> Result<Vec<u32>, JsValue> {
        let ranges = ok(self.book()?.hidden_rows(sheet))?;
        Ok(ranges.into_iter().flat_map(|(first, last)| [first, last]).collect())
    }
}
