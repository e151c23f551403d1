//! Failures as the exceptions of `formualizer_udf.errors`.

use pyo3::{
    exceptions::{PyException, PyMemoryError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::PyTuple,
};
use std::io;
use udf_abi::ErrorCode;
use udf_columnar::{ErrorKind, OneLine};

/// The module with the exceptions.
static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

fn errors(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    let module = ERRORS.get_or_try_init(py, || {
        py.import(intern!(py, "formualizer_udf.errors")).map(Bound::unbind)
    })?;
    Ok(module.bind(py))
}

/// Whether an exception is a failure of other code's, to be told as one of this package: not what this package raised itself, Ctrl-C, or
/// memory that is short. A panic of a library that is written in Rust is one, though it is no `Exception`.
pub(crate) fn is_of_others(py: Python<'_>, raised: &PyErr) -> bool {
    let is_panic = raised.get_type(py).name().is_ok_and(|name| name == "PanicException");
    let is_failure = raised.is_instance_of::<PyException>(py) || is_panic;
    let own = errors(py).and_then(|errors| errors.getattr(intern!(py, "UdfError")));
    is_failure
        && !raised.is_instance_of::<PyMemoryError>(py)
        && !own.is_ok_and(|own| raised.is_instance(py, &own))
}

/// The exception where a result cannot be brought to its caller's type.
pub(crate) fn of_result(py: Python<'_>, raised: PyErr, function: &str) -> PyErr {
    if !is_of_others(py, &raised) {
        return raised;
    }
    let message =
        format!("{function}: the result has no counterpart among the caller's types: {raised}");
    let error = Exception::new("CallError", &message)
        .with(py, |made| made.setattr(intern!(py, "function"), function));
    error.set_cause(py, Some(raised));
    error
}

/// The exception of this class with a message, and attributes.
pub(crate) struct Exception<'a> {
    class: &'static str,
    message: &'a str,
}

impl<'a> Exception<'a> {
    pub(crate) fn new(class: &'static str, message: &'a str) -> Self {
        Self { class, message }
    }

    pub(crate) fn make(self, py: Python<'_>) -> PyErr {
        self.with(py, |_| Ok(()))
    }

    /// The exception after `fill` has set attributes of it. What goes wrong in between is raised instead.
    pub(crate) fn with(
        self,
        py: Python<'_>,
        fill: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<()>,
    ) -> PyErr {
        let made = || {
            let error = errors(py)?.getattr(self.class)?.call1((self.message,))?;
            fill(&error)?;
            Ok(error)
        };
        match made() {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }
}

/// The exception for a failure of a module, or of the call of `function`.
pub(crate) fn of_call(py: Python<'_>, error: &udf_columnar::Error, function: &str) -> PyErr {
    exception(py, error, Some(function))
}

/// The exception for a failure that belongs to no function.
pub(crate) fn of_module(py: Python<'_>, error: &udf_columnar::Error) -> PyErr {
    exception(py, error, None)
}

fn exception(py: Python<'_>, error: &udf_columnar::Error, function: Option<&str>) -> PyErr {
    let (class, is_call) = class_of(error.kind());
    let message = OneLine(error.message()).to_string();
    Exception::new(class, &message).with(py, |made| {
        if !error.details().is_empty() {
            let details = error.details().iter().map(|detail| OneLine(detail).to_string());
            made.setattr(intern!(py, "details"), PyTuple::new(py, details.collect::<Vec<_>>())?)?;
        }
        if let (true, Some(function)) = (is_call, function) {
            made.setattr(intern!(py, "function"), function)?;
        }
        if let ErrorKind::Function(code) = error.kind() {
            made.setattr(intern!(py, "code"), code.text())?;
        }
        Ok(())
    })
}

/// The class, and whether it is a `CallError`.
fn class_of(kind: ErrorKind) -> (&'static str, bool) {
    match kind {
        ErrorKind::InvalidModule => ("ModuleError", false),
        ErrorKind::InvalidManifest => ("ManifestError", false),
        ErrorKind::Unsupported => ("Unsupported", false),
        ErrorKind::UnknownFunction => ("UnknownFunction", false),
        ErrorKind::Arity | ErrorKind::InvalidArgument => ("ArgumentError", true),
        ErrorKind::TooLarge => ("TooLarge", true),
        ErrorKind::Function(_) => ("FunctionError", true),
        ErrorKind::Trap => ("Trap", true),
        ErrorKind::DeadlineExceeded => ("DeadlineExceeded", true),
        ErrorKind::Cancelled => ("Cancelled", true),
        ErrorKind::MemoryLimitExceeded => ("MemoryLimitExceeded", true),
        ErrorKind::StackExhausted => ("StackExhausted", true),
        ErrorKind::InvalidResult => ("InvalidResult", true),
        ErrorKind::Busy => ("Busy", true),
        _ => ("InternalError", false),
    }
}

/// The exception for arguments that do not fit.
pub(crate) fn argument(py: Python<'_>, function: &str, message: &str) -> PyErr {
    Exception::new("ArgumentError", message)
        .with(py, |made| made.setattr(intern!(py, "function"), function))
}

/// A row that failed.
#[derive(Clone, Debug)]
pub(crate) struct FailedRow {
    pub(crate) row: u64,
    pub(crate) code: ErrorCode,
    pub(crate) message: Option<String>,
}

/// The exception for `count` rows of `total` that failed, and the first of them.
pub(crate) fn rows(
    py: Python<'_>,
    function: &str,
    count: u64,
    total: u64,
    first: &[FailedRow],
) -> PyErr {
    let listed = first.iter().take(3).map(|failed| {
        let why =
            failed.message.as_deref().map(|m| format!(" ({})", OneLine(m))).unwrap_or_default();
        format!("row {}: {}{why}", failed.row, failed.code.text())
    });
    let listed: Vec<String> = listed.collect();
    let dots = if count > listed.len() as u64 { ", …" } else { "" };
    let message = format!(
        "{function} failed in {count} of {total} rows: {}{dots}; errors=\"null\" makes them null, errors=\"struct\" gives the errors beside the values",
        listed.join(", ")
    );
    Exception::new("RowsError", &message).with(py, |made| {
        let class = errors(py)?.getattr(intern!(py, "RowError"))?;
        let rows = first
            .iter()
            .map(|failed| class.call1((failed.row, failed.code.text(), &failed.message)))
            .collect::<PyResult<Vec<_>>>()?;
        made.setattr(intern!(py, "function"), function)?;
        made.setattr(intern!(py, "count"), count)?;
        made.setattr(intern!(py, "total"), total)?;
        made.setattr(intern!(py, "rows"), PyTuple::new(py, rows)?)
    })
}

/// The `OSError` of a file, such as `FileNotFoundError`; with `errno` where the system gave one.
pub(crate) fn of_file(py: Python<'_>, cause: Option<&io::Error>, text: &str) -> PyErr {
    let kind = cause.map_or(io::ErrorKind::Other, io::Error::kind);
    let made = PyErr::from(io::Error::new(kind, text));
    let errno = cause.and_then(io::Error::raw_os_error).filter(|_| cfg!(unix));
    match errno.map(|errno| made.value(py).setattr(intern!(py, "errno"), errno)) {
        Some(Err(error)) => error,
        _ => made,
    }
}

/// What the system said of a file, if that is where the error began.
fn cause<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e io::Error> {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.filter_map(|error| error.downcast_ref()).last()
}

/// The exception for what a workbook refused: an `OSError` where a file cannot be read or written.
pub(crate) fn of_workbook(py: Python<'_>, error: &formualizer_workbook::Error) -> PyErr {
    use formualizer_workbook::ErrorKind as K;
    if error.kind() == K::Io {
        return of_file(py, cause(error), &error.to_string());
    }
    let kind = match error.kind() {
        K::Address => "address",
        K::Sheet => "sheet",
        K::Formula => "formula",
        K::Name => "name",
        K::Function => "function",
        K::Plugin => "plugin",
        K::Data => "data",
        K::File => "file",
        K::Cancelled => "cancelled",
        K::Reentrant => "reentrant",
        _ => "other",
    };
    Exception::new("WorkbookError", &error.to_string())
        .with(py, |made| made.setattr(intern!(py, "kind"), kind))
}

/// The exception where this package itself is at fault.
pub(crate) fn internal(py: Python<'_>, message: &str) -> PyErr {
    Exception::new("InternalError", message).make(py)
}
