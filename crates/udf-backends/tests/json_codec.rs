//! Codec 1: plugins in the way of Formualizer 0.13, called over columns and ranges.
//!
//! The plugins are written in WAT from upstream's published interface: `fz_alloc`, `fz_free`, one
//! export per function, JSON in and out. Their blocks are not aligned, and there is no
//! `fz_abi_version`: upstream asks for neither.
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Float32Array,
    Float64Array, Int64Array, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    UInt64Array,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use std::{sync::Arc, time::Duration};
use udf_abi::{ErrorCode, exports::MANIFEST_SECTION};
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::{
    AnyValue, Argument, Call, CancelToken, Column, Error, ErrorKind, Lane, Limits, Output,
    RowErrors, SessionOptions, UdfModule, WasmUdfRuntime,
};

fn runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    engine_names().iter().map(|name| runtime_by_name(name, limits.clone()).unwrap()).collect()
}

/// Deadlines are no matter of most tests: the machine may be busy.
fn patient() -> Limits {
    let long = Duration::from_secs(20);
    Limits::builder().batch_deadline(long).call_deadline(long).build().unwrap()
}

const PLUGIN: &str = r#"
  (memory (export "memory") 4)
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
fn module(items: &str, entries: &[&str]) -> Vec<u8> {
    let mut functions = vec![
        r#"{"id": 900, "name": "ECHO", "export": "fn_echo", "min_args": 1, "max_args": 1}"#,
        r#"{"id": 901, "name": "REQUEST", "export": "fn_request", "min_args": 0}"#,
    ];
    functions.extend(entries);
    assemble(&format!("{PLUGIN} {items}"), &functions)
}

fn assemble(items: &str, functions: &[&str]) -> Vec<u8> {
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
fn answering(answer: &[u8]) -> Vec<u8> {
    let hex: String = answer.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let items = format!(
        r#"(data (i32.const 4096) "{hex}")
           (func (export "fn_answer") (param i32 i32) (result i64)
             (call $pack (i32.const 4096) (i32.const {})))"#,
        answer.len()
    );
    module(&items, &[ANSWER])
}

const ANSWER: &str = r#"{"id": 1, "name": "ANSWER", "export": "fn_answer", "min_args": 1}"#;

fn on_every_runtime(bytes: &[u8], test: impl Fn(&dyn UdfModule)) {
    for runtime in runtimes(&patient()) {
        eprintln!("on {}:", runtime.name());
        test(runtime.load(bytes).unwrap().as_ref());
    }
}

fn call(module: &dyn UdfModule, name: &str, arguments: Vec<Argument>) -> Result<Output, Error> {
    let signature = module.signature(name)?;
    let mut session = module.open(SessionOptions::default().threads(1));
    session.call(&signature, Call::new(arguments))
}

fn any_column(values: &[AnyValue]) -> Argument {
    Argument::Column(Column::from_any(values).unwrap())
}

fn numbers(values: &[f64]) -> Argument {
    Argument::column(Arc::new(Float64Array::from(values.to_vec()))).unwrap()
}

fn cells(output: &Output) -> Vec<AnyValue> {
    output.columns[0].to_any().unwrap()
}

fn requests(module: &dyn UdfModule, arguments: Vec<Argument>) -> Vec<String> {
    let output = call(module, "REQUEST", arguments).unwrap();
    cells(&output)
        .into_iter()
        .map(|cell| match cell {
            AnyValue::Text(text) => text,
            other => panic!("{other:?}: {:?}", output.failures),
        })
        .collect()
}

fn args_of(request: &str) -> &str {
    let rest = request.strip_prefix("{'codec_version':1,'args':[").unwrap();
    rest.strip_suffix("]}").unwrap()
}

#[test]
fn values_are_written_as_upstream_writes_them() {
    let cells = [
        (AnyValue::Number(2.5), "{'Number':2.5}"),
        (AnyValue::Number(-3.0), "{'Number':-3.0}"),
        (AnyValue::Number(1e300), "{'Number':1e+300}"),
        (AnyValue::Number(f64::NAN), "{'Error':{'kind':'Num','message':null,'context':null,'extra':'None'}}"),
        (AnyValue::Logical(true), "{'Boolean':true}"),
        (AnyValue::Text("añ".into()), "{'Text':'añ'}"),
        (AnyValue::Blank, "'Empty'"),
        (AnyValue::Date(45_322.0), "{'Date':'2024-01-31'}"),
        (AnyValue::DateTime(45_322.5), "{'DateTime':'2024-01-31T12:00:00'}"),
        (AnyValue::Time(0.25), "{'Time':'06:00:00'}"),
        (AnyValue::Duration(1.5), "{'Duration':[129600,0]}"),
        (AnyValue::Duration(-0.5 / 86_400.0), "{'Duration':[-1,500000000]}"),
        (AnyValue::Date(1e18), "{'Number':1e+18}"),
        (AnyValue::Error(ErrorCode::Div), "{'Error':{'kind':'Div','message':null,'context':null,'extra':'None'}}"),
        (AnyValue::Error(ErrorCode::Circular), "{'Error':{'kind':'Circ','message':null,'context':null,'extra':'None'}}"),
        (AnyValue::Error(ErrorCode::Field), "{'Error':{'kind':'Error','message':'#FIELD!','context':null,'extra':'None'}}"),
    ];
    let (values, wanted): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    on_every_runtime(&module("", &[]), |module| {
        let found = requests(module, vec![any_column(&values)]);
        let found: Vec<&str> = found.iter().map(|request| args_of(request)).collect();
        assert_eq!(found, wanted);
    });
}

#[test]
fn an_error_goes_with_its_message() {
    let errors = RowErrors::try_new(vec![6].into(), Some(vec![Some("too late")].into())).unwrap();
    let column = Column::try_new(Arc::new(Float64Array::from(vec![1.0]))).unwrap();
    let argument = Argument::Column(column.with_errors(errors).unwrap());
    on_every_runtime(&module("", &[]), |module| {
        let found = requests(module, vec![argument.clone()]);
        let wanted = "{'Error':{'kind':'Num','message':'too late','context':null,'extra':'None'}}";
        assert_eq!(args_of(&found[0]), wanted);
    });
}

/// One column, the request for its only row, and the cell that upstream's value comes back as.
#[test]
fn columns_of_declared_types_keep_them() {
    let cases: Vec<(&str, ArrayRef, &str)> = vec![
        ("i64", Arc::new(Int64Array::from(vec![i64::MIN])), "{'Int':-9223372036854775808}"),
        ("u64", Arc::new(UInt64Array::from(vec![7])), "{'Int':7}"),
        ("f64", Arc::new(Float64Array::from(vec![0.1])), "{'Number':0.1}"),
        ("f32", Arc::new(Float32Array::from(vec![0.5])), "{'Number':0.5}"),
        ("bool", Arc::new(BooleanArray::from(vec![false])), "{'Boolean':false}"),
        ("utf8", Arc::new(StringArray::from(vec!["a"])), "{'Text':'a'}"),
        ("date32", Arc::new(Date32Array::from(vec![-1])), "{'Date':'1969-12-31'}"),
        ("time64", Arc::new(Time64MicrosecondArray::from(vec![1])), "{'Time':'00:00:00.000001'}"),
        (
            "timestamp",
            Arc::new(TimestampMicrosecondArray::from(vec![1_500_000])),
            "{'DateTime':'1970-01-01T00:00:01.500'}",
        ),
        ("duration", Arc::new(DurationMicrosecondArray::from(vec![-1])), "{'Duration':[-1,999999000]}"),
    ];
    for (dtype, array, wanted) in cases {
        let echo = format!(
            r#"{{"id": 1, "name": "SAME", "export": "fn_same", "min_args": 1, "max_args": 1,
                 "params": [{{"name": "x", "type": "{dtype}"}}], "returns": "{dtype}"}}"#
        );
        let shown = format!(
            r#"{{"id": 2, "name": "SHOW", "export": "fn_show", "min_args": 1, "max_args": 1,
                 "params": [{{"name": "x", "type": "{dtype}"}}], "returns": "utf8"}}"#
        );
        let plugin = PLUGIN.replace("fn_echo", "fn_same").replace("fn_request", "fn_show");
        on_every_runtime(&assemble(&plugin, &[&echo, &shown]), |module| {
            let argument = || vec![Argument::column(array.clone()).unwrap()];
            let shown = call(module, "SHOW", argument()).unwrap();
            assert_eq!(args_of(shown.columns[0].array().as_string::<i32>().value(0)), wanted);
            let same = call(module, "SAME", argument()).unwrap();
            assert_eq!(same.columns[0].array().as_ref(), array.as_ref(), "{dtype}");
            // A null is null without being asked, as with codec 2.
            let nulls = arrow_array::new_null_array(array.data_type(), 1);
            let none = call(module, "SAME", vec![Argument::column(nulls).unwrap()]).unwrap();
            assert_eq!((none.columns[0].array().null_count(), none.guest_calls), (1, 0));
        });
    }
}

#[test]
fn integers_beyond_what_json_has_are_refused_by_value() {
    let entry = r#"{"id": 1, "name": "F", "export": "fn_f", "min_args": 1, "max_args": 1,
                    "params": [{"name": "x", "type": "u64"}]}"#;
    let bytes = assemble(&PLUGIN.replace("fn_echo", "fn_f"), &[entry]);
    on_every_runtime(&bytes, |module| {
        let column = Argument::column(Arc::new(UInt64Array::from(vec![u64::MAX]))).unwrap();
        let error = call(module, "F", vec![column]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("18446744073709551615"), "{error}");
    });
}

#[test]
fn rows_come_back_as_they_went_and_every_block_is_freed() {
    let values = [
        AnyValue::Number(-0.5),
        AnyValue::Text(r#"quote " backslash \ newline ⏎ 
 nul-free 🦀"#.into()),
        AnyValue::Logical(false),
        AnyValue::Blank,
        AnyValue::Date(1.0),
        AnyValue::Date(45_322.0),
        AnyValue::DateTime(45_322.75),
        AnyValue::Time(0.5),
        AnyValue::Duration(-2.25),
        AnyValue::Error(ErrorCode::Na),
        AnyValue::Error(ErrorCode::NotImplemented),
    ];
    // Answers whether nothing but its own request is alive.
    let items = r#"(data (i32.const 4096) "{\"ok\":true,\"value\":{\"Boolean\":true}}")
      (data (i32.const 4160) "{\"ok\":true,\"value\":{\"Boolean\":false}}")
      (func (export "fn_clean") (param $ptr i32) (param $len i32) (result i64)
        (if (i32.eq (global.get $live) (local.get $len)) (then
          (global.set $live (i32.add (global.get $live) (i32.const 36)))
          (return (call $pack (i32.const 4096) (i32.const 36)))))
        (call $pack (i32.const 4160) (i32.const 37)))"#;
    let clean = r#"{"id": 1, "name": "CLEAN", "export": "fn_clean", "min_args": 0}"#;
    on_every_runtime(&module(items, &[clean]), |module| {
        let (echo, clean) = (module.signature("ECHO").unwrap(), module.signature("CLEAN").unwrap());
        assert_eq!(echo.lane(), Lane::Json);
        let mut session = module.open(SessionOptions::default().threads(1));
        let output = session.call(&echo, Call::new(vec![any_column(&values)])).unwrap();
        assert_eq!(cells(&output), values);
        assert_eq!((output.guest_calls, output.failed_rows), (values.len() as u64, 0));
        let output = session.call(&clean, Call::new(vec![]).rows(1)).unwrap();
        assert_eq!(cells(&output), [AnyValue::Logical(true)]);
    });
}

#[test]
fn no_rows_and_one_row_are_calls_too() {
    on_every_runtime(&module("", &[]), |module| {
        let none = call(module, "ECHO", vec![numbers(&[])]).unwrap();
        assert_eq!((none.rows(), none.guest_calls), (0, 0));
        let one = call(module, "ECHO", vec![numbers(&[4.0])]).unwrap();
        assert_eq!(cells(&one), [AnyValue::Number(4.0)]);
    });
}

#[test]
fn batches_and_threads_give_the_same_rows() {
    let values: Vec<f64> = (0..5_000).map(f64::from).collect();
    on_every_runtime(&module("", &[]), |module| {
        let echo = module.signature("ECHO").unwrap();
        for (threads, batch) in [(1, None), (2, Some(7)), (3, Some(1)), (2, None), (1, Some(9_999))] {
            let options = SessionOptions::default().threads(threads).batch_rows(batch);
            let call = Call::new(vec![numbers(&values)]);
            let output = module.open(options).call(&echo, call).unwrap();
            let wanted: Vec<_> = values.iter().map(|n| AnyValue::Number(*n)).collect();
            assert_eq!(cells(&output), wanted);
            assert_eq!(output.guest_calls, 5_000);
        }
    });
}

#[test]
fn scalars_stand_for_every_row_and_what_is_left_out_is_empty() {
    on_every_runtime(&module("", &[]), |module| {
        let scalar = Argument::scalar(Arc::new(StringArray::from(vec!["s"]))).unwrap();
        let arguments = vec![numbers(&[1.0, 2.0]), Argument::Omitted, scalar];
        let found = requests(module, arguments);
        assert_eq!(args_of(&found[0]), "{'Number':1.0},'Empty',{'Text':'s'}");
        assert_eq!(args_of(&found[1]), "{'Number':2.0},'Empty',{'Text':'s'}");
    });
}

#[test]
fn a_range_makes_one_call_row_by_row() {
    let column = |a, b| Column::from_any(&[a, b]).unwrap();
    let range = Argument::Range(vec![
        column(AnyValue::Number(1.0), AnyValue::Number(3.0)),
        column(AnyValue::Text("x".into()), AnyValue::Blank),
    ]);
    let one = Argument::Range(vec![Column::from_any(&[AnyValue::Number(9.0)]).unwrap()]);
    on_every_runtime(&module("", &[]), |module| {
        let arguments = vec![range.clone(), one.clone(), numbers(&[5.0, 6.0])];
        let found = requests(module, arguments);
        assert_eq!(
            args_of(&found[0]),
            "{'Array':[[{'Number':1.0},{'Text':'x'}],[{'Number':3.0},'Empty']]},{'Number':9.0},\
             {'Array':[[{'Number':5.0}],[{'Number':6.0}]]}"
        );
        assert_eq!(found.len(), 1);
        let output = call(module, "ECHO", vec![range.clone()]).unwrap();
        assert_eq!(output.guest_calls, 1);
        let columns: Vec<_> = output.columns.iter().map(|c| c.to_any().unwrap()).collect();
        assert_eq!(columns[0], [AnyValue::Number(1.0), AnyValue::Number(3.0)]);
        assert_eq!(columns[1], [AnyValue::Text("x".into()), AnyValue::Blank]);
        let empty = call(module, "REQUEST", vec![Argument::Range(vec![])]).unwrap();
        assert_eq!(cells(&empty), [AnyValue::Text("{'codec_version':1,'args':[{'Array':[]}]}".into())]);
    });
}

#[test]
fn an_array_answer_spills_where_no_column_is_given() {
    let answer = br#"{"ok":true,"value":{"Array":[[{"Int":1},{"Int":2}],[{"Int":3},"Empty"]]}}"#;
    on_every_runtime(&answering(answer), |module| {
        let scalar = || Argument::scalar(Arc::new(Float64Array::from(vec![1.0]))).unwrap();
        let output = call(module, "ANSWER", vec![scalar()]).unwrap();
        assert_eq!((output.rows(), output.columns.len()), (2, 2));
        assert_eq!(output.columns[1].to_any().unwrap(), [AnyValue::Number(2.0), AnyValue::Blank]);
        // Over rows there is no place for it.
        let rows = call(module, "ANSWER", vec![numbers(&[1.0])]).unwrap();
        assert_eq!(rows.failures[0].kind, ErrorKind::InvalidResult);
        assert!(rows.failures[0].message.contains("array of 2 rows and 2 columns"));
    });
}

#[test]
fn declared_kinds_and_columns_are_held() {
    let entries = [
        r#"{"id": 1, "name": "SUM", "export": "fn_answer", "kind": "reduce", "min_args": 1, "returns": "i64",
            "params": [{"name": "x", "type": "f64", "shape": "range"}]}"#,
    ];
    let plugin = |answer: &str| {
        let hex: String = answer.bytes().map(|b| format!("\\{b:02x}")).collect();
        let item = format!(
            r#"(data (i32.const 4096) "{hex}") (func (export "fn_answer") (param i32 i32) (result i64)
               (call $pack (i32.const 4096) (i32.const {})))"#,
            answer.len()
        );
        module(&item, &entries)
    };
    on_every_runtime(&plugin(r#"{"ok":true,"value":{"Array":[[{"Int":9007199254740993}]]}}"#), |m| {
        let output = call(m, "SUM", vec![numbers(&[1.0, 2.0])]).unwrap();
        assert_eq!(output.columns[0].array().as_primitive::<Int64Type>().value(0), 9_007_199_254_740_993);
    });
    for (answer, phrase) in [
        (r#"{"ok":true,"value":{"Array":[[{"Int":1},{"Int":2}]]}}"#, "one value is wanted"),
        (r#"{"ok":true,"value":{"Number":1.5}}"#, "i64 is wanted"),
        (r#"{"ok":true,"value":{"Text":"1"}}"#, "i64 is wanted"),
    ] {
        on_every_runtime(&plugin(answer), |m| {
            let error = call(m, "SUM", vec![numbers(&[1.0, 2.0])]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResult, "{answer}");
            assert!(error.message().contains(phrase), "{error}");
        });
    }
    on_every_runtime(&plugin(r#"{"ok":false,"error":{"kind":"Na","message":"none"}}"#), |m| {
        let error = call(m, "SUM", vec![numbers(&[1.0])]).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Function(ErrorCode::Na), "none"));
    });
}

#[test]
fn failures_are_errors_of_their_rows_with_kind_and_message() {
    for (answer, code, message) in [
        (r#"{"ok":false,"error":{"kind":"Num","message":"negative"}}"#, ErrorCode::Num, "negative"),
        (r#"{"ok":false,"error":{"kind":"NImpl"}}"#, ErrorCode::NotImplemented, "does not say why"),
        (r#"{"ok":false,"error":{"message":"m"}}"#, ErrorCode::Error, "m"),
        (r#"{"ok":false,"error":{}}"#, ErrorCode::Error, "does not say why"),
        (r#"{"ok":false}"#, ErrorCode::Error, "does not say why"),
        (r#"{"ok":false,"value":{"Int":1},"more":[1]}"#, ErrorCode::Error, "does not say why"),
        (
            r#"{"ok":true,"value":{"Error":{"kind":"Spill","message":"s","context":{"row":1,"col":2,"origin_row":null,"origin_col":null,"origin_sheet":null},"extra":{"Spill":{"expected_rows":2,"expected_cols":1}}}}}"#,
            ErrorCode::Spill,
            "s",
        ),
    ] {
        on_every_runtime(&answering(answer.as_bytes()), |module| {
            let output = call(module, "ANSWER", vec![numbers(&[1.0, 2.0])]).unwrap();
            let (found, text) = output.columns[0].error(1).unwrap();
            assert_eq!(found, code, "{answer}");
            assert!(text.unwrap().contains(message), "{answer}: {text:?}");
            // The function was asked once for each row, and these are its answers.
            assert_eq!((output.guest_calls, output.failed_rows), (2, 0));
        });
    }
}

/// Answers that break a rule fail their row, and name the rule.
#[test]
fn hostile_answers_fail_their_row_and_name_the_rule() {
    let deep = format!(r#"{{"ok":true,"x":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let deeper = deep.replace("\"x\"", "\"value\"");
    let nested = r#"{"ok":true,"value":{"Array":[[{"Array":[[{"Int":1}]]}]]}}"#;
    let wide = format!(
        r#"{{"ok":true,"value":{{"Array":[[{}"Empty"]]}}}}"#,
        r#""Empty","#.repeat(16_384)
    );
    let cases: Vec<(&[u8], &str)> = vec![
        (b"", "EOF"),
        (b"null", "response"),
        (b"{}", "missing field `ok`"),
        (br#"{"value":{"Int":1}}"#, "missing field `ok`"),
        (br#"{"ok":1,"value":{"Int":1}}"#, "a boolean"),
        (br#"{"ok":true}"#, "no `value`"),
        (br#"{"ok":true,"value":null}"#, "no `value`"),
        (br#"{"ok":true,"value":5}"#, "codec 1"),
        (br#"{"ok":true,"value":{"Float":5}}"#, "unknown variant `Float`"),
        (br#"{"ok":true,"value":{"Number":null}}"#, "f64"),
        (br#"{"ok":true,"value":{"Number":NaN}}"#, "codec 1"),
        (br#"{"ok":true,"value":{"Number":1e999}}"#, "out of range"),
        (br#"{"ok":true,"value":{"Int":1.5}}"#, "i64"),
        (br#"{"ok":true,"value":{"Int":99999999999999999999}}"#, "i64"),
        (br#"{"ok":true,"value":{"Int":1,"Number":2}}"#, "codec 1"),
        (br#"{"ok":true,"value":{"Text":1}}"#, "a string"),
        (br#"{"ok":true,"value":{"Boolean":"yes"}}"#, "a boolean"),
        (br#"{"ok":true,"value":{"Date":"31.1.2024"}}"#, "Date"),
        (br#"{"ok":true,"value":{"Time":"25:00:00"}}"#, "Time"),
        (br#"{"ok":true,"value":{"Duration":[1]}}"#, "tuple"),
        (br#"{"ok":true,"value":{"Duration":[9223372036854775807,0]}}"#, "Duration"),
        (br#"{"ok":true,"value":"Pending"}"#, "Pending"),
        (br#"{"ok":true,"value":{"Error":{"kind":"Boom"}}}"#, "`Boom` is none of"),
        (br#"{"ok":false,"error":{"kind":"boom"}}"#, "`boom` is none of"),
        (br#"{"ok":true,"value":{"Array":[[{"Int":1},{"Int":2}],[{"Int":3}]]}}"#, "row 1 of the array"),
        (br#"{"ok":true,"value":{"Array":[[],[],[]]}}"#, "row 1 of the array"),
        (br#"{"ok":true,"value":{"Array":[{"Int":1}]}}"#, "a row"),
        (br#"{"ok":true,"value":{"Text":"\ud800"}}"#, "hex escape"),
        (b"{\"ok\":true,\"value\":{\"Text\":\"\xff\xfe\"}}", "unicode"),
        (br#"{"ok":true,"value":{"Int":1}} tail"#, "trailing"),
        (b"\xef\xbb\xbf{\"ok\":true}", "codec 1"),
        (br#"{"ok":true,"ok":false}"#, "duplicate"),
        // What is not known is passed over, however deep it is.
        (deep.as_bytes(), "no `value`"),
        (deeper.as_bytes(), "codec 1"),
        (nested.as_bytes(), "an array in an array"),
        (wide.as_bytes(), "16384 columns"),
    ];
    for (answer, phrase) in cases {
        let bytes = answering(answer);
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(80)]).into_owned();
        on_every_runtime(&bytes, |module| {
            let output = call(module, "ANSWER", vec![numbers(&[1.0, 2.0, 3.0])]).unwrap();
            assert_eq!((output.failed_rows, output.guest_calls), (3, 3), "{shown}");
            let failure = &output.failures[2];
            assert_eq!((failure.row, failure.kind), (2, ErrorKind::InvalidResult), "{shown}");
            assert!(failure.message.contains(phrase), "{shown}: {}", failure.message);
            assert!(failure.message.len() < 400, "{shown}");
            assert_eq!(output.columns[0].error(0).unwrap().0, ErrorCode::Value);
            // Others go on.
            assert_eq!(cells(&call(module, "ECHO", vec![numbers(&[1.0])]).unwrap()).len(), 1);
        });
    }
}

/// What stands in the place of the answer's address and length, or of the allocator.
#[test]
fn hostile_addresses_fail_their_row() {
    let answer = |packed: &str| {
        let item = format!(r#"(func (export "fn_answer") (param i32 i32) (result i64) {packed})"#);
        module(&item, &[ANSWER])
    };
    let limits = Limits::default().result_bytes;
    for (bytes, kind, phrase) in [
        (answer("(i64.const 0)"), ErrorKind::InvalidResult, "EOF"),
        (answer("(i64.const -1)"), ErrorKind::MemoryLimitExceeded, "result_bytes"),
        (answer("(i64.const 0x10_ffff_fff8)"), ErrorKind::InvalidResult, "past the memory's end"),
        (answer("(call $pack (i32.const 0x3ffff) (i32.const 2))"), ErrorKind::InvalidResult, "past the memory's end"),
        (
            answer(&format!("(call $pack (i32.const 0) (i32.const {}))", limits + 1)),
            ErrorKind::MemoryLimitExceeded,
            "result_bytes",
        ),
        (
            assemble(&PLUGIN.replace("fn_echo", "fn_answer").replace("(local.get $ptr))\n  (func (export \"fz_free", "(i32.const -8))\n  (func (export \"fz_free"), &[ANSWER]),
            ErrorKind::InvalidResult,
            "fz_alloc answered 0xfffffff8",
        ),
        (
            assemble(&PLUGIN.replace("fn_echo", "fn_answer").replace("(local.get $ptr))\n  (func (export \"fz_free", "(i32.const 0))\n  (func (export \"fz_free"), &[ANSWER]),
            ErrorKind::MemoryLimitExceeded,
            "fz_alloc refused",
        ),
    ] {
        on_every_runtime(&bytes, |module| {
            let output = call(module, "ANSWER", vec![numbers(&[1.0, 2.0])]).unwrap();
            assert_eq!(output.failed_rows, 2);
            assert_eq!(output.failures[0].kind, kind, "{}", output.failures[0].message);
            let message = &output.failures[0].message;
            assert!(message.contains(phrase) || message.contains("pass the memory's end"), "{message}");
        });
    }
}

/// Counts its calls in a global; traps on the numbers 3 and 4.
const PICKY: &str = r#"
  (func (export "fn_picky") (param $ptr i32) (param $len i32) (result i64) (local $c i32)
    ;; {"codec_version":1,"args":[{"Number":X.0}]}
    (local.set $c (i32.load8_u (i32.add (local.get $ptr) (i32.const 37))))
    (if (i32.or (i32.eq (local.get $c) (i32.const 51)) (i32.eq (local.get $c) (i32.const 52)))
      (then unreachable))
    (call $echo (local.get $ptr) (local.get $len)))"#;

#[test]
fn a_trap_fails_its_row_only_and_nothing_runs_twice() {
    let plugin = PLUGIN.replace(r#"(func (export "fn_echo")"#, r#"(func $echo (export "fn_echo")"#);
    let picky = r#"{"id": 1, "name": "PICKY", "export": "fn_picky", "min_args": 1, "volatile": true, "deterministic": true}"#;
    let bytes = assemble(&format!("{plugin} {PICKY}"), &[picky]);
    on_every_runtime(&bytes, |module| {
        let function = module.signature("PICKY").unwrap();
        assert!(function.function().volatile && !function.function().deterministic);
        for batch in [None, Some(1), Some(2), Some(5)] {
            let options = SessionOptions::default().threads(2).batch_rows(batch);
            let call = Call::new(vec![numbers(&[1.0, 2.0, 3.0, 4.0, 5.0, 3.0])]).row_offset(100);
            let output = module.open(options).call(&function, call).unwrap();
            let rows: Vec<u64> = output.failures.iter().map(|f| f.row).collect();
            assert_eq!(rows, [102, 103, 105], "{batch:?}");
            assert_eq!(output.failures[0].kind, ErrorKind::Trap);
            assert_eq!((output.failed_rows, output.guest_calls), (3, 6));
            let found = cells(&output);
            assert_eq!(found[4], AnyValue::Number(5.0));
            assert_eq!(found[2], AnyValue::Error(ErrorCode::Value));
        }
    });
}

#[test]
fn endless_functions_end_with_the_deadline_and_cancelled_ones_at_once() {
    let item = r#"(func (export "fn_answer") (param i32 i32) (result i64) (loop $l (br $l)) (i64.const 0))"#;
    let limits =
        Limits::builder().batch_deadline(Duration::from_millis(100)).build().unwrap();
    for runtime in runtimes(&limits) {
        let module = runtime.load(&module(item, &[ANSWER])).unwrap();
        let error = call(module.as_ref(), "ANSWER", vec![numbers(&[1.0])]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        let cancel = CancelToken::new();
        cancel.cancel();
        let signature = module.signature("ANSWER").unwrap();
        let mut session = module.open(SessionOptions::default().threads(2).cancel(cancel));
        let error = session.call(&signature, Call::new(vec![numbers(&[1.0; 5_000])])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn many_failing_rows_share_the_deadline_of_their_batch() {
    let item = r#"(func (export "fn_answer") (param i32 i32) (result i64) (local $i i32)
      (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $i) (i32.const 20000000)))) unreachable)"#;
    let limits =
        Limits::builder().batch_deadline(Duration::from_millis(200)).build().unwrap();
    for runtime in runtimes(&limits) {
        let module = runtime.load(&module(item, &[ANSWER])).unwrap();
        let error = call(module.as_ref(), "ANSWER", vec![numbers(&[1.0; 1_000])]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    }
}

#[test]
fn a_request_larger_than_memory_may_be_is_refused_with_its_size() {
    let limits = Limits::builder().memory_bytes(1 << 20).build().unwrap();
    for runtime in runtimes(&limits) {
        let module = runtime.load(&module("", &[])).unwrap();
        let text = StringArray::from(vec!["x".repeat(2 << 20)]);
        let range = Argument::Range(vec![Column::try_new(Arc::new(text)).unwrap()]);
        let error = call(module.as_ref(), "ECHO", vec![range]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.message().contains("1048576 bytes"), "{error}");
    }
}

#[test]
fn long_texts_are_put_away_in_parts() {
    let text = "y".repeat(20_000);
    let column = StringArray::from(vec![text.as_str(); 1_000]);
    on_every_runtime(&module("", &[]), |module| {
        let output = call(module, "ECHO", vec![Argument::column(Arc::new(column.clone())).unwrap()]);
        let output = output.unwrap();
        assert!(cells(&output).iter().all(|cell| *cell == AnyValue::Text(text.clone())));
        assert_eq!(output.guest_calls, 1_000);
    });
}

#[test]
fn a_typed_export_of_a_codec_1_module_uses_the_bridge() {
    let item = r#"(func (export "fn_twice") (param f64) (result f64)
        (f64.mul (local.get 0) (f64.const 2)))
      (func (export "fn_none") (param f64))
      (func (export "fn_pair") (param f64 f64) (result f64) (local.get 0))"#;
    let entries = [
        r#"{"id": 1, "name": "TWICE", "export": "fn_twice", "min_args": 0,
            "params": [{"name": "x", "kinds": ["number"]}], "returns": {"kinds": ["number"]}}"#,
        r#"{"id": 2, "name": "NONE", "export": "fn_none", "min_args": 1}"#,
        r#"{"id": 3, "name": "PAIR", "export": "fn_pair", "min_args": 1, "max_args": 1}"#,
        r#"{"id": 4, "name": "ALL", "export": "fn_twice2", "kind": "reduce", "min_args": 1}"#,
    ];
    let item = format!(r#"{item} (func (export "fn_twice2") (param f64) (result f64) (local.get 0))"#);
    let bytes = module(&item, &entries);
    let info = udf_backends::inspect(&bytes, &Limits::default()).unwrap();
    for phrase in ["`NONE` cannot be called", "2 parameters; the manifest says 1 to 1", "`ALL`"] {
        assert!(info.warnings.iter().any(|w| w.contains(phrase)), "{phrase}: {:?}", info.warnings);
    }
    on_every_runtime(&bytes, |module| {
        let twice = module.signature("TWICE").unwrap();
        assert_eq!((twice.lane(), twice.to_string().as_str()), (Lane::Typed, "TWICE(x: f64) -> f64"));
        let output = call(module, "TWICE", vec![numbers(&[1.5, 2.0])]).unwrap();
        assert_eq!(output.columns[0].array().as_primitive::<Float64Type>().values(), &[3.0, 4.0]);
        for name in ["NONE", "PAIR", "ALL"] {
            assert_eq!(module.signature(name).unwrap_err().kind(), ErrorKind::Unsupported, "{name}");
        }
    });
}

#[test]
fn a_plugin_that_lacks_a_part_of_the_interface_is_told_which() {
    let broken = PLUGIN.replace(r#"(export "fz_free")"#, "");
    let entry = r#"{"id": 1, "name": "ECHO", "export": "fn_echo", "min_args": 1}"#;
    on_every_runtime(&assemble(&broken, &[entry]), |module| {
        let error = module.signature("ECHO").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("`fz_free` ((i32, i32)) is missing"), "{error}");
    });
}

#[test]
fn the_number_of_arguments_is_held_and_nothing_else_of_the_parameters() {
    let entry = r#"{"id": 1, "name": "ECHO2", "export": "fn_echo", "min_args": 1, "max_args": 2,
        "params": [{"name": "a", "kinds": ["number"]}, {"name": "b"}, {"name": "c"}, {"name": "d"}]}"#;
    on_every_runtime(&assemble(PLUGIN, &[entry]), |module| {
        let wanted = "ECHO2(a: any, [b: any]) -> any";
        assert_eq!(module.signature("echo2").unwrap().to_string(), wanted);
        assert_eq!(cells(&call(module, "ECHO2", vec![numbers(&[1.0])]).unwrap()).len(), 1);
        let three = vec![numbers(&[1.0]), numbers(&[1.0]), numbers(&[1.0])];
        assert_eq!(call(module, "ECHO2", three).unwrap_err().kind(), ErrorKind::Arity);
    });
}
