//! The regions that a change may concern, and which waits for which.

use crate::{
    address::{Cell, Rect},
    book::{Book, Region, RegionId},
};
use rustc_hash::FxHashMap;

/// Regions that are calculated together: one, or some that wait for each other.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) regions: Vec<RegionId>,
    /// Whether a region of it may wait for itself or one for another: cell by cell.
    pub(crate) cyclic: bool,
    /// Units that wait for this one.
    pub(crate) readers: Vec<usize>,
    /// Number of units that this one waits for.
    pub(crate) waits_for: usize,
}

/// The order of a pass.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
    pub(crate) unit_of: FxHashMap<RegionId, usize>,
}

/// The regions as they are reached.
#[derive(Default)]
struct Reached {
    regions: Vec<RegionId>,
    index: FxHashMap<RegionId, u32>,
}

impl Reached {
    fn reach(&mut self, region: RegionId) -> u32 {
        let next = u32::try_from(self.regions.len()).unwrap_or(u32::MAX);
        *self.index.entry(region).or_insert_with(|| {
            self.regions.push(region);
            next
        })
    }
}

/// Everything that may wait for what changed, and what may wait for that. Needs `book.readers` to be fresh.
///
/// A region waits for those that it reads, and for those whose arrays could fill what it reads. An array waits for those before it
/// that could fill what it could fill.
pub(crate) fn plan(book: &Book) -> Plan {
    let mut reached = Reached::default();
    for region in book.changes.rows.keys() {
        reached.reach(*region);
    }
    for (sheet, rect) in &book.changes.rects {
        for region in book.readers.of(*sheet, rect) {
            reached.reach(region);
        }
    }
    // What waits for each region, one list after the other.
    let (mut starts, mut readers): (Vec<usize>, Vec<u32>) = (vec![0], Vec::new());
    let mut next = 0;
    while let Some(id) = reached.regions.get(next).copied() {
        next += 1;
        let start = readers.len();
        if let Some(region) = book.regions.get(id) {
            waiting(book, id, region, &mut |reader| readers.push(reached.reach(reader)));
        }
        readers[start..].sort_unstable();
        let mut kept = start;
        for at in start..readers.len() {
            if kept == start || readers[kept - 1] != readers[at] {
                readers[kept] = readers[at];
                kept += 1;
            }
        }
        readers.truncate(kept);
        starts.push(readers.len());
    }
    in_order(reached, &starts, &readers)
}

/// Calls `each` for the regions that may wait for a region.
pub(super) fn waiting(book: &Book, id: RegionId, region: &Region, each: &mut dyn FnMut(RegionId)) {
    for rect in [Some(region.rect), region.spill].into_iter().flatten() {
        book.readers.waiting_for(region.sheet, &rect).for_each(&mut *each);
    }
    for rect in book.readers.room(id) {
        book.readers.waiting_for(region.sheet, rect).for_each(&mut *each);
        let later = |other: &RegionId| {
            let other_last = book.regions.get(*other).map(last);
            *other != id && other_last.is_some_and(|last| region.anchor() < last)
        };
        book.readers.could_fill(region.sheet, rect).filter(later).for_each(&mut *each);
    }
}

fn last(region: &Region) -> Cell {
    let Rect { bottom, right, .. } = region.rect;
    Cell::new(bottom, right)
}

/// Units after those that they wait for: strongly connected regions by Tarjan's algorithm.
fn in_order(reached: Reached, starts: &[usize], readers: &[u32]) -> Plan {
    let mut plan = Plan::default();
    let of = |node: u32| {
        let node = node as usize;
        readers.get(starts[node]..starts[node + 1]).unwrap_or_default()
    };
    let units = components(reached.regions.len(), &of);
    let mut unit_of = vec![0; reached.regions.len()];
    for (index, nodes) in units.iter().enumerate() {
        let own_edge = nodes.first().is_some_and(|node| of(*node).contains(node));
        let mut regions: Vec<RegionId> =
            nodes.iter().map(|node| reached.regions[*node as usize]).collect();
        regions.sort_unstable();
        for node in nodes {
            unit_of[*node as usize] = index;
            plan.unit_of.insert(reached.regions[*node as usize], index);
        }
        let cyclic = nodes.len() > 1 || own_edge;
        plan.units.push(Unit { regions, cyclic, readers: Vec::new(), waits_for: 0 });
    }
    for (from, nodes) in units.iter().enumerate() {
        let to = nodes.iter().flat_map(|node| of(*node)).map(|reader| unit_of[*reader as usize]);
        let mut to: Vec<usize> = to.filter(|to| *to != from).collect();
        to.sort_unstable();
        to.dedup();
        to.iter().for_each(|to| plan.units[*to].waits_for += 1);
        plan.units[from].readers = to;
    }
    plan
}

/// The strongly connected components of a graph of `len` nodes, each before those that lead to it. Without recursion.
pub(super) fn components<'g>(len: usize, edges: &dyn Fn(u32) -> &'g [u32]) -> Vec<Vec<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let (mut index, mut low) = (vec![UNSEEN; len], vec![0_u32; len]);
    let mut open: Vec<u32> = Vec::new();
    let mut is_open = vec![false; len];
    let mut found = Vec::new();
    let mut count = 0;
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for root in 0..u32::try_from(len).unwrap_or(u32::MAX) {
        if index[root as usize] != UNSEEN {
            continue;
        }
        stack.push((root, 0));
        while let Some((node, next)) = stack.last_mut() {
            let at = *node as usize;
            if *next == 0 && index[at] == UNSEEN {
                (index[at], low[at]) = (count, count);
                count += 1;
                open.push(*node);
                is_open[at] = true;
            }
            if let Some(to) = edges(*node).get(*next).copied() {
                *next += 1;
                if index[to as usize] == UNSEEN {
                    stack.push((to, 0));
                } else if is_open[to as usize] {
                    low[at] = low[at].min(index[to as usize]);
                }
                continue;
            }
            stack.pop();
            if let Some((waiting, _)) = stack.last() {
                let waiting = *waiting as usize;
                low[waiting] = low[waiting].min(low[at]);
            }
            if low[at] == index[at] {
                let first = open.iter().rposition(|node| *node as usize == at).unwrap_or(0);
                let nodes = open.split_off(first);
                nodes.iter().for_each(|node| is_open[*node as usize] = false);
                found.push(nodes);
            }
        }
    }
    found
}
