//! Which rows of regions that may wait for each other are concerned where some of them are to be calculated.

use super::plan::{Node, waiting};
use crate::{
    address::{Area, Axis, Rect},
    book::{Book, Region, RegionId, RowSet},
};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Steps from rows to the rows that read them, after which all rows below are taken.
const MOST: usize = 1 << 12;

/// The rows of some regions that are to be calculated, and those that may wait for them, in all of these regions.
pub(super) fn closure(
    book: &Book,
    regions: &[RegionId],
    dirty: &FxHashMap<RegionId, RowSet>,
) -> Vec<(RegionId, RowSet)> {
    let known = |id: &RegionId| Some((*id, book.regions.get(*id)?));
    let known: FxHashMap<RegionId, &Region> = regions.iter().filter_map(known).collect();
    let mut rows: FxHashMap<RegionId, RowSet> = FxHashMap::default();
    let mut todo: Vec<(RegionId, Range<u32>)> = Vec::new();
    let mut add = |id: RegionId, part: Range<u32>, todo: &mut Vec<_>| {
        let set = rows.entry(id).or_default();
        for missing in set.missing(&part) {
            set.insert(missing.clone());
            todo.push((id, missing));
        }
    };
    for (id, region) in &known {
        for part in dirty.get(id).iter().flat_map(|rows| rows.iter()) {
            let part = part.start.max(region.rect.top)..part.end.min(region.rect.bottom + 1);
            add(*id, part, &mut todo);
        }
    }
    let mut steps = 0;
    while let Some((id, part)) = todo.pop() {
        steps += 1;
        if steps > MOST {
            return below(&known, dirty);
        }
        let Some(region) = known.get(&id) else { continue };
        let Region { sheet, rect, .. } = **region;
        let given = Rect { top: part.start, bottom: part.end - 1, ..rect };
        for rect in std::iter::once(&given).chain(book.readers.room(id)) {
            for (reader, rows) in book.readers.rows_reading(&book.regions, sheet, rect) {
                if known.contains_key(&reader) {
                    add(reader, rows, &mut todo);
                }
            }
        }
        if book.readers.may_spill(id) {
            let mut arrays = |other: RegionId| {
                if book.readers.may_spill(other)
                    && let Some(other_region) = known.get(&other)
                {
                    add(other, other_region.rect.rows(), &mut todo);
                }
            };
            waiting(book, id, region, &mut |node| match node {
                Node::Region(other) => arrays(other),
                Node::Range(range) => {
                    book.readers.of_range(range).for_each(|(other, _)| arrays(other));
                }
            });
        }
    }
    regions.iter().filter_map(|id| Some((*id, rows.remove(id)?))).collect()
}

/// The same without a look at each row: from the first row on where nothing is read from below, otherwise all.
fn below(
    known: &FxHashMap<RegionId, &Region>,
    dirty: &FxHashMap<RegionId, RowSet>,
) -> Vec<(RegionId, RowSet)> {
    let above = |region: &Region, area: &Area| {
        let own = |axis| match axis {
            Axis::Moving(by) => by <= 0,
            Axis::Fixed(at) => at <= region.rect.top,
        };
        own(area.top) && own(area.bottom)
    };
    let downward = known.len() < 64
        && known.values().all(|region| {
            let reads = |area: &&Area| {
                let rect = area.over(&region.rect);
                rect.is_some_and(|rect| {
                    known.values().any(|other| {
                        other.sheet == area.sheet && other.rect.intersection(&rect).is_some()
                    })
                })
            };
            region.template.areas.iter().filter(reads).all(|area| above(region, area))
        });
    let first = dirty.iter().filter(|(id, _)| known.contains_key(*id));
    let first = first.filter_map(|(_, rows)| rows.first()).min().unwrap_or(0);
    let from = if downward { first } else { 0 };
    let rows = |(id, region): (&RegionId, &&Region)| {
        let mut rows = RowSet::default();
        rows.insert(from.max(region.rect.top)..region.rect.bottom + 1);
        (!rows.is_empty()).then_some((*id, rows))
    };
    known.iter().filter_map(rows).collect()
}
