//! Rows that each see so many of the first rows of the ranges of a call, held against calls with ranges that are so
//! long.

use crate::{Shared, naive::Operand};
use formualizer_functions::{
    ErrorCode, ScalarValue,
    cells::{Cells, Table},
    find,
    lift::Rows,
};

const ROWS: usize = 60;

/// A column in which values come again, of several kinds.
fn column(seed: usize, kinds: usize) -> Cells {
    Cells::of_values((0..ROWS).map(|row| {
        let draw = (row + 1) * (seed * 2 + 7) * 2_654_435_761 % 1_000_003 % 97;
        match draw % kinds {
            0..3 => ScalarValue::from((draw % 5) as f64),
            3 => ScalarValue::from(["a", "B", "ab", "2"][draw % 4]),
            4 => ScalarValue::Blank,
            5 => ScalarValue::from(draw.is_multiple_of(2)),
            _ => ScalarValue::error(ErrorCode::Div),
        }
    }))
}

fn array(columns: &[Cells], rows: usize) -> Operand {
    let held = rows.min(ROWS);
    let columns = columns.iter().map(|cells| cells.slice(0, held)).collect();
    let table = Table::try_new(columns).unwrap();
    Operand::Array(table.with_blank_tail(rows - held).as_reference())
}

#[test]
fn growing_ranges_are_ranges_that_end_with_each_row() {
    let shared = Shared::default();
    let context = shared.context(2026, 46_000.5, 0);
    // The rows that were picked, some of which see cells below those that are held.
    let seen: Vec<u32> = (1..=ROWS as u32).chain([3, 3, 70, 61, 1]).collect();
    let wide = [column(1, 5), column(2, 4)];
    let keys = |seed| {
        let keys = column(seed, 7);
        Operand::Rows(Cells::concat(&[keys.clone(), keys.slice(0, seen.len() - ROWS)]))
    };
    let same = |text: &str| Operand::Scalar(text.into());
    let one = |seed, kinds| array(&[column(seed, kinds)], ROWS);
    let (a, b, values) = (one(3, 6), one(4, 5), one(5, 3));
    let calls: Vec<(&str, Vec<Operand>)> = vec![
        ("COUNTIF", vec![a.clone(), keys(3)]),
        ("COUNTIF", vec![a.clone(), same(">1")]),
        ("COUNTIF", vec![a.clone(), same("<>2")]),
        ("COUNTIF", vec![a.clone(), same("")]),
        ("COUNTIF", vec![a.clone(), same("a*")]),
        ("COUNTIF", vec![array(&wide, ROWS), keys(1)]),
        ("SUMIF", vec![b.clone(), keys(4)]),
        ("SUMIF", vec![b.clone(), keys(4), values.clone()]),
        ("SUMIF", vec![b.clone(), same("<3"), one(6, 7)]),
        ("AVERAGEIF", vec![b.clone(), keys(4), values.clone()]),
        ("COUNTIFS", vec![a.clone(), keys(3), b.clone(), keys(4)]),
        ("COUNTIFS", vec![a.clone(), keys(3), b.clone(), same(">=2")]),
        ("SUMIFS", vec![values.clone(), a.clone(), keys(3), b.clone(), same("<>")]),
        ("AVERAGEIFS", vec![values.clone(), a.clone(), keys(3)]),
        ("MAXIFS", vec![values.clone(), a.clone(), keys(3)]),
        ("MINIFS", vec![values, b, keys(4), a, same("<>1")]),
    ];
    for (name, operands) in calls {
        let record = find(name).unwrap();
        let rows = Rows { first: 0, len: seen.len() };
        let growing = record.call_growing(&operands, rows, &seen, context).unwrap();
        for (row, end) in seen.iter().enumerate() {
            let cut: Vec<Operand> = operands
                .iter()
                .map(|operand| match operand {
                    Operand::Array(table) => array(table.columns(), *end as usize),
                    other => Operand::Scalar(other.cell(row).owned()),
                })
                .collect();
            let wanted = record.call(&cut, Rows { first: 0, len: 1 }, context).unwrap();
            let (got, wanted) = (growing.cell(row), wanted.cell(0));
            assert_eq!(got, wanted, "{name} for row {row}, which sees {end} rows");
        }
    }
}

#[test]
fn what_cannot_tell_its_rows_apart_does_not_grow() {
    let shared = Shared::default();
    let context = shared.context(2026, 0.0, 0);
    let range = || array(&[column(1, 5)], ROWS);
    let rows = Rows { first: 0, len: 2 };
    let grows = |name: &str, operands: &[Operand], seen: &[u32]| {
        find(name).unwrap().call_growing(operands, rows, seen, context).is_some()
    };
    let one = || Operand::Scalar(1.0.into());
    assert!(grows("COUNTIF", &[range(), one()], &[1, 2]));
    assert!(!grows("COUNTIF", &[range(), one()], &[1]));
    assert!(!grows("COUNTIF", &[range(), range()], &[1, 2]));
    assert!(!grows("COUNTIF", &[range()], &[1, 2]));
    assert!(!grows("SUM", &[range()], &[1, 2]));
}
