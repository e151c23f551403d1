//! Excel's functions by name.

use super::ExcelFunction;
use crate::error;
use formualizer_functions::columns::Function;
use pyo3::{
    exceptions::PyAttributeError,
    prelude::*,
    types::{PyIterator, PyList},
};

/// Excel's functions on columns: `functions.NAME` and `functions["NAME"]`, in any case.
///
/// `_` stands for the `.` of a name, and at the end for nothing: `functions.NORM_S_DIST`, `functions.and_`. Functions that need the cells
/// of a workbook (`OFFSET`, `CELL`, …) or ask other programs are not among them; the exception says which.
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Functions;

#[pymethods]
impl Functions {
    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<ExcelFunction> {
        Function::find(name).map(ExcelFunction::new).map_err(|e| error::of_module(py, &e))
    }

    fn __getattr__(&self, py: Python<'_>, name: &str) -> PyResult<ExcelFunction> {
        // Python, and libraries, ask for names of their own; those are no functions.
        if name.starts_with('_') {
            return Err(PyAttributeError::new_err(name.to_owned()));
        }
        self.__getitem__(py, name)
    }

    fn __contains__(&self, name: &str) -> bool {
        Function::find(name).is_ok()
    }

    fn __len__(&self) -> usize {
        Function::all().count()
    }

    /// The names, in the order of the alphabet.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, names())?.try_iter()
    }

    fn __dir__(slf: &Bound<'_, Self>) -> PyResult<Vec<String>> {
        let own = slf.get_type().dir()?;
        let mut known: Vec<String> = own.iter().map(|n| n.extract()).collect::<PyResult<_>>()?;
        known.extend(names().into_iter().map(|name| name.replace('.', "_")));
        Ok(known)
    }

    fn __repr__(&self) -> String {
        format!("<Excel's functions: {}>", self.__len__())
    }

    /// Pickled by name: there is one of it.
    fn __reduce__(&self) -> &'static str {
        "functions"
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }
}

/// The names in the order of the alphabet.
fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Function::all().map(|function| function.name()).collect();
    names.sort_unstable();
    names
}

impl Functions {
    /// The one table of functions.
    pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add_class::<Self>()?;
        module.add("functions", Bound::new(module.py(), Self)?)
    }
}
