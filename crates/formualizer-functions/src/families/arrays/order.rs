//! The order of rows by columns of keys.
//!
//! Numbers come before texts, texts before `FALSE` and `TRUE`, then errors in the order of `ERROR.TYPE`; descending
//! is the reverse of it. Blanks come last either way, and what is equal keeps its order (Microsoft, "Sort data in a
//! range or table"; stored values of `SORT`). Each key column becomes a column of whole numbers in the same order,
//! so that rows are compared by numbers alone.

use crate::{
    cells::{CellRef, Cells},
    semantics::compare,
};
use arrow_array::Array as _;
use formualizer_common::ExcelErrorKind;
use std::cmp::Ordering;

/// A column of keys, and whether the largest comes first.
#[derive(Clone, Debug)]
pub(in crate::families) struct Key {
    pub(in crate::families) cells: Cells,
    pub(in crate::families) descending: bool,
}

/// The positions of the rows in their order: by the first key, then by the next. Without keys, as they are.
pub(in crate::families) fn order(keys: &[Key], rows: usize) -> Vec<u32> {
    let len = u32::try_from(rows).unwrap_or(u32::MAX);
    let columns: Vec<Vec<u64>> = keys.iter().map(numbered).collect();
    let Some((first, others)) = columns.split_first() else { return (0..len).collect() };
    let mut order: Vec<(u64, u32)> = first.iter().copied().zip(0..len).collect();
    if others.is_empty() {
        order.sort_unstable();
    } else {
        order.sort_unstable_by(|a, b| {
            let place = |column: &Vec<u64>, row: u32| column.get(row as usize).copied();
            let next = || others.iter().map(|c| place(c, a.1).cmp(&place(c, b.1)));
            let next = || next().find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
            a.0.cmp(&b.0).then_with(next).then(a.1.cmp(&b.1))
        });
    }
    order.into_iter().map(|(_, row)| row).collect()
}

/// Behind every other place.
const LAST: u64 = u64::MAX;

/// Whole numbers in the order of the cells.
fn numbered(key: &Key) -> Vec<u64> {
    let placed = |place: u64| if key.descending { LAST - 1 - place } else { place };
    match &key.cells {
        Cells::Blank(len) => vec![LAST; *len],
        Cells::Numbers(_, array) if array.null_count() == 0 => {
            array.values().iter().map(|n| placed(place_of(*n))).collect()
        }
        Cells::Numbers(_, array) => {
            array.iter().map(|n| n.map_or(LAST, |n| placed(place_of(n)))).collect()
        }
        Cells::Logicals(array) => {
            array.iter().map(|b| b.map_or(LAST, |b| placed(u64::from(b)))).collect()
        }
        Cells::Texts(_) | Cells::Mixed(_) => ranked(&key.cells)
            .into_iter()
            .map(|rank| rank.map_or(LAST, |rank| placed(u64::from(rank))))
            .collect(),
    }
}

/// A whole number in the order of finite numbers, below [`LAST`].
fn place_of(number: f64) -> u64 {
    // Negative zero is zero.
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The rank of each cell among them all, equal ones alike; `None` of blanks.
fn ranked(cells: &Cells) -> Vec<Option<u32>> {
    let mut bytes = Vec::new();
    let mut entries: Vec<(u64, u32)> = Vec::with_capacity(cells.len());
    let mut starts = Vec::with_capacity(cells.len() + 1);
    starts.push(0);
    let plain = matches!(cells, Cells::Texts(_));
    for (row, cell) in cells.iter().enumerate() {
        let start = bytes.len();
        let is_blank = encode(cell, plain, &mut bytes);
        starts.push(bytes.len());
        if let (false, Ok(row)) = (is_blank, u32::try_from(row)) {
            entries.push((prefix(&bytes[start..]), row));
        }
    }
    let rest = |row: u32| {
        let at = |row: usize| starts.get(row).copied().unwrap_or(bytes.len());
        bytes.get(at(row as usize)..at(row as usize + 1)).unwrap_or_default()
    };
    let compared =
        |a: &(u64, u32), b: &(u64, u32)| a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(rest(b.1)));
    entries.sort_unstable_by(compared);
    let mut ranks = vec![None; cells.len()];
    let (mut rank, mut before) = (0, None);
    for entry in &entries {
        if before.is_some_and(|before| compared(before, entry).is_ne()) {
            rank += 1;
        }
        before = Some(entry);
        if let Some(place) = ranks.get_mut(entry.1 as usize) {
            *place = Some(rank);
        }
    }
    ranks
}

/// The first eight bytes as a number.
fn prefix(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(first)
}

/// Adds bytes in the order of cells, without the kind where all are texts; whether the cell is blank.
fn encode(cell: CellRef<'_>, plain: bool, bytes: &mut Vec<u8>) -> bool {
    match cell {
        CellRef::Blank => return true,
        CellRef::Number(n, _) => {
            bytes.push(1);
            bytes.extend_from_slice(&place_of(n).to_be_bytes());
        }
        CellRef::Text(text) => {
            if !plain {
                bytes.push(2);
            }
            compare::text_key(text, bytes);
        }
        CellRef::Logical(b) => bytes.extend_from_slice(&[3, u8::from(b)]),
        CellRef::Error(kind, _) => bytes.extend_from_slice(&[4, number_of(kind)]),
    }
    false
}

/// The number that `ERROR.TYPE` gives an error.
fn number_of(kind: ExcelErrorKind) -> u8 {
    match kind {
        ExcelErrorKind::Null => 1,
        ExcelErrorKind::Div => 2,
        ExcelErrorKind::Value => 3,
        ExcelErrorKind::Ref => 4,
        ExcelErrorKind::Name => 5,
        ExcelErrorKind::Num => 6,
        ExcelErrorKind::Na => 7,
        ExcelErrorKind::Spill => 9,
        ExcelErrorKind::Calc => 14,
        _ => 15,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_texts_are_in_the_order_of_texts() {
        let texts = [
            "", " ", "a", "A", "á", "ab", "áb", "b", "e", "é", "ea", "éa", "1", "10", "-", "–",
            "z", "Ω", "ω", "日本", "日", "a b", "a-b", "\u{1}", "ß", "s", "naïve", "naive",
        ];
        let key = |text: &str| {
            let mut key = Vec::new();
            compare::text_key(text, &mut key);
            key
        };
        for a in texts {
            for b in texts {
                assert_eq!(key(a).cmp(&key(b)), compare::texts(a, b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn numbers_are_in_their_order() {
        let numbers = [f64::MIN, -2.0, -1e-300, 0.0, 1e-300, 1.0, f64::MAX];
        assert!(numbers.windows(2).all(|pair| place_of(pair[0]) < place_of(pair[1])));
        assert_eq!(place_of(-0.0), place_of(0.0));
        assert!(place_of(f64::MAX) < LAST - 1);
    }
}
