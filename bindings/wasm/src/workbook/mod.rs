//! The workbook. Its methods are those of the Rust crate; values cross one by one or as columns.

mod callback;
mod functions;
mod state;
mod tables;
mod trace;
mod value;

use crate::{clock, input, module::runtime, output};
use arrow_array::{Array as ArrowArray, RecordBatch};
use arrow_select::concat::concat;
use formualizer_udf_wasm_errors::{self as error, of_workbook, ok};
use formualizer_workbook::{
    CancelToken, DateSystem, Iteration, Limits, Progress, RecalcOptions, RecalcReport, Snapshot,
    Workbook,
};
use js_sys::{Array, Function, Uint8Array};
use std::cell::{RefCell, RefMut};
use udf_columnar::Column;
use wasm_bindgen::prelude::*;

/// A workbook. While it is recalculated its callbacks do not reach it.
#[wasm_bindgen]
pub struct CoreWorkbook {
    book: RefCell<Workbook>,
    /// The values when changes were told last, while somebody wants to know.
    watched: RefCell<Option<Snapshot>>,
}

impl CoreWorkbook {
    fn book(&self) -> Result<RefMut<'_, Workbook>, JsValue> {
        self.book.try_borrow_mut().map_err(|_| {
            let kind = JsValue::from_str("reentrant");
            error::make(
                "WorkbookError",
                "a callback cannot use the workbook that is calling it",
                &[("kind", kind)],
            )
        })
    }
}

impl CoreWorkbook {
    /// The workbook on the host's own engine.
    fn of(mut book: Workbook) -> Result<Self, JsValue> {
        ok(book.set_runtime(runtime(&Limits::default())))?;
        Ok(Self { book: RefCell::new(book), watched: RefCell::new(None) })
    }
}

#[wasm_bindgen]
impl CoreWorkbook {
    /// An empty workbook, whose dates count from 1900 or 1904.
    #[wasm_bindgen(constructor)]
    pub fn new(from_1904: bool) -> Result<CoreWorkbook, JsValue> {
        let dates = if from_1904 { DateSystem::Excel1904 } else { DateSystem::Excel1900 };
        Self::of(Workbook::with_date_system(dates))
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

    /// Remembers so many edits from now on.
    #[wasm_bindgen(js_name = setUndoLimit)]
    pub fn set_undo_limit(&self, edits: usize) -> Result<(), JsValue> {
        self.book()?.set_undo_limit(edits);
        Ok(())
    }

    /// Steps and change of circular references; nothing where they are errors.
    #[wasm_bindgen(getter)]
    pub fn iteration(&self) -> Result<Option<Vec<f64>>, JsValue> {
        let how = self.book()?.iteration();
        Ok(how.map(|how| vec![f64::from(how.steps()), how.delta()]))
    }

    /// Sets them.
    #[wasm_bindgen(js_name = setIteration)]
    pub fn set_iteration(&self, steps: Option<u32>, delta: f64) -> Result<(), JsValue> {
        let how = steps.map(|steps| ok(Iteration::new(steps, delta))).transpose()?;
        self.book()?.set_iteration(how);
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
            self.book.replace(std::mem::take(book));
            let outcome = edits.call0(&JsValue::NULL);
            *book = self.book.take();
            match outcome {
                Ok(_) => Ok(()),
                Err(error) => {
                    thrown = Some(error);
                    // A workbook's errors are made by workbooks alone: no sheet has an empty name.
                    book.add_sheet("")
                }
            }
        });
        self.book.replace(outer);
        match (result, thrown) {
            (_, Some(thrown)) => Err(thrown),
            (Ok(((), report)), None) => Ok(told(&report)),
            (Err(error), None) => Err(of_workbook(&error)),
        }
    }

    /// Recalculates what has changed. `progress` is called with how much is done, and answers whether to go on; `keeps_unknown` says
    /// whether cells keep their values where nobody knows a function of theirs.
    pub fn recalculate(
        &self,
        progress: Option<Function>,
        keeps_unknown: bool,
    ) -> Result<String, JsValue> {
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
        options.keeps_unknown = keeps_unknown;
        if progress.is_some() {
            options = options.progress(&tell);
        }
        ok(self.book()?.recalculate_with(&options)).map(|report| told(&report))
    }
}

/// One thread, and the clock and chance of the host.
fn options<'a>() -> RecalcOptions<'a> {
    RecalcOptions::default().threads(1).volatile(clock::seed(), clock::local_us())
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
