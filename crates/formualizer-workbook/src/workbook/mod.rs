//! The public workbook.

mod check;
mod columns;
#[cfg(feature = "files")]
mod data;
mod formulas;
mod functions;
mod moving;
mod names;
#[cfg(feature = "files")]
mod open;
mod paste;
mod place;
mod recalculate;
mod report;
#[cfg(feature = "files")]
mod save;
mod sheets;
mod state;
mod structure;
mod trace;
mod transaction;
mod undo;
mod values;
mod watch;

pub use check::FormulaCheck;
#[cfg(feature = "files")]
pub use data::ImportReport;
pub use names::TableOptions;
pub use place::{IntoCell, IntoRange};
pub use recalculate::RecalcOptions;
pub use report::{ErrorCell, ErrorSummary, ErrorsOfKind, UnknownFunction, builtin_functions};
#[cfg(feature = "files")]
pub use save::SaveReport;
pub use structure::IntoColumn;
pub use trace::SheetRange;
pub use values::IntoValue;
pub use watch::Snapshot;

use crate::{
    address::{Cell, Rect, SheetId},
    book::Book,
    error::Error,
    functions::WasmPluginManager,
};
use formualizer_common::DateSystem;
use undo::History;

/// Sheets of values and formulas, recalculated a column at a time.
///
/// Cells are named in A1 notation (`"B2"`) or as `(row, column)` from 1, ranges as `"A1:B10"`, `"A:A"` or
/// `"1:3"`. An edit costs no more than storing it: values of formulas are brought up to date by
/// [`recalculate`](Self::recalculate).
///
/// ```
/// use formualizer_workbook::{Value, Workbook};
///
/// let mut book = Workbook::new();
/// book.add_sheet("Sheet1")?;
/// book.set_value("Sheet1", "A1", 2.0)?;
/// book.set_value("Sheet1", "A2", 3.0)?;
/// book.set_formula("Sheet1", "B1", "=A1*10")?;
/// book.fill_down("Sheet1", "B1:B2")?;
/// book.recalculate()?;
/// assert_eq!(book.value("Sheet1", "B2")?, Value::Number(30.0));
/// # Ok::<(), formualizer_workbook::Error>(())
/// ```
#[derive(Debug)]
pub struct Workbook {
    book: Book,
    plugins: WasmPluginManager,
    /// Number of recalculations so far.
    epoch: u64,
    seed: u64,
    history: History,
    /// What the file that it was loaded from says and was not taken over.
    load_warnings: Vec<String>,
}

impl Default for Workbook {
    fn default() -> Self {
        Self::new()
    }
}

impl Workbook {
    /// A workbook without sheets; dates count from 1900.
    #[must_use]
    pub fn new() -> Self {
        Self::with_date_system(DateSystem::Excel1900)
    }

    /// A workbook without sheets whose dates count from 1900 or 1904.
    #[must_use]
    pub fn with_date_system(dates: DateSystem) -> Self {
        Self {
            book: Book::new(dates),
            plugins: WasmPluginManager::default(),
            epoch: 0,
            seed: 0,
            history: History::default(),
            load_warnings: Vec::new(),
        }
    }

    /// Whether dates count from 1900 or 1904.
    #[must_use]
    pub fn date_system(&self) -> DateSystem {
        self.book.dates
    }

    /// The sheet and the cell of an argument.
    fn cell_of(&self, sheet: &str, cell: impl IntoCell) -> Result<(SheetId, Cell), Error> {
        Ok((self.book.known_sheet(sheet)?, place::cell(cell)?))
    }

    /// The sheet and the range of an argument.
    fn range_of(&self, sheet: &str, range: impl IntoRange) -> Result<(SheetId, Rect), Error> {
        Ok((self.book.known_sheet(sheet)?, place::range(range)?))
    }
}
