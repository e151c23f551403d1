//! The regions that a change may concern, and which waits for which.
//!
//! A range that several formulas read stands between the cells and these formulas: many cells under many sums of all of them are as
//! many edges as there are cells and sums, not each times each.

use crate::{
    address::{Cell, Rect, SheetId},
    book::{Book, RangeId, ReadBy, Region, RegionId},
};
use rustc_hash::FxHashMap;

/// What waits, or is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Region(RegionId),
    /// Of several readers.
    Range(RangeId),
}

/// What is calculated together: one region, or some that wait for each other. A range alone is nothing to calculate.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) regions: Vec<RegionId>,
    /// Ranges whose readers are told once the unit is done.
    pub(crate) ranges: Vec<RangeId>,
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
    pub(crate) unit_of_range: FxHashMap<RangeId, usize>,
}

/// The nodes as they are reached.
#[derive(Default)]
struct Reached {
    nodes: Vec<Node>,
    index: FxHashMap<Node, u32>,
}

impl Reached {
    fn reach(&mut self, node: Node) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        *self.index.entry(node).or_insert_with(|| {
            self.nodes.push(node);
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
    // As they stand in columns: what is stored next to each other is stored one after the other.
    let place = |id: &RegionId| {
        book.regions.get(*id).map(|region| (region.sheet, region.rect.left, region.rect.top))
    };
    let mut changed: Vec<RegionId> = book.changes.rows.keys().copied().collect();
    changed.sort_by_cached_key(place);
    for region in changed {
        reached.reach(Node::Region(region));
    }
    for (sheet, rect) in &book.changes.rects {
        reading(book, *sheet, rect, &mut |node| {
            reached.reach(node);
        });
        for region in book.readers.blocked_in(*sheet, rect) {
            reached.reach(Node::Region(region));
        }
    }
    // What waits for each node, one list after the other.
    let (mut starts, mut readers): (Vec<usize>, Vec<u32>) = (vec![0], Vec::new());
    let mut next = 0;
    while let Some(node) = reached.nodes.get(next).copied() {
        next += 1;
        let start = readers.len();
        match node {
            Node::Region(id) => {
                if let Some(region) = book.regions.get(id) {
                    waiting(book, id, region, &mut |reader| readers.push(reached.reach(reader)));
                }
            }
            Node::Range(range) => {
                let regions = book.readers.of_range(range).map(|(region, _)| region);
                readers.extend(regions.map(|region| reached.reach(Node::Region(region))));
            }
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

/// Calls `each` for what reads a part of a rectangle: ranges of several readers, and readers that are alone with theirs.
fn reading(book: &Book, sheet: SheetId, rect: &Rect, each: &mut dyn FnMut(Node)) {
    for (range, by) in book.readers.ranges_in(sheet, rect) {
        each(match by {
            ReadBy::One((region, _)) => Node::Region(*region),
            ReadBy::Many(_) => Node::Range(range),
        });
    }
}

/// Calls `each` for what may wait for a region.
pub(super) fn waiting(book: &Book, id: RegionId, region: &Region, each: &mut dyn FnMut(Node)) {
    for rect in [Some(region.rect), region.spill].into_iter().flatten() {
        reading(book, region.sheet, &rect, each);
    }
    for rect in book.readers.room(id) {
        reading(book, region.sheet, rect, each);
        let later = |other: &RegionId| {
            let other_last = book.regions.get(*other).map(last);
            *other != id && other_last.is_some_and(|last| region.anchor() < last)
        };
        let behind = book.readers.could_fill(region.sheet, rect).filter(later);
        behind.for_each(|region| each(Node::Region(region)));
    }
}

fn last(region: &Region) -> Cell {
    let Rect { bottom, right, .. } = region.rect;
    Cell::new(bottom, right)
}

/// Units after those that they wait for: strongly connected nodes by Tarjan's algorithm.
fn in_order(reached: Reached, starts: &[usize], readers: &[u32]) -> Plan {
    let mut plan = Plan::default();
    let of = |node: u32| {
        let node = node as usize;
        readers.get(starts[node]..starts[node + 1]).unwrap_or_default()
    };
    let units = components(reached.nodes.len(), &of);
    let mut unit_of = vec![0; reached.nodes.len()];
    for (index, nodes) in units.iter().enumerate() {
        let own_edge = nodes.first().is_some_and(|node| of(*node).contains(node));
        let (mut regions, mut ranges) = (Vec::new(), Vec::new());
        for node in nodes {
            unit_of[*node as usize] = index;
            match reached.nodes[*node as usize] {
                Node::Region(region) => {
                    regions.push(region);
                    plan.unit_of.insert(region, index);
                }
                Node::Range(range) => {
                    ranges.push(range);
                    plan.unit_of_range.insert(range, index);
                }
            }
        }
        regions.sort_unstable();
        ranges.sort_unstable();
        let cyclic = nodes.len() > 1 || own_edge;
        plan.units.push(Unit { regions, ranges, cyclic, readers: Vec::new(), waits_for: 0 });
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
