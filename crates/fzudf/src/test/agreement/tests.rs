//! Functions that give one thing here and another there, made up as native functions.

use super::{Agreement, OnEngine, check};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use udf_backends::{
    NativeRuntime,
    native::{Cell, NativeError, NativeFunction, Row},
};
use udf_columnar::{Limits, WasmUdfRuntime};

type Body = fn(Row<'_>) -> Result<Cell, NativeError>;

fn native(engine: &'static str, name: &str, function: NativeFunction) -> OnEngine {
    let module = include_bytes!("../../../../../plugins/conformance.wasm");
    let runtime = NativeRuntime::new(Limits::default());
    let runtime = runtime.with("formualizer.conformance", name, function);
    OnEngine { engine, module: runtime.load(module).unwrap() }
}

fn check_of(name: &str, engines: &[OnEngine]) -> Agreement {
    let signature = engines[0].module.signature(name).unwrap();
    check(engines, &signature, &[], 300, 1).unwrap()
}

fn compared(name: &str, one: Body, other: Body) -> Agreement {
    let engines = [
        native("one", name, NativeFunction::rowwise(one)),
        native("other", name, NativeFunction::rowwise(other)),
    ];
    check_of(name, &engines)
}

fn product(row: Row<'_>) -> Result<Cell, NativeError> {
    Ok(Cell::Number(row.f64(0).unwrap_or(0.0) * row.f64(1).unwrap_or(0.0)))
}

#[test]
fn a_function_that_depends_on_its_row_only_agrees() {
    let found = compared("MULADD", product, product);
    assert!(found.disagreement.is_none(), "{found:?}");
    assert!(found.rows >= 300 && found.calls > 100, "{found:?}");
    assert_eq!((found.tally.traps, found.inconclusive, found.problem), (0, None, None));
    assert_eq!(found.tally.total(), found.rows);
    assert!(found.tally.values > 0 && found.tally.nulls > 0, "{:?}", found.tally);
}

#[test]
fn of_a_difference_between_engines_the_row_is_found() {
    let found = compared("MULADD", product, |row| match row.f64(0).is_some_and(|a| a > 150.0) {
        true => Ok(Cell::Number(-7.0)),
        false => product(row),
    });
    let found = found.disagreement.unwrap();
    assert!(found.call.starts_with("MULADD(") && !found.call.contains('['), "{found:?}");
    assert_eq!(found.other, "-7.0");
    assert_eq!(found.ways.0, "one");
    assert!(found.ways.1.starts_with("other"), "{found:?}");
}

#[test]
fn a_sign_of_zero_is_a_difference() {
    let found = compared("MULADD", |_| Ok(Cell::Number(0.0)), |_| Ok(Cell::Number(-0.0)));
    let found = found.disagreement.unwrap();
    assert_eq!((found.one.as_str(), found.other.as_str()), ("0.0", "-0.0"));
}

#[test]
fn a_function_that_remembers_is_found_out_on_one_engine() {
    let count = Arc::new(AtomicI64::new(0));
    let function = NativeFunction::rowwise(move |_| {
        Ok(Cell::Number(count.fetch_add(1, Ordering::Relaxed) as f64))
    });
    let found = check_of("MULADD", &[native("one", "MULADD", function)]);
    let found = found.disagreement.unwrap();
    assert_eq!(found.ways, ("one".into(), "one, after another call".into()));
}

#[test]
fn a_result_that_depends_on_the_batch_is_found_out() {
    // The number of rows of the batch, which is no function's business.
    let function = || {
        NativeFunction::new(|call| {
            let cells = vec![Cell::Number(call.rows() as f64); call.rows()];
            Ok(vec![udf_backends::native::column_of(udf_abi::DType::F64, &cells)?])
        })
    };
    let found = check_of("MULADD", &[native("one", "MULADD", function())]);
    let found = found.disagreement.unwrap();
    assert!(found.ways.1.contains("batches of 1"), "{found:?}");
    // One row is one batch in every way: it takes two to show it.
    assert!(found.call.contains('['), "{found:?}");
}

#[test]
fn rows_that_trap_are_counted_and_shown() {
    let panics: Body = |row| {
        assert!(row.f64(0).is_none_or(|a| a <= 100.0), "too much");
        product(row)
    };
    let found = compared("MULADD", panics, panics);
    assert!(found.disagreement.is_none(), "{found:?}");
    assert!(found.tally.traps > 0);
    assert!(found.first_trap.unwrap().contains("too much"));
}
