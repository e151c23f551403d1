//! Arguments of random exports: numbers at the bounds of their types, and random ones.

use super::random::Random;
use arrow_array::{ArrayRef, Float32Array, Float64Array, Int32Array, Int64Array};
use std::sync::Arc;
use udf_abi::{DType, manifest::Param};
use udf_columnar::{Argument, Call, Column, Signature};

/// Rows of one call: so many vectors of arguments.
pub(crate) const ROWS: usize = 8;

const I32S: [i32; 8] = [0, 1, 5, -1, i32::MIN, 1_000, 65_536, i32::MAX];
const I64S: [i64; 8] = [0, 1, 7, -1, i64::MIN, 1 << 31, 1 << 40, i64::MAX];
const F32S: [f32; 8] = [0.0, 1.5, -0.0, 1e30, f32::NAN, f32::INFINITY, 2_147_483_648.0, -1e-5];
const F64S: [f64; 8] = [0.0, 1.5, -0.0, 1e300, f64::NAN, f64::INFINITY, 2_147_483_648.0, -1e-5];

/// A call of the function with [`ROWS`] rows.
pub(crate) fn call(signature: &Signature, random: &mut Random) -> Call {
    let arguments = signature.function().params.iter().map(|param| argument(param, random));
    Call::new(arguments.collect()).rows(ROWS)
}

fn argument(param: &Param, random: &mut Random) -> Argument {
    let array: ArrayRef = match param.dtype.0 {
        DType::I32 => Arc::new(Int32Array::from(rows(random, &I32S, |bits| bits as i32))),
        DType::I64 => Arc::new(Int64Array::from(rows(random, &I64S, u64::cast_signed))),
        DType::F32 => {
            Arc::new(Float32Array::from(rows(random, &F32S, |bits| f32::from(bits as i16) / 64.0)))
        }
        _ => {
            Arc::new(Float64Array::from(rows(random, &F64S, |bits| f64::from(bits as i32) / 64.0)))
        }
    };
    Argument::Column(Column::try_new(array).expect("a plain array is a column"))
}

/// Mostly numbers that mean something, sometimes any.
fn rows<T: Copy>(random: &mut Random, known: &[T], any: impl Fn(u64) -> T) -> Vec<T> {
    let mut row = || if random.one_in(4) { any(random.next()) } else { random.pick(known) };
    (0..ROWS).map(|_| row()).collect()
}
