//! Rows, ranges, traps and limits.

use crate::plugin::{
    ANSWER, PLUGIN, answering, args_of, assemble, call, cells, module, numbers, on_every_runtime,
    requests, runtimes,
};
use arrow_array::{Float64Array, StringArray, cast::AsArray, types::Int64Type};
use std::{sync::Arc, time::Duration};
use udf_abi::ErrorCode;
use udf_columnar::{
    AnyValue, Argument, Call, CancelToken, Column, ErrorKind, Limits, SessionOptions,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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
        for (threads, batch) in [(1, None), (2, Some(7)), (3, Some(1)), (2, None), (1, Some(9_999))]
        {
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
        assert_eq!(
            cells(&empty),
            [AnyValue::Text("{'codec_version':1,'args':[{'Array':[]}]}".into())]
        );
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
    on_every_runtime(
        &plugin(r#"{"ok":true,"value":{"Array":[[{"Int":9007199254740993}]]}}"#),
        |m| {
            let output = call(m, "SUM", vec![numbers(&[1.0, 2.0])]).unwrap();
            assert_eq!(
                output.columns[0].array().as_primitive::<Int64Type>().value(0),
                9_007_199_254_740_993
            );
        },
    );
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
    let limits = Limits::builder().batch_deadline(Duration::from_millis(100)).build().unwrap();
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
    let limits = Limits::builder().batch_deadline(Duration::from_millis(200)).build().unwrap();
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
        let output =
            call(module, "ECHO", vec![Argument::column(Arc::new(column.clone())).unwrap()]);
        let output = output.unwrap();
        assert!(cells(&output).iter().all(|cell| *cell == AnyValue::Text(text.clone())));
        assert_eq!(output.guest_calls, 1_000);
    });
}
