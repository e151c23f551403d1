//! Functions of JavaScript as functions of a workbook.

use super::value;
use crate::output;
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, ExcelError, ExcelErrorKind, Value,
};
use js_sys::{Array, Function};
use udf_columnar::Column;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./values.js")]
extern "C" {
    /// What was thrown, in words.
    #[wasm_bindgen(js_name = wordsOf)]
    fn words_of(thrown: &JsValue) -> String;
    /// A column as a function gets it: an array of values.
    #[wasm_bindgen(js_name = columnValues)]
    fn column_values(column: &JsValue) -> JsValue;
}

pub(super) struct Callback {
    function: Function,
    /// Whether it takes whole columns.
    columns: bool,
}

impl Callback {
    pub(super) fn new(function: Function, columns: bool) -> Self {
        Self { function, columns }
    }

    fn apply(&self, arguments: &Array) -> Result<JsValue, ExcelError> {
        self.function.apply(&JsValue::NULL, arguments).map_err(|thrown| failed(&words_of(&thrown)))
    }
}

/// The error of a cell whose function threw, or answered what no cell holds.
fn failed(message: &str) -> ExcelError {
    ExcelError::new(ExcelErrorKind::Value).with_message(message)
}

fn cell(value: &JsValue) -> Result<Value, ExcelError> {
    value::from_js(value).map_err(|thrown| failed(&words_of(&thrown)))
}

impl CustomFnHandler for Callback {
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
        let arguments: Array = match self.columns {
            // A call of its own is a column of one row.
            true => args.iter().map(|value| Array::of1(&value::to_js(value))).collect(),
            false => args.iter().map(value::to_js).collect(),
        };
        let given = self.apply(&arguments)?;
        match (self.columns, given.dyn_ref::<Array>()) {
            (true, Some(rows)) if rows.length() == 1 => cell(&rows.get(0)),
            (true, _) => Err(failed("a function of columns answers an array with a value a row")),
            (false, _) => cell(&given),
        }
    }

    fn takes_columns(&self) -> bool {
        self.columns
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        if !self.columns {
            return None;
        }
        let arguments = Array::new();
        for index in 0..args.len() {
            let given = match args.get(index)? {
                BatchArgument::Omitted => JsValue::UNDEFINED,
                BatchArgument::Scalar(value) => value::to_js(&value),
                BatchArgument::Column(array) => {
                    column_values(&output::column(&Column::try_new(array).ok()?).ok()?)
                }
                BatchArgument::Range(columns) => {
                    let columns = columns.into_iter().map(|array| {
                        Some(column_values(&output::column(&Column::try_new(array).ok()?).ok()?))
                    });
                    columns.collect::<Option<Array>>()?.into()
                }
            };
            arguments.push(&given);
        }
        Some(self.apply(&arguments).and_then(|given| rows(&given, args)))
    }
}

/// A value a row, of an array or a typed array. Where there is none in a row with an error among the arguments, it is that error.
fn rows(given: &JsValue, args: &BatchArguments<'_>) -> Result<BatchOutput, ExcelError> {
    let rows = args.rows();
    let given = if given.is_object() { Array::from(given) } else { Array::new() };
    if given.length() as usize != rows {
        let found = given.length();
        return Err(failed(&format!(
            "a function of columns answered {found} values for {rows} rows"
        )));
    }
    let values = given.iter().enumerate().map(|(row, value)| match cell(&value) {
        Ok(Value::Empty) => args.error(row).map_or(Value::Empty, Value::Error),
        Ok(value) => value,
        // One row that is no value leaves the others as they are.
        Err(error) => Value::Error(error),
    });
    Ok(BatchOutput::Values(values.collect()))
}
