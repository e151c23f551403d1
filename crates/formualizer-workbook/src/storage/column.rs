//! A column of a sheet: vectors one below the other; rows between them are blank.
//!
//! A region's results or an Arrow array that was set are one vector each. An edit of one cell within a vector splits it, which
//! copies nothing; cells written one after the other are collected in a vector that can still grow.
//! [`Column::compact`] joins what edits have scattered once it is too much.

use crate::{
    ExcelErrorKind,
    cells::{Builder, CellRef, Cells},
};
use std::ops::Range;
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
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    top: u32,
    cells: Cells,
}

impl Piece {
    fn end(&self) -> u32 {
        self.top + length(&self.cells)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a sheet has at most 2^20 rows")]
fn length(cells: &Cells) -> u32 {
    cells.len() as u32
}

impl Column {
    pub(crate) fn get(&self, row: u32) -> CellRef<'_> {
        let at = self.pieces.partition_point(|piece| piece.end() <= row);
        match self.pieces.get(at) {
            Some(piece) if piece.top <= row => piece.cells.get((row - piece.top) as usize),
            _ => CellRef::Blank,
        }
    }

    /// Rows of the column; no copy where one piece holds them.
    pub(crate) fn cells(&self, rows: Range<u32>) -> Cells {
        let mut parts = Vec::new();
        let mut next = rows.start;
        let first = self.pieces.partition_point(|piece| piece.end() <= rows.start);
        for piece in &self.pieces[first..] {
            if piece.top >= rows.end {
                break;
            }
            if piece.top > next {
                parts.push(Cells::Blank((piece.top - next) as usize));
                next = piece.top;
            }
            let end = piece.end().min(rows.end);
            let (from, len) = ((next - piece.top) as usize, (end - next) as usize);
            parts.push(match from == 0 && len == piece.cells.len() {
                true => piece.cells.clone(),
                false => piece.cells.slice(from, len),
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
        let at = self.pieces.partition_point(|piece| piece.end() <= row);
        let within = self.pieces.get(at).is_some_and(|piece| piece.top <= row);
        let short = |target: &usize| self.pieces[*target].cells.len() < SHORT;
        let blank = value == CellRef::Blank;
        let target = match within {
            true => Some(at).filter(short),
            false if blank => return true,
            false => {
                let behind = at.checked_sub(1).filter(|at| self.pieces[*at].end() == row);
                let before = self.pieces.get(at).filter(|piece| piece.top == row + 1).map(|_| at);
                behind.filter(short).or_else(|| before.filter(short))
            }
        };
        let Some(target) = target else { return false };
        let piece = &mut self.pieces[target];
        let mut builder = Builder::with_capacity(piece.cells.len() + 1);
        if row < piece.top {
            builder.push(value);
            piece.top = row;
            piece.cells.iter().for_each(|cell| builder.push(cell));
        } else {
            let offset = (row - piece.top) as usize;
            for (index, cell) in piece.cells.iter().enumerate() {
                builder.push(if index == offset { value } else { cell });
            }
            if offset == piece.cells.len() {
                builder.push(value);
            }
        }
        piece.cells = builder.finish();
        self.drop_blank_end();
        true
    }

    /// Replaces the rows from `top` on that `cells` has.
    pub(crate) fn set_cells(&mut self, top: u32, cells: Cells) {
        if cells.is_empty() {
            return;
        }
        let end = top + length(&cells);
        let first = self.pieces.partition_point(|piece| piece.end() <= top);
        let last = self.pieces.partition_point(|piece| piece.top < end);
        let mut between = Vec::with_capacity(3);
        if let Some(piece) = self.pieces[first..last].first().filter(|piece| piece.top < top) {
            let cells = piece.cells.slice(0, (top - piece.top) as usize);
            between.push(Piece { top: piece.top, cells });
        }
        if !matches!(cells, Cells::Blank(_)) {
            between.push(Piece { top, cells });
        }
        if let Some(piece) = self.pieces[first..last].last().filter(|piece| piece.end() > end) {
            let from = (end - piece.top) as usize;
            let cells = piece.cells.slice(from, piece.cells.len() - from);
            between.push(Piece { top: end, cells });
        }
        self.pieces.splice(first..last, between);
        self.drop_blank_end();
    }

    /// The vectors with their first rows.
    pub(crate) fn vectors(&self) -> impl Iterator<Item = (u32, &Cells)> {
        self.pieces.iter().map(|piece| (piece.top, &piece.cells))
    }

    /// The rows whose cells are not those of another column. What both share in memory is not looked at.
    pub(crate) fn different_rows(&self, other: &Self) -> Vec<Range<u32>> {
        let mut bounds = vec![0];
        for piece in self.pieces.iter().chain(&other.pieces) {
            bounds.extend([piece.top, piece.end()]);
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
        let below = self.pieces.partition_point(|piece| piece.top < at);
        self.pieces[below..].iter_mut().for_each(|piece| piece.top += count);
    }

    /// Takes `count` rows out and moves those below up.
    pub(crate) fn delete(&mut self, at: u32, count: u32) {
        let end = at.saturating_add(count);
        self.part_at(at);
        self.part_at(end);
        self.pieces.retain(|piece| piece.top < at || piece.top >= end);
        let below = self.pieces.partition_point(|piece| piece.top < at);
        self.pieces[below..].iter_mut().for_each(|piece| piece.top -= count);
        self.drop_blank_end();
    }

    /// Lets a piece begin at `row` where one goes over it.
    fn part_at(&mut self, row: u32) {
        let at = self.pieces.partition_point(|piece| piece.end() <= row);
        let Some(piece) = self.pieces.get_mut(at).filter(|piece| piece.top < row) else { return };
        let above = (row - piece.top) as usize;
        let cells = piece.cells.slice(above, piece.cells.len() - above);
        piece.cells = piece.cells.slice(0, above);
        self.pieces.insert(at + 1, Piece { top: row, cells });
    }

    fn drop_blank_end(&mut self) {
        while self.pieces.last().is_some_and(|piece| piece.cells.is_blank()) {
            self.pieces.pop();
        }
    }

    /// The end of the rows that hold anything.
    pub(crate) fn used(&self) -> u32 {
        let Some(piece) = self.pieces.last() else { return 0 };
        let last = match &piece.cells {
            // The usual case: nothing is blank.
            Cells::Numbers(_, array) if arrow_array::Array::null_count(array) == 0 => {
                return piece.end();
            }
            cells => (0..cells.len()).rev().find(|row| cells.get(*row) != CellRef::Blank),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a sheet has at most 2^20 rows")]
        last.map_or(piece.top, |last| piece.top + last as u32 + 1)
    }

    pub(crate) fn first_filled(&self, rows: Range<u32>) -> Option<u32> {
        let first = self.pieces.partition_point(|piece| piece.end() <= rows.start);
        for piece in &self.pieces[first..] {
            let from = piece.top.max(rows.start);
            let filled = (from..piece.end().min(rows.end))
                .find(|row| piece.cells.get((row - piece.top) as usize) != CellRef::Blank);
            if filled.is_some() {
                return filled;
            }
        }
        None
    }

    /// Whether every one of some rows is known to hold something, vector by vector. `false` says nothing.
    pub(crate) fn is_full(&self, rows: &Range<u32>) -> bool {
        let first = self.pieces.partition_point(|piece| piece.end() <= rows.start);
        let mut next = rows.start;
        for piece in &self.pieces[first..] {
            let full = match &piece.cells {
                Cells::Numbers(_, array) => arrow_array::Array::null_count(array) == 0,
                Cells::Logicals(array) => arrow_array::Array::null_count(array) == 0,
                Cells::Texts(array) => arrow_array::Array::null_count(array) == 0,
                _ => false,
            };
            if next >= rows.end || piece.top > next || !full {
                break;
            }
            next = piece.end();
        }
        next >= rows.end
    }

    /// Rows in error, from the first on. Only vectors of several kinds are looked through: no other holds errors.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (u32, ExcelErrorKind)> + '_ {
        self.pieces.iter().flat_map(|piece| {
            let mixed = match &piece.cells {
                Cells::Mixed(mixed) => Some(mixed),
                _ => None,
            };
            let rows = mixed.into_iter().flat_map(|mixed| {
                let rows = mixed.tags.iter().enumerate().filter(|(_, kind)| **kind == tag::ERROR);
                rows.map(|(row, _)| (row, piece.cells.get(row)))
            });
            rows.filter_map(|(row, cell)| match cell {
                CellRef::Error(kind, _) => Some((piece.top + u32::try_from(row).ok()?, kind)),
                _ => None,
            })
        })
    }

    pub(crate) fn compact(&mut self) {
        let rows: usize = self.pieces.iter().map(|piece| piece.cells.len()).sum();
        if self.pieces.len() > MANY && rows / self.pieces.len() < LONG {
            let end = self.pieces.last().map_or(0, Piece::end);
            let top = self.pieces.first().map_or(0, |piece| piece.top);
            self.pieces = vec![Piece { top, cells: self.cells(top..end) }];
        }
    }

    pub(crate) fn memory_size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.cells.memory_size()).sum()
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
