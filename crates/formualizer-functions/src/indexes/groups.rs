//! The rows of a column in groups of equal cells.
//!
//! Equal is what exact lookups call equal: the same number, bit by bit but for the sign of zero; the same text but
//! for case; the same logical value; the same error; blank and blank.

use super::{
    Index, bytes_of,
    slots::{self, Slots},
};
use crate::{
    cells::{CellRef, Cells},
    semantics::{Scalar, TextRules, fold, parse_number},
};
use arrow_array::Array as _;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;
use udf_abi::ErrorCode;

/// The number of a row or group as the indexes hold it. Columns have at most 2^32 - 2 rows.
pub(crate) fn narrow(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX - 1)
}

/// A number of an index as the number of a row.
pub(crate) fn wide(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

/// Rows in groups, which are numbered in the order of their first rows.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    of_row: Vec<u32>,
    /// How many rows each group has.
    sizes: Vec<u32>,
    members: OnceLock<Members>,
}

impl Partition {
    /// The bytes of the rows and of their order.
    pub(super) fn memory_size(&self) -> usize {
        2 * (bytes_of(&self.of_row) + bytes_of(&self.sizes))
    }

    /// All rows in one group.
    pub(crate) fn whole(rows: usize) -> Self {
        Self { of_row: vec![0; rows], sizes: vec![narrow(rows)], members: OnceLock::new() }
    }

    /// Puts the next row in a group, which may be the next new one.
    pub(super) fn push(&mut self, group: u32) {
        self.of_row.push(group);
        match self.sizes.get_mut(wide(group)) {
            Some(size) => *size += 1,
            None => self.sizes.push(1),
        }
    }

    /// How many groups there are: the number of the next new one.
    pub(crate) fn len(&self) -> u32 {
        narrow(self.sizes.len())
    }

    /// The group of each row.
    pub(crate) fn of_row(&self) -> &[u32] {
        &self.of_row
    }

    /// How many rows a group has.
    pub(crate) fn size(&self, group: u32) -> u32 {
        self.sizes.get(wide(group)).copied().unwrap_or(0)
    }

    /// The rows of a group from top to bottom.
    pub(crate) fn members(&self, group: u32) -> &[u32] {
        self.members.get_or_init(|| Members::new(self)).of(group)
    }

    /// Where the rows of each group start among all rows, group by group, and those rows.
    pub(crate) fn by_group(&self) -> (&[u32], &[u32]) {
        let members = self.members.get_or_init(|| Members::new(self));
        (&members.starts, &members.rows)
    }
}

/// The rows of all groups, a group after the other.
#[derive(Debug)]
struct Members {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Members {
    fn new(partition: &Partition) -> Self {
        let mut starts = Vec::with_capacity(partition.sizes.len() + 1);
        let mut total = 0;
        starts.push(0);
        for size in &partition.sizes {
            total += size;
            starts.push(total);
        }
        let mut next = starts.clone();
        let mut rows = vec![0; partition.of_row.len()];
        for (row, group) in partition.of_row.iter().enumerate() {
            if let Some(at) = next.get_mut(wide(*group)) {
                if let Some(place) = rows.get_mut(wide(*at)) {
                    *place = narrow(row);
                }
                *at += 1;
            }
        }
        Self { starts, rows }
    }

    fn of(&self, group: u32) -> &[u32] {
        let group = wide(group);
        match (self.starts.get(group), self.starts.get(group + 1)) {
            (Some(from), Some(to)) => self.rows.get(wide(*from)..wide(*to)).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// A column in groups of equal cells.
#[derive(Debug)]
pub(crate) struct Groups {
    cells: Cells,
    partition: Partition,
    /// The first row of each group.
    first: Vec<u32>,
    last: Vec<u32>,
    numbers: Slots,
    texts: Slots,
    blank: Option<u32>,
    logicals: [Option<u32>; 2],
    errors: Vec<(ErrorCode, u32)>,
    /// Groups of texts that read as a number, by its tag.
    reading: OnceLock<FxHashMap<u64, Vec<u32>>>,
}

impl Index for Groups {
    fn memory_size(&self) -> usize {
        self.partition.memory_size()
            + bytes_of(&self.first)
            + bytes_of(&self.last)
            + self.numbers.memory_size()
            + self.texts.memory_size()
    }
}

impl Groups {
    /// The groups of a column.
    pub(crate) fn of(cells: &Cells) -> Self {
        let rows = cells.len();
        let mut groups = Self {
            cells: cells.clone(),
            partition: Partition { of_row: Vec::with_capacity(rows), ..Partition::default() },
            first: Vec::new(),
            last: Vec::new(),
            numbers: Slots::default(),
            texts: Slots::default(),
            blank: None,
            logicals: [None; 2],
            errors: Vec::new(),
            reading: OnceLock::new(),
        };
        match cells {
            Cells::Numbers(_, array) if array.null_count() == 0 => {
                for (row, number) in array.values().iter().enumerate() {
                    let new = groups.partition.len();
                    let tag = slots::of_number(*number);
                    let group = groups.numbers.find_or_insert(tag, |_| true, new);
                    groups.push(row, group);
                }
            }
            _ => {
                for row in 0..rows {
                    let group = groups.find_or_insert(cells, cells.get(row));
                    groups.push(row, group);
                }
            }
        }
        groups
    }

    fn push(&mut self, row: usize, group: u32) {
        self.partition.push(group);
        match self.last.get_mut(wide(group)) {
            Some(last) => *last = narrow(row),
            None => {
                self.first.push(narrow(row));
                self.last.push(narrow(row));
            }
        }
    }

    fn find_or_insert(&mut self, cells: &Cells, cell: CellRef<'_>) -> u32 {
        let new = self.partition.len();
        match cell.scalar() {
            Scalar::Blank => *self.blank.get_or_insert(new),
            Scalar::Number(n) => self.numbers.find_or_insert(slots::of_number(n), |_| true, new),
            Scalar::Logical(b) => match self.logicals.get_mut(usize::from(b)) {
                Some(group) => *group.get_or_insert(new),
                None => new,
            },
            Scalar::Error(code) => match self.errors.iter().find(|(other, _)| *other == code) {
                Some((_, group)) => *group,
                None => {
                    self.errors.push((code, new));
                    new
                }
            },
            Scalar::Text(text) => {
                let first = &self.first;
                let is = |group| is_text(cells, first, group, text);
                self.texts.find_or_insert(slots::of_text(text), is, new)
            }
        }
    }

    /// The group of the cells that are equal to a value.
    pub(crate) fn find(&self, value: Scalar<'_>) -> Option<u32> {
        match value {
            Scalar::Blank => self.blank,
            Scalar::Number(n) => self.numbers.find(slots::of_number(n), |_| true),
            Scalar::Logical(b) => self.logicals.get(usize::from(b)).copied().flatten(),
            Scalar::Error(code) => {
                self.errors.iter().find(|(other, _)| *other == code).map(|(_, group)| *group)
            }
            Scalar::Text(text) => {
                let is = |group| match self.first(group).map(|row| self.cells.get(row)) {
                    Some(CellRef::Text(other)) => fold::eq(other, text),
                    _ => false,
                };
                self.texts.find(slots::of_text(text), is)
            }
        }
    }

    /// The groups of the texts that read as a number.
    pub(crate) fn reading(&self, number: f64, rules: TextRules) -> &[u32] {
        if matches!(self.cells, Cells::Numbers(..) | Cells::Logicals(_) | Cells::Blank(_)) {
            return &[];
        }
        let reading = self.reading.get_or_init(|| {
            let mut reading: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
            for (group, row) in self.first.iter().enumerate() {
                if let CellRef::Text(text) = self.cells.get(wide(*row))
                    && let Some(n) = parse_number(text, rules)
                {
                    reading.entry(slots::of_number(n)).or_default().push(narrow(group));
                }
            }
            reading
        });
        reading.get(&slots::of_number(number)).map_or(&[], Vec::as_slice)
    }

    /// The first row of a group.
    pub(crate) fn first(&self, group: u32) -> Option<usize> {
        if self.is_distinct() {
            return Some(wide(group));
        }
        self.first.get(wide(group)).map(|row| wide(*row))
    }

    /// Whether each row is a group for itself, which then has its number: nothing needs to be looked up.
    fn is_distinct(&self) -> bool {
        self.first.len() == self.cells.len()
    }

    /// The last row of a group.
    pub(crate) fn last(&self, group: u32) -> Option<usize> {
        if self.is_distinct() {
            return Some(wide(group));
        }
        self.last.get(wide(group)).map(|row| wide(*row))
    }

    /// A cell of each group, in the order of the groups.
    pub(crate) fn each(&self) -> impl Iterator<Item = Scalar<'_>> {
        self.first.iter().map(|row| self.cells.get(wide(*row)).scalar())
    }

    /// The text of a group of texts.
    pub(crate) fn text(&self, group: u32) -> &str {
        match self.first(group).map(|row| self.cells.get(row)) {
            Some(CellRef::Text(text)) => text,
            _ => "",
        }
    }

    /// The rows of the groups.
    pub(crate) fn partition(&self) -> &Partition {
        &self.partition
    }
}

fn is_text(cells: &Cells, first: &[u32], group: u32, text: &str) -> bool {
    let cell = first.get(wide(group)).map(|row| cells.get(wide(*row)));
    matches!(cell, Some(CellRef::Text(other)) if fold::eq(other, text))
}
