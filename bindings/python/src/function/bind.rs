//! Which argument is for which parameter.

use crate::{error, output::Errors};
use pyo3::{
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};
use udf_abi::manifest::Param;

/// The arguments of a call, and what it says itself about its result.
pub(crate) struct Asked<'py> {
    /// In the order of the parameters.
    pub(crate) objects: Vec<Option<Bound<'py, PyAny>>>,
    pub(crate) result: Wanted<'py>,
}

/// What a call wants for a result.
pub(crate) struct Wanted<'py> {
    pub(crate) errors: Errors,
    /// The type that an expression has, in its library's words.
    pub(crate) return_dtype: Option<Bound<'py, PyAny>>,
}

/// The arguments in the order of the parameters of a function, and what becomes of errors where the call says so.
///
/// # Errors
/// `ArgumentError` for names that are none of its, or given twice.
pub(crate) fn bind<'py>(
    function: &str,
    params: &[Param],
    args: &Bound<'py, PyTuple>,
    keywords: Option<&Bound<'py, PyDict>>,
    errors: Errors,
) -> PyResult<Asked<'py>> {
    let py = args.py();
    let mut bound: Vec<Option<Bound<'py, PyAny>>> = args.iter().map(Some).collect();
    let mut result = Wanted { errors, return_dtype: None };
    for (name, value) in keywords.into_iter().flat_map(|keywords| keywords.iter()) {
        let name = name.cast::<PyString>()?.to_cow()?.into_owned();
        let index = params
            .iter()
            .position(|p| p.name == name)
            .or_else(|| params.iter().position(|p| p.name.eq_ignore_ascii_case(&name)));
        match index {
            Some(index) if params[index].variadic => {
                let message = format!(
                    "{function}: `{name}` takes any number of values: pass them by position"
                );
                return Err(error::argument(py, function, &message));
            }
            Some(index) => {
                if bound.len() <= index {
                    bound.resize(index + 1, None);
                }
                if bound[index].is_some() {
                    let message = format!("{function}: `{name}` was given twice");
                    return Err(error::argument(py, function, &message));
                }
                bound[index] = Some(value);
            }
            None if name == "errors" => result.errors = Errors::of(&value, function)?,
            None if name == "return_dtype" => {
                result.return_dtype = Some(value).filter(|dtype| !dtype.is_none());
            }
            None => {
                let names: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
                let message = format!(
                    "{function} has no parameter `{name}`: it takes {} (and errors=)",
                    names.join(", ")
                );
                return Err(error::argument(py, function, &message));
            }
        }
    }
    Ok(Asked { objects: bound, result })
}
