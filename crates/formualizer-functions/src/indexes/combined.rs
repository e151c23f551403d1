//! Rows that are equal in several columns at once: the groups of the columns, combined.

use super::{
    Index, Indexes,
    groups::{Groups, Partition},
    slots::Slots,
};
use crate::cells::Cells;
use std::{convert::Infallible, sync::Arc};

/// The groups of several columns of one length, and of their combinations.
#[derive(Debug)]
pub(crate) struct Combined {
    columns: Vec<Arc<Groups>>,
    /// For every column but the first: combinations with the columns before it.
    pairs: Vec<Pairs>,
    /// Where there is no column: all rows together.
    whole: Partition,
}

#[derive(Debug, Default)]
struct Pairs {
    slots: Slots,
    partition: Partition,
}

fn tag(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

impl Index for Combined {
    fn memory_size(&self) -> usize {
        let pairs = self.pairs.iter();
        self.whole.memory_size()
            + pairs.map(|p| p.slots.memory_size() + p.partition.memory_size()).sum::<usize>()
    }
}

impl Combined {
    /// The combinations of columns of so many rows.
    pub(crate) fn of(columns: &[Cells], rows: usize, indexes: &Indexes) -> Arc<Self> {
        if columns.is_empty() {
            // Nothing tells how many rows are meant.
            return Arc::new(Self::new(columns, rows, indexes));
        }
        let made: Result<_, Infallible> =
            indexes.get(columns, || Ok(Self::new(columns, rows, indexes)));
        match made {
            Ok(combined) => combined,
            Err(never) => match never {},
        }
    }

    fn new(columns: &[Cells], rows: usize, indexes: &Indexes) -> Self {
        let columns: Vec<Arc<Groups>> =
            columns.iter().map(|cells| groups_of(cells, indexes)).collect();
        let mut pairs: Vec<Pairs> = Vec::new();
        if let Some((first, others)) = columns.split_first() {
            for other in others {
                let before = pairs.last().map_or(first.partition(), |pairs| &pairs.partition);
                let next = Pairs::of(before, other.partition());
                pairs.push(next);
            }
        }
        let whole = Partition::whole(if columns.is_empty() { rows } else { 0 });
        Self { columns, pairs, whole }
    }

    /// The groups of each column.
    pub(crate) fn columns(&self) -> &[Arc<Groups>] {
        &self.columns
    }

    /// The rows of the combinations.
    pub(crate) fn partition(&self) -> &Partition {
        match (self.pairs.last(), self.columns.first()) {
            (Some(pairs), _) => &pairs.partition,
            (None, Some(groups)) => groups.partition(),
            (None, None) => &self.whole,
        }
    }

    /// The combination of one group of each column.
    pub(crate) fn find(&self, groups: &[u32]) -> Option<u32> {
        let Some((first, others)) = groups.split_first() else { return Some(0) };
        let mut at = *first;
        for (pairs, group) in self.pairs.iter().zip(others) {
            at = pairs.slots.find(tag(at, *group), |_| true)?;
        }
        Some(at)
    }
}

impl Pairs {
    fn of(a: &Partition, b: &Partition) -> Self {
        let mut pairs = Self::default();
        for (a, b) in a.of_row().iter().zip(b.of_row()) {
            let new = pairs.partition.len();
            let group = pairs.slots.find_or_insert(tag(*a, *b), |_| true, new);
            pairs.partition.push(group);
        }
        pairs
    }
}

/// The groups of a column.
pub(crate) fn groups_of(cells: &Cells, indexes: &Indexes) -> Arc<Groups> {
    let made: Result<_, Infallible> =
        indexes.get(std::slice::from_ref(cells), || Ok(Groups::of(cells)));
    match made {
        Ok(groups) => groups,
        Err(never) => match never {},
    }
}
