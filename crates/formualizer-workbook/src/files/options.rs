//! What callers may choose.

use super::FileLimits;

/// How to load a workbook.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadOptions {
    /// What the file may cost.
    pub limits: FileLimits,
}

impl LoadOptions {
    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn limits(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// How to save a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SaveOptions {
    /// Values in place of formulas, so that no other program calculates them again.
    pub values_only: bool,
}

impl SaveOptions {
    /// Sets [`values_only`](Self::values_only).
    #[must_use]
    pub fn values_only(mut self, values_only: bool) -> Self {
        self.values_only = values_only;
        self
    }
}
