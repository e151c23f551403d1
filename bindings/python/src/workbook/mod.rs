//! `Workbook`.

use pyo3::prelude::*;

/// Adds what is here to the extension module.
pub(crate) fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
