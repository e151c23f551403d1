//! Failures as the classes of `js/errors.js`, for both modules of the package.
#![forbid(unsafe_code)]

use formualizer_workbook as workbook;
use js_sys::{Array, Object, Reflect};
use udf_columnar::{Error, ErrorKind, OneLine};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./errors.js")]
extern "C" {
    /// The error of this class with a message, and fields.
    #[wasm_bindgen(js_name = makeError)]
    fn make_error(class: &str, message: &str, fields: &Object) -> JsValue;
}

/// An object with these fields.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes every field.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// The error of a class with a message and fields.
pub fn make(class: &str, message: &str, fields: &[(&str, JsValue)]) -> JsValue {
    make_error(class, message, &object(fields))
}

/// The error for arguments that do not fit.
pub fn argument(message: &str) -> JsValue {
    make("ArgumentError", message, &[])
}

/// The error for a failure of a module, or of the call of `function`.
pub fn of_call(error: &Error, function: Option<&str>) -> JsValue {
    let (class, is_call) = class_of(error.kind());
    let mut fields = Vec::new();
    if !error.details().is_empty() {
        let details =
            error.details().iter().map(|detail| JsValue::from(OneLine(detail).to_string()));
        fields.push(("details", details.collect::<Array>().into()));
    }
    if let (true, Some(function)) = (is_call, function) {
        fields.push(("function", JsValue::from_str(function)));
    }
    if let ErrorKind::Function(code) = error.kind() {
        fields.push(("code", JsValue::from_str(code.text())));
    }
    make(class, &OneLine(error.message()).to_string(), &fields)
}

/// What a workbook gave.
///
/// # Errors
/// The workbook's.
pub fn ok<T>(result: Result<T, workbook::Error>) -> Result<T, JsValue> {
    result.map_err(|error| of_workbook(&error))
}

/// The error of a workbook.
pub fn of_workbook(error: &workbook::Error) -> JsValue {
    let kind = match error.kind() {
        workbook::ErrorKind::Address => "address",
        workbook::ErrorKind::Sheet => "sheet",
        workbook::ErrorKind::Formula => "formula",
        workbook::ErrorKind::Name => "name",
        workbook::ErrorKind::Function => "function",
        workbook::ErrorKind::Plugin => "plugin",
        workbook::ErrorKind::Data => "data",
        workbook::ErrorKind::File => "file",
        workbook::ErrorKind::Cancelled => "cancelled",
        workbook::ErrorKind::Reentrant => "reentrant",
        _ => "other",
    };
    make("WorkbookError", &error.to_string(), &[("kind", JsValue::from_str(kind))])
}

/// The class, and whether it is a `CallError`.
fn class_of(kind: ErrorKind) -> (&'static str, bool) {
    match kind {
        ErrorKind::InvalidModule => ("ModuleError", false),
        ErrorKind::InvalidManifest => ("ManifestError", false),
        ErrorKind::Unsupported => ("UnsupportedError", false),
        ErrorKind::UnknownFunction => ("UnknownFunctionError", false),
        ErrorKind::Arity | ErrorKind::InvalidArgument => ("ArgumentError", true),
        ErrorKind::TooLarge => ("TooLargeError", true),
        ErrorKind::Function(_) => ("FunctionError", true),
        ErrorKind::Trap => ("TrapError", true),
        ErrorKind::DeadlineExceeded => ("DeadlineExceededError", true),
        ErrorKind::Cancelled => ("CancelledError", true),
        ErrorKind::MemoryLimitExceeded => ("MemoryLimitExceededError", true),
        ErrorKind::StackExhausted => ("StackExhaustedError", true),
        ErrorKind::InvalidResult => ("InvalidResultError", true),
        ErrorKind::Busy => ("BusyError", true),
        _ => ("InternalError", false),
    }
}
