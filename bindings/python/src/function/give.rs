//! Results as the caller's own types.

use crate::{
    input::Kind,
    output::{Errors, Outcome, Shape},
};
use pyo3::{intern, prelude::*};

/// Whose type the result of a call takes, by its arguments so far and one more.
///
/// # Errors
/// Where two frames do not go together: pandas has an index. `join` gives what decides instead of the first, if anything does.
pub(super) fn whose(
    py: Python<'_>,
    so_far: Option<Kind>,
    next: Option<Kind>,
) -> PyResult<Option<Kind>> {
    Ok(match (so_far, next) {
        (Some(Kind::Foreign(first)), Some(Kind::Foreign(other))) => {
            let other = first.bind(py).call_method1(intern!(py, "join"), (other,))?;
            Some(Kind::Foreign(if other.is_none() { first } else { other.unbind() }))
        }
        (None, next) => next,
        // A list or an array beside a Series is a mere column of values.
        (Some(Kind::List), Some(next)) => Some(next),
        (Some(Kind::Numpy), Some(Kind::Foreign(next))) => Some(Kind::Foreign(next)),
        (so_far, _) => so_far,
    })
}

/// The outcome as the caller's own type.
pub(crate) fn give<'py>(
    py: Python<'py>,
    outcome: Outcome,
    kind: Option<Kind>,
    errors: Errors,
    json: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let with_errors = errors == Errors::Struct;
    let kind = match (outcome.shape(), kind) {
        (Shape::Value, _) => None,
        // No column was passed: one value, or a list of rows.
        (Shape::Column, None) => None,
        (Shape::Table, None) if json && outcome.is_single() => None,
        (Shape::Table, None) => Some(Kind::List),
        (_, kind) => kind,
    };
    let Some(kind) = kind else {
        return match with_errors {
            true => Ok(outcome.value_and_error(py)?.into_any()),
            false => outcome.value(py),
        };
    };
    let simple = outcome.shape() == Shape::Column && !with_errors;
    let frames = |name: &str| py.import("formualizer_udf._frames")?.getattr(name);
    match kind {
        Kind::Numpy if simple => outcome.into_numpy(py),
        Kind::List if simple => Ok(outcome.objects_of_first(py)?.into_any()),
        Kind::Numpy => frames("wrap_numpy")?.call1((outcome, with_errors)),
        Kind::List => frames("wrap_list")?.call1((outcome, with_errors)),
        Kind::Arrow { like, chunked } => {
            frames("wrap_arrow")?.call1((outcome, with_errors, like, chunked))
        }
        Kind::Foreign(wrap) => {
            wrap.bind(py).call_method1(intern!(py, "wrap"), (outcome, with_errors))
        }
    }
}
