//! The ranges that formulas read, each once however many formulas read it: an R-tree per sheet.

use super::RegionId;
use crate::address::{Rect, SheetId};
use rstar::{AABB, RTree, RTreeObject};
use rustc_hash::{FxHashMap, FxHashSet};

/// A range of the index; given again once nobody reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RangeId(u32);

/// A region, and the place of an area in its template's list.
pub(crate) type Reader = (RegionId, usize);

/// Who reads a range.
#[derive(Clone, Debug)]
pub(crate) enum ReadBy {
    One(Reader),
    /// At least two, for a while; one or none once others have gone.
    Many(FxHashSet<Reader>),
}

impl ReadBy {
    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Reader> + '_ {
        let (one, many) = match self {
            Self::One(reader) => (Some(*reader), None),
            Self::Many(readers) => (None, Some(readers)),
        };
        one.into_iter().chain(many.into_iter().flatten().copied())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    rect: Rect,
    range: RangeId,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[i64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.rect)
    }
}

/// A rectangle as the trees take it.
pub(super) fn envelope(rect: &Rect) -> AABB<[i64; 2]> {
    AABB::from_corners(
        [i64::from(rect.top), i64::from(rect.left)],
        [i64::from(rect.bottom), i64::from(rect.right)],
    )
}

/// A tree for each sheet that has entries, all of which are taken at once.
pub(super) fn trees<E: RTreeObject>(
    entries: impl IntoIterator<Item = (SheetId, E)>,
) -> FxHashMap<SheetId, RTree<E>> {
    let mut by_sheet: FxHashMap<SheetId, Vec<E>> = FxHashMap::default();
    for (sheet, entry) in entries {
        by_sheet.entry(sheet).or_default().push(entry);
    }
    by_sheet.into_iter().map(|(sheet, entries)| (sheet, RTree::bulk_load(entries))).collect()
}

/// All ranges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    slots: Vec<Option<ReadBy>>,
    free: Vec<RangeId>,
    ids: FxHashMap<(SheetId, Rect), RangeId>,
    trees: FxHashMap<SheetId, RTree<Entry>>,
}

impl Ranges {
    /// The ranges that some readers read.
    pub(crate) fn of(all: impl IntoIterator<Item = (SheetId, Rect, Reader)>) -> Self {
        let mut ranges = Self::default();
        let new = all.into_iter().filter_map(|(sheet, rect, reader)| {
            let range = ranges.add(sheet, rect, reader)?;
            Some((sheet, Entry { rect, range }))
        });
        ranges.trees = trees(new.collect::<Vec<_>>());
        ranges
    }

    /// Adds a reader; gives the range where it is a new one.
    fn add(&mut self, sheet: SheetId, rect: Rect, reader: Reader) -> Option<RangeId> {
        if let Some(id) = self.ids.get(&(sheet, rect)) {
            if let Some(Some(by)) = self.slots.get_mut(id.0 as usize) {
                match by {
                    ReadBy::One(one) => *by = ReadBy::Many(FxHashSet::from_iter([*one, reader])),
                    ReadBy::Many(readers) => {
                        readers.insert(reader);
                    }
                }
            }
            return None;
        }
        let read = Some(ReadBy::One(reader));
        let id = match self.free.pop() {
            Some(id) => {
                self.slots[id.0 as usize] = read;
                id
            }
            None => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "memory ends long before 2^32 ranges"
                )]
                let id = RangeId(self.slots.len() as u32);
                self.slots.push(read);
                id
            }
        };
        self.ids.insert((sheet, rect), id);
        Some(id)
    }

    pub(crate) fn insert(&mut self, sheet: SheetId, rect: Rect, reader: Reader) {
        if let Some(range) = self.add(sheet, rect, reader) {
            self.trees.entry(sheet).or_default().insert(Entry { rect, range });
        }
    }

    pub(crate) fn remove(&mut self, sheet: SheetId, rect: Rect, reader: Reader) {
        let Some(id) = self.ids.get(&(sheet, rect)).copied() else { return };
        let Some(slot) = self.slots.get_mut(id.0 as usize) else { return };
        let unread = match slot {
            Some(ReadBy::Many(readers)) => {
                readers.remove(&reader);
                readers.is_empty()
            }
            Some(ReadBy::One(one)) => *one == reader,
            None => false,
        };
        if !unread {
            return;
        }
        *slot = None;
        self.free.push(id);
        self.ids.remove(&(sheet, rect));
        if let Some(tree) = self.trees.get_mut(&sheet) {
            tree.remove(&Entry { rect, range: id });
            if tree.size() == 0 {
                self.trees.remove(&sheet);
            }
        }
    }

    /// Who reads a range.
    pub(crate) fn readers(&self, id: RangeId) -> impl Iterator<Item = Reader> + '_ {
        let by = self.slots.get(id.0 as usize).and_then(Option::as_ref);
        by.into_iter().flat_map(ReadBy::iter)
    }

    /// The ranges that have a part of a rectangle, and who reads them.
    pub(crate) fn meeting<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = (RangeId, &'a ReadBy)> + use<'a> {
        let tree = self.trees.get(&sheet).into_iter();
        let envelope = envelope(rect);
        let found = tree.flat_map(move |tree| tree.locate_in_envelope_intersecting(envelope));
        found.filter_map(|entry| {
            Some((entry.range, self.slots.get(entry.range.0 as usize)?.as_ref()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn who_reads_a_part_is_found_whatever_came_and_went(
            steps in prop::collection::vec((0u32..6, 0u32..6, 0u32..3, 0u32..9, 0usize..2, any::<bool>()), 1..60),
            looked in (0u32..8, 0u32..8),
        ) {
            let sheet = SheetId(0);
            let (mut ranges, mut naive) = (Ranges::default(), std::collections::BTreeSet::new());
            for (top, left, size, region, area, gone) in steps {
                let rect = Rect { top, left, bottom: top + size, right: left + size };
                let reader = (RegionId(region), area);
                match gone {
                    true => {
                        ranges.remove(sheet, rect, reader);
                        naive.remove(&(rect, reader));
                    }
                    false => {
                        ranges.insert(sheet, rect, reader);
                        naive.insert((rect, reader));
                    }
                }
            }
            let (top, left) = looked;
            let looked = Rect { top, left, bottom: top + 1, right: left };
            let rebuilt = Ranges::of(naive.iter().map(|(rect, reader)| (sheet, *rect, *reader)));
            for ranges in [&ranges, &rebuilt] {
                let mut found = Vec::new();
                for (id, by) in ranges.meeting(sheet, &looked) {
                    let ((_, rect), _) = ranges.ids.iter().find(|(_, known)| **known == id).unwrap();
                    prop_assert!(by.iter().eq(ranges.readers(id)));
                    found.extend(by.iter().map(|reader| (*rect, reader)));
                }
                found.sort();
                let meets = |(rect, _): &&(Rect, Reader)| rect.intersection(&looked).is_some();
                prop_assert_eq!(found, naive.iter().filter(meets).copied().collect::<Vec<_>>());
            }
        }
    }
}
