//! Who reads a rectangle: the ranges that the regions' formulas refer to, and the rooms of arrays.

use super::{
    Book, Region, RegionId, Regions,
    mentions::Mentions,
    ranges::{RangeId, Ranges, ReadBy, Reader, envelope, trees},
};
use crate::{
    address::{Area, Axis, Rect, SheetId},
    functions::Functions,
};
use rstar::{AABB, RTree, RTreeObject};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// A rectangle of an array's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    rect: Rect,
    region: RegionId,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[i64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.rect)
    }
}

/// What the index holds of a region.
#[derive(Clone, Debug, Default)]
struct Held {
    /// What its formula refers to, by the places of its template's areas.
    read: Vec<(SheetId, Rect, usize)>,
    /// What its array would fill if nothing stood in the way.
    blocked: Option<(SheetId, Rect)>,
}

impl Held {
    fn of(region: &Region) -> Self {
        let areas = region.template.areas.iter().enumerate();
        let read =
            areas.filter_map(|(index, area)| Some((area.sheet, area.over(&region.rect)?, index)));
        let blocked = region.blocked.map(|rect| (region.sheet, rect));
        Self { read: read.collect(), blocked }
    }
}

/// The references of all regions. Brought up to date once before a recalculation, so that setting a
/// formula costs nothing here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readers {
    ranges: Ranges,
    blocked: FxHashMap<SheetId, RTree<Entry>>,
    held: FxHashMap<RegionId, Held>,
    stale: FxHashSet<RegionId>,
    mentions: Mentions,
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
        self.trees = trees(self.of.iter().flat_map(|(id, (sheet, rects))| {
            rects.iter().map(move |rect| (*sheet, bounded(*id, rect)))
        }));
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
    Entry { rect, region }
}

impl Readers {
    /// Says that a region is new, gone or another one.
    pub(crate) fn touch(&mut self, region: RegionId) {
        self.stale.insert(region);
        self.mentions.touch(region);
    }

    /// The regions whose formulas mention one of some names, tables or sheets, in any case.
    pub(crate) fn mentioning(&mut self, regions: &Regions, names: &[&str]) -> Vec<RegionId> {
        self.mentions.of(regions, names)
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
        if stale.len() > 16 && stale.len() * 4 > self.held.len() {
            self.rebuild(regions);
            return stale;
        }
        for &id in &stale {
            let old = self.held.remove(&id).unwrap_or_default();
            let new = regions.get(id).map(Held::of);
            for (sheet, rect, index) in old.read {
                self.ranges.remove(sheet, rect, (id, index));
            }
            if let Some((sheet, rect)) = old.blocked
                && let Some(tree) = self.blocked.get_mut(&sheet)
            {
                tree.remove(&Entry { rect, region: id });
            }
            if let Some(new) = new {
                for (sheet, rect, index) in &new.read {
                    self.ranges.insert(*sheet, *rect, (id, *index));
                }
                if let Some((sheet, rect)) = new.blocked {
                    self.blocked.entry(sheet).or_default().insert(Entry { rect, region: id });
                }
                self.held.insert(id, new);
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
        self.held = regions.iter().map(|(id, region)| (id, Held::of(region))).collect();
        let read = regions.iter().flat_map(|(id, _)| {
            let held = self.held.get(&id).into_iter().flat_map(|held| &held.read);
            held.map(move |(sheet, rect, index)| (*sheet, *rect, (id, *index)))
        });
        self.ranges = Ranges::of(read);
        self.blocked = trees(self.held.iter().filter_map(|(id, held)| {
            let (sheet, rect) = held.blocked?;
            Some((sheet, Entry { rect, region: *id }))
        }));
    }

    /// The regions that are calculated every time.
    pub(crate) fn volatile(&self) -> impl Iterator<Item = RegionId> + '_ {
        self.volatile.iter().copied()
    }

    /// The ranges that formulas read and that have a part of a rectangle.
    pub(crate) fn ranges_in<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = (RangeId, &'a ReadBy)> + use<'a> {
        self.ranges.meeting(sheet, rect)
    }

    /// Who reads a range.
    pub(crate) fn of_range(&self, range: RangeId) -> impl Iterator<Item = Reader> + '_ {
        self.ranges.readers(range)
    }

    /// Whether a formula reads a part of a rectangle.
    pub(crate) fn is_read(&self, sheet: SheetId, rect: &Rect) -> bool {
        self.ranges.meeting(sheet, rect).next().is_some()
    }

    /// The regions whose arrays wait for a part of a rectangle to become free.
    pub(crate) fn blocked_in<'a>(
        &'a self,
        sheet: SheetId,
        rect: &Rect,
    ) -> impl Iterator<Item = RegionId> + use<'a> {
        let tree = self.blocked.get(&sheet).into_iter();
        let envelope = envelope(rect);
        let found = tree.flat_map(move |tree| tree.locate_in_envelope_intersecting(envelope));
        found.map(|entry| entry.region)
    }

    /// The rows of regions whose formulas refer to a part of a rectangle that changed.
    pub(crate) fn rows_reading<'a>(
        &'a self,
        regions: &'a Regions,
        sheet: SheetId,
        changed: &'a Rect,
    ) -> impl Iterator<Item = (RegionId, Range<u32>)> + 'a {
        let readers = self.ranges.meeting(sheet, changed).flat_map(|(_, by)| by.iter());
        readers.filter_map(move |reader| rows_of_reader(regions, reader, changed))
    }
}

/// The rows of a reader's region that refer to a part of a rectangle that changed.
pub(crate) fn rows_of_reader(
    regions: &Regions,
    (id, index): Reader,
    changed: &Rect,
) -> Option<(RegionId, Range<u32>)> {
    let region = regions.get(id)?;
    let rows = rows_meeting(region.template.areas.get(index)?, &region.rect, changed);
    (!rows.is_empty()).then_some((id, rows))
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
