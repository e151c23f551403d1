//! What cells depend on, and what has changed.

use crate::error;
use crate::workbook::{class::Workbook, core::Core, place::CellArg, report};
use formualizer_workbook::Snapshot as Values;
use pyo3::prelude::*;
use std::sync::{Arc, Weak};

// What `Workbook.snapshot` gives: see there.
/// The values of a workbook at a moment; see `Workbook.snapshot`.
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Snapshot {
    values: Arc<Values>,
    of: Weak<Core>,
}

#[pymethods]
impl Snapshot {
    fn __repr__(&self) -> &'static str {
        "<Snapshot>"
    }
}

#[pymethods]
impl Workbook {
    /// The ranges that the formula of a cell refers to, in the order in which they stand in it; none where it has no formula. Names and
    /// tables are the ranges that they stand for. What only evaluating it tells (`INDIRECT`, `OFFSET`) is not among them.
    fn precedents<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let ranges = self.quick(py, move |book| book.precedents(&sheet, cell))?;
        report::ranges(py, &ranges)
    }

    /// The cells whose formulas refer to a cell, as ranges: by sheet in order, then column and row. Not those that depend on it only by
    /// way of others, nor through `INDIRECT` and `OFFSET`.
    fn dependents<'py>(
        &self,
        py: Python<'py>,
        sheet: String,
        cell: CellArg,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let ranges = self.quick(py, move |book| book.dependents(&sheet, cell))?;
        report::ranges(py, &ranges)
    }

    /// The values as they are now, for `changed_since`. Their memory is the workbook's own until that changes.
    fn snapshot(&self, py: Python<'_>) -> PyResult<Snapshot> {
        let values = self.quick(py, |book| Ok(Arc::new(book.snapshot())))?;
        Ok(Snapshot { values, of: Arc::downgrade(self.core()) })
    }

    /// The ranges whose values are not what they were at a snapshot of this workbook, whatever changed them: by sheet in order, then
    /// column and row. Where more than a thousand ranges of a column changed, one from the first row to the last stands for them.
    /// Sheets that are gone have no ranges.
    ///
    /// Raises `ArgumentError` for a snapshot of another workbook.
    fn changed_since<'py>(
        &self,
        py: Python<'py>,
        snapshot: &Snapshot,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        if !std::ptr::eq(snapshot.of.as_ptr(), Arc::as_ptr(self.core())) {
            let message = "changed_since: this is a snapshot of another workbook";
            return Err(error::argument(py, "changed_since", message));
        }
        let values = snapshot.values.clone();
        let ranges = self.slow(py, move |book| Ok(book.changed_since(&values)))?;
        report::ranges(py, &ranges)
    }
}
