//! What a recalculation did, and how far it is.

use std::time::Duration;
use udf_columnar::Log;

/// What a recalculation did.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RecalcReport {
    /// Regions (rectangles of cells with the same formula) of which something was evaluated.
    pub regions: u64,
    /// Cells with a formula that were evaluated, each time counted.
    pub cells: u64,
    /// Cells whose values were filled by the array results of others.
    pub spilled_cells: u64,
    /// Calls of plugin functions and callbacks. A plugin over a million rows is one call.
    pub udf_calls: u64,
    /// Rows that these calls were given together.
    pub udf_rows: u64,
    /// What plugins logged, function by function, `NAME: ` before each line.
    pub log: Log,
    /// Times that everything concerned was gone through: more than one where array results came to be elsewhere.
    pub rounds: u32,
    /// Time of the whole recalculation.
    pub elapsed: Duration,
}

/// How far a recalculation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Regions that are done or were found to need nothing.
    pub regions_done: u64,
    /// Regions of this round.
    pub regions: u64,
    /// The round, from 1.
    pub round: u32,
}
