//! The typed bridge on wasmtime: a batch of rows is one entry, with a call for each row.

use super::instance::WasmtimeGuest;
use crate::{
    guest::Until,
    rows::RowSink,
    typed::{Number, Row, TypedRows, Value, dynamic_rows, typed_rows},
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
    match rows.uniform() {
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
        typed_rows(rows, sink, |values: P| function.call(&mut *store, values))
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
