//! The extension module `formualizer_udf._native`: plugins on Python's columns, and the workbook.
//!
//! `input/` brings what Python passes to columns, `call/` runs a function over them with the interpreter lock released,
//! `excel/` the same of Excel's functions, `output/` gives results in the caller's own type. Types of dataframe libraries are known to the Python side of the package
//! alone (`python/formualizer_udf/_frames`).

#![deny(unsafe_code)]

mod call;
mod error;
mod excel;
mod fork;
mod function;
mod input;
mod limits;
mod module;
mod number;
mod output;
mod runtime;
mod signature;
mod workbook;

use pyo3::prelude::*;

/// Called by the package when it is imported.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<limits::Limits>()?;
    module.add_class::<runtime::Runtime>()?;
    module.add_class::<module::Module>()?;
    module.add_class::<function::Function>()?;
    module.add_class::<excel::ExcelFunction>()?;
    excel::Functions::add_to(module)?;
    module.add_class::<input::Input>()?;
    module.add_class::<output::Outcome>()?;
    module.add_class::<output::Block>()?;
    module.add_function(wrap_pyfunction!(module::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(runtime::engines, module)?)?;
    module.add_function(wrap_pyfunction!(fork::after_fork_in_child, module)?)?;
    workbook::register(module)
}
