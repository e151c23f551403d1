//! Recalculation: what changed, what depends on it, in which order, evaluated a region at a time.
//!
//! ```text
//! plan      … the regions that may be concerned, and which waits for which
//! run       … waves of regions that are ready, evaluated side by side, stored one after the other
//! finish    … what formulas give, as cells
//! downward  … regions that read their own cells above the formula
//! component … regions that may wait for each other: cell by cell, circular references found
//! iteration … circular references calculated in steps
//! reading   … what a cell of these sees, and what it waits for
//! closure   … which rows of these are concerned
//! spill     … array results put in place
//! reader    … what formulas see of the book
//! report    … what a recalculation did
//! ```
//!
//! What a workbook holds after a recalculation depends on its contents alone, not on how it came to be. A plan is made
//! of whole regions and may hold more than changes. It has everything that may wait for what changed: readers of its cells, readers of
//! cells that arrays could fill, arrays behind it that want the same cells. While it runs, every stored
//! result that differs from the one before says which rows of its readers are to be calculated; a region
//! without such rows is left alone (cut-off). What waits for each other is evaluated from nothing, as if it were new.

mod closure;
mod component;
mod downward;
mod finish;
mod iteration;
mod plan;
mod reader;
mod reading;
mod report;
mod run;
mod spill;

pub use iteration::Iteration;
pub use report::{Progress, RecalcReport};
pub(crate) use run::{Options, recalculate};
