//! A column of a sheet: vectors one below the other; rows between them are blank.
//!
//! A region's results or an Arrow array that was set are one vector each. An edit of one cell within a vector splits it, which
//! copies nothing; cells written one after the other are collected in a vector that can still grow.
//! [`Column::compact`] joins what edits have scattered once it is too much.

use crate::{
    ExcelErrorKind,
    cells::{Builder, CellRef, Cells},
};
use std::{collections::BTreeMap, ops::Range};
use udf_abi::frame::tag;

/// More pieces than this are joined by [`Column::compact`], unless they are long on average.
const MANY: usize = 64;
/// Average rows of a piece from which any number of them is fine.
const LONG: usize = 4096;
/// A piece at most this long is copied when a cell is written into or behind it.
const SHORT: usize = 256;

/// The cells of a column from the first row on; blank below the last piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    /// By their first rows: writing in any order costs the same. None is empty, and none goes over the next.
    pieces: BTreeMap<u32, Cells>,
}

#[expect(clippy::cast_possible_truncation, reason = "a sheet has at most 2^20 rows")]
fn length(cells: &Cells) -> u32 {
    cells.len() as u32
}

impl Column {
    /// The piece that holds a row, with its first row.
    fn piece_at(&self, row: u32) -> Option<(u32, &Cells)> {
        let (top, cells) = self.pieces.range(..=row).next_back()?;
        (row < top + length(cells)).then_some((*top, cells))
    }

    /// The pieces that hold some of the rows, from above to below.
    fn pieces_in(&self, rows: Range<u32>) -> impl Iterator<Item = (u32, &Cells)> {
        let first = self.piece_at(rows.start).map_or(rows.start, |(top, _)| top);
        self.pieces.range(first..rows.end.max(first)).map(|(top, cells)| (*top, cells))
    }

    pub(crate) fn get(&self, row: u32) -> CellRef<'_> {
        match self.piece_at(row) {
            Some((top, cells)) => cells.get((row - top) as usize),
            None => CellRef::Blank,
        }
    }

    /// Rows of the column; no copy where one piece holds them.
    pub(crate) fn cells(&self, rows: Range<u32>) -> Cells {
        let mut parts = Vec::new();
        let mut next = rows.start;
        for (top, cells) in self.pieces_in(rows.clone()) {
            if top > next {
                parts.push(Cells::Blank((top - next) as usize));
                next = top;
            }
            let end = (top + length(cells)).min(rows.end);
            let (from, len) = ((next - top) as usize, (end - next) as usize);
            parts.push(match from == 0 && len == cells.len() {
                true => cells.clone(),
                false => cells.slice(from, len),
            });
            next = end;
        }
        if next < rows.end {
            parts.push(Cells::Blank((rows.end - next) as usize));
        }
        match parts.len() {
            1 => parts.swap_remove(0),
            _ => Cells::concat(&parts),
        }
    }

    pub(crate) fn set(&mut self, row: u32, value: CellRef<'_>) {
        if !self.take_in(row, value) {
            self.set_cells(row, Cells::repeat(value, 1));
        }
    }

    /// Writes a cell into a short piece, right behind or right before one: copied, so that cell-by-cell writing makes few pieces,
    /// in whichever order. `false` where there is none.
    fn take_in(&mut self, row: u32, value: CellRef<'_>) -> bool {
        let short = |(top, cells): (u32, &Cells)| (cells.len() < SHORT).then_some(top);
        let target = match self.piece_at(row) {
            Some(piece) => short(piece),
            None if value == CellRef::Blank => return true,
            None => {
                let above = row.checked_sub(1).and_then(|row| self.piece_at(row));
                let below = || Some((row + 1, self.pieces.get(&(row + 1))?));
                above.and_then(short).or_else(|| below().and_then(short))
            }
        };
        let Some(top) = target else { return false };
        let Some(cells) = self.pieces.remove(&top) else { return false };
        let mut builder = Builder::with_capacity(cells.len() + 1);
        if row < top {
            builder.push(value);
            cells.iter().for_each(|cell| builder.push(cell));
        } else {
            let offset = (row - top) as usize;
            for (index, cell) in cells.iter().enumerate() {
                builder.push(if index == offset { value } else { cell });
            }
            if offset == cells.len() {
                builder.push(value);
            }
        }
        self.pieces.insert(top.min(row), builder.finish());
        self.drop_blank_end();
        true
    }

    /// Replaces the rows from `top` on that `cells` has.
    pub(crate) fn set_cells(&mut self, top: u32, cells: Cells) {
        if cells.is_empty() {
            return;
        }
        let end = top + length(&cells);
        self.part_at(top);
        self.part_at(end);
        let old: Vec<u32> = self.pieces.range(top..end).map(|(top, _)| *top).collect();
        for top in old {
            self.pieces.remove(&top);
        }
        if !matches!(cells, Cells::Blank(_)) {
            self.pieces.insert(top, cells);
        }
        self.drop_blank_end();
    }

    /// The vectors with their first rows.
    pub(crate) fn vectors(&self) -> impl Iterator<Item = (u32, &Cells)> {
        self.pieces.iter().map(|(top, cells)| (*top, cells))
    }

    /// The rows whose cells are not those of another column. What both share in memory is not looked at.
    pub(crate) fn different_rows(&self, other: &Self) -> Vec<Range<u32>> {
        let mut bounds = vec![0];
        for (top, cells) in self.vectors().chain(other.vectors()) {
            bounds.extend([top, top + length(cells)]);
        }
        bounds.sort_unstable();
        bounds.dedup();
        let mut rows: Vec<Range<u32>> = Vec::new();
        for pair in bounds.windows(2) {
            let (start, end) = (pair[0], pair[1]);
            let (own, others) = (self.cells(start..end), other.cells(start..end));
            if own.is_same_memory(&others) || own.same(&others) {
                continue;
            }
            let differs = |row: &u32| {
                let at = (row - start) as usize;
                own.get(at) != others.get(at)
            };
            for row in (start..end).filter(differs) {
                match rows.last_mut() {
                    Some(last) if last.end == row => last.end += 1,
                    _ => rows.push(row..row + 1),
                }
            }
        }
        rows
    }

    /// Moves the rows from `at` on down by `count`.
    pub(crate) fn insert(&mut self, at: u32, count: u32) {
        self.part_at(at);
        let below = self.pieces.split_off(&at);
        self.pieces.extend(below.into_iter().map(|(top, cells)| (top + count, cells)));
    }

    /// Takes `count` rows out and moves those below up.
    pub(crate) fn delete(&mut self, at: u32, count: u32) {
        let end = at.saturating_add(count);
        self.part_at(at);
        self.part_at(end);
        let mut gone = self.pieces.split_off(&at);
        let below = gone.split_off(&end);
        self.pieces.extend(below.into_iter().map(|(top, cells)| (top - count, cells)));
        self.drop_blank_end();
    }

    /// Lets a piece begin at `row` where one goes over it.
    fn part_at(&mut self, row: u32) {
        let Some((top, cells)) = self.piece_at(row).filter(|(top, _)| *top < row) else { return };
        let above = (row - top) as usize;
        let below = cells.slice(above, cells.len() - above);
        let cells = cells.slice(0, above);
        self.pieces.insert(top, cells);
        self.pieces.insert(row, below);
    }

    fn drop_blank_end(&mut self) {
        while self.pieces.last_key_value().is_some_and(|(_, cells)| cells.is_blank()) {
            self.pieces.pop_last();
        }
    }

    /// The end of the rows that hold anything.
    pub(crate) fn used(&self) -> u32 {
        let Some((top, cells)) = self.pieces.last_key_value() else { return 0 };
        let last = match cells {
            // The usual case: nothing is blank.
            Cells::Numbers(_, array) if arrow_array::Array::null_count(array) == 0 => {
                return top + length(cells);
            }
            cells => (0..cells.len()).rev().find(|row| cells.get(*row) != CellRef::Blank),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a sheet has at most 2^20 rows")]
        last.map_or(*top, |last| top + last as u32 + 1)
    }

    pub(crate) fn first_filled(&self, rows: Range<u32>) -> Option<u32> {
        self.pieces_in(rows.clone()).find_map(|(top, cells)| {
            let (from, end) = (top.max(rows.start), (top + length(cells)).min(rows.end));
            (from..end).find(|row| cells.get((row - top) as usize) != CellRef::Blank)
        })
    }

    /// Whether every one of some rows is known to hold something, vector by vector. `false` says nothing.
    pub(crate) fn is_full(&self, rows: &Range<u32>) -> bool {
        let mut next = rows.start;
        for (top, cells) in self.pieces_in(rows.clone()) {
            let full = match cells {
                Cells::Numbers(_, array) => arrow_array::Array::null_count(array) == 0,
                Cells::Logicals(array) => arrow_array::Array::null_count(array) == 0,
                Cells::Texts(array) => arrow_array::Array::null_count(array) == 0,
                _ => false,
            };
            if next >= rows.end || top > next || !full {
                break;
            }
            next = top + length(cells);
        }
        next >= rows.end
    }

    /// Rows in error, from the first on. Only vectors of several kinds are looked through: no other holds errors.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (u32, ExcelErrorKind)> + '_ {
        self.vectors().flat_map(|(top, cells)| {
            let mixed = match cells {
                Cells::Mixed(mixed) => Some(mixed),
                _ => None,
            };
            let rows = mixed.into_iter().flat_map(|mixed| {
                let rows = mixed.tags.iter().enumerate().filter(|(_, kind)| **kind == tag::ERROR);
                rows.map(|(row, _)| (row, cells.get(row)))
            });
            rows.filter_map(move |(row, cell)| match cell {
                CellRef::Error(kind, _) => Some((top + u32::try_from(row).ok()?, kind)),
                _ => None,
            })
        })
    }

    pub(crate) fn compact(&mut self) {
        let rows: usize = self.pieces.values().map(Cells::len).sum();
        if self.pieces.len() > MANY && rows / self.pieces.len() < LONG {
            let top = self.pieces.first_key_value().map_or(0, |(top, _)| *top);
            let end = self.pieces.last_key_value().map_or(0, |(top, cells)| top + length(cells));
            self.pieces = BTreeMap::from([(top, self.cells(top..end))]);
        }
    }

    pub(crate) fn memory_size(&self) -> usize {
        self.pieces.values().map(Cells::memory_size).sum()
    }

    #[cfg(test)]
    fn pieces(&self) -> usize {
        self.pieces.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(column: &Column, rows: Range<u32>) -> Vec<Option<f64>> {
        column
            .cells(rows)
            .iter()
            .map(|cell| match cell {
                CellRef::Number(n, _) => Some(n),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn an_edit_within_a_vector_copies_nothing_else() {
        let mut column = Column::default();
        let Cells::Numbers(_, array) = Cells::number(1.0, 100_000) else { unreachable!() };
        column.set_cells(0, Cells::Numbers(crate::cells::NumberKind::Number, array.clone()));
        column.set(50_000, CellRef::number(2.0));
        assert_eq!(column.pieces(), 3);
        let Cells::Numbers(_, head) = column.cells(0..10) else { panic!() };
        assert_eq!(head.values().as_ptr(), array.values().as_ptr());
        assert_eq!(numbers(&column, 49_999..50_002), [Some(1.0), Some(2.0), Some(1.0)]);
    }

    #[test]
    fn cells_written_one_by_one_make_few_pieces() {
        let mut column = Column::default();
        for row in 0..10_000 {
            column.set(row, CellRef::number(f64::from(row)));
        }
        assert!(column.pieces() < 50, "{}", column.pieces());
        assert_eq!(column.used(), 10_000);
    }

    #[test]
    fn scattered_edits_are_joined() {
        let mut column = Column::default();
        column.set_cells(0, Cells::number(1.0, 100_000));
        for row in (0..100_000).step_by(500) {
            column.set(row, CellRef::Text("x"));
        }
        let before = column.cells(0..100_000);
        column.compact();
        assert_eq!(column.pieces(), 1);
        assert!(column.cells(0..100_000).same(&before));
    }

    proptest! {
        #[test]
        fn rows_come_and_go_as_in_a_list(
            steps in prop::collection::vec((0u32..300, 1u32..80, 0u8..3), 1..40)
        ) {
            let (mut column, mut naive) = (Column::default(), vec![None; 5000]);
            for (step, (at, count, kind)) in (0i32..).zip(steps) {
                let (from, to) = (at as usize, (at + count) as usize);
                match kind {
                    0 => {
                        let value = f64::from(step);
                        column.set_cells(at, Cells::repeat(CellRef::number(value), count as usize));
                        naive[from..to].fill(Some(value));
                    }
                    1 => {
                        column.insert(at, count);
                        naive.splice(from..from, std::iter::repeat_n(None, count as usize));
                    }
                    _ => {
                        column.delete(at, count);
                        naive.drain(from..to);
                    }
                }
                naive.resize(5000, None);
                prop_assert_eq!(numbers(&column, 0..5000), naive.clone());
                let used = naive.iter().rposition(Option::is_some).map_or(0, |row| row as u32 + 1);
                prop_assert_eq!(column.used(), used);
            }
        }

        #[test]
        fn a_column_holds_what_was_last_written(
            writes in prop::collection::vec((0u32..600, 0usize..400, prop::option::of(-3i32..3)), 1..40)
        ) {
            let (mut column, mut naive) = (Column::default(), vec![None; 1000]);
            for (top, len, value) in writes {
                let value = value.map(f64::from);
                let cell = value.map_or(CellRef::Blank, CellRef::number);
                match len {
                    0 => column.set(top, cell),
                    _ => column.set_cells(top, Cells::repeat(cell, len)),
                }
                naive[top as usize..top as usize + len.max(1)].fill(value);
                prop_assert_eq!(numbers(&column, 0..1000), naive.clone());
            }
            column.compact();
            prop_assert_eq!(numbers(&column, 3..700), naive[3..700].to_vec());
            let used = naive.iter().rposition(Option::is_some).map_or(0, |row| row as u32 + 1);
            prop_assert_eq!(column.used(), used);
            let filled = naive[100..].iter().position(Option::is_some).map(|row| row as u32 + 100);
            prop_assert_eq!(column.first_filled(100..1000), filled);
            for (row, value) in naive.iter().enumerate() {
                prop_assert_eq!(column.get(row as u32), value.map_or(CellRef::Blank, CellRef::number));
            }
        }
    }
}
