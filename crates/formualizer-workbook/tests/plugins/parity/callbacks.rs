//! The callbacks of the cases.

use super::values::read;
use arrow_array::{Array, ArrayRef, Float64Array, cast::AsArray, types::Float64Type};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, ExcelError, ExcelErrorKind, Value,
    Workbook,
};
use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicU64, Ordering},
};

type Given = Result<Value, ExcelError>;
type Handler = Arc<dyn CustomFnHandler>;

fn thrown(words: impl Into<String>) -> ExcelError {
    ExcelError::new(ExcelErrorKind::Value).with_message(words)
}

/// The callback of this description, in the workbook that calls it.
pub(super) fn named(does: &str, vectorized: bool, book: &Weak<Mutex<Workbook>>) -> Handler {
    let (what, rest) = does.split_once(": ").unwrap_or((does, ""));
    let rest = rest.to_owned();
    if vectorized {
        return Arc::new(Columns { what: what.to_owned(), words: rest });
    }
    match what {
        "double" => of(|args| double(&args[0])),
        "adds" => of(|args| Ok(Value::Number(args.iter().map(sum).sum()))),
        "shows" => of(|args| Ok(Value::Text(args.iter().map(shown).collect::<Vec<_>>().join(";")))),
        "rows" => of(|_| {
            let row = |a, b| vec![Value::Number(a), Value::Number(b)];
            Ok(Value::Array(vec![row(1.0, 2.0), row(3.0, 4.0)]))
        }),
        "answers" => {
            let value = read(&serde_json::from_str(&rest).unwrap());
            of(move |_| Ok(value.clone()))
        }
        "throws" => of(move |_| Err(thrown(rest.clone()))),
        "picks" => of(|args| match &args[0] {
            Value::Number(n) if *n < 0.0 => Err(thrown(format!("{n} is negative"))),
            other => Ok(other.clone()),
        }),
        "counts" => {
            let calls = AtomicU64::new(0);
            of(move |_| Ok(Value::Number((calls.fetch_add(1, Ordering::Relaxed) + 1) as f64)))
        }
        "reenters" => {
            let book = book.clone();
            // Whoever has a workbook in Rust has it alone while it is recalculated.
            let refused = move || match book.upgrade().unwrap().try_lock() {
                Ok(_) => "went through",
                Err(_) => "reentrant",
            };
            of(move |_| Ok(Value::Text([refused(), refused(), refused()].join(","))))
        }
        "elsewhere" => of(|args| {
            let squared = || {
                let mut book = Workbook::new();
                book.add_sheet("S")?;
                book.set_value("S", "A1", args[0].clone())?;
                book.set_formula("S", "B1", "=A1*A1")?;
                book.recalculate()?;
                book.value("S", "B1")
            };
            squared().map_err(|error: formualizer_workbook::Error| thrown(error.to_string()))
        }),
        _ => panic!("no callback does {does:?}"),
    }
}

fn of(function: impl Fn(&[Value]) -> Given + Send + Sync + 'static) -> Handler {
    Arc::new(function)
}

fn double(value: &Value) -> Given {
    match value {
        Value::Number(n) => Ok(Value::Number(n * 2.0)),
        Value::Empty => Ok(Value::Number(0.0)),
        Value::Error(error) => Err(error.clone()),
        _ => Err(thrown("not a number")),
    }
}

fn sum(value: &Value) -> f64 {
    match value {
        Value::Number(n) => *n,
        Value::Array(rows) => rows.iter().flatten().map(sum).sum(),
        _ => 0.0,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Empty => "blank".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Boolean(truth) => truth.to_string().to_uppercase(),
        Value::Error(error) => error.kind.to_string(),
        Value::Array(rows) => {
            let row = |row: &Vec<Value>| row.iter().map(shown).collect::<Vec<_>>().join(",");
            format!("[{}]", rows.iter().map(row).collect::<Vec<_>>().join(";"))
        }
        other => panic!("callbacks are given no {other:?}"),
    }
}

/// A callback of columns.
struct Columns {
    what: String,
    words: String,
}

/// A column's numbers.
fn numbers(column: &ArrayRef) -> Result<Float64Array, ExcelError> {
    match column.as_primitive_opt::<Float64Type>() {
        Some(numbers) => Ok(numbers.clone()),
        None if column.logical_null_count() == column.len() => {
            Ok(Float64Array::new_null(column.len()))
        }
        None => Err(thrown("not a number")),
    }
}

impl Columns {
    /// The argument in a row, as far as it is a number.
    fn term(argument: &BatchArgument, row: usize) -> Result<Option<f64>, ExcelError> {
        Ok(match argument {
            BatchArgument::Omitted => Some(0.0),
            BatchArgument::Scalar(value) => Some(sum(value)),
            BatchArgument::Column(column) => {
                let numbers = numbers(column)?;
                numbers.is_valid(row).then(|| numbers.value(row))
            }
            BatchArgument::Range(columns) => {
                let sums =
                    columns.iter().map(|column| Ok(numbers(column)?.iter().flatten().sum::<f64>()));
                Some(sums.sum::<Result<f64, ExcelError>>()?)
            }
        })
    }

    fn batch(&self, args: &BatchArguments<'_>) -> Result<Float64Array, ExcelError> {
        let given: Vec<BatchArgument> = (0..args.len()).filter_map(|at| args.get(at)).collect();
        match (self.what.as_str(), given.as_slice()) {
            ("double", [BatchArgument::Column(column)]) => {
                Ok(numbers(column)?.unary::<_, Float64Type>(|n| n * 2.0))
            }
            ("adds", given) => {
                let row = |row| -> Result<Option<f64>, ExcelError> {
                    let terms = given.iter().map(|argument| Self::term(argument, row));
                    Ok(terms.collect::<Result<Vec<_>, ExcelError>>()?.into_iter().sum())
                };
                (0..args.rows()).map(row).collect()
            }
            ("throws", _) => Err(thrown(self.words.clone())),
            ("short", _) => Ok(Float64Array::new_null(args.rows().saturating_sub(1))),
            ("missing", _) => Ok(Float64Array::new_null(args.rows())),
            (what, given) => panic!("no callback of columns does {what:?} with {given:?}"),
        }
    }
}

impl CustomFnHandler for Columns {
    fn call(&self, args: &[Value]) -> Given {
        match self.what.as_str() {
            "double" => double(&args[0]),
            "adds" => Ok(Value::Number(args.iter().map(sum).sum())),
            "throws" => Err(thrown(self.words.clone())),
            "missing" => Ok(Value::Empty),
            what => panic!("no callback of columns does {what:?} by the cell"),
        }
    }

    fn takes_columns(&self) -> bool {
        true
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let varies = |at| matches!(args.get(at), Some(BatchArgument::Column(_)));
        if !(0..args.len()).any(varies) {
            return None;
        }
        Some(self.batch(args).map(|column| BatchOutput::Array(Arc::new(column))))
    }
}
