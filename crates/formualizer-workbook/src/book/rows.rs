//! Sets of rows, as ranges.

use std::ops::Range;

/// Rows in ascending order, without overlaps; neighbours are one range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowSet(Vec<Range<u32>>);

impl RowSet {
    pub(crate) fn insert(&mut self, rows: Range<u32>) {
        if rows.is_empty() {
            return;
        }
        let first = self.0.partition_point(|range| range.end < rows.start);
        let last = self.0.partition_point(|range| range.start <= rows.end);
        let touched = &self.0[first..last];
        let start = touched.first().map_or(rows.start, |range| range.start.min(rows.start));
        let end = touched.last().map_or(rows.end, |range| range.end.max(rows.end));
        self.0.splice(first..last, std::iter::once(start..end));
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        other.iter().for_each(|rows| self.insert(rows));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.0.iter().cloned()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|rows| rows.len() as u64).sum()
    }

    /// The first row of the set from `row` on.
    #[cfg(feature = "files")]
    pub(crate) fn first_from(&self, row: u32) -> Option<u32> {
        let at = self.0.partition_point(|range| range.end <= row);
        self.0.get(at).map(|range| range.start.max(row))
    }

    /// The rows of a range that are not in the set.
    pub(crate) fn missing(&self, rows: &Range<u32>) -> Vec<Range<u32>> {
        let mut missing = Vec::new();
        let mut from = rows.start;
        let first = self.0.partition_point(|range| range.end <= rows.start);
        for range in self.0[first..].iter().take_while(|range| range.start < rows.end) {
            if range.start > from {
                missing.push(from..range.start);
            }
            from = range.end;
        }
        if from < rows.end {
            missing.push(from..rows.end);
        }
        missing
    }

    /// Whether a row is in the set.
    pub(crate) fn contains(&self, row: u32) -> bool {
        let at = self.0.partition_point(|range| range.end <= row);
        self.0.get(at).is_some_and(|range| range.start <= row)
    }

    /// From the first row of the set to behind the last.
    pub(crate) fn span(&self) -> Range<u32> {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// The rows that lie in `bounds`.
    pub(crate) fn within(&self, bounds: &Range<u32>) -> Self {
        let clip = |rows: &Range<u32>| rows.start.max(bounds.start)..rows.end.min(bounds.end);
        Self(self.0.iter().map(clip).filter(|rows| !rows.is_empty()).collect())
    }

    /// The set without short gaps, where it is in many pieces: to do for a few rows more what is done for each piece costs less. At most
    /// twice as many rows.
    pub(crate) fn joined(&self) -> Self {
        const MANY: usize = 8;
        if self.0.len() <= MANY {
            return self.clone();
        }
        let rows = |ranges: &[Range<u32>]| ranges.iter().map(|rows| rows.len() as u64).sum::<u64>();
        let most = 2 * rows(&self.0);
        let with_gaps = |longest: u32| {
            let mut joined: Vec<Range<u32>> = Vec::new();
            for rows in &self.0 {
                match joined.last_mut() {
                    Some(last) if rows.start - last.end <= longest => last.end = rows.end,
                    _ => joined.push(rows.clone()),
                }
            }
            joined
        };
        let joined = [64, 16, 4, 1].into_iter().map(with_gaps).find(|joined| rows(joined) <= most);
        joined.map_or_else(|| self.clone(), Self)
    }

    /// The rows after `count` were inserted before `at`; those from `max` on are dropped.
    pub(crate) fn with_lines(&self, at: u32, count: u32, max: u32) -> Self {
        let mut moved = Self::default();
        for rows in self.iter() {
            moved.insert(rows.start.min(at)..rows.end.min(at));
            let below = |row: u32| row.saturating_add(count).min(max);
            moved.insert(below(rows.start.max(at))..below(rows.end.max(at)));
        }
        moved
    }

    /// The rows after `at..end` were deleted.
    pub(crate) fn without_lines(&self, at: u32, end: u32) -> Self {
        let mut moved = Self::default();
        for rows in self.iter() {
            moved.insert(rows.start.min(at)..rows.end.min(at));
            let below = |row: u32| row.max(end) - (end - at);
            moved.insert(below(rows.start)..below(rows.end));
        }
        moved
    }

    pub(crate) fn remove(&mut self, rows: Range<u32>) {
        let whole = 0..u32::MAX;
        let mut rest = self.within(&(whole.start..rows.start));
        rest.extend(&self.within(&(rows.end..whole.end)));
        *self = rest;
    }

    pub(crate) fn first(&self) -> Option<u32> {
        self.0.first().map(|rows| rows.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn many_pieces_with_short_gaps_are_joined() {
        let every = |step: usize, len: u32| {
            let mut set = RowSet::default();
            (0..1000).step_by(step).for_each(|row| set.insert(row..row + len));
            set.joined().iter().count()
        };
        assert_eq!((every(2, 1), every(10, 5), every(100, 50)), (1, 1, 1));
        assert_eq!((every(3, 1), every(200, 50)), (334, 5));
    }

    proptest! {
        #[test]
        fn a_row_set_holds_what_was_inserted(
            ranges in prop::collection::vec((0u32..60, 0u32..9), 0..30), low in 0u32..30, len in 0u32..40
        ) {
            let (mut set, mut naive) = (RowSet::default(), BTreeSet::new());
            for (start, len) in ranges {
                set.insert(start..start + len);
                naive.extend(start..start + len);
            }
            prop_assert_eq!(set.iter().flatten().collect::<Vec<_>>(), naive.iter().copied().collect::<Vec<_>>());
            prop_assert!(set.0.windows(2).all(|pair| pair[0].end < pair[1].start));
            prop_assert_eq!(set.len(), naive.len() as u64);
            let inserted: Vec<u32> = set.with_lines(low, len, 1000).iter().flatten().collect();
            let moved = |row: &u32| if *row < low { *row } else { *row + len };
            prop_assert_eq!(inserted, naive.iter().map(moved).collect::<Vec<_>>());
            let deleted: Vec<u32> = set.without_lines(low, low + len).iter().flatten().collect();
            let kept = naive.iter().filter(|row| !(low..low + len).contains(row));
            let moved = |row: &u32| if *row < low { *row } else { *row - len };
            prop_assert_eq!(deleted, kept.map(moved).collect::<Vec<_>>());
            let mut removed = set.clone();
            removed.remove(low..low + len);
            let kept = naive.iter().copied().filter(|row| !(low..low + len).contains(row));
            prop_assert_eq!(removed.iter().flatten().collect::<Vec<_>>(), kept.collect::<Vec<_>>());
            let missing: Vec<u32> = set.missing(&(low..low + len)).into_iter().flatten().collect();
            let free = (low..low + len).filter(|row| !naive.contains(row));
            prop_assert_eq!(missing, free.collect::<Vec<_>>());
            prop_assert!((0..100).all(|row| set.contains(row) == naive.contains(&row)));
            let joined = set.joined();
            prop_assert!(joined.len() <= 2 * set.len());
            prop_assert!(naive.iter().all(|row| joined.contains(*row)));
            let within: Vec<u32> = set.within(&(low..low + len)).iter().flatten().collect();
            prop_assert_eq!(within, naive.range(low..low + len).copied().collect::<Vec<_>>());
        }
    }
}
