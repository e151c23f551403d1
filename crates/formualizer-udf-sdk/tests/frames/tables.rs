//! Results of several columns.

use crate::{
    bytes,
    support::{Answer, Cell, Given, Options, call, f64s, i64s},
    text,
};
use formualizer_udf_sdk::{Array, ColumnView, Date, ErrorCode, UdfError, fz_udf};

type Labelled = (Vec<f64>, Vec<Option<String>>, Vec<Result<Date, UdfError>>);

#[fz_udf(kind = "array", columns = ["x", "label", "day"])]
fn labelled(values: ColumnView<'_, f64>) -> Labelled {
    let values: Vec<_> = values.iter().map(Option::unwrap_or_default).collect();
    let label = |x: &f64| (*x > 0.0).then(|| format!("über {x}"));
    let day = |x: &f64| match *x {
        x if x < 0.0 => Err(UdfError::num(format!("{x} is before the first day"))),
        0.0 => Err(ErrorCode::Na.into()),
        x => Ok(Date { days: x as i32 }),
    };
    let (labels, days) = (values.iter().map(label).collect(), values.iter().map(day).collect());
    (values, labels, days)
}

#[fz_udf(kind = "array", columns = ["a", "b"])]
fn uneven(a: i64, b: i64) -> Result<(Vec<i64>, Vec<i64>), UdfError> {
    if a < 0 {
        return Err(UdfError::na("negative"));
    }
    Ok(((0..a).collect(), (0..b).collect()))
}

#[fz_udf(kind = "array", columns = ["a", "b"])]
fn named_grid(columns: i64) -> Array<f64> {
    Array::from_fn(2, columns as usize, |row, column| (10 * row + column) as f64)
}

#[fz_udf(kind = "array")]
fn checked_roots(values: ColumnView<'_, f64>) -> Vec<Result<f64, String>> {
    let root = |x: f64| if x < 0.0 { Err(format!("{x} < 0")) } else { Ok(x.sqrt()) };
    values.iter().map(|x| root(x.unwrap_or_default())).collect()
}

#[fz_udf(kind = "array")]
fn grid(rows: i64, columns: i64) -> Array<f64> {
    Array::from_fn(rows as usize, columns as usize, |row, column| (10 * row + column) as f64)
}

fn column(values: &[f64]) -> [Given; 1] {
    [Given::Column(f64s(values.iter().copied().map(Some)))]
}

fn numbers(a: i64, b: i64) -> [Given; 2] {
    [a, b].map(|x| Given::Scalar(i64s([Some(x)])))
}

#[test]
fn columns_of_different_types_stand_side_by_side() {
    for stride_extra in [0, 16] {
        let options = Options { stride_extra, ..Options::default() };
        let day = |days: i32| Cell::Bytes(days.to_le_bytes().to_vec());
        let num = Cell::Error(ErrorCode::Num, "-1 is before the first day".into());
        let na = Cell::Error(ErrorCode::Na, String::new());
        let wanted = vec![
            vec![bytes(2.0), bytes(-1.0), bytes(0.0)],
            vec![text("über 2"), Cell::Null, Cell::Null],
            vec![day(2), num, na],
        ];
        let found = call::<labelled>(&column(&[2.0, -1.0, 0.0]), 1, None, &options);
        assert_eq!(found, Answer::Columns(wanted));
        let none = Answer::Columns(vec![vec![]; 3]);
        assert_eq!(call::<labelled>(&column(&[]), 1, None, &options), none);
    }
}

#[test]
fn rows_of_a_column_fail_on_their_own_past_the_bounds_of_blocks() {
    for rows in [1, 31, 32, 33, 100] {
        let x = |row: usize| if row % 7 == 3 { -(row as f64) } else { row as f64 };
        let values: Vec<_> = (0..rows).map(x).collect();
        let cell = |x: &f64| match *x {
            x if x < 0.0 => Cell::Error(ErrorCode::Value, format!("{x} < 0")),
            x => bytes(x.sqrt()),
        };
        let wanted = Answer::Columns(vec![values.iter().map(cell).collect()]);
        let found = call::<checked_roots>(&column(&values), 1, None, &Options::default());
        assert_eq!(found, wanted);
    }
}

#[test]
fn columns_of_unequal_length_are_a_failure_that_says_so() {
    let run = |a, b| call::<uneven>(&numbers(a, b), 1, None, &Options::default());
    let message = "the columns of the result have 2 rows, but column 2 has 3";
    assert_eq!(run(2, 3), Answer::Failure(ErrorCode::Value, message.into()));
    assert_eq!(run(-1, 0), Answer::Failure(ErrorCode::Na, "negative".into()));
    assert_eq!(run(0, 0), Answer::Columns(vec![vec![], vec![]]));
}

#[test]
fn an_array_has_as_many_columns_as_are_named() {
    let run = |n: i64| {
        let args = [Given::Scalar(i64s([Some(n)]))];
        call::<named_grid>(&args, 1, None, &Options::default())
    };
    let wanted = vec![vec![bytes(0.0), bytes(10.0)], vec![bytes(1.0), bytes(11.0)]];
    assert_eq!(run(2), Answer::Columns(wanted));
    let message = "the result has 3 columns, 2 are named";
    assert_eq!(run(3), Answer::Failure(ErrorCode::Value, message.into()));
}

#[test]
fn an_array_without_columns_is_a_column_without_rows() {
    let run = |rows, columns| call::<grid>(&numbers(rows, columns), 1, None, &Options::default());
    assert_eq!(run(3, 0), Answer::Columns(vec![vec![]]));
    assert_eq!(run(0, 0), Answer::Columns(vec![vec![]]));
    assert_eq!(run(0, 2), Answer::Columns(vec![vec![], vec![]]));
}
