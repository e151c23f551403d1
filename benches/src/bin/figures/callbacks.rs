//! The same function in five ways: built-in expression, Rust callback by the row and by the column, plugin
//! on either engine.

use crate::{
    Figures, MILLION, Result,
    workbook::{Columns, repeat},
};
use arrow_array::{Array, Float64Array, cast::AsArray, types::Float64Type};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, CustomFnOptions, ExcelError, Value,
};
use std::sync::Arc;

/// `a * b + 1` for a million rows: milliseconds of each way.
pub(crate) fn ways(figures: &mut Figures) -> Result<()> {
    let mut time = |name: &str, formula: &str, wasmi: bool| -> Result<()> {
        let mut columns = Columns::with_conformance(MILLION)?;
        if wasmi {
            columns.book.use_wasmi_runtime()?;
        }
        let options = CustomFnOptions {
            min_args: 2,
            max_args: Some(2),
            thread_safe: true,
            ..CustomFnOptions::default()
        };
        columns.book.register_custom_function("BY_ROW", options.clone(), Arc::new(by_row))?;
        columns.book.register_custom_function("BY_COLUMN", options, Arc::new(ByColumn))?;
        columns.fill(MILLION, formula)?;
        let value = columns.book.value(crate::workbook::SHEET, "C7")?;
        if !matches!(value, Value::Number(_)) {
            return Err(format!("{name}: C7 is {value:?}").into());
        }
        let name = format!("wb_builtin_vs_callback_vs_plugin_{name}_ms");
        figures.set(&name, repeat(|| columns.recalculate())? * 1e3);
        Ok(())
    };
    time("builtin", "=A1*B1+1", false)?;
    time("callback", "=BY_ROW(A1,B1)", false)?;
    time("batched_callback", "=BY_COLUMN(A1,B1)", false)?;
    time("wasmtime", "=MULADD(A1,B1)", false)?;
    time("wasmi", "=MULADD(A1,B1)", true)
}

fn by_row(args: &[Value]) -> std::result::Result<Value, ExcelError> {
    match args {
        [Value::Number(a), Value::Number(b)] => Ok(Value::Number(a * b + 1.0)),
        _ => Err(ExcelError::new_value()),
    }
}

struct ByColumn;

impl CustomFnHandler for ByColumn {
    fn call(&self, args: &[Value]) -> std::result::Result<Value, ExcelError> {
        by_row(args)
    }

    fn call_batch(
        &self,
        args: &BatchArguments<'_>,
    ) -> Option<std::result::Result<BatchOutput, ExcelError>> {
        let (BatchArgument::Column(a), BatchArgument::Column(b)) = (args.get(0)?, args.get(1)?)
        else {
            return None;
        };
        let (a, b) = (a.as_primitive_opt::<Float64Type>()?, b.as_primitive_opt::<Float64Type>()?);
        if a.null_count() + b.null_count() > 0 {
            return None;
        }
        let rows = a.values().iter().zip(b.values()).map(|(a, b)| a * b + 1.0);
        Some(Ok(BatchOutput::Array(Arc::new(Float64Array::from_iter_values(rows)))))
    }
}
