//! Functions of lanes, called through frames as hosts write them, beside the same functions of one row.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]
#![allow(clippy::allow_attributes, dead_code, reason = "no fz_module! lists the functions")]

#[expect(dead_code, reason = "tests/frames.rs uses the rest of it")]
mod support;

use formualizer_udf_sdk::{
    __private::Function,
    ColumnView, fz_udf,
    simd::{chunks, f32x8, f64x2, f64x4, i32x4, i64x2, i64x4},
};
use support::{Answer, Cell, Data, Given, Options, call, f64s, i64s};
use udf_abi::DType;

#[fz_udf]
fn by_one(a: f64, b: f64) -> f64 {
    if a < 0.0 { f64::NAN } else { a * b + 1.0 }
}

#[fz_udf]
fn by_two(a: f64x2, b: f64x2) -> f64x2 {
    a.simd_lt(f64x2::ZERO).select(f64x2::splat(f64::NAN), a * b + f64x2::ONE)
}

#[fz_udf]
fn by_four(a: f64x4, b: f64x4) -> f64x4 {
    a.simd_lt(f64x4::ZERO).select(f64x4::splat(f64::NAN), a * b + f64x4::ONE)
}

#[fz_udf]
fn doubled_i64(a: i64x2) -> i64x2 {
    a + a
}

#[fz_udf]
fn mixed(number: i64x4, shift: f64x4) -> f64x4 {
    f64x4::from(number.to_array().map(|n| n as f64)) + shift
}

#[fz_udf]
fn halved_f32(a: f32x8) -> f32x8 {
    a * f32x8::splat(0.5)
}

#[fz_udf]
fn negated_i32(a: i32x4) -> i32x4 {
    -a
}

/// The sum of the numbers that are there.
#[fz_udf(kind = "reduce")]
fn total(values: ColumnView<'_, f64>) -> f64 {
    chunks::<f64x4>(values, 0.0).fold(f64x4::ZERO, |sum, x| sum + x).reduce_add()
}

fn one_column(answer: Answer) -> Vec<Cell> {
    match answer {
        Answer::Columns(mut columns) if columns.len() == 1 => columns.remove(0),
        other => panic!("one column is wanted: {other:?}"),
    }
}

/// Every length around the bounds of a block and of lanes.
const LENGTHS: [usize; 14] = [0, 1, 2, 3, 4, 5, 8, 31, 32, 33, 63, 64, 65, 101];

fn run<F: Function>(args: &[Given], rows: usize, dtype: DType) -> Vec<Cell> {
    one_column(call::<F>(args, rows, Some(dtype), &Options::default()))
}

/// Numbers with both signs; every seventh is null where `nulls` says so.
fn numbers(rows: usize, nulls: bool) -> Vec<Option<f64>> {
    let value = |row: usize| row as f64 * if row.is_multiple_of(5) { -1.5 } else { 0.25 };
    (0..rows).map(|row| (!nulls || row % 7 != 3).then(|| value(row))).collect()
}

/// The rows that the host does not overlay with null.
fn visible(cells: Vec<Cell>, given: &[Option<f64>]) -> Vec<Cell> {
    cells.into_iter().zip(given).filter(|(_, given)| given.is_some()).map(|(c, _)| c).collect()
}

#[test]
fn lanes_give_what_one_row_at_a_time_gives() {
    for rows in LENGTHS {
        for nulls in [false, true] {
            let a = numbers(rows, nulls);
            let column = Given::Column(f64s(a.iter().copied()));
            let scalar = Given::Scalar(f64s([Some(3.0)]));
            for args in [
                [column.clone(), scalar.clone()],
                [scalar, column.clone()],
                [column.clone(), column],
            ] {
                let wanted = visible(run::<by_one>(&args, rows, DType::F64), &a);
                assert_eq!(visible(run::<by_two>(&args, rows, DType::F64), &a), wanted);
                assert_eq!(visible(run::<by_four>(&args, rows, DType::F64), &a), wanted);
            }
        }
    }
}

#[test]
fn scalars_alone_fill_every_row() {
    for rows in LENGTHS {
        let args = [Given::Scalar(f64s([Some(2.0)])), Given::Scalar(f64s([Some(5.0)]))];
        let eleven = Cell::Bytes(11f64.to_le_bytes().to_vec());
        assert_eq!(run::<by_four>(&args, rows, DType::F64), vec![eleven; rows]);
    }
}

#[test]
fn a_column_of_nulls_gives_its_rows() {
    let args = [Given::Column(f64s([None; 70])), Given::Scalar(f64s([Some(5.0)]))];
    assert_eq!(run::<by_four>(&args, 70, DType::F64).len(), 70);
}

#[test]
fn every_type_of_number_has_lanes() {
    for rows in LENGTHS {
        let ints: Vec<i64> = (0..rows as i64).map(|n| n * n - 7).collect();
        let column = Given::Column(i64s(ints.iter().copied().map(Some)));
        let wanted: Vec<_> =
            ints.iter().map(|n| Cell::Bytes((2 * n).to_le_bytes().to_vec())).collect();
        assert_eq!(run::<doubled_i64>(std::slice::from_ref(&column), rows, DType::I64), wanted);

        let shifted = [column, Given::Scalar(f64s([Some(0.5)]))];
        let wanted: Vec<_> =
            ints.iter().map(|n| Cell::Bytes((*n as f64 + 0.5).to_le_bytes().to_vec())).collect();
        assert_eq!(run::<mixed>(&shifted, rows, DType::F64), wanted);

        let fixed = |dtype, bytes: Vec<Vec<u8>>| {
            Given::Column(Data::Fixed(dtype, bytes.into_iter().map(Some).collect()))
        };
        let small = |row: usize| row as i32 - 9;
        let column =
            fixed(DType::I32, (0..rows).map(|r| small(r).to_le_bytes().to_vec()).collect());
        let wanted: Vec<_> =
            (0..rows).map(|r| Cell::Bytes((-small(r)).to_le_bytes().to_vec())).collect();
        assert_eq!(run::<negated_i32>(&[column], rows, DType::I32), wanted);

        let column =
            fixed(DType::F32, (0..rows).map(|r| (r as f32).to_le_bytes().to_vec()).collect());
        let wanted: Vec<_> =
            (0..rows).map(|r| Cell::Bytes((r as f32 / 2.0).to_le_bytes().to_vec())).collect();
        assert_eq!(run::<halved_f32>(&[column], rows, DType::F32), wanted);
    }
}

#[test]
fn a_column_is_read_by_lanes_with_something_in_place_of_nulls() {
    for rows in LENGTHS {
        for nulls in [false, true] {
            let a = numbers(rows, nulls);
            let wanted = a.iter().flatten().fold(0.0, |sum, x| sum + x);
            let found = run::<total>(&[Given::Column(f64s(a.iter().copied()))], 1, DType::F64);
            assert_eq!(found, [Cell::Bytes(wanted.to_le_bytes().to_vec())], "{rows} rows");
            assert_eq!(total(ColumnView::of(&a)), wanted);
        }
    }
    let chunks: Vec<_> = chunks::<f64x2>(ColumnView::of(&[Some(1.0), None, Some(3.0)]), -1.0)
        .map(f64x2::to_array)
        .collect();
    assert_eq!(chunks, [[1.0, -1.0], [3.0, -1.0]]);
}
