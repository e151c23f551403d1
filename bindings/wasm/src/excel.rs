//! Excel's functions, called like those of plugins.

use crate::{
    clock,
    module::{Callee, CoreFunction, CoreOutput},
};
use formualizer_functions::columns::{Function, Options};
use formualizer_udf_wasm_errors::{argument, of_call};
use std::sync::Arc;
use udf_columnar::{CancelToken, Output};
use wasm_bindgen::prelude::*;

/// The names of all functions, in the order of the alphabet.
#[wasm_bindgen(js_name = excelNames)]
pub fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Function::all().map(|function| function.name().to_owned()).collect();
    names.sort_unstable();
    names
}

/// A function by its name, in any case.
#[wasm_bindgen(js_name = excelFunction)]
pub fn function(name: &str) -> Result<CoreFunction, JsValue> {
    let function = Function::find(name).map_err(|error| of_call(&error, None))?;
    let signature = function.signature().map_err(|error| of_call(&error, None))?;
    Ok(CoreFunction::new(Callee::Excel(function), Arc::new(signature)))
}

#[wasm_bindgen]
impl CoreFunction {
    /// Calls a function of Excel, and forgets the arguments. `seed` and `now`, milliseconds of the local time since 1970, are the host's
    /// where they are missing.
    pub fn calculate(
        &mut self,
        seed: Option<f64>,
        now: Option<f64>,
    ) -> Result<CoreOutput, JsValue> {
        let Callee::Excel(function) = &self.callee else {
            return Err(argument("a function of a plugin is called by `call`"));
        };
        let options = Options {
            threads: 1,
            seed: seed.map_or_else(clock::seed, |seed| seed as u64),
            now_us: now.map_or_else(clock::local_us, |now| (now * 1e3) as i64),
            cancel: CancelToken::new(),
        };
        let answer = function.call(std::mem::take(&mut self.arguments), &options);
        let answer = answer.map_err(|error| of_call(&error, Some(function.name())))?;
        Ok(CoreOutput { output: Output::new(answer.columns), shape: answer.shape })
    }
}
