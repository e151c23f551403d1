//! Functions written in Rust: by the cell, by the column, and with an array that spills.
//!
//! `cargo run -p formualizer-workbook --example callbacks`

use arrow_array::{Array, Float64Array, cast::AsArray, types::Float64Type};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, CustomFnOptions, Error,
    ExcelError, ExcelErrorKind, Value, Workbook,
};
use std::sync::Arc;

fn main() -> Result<(), Error> {
    for row in run()? {
        println!("{row:?}");
    }
    Ok(())
}

fn number(value: Option<&Value>) -> Result<f64, ExcelError> {
    match value {
        Some(Value::Number(number)) => Ok(*number),
        Some(Value::Empty) | None => Ok(0.0),
        // An error cell comes as a value. To hand it on is what most functions want.
        Some(Value::Error(error)) => Err(error.clone()),
        Some(other) => {
            Err(ExcelError::new(ExcelErrorKind::Value)
                .with_message(format!("{other} is no number")))
        }
    }
}

/// Fahrenheit of Celsius, a whole column at a time where it is a column of numbers.
struct Fahrenheit;

impl CustomFnHandler for Fahrenheit {
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
        Ok(Value::Number(number(args.first())? * 1.8 + 32.0))
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let BatchArgument::Column(column) = args.get(0)? else { return None };
        let celsius = column.as_primitive_opt::<Float64Type>()?;
        // Blanks and errors are left to `call`, row by row.
        if celsius.null_count() > 0 {
            return None;
        }
        let fahrenheit: Float64Array = celsius.unary(|c| c * 1.8 + 32.0);
        Some(Ok(BatchOutput::Array(Arc::new(fahrenheit))))
    }
}

/// The cells of the sheet, row by row.
pub(crate) fn run() -> Result<Vec<Vec<Value>>, Error> {
    let mut book = Workbook::new();
    book.add_sheet("S")?;
    let one = CustomFnOptions { min_args: 1, max_args: Some(1), ..CustomFnOptions::default() };

    // By the cell: any closure.
    let kelvin = |args: &[Value]| -> Result<Value, ExcelError> {
        Ok(Value::Number(number(args.first())? + 273.15))
    };
    book.register_custom_function("KELVIN", one.clone(), Arc::new(kelvin))?;

    // By the column. It keeps no state, so that several threads may call it at once.
    let options = CustomFnOptions { thread_safe: true, ..one.clone() };
    book.register_custom_function("FAHRENHEIT", options, Arc::new(Fahrenheit))?;

    // An array spills: here the divisors of a number, one below the other.
    let divisors = |args: &[Value]| -> Result<Value, ExcelError> {
        let n = number(args.first())?.clamp(0.0, 1e6) as u32;
        let divisors = (1..=n).filter(|d| n.is_multiple_of(*d));
        Ok(Value::Array(divisors.map(|d| vec![Value::Number(f64::from(d))]).collect()))
    };
    book.register_custom_function("DIVISORS", one, Arc::new(divisors))?;

    let celsius: Vec<Vec<Value>> =
        (0..4).map(|n| vec![Value::Number(f64::from(n) * 10.0)]).collect();
    book.set_values("S", "A1", &celsius)?;
    book.set_formulas("S", "B1:B4", "=KELVIN(A1)")?;
    book.set_formulas("S", "C1:C4", "=FAHRENHEIT(A1)")?;
    book.set_formula("S", "D1", "=DIVISORS(49)")?;
    book.recalculate()?;
    book.values("S", "A1:D4")
}
