//! Groups of rows in their order, with subtotals and the total.

use crate::{
    call::Result,
    cells::{Cells, NumberKind},
    families::arrays::{
        classes::classes,
        order::{Key, order},
    },
    value::ScalarValue,
};
use arrow_array::{Float64Array, UInt32Array};
use std::ops::Range;
use udf_abi::ErrorCode;

/// What lines are ordered by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    /// The labels of a field.
    Field { at: usize, descending: bool },
    /// The value of the function for a column of values.
    Value { at: usize, descending: bool },
}

/// A line of a summary: a group, the groups of a subtotal, or all of them.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// How many fields are fixed: all of them for a group, none for the total.
    pub(super) depth: usize,
    /// The groups, by their place in the order.
    pub(super) groups: Range<usize>,
    /// A label for each field.
    pub(super) labels: Vec<ScalarValue>,
}

/// The lines of rows or columns.
#[derive(Debug)]
pub(super) struct Axis {
    /// How many fields there are.
    pub(super) levels: usize,
    /// The lines from top to bottom, or from left to right.
    pub(super) lines: Vec<Line>,
    /// The rows of each group, as they stand in the data.
    pub(super) rows: Vec<Vec<u32>>,
    /// The group of each row.
    pub(super) group_of: Vec<usize>,
    /// For each level from 0, where the groups that share so many fields begin and end.
    spans: Vec<Vec<Range<usize>>>,
}

impl Axis {
    /// The lines of some fields. `value` is the function's for a column of values and some rows.
    pub(super) fn new(
        fields: &[Cells],
        len: usize,
        depth: i64,
        sorts: &[Sort],
        hierarchy: bool,
        value: impl Fn(usize, &[u32]) -> ScalarValue,
    ) -> Result<Self> {
        let groups = classes(fields, len);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups.first.len()];
        for (row, class) in (0..).zip(&groups.of) {
            members.get_mut(*class as usize).ok_or(ErrorCode::Value)?.push(row);
        }
        let first = UInt32Array::from(groups.first.clone());
        let labels: Vec<Cells> = fields.iter().map(|field| field.take(&first)).collect();
        let keys = if hierarchy {
            nested(&labels, &members, sorts, &value)
        } else {
            flat(&labels, &members, sorts, &value)
        };
        let places = order(&keys, members.len());
        let mut place_of = vec![0; places.len()];
        for (place, class) in places.iter().enumerate() {
            if let Some(at) = place_of.get_mut(*class as usize) {
                *at = place;
            }
        }
        let group_of = groups.of.iter().filter_map(|class| place_of.get(*class as usize).copied());
        let group_of = group_of.collect();
        let rows =
            places.iter().filter_map(|class| members.get(*class as usize).cloned()).collect();
        let places = UInt32Array::from(places);
        let labels: Vec<Cells> = labels.iter().map(|column| column.take(&places)).collect();
        let spans = (0..=fields.len()).map(|level| spans(&labels, level, first.values().len()));
        let mut axis = Self {
            levels: fields.len(),
            lines: Vec::new(),
            rows,
            group_of,
            spans: spans.collect(),
        };
        axis.lay_out(&labels, depth);
        Ok(axis)
    }

    /// The lines, with totals of so many levels below, or above where negative.
    fn lay_out(&mut self, labels: &[Cells], depth: i64) {
        let totals = usize::try_from(depth.unsigned_abs()).unwrap_or(usize::MAX);
        let line = |level: usize, groups: Range<usize>| {
            let label = |at: usize| match labels.get(at) {
                Some(cells) if at < level => cells.get(groups.start).owned(),
                _ if at == 0 && totals > 1 => "Grand Total".into(),
                _ if at == 0 => "Total".into(),
                _ => "".into(),
            };
            Line { depth: level, labels: (0..labels.len()).map(label).collect(), groups }
        };
        let mut lines = Vec::new();
        for group in 0..self.rows.len() {
            lines.push(line(self.levels, group..group + 1));
        }
        let mut totals_of: Vec<Line> = Vec::new();
        for level in 0..totals.min(self.levels) {
            let spans = self.spans.get(level).into_iter().flatten();
            totals_of.extend(spans.map(|span| line(level, span.clone())));
        }
        lines.extend(totals_of);
        // Above: outer totals come first; below: inner ones.
        if depth < 0 {
            lines.sort_by_key(|line| (line.groups.start, line.depth));
        } else {
            lines.sort_by_key(|line| (line.groups.end, std::cmp::Reverse(line.depth)));
        }
        self.lines = lines;
    }

    /// The groups of the line above a line in the hierarchy: the total's are its own.
    pub(super) fn parent(&self, line: &Line) -> Range<usize> {
        let level = line.depth.saturating_sub(1);
        let spans = self.spans.get(level).into_iter().flatten();
        let around =
            |span: &&Range<usize>| span.start <= line.groups.start && line.groups.end <= span.end;
        spans.clone().find(around).cloned().unwrap_or(0..self.rows.len())
    }

    /// The rows of some groups, as they stand in the data.
    pub(super) fn rows_of(&self, groups: &Range<usize>) -> Vec<u32> {
        let mut rows: Vec<u32> =
            self.rows.get(groups.clone()).into_iter().flatten().flatten().copied().collect();
        rows.sort_unstable();
        rows
    }
}

/// Where the groups that share their first fields begin and end.
fn spans(labels: &[Cells], level: usize, groups: usize) -> Vec<Range<usize>> {
    let columns = labels.get(..level).unwrap_or_default();
    let of = classes(columns, groups).of;
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (group, class) in of.iter().enumerate() {
        match spans.last_mut() {
            Some(span) if of.get(span.start) == Some(class) => span.end = group + 1,
            _ => spans.push(group..group + 1),
        }
    }
    spans
}

type Value<'a> = &'a dyn Fn(usize, &[u32]) -> ScalarValue;

/// Keys of groups for which groups that share a field stay together: by each field in turn, or by the values of
/// what shares it.
fn nested(labels: &[Cells], members: &[Vec<u32>], sorts: &[Sort], value: Value<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    let by_value = sorts.iter().find_map(|sort| match sort {
        Sort::Value { at, descending } => Some((*at, *descending)),
        Sort::Field { .. } => None,
    });
    for (level, label) in labels.iter().enumerate() {
        let groups = classes(labels.get(..=level).unwrap_or_default(), members.len());
        if let Some((at, descending)) = by_value {
            let mut rows: Vec<Vec<u32>> = vec![Vec::new(); groups.first.len()];
            for (class, of_group) in groups.of.iter().zip(members) {
                if let Some(rows) = rows.get_mut(*class as usize) {
                    rows.extend_from_slice(of_group);
                }
            }
            let values = Cells::of_values(rows.iter_mut().map(|rows| {
                rows.sort_unstable();
                value(at, rows)
            }));
            let cells = values.take(&UInt32Array::from(groups.of.clone()));
            keys.push(Key { cells, descending });
        }
        let descending = sorts
            .iter()
            .any(|sort| matches!(sort, Sort::Field { at, descending: true } if *at == level));
        keys.push(Key { cells: label.clone(), descending });
        // What is alike in order and yet another group stays apart.
        let numbers = groups.of.iter().map(|class| f64::from(*class)).collect::<Vec<_>>();
        let cells = Cells::Numbers(NumberKind::Number, Float64Array::from(numbers));
        keys.push(Key { cells, descending: false });
    }
    keys
}

/// Keys of groups by what is asked for first, then by each field.
fn flat(labels: &[Cells], members: &[Vec<u32>], sorts: &[Sort], value: Value<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    for sort in sorts {
        match sort {
            Sort::Field { at, descending } => {
                if let Some(cells) = labels.get(*at) {
                    keys.push(Key { cells: cells.clone(), descending: *descending });
                }
            }
            Sort::Value { at, descending } => {
                let cells = Cells::of_values(members.iter().map(|rows| value(*at, rows)));
                keys.push(Key { cells, descending: *descending });
            }
        }
    }
    keys.extend(labels.iter().map(|cells| Key { cells: cells.clone(), descending: false }));
    keys
}
