//! What calls give as columns.

use super::input::DATES;
use crate::cells::{CellRef, Cells, NumberKind, code_of_kind, dates};
use arrow_array::{ArrayRef, BooleanArray, Float64Array, StringArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use std::sync::Arc;
use udf_abi::frame::tag;
use udf_columnar::{Column, Error, RowErrors};

/// The column of cells: of one type where all that are neither blank nor in error are of one kind, otherwise `any`.
/// Cells of which none holds anything are numbers that are null.
pub(super) fn column(cells: &Cells) -> Result<Column, Error> {
    let (cells, errors) = match cells {
        Cells::Mixed(mixed) => {
            let (filled, kinds) = (mixed.tags.iter(), tag::BLANK);
            let seen = filled.fold(0_u16, |seen, of| seen | 1 << of) & !(1 << kinds);
            let errors = errors_of(cells);
            match alike(mixed, seen & !(1 << tag::ERROR)) {
                Some(alike) => (alike, errors),
                None => return any(cells),
            }
        }
        other => (other.clone(), None),
    };
    let array: ArrayRef = match &cells {
        Cells::Blank(len) => Arc::new(Float64Array::new_null(*len)),
        Cells::Numbers(kind, array) => {
            return with(Column::try_new(numbers(shown(*kind, array), array)?)?, errors);
        }
        Cells::Logicals(array) => Arc::new(array.clone()),
        Cells::Texts(array) => Arc::new(array.clone()),
        Cells::Mixed(_) => return any(&cells),
    };
    with(Column::try_new(array)?, errors)
}

/// The cells, where numbers that are nothing else are of a kind.
pub(super) fn numbers_of_kind(cells: &Cells, kind: NumberKind) -> Cells {
    match cells {
        Cells::Numbers(NumberKind::Number, array) => Cells::Numbers(kind, array.clone()),
        Cells::Mixed(_) => Cells::of(cells.iter().map(|cell| match cell {
            CellRef::Number(number, NumberKind::Number) => CellRef::Number(number, kind),
            other => other,
        })),
        other => other.clone(),
    }
}

fn with(column: Column, errors: Option<RowErrors>) -> Result<Column, Error> {
    match errors {
        Some(errors) => column.with_errors(errors),
        None => Ok(column),
    }
}

fn any(cells: &Cells) -> Result<Column, Error> {
    cells.to_any_column(DATES).map_err(|error| super::input::invalid(error.into_parts().0))
}

fn numbers(kind: NumberKind, array: &Float64Array) -> Result<ArrayRef, Error> {
    let cells = Cells::Numbers(kind, array.clone());
    cells.to_arrow(DATES).map_err(|error| super::input::invalid(error.into_parts().0))
}

/// What numbers can be given as: dates that no calendar has and times beyond a day are no such.
fn shown(kind: NumberKind, array: &Float64Array) -> NumberKind {
    let all = |holds: fn(f64) -> bool| array.iter().flatten().all(holds);
    match kind {
        NumberKind::Date | NumberKind::DateTime
            if !all(|n| dates::days_of_serial(n, DATES).is_some()) =>
        {
            NumberKind::Number
        }
        NumberKind::Time if !all(|n| (0..86_400_000_000).contains(&dates::micros(n))) => {
            NumberKind::Duration
        }
        kind => kind,
    }
}

fn errors_of(cells: &Cells) -> Option<RowErrors> {
    let mut errors = RowErrors::builder(usize::MAX);
    for cell in cells.iter() {
        match cell {
            CellRef::Error(kind, message) => errors.push(code_of_kind(kind), message),
            _ => errors.push_none(1),
        }
    }
    errors.finish()
}

/// The cells as those of one kind, where the tags that were seen are of one.
fn alike(mixed: &crate::cells::Mixed, seen: u16) -> Option<Cells> {
    let bit = |of: u8| 1_u16 << of;
    let kind = match seen {
        0 => Some(NumberKind::Number),
        _ if seen == bit(tag::DATE) | bit(tag::DATETIME) => Some(NumberKind::DateTime),
        _ => NumberKind::ALL.into_iter().find(|kind| seen == bit(kind.tag())),
    };
    let holds = |of: u8| of != tag::BLANK && of != tag::ERROR;
    let there = BooleanBuffer::collect_bool(mixed.tags.len(), |row| holds(mixed.tags[row]));
    let nulls = Some(NullBuffer::new(there)).filter(|nulls| nulls.null_count() > 0);
    if let Some(kind) = kind {
        return Some(Cells::Numbers(kind, Float64Array::new(mixed.numbers.clone(), nulls)));
    }
    if seen == bit(tag::LOGICAL) {
        let bits =
            BooleanBuffer::collect_bool(mixed.numbers.len(), |row| mixed.numbers[row] != 0.0);
        return Some(Cells::Logicals(BooleanArray::new(bits, nulls)));
    }
    if seen == bit(tag::TEXT) {
        let (offsets, bytes, _) = mixed.texts.clone().into_parts();
        return StringArray::try_new(offsets, bytes, nulls).ok().map(Cells::Texts);
    }
    None
}
