//! Limits as they are written in JavaScript.

use formualizer_udf_wasm_errors::argument;
use formualizer_workbook::FileLimits;
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// What files may cost in a host whose memory ends at 4 GiB.
fn defaults() -> FileLimits {
    let mut limits = FileLimits::default();
    limits.file_bytes = 256 << 20;
    limits.part_bytes = 512 << 20;
    limits.total_bytes = 1 << 30;
    limits.cells = 20_000_000;
    limits
}

/// The limits of `{ fileBytes, partBytes, totalBytes, parts, cells }`, each as it is unless it is given.
///
/// # Errors
/// `ArgumentError` for a name that there is not, and what is no whole number from 1 on.
pub(crate) fn limits(given: &JsValue) -> Result<FileLimits, JsValue> {
    let mut limits = defaults();
    if given.is_undefined() || given.is_null() {
        return Ok(limits);
    }
    let object = given.dyn_ref::<Object>().ok_or_else(|| argument("limits: give an object"))?;
    for name in Object::keys(object).iter() {
        let value = Reflect::get(object, &name)?;
        let name = name.as_string().unwrap_or_default();
        if value.is_undefined() {
            continue;
        }
        let number = value.as_f64().filter(|n| *n >= 1.0 && n.fract() == 0.0 && *n <= 9e15);
        let number = number
            .ok_or_else(|| argument(&format!("limits.{name}: give a whole number from 1 on")))?;
        let (whole, size) = (number as u64, number as usize);
        match name.as_str() {
            "fileBytes" => limits.file_bytes = whole,
            "partBytes" => limits.part_bytes = whole,
            "totalBytes" => limits.total_bytes = whole,
            "parts" => limits.parts = size,
            "cells" => limits.cells = whole,
            _ => {
                return Err(argument(&format!(
                    "limits: there is no `{name}`: take fileBytes, partBytes, totalBytes, parts, cells"
                )));
            }
        }
    }
    Ok(limits)
}
