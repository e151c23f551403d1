//! Limits as they are written in JavaScript: an object with some of them.

use formualizer_udf_wasm_errors::argument;
use js_sys::{Object, Reflect};
use std::time::Duration;
use udf_columnar::{CompileLimits, Limits};
use wasm_bindgen::prelude::*;

/// The limits of an object; the usual ones where there is none.
pub(crate) fn of(object: &JsValue) -> Result<Limits, JsValue> {
    let (mut builder, mut compile) = (Limits::builder(), CompileLimits::default());
    let entries = match object.dyn_ref::<Object>() {
        Some(object) => Object::entries(object),
        None if object.is_undefined() || object.is_null() => js_sys::Array::new(),
        None => return Err(argument("limits: give an object such as { memoryBytes: 1 << 28 }")),
    };
    for entry in entries.iter() {
        let field = |at| Reflect::get_u32(&entry, at);
        let (name, value) = (field(0)?.as_string().unwrap_or_default(), field(1)?);
        if value.is_undefined() {
            continue;
        }
        let integer = || integer(&name, &value);
        let seconds = || seconds(&name, &value);
        match name.as_str() {
            "memoryBytes" => builder = builder.memory_bytes(integer()?),
            "tableElements" => builder = builder.table_elements(integer()?),
            "moduleBytes" => builder = builder.module_bytes(integer()? as usize),
            "moduleFunctions" => builder = builder.module_functions(integer()? as u32),
            "resultBytes" => builder = builder.result_bytes(integer()?),
            "messageBytes" => builder = builder.message_bytes(integer()? as usize),
            "messagesBytes" => builder = builder.messages_bytes(integer()? as usize),
            "instances" => builder = builder.instances(integer()? as usize),
            "batchDeadline" => builder = builder.batch_deadline(seconds()?),
            "callDeadline" => builder = builder.call_deadline(seconds()?),
            "totalDeadline" => builder = builder.total_deadline(seconds()?),
            "compileFunctionWork" => compile = compile.function_work(integer()?),
            "compileModuleWork" => compile = compile.module_work(integer()?),
            _ => return Err(argument(&format!("limits: there is no limit `{name}`"))),
        }
    }
    builder
        .compile_limits(compile)
        .build()
        .map_err(|problem| argument(&format!("limits: {}", problem.message())))
}

fn integer(name: &str, value: &JsValue) -> Result<u64, JsValue> {
    // Larger ones than this are no longer exact, and fit no limit.
    let most = 9_007_199_254_740_991.0;
    match value.as_f64() {
        Some(n) if (0.0..=most).contains(&n) && n.fract() == 0.0 => Ok(n as u64),
        _ => Err(argument(&format!("limits: `{name}` is a whole number"))),
    }
}

/// A time, which is given in milliseconds.
fn seconds(name: &str, value: &JsValue) -> Result<Duration, JsValue> {
    let time = value.as_f64().map(|ms| Duration::try_from_secs_f64(ms / 1e3));
    match time {
        Some(Ok(time)) => Ok(time),
        _ => Err(argument(&format!("limits: `{name}` is a number of milliseconds"))),
    }
}
