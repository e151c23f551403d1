//! Columns of cells as Arrow arrays of one type.

use super::value_text;
use crate::cells::{CellRef, Cells, ConversionError, NumberKind, texts_of};
use arrow_array::{Array, ArrayRef, StringArray, cast::AsArray, types::Time64MicrosecondType};
use formualizer_common::DateSystem;
use std::sync::Arc;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The cells as an array: of their type where they are of one kind, otherwise as texts. Blanks are null, and errors are
/// where `errors_as_null`. Dates of which some have times are all of that type.
pub(super) fn array(
    cells: &Cells,
    dates: DateSystem,
    errors_as_null: bool,
) -> Result<ArrayRef, ConversionError> {
    let plain = match cells {
        Cells::Mixed(_) => of_one_kind(cells, errors_as_null),
        whole => whole.clone(),
    };
    match &plain {
        // A column without values is one of texts: not every reader knows the type of nothing.
        Cells::Blank(len) => Ok(Arc::new(StringArray::new_null(*len))),
        Cells::Mixed(_) => texts(&plain, dates),
        Cells::Numbers(kind, numbers) => {
            let array = plain.to_arrow(dates)?;
            let lost = match kind {
                // Within a day; rounding may reach the next one.
                NumberKind::Time => array
                    .as_primitive_opt::<Time64MicrosecondType>()
                    .is_none_or(|times| !times.iter().flatten().all(|us| (0..DAY).contains(&us))),
                _ => array.null_count() != numbers.null_count(),
            };
            if lost { texts(&plain, dates) } else { Ok(array) }
        }
        other => other.to_arrow(dates),
    }
}

/// The same cells, built again: what is beside them in the sheet does not count.
fn of_one_kind(cells: &Cells, errors_as_null: bool) -> Cells {
    let kept = |cell| match cell {
        CellRef::Error(..) if errors_as_null => CellRef::Blank,
        other => other,
    };
    let dated = cells.iter().map(kept).all(|cell| {
        matches!(cell, CellRef::Blank | CellRef::Number(_, NumberKind::Date | NumberKind::DateTime))
    });
    let timed = cells.iter().any(|cell| matches!(cell, CellRef::Number(_, NumberKind::DateTime)));
    Cells::of(cells.iter().map(|cell| match kept(cell) {
        CellRef::Number(n, NumberKind::Date) if dated && timed => {
            CellRef::Number(n, NumberKind::DateTime)
        }
        other => other,
    }))
}

fn texts(cells: &Cells, dates: DateSystem) -> Result<ArrayRef, ConversionError> {
    let text = |cell: CellRef<'_>| match cell {
        CellRef::Blank => None,
        other => Some(value_text(&other.value(dates))),
    };
    texts_of(cells.iter().map(text))
}
