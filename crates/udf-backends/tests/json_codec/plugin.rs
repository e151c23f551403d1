//! Plugins in WAT, and calls of them on every engine.

use arrow_array::Float64Array;
use std::{sync::Arc, time::Duration};
use udf_abi::exports::MANIFEST_SECTION;
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::{
    AnyValue, Argument, Call, Column, Error, Limits, Output, SessionOptions, UdfModule,
    WasmUdfRuntime,
};

pub(crate) fn runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    engine_names().iter().map(|name| runtime_by_name(name, limits.clone()).unwrap()).collect()
}

/// Deadlines are no matter of most tests: the machine may be busy.
pub(crate) fn patient() -> Limits {
    let long = Duration::from_secs(20);
    Limits::builder().batch_deadline(long).call_deadline(long).build().unwrap()
}

pub(crate) const PLUGIN: &str = r#"
  (memory (export "memory") 8)
  (global $top (mut i32) (i32.const 0x10001))
  (global $live (mut i32) (i32.const 0))
  (func (export "fz_alloc") (param $len i32) (result i32) (local $ptr i32)
    (local.set $ptr (global.get $top))
    (if (i32.gt_u (i32.add (global.get $top) (local.get $len))
          (i32.shl (memory.size) (i32.const 16)))
      (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
                  (i32.shr_u (local.get $len) (i32.const 16)))))
        (then (return (i32.const 0))))))
    (global.set $top (i32.add (global.get $top) (local.get $len)))
    (global.set $live (i32.add (global.get $live) (local.get $len)))
    (local.get $ptr))
  (func (export "fz_free") (param $ptr i32) (param $len i32)
    (global.set $live (i32.sub (global.get $live) (local.get $len)))
    (if (i32.eqz (global.get $live)) (then (global.set $top (i32.const 0x10001)))))
  (func $pack (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $ptr))
      (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32))))
  (data (i32.const 16) "{\"ok\":true,\"value\":")
  (data (i32.const 48) "{\"ok\":true,\"value\":{\"Text\":\"")
  ;; The one argument: what stands between `{"codec_version":1,"args":[` and `]}`.
  (func (export "fn_echo") (param $ptr i32) (param $len i32) (result i64) (local $n i32)
    (local.set $n (i32.sub (local.get $len) (i32.const 29)))
    (memory.copy (i32.const 0x8000) (i32.const 16) (i32.const 19))
    (memory.copy (i32.const 0x8013) (i32.add (local.get $ptr) (i32.const 27)) (local.get $n))
    (i32.store8 (i32.add (i32.const 0x8013) (local.get $n)) (i32.const 125))
    (global.set $live (i32.add (global.get $live) (i32.add (local.get $n) (i32.const 20))))
    (call $pack (i32.const 0x8000) (i32.add (local.get $n) (i32.const 20))))
  ;; The request itself as a text, with ' for every ".
  (func (export "fn_request") (param $ptr i32) (param $len i32) (result i64)
    (local $i i32) (local $c i32)
    (memory.copy (i32.const 0x8000) (i32.const 48) (i32.const 28))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $len)))
      (local.set $c (i32.load8_u (i32.add (local.get $ptr) (local.get $i))))
      (if (i32.eq (local.get $c) (i32.const 34)) (then (local.set $c (i32.const 39))))
      (i32.store8 (i32.add (i32.const 0x801c) (local.get $i)) (local.get $c))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (memory.copy (i32.add (i32.const 0x801c) (local.get $len)) (i32.const 80) (i32.const 3))
    (global.set $live (i32.add (global.get $live) (i32.add (local.get $len) (i32.const 31))))
    (call $pack (i32.const 0x8000) (i32.add (local.get $len) (i32.const 31))))
  (data (i32.const 80) "\"}}")
"#;

/// A module of codec 1 with `ECHO(x)`, `REQUEST(…)`, and the functions of `entries` exported from
/// `items`.
pub(crate) fn module(items: &str, entries: &[&str]) -> Vec<u8> {
    let mut functions = vec![
        r#"{"id": 900, "name": "ECHO", "export": "fn_echo", "min_args": 1, "max_args": 1}"#,
        r#"{"id": 901, "name": "REQUEST", "export": "fn_request", "min_args": 0}"#,
    ];
    functions.extend(entries);
    assemble(&format!("{PLUGIN} {items}"), &functions)
}

pub(crate) fn assemble(items: &str, functions: &[&str]) -> Vec<u8> {
    let manifest = format!(
        r#"{{"schema": "formualizer.udf.module/v1",
             "module": {{"id": "plugin://test", "version": "1", "abi": 1, "codec": 1}},
             "functions": [{}]}}"#,
        functions.join(",")
    );
    let hex: String = manifest.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    wat::parse_str(format!(r#"(module {items} (@custom "{MANIFEST_SECTION}" "{hex}"))"#)).unwrap()
}

/// A function without arguments besides one that is ignored, which answers these bytes.
pub(crate) fn answering(answer: &[u8]) -> Vec<u8> {
    let hex: String = answer.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let items = format!(
        r#"(data (i32.const 0x30000) "{hex}")
           (func (export "fn_answer") (param i32 i32) (result i64)
             (call $pack (i32.const 0x30000) (i32.const {})))"#,
        answer.len()
    );
    module(&items, &[ANSWER])
}

pub(crate) const ANSWER: &str =
    r#"{"id": 1, "name": "ANSWER", "export": "fn_answer", "min_args": 1}"#;

pub(crate) fn on_every_runtime(bytes: &[u8], test: impl Fn(&dyn UdfModule)) {
    for runtime in runtimes(&patient()) {
        eprintln!("on {}:", runtime.name());
        test(runtime.load(bytes).unwrap().as_ref());
    }
}

pub(crate) fn call(
    module: &dyn UdfModule,
    name: &str,
    arguments: Vec<Argument>,
) -> Result<Output, Error> {
    let signature = module.signature(name)?;
    let mut session = module.open(SessionOptions::default().threads(1));
    session.call(&signature, Call::new(arguments))
}

pub(crate) fn any_column(values: &[AnyValue]) -> Argument {
    Argument::Column(Column::from_any(values).unwrap())
}

pub(crate) fn numbers(values: &[f64]) -> Argument {
    Argument::column(Arc::new(Float64Array::from(values.to_vec()))).unwrap()
}

pub(crate) fn cells(output: &Output) -> Vec<AnyValue> {
    output.columns[0].to_any().unwrap()
}

pub(crate) fn requests(module: &dyn UdfModule, arguments: Vec<Argument>) -> Vec<String> {
    let output = call(module, "REQUEST", arguments).unwrap();
    cells(&output)
        .into_iter()
        .map(|cell| match cell {
            AnyValue::Text(text) => text,
            other => panic!("{other:?}: {:?}", output.failures),
        })
        .collect()
}

pub(crate) fn args_of(request: &str) -> &str {
    let rest = request.strip_prefix("{'codec_version':1,'args':[").unwrap();
    rest.strip_suffix("]}").unwrap()
}
