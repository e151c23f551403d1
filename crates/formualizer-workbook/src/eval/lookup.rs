//! `VLOOKUP` and `MATCH` of exact values in a table that is the same for all rows: the column is indexed once.

use super::{
    interpret,
    operand::Operand,
    program::Lookup,
    run::{Result, Rows, Run, Stop},
    scalar::fail,
};
use crate::cells::{Builder, CellRef, Cells};
use formualizer_common::ExcelErrorKind;
use rustc_hash::FxHashMap;

/// Below so many rows an index does not pay.
const ROWS_FOR_INDEX: usize = 16;
/// Numbers that are nearer than this are the same to lookups.
const TOLERANCE: f64 = 1e-12;

/// Where the values of a column stand first.
struct Index {
    /// In ascending order, each number once.
    numbers: Vec<(f64, usize)>,
    texts: FxHashMap<String, usize>,
}

impl Index {
    fn new(column: &Cells) -> Self {
        let (mut numbers, mut texts) = (Vec::new(), FxHashMap::default());
        for (row, cell) in column.iter().enumerate() {
            match cell {
                CellRef::Number(n, _) => numbers.push((n, row)),
                CellRef::Text(text) => {
                    texts.entry(text.to_lowercase()).or_insert(row);
                }
                _ => {}
            }
        }
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        numbers.dedup_by_key(|(n, _)| n.to_bits());
        Self { numbers, texts }
    }

    fn number(&self, key: f64) -> Option<usize> {
        let from = self.numbers.partition_point(|(n, _)| *n < key - TOLERANCE);
        let near = self.numbers.iter().skip(from).take_while(|(n, _)| *n <= key + TOLERANCE);
        near.filter(|(n, _)| (n - key).abs() < TOLERANCE).map(|(_, row)| *row).min()
    }
}

pub(crate) fn evaluate(run: &Run<'_>, lookup: &Lookup, rows: Rows<'_>) -> Result<Operand> {
    let interpret = || interpret::evaluate(run, &lookup.formula, lookup.exact, rows);
    if rows.len() < ROWS_FOR_INDEX {
        return interpret();
    }
    let Some(rect) = run.rect(&lookup.table, run.own(rows.at(0))) else { return interpret() };
    let column = lookup.column.unwrap_or(0);
    if column >= rect.width() || lookup.column.is_none() && rect.width() > 1 {
        return interpret();
    }
    let keys = run.node(&lookup.key, rows)?;
    let keys = keys.lane(run.dates).ok_or(Stop::Interpret)?;
    let used = run.reader.used_rows(lookup.table.sheet, rect.cols());
    let cells = |col| {
        let end = (rect.bottom + 1).min(used).max(rect.top);
        run.reader.cells(lookup.table.sheet, col, rect.top..end)
    };
    let index = Index::new(&cells(rect.left));
    let results = cells(rect.left + column);
    let mut builder = Builder::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let found = match keys.get(at) {
            CellRef::Number(n, _) => index.number(n),
            CellRef::Blank => index.number(0.0),
            CellRef::Text(text) if !text.contains(['*', '?', '~']) => {
                index.texts.get(&text.to_lowercase()).copied()
            }
            CellRef::Error(kind, _) => {
                if lookup.exact {
                    run.doubt(row);
                }
                builder.push(fail(kind));
                continue;
            }
            CellRef::Text(_) | CellRef::Logical(_) => {
                run.doubt(row);
                None
            }
        };
        builder.push(match (found, lookup.column) {
            (None, _) => fail(ExcelErrorKind::Na),
            #[expect(clippy::cast_precision_loss, reason = "rows of a sheet")]
            (Some(found), None) => CellRef::number((found + 1) as f64),
            (Some(found), Some(_)) => match results.get(found) {
                CellRef::Number(n, _) => CellRef::number(n),
                CellRef::Error(kind, _) => fail(kind),
                cell => cell,
            },
        });
    }
    Ok(Operand::Rows(builder.finish()))
}
