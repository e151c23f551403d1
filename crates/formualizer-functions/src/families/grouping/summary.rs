//! The lines of both axes and the values where they cross.

use super::{
    axis::{Axis, Line},
    options::Options,
};
use crate::{
    call::{Call, Output, Result},
    cells::{Builder, Table},
    families::{arrays::fits, higher_order::going_on},
    value::ScalarValue,
};
use std::ops::Range;
use udf_abi::ErrorCode;

/// Rows and columns of a summary, each cell once.
struct Sheet {
    columns: Vec<Builder>,
}

impl Sheet {
    fn push(&mut self, row: impl IntoIterator<Item = ScalarValue>) {
        let mut row = row.into_iter();
        for column in &mut self.columns {
            column.push(row.next().unwrap_or_else(|| "".into()).cell());
        }
    }
}

/// The summary as an array: headers of the columns, then a row for each line.
pub(super) fn summary(
    call: &Call<'_>,
    options: &Options<'_>,
    rows: &Axis,
    columns: &Axis,
    relative_to: i64,
) -> Result<Output> {
    let values = options.values.columns.len();
    let width = rows.levels + columns.lines.len() * values;
    let heads = columns.levels + 2 * usize::from(options.values.headers.is_some());
    fits(heads + rows.lines.len(), width)?;
    let mut sheet = Sheet { columns: (0..width).map(|_| Builder::default()).collect() };
    head(&mut sheet, options, rows, columns);
    let all: Vec<u32> = (0..u32::try_from(options.len).unwrap_or(u32::MAX)).collect();
    let wholes: Vec<Vec<u32>> = match (options.of_a_whole, relative_to) {
        (true, 0) => columns.lines.iter().map(|line| columns.rows_of(&line.groups)).collect(),
        _ => Vec::new(),
    };
    for (at, line) in rows.lines.iter().enumerate() {
        let own = Crossing::new(rows, columns, &line.groups);
        let parent = match (options.of_a_whole, relative_to) {
            (true, 4) => Some(Crossing::new(rows, columns, &rows.parent(line))),
            _ => None,
        };
        let whole_row = match (options.of_a_whole, relative_to) {
            (true, 1) => rows.rows_of(&line.groups),
            _ => Vec::new(),
        };
        let mut cells = line.labels.clone();
        for (place, column) in columns.lines.iter().enumerate() {
            going_on(call, at * columns.lines.len() + place)?;
            let picked = own.rows(&column.groups);
            let parents = match (&parent, relative_to) {
                (Some(parent), _) => parent.rows(&column.groups),
                (None, 3) if options.of_a_whole => own.rows(&columns.parent(column)),
                _ => Vec::new(),
            };
            let whole: &[u32] = match relative_to {
                0 => wholes.get(place).map_or(&all, |rows| rows),
                1 => &whole_row,
                2 => &all,
                _ => &parents,
            };
            for value in 0..values {
                // A place without data is empty.
                cells.push(if picked.is_empty() {
                    "".into()
                } else {
                    options.value(value, &picked, Some(whole))
                });
            }
        }
        sheet.push(cells);
    }
    let columns = sheet.columns.into_iter().map(Builder::finish).collect();
    Table::try_new(columns).map(Output::from).ok_or(ErrorCode::Calc)
}

/// The names of the column fields, the labels of the columns, and the names of row fields and values.
fn head(sheet: &mut Sheet, options: &Options<'_>, rows: &Axis, columns: &Axis) {
    let corner = || std::iter::repeat_n(ScalarValue::from(""), rows.levels);
    let values = options.values.columns.len();
    if let Some(names) = &options.columns.headers {
        sheet.push(corner().chain(names.iter().cloned()));
    }
    for level in 0..columns.levels {
        let label = |line: &Line| line.labels.get(level).cloned().unwrap_or_default();
        let labels = columns.lines.iter().flat_map(|line| std::iter::repeat_n(label(line), values));
        sheet.push(corner().chain(labels));
    }
    if let Some(names) = &options.values.headers {
        let fields = options.rows.headers.iter().flatten().cloned();
        let values = columns.lines.iter().flat_map(|_| names.iter().cloned());
        sheet.push(fields.chain(values));
    }
}

/// The rows of a line of rows, by the groups of columns that they belong to.
struct Crossing {
    by_group: Vec<Vec<u32>>,
}

impl Crossing {
    fn new(rows: &Axis, columns: &Axis, groups: &Range<usize>) -> Self {
        let mut by_group = vec![Vec::new(); columns.rows.len()];
        for row in rows.rows_of(groups) {
            let group = columns.group_of.get(row as usize).copied().unwrap_or(0);
            if let Some(of_group) = by_group.get_mut(group) {
                of_group.push(row);
            }
        }
        Self { by_group }
    }

    fn rows(&self, groups: &Range<usize>) -> Vec<u32> {
        let mut rows: Vec<u32> =
            self.by_group.get(groups.clone()).into_iter().flatten().flatten().copied().collect();
        rows.sort_unstable();
        rows
    }
}
