//! The fewest rows of a call that still show what the whole of it shows.

use super::case::Case;
use std::ops::Range;

/// Most calls that are spent on finding fewer rows.
const SHORTENINGS: usize = 200;

/// The fewest rows for which `shows` finds something, by leaving out halves, quarters and so on, and what it
/// finds there. `all` is what it finds in the whole case; `row` is a row that may do alone.
pub(crate) fn fewest<T>(
    case: &Case,
    all: T,
    row: Option<usize>,
    shows: impl Fn(&Case) -> Option<T>,
) -> (Case, T) {
    let of = |rows: &Range<usize>| shows(&case.part(rows.clone()));
    let mut rows = 0..case.rows();
    let mut found = all;
    let mut left = SHORTENINGS;
    // The row in question, alone, is what most cases come down to.
    if let Some(row) = row.filter(|row| *row < rows.end)
        && let Some(there) = of(&(row..row + 1))
    {
        (rows, found) = (row..row + 1, there);
    }
    let mut piece = rows.len() / 2;
    while piece > 0 && left > 0 {
        let shorter = [rows.start + piece..rows.end, rows.start..rows.end - piece];
        let there = shorter.into_iter().find_map(|part| {
            left = left.saturating_sub(1);
            of(&part).map(|found| (part, found))
        });
        match there {
            Some((part, there)) => {
                (rows, found) = (part, there);
                piece = piece.min(rows.len() / 2);
            }
            None => piece /= 2,
        }
    }
    (case.part(rows), found)
}
