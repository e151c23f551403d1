//! The typed bridge on wasmtime: a batch of rows is one entry, with a call for each row. Signatures
//! of one type with up to four parameters are called without dynamic values.

use super::instance::WasmtimeGuest;
use crate::{
    guest::Until,
    rows::RowSink,
    typed::{Number, TypedParam, TypedRows, Value, dynamic_rows, each},
};
use udf_abi::DType;
use udf_columnar::Error;
use wasmtime::{Val, WasmParams, WasmResults};

pub(super) fn rows(
    guest: &mut WasmtimeGuest,
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
) -> Result<(), Error> {
    match uniform_type(rows) {
        Some((DType::F64, count @ 1..=4)) => uniform::<f64>(guest, rows, sink, until, count),
        Some((DType::I64, count @ 1..=4)) => uniform::<i64>(guest, rows, sink, until, count),
        Some((DType::F32, count @ 1..=4)) => uniform::<f32>(guest, rows, sink, until, count),
        Some((DType::I32, count @ 1..=4)) => uniform::<i32>(guest, rows, sink, until, count),
        _ => dynamic(guest, rows, sink, until),
    }
}

/// `count` parameters of one type, and a result of it.
fn uniform<T>(
    guest: &mut WasmtimeGuest,
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
    count: usize,
) -> Result<(), Error>
where
    T: Number + Default + WasmResults,
    (T,): WasmParams,
    (T, T): WasmParams,
    (T, T, T): WasmParams,
    (T, T, T, T): WasmParams,
{
    match count {
        1 => typed::<(T,), T>(guest, rows, sink, until),
        2 => typed::<(T, T), T>(guest, rows, sink, until),
        3 => typed::<(T, T, T), T>(guest, rows, sink, until),
        _ => typed::<(T, T, T, T), T>(guest, rows, sink, until),
    }
}

fn typed<P: Row + WasmParams, R: Number + WasmResults>(
    guest: &mut WasmtimeGuest,
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
) -> Result<(), Error> {
    let function = guest.export::<P, R>(rows.export)?;
    guest.enter(until, |store| {
        each(rows, sink, |row| function.call(&mut *store, P::of(&rows.params, row)))
    })
}

fn dynamic(
    guest: &mut WasmtimeGuest,
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
) -> Result<(), Error> {
    let function = guest.any_export(rows.export)?;
    let mut params: Vec<Val> = Vec::with_capacity(rows.params.len());
    let mut results = [Val::I32(0)];
    guest.enter(until, |store| {
        dynamic_rows(rows, sink, |values| {
            params.clear();
            params.extend(values.map(val));
            function.call(&mut *store, &params, &mut results)?;
            value(&results[0])
        })
    })
}

fn val(value: Value) -> Val {
    match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(n) => Val::F32(n.to_bits()),
        Value::F64(n) => Val::F64(n.to_bits()),
    }
}

/// Inspection has found the result to be a number.
fn value(val: &Val) -> wasmtime::Result<Value> {
    match val {
        Val::I32(n) => Ok(Value::I32(*n)),
        Val::I64(n) => Ok(Value::I64(*n)),
        Val::F32(bits) => Ok(Value::F32(f32::from_bits(*bits))),
        Val::F64(bits) => Ok(Value::F64(f64::from_bits(*bits))),
        _ => Err(wasmtime::Error::msg("the export answers no number")),
    }
}

/// The type that all parameters and the result have, and the number of parameters.
fn uniform_type(rows: &TypedRows<'_>) -> Option<(DType, usize)> {
    let same = rows.params.iter().all(|param| param.dtype == rows.result);
    same.then_some((rows.result, rows.params.len()))
}

/// The parameters of a row as the tuple that a typed function takes.
trait Row {
    /// Those of `row`; zeros where there are fewer parameters.
    fn of(params: &[TypedParam<'_>], row: usize) -> Self;
}

impl<T: Number + Default> Row for (T,) {
    #[inline]
    fn of(params: &[TypedParam<'_>], row: usize) -> Self {
        (nth(params, 0, row),)
    }
}

impl<T: Number + Default> Row for (T, T) {
    #[inline]
    fn of(params: &[TypedParam<'_>], row: usize) -> Self {
        (nth(params, 0, row), nth(params, 1, row))
    }
}

impl<T: Number + Default> Row for (T, T, T) {
    #[inline]
    fn of(params: &[TypedParam<'_>], row: usize) -> Self {
        (nth(params, 0, row), nth(params, 1, row), nth(params, 2, row))
    }
}

impl<T: Number + Default> Row for (T, T, T, T) {
    #[inline]
    fn of(params: &[TypedParam<'_>], row: usize) -> Self {
        (nth(params, 0, row), nth(params, 1, row), nth(params, 2, row), nth(params, 3, row))
    }
}

#[inline]
fn nth<T: Number + Default>(params: &[TypedParam<'_>], index: usize, row: usize) -> T {
    params.get(index).map_or(T::default(), |param| param.at(row))
}
