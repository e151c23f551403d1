//! Numbers that Python passes for options and limits.

use crate::error;
use pyo3::{exceptions::PyTypeError, prelude::*};
use std::time::Duration;

/// Seconds that stand for "no bound" where a duration is wanted.
const NEVER: f64 = 1e9;

/// An integer of a type; `of` is what the option belongs to.
///
/// # Errors
/// `ArgumentError` where the value is none, or does not fit.
pub(crate) fn integer<'py, T: FromPyObjectOwned<'py>>(
    of: &str,
    name: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<T> {
    let py = value.py();
    value.extract::<T>().map_err(|e| {
        let e: PyErr = e.into();
        let why = match e.is_instance_of::<PyTypeError>(py) {
            true => "give an integer",
            false => "this is out of range",
        };
        let shown = value.repr().map_or_else(|_| "?".to_owned(), |shown| shown.to_string());
        error::argument(py, of, &format!("{of}: {name}={shown}: {why}"))
    })
}

/// A positive number of seconds.
///
/// # Errors
/// `ArgumentError` where the value is none.
pub(crate) fn seconds(of: &str, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let given = value.extract::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = given.and_then(|s| Duration::try_from_secs_f64(s.min(NEVER)).ok());
    duration.filter(|duration| !duration.is_zero()).ok_or_else(|| {
        let shown = value.repr().map_or_else(|_| "?".to_owned(), |shown| shown.to_string());
        let why = format!("{of}: {name}={shown}: give a positive number of seconds");
        error::argument(value.py(), of, &why)
    })
}
