//! `Workbook`.
//!
//! ```text
//! class      what Python sees; its methods by subject in methods
//! core       the workbook itself, and how work gets to it: here, on a pool's thread, or on an edit's
//!   gate     who may use it now
//!   desk     the thread that waits for a recalculation calls the Python functions
//!   pools    threads for work that waits for Python
//! recalc     options and outcome of a recalculation
//! edit       several edits as one: `with workbook.edit(): …`
//! callback   Python functions in formulas, a cell at a time
//!   vector   … or a column at a time
//! frame      dataframes in and out
//! place, value, report, plugin    arguments and results
//! ```

mod callback;
mod class;
mod core;
mod desk;
mod edit;
mod frame;
mod gate;
mod methods;
mod place;
mod plugin;
mod pools;
mod recalc;
mod report;
mod value;
mod vector;

use crate::error::Exception;
use pyo3::{intern, prelude::*};

/// Adds what is here to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<class::Workbook>()?;
    module.add_class::<edit::Edit>()?;
    module.add_class::<methods::Snapshot>()
}

/// A `WorkbookError` of a kind.
fn refuse(py: Python<'_>, kind: &str, message: &str) -> PyErr {
    Exception::new("WorkbookError", message)
        .with(py, |made| made.setattr(intern!(py, "kind"), kind))
}
