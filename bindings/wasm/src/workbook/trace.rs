//! What depends on what, what a formula or function is, and what has changed.

use super::CoreWorkbook;
use formualizer_udf_wasm_errors::ok;
use formualizer_workbook::{FunctionDetails, FunctionOrigin, SheetRange, builtin_functions};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl CoreWorkbook {
    /// What the formula of a cell refers to, as JSON.
    pub fn precedents(&self, sheet: &str, cell: &str) -> Result<String, JsValue> {
        ok(self.book()?.precedents(sheet, cell)).map(|ranges| listed(&ranges))
    }

    /// The cells whose formulas refer to a cell, as JSON.
    pub fn dependents(&self, sheet: &str, cell: &str) -> Result<String, JsValue> {
        ok(self.book()?.dependents(sheet, cell)).map(|ranges| listed(&ranges))
    }

    /// What a formula is made of, as JSON.
    #[wasm_bindgen(js_name = validateFormula)]
    pub fn validate_formula(
        &self,
        sheet: &str,
        cell: &str,
        formula: &str,
    ) -> Result<String, JsValue> {
        let check = ok(self.book()?.validate_formula(sheet, cell, formula))?;
        let check = serde_json::json!({
            "functions": check.functions,
            "unknownFunctions": check.unknown_functions,
            "volatile": check.volatile,
        });
        Ok(check.to_string())
    }

    /// What is known of a function, as JSON.
    #[wasm_bindgen(js_name = functionDetails)]
    pub fn function_details(&self, name: &str) -> Result<Option<String>, JsValue> {
        Ok(self.book()?.function_details(name).map(|details| told(&details).to_string()))
    }

    /// From now on changes are remembered, until they are taken.
    pub fn watch(&self) -> Result<(), JsValue> {
        let now = self.book()?.snapshot();
        self.watched.replace(Some(now));
        Ok(())
    }

    /// Changes are not remembered any more.
    pub fn unwatch(&self) {
        self.watched.replace(None);
    }

    /// The ranges that changed since changes were taken last, as JSON.
    #[wasm_bindgen(js_name = takeChanges)]
    pub fn take_changes(&self) -> Result<String, JsValue> {
        let book = self.book()?;
        let Some(before) = self.watched.replace(Some(book.snapshot())) else {
            return Ok(listed(&[]));
        };
        Ok(listed(&book.changed_since(&before)))
    }

    /// The cells in error by kind, with the first of each, as JSON.
    pub fn errors(&self, limit: usize) -> Result<String, JsValue> {
        let kinds = self.book()?.errors(limit).kinds.into_iter().map(|kind| {
            let first = kind.first.into_iter().map(|cell| {
                serde_json::json!({
                    "sheet": cell.sheet,
                    "cell": cell.cell,
                    "formula": cell.formula,
                    "reason": cell.reason,
                })
            });
            serde_json::json!({
                "code": kind.kind.to_string(),
                "cells": kind.cells,
                "first": first.collect::<Vec<_>>(),
            })
        });
        Ok(serde_json::Value::from_iter(kinds).to_string())
    }

    /// The functions that formulas call and nobody knows, as JSON.
    #[wasm_bindgen(js_name = unknownFunctions)]
    pub fn unknown_functions(&self) -> Result<String, JsValue> {
        let unknown = self.book()?.unknown_functions().into_iter().map(|function| {
            serde_json::json!({
                "name": function.name,
                "cells": function.cells,
                "sheet": function.sheet,
                "cell": function.cell,
                "near": function.near,
            })
        });
        Ok(serde_json::Value::from_iter(unknown).to_string())
    }
}

/// The names of the built-in functions.
#[wasm_bindgen(js_name = builtinFunctions)]
pub fn builtins() -> Vec<String> {
    builtin_functions()
}

fn listed(ranges: &[SheetRange]) -> String {
    let ranges = ranges
        .iter()
        .map(|range| serde_json::json!({ "sheet": range.sheet, "range": range.range }));
    serde_json::Value::from_iter(ranges).to_string()
}

fn told(details: &FunctionDetails) -> serde_json::Value {
    let params = details.params.iter().map(|param| {
        serde_json::json!({
            "name": param.name,
            "type": param.type_name,
            "description": param.description,
            "optional": param.optional,
            "variadic": param.variadic,
            "range": param.range,
        })
    });
    let origin = match details.origin {
        FunctionOrigin::Plugin => "plugin",
        FunctionOrigin::Callback => "callback",
        _ => "builtin",
    };
    serde_json::json!({
        "name": details.name,
        "origin": origin,
        "moduleId": details.module_id,
        "description": details.description,
        "signature": details.signature,
        "params": params.collect::<Vec<_>>(),
        "minArgs": details.min_args,
        "maxArgs": details.max_args,
        "volatile": details.volatile,
    })
}
