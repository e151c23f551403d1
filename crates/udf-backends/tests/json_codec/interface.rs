//! What a plugin must export, and one that was built for upstream.

use crate::{
    files,
    plugin::{
        ANSWER, PLUGIN, any_column, assemble, call, cells, module, numbers, on_every_runtime,
        patient, runtimes,
    },
};
use arrow_array::{Date32Array, Float64Array, StringArray, cast::AsArray, types::Float64Type};
use std::sync::Arc;
use udf_abi::ErrorCode;
use udf_columnar::{AnyValue, Argument, Call, Column, ErrorKind, Lane, Limits, SessionOptions};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn upstream() -> Vec<u8> {
    let plugins = files::all("plugins", "wasm");
    plugins.into_iter().find(|(name, _)| name == "upstream_json").unwrap().1
}

/// A plugin in plain Rust, with serde_json and nothing of this project.
#[test]
fn a_plugin_built_for_upstream_runs_unchanged() {
    let info = udf_backends::inspect(&upstream(), &Limits::default()).unwrap();
    assert_eq!(info.warnings, Vec::<String>::new());
    on_every_runtime(&upstream(), |module| {
        let scalar = |n: f64| Argument::scalar(Arc::new(Float64Array::from(vec![n]))).unwrap();
        let arguments = vec![numbers(&[0.0, 0.05, -2.0]), scalar(10.0), numbers(&[5.0, 1.0, 1.0])];
        let output = call(module, "annuity", arguments).unwrap();
        let found = cells(&output);
        assert_eq!(found[0], AnyValue::Number(50.0));
        assert!(
            matches!(found[1], AnyValue::Number(n) if (n - 7.721_735).abs() < 1e-6),
            "{found:?}"
        );
        let message = Some("a rate of -2");
        assert_eq!(output.columns[0].error(2), Some((ErrorCode::Num, message)));

        let words = StringArray::from(vec![Some("ünder the SEA"), None, Some("\u{1}\n\"x\"")]);
        let output =
            call(module, "TITLE", vec![Argument::column(Arc::new(words)).unwrap()]).unwrap();
        assert_eq!(cells(&output)[0], AnyValue::Text("Ünder The Sea".into()));
        assert_eq!(output.columns[0].error(1), Some((ErrorCode::Value, Some("no text"))));
        assert_eq!(cells(&output)[2], AnyValue::Text("\u{1} \"x\"".into()));

        let flows = [
            Column::from_any(&[AnyValue::Number(-100.0), AnyValue::Number(60.0)]).unwrap(),
            Column::from_any(&[AnyValue::Blank, AnyValue::Number(72.0)]).unwrap(),
        ];
        let arguments = vec![scalar(0.2), Argument::Range(flows.to_vec()), scalar(0.0)];
        let output = call(module, "FLOWS_VALUE", arguments).unwrap();
        assert_eq!((cells(&output), output.guest_calls), (vec![AnyValue::Number(0.0)], 1));

        let output = call(module, "FLIP", vec![Argument::Range(flows.to_vec())]).unwrap();
        assert_eq!(
            output.columns[0].to_any().unwrap(),
            [AnyValue::Number(-100.0), AnyValue::Blank]
        );
        assert_eq!(output.columns.len(), 2);

        let days = Arc::new(Date32Array::from(vec![Some(19_782), None]));
        let output = call(module, "WEEKDAY_NAME", vec![Argument::column(days).unwrap()]).unwrap();
        assert_eq!(cells(&output)[0], AnyValue::Text("Thursday".into()));

        let kinds = [
            (AnyValue::Number(1.0), "number"),
            (AnyValue::Text(String::new()), "text"),
            (AnyValue::Logical(true), "boolean"),
            (AnyValue::Blank, "empty"),
            (AnyValue::Date(45_000.0), "date"),
            (AnyValue::DateTime(45_000.5), "date and time"),
            (AnyValue::Time(0.5), "time"),
            (AnyValue::Duration(0.5), "duration"),
            (AnyValue::Error(ErrorCode::Ref), "error"),
        ];
        let (values, wanted): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
        let wanted: Vec<_> = wanted.into_iter().map(|k| AnyValue::Text(k.into())).collect();
        assert_eq!(cells(&call(module, "KIND", vec![any_column(&values)]).unwrap()), wanted);

        let output = call(module, "STRICT", vec![numbers(&[4.0, -1.0, 9.0])]).unwrap();
        assert_eq!((output.failed_rows, output.failures[0].kind), (1, ErrorKind::Trap));
        assert_eq!(cells(&output)[2], AnyValue::Number(3.0));

        let output = call(module, "HALF", vec![numbers(&[3.0])]).unwrap();
        assert_eq!(output.columns[0].array().as_primitive::<Float64Type>().value(0), 1.5);
    });
}

#[test]
fn a_plugin_keeps_its_state_while_its_session_lives_and_its_memory_does_not_fill() {
    on_every_runtime(&upstream(), |module| {
        let counter = module.signature("COUNTER").unwrap();
        let mut session = module.open(SessionOptions::default().threads(1));
        let output = session.call(&counter, Call::new(vec![]).rows(3)).unwrap();
        let wanted = [1.0, 2.0, 3.0].map(AnyValue::Number);
        assert_eq!(cells(&output), wanted);
    });
    // 100 MB of requests pass through an instance of 8 MiB.
    let limits = patient().to_builder().memory_bytes(8 << 20).build().unwrap();
    let text = StringArray::from(vec!["word ".repeat(2_000); 10_000]);
    for runtime in runtimes(&limits).into_iter().filter(|r| r.name() == "wasmtime") {
        let module = runtime.load(&upstream()).unwrap();
        let column = Argument::column(Arc::new(text.clone())).unwrap();
        let output = call(module.as_ref(), "KIND", vec![column]).unwrap();
        assert_eq!(output.failed_rows, 0);
    }
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
    let item =
        format!(r#"{item} (func (export "fn_twice2") (param f64) (result f64) (local.get 0))"#);
    let bytes = module(&item, &entries);
    let info = udf_backends::inspect(&bytes, &Limits::default()).unwrap();
    for phrase in ["`NONE` cannot be called", "2 parameters; the manifest says 1 to 1", "`ALL`"] {
        assert!(info.warnings.iter().any(|w| w.contains(phrase)), "{phrase}: {:?}", info.warnings);
    }
    on_every_runtime(&bytes, |module| {
        let twice = module.signature("TWICE").unwrap();
        assert_eq!(
            (twice.lane(), twice.to_string().as_str()),
            (Lane::Typed, "TWICE(x: f64) -> f64")
        );
        let output = call(module, "TWICE", vec![numbers(&[1.5, 2.0])]).unwrap();
        assert_eq!(output.columns[0].array().as_primitive::<Float64Type>().values(), &[3.0, 4.0]);
        for name in ["NONE", "PAIR", "ALL"] {
            assert_eq!(
                module.signature(name).unwrap_err().kind(),
                ErrorKind::Unsupported,
                "{name}"
            );
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

#[test]
fn an_initialiser_runs_before_the_first_request() {
    let items = r#"
      (data (i32.const 0x30000) "{\"ok\":true,\"value\":{\"Number\":0.0}}")
      (func (export "_initialize") (i32.store8 (i32.const 0x3001d) (i32.const 55)))
      (func (export "fn_answer") (param i32 i32) (result i64)
        (call $pack (i32.const 0x30000) (i32.const 34)))"#;
    on_every_runtime(&module(items, &[ANSWER]), |module| {
        let output = call(module, "ANSWER", vec![numbers(&[1.0, 2.0])]).unwrap();
        assert_eq!(cells(&output), [AnyValue::Number(7.0), AnyValue::Number(7.0)]);
    });
}
