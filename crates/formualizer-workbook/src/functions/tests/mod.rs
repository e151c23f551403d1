//! Plugins run on the `native` runtime here: the module's bytes are real, its functions are Rust.

mod callbacks;
mod calls;
#[cfg(feature = "wasmi")]
mod engine;
mod input;
mod manager;
mod module;
mod parity;

use super::{Argument, BindPolicy, Sessions, WasmPluginManager};
use crate::{
    Value,
    cells::{CellRef, Cells, Table},
    eval::Environment,
};
use formualizer_common::{DateSystem, ExcelErrorKind};
use std::sync::Arc;
use udf_backends::{
    NativeRuntime,
    native::{Cell, NativeError, NativeFunction},
};
use udf_columnar::{Argument as Passed, CancelToken, Column, Limits};

/// The module `demo` of [`demo`].
fn demo_functions(runtime: NativeRuntime, id: &str) -> NativeRuntime {
    let number = |row: udf_backends::native::Row<'_>, index| row.f64(index).unwrap_or(f64::NAN);
    runtime
        .with(
            id,
            "ADD2",
            NativeFunction::rowwise(move |row| Ok(Cell::Number(number(row, 0) + number(row, 1)))),
        )
        .with(
            id,
            "PICKY",
            NativeFunction::rowwise(move |row| match number(row, 0) {
                n if n < 0.0 => {
                    Ok(Cell::Error(udf_abi::ErrorCode::Num, Some("negative".to_owned())))
                }
                n if n > 1e6 => Err(NativeError::Trap("too much".to_owned())),
                n => Ok(Cell::Number(n.sqrt())),
            }),
        )
        .with(
            id,
            "TOTAL",
            NativeFunction::new(|call| {
                let Passed::Range(columns) = &call.arguments()[0] else { panic!() };
                let sum = columns.iter().flat_map(|column| {
                    use arrow_array::{cast::AsArray, types::Float64Type};
                    column
                        .array()
                        .as_primitive::<Float64Type>()
                        .iter()
                        .flatten()
                        .collect::<Vec<_>>()
                });
                let sum: f64 = sum.sum();
                Ok(vec![udf_backends::native::column_of(
                    udf_abi::DType::F64,
                    &[Cell::Number(sum)],
                )?])
            }),
        )
        .with(
            id,
            "GRID",
            NativeFunction::new(|_| {
                let column = |from: f64| {
                    let cells = [Cell::Number(from), Cell::Number(from + 1.0)];
                    udf_backends::native::column_of(udf_abi::DType::F64, &cells)
                };
                Ok(vec![column(1.0)?, column(10.0)?])
            }),
        )
        .with(
            id,
            "DICE",
            NativeFunction::new(|call| {
                let cells: Vec<Cell> = (0..call.rows())
                    .map(|row| Cell::Number((call.row_offset() + row as u64) as f64))
                    .collect();
                Ok(vec![udf_backends::native::column_of(udf_abi::DType::F64, &cells)?])
            }),
        )
        .with(
            id,
            "ECHO",
            NativeFunction::new(|call| match &call.arguments()[0] {
                Passed::Column(column) | Passed::Scalar(column) => Ok(vec![column.clone()]),
                _ => Ok(vec![Column::new_null(udf_abi::DType::Any, call.rows())]),
            }),
        )
}

/// A module with a function of every kind.
fn demo(id: &str) -> Vec<u8> {
    module::module(
        id,
        r#"
        {"id":1,"name":"ADD2","aliases":["PLUS2"],"export":"f1","kind":"elementwise","min_args":2,"max_args":2,
         "params":[{"name":"a","type":"f64"},{"name":"b","type":"f64"}],"returns":"f64"},
        {"id":2,"name":"PICKY","export":"f2","kind":"elementwise","min_args":1,"max_args":1,
         "params":[{"name":"x","type":"f64"}],"returns":"f64"},
        {"id":3,"name":"TOTAL","export":"f3","kind":"reduce","min_args":1,"max_args":1,
         "params":[{"name":"values","type":"f64","shape":"range"}],"returns":"f64"},
        {"id":4,"name":"GRID","export":"f4","kind":"array","min_args":0,"max_args":0,"params":[],"returns":"f64"},
        {"id":5,"name":"DICE","export":"f5","kind":"elementwise","min_args":0,"max_args":0,"volatile":true,"deterministic":false,
         "params":[],"returns":"f64"},
        {"id":6,"name":"ECHO","export":"f6","kind":"elementwise","min_args":1,"max_args":1,
         "params":[{"name":"x","type":"any"}],"returns":"any"},
        {"id":7,"name":"LATER","export":"f7","kind":"scan","min_args":1,"max_args":1,
         "params":[{"name":"x","type":"f64"}],"returns":"f64"}"#,
        7,
    )
}

fn manager() -> WasmPluginManager {
    let runtime = demo_functions(NativeRuntime::new(Limits::default()), "demo");
    let runtime = demo_functions(runtime, "other");
    let mut manager = WasmPluginManager::default();
    manager.set_runtime(Arc::new(runtime)).unwrap();
    manager
}

fn demo_manager() -> WasmPluginManager {
    let mut manager = manager();
    manager.register_wasm_module_bytes(None, &demo("demo"), BindPolicy::default()).unwrap();
    manager
}

fn environment() -> Environment {
    Environment {
        dates: DateSystem::Excel1900,
        platform: Default::default(),
        seed: 1,
        epoch: 1,
        now_us: 0,
        cancel: CancelToken::new(),
        threads: 1,
        place: 0,
        indexes: Default::default(),
        keeps_unknown: false,
        iteration: None,
    }
}

fn number(n: f64) -> Argument {
    Argument::Scalar(Value::Number(n))
}

fn rows(numbers: &[f64]) -> Argument {
    Argument::Rows(Cells::of(numbers.iter().map(|n| CellRef::number(*n))))
}

fn range(columns: &[&[f64]]) -> Argument {
    let column = |numbers: &&[f64]| Cells::of(numbers.iter().map(|n| CellRef::number(*n)));
    Argument::Range(Table::try_new(columns.iter().map(column).collect()).unwrap())
}

fn call_rows(
    manager: &WasmPluginManager,
    key: &str,
    arguments: Vec<Argument>,
    rows: usize,
) -> Cells {
    let bound = manager.functions().get(key).unwrap();
    bound.call_rows(&Sessions::default(), &environment(), arguments, rows).unwrap()
}

fn call_whole(manager: &WasmPluginManager, key: &str, arguments: Vec<Argument>) -> Vec<Vec<Value>> {
    let bound = manager.functions().get(key).unwrap();
    let table = bound.call_whole(&Sessions::default(), &environment(), arguments);
    table.to_rows(DateSystem::Excel1900, true)
}

/// Kind and message of a cell in error.
fn error_of(cell: CellRef<'_>) -> (ExcelErrorKind, String) {
    match cell {
        CellRef::Error(kind, message) => (kind, message.unwrap_or_default().to_owned()),
        other => panic!("{other:?} is no error"),
    }
}
