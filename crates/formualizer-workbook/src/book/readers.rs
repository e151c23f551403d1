//! Who reads a rectangle: an R-tree per sheet over what the regions' formulas refer to, and one over the rooms of arrays.

use super::{Book, Region, RegionId, Regions};
use crate::{
    address::{Area, Axis, Rect, SheetId},
    functions::Functions,
};
use rstar::{AABB, RTree, RTreeObject};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// What of a region refers to a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// An area of its template, by index.
    Area(usize),
    /// The rectangle that its array would fill if nothing stood in the way.
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    rect: Rect,
    region: RegionId,
    source: Source,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[i64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.rect)
    }
}

fn envelope(rect: &Rect) -> AABB<[i64; 2]> {
    AABB::from_corners(
        [i64::from(rect.top), i64::from(rect.left)],
        [i64::from(rect.bottom), i64::from(rect.right)],
    )
}

/// The references of all regions. Brought up to date once before a recalculation, so that setting a
/// formula costs nothing here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readers {
    trees: FxHashMap<SheetId, RTree<Entry>>,
    /// What the trees hold of each region.
    entries: FxHashMap<RegionId, Vec<(SheetId, Entry)>>,
    stale: FxHashSet<RegionId>,
    /// Regions that are calculated every time.
    volatile: FxHashSet<RegionId>,
    rooms: Rooms,
}

/// What the arrays of regions could fill.
#[derive(Clone, Debug, Default)]
struct Rooms {
    of: FxHashMap<RegionId, (SheetId, Vec<Rect>)>,
    /// The rooms with the cells around that bound them, one by one.
    trees: FxHashMap<SheetId, RTree<Entry>>,
}

impl Rooms {
    fn set(&mut self, id: RegionId, room: Option<(SheetId, Vec<Rect>)>) {
        if let Some((sheet, rects)) = self.of.remove(&id)
            && let Some(tree) = self.trees.get_mut(&sheet)
        {
            for rect in &rects {
                tree.remove(&bounded(id, rect));
            }
            if tree.size() == 0 {
                self.trees.remove(&sheet);
            }
        }
        if let Some((sheet, rects)) = room {
            let tree = self.trees.entry(sheet).or_default();
            rects.iter().for_each(|rect| tree.insert(bounded(id, rect)));
            self.of.insert(id, (sheet, rects));
        }
    }

    /// Takes many rooms at once.
    fn rebuild(&mut self) {
        let mut by_sheet: FxHashMap<SheetId, Vec<Entry>> = FxHashMap::default();
        for (id, (sheet, rects)) in &self.of {
            let entries = rects.iter().map(|rect| bounded(*id, rect));
            by_sheet.entry(*sheet).or_default().extend(entries);
        }
        let bulk = |(sheet, entries)| (sheet, RTree::bulk_load(entries));
        self.trees = by_sheet.into_iter().map(bulk).collect();
    }

    /// The regions whose rooms or their bounds meet a rectangle, as often as they do.
    fn around(&self, sheet: SheetId, rect: &Rect) -> impl Iterator<Item = RegionId> + '_ {
        let envelope = envelope(rect);
        let tree = self.trees.get(&sheet).into_iter();
        tree.flat_map(move |tree| tree.locate_in_envelope_intersecting(envelope))
            .map(|entry| entry.region)
    }
}

fn bounded(region: RegionId, rect: &Rect) -> Entry {
    let rect = Rect { bottom: rect.bottom + 1, right: rect.right + 1, ..*rect };
    Entry { rect, region, source: Source::Blocked }
}

impl Readers {
    /// Says that a region is new, gone or another one.
    pub(crate) fn touch(&mut self, region: RegionId) {
        self.stale.insert(region);
    }

    /// Takes over what was touched, and gives that; a region is volatile where one of its functions is, or its template.
    fn refresh(&mut self, regions: &Regions, functions: &Functions) -> FxHashSet<RegionId> {
        let stale = std::mem::take(&mut self.stale);
        let volatile = |region: &Region| {
            let template = &region.template;
            let bound = |key: &String| functions.get(key).is_some_and(|f| f.volatile());
            template.volatile || template.dynamic || template.functions.iter().any(bound)
        };
        for id in &stale {
            match regions.get(*id).is_some_and(volatile) {
                true => self.volatile.insert(*id),
                false => self.volatile.remove(id),
            };
        }
        if stale.len() > 16 && stale.len() * 4 > self.entries.len() {
            self.rebuild(regions);
            return stale;
        }
        for &id in &stale {
            for (sheet, entry) in self.entries.remove(&id).unwrap_or_default() {
                if let Some(tree) = self.trees.get_mut(&sheet) {
                    tree.remove(&entry);
                }
            }
            if let Some(region) = regions.get(id) {
                let entries = entries(id, region);
                for (sheet, entry) in &entries {
                    self.trees.entry(*sheet).or_default().insert(*entry);
                }
                self.entries.insert(id, entries);
            }
        }
        stale
    }

    /// The cells that the arrays of a region could fill.
    pub(crate) fn room(&self, region: RegionId) -> &[Rect] {
        self.rooms.of.get(&region).map_or(&[], |(_, rects)| rects)
    }

    /// Whether a region may give arrays that find room.
    pub(crate) fn may_spill(&self, region: RegionId) -> bool {
        self.rooms.of.contains_key(&region)
    }

    /// The regions whose arrays could fill a part of a rectangle, some of them more than once.
    pub(crate) fn could_fill<'a>(
        &'a self,
        sheet: SheetId,
        rect: &'a Rect,
    ) -> impl Iterator<Item = RegionId> + 'a {
        let meets = move |id: &RegionId| {
            self.room(*id).iter().any(|room| room.intersection(rect).is_some())
        };
        self.rooms.around(sheet, rect).filter(meets)
    }

    fn rebuild(&mut self, regions: &Regions) {
        let mut by_sheet: FxHashMap<SheetId, Vec<Entry>> = FxHashMap::default();
        self.entries.clear();
        for (id, region) in regions.iter() {
            let entries = entries(id, region);
            for (sheet, entry) in &entries {
                by_sheet.entry(*sheet).or_default().push(*entry);
            }
            self.entries.insert(id, entries);
        }
        let bulk = |(sheet, entries)| (sheet, RTree::bulk_load(entries));
        self.trees = by_sheet.into_iter().map(bulk).collect();
    }

    /// The regions that are calculated every time.
    pub(crate) fn volatile(&self) -> impl Iterator<Item = RegionId> + '_ {
        self.volatile.iter().copied()
    }

    /// The regions that are concerned when a part of a rectangle changes, each as often as it refers to it: those whose formulas
    /// read it, and those whose arrays wait for it to become free.
    pub(crate) fn of<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = RegionId> + use<'a> {
        self.entries_in(sheet, rect).map(|entry| entry.region)
    }

    /// The regions whose formulas read a part of a rectangle, and so wait for its values.
    pub(crate) fn waiting_for<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = RegionId> + use<'a> {
        let reads = |entry: &&Entry| entry.source != Source::Blocked;
        self.entries_in(sheet, rect).filter(reads).map(|entry| entry.region)
    }

    fn entries_in<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let tree = self.trees.get(&sheet).into_iter();
        let envelope = envelope(rect);
        tree.flat_map(move |tree| tree.locate_in_envelope_intersecting(envelope))
    }

    /// The regions whose arrays wait for a part of a rectangle to become free.
    pub(crate) fn blocked_in<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = RegionId> + use<'a> {
        let blocked = |entry: &&Entry| entry.source == Source::Blocked;
        self.entries_in(sheet, rect).filter(blocked).map(|entry| entry.region)
    }

    /// The rows of regions whose formulas refer to a part of a rectangle that changed.
    pub(crate) fn rows_reading<'a>(
        &'a self,
        regions: &'a Regions,
        sheet: SheetId,
        changed: &'a Rect,
    ) -> impl Iterator<Item = (RegionId, Range<u32>)> + 'a {
        self.entries_in(sheet, changed).filter_map(move |entry| {
            let region = regions.get(entry.region)?;
            let Source::Area(index) = entry.source else { return None };
            let rows = rows_meeting(region.template.areas.get(index)?, &region.rect, changed);
            (!rows.is_empty()).then_some((entry.region, rows))
        })
    }
}

impl Book {
    /// Brings the index up to date. Where the room of an array has become another one, the array is to be calculated, and
    /// what read the room: what waits for what may be another thing now.
    pub(crate) fn refresh_readers(&mut self) {
        let mut stale = self.readers.refresh(&self.regions, &self.functions);
        if !self.readers.rooms.of.is_empty() {
            for (sheet, rect) in &self.changes.rects {
                stale.extend(self.readers.rooms.around(*sheet, rect));
            }
        }
        let mut changed = Vec::new();
        for id in stale {
            let room = self.regions.get(id).and_then(|region| {
                let spills = region.spreads || region.template.may_spill(&self.functions);
                spills.then(|| (region.sheet, self.room(region))).filter(|room| !room.1.is_empty())
            });
            if self.readers.rooms.of.get(&id) != room.as_ref() {
                changed.push((id, room));
            }
        }
        if changed.is_empty() {
            return;
        }
        let many = changed.len() > 16 && changed.len() * 4 > self.readers.rooms.of.len();
        let mut rows: Vec<(RegionId, Range<u32>)> = Vec::new();
        for (id, _) in &changed {
            let Some((sheet, rects)) = self.readers.rooms.of.get(id) else { continue };
            for rect in rects {
                rows.extend(self.readers.rows_reading(&self.regions, *sheet, rect));
                let others = self.readers.could_fill(*sheet, rect).chain([*id]);
                rows.extend(others.filter_map(|id| Some((id, self.regions.get(id)?.rect.rows()))));
            }
        }
        for (id, rows) in rows {
            self.changes.rows(id, rows);
        }
        for (id, room) in changed {
            match (many, room) {
                (false, room) => self.readers.rooms.set(id, room),
                (true, Some(room)) => {
                    self.readers.rooms.of.insert(id, room);
                }
                (true, None) => {
                    self.readers.rooms.of.remove(&id);
                }
            }
        }
        if many {
            self.readers.rooms.rebuild();
        }
    }
}

fn entries(id: RegionId, region: &Region) -> Vec<(SheetId, Entry)> {
    let areas = region.template.areas.iter().enumerate().filter_map(|(index, area)| {
        let rect = area.over(&region.rect)?;
        Some((area.sheet, Entry { rect, region: id, source: Source::Area(index) }))
    });
    let blocked = region
        .blocked
        .map(|rect| (region.sheet, Entry { rect, region: id, source: Source::Blocked }));
    areas.chain(blocked).collect()
}

/// The rows of a region in which the area meets what changed; at least those, at most the region's.
pub(crate) fn rows_meeting(area: &Area, region: &Rect, changed: &Rect) -> Range<u32> {
    let (top, bottom) = (i64::from(changed.top), i64::from(changed.bottom));
    let (first, last) = (i64::from(region.top), i64::from(region.bottom));
    let (low, high) = match (area.top, area.bottom) {
        (Axis::Moving(a), Axis::Moving(b)) => {
            (top - i64::from(a.max(b)), bottom - i64::from(a.min(b)))
        }
        (Axis::Fixed(a), Axis::Fixed(b)) => {
            let meets = i64::from(a.min(b)) <= bottom && i64::from(a.max(b)) >= top;
            if meets { (first, last) } else { (1, 0) }
        }
        (Axis::Fixed(at), Axis::Moving(by)) | (Axis::Moving(by), Axis::Fixed(at)) => {
            let (at, by) = (i64::from(at), i64::from(by));
            if at < top {
                (top - by, last)
            } else if at > bottom {
                (first, bottom - by)
            } else {
                (first, last)
            }
        }
    };
    let (low, high) = (low.max(first), high.min(last));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clipped to rows of a sheet"
    )]
    if low <= high { low as u32..high as u32 + 1 } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Cell;
    use proptest::prelude::*;

    fn axis() -> impl Strategy<Value = Axis> {
        prop_oneof![(0u32..30).prop_map(Axis::Fixed), (-6i32..6).prop_map(Axis::Moving)]
    }

    proptest! {
        #[test]
        fn rows_that_read_a_changed_rectangle_are_found(
            top in axis(), bottom in axis(), first in 0u32..20, len in 0u32..10,
            changed in 0u32..30, height in 0u32..4,
        ) {
            let area = Area { sheet: SheetId(0), top, bottom, left: Axis::Fixed(3), right: Axis::Fixed(3) };
            let region = Rect { top: first, left: 0, bottom: first + len, right: 0 };
            let changed = Rect { top: changed, left: 3, bottom: changed + height, right: 3 };
            let found = rows_meeting(&area, &region, &changed);
            for row in region.rows() {
                let reads = area.at(Cell::new(row, 0)).is_some_and(|rect| rect.intersection(&changed).is_some());
                prop_assert!(!reads || found.contains(&row), "row {row} of {found:?}");
            }
            prop_assert!(found.is_empty() || (found.start >= region.top && found.end <= region.bottom + 1));
        }
    }
}
