//! The regions that a change may concern, and which waits for which.

use crate::book::{Book, RegionId};
use petgraph::{algo::kosaraju_scc, graph::DiGraph};
use rustc_hash::{FxHashMap, FxHashSet};

/// Regions that are calculated together: one, or some that read each other.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) regions: Vec<RegionId>,
    /// Whether a region of it reads itself or one reads another: cell by cell.
    pub(crate) cyclic: bool,
    /// Units that wait for this one.
    pub(crate) readers: Vec<usize>,
    /// Number of units that this one waits for.
    pub(crate) waits_for: usize,
}

/// The order of a round.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
    pub(crate) unit_of: FxHashMap<RegionId, usize>,
}

/// Everything that reads what changed, and what reads that. Needs `book.readers` to be fresh.
pub(crate) fn plan(book: &Book) -> Plan {
    let mut graph: DiGraph<RegionId, ()> = DiGraph::new();
    let mut nodes = FxHashMap::default();
    let mut todo = Vec::new();
    let mut reach = |region: RegionId, graph: &mut DiGraph<RegionId, ()>, todo: &mut Vec<_>| {
        *nodes.entry(region).or_insert_with(|| {
            let node = graph.add_node(region);
            todo.push((region, node));
            node
        })
    };
    for region in book.changes.rows.keys() {
        reach(*region, &mut graph, &mut todo);
    }
    for (sheet, rect) in &book.changes.rects {
        for region in book.readers.of(*sheet, rect) {
            reach(region, &mut graph, &mut todo);
        }
    }
    let mut seen = FxHashSet::default();
    while let Some((id, node)) = todo.pop() {
        let Some(region) = book.regions.get(id) else { continue };
        let outputs = [Some(region.rect), region.spill];
        seen.clear();
        for rect in outputs.into_iter().flatten() {
            for reader in book.readers.waiting_for(region.sheet, &rect) {
                if seen.insert(reader) {
                    let reader = reach(reader, &mut graph, &mut todo);
                    graph.add_edge(node, reader, ());
                }
            }
        }
    }
    in_order(&graph)
}

fn in_order(graph: &DiGraph<RegionId, ()>) -> Plan {
    let mut plan = Plan::default();
    let mut unit_of_node = vec![0; graph.node_count()];
    // Kosaraju's algorithm gives what waits before what it waits for.
    for (index, nodes) in kosaraju_scc(graph).into_iter().enumerate() {
        let own_edge = nodes.first().is_some_and(|node| graph.contains_edge(*node, *node));
        let mut regions: Vec<RegionId> = nodes.iter().map(|node| graph[*node]).collect();
        regions.sort_unstable();
        for node in &nodes {
            unit_of_node[node.index()] = index;
            plan.unit_of.insert(graph[*node], index);
        }
        let cyclic = nodes.len() > 1 || own_edge;
        plan.units.push(Unit { regions, cyclic, readers: Vec::new(), waits_for: 0 });
    }
    let mut edges: Vec<(usize, usize)> = graph
        .edge_indices()
        .filter_map(|edge| graph.edge_endpoints(edge))
        .map(|(from, to)| (unit_of_node[from.index()], unit_of_node[to.index()]))
        .filter(|(from, to)| from != to)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    for (from, to) in edges {
        plan.units[from].readers.push(to);
        plan.units[to].waits_for += 1;
    }
    plan
}
