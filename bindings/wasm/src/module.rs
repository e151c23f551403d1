//! Plugins, and calls of their functions, put together argument by argument.

use crate::{clock, input, limits, output};
use arrow_array::{Array as _, Float64Array, cast::AsArray, types::Float64Type};
use formualizer_functions::columns::{Function, Shape};
use formualizer_udf_wasm_errors::{argument, of_call};
use js_sys::{Array, Int32Array, Object, Reflect, Uint8Array};
use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc, time::Duration};
use udf_abi::{
    DType,
    manifest::{self, Param},
};
use udf_backends::{JsRuntime, ModuleInfo};
use udf_columnar::{
    Argument, Call, Column, Limits, Output, Session, SessionOptions, Signature, UdfModule,
    internal::rows_of_width,
};
use wasm_bindgen::prelude::*;

thread_local! {
    /// One runtime for each set of limits.
    static RUNTIMES: RefCell<Vec<(Limits, Arc<JsRuntime>)>> = const { RefCell::new(Vec::new()) };
}

/// The runtime with these limits.
pub(crate) fn runtime(limits: &Limits) -> Arc<JsRuntime> {
    RUNTIMES.with_borrow_mut(|runtimes| {
        if let Some((_, runtime)) = runtimes.iter().find(|(of, _)| of == limits) {
            return runtime.clone();
        }
        let runtime = Arc::new(JsRuntime::new(limits.clone()));
        runtimes.push((limits.clone(), runtime.clone()));
        runtime
    })
}

/// What a module offers, as JSON. Nothing of it is executed.
#[wasm_bindgen(js_name = inspectModule)]
pub fn inspect(bytes: &[u8], limits: &JsValue) -> Result<String, JsValue> {
    let info = udf_backends::inspect(bytes, &limits::of(limits)?);
    info.map(|info| json(&info)).map_err(|error| of_call(&error, None))
}

fn json(info: &ModuleInfo) -> String {
    let disabled = info.manifest.disabled.iter();
    serde_json::json!({
        "sha256": info.sha256_hex(),
        "size": info.size,
        "bare": info.bare,
        "warnings": info.warnings,
        "disabled": disabled.map(|f| (f.name.clone(), f.reason().to_string())).collect::<HashMap<_, _>>(),
        "manifest": info.manifest,
    })
    .to_string()
}

/// A plugin that is ready to be called.
#[wasm_bindgen]
pub struct CoreModule(Rc<Plugin>);

pub(crate) struct Plugin {
    module: Arc<dyn UdfModule>,
    /// A session at rest, which serves calls of functions that are not volatile.
    warm: RefCell<Option<Box<dyn Session>>>,
}

#[wasm_bindgen]
impl CoreModule {
    /// Inspects a module and compiles it beside the caller.
    pub async fn load(bytes: Vec<u8>, limits: JsValue) -> Result<CoreModule, JsValue> {
        let module = runtime(&limits::of(&limits)?).load_aside(&bytes).await;
        let module = module.map_err(|error| of_call(&error, None))?;
        Ok(Self(Rc::new(Plugin { module, warm: RefCell::new(None) })))
    }

    /// The manifest as JSON.
    #[wasm_bindgen(getter)]
    pub fn manifest(&self) -> String {
        serde_json::to_string(self.0.module.manifest()).unwrap_or_default()
    }

    /// A function by name, alias or export.
    pub fn function(&self, name: &str) -> Result<CoreFunction, JsValue> {
        let signature = self.0.module.signature(name).map_err(|error| of_call(&error, None))?;
        Ok(CoreFunction::new(Callee::Plugin(self.0.clone()), signature))
    }
}

/// Whose function it is.
pub(crate) enum Callee {
    Plugin(Rc<Plugin>),
    Excel(Function),
}

/// A function, and the arguments of its next call so far.
#[wasm_bindgen]
pub struct CoreFunction {
    pub(crate) callee: Callee,
    signature: Arc<Signature>,
    pub(crate) arguments: Vec<Argument>,
}

impl CoreFunction {
    pub(crate) fn new(callee: Callee, signature: Arc<Signature>) -> Self {
        Self { callee, signature, arguments: Vec::new() }
    }
}

#[wasm_bindgen]
impl CoreFunction {
    /// `NAME(param: type, …) -> type`.
    #[wasm_bindgen(getter)]
    pub fn signature(&self) -> String {
        self.signature.to_string()
    }

    /// The manifest's entry of it, as JSON.
    #[wasm_bindgen(getter)]
    pub fn about(&self) -> String {
        serde_json::to_string(self.signature.function()).unwrap_or_default()
    }

    /// Whether it gives a row for each row, so that rows may be passed in parts.
    #[wasm_bindgen(getter, js_name = isElementwise)]
    pub fn is_elementwise(&self) -> bool {
        matches!(self.callee, Callee::Plugin(_)) && self.signature.is_elementwise()
    }

    /// Rows that a guest is given at a time of so many columns of doubles.
    #[wasm_bindgen(js_name = batchRows)]
    pub fn batch_rows(&self, columns: usize) -> usize {
        rows_of_width(size_of::<f64>() * (columns + 1))
    }

    /// Forgets the arguments.
    pub fn clear(&mut self) {
        self.arguments.clear();
    }

    /// An argument that is left out.
    pub fn omit(&mut self) {
        self.arguments.push(Argument::Omitted);
    }

    /// One value for all rows, or a column: a typed array of the kind.
    pub fn push(
        &mut self,
        kind: &str,
        values: &JsValue,
        valid: Option<Uint8Array>,
        single: bool,
    ) -> Result<(), JsValue> {
        let column = input::column(kind, values, valid.as_ref())?;
        self.arguments.push(given(column, single));
        Ok(())
    }

    /// The same of texts.
    #[wasm_bindgen(js_name = pushTexts)]
    pub fn push_texts(
        &mut self,
        data: &Uint8Array,
        ends: &Int32Array,
        valid: Option<Uint8Array>,
        single: bool,
    ) -> Result<(), JsValue> {
        let column = input::texts(data, ends, valid.as_ref())?;
        self.arguments.push(given(column, single));
        Ok(())
    }

    /// The same of values of any types.
    #[wasm_bindgen(js_name = pushAny)]
    pub fn push_any(&mut self, values: &Array, single: bool) -> Result<(), JsValue> {
        self.arguments.push(given(input::any(values)?, single));
        Ok(())
    }

    /// Takes back the columns that were pushed last as those of a range.
    #[wasm_bindgen(js_name = asRange)]
    pub fn as_range(&mut self, columns: usize) -> Result<(), JsValue> {
        let first = self.arguments.len().checked_sub(columns);
        let first = first.ok_or_else(|| argument("a range of more columns than there are"))?;
        let taken = self.arguments.drain(first..).filter_map(|argument| match argument {
            Argument::Column(column) | Argument::Scalar(column) => Some(column),
            _ => None,
        });
        let columns = taken.collect::<Vec<_>>();
        self.arguments.push(Argument::Range(columns));
        Ok(())
    }

    /// Whether it takes so many numbers and gives one, which [`numbers`](Self::numbers) calls; otherwise nothing.
    #[wasm_bindgen(getter, js_name = takesNumbers)]
    pub fn takes_numbers(&self) -> Option<usize> {
        let function = self.signature.function();
        let number = |param: &Param| {
            param.dtype.0 == DType::F64
                && param.shape == manifest::Shape::Scalar
                && !param.optional
                && !param.variadic
        };
        let takes = self.signature.is_elementwise()
            && function.params.iter().all(number)
            && self.signature.return_dtypes() == [DType::F64];
        takes.then_some(function.params.len())
    }

    /// Calls the function for one row of numbers; nothing where the row is null.
    ///
    /// # Errors
    /// Those of [`call`](Self::call); an array with the row's error where it has one.
    pub fn numbers(&mut self, values: &[f64]) -> Result<Option<f64>, JsValue> {
        self.arguments.clear();
        for value in values {
            let array = Arc::new(Float64Array::from_value(*value, 1));
            let column = Column::try_new(array).map_err(|error| of_call(&error, None))?;
            self.arguments.push(Argument::Scalar(column));
        }
        let given = self.call(0.0, None)?;
        if given.failed() > 0 {
            return Err(given.errors(0, 1)?.into());
        }
        let column = given.output.columns.first();
        let array = column.and_then(|column| column.array().as_primitive_opt::<Float64Type>());
        Ok(array.filter(|array| array.is_valid(0)).map(|array| array.value(0)))
    }

    /// Calls the function, and forgets the arguments. `offset` is the first row in the whole input, `deadline` in milliseconds.
    pub fn call(&mut self, offset: f64, deadline: Option<f64>) -> Result<CoreOutput, JsValue> {
        let Callee::Plugin(plugin) = &self.callee else {
            return Err(argument("a function of Excel is called by `calculate`"));
        };
        let arguments = std::mem::take(&mut self.arguments);
        let call = Call::new(arguments).row_offset(offset as u64);
        let function = self.signature.function();
        let may_be_warm =
            self.signature.is_elementwise() && !function.volatile && deadline.is_none();
        // A call that cannot take the session at rest leaves it there.
        let warm = may_be_warm.then(|| plugin.warm.borrow_mut().take());
        let mut session = match warm.flatten() {
            Some(session) => session,
            None => plugin.module.open(options(deadline)?),
        };
        let output = session.call(&self.signature, call);
        if may_be_warm {
            *plugin.warm.borrow_mut() = Some(session);
        }
        let name = self.signature.name();
        let output = output.map_err(|error| of_call(&error, Some(name)))?;
        let shape = match (self.signature.is_elementwise(), self.signature.is_reduce()) {
            (true, _) => Shape::Rows,
            (_, true) => Shape::Value,
            _ => Shape::Table,
        };
        Ok(CoreOutput { output, shape })
    }
}

fn given(column: Column, single: bool) -> Argument {
    if single { Argument::Scalar(column) } else { Argument::Column(column) }
}

fn options(deadline: Option<f64>) -> Result<SessionOptions, JsValue> {
    let deadline = match deadline.map(|ms| Duration::try_from_secs_f64(ms / 1e3)) {
        Some(Err(_)) => return Err(argument("deadline: give a number of milliseconds")),
        Some(Ok(deadline)) => Some(deadline),
        None => None,
    };
    let now = (js_sys::Date::now() * 1e3) as i64;
    Ok(SessionOptions::default().threads(1).deadline(deadline).volatile(clock::seed(), now))
}

/// What a call gave.
#[wasm_bindgen]
pub struct CoreOutput {
    pub(crate) output: Output,
    pub(crate) shape: Shape,
}

#[wasm_bindgen]
impl CoreOutput {
    /// How many columns.
    #[wasm_bindgen(getter)]
    pub fn columns(&self) -> usize {
        self.output.columns.len()
    }

    /// Rows of each.
    #[wasm_bindgen(getter)]
    pub fn rows(&self) -> usize {
        self.output.rows()
    }

    /// What it is: "rows" (a column with a row for each of the arguments), "value" or "table".
    #[wasm_bindgen(getter)]
    pub fn shape(&self) -> String {
        match self.shape {
            Shape::Rows => "rows",
            Shape::Value => "value",
            Shape::Table => "table",
        }
        .to_owned()
    }

    /// The kind of the first column.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.output.columns.first().map_or("", |column| column.dtype().name()).to_owned()
    }

    /// A column: `{ kind, values, valid }`.
    pub fn column(&self, at: usize) -> Result<JsValue, JsValue> {
        match self.output.columns.get(at) {
            Some(column) => output::column(column),
            None => Err(argument("there is no such column")),
        }
    }

    /// Copies the one column to a typed array of its own kind and length; false where it is no such column.
    #[wasm_bindgen(js_name = copyTo)]
    pub fn copy_to(&self, out: &JsValue) -> bool {
        self.output.columns.first().is_some_and(|column| output::copy_to(column, out))
    }

    /// Rows in error of all columns.
    #[wasm_bindgen(getter)]
    pub fn failed(&self) -> usize {
        self.output.columns.iter().filter_map(Column::errors).map(|errors| errors.count()).sum()
    }

    /// The rows in error of a column, at most so many: `{ row, code, message }`.
    pub fn errors(&self, at: usize, most: usize) -> Result<Array, JsValue> {
        let list = Array::new();
        let errors = self.output.columns.get(at).and_then(Column::errors);
        let Some(errors) = errors else { return Ok(list) };
        let rows = errors.codes().iter().enumerate().filter(|(_, code)| **code != 0);
        for (row, _) in rows.take(most) {
            let Some((code, message)) = errors.get(row) else { continue };
            let entry = Object::new();
            let message = message.map_or(JsValue::UNDEFINED, JsValue::from_str);
            for (name, value) in [
                ("row", JsValue::from_f64(row as f64)),
                ("code", JsValue::from_str(code.text())),
                ("message", message),
            ] {
                Reflect::set(&entry, &JsValue::from_str(name), &value)?;
            }
            list.push(&entry);
        }
        Ok(list)
    }

    /// What the plugin logged.
    #[wasm_bindgen(getter)]
    pub fn log(&self) -> Vec<String> {
        self.output.log.shown().map(|line| line.to_string()).collect()
    }
}
