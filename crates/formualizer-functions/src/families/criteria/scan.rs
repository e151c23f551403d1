//! Which rows are found, by a look at every cell.

use super::asked::{Asked, Class};
use crate::{
    cells::Cells,
    indexes::groups::{narrow, wide},
    semantics::Question,
};
use arrow_array::Array as _;

/// The rows, of so many, that meet all criteria.
pub(super) fn rows(columns: &[Cells], asked: &[Asked<'_>], rows: usize) -> Vec<u32> {
    let mut pairs = columns.iter().zip(asked);
    let mut found = match pairs.next() {
        Some((cells, asked)) => first(cells, asked),
        None => (0..narrow(rows)).collect(),
    };
    for (cells, asked) in pairs {
        found.retain(|row| asked.matches(cells.get(wide(*row)).scalar()));
    }
    found
}

fn first(cells: &Cells, asked: &Asked<'_>) -> Vec<u32> {
    if let Cells::Numbers(_, array) = cells
        && array.null_count() == 0
    {
        let values = array.values();
        match (asked.class(), asked.question()) {
            (Class::Equal, Question::Number(n)) => return those(values, |cell| cell == n),
            (Class::Order((less, equal, bound)), _) => {
                return match (less, equal) {
                    (true, true) => those(values, |cell| cell <= bound),
                    (true, false) => those(values, |cell| cell < bound),
                    (false, true) => those(values, |cell| cell >= bound),
                    (false, false) => those(values, |cell| cell > bound),
                };
            }
            _ => {}
        }
    }
    let found = |row: &u32| asked.matches(cells.get(wide(*row)).scalar());
    (0..narrow(cells.len())).filter(found).collect()
}

fn those(values: &[f64], is: impl Fn(f64) -> bool) -> Vec<u32> {
    let rows = values.iter().enumerate().filter(|(_, n)| is(**n));
    rows.map(|(row, _)| narrow(row)).collect()
}
