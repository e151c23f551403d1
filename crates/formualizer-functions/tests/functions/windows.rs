//! Rows that each see a window of their own, held against calls with the cells of each.

use crate::{Shared, naive::Operand};
use formualizer_functions::{
    ErrorCode, ScalarValue,
    cells::{Cells, Table},
    find,
    lift::{Rows, Split, Window},
};

const ROWS: usize = 40;

fn column(seed: usize) -> Cells {
    Cells::of_values((0..ROWS).map(|row| match (row * seed + 3) % 11 {
        0 => ScalarValue::Blank,
        1 => ScalarValue::from(["a", "", "7"][row % 3]),
        2 => ScalarValue::from(row.is_multiple_of(2)),
        3 if row > 20 => ScalarValue::error(ErrorCode::Div),
        draw => ScalarValue::from(draw as f64 - 4.5),
    }))
}

#[test]
fn windows_give_what_their_cells_give() {
    let shared = Shared::default();
    let context = shared.context(2026, 46_000.5, 0);
    let same = Operand::Scalar(0.05.into());
    let moving = Operand::Rows(column(7).slice(0, 30));
    // Rows that were picked, in order.
    let starts: Vec<usize> = (0..30).filter(|start| start % 7 != 5).collect();
    let rows = Rows { first: 9, len: starts.len() };
    let picked = |operand: &Operand, at: usize| match operand {
        Operand::Rows(cells) => Operand::Scalar(cells.get(at).owned()),
        other => other.clone(),
    };
    for (name, arguments) in [
        ("MEDIAN", "w"),
        ("STDEV", "w"),
        ("SUMSQ", "ww"),
        ("PRODUCT", "wm"),
        ("GCD", "ws"),
        ("AND", "w"),
        ("COUNTBLANK", "w"),
        ("NPV", "sww"),
        ("NPV", "mw"),
        ("CONCAT", "wsm"),
        ("TEXTJOIN", "ssw"),
        ("MAX", "wwwwwwww"),
        ("ROWS", "w"),
    ] {
        for (height, width) in [(1, 1), (1, 3), (4, 1), (3, 2)] {
            let columns: Vec<Cells> = (0..width).map(|col| column(col + 2)).collect();
            let table = Table::try_new(columns.clone()).unwrap();
            let record = find(name).unwrap();
            let windows: Vec<Window> = arguments
                .match_indices('w')
                .map(|(index, _)| Window::new(index, columns.clone(), height).unwrap())
                .collect();
            let operands: Vec<Operand> = arguments
                .chars()
                .map(|kind| match kind {
                    's' => same.clone(),
                    'm' => moving.clone(),
                    _ => Operand::Empty,
                })
                .collect();
            let result = record.call_windows(&operands, &windows, rows, &starts, context);
            let Some(result) = result else {
                // Evaluated by the workbook, or by what all rows share.
                assert!(["ROWS", "COUNTBLANK"].contains(&name), "{name}");
                continue;
            };
            let result = result.unwrap();
            for (at, start) in starts.iter().enumerate() {
                let cells: Vec<Operand> = operands
                    .iter()
                    .zip(arguments.chars())
                    .map(|(operand, kind)| match kind {
                        'w' => Operand::Array(table.rows(*start, height).as_reference()),
                        _ => picked(operand, at),
                    })
                    .collect();
                let one = Rows { first: 9 + at as u64, len: 1 };
                let wanted = record.call(&cells, one, context).unwrap();
                let (got, wanted) = (result.cell(at), wanted.cell(0));
                assert_eq!(got, wanted, "{name} {arguments} {height}x{width} at {start}");
            }
        }
    }
}

#[test]
fn windows_are_refused_where_rows_are_not_single() {
    let shared = Shared::default();
    let context = shared.context(2026, 0.0, 0);
    let rows = Rows { first: 0, len: 2 };
    let window = |argument| Window::new(argument, vec![column(2)], 3).unwrap();
    let call = |name: &str, operands: &[Operand], windows: &[Window], starts: &[usize]| {
        find(name).unwrap().call_windows(operands, windows, rows, starts, context)
    };
    let empty = Operand::Empty;
    assert!(call("MEDIAN", std::slice::from_ref(&empty), &[window(0)], &[0, 37]).is_some());
    // Beyond the cells, of no argument, of one that is lifted, and by a look that all rows share.
    assert!(call("MEDIAN", std::slice::from_ref(&empty), &[window(0)], &[0, 38]).is_none());
    assert!(call("MEDIAN", std::slice::from_ref(&empty), &[window(1)], &[0, 1]).is_none());
    assert!(call("LEN", std::slice::from_ref(&empty), &[window(0)], &[0, 1]).is_none());
    assert!(call("LARGE", &[empty.clone(), empty.clone()], &[window(0)], &[0, 1]).is_none());
    assert!(Window::new(0, vec![column(2)], ROWS + 1).is_none());
    assert!(matches!(call("TRANSPOSE", &[empty], &[window(0)], &[0, 1]), Some(Err(Split)) | None));
}
