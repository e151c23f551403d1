//! The groups of a column in the order of their cells, each kind for itself: what stands nearest to a key in a
//! column that is in no order.

use super::{
    Index, bytes_of,
    groups::{Groups, narrow},
    ordered::sortable,
};
use crate::semantics::{Scalar, compare};

/// Numbers from one that is looked at first to the next.
const STEP: usize = 64;

/// The groups of a column in order.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// The numbers as bits in their order, and their groups.
    numbers: Vec<(u64, u32)>,
    /// Every so many of the numbers: few enough to stay in a cache.
    steps: Vec<u64>,
    /// The first letters of the texts, and their groups.
    texts: Vec<(u64, u32)>,
    logicals: [Option<u32>; 2],
}

impl Index for Sorted {
    fn memory_size(&self) -> usize {
        bytes_of(&self.numbers) + bytes_of(&self.steps) + bytes_of(&self.texts)
    }
}

impl Sorted {
    /// The order of the groups of a column.
    pub(crate) fn of(groups: &Groups) -> Self {
        let mut sorted = Self::default();
        for (group, cell) in groups.each().enumerate() {
            let group = narrow(group);
            match cell {
                Scalar::Number(n) => sorted.numbers.push((sortable(n), group)),
                Scalar::Text(text) => sorted.texts.push((compare::leading(text), group)),
                Scalar::Logical(b) => sorted.logicals[usize::from(b)] = Some(group),
                Scalar::Blank | Scalar::Error(_) => {}
            }
        }
        if !sorted.numbers.is_sorted() {
            sorted.numbers.sort_unstable();
        }
        sorted.steps = sorted.numbers.iter().step_by(STEP).map(|(key, _)| *key).collect();
        // Texts that are the same in order need not be the same text; the first is meant.
        sorted.texts.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| {
                compare::texts(groups.text(a.1), groups.text(b.1)).then(a.1.cmp(&b.1))
            })
        });
        sorted
    }

    /// How many numbers come before a key.
    fn before(&self, key: u64) -> usize {
        let step = self.steps.partition_point(|n| *n < key);
        let start = step.saturating_sub(1) * STEP;
        let end = (step * STEP).min(self.numbers.len());
        let within = self.numbers.get(start..end).unwrap_or_default();
        start + within.partition_point(|(n, _)| *n < key)
    }

    /// The group of a number, or else the nearest below or above it.
    pub(crate) fn number(&self, number: f64, below: bool) -> Option<u32> {
        let key = sortable(number);
        let at = self.before(key);
        let same = self.numbers.get(at).is_some_and(|(n, _)| *n == key);
        self.beside(at, below && !same)
    }

    /// The group of the number before a place or at it.
    fn beside(&self, at: usize, before: bool) -> Option<u32> {
        let at = if before { at.checked_sub(1)? } else { at };
        self.numbers.get(at).map(|(_, group)| *group)
    }

    /// The group nearest below or above a key of the same kind, which itself has no group.
    pub(crate) fn nearest(&self, groups: &Groups, key: Scalar<'_>, below: bool) -> Option<u32> {
        match key {
            Scalar::Number(n) => self.number(n, below),
            Scalar::Blank => self.beside(self.before(sortable(0.0)), below),
            Scalar::Text(text) => {
                let leading = compare::leading(text);
                let order = |(here, group): &(u64, u32)| {
                    here.cmp(&leading).then_with(|| compare::texts(groups.text(*group), text))
                };
                let at = if below {
                    self.texts.partition_point(|entry| order(entry).is_lt()).checked_sub(1)?
                } else {
                    self.texts.partition_point(|entry| order(entry).is_le())
                };
                self.texts.get(at).map(|(_, group)| *group)
            }
            Scalar::Logical(true) if below => self.logicals[0],
            Scalar::Logical(false) if !below => self.logicals[1],
            Scalar::Logical(_) | Scalar::Error(_) => None,
        }
    }
}
