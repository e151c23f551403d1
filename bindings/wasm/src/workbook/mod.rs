//! The workbook. Its methods are those of the Rust crate; values cross one by one or as columns.

mod callback;
mod functions;
mod value;

use crate::{error, input, module::runtime, output};
use arrow_array::{Array as ArrowArray, RecordBatch};
use arrow_select::concat::concat;
use formualizer_workbook::{
    CancelToken, Error, ErrorKind, Limits, Progress, RecalcOptions, RecalcReport, Workbook,
};
use js_sys::{Array, Function, Uint8Array};
use std::cell::{RefCell, RefMut};
use udf_columnar::Column;
use wasm_bindgen::prelude::*;

/// A workbook. While it is recalculated its callbacks do not reach it.
#[wasm_bindgen]
pub struct CoreWorkbook(RefCell<Workbook>);

/// The error of the workbook.
fn refused(error: &Error) -> JsValue {
    let kind = match error.kind() {
        ErrorKind::Address => "address",
        ErrorKind::Sheet => "sheet",
        ErrorKind::Formula => "formula",
        ErrorKind::Name => "name",
        ErrorKind::Function => "function",
        ErrorKind::Plugin => "plugin",
        ErrorKind::Data => "data",
        ErrorKind::File => "file",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Reentrant => "reentrant",
        _ => "other",
    };
    error::make("WorkbookError", &error.to_string(), &[("kind", JsValue::from_str(kind))])
}

fn ok<T>(result: Result<T, Error>) -> Result<T, JsValue> {
    result.map_err(|error| refused(&error))
}

impl CoreWorkbook {
    fn book(&self) -> Result<RefMut<'_, Workbook>, JsValue> {
        self.0.try_borrow_mut().map_err(|_| {
            let kind = JsValue::from_str("reentrant");
            error::make(
                "WorkbookError",
                "a callback cannot use the workbook that is calling it",
                &[("kind", kind)],
            )
        })
    }
}

#[wasm_bindgen]
impl CoreWorkbook {
    /// An empty workbook.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<CoreWorkbook, JsValue> {
        let mut book = Workbook::new();
        ok(book.set_runtime(runtime(&Limits::default())))?;
        Ok(Self(RefCell::new(book)))
    }

    /// Names of sheets, in order.
    pub fn sheets(&self) -> Result<Vec<String>, JsValue> {
        Ok(self.book()?.sheet_names())
    }

    /// Adds a sheet behind the others.
    #[wasm_bindgen(js_name = addSheet)]
    pub fn add_sheet(&self, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.add_sheet(name))
    }

    /// Gives a sheet another name; formulas follow.
    #[wasm_bindgen(js_name = renameSheet)]
    pub fn rename_sheet(&self, name: &str, new: &str) -> Result<(), JsValue> {
        ok(self.book()?.rename_sheet(name, new))
    }

    /// Removes a sheet; references to it become `#REF!`.
    #[wasm_bindgen(js_name = deleteSheet)]
    pub fn delete_sheet(&self, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.delete_sheet(name))
    }

    /// A cell's value.
    pub fn value(&self, sheet: &str, cell: &str) -> Result<JsValue, JsValue> {
        ok(self.book()?.value(sheet, cell)).map(|value| value::to_js(&value))
    }

    /// The values of a range, row by row: of its used part.
    pub fn values(&self, sheet: &str, range: &str) -> Result<Array, JsValue> {
        ok(self.book()?.values(sheet, range)).map(|rows| value::rows_to_js(&rows))
    }

    /// Sets a cell's value.
    #[wasm_bindgen(js_name = setValue)]
    pub fn set_value(&self, sheet: &str, cell: &str, value: &JsValue) -> Result<(), JsValue> {
        let value = value::from_js(value)?;
        ok(self.book()?.set_value(sheet, cell, value))
    }

    /// Sets values from a cell on, to the right and down.
    #[wasm_bindgen(js_name = setValues)]
    pub fn set_values(&self, sheet: &str, cell: &str, rows: &Array) -> Result<(), JsValue> {
        let rows = value::rows_from_js(rows)?;
        ok(self.book()?.set_values(sheet, cell, &rows))
    }

    /// Sets a column from a cell on down, of a typed array of this kind.
    #[wasm_bindgen(js_name = setColumn)]
    pub fn set_column(
        &self,
        sheet: &str,
        cell: &str,
        kind: &str,
        values: &JsValue,
        valid: Option<Uint8Array>,
    ) -> Result<(), JsValue> {
        let column = input::column(kind, values, valid.as_ref())?;
        ok(self.book()?.set_columns(sheet, cell, &[column.array().clone()]))
    }

    /// The columns of a range as `{ kind, values, valid }`.
    #[wasm_bindgen(js_name = readColumns)]
    pub fn read_columns(&self, sheet: &str, range: &str) -> Result<Array, JsValue> {
        let batches = ok(self.book()?.read_columns(sheet, range))?;
        let given = Array::new();
        for at in 0..batches.first().map_or(0, RecordBatch::num_columns) {
            let parts: Vec<&dyn ArrowArray> =
                batches.iter().map(|batch| batch.column(at).as_ref()).collect();
            let array = concat(&parts).map_err(|error| {
                let kind = JsValue::from_str("data");
                error::make("WorkbookError", &format!("too long: {error}"), &[("kind", kind)])
            })?;
            let column = Column::try_new(array).map_err(|error| error::of_call(&error, None))?;
            given.push(&output::column(&column)?);
        }
        Ok(given)
    }

    /// A cell's formula with `=`, or nothing.
    pub fn formula(&self, sheet: &str, cell: &str) -> Result<Option<String>, JsValue> {
        ok(self.book()?.formula(sheet, cell))
    }

    /// Sets a formula in every cell of a range, filled from its first.
    #[wasm_bindgen(js_name = setFormulas)]
    pub fn set_formulas(&self, sheet: &str, range: &str, formula: &str) -> Result<(), JsValue> {
        ok(self.book()?.set_formulas(sheet, range, formula))
    }

    /// Sets one formula that fills a range with its array.
    #[wasm_bindgen(js_name = setArrayFormula)]
    pub fn set_array_formula(
        &self,
        sheet: &str,
        range: &str,
        formula: &str,
    ) -> Result<(), JsValue> {
        ok(self.book()?.set_array_formula(sheet, range, formula))
    }

    /// Fills the first row of a range down.
    #[wasm_bindgen(js_name = fillDown)]
    pub fn fill_down(&self, sheet: &str, range: &str) -> Result<(), JsValue> {
        ok(self.book()?.fill_down(sheet, range))
    }

    /// Fills the first column of a range to the right.
    #[wasm_bindgen(js_name = fillRight)]
    pub fn fill_right(&self, sheet: &str, range: &str) -> Result<(), JsValue> {
        ok(self.book()?.fill_right(sheet, range))
    }

    /// Removes values and formulas.
    pub fn clear(&self, sheet: &str, range: &str) -> Result<(), JsValue> {
        ok(self.book()?.clear(sheet, range))
    }

    /// The smallest range with everything of a sheet.
    #[wasm_bindgen(js_name = usedRange)]
    pub fn used_range(&self, sheet: &str) -> Result<Option<String>, JsValue> {
        ok(self.book()?.used_range(sheet))
    }

    /// What the array of a cell fills.
    #[wasm_bindgen(js_name = spillRange)]
    pub fn spill_range(&self, sheet: &str, cell: &str) -> Result<Option<String>, JsValue> {
        ok(self.book()?.spill_range(sheet, cell))
    }

    /// What the error in a cell says beyond its code.
    #[wasm_bindgen(js_name = cellErrorDetail)]
    pub fn cell_error_detail(&self, sheet: &str, cell: &str) -> Result<Option<String>, JsValue> {
        ok(self.book()?.cell_error_detail(sheet, cell))
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

    /// Gives a name to what it refers to.
    #[wasm_bindgen(js_name = defineName)]
    pub fn define_name(&self, name: &str, refers_to: &str) -> Result<(), JsValue> {
        ok(self.book()?.define_name(name, refers_to))
    }

    /// Removes a name of the workbook.
    #[wasm_bindgen(js_name = removeName)]
    pub fn remove_name(&self, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.remove_name(None, name))
    }

    /// Names of the workbook and of sheets, and what they refer to, as JSON.
    pub fn names(&self) -> Result<String, JsValue> {
        let names = self.book()?.names();
        let names = names.into_iter().map(|(sheet, name, refers_to)| {
            serde_json::json!({ "name": name, "refersTo": refers_to, "sheet": sheet })
        });
        Ok(serde_json::Value::from_iter(names).to_string())
    }

    /// Remembers so many edits from now on.
    #[wasm_bindgen(js_name = setUndoLimit)]
    pub fn set_undo_limit(&self, edits: usize) -> Result<(), JsValue> {
        self.book()?.set_undo_limit(edits);
        Ok(())
    }

    /// Takes the last edit back; false where there is none.
    pub fn undo(&self) -> Result<bool, JsValue> {
        Ok(self.book()?.undo())
    }

    /// Makes the edit again that was taken back last.
    pub fn redo(&self) -> Result<bool, JsValue> {
        Ok(self.book()?.redo())
    }

    /// Makes the edits of a function together. Where it throws they are taken back, and what it threw is thrown on.
    pub fn edit(&self, edits: &Function) -> Result<String, JsValue> {
        let mut outer = std::mem::take(&mut *self.book()?);
        let mut thrown = None;
        let result = outer.edit_with(&options(), |book| {
            // The function finds the workbook where it always is.
            self.0.replace(std::mem::take(book));
            let outcome = edits.call0(&JsValue::NULL);
            *book = self.0.take();
            match outcome {
                Ok(_) => Ok(()),
                Err(error) => {
                    thrown = Some(error);
                    // A workbook's errors are made by workbooks alone: no sheet has an empty name.
                    book.add_sheet("")
                }
            }
        });
        self.0.replace(outer);
        match (result, thrown) {
            (_, Some(thrown)) => Err(thrown),
            (Ok(((), report)), None) => Ok(told(&report)),
            (Err(error), None) => Err(refused(&error)),
        }
    }

    /// Recalculates what has changed. `progress` is called with how much is done, and answers whether to go on.
    pub fn recalculate(&self, progress: Option<Function>) -> Result<String, JsValue> {
        let cancel = CancelToken::new();
        let tell = |now: Progress| {
            let Some(progress) = &progress else { return };
            let (done, all) = (now.regions_done as f64, now.regions as f64);
            let go_on = progress.call2(&JsValue::NULL, &done.into(), &all.into());
            if go_on.is_ok_and(|answer| answer.is_falsy()) {
                cancel.cancel();
            }
        };
        let mut options = options().cancel(cancel.clone());
        if progress.is_some() {
            options = options.progress(&tell);
        }
        ok(self.book()?.recalculate_with(&options)).map(|report| told(&report))
    }
}

/// One thread, and the clock and chance of the host.
fn options<'a>() -> RecalcOptions<'a> {
    let seed = (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64;
    RecalcOptions::default().threads(1).volatile(seed, (js_sys::Date::now() * 1e3) as i64)
}

/// A report as JSON.
fn told(report: &RecalcReport) -> String {
    serde_json::json!({
        "regions": report.regions,
        "cells": report.cells,
        "spilledCells": report.spilled_cells,
        "udfCalls": report.udf_calls,
        "udfRows": report.udf_rows,
        "rounds": report.rounds,
        "milliseconds": report.elapsed.as_secs_f64() * 1e3,
        "log": report.log.shown().map(|line| line.to_string()).collect::<Vec<_>>(),
    })
    .to_string()
}
