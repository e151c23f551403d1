//! The typed bridge on wasmi: the rows of a batch share slices of fuel, so that the clock is looked
//! at as often as in one long call.

use super::instance::{WasmiGuest, internal};
use crate::{
    guest::Until,
    rows::RowSink,
    typed::{TypedRows, Value, dynamic_rows},
};
use udf_columnar::Error;
use wasmi::{F32, F64, Func, ResumableCall, Val};

pub(super) fn rows(
    guest: &mut WasmiGuest,
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
) -> Result<(), Error> {
    let function = guest.any_export(rows.export)?;
    let mut params: Vec<Val> = Vec::with_capacity(rows.params.len());
    guest.prepare(until)?;
    dynamic_rows(rows, sink, |values| {
        params.clear();
        params.extend(values.map(val));
        call(guest, &function, &params, until)
    })
}

/// Calls the export for a row, with what is left of the fuel.
fn call(
    guest: &mut WasmiGuest,
    function: &Func,
    params: &[Val],
    until: &Until,
) -> Result<Value, Error> {
    let mut results = [Val::I32(0)];
    let mut call = function.call_resumable(&mut guest.store, params, &mut results);
    loop {
        match call {
            Ok(ResumableCall::Finished) => return value(&results[0]),
            Ok(ResumableCall::OutOfFuel(paused)) => {
                guest.next_slice(paused.required_fuel(), until)?;
                call = paused.resume(&mut guest.store, &mut results);
            }
            Ok(ResumableCall::HostTrap(_)) => {
                return Err(internal("a host function trapped, and there is none"));
            }
            Err(error) => return Err(guest.failure(&error)),
        }
    }
}

fn val(value: Value) -> Val {
    match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(n) => Val::F32(F32::from_float(n)),
        Value::F64(n) => Val::F64(F64::from_float(n)),
    }
}

/// Inspection has found the result to be a number.
fn value(val: &Val) -> Result<Value, Error> {
    match val {
        Val::I32(n) => Ok(Value::I32(*n)),
        Val::I64(n) => Ok(Value::I64(*n)),
        Val::F32(n) => Ok(Value::F32(n.to_float())),
        Val::F64(n) => Ok(Value::F64(n.to_float())),
        _ => Err(internal("the export answers no number")),
    }
}
