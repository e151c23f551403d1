//! Recalculation: what changed, what depends on it, in which order, evaluated a region at a time.
//!
//! ```text
//! plan    … the regions that may be concerned, and which waits for which
//! run     … waves of regions that are ready, evaluated side by side, stored one after the other
//! finish  … what formulas give, as cells
//! sweep   … regions that read themselves or each other: cell by cell, circular references found
//! spill   … array results put in place
//! reader  … what formulas see of the book
//! report  … what a recalculation did
//! ```
//!
//! A plan is made of whole regions and may hold more than changes. While it runs, every stored
//! result that differs from the one before says which rows of its readers are to be calculated; a region
//! without such rows is left alone (cut-off). Values of formulas that were wrongly ordered because a spill came to be where
//! none was are calculated again in another round.

mod finish;
mod plan;
mod reader;
mod report;
mod run;
mod spill;
mod sweep;

pub use report::{Progress, RecalcReport};
pub(crate) use run::{Options, recalculate};
