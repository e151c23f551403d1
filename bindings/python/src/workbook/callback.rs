//! Python functions in formulas.

use super::{
    desk::{Desk, Slot, is_for_cell},
    value::{from_python, to_python},
    vector,
};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, DateSystem, ExcelError,
    ExcelErrorKind, Value,
};
use pyo3::{
    prelude::*,
    types::{PyList, PyTuple},
};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a message in a cell.
const MESSAGE_BYTES: usize = 500;
/// Rows that are brought to the waiting thread at once.
const ROWS: usize = 1024;
/// Rows between two looks whether the user wants to stop.
const LOOK: usize = 64;

/// A Python function that a workbook has bound.
pub(super) struct Callable {
    /// Gone once the garbage collector has taken the workbook apart.
    pub(super) function: Mutex<Option<Py<PyAny>>>,
    slot: Arc<Slot>,
    pub(super) dates: DateSystem,
    /// Called by the threads that recalculate, rather than by the one that waits for them.
    thread_safe: bool,
    vectorized: bool,
}

/// The same, for the workbook.
pub(super) struct Handler(pub(super) Arc<Callable>);

/// `#VALUE!` with this message.
pub(super) fn failed(message: &str) -> ExcelError {
    ExcelError::new(ExcelErrorKind::Value).with_message(cut(message))
}

fn cancelled() -> ExcelError {
    ExcelError::new(ExcelErrorKind::Cancelled).with_message("the recalculation was cancelled")
}

fn cut(text: &str) -> String {
    match text.len() <= MESSAGE_BYTES {
        true => text.to_owned(),
        false => format!("{}…", &text[..text.floor_char_boundary(MESSAGE_BYTES)]),
    }
}

/// An argument of many calls.
#[derive(Clone)]
enum Argument {
    /// The same in every row.
    Same(Value),
    Rows(Vec<Value>),
}

impl Callable {
    pub(super) fn new(
        function: Py<PyAny>,
        slot: Arc<Slot>,
        dates: DateSystem,
        thread_safe: bool,
        vectorized: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            function: Mutex::new(Some(function)),
            slot,
            dates,
            thread_safe,
            vectorized,
        })
    }

    pub(super) fn function<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, ExcelError> {
        let function = self.function.lock().unwrap_or_else(PoisonError::into_inner);
        let function = function.as_ref().map(|function| function.bind(py).clone());
        function.ok_or_else(|| failed("the function is gone"))
    }

    /// Does `work` where Python functions are called.
    pub(super) fn at_desk<R: Send + 'static>(
        &self,
        work: impl FnOnce(Python<'_>, &Desk) -> Result<R, ExcelError> + Send + 'static,
    ) -> Result<R, ExcelError> {
        let Some(desk) = self.slot.get() else { return Err(cancelled()) };
        if self.thread_safe {
            return Python::try_attach(|py| work(py, &desk)).unwrap_or_else(|| Err(cancelled()));
        }
        let of_call = desk.clone();
        desk.ask(move |py| work(py, &of_call)).unwrap_or_else(|| Err(cancelled()))
    }

    /// What a call gave, as a cell's value or error. What ends programs ends the recalculation.
    pub(super) fn settled<R>(
        &self,
        py: Python<'_>,
        desk: &Desk,
        outcome: PyResult<Result<R, ExcelError>>,
    ) -> Result<R, ExcelError> {
        match outcome {
            Ok(settled) => settled,
            Err(error) if is_for_cell(py, &error) => Err(failed(&told(py, &error))),
            Err(error) => {
                desk.raise(error);
                Err(cancelled())
            }
        }
    }

    /// One call.
    fn one<'py>(
        &self,
        function: &Bound<'py, PyAny>,
        arguments: Vec<Bound<'py, PyAny>>,
    ) -> PyResult<Result<Value, ExcelError>> {
        let result = function.call1(PyTuple::new(function.py(), arguments)?)?;
        self.result(&result)
    }

    /// The value that a function returned.
    pub(super) fn result(&self, result: &Bound<'_, PyAny>) -> PyResult<Result<Value, ExcelError>> {
        if result.is_instance_of::<PyList>() || result.is_instance_of::<PyTuple>() {
            return self.table(result);
        }
        if vector::holds_columns(result)? {
            return vector::table(result, self.dates);
        }
        let value = from_python(result, self.dates)?;
        Ok(value.map_err(|why| failed(&format!("the function returned what is no value: {why}"))))
    }

    /// An array: a list of rows, each a list of values.
    fn table(&self, list: &Bound<'_, PyAny>) -> PyResult<Result<Value, ExcelError>> {
        let refused = |what: String| Ok(Err(failed(&format!("the function returned {what}"))));
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for (index, row) in list.try_iter()?.enumerate() {
            let row = row?;
            if !row.is_instance_of::<PyList>() && !row.is_instance_of::<PyTuple>() {
                return refused(
                    "a flat list: return a list of rows, such as [[1, 2]] or [[1], [2]]".to_owned(),
                );
            }
            let mut values = Vec::new();
            for value in row.try_iter()? {
                match from_python(&value?, self.dates)? {
                    Ok(value) => values.push(value),
                    Err(why) => return refused(format!("what is no value in row {index}: {why}")),
                }
            }
            if let Some(first) = rows.first()
                && first.len() != values.len()
            {
                return refused(format!(
                    "rows of different lengths: row {index} has {} values, row 0 has {}",
                    values.len(),
                    first.len()
                ));
            }
            rows.push(values);
        }
        Ok(Ok(Value::Array(rows)))
    }

    /// A call for each of so many rows.
    fn each(
        &self,
        py: Python<'_>,
        desk: &Desk,
        arguments: &[Argument],
        rows: usize,
    ) -> Result<Vec<Value>, ExcelError> {
        let function = self.function(py)?;
        let python = |value: &Value| to_python(py, value);
        let same = arguments.iter().map(|argument| match argument {
            Argument::Same(value) => python(value).map(Some),
            Argument::Rows(_) => Ok(None),
        });
        let same = self.settled(py, desk, same.collect::<PyResult<Vec<_>>>().map(Ok))?;
        let mut results = Vec::with_capacity(rows);
        for row in 0..rows {
            if row % LOOK == LOOK - 1
                && let Err(error) = py.check_signals()
            {
                desk.raise(error);
            }
            if desk.cancel().is_cancelled() {
                return Err(cancelled());
            }
            let given =
                arguments.iter().zip(&same).map(|(argument, same)| match (argument, same) {
                    (_, Some(same)) => fresh(same),
                    (Argument::Rows(values), None) => {
                        python(values.get(row).unwrap_or(&Value::Empty))
                    }
                    (Argument::Same(value), None) => python(value),
                });
            let called = given
                .collect::<PyResult<Vec<_>>>()
                .and_then(|arguments| self.one(&function, arguments));
            results.push(match self.settled(py, desk, called) {
                Ok(value) => value,
                Err(error) => Value::Error(error),
            });
        }
        Ok(results)
    }
}

/// The same value for another call, which may change the lists that it gets.
fn fresh<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let Ok(rows) = value.cast::<PyList>() else { return Ok(value.clone()) };
    let copies = PyList::empty(value.py());
    for row in rows {
        copies.append(row.call_method0("copy")?)?;
    }
    Ok(copies.into_any())
}

/// What an exception says: its type and message.
fn told(py: Python<'_>, error: &PyErr) -> String {
    let class = error.get_type(py).name().map(|name| name.to_string()).unwrap_or_default();
    // A message may be anything, and fail itself.
    match error.value(py).str() {
        Ok(text) if !text.to_string_lossy().is_empty() => {
            format!("{class}: {}", text.to_string_lossy())
        }
        _ => class,
    }
}

impl CustomFnHandler for Handler {
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
        let (callable, args) = (self.0.clone(), args.to_vec());
        self.0.at_desk(move |py, desk| {
            let called = callable.function(py).map(|function| {
                let given = args.iter().map(|value| to_python(py, value));
                given.collect::<PyResult<Vec<_>>>().and_then(|args| callable.one(&function, args))
            });
            called.and_then(|outcome| callable.settled(py, desk, outcome))
        })
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        if self.0.vectorized {
            return vector::call(&self.0, args);
        }
        let mut results = Vec::with_capacity(args.rows());
        for start in (0..args.rows()).step_by(ROWS) {
            let rows = ROWS.min(args.rows() - start);
            let argument = |index: usize| match args.get(index) {
                Some(BatchArgument::Column(_)) => Argument::Rows(
                    (start..start + rows).map(|row| args.value(index, row)).collect(),
                ),
                _ => Argument::Same(args.value(index, 0)),
            };
            let arguments: Vec<Argument> = (0..args.len()).map(argument).collect();
            let callable = self.0.clone();
            let part = self.0.at_desk(move |py, desk| callable.each(py, desk, &arguments, rows));
            match part {
                Ok(values) => results.extend(values),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(BatchOutput::Values(results)))
    }

    fn takes_columns(&self) -> bool {
        self.0.vectorized
    }
}
