//! The methods of `Workbook`, by subject.

mod cells;
mod data;
mod editing;
mod formulas;
mod functions;
mod plugins;
mod tracing;

pub(super) use tracing::Snapshot;
