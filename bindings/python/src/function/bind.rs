//! Which argument is for which parameter.

use super::Function;
use crate::{error, output::Errors};
use pyo3::{
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};

impl Function {
    /// The arguments in the order of the parameters, and what becomes of errors.
    pub(super) fn bind<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<(Vec<Option<Bound<'py, PyAny>>>, Errors)> {
        let mut bound: Vec<Option<Bound<'py, PyAny>>> = args.iter().map(Some).collect();
        let mut errors = self.options.errors;
        let params = &self.signature.function().params;
        for (name, value) in keywords.into_iter().flat_map(|keywords| keywords.iter()) {
            let name = name.cast::<PyString>()?.to_cow()?.into_owned();
            let index = params
                .iter()
                .position(|p| p.name == name)
                .or_else(|| params.iter().position(|p| p.name.eq_ignore_ascii_case(&name)));
            match index {
                Some(index) if params[index].variadic => {
                    let message = format!(
                        "{}: `{name}` takes any number of values: pass them by position",
                        self.name()
                    );
                    return Err(error::argument(py, self.name(), &message));
                }
                Some(index) => {
                    if bound.len() <= index {
                        bound.resize(index + 1, None);
                    }
                    if bound[index].is_some() {
                        let message = format!("{}: `{name}` was given twice", self.name());
                        return Err(error::argument(py, self.name(), &message));
                    }
                    bound[index] = Some(value);
                }
                None if name == "errors" => errors = Errors::of(&value, self.name())?,
                None => {
                    let names: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
                    let message = format!(
                        "{} has no parameter `{name}`: it takes {} (and errors=)",
                        self.name(),
                        names.join(", ")
                    );
                    return Err(error::argument(py, self.name(), &message));
                }
            }
        }
        Ok((bound, errors))
    }
}
