//! Answers that are failures, and answers that break a rule.

use crate::plugin::{
    ANSWER, PLUGIN, answering, assemble, call, cells, module, numbers, on_every_runtime,
};
use udf_abi::ErrorCode;
use udf_columnar::{AnyValue, ErrorKind, Limits};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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

/// Decimals that a hasty reader takes for the number beside them.
#[test]
fn numbers_of_answers_are_exact() {
    for decimals in ["1.9262967213718827", "0.9812852326851965", "-1.3375258150570377e-300"] {
        let answer = format!(r#"{{"ok":true,"value":{{"Number":{decimals}}}}}"#);
        on_every_runtime(&answering(answer.as_bytes()), |module| {
            let output = call(module, "ANSWER", vec![numbers(&[1.0])]).unwrap();
            let exact: f64 = decimals.parse().unwrap();
            assert_eq!(cells(&output), [AnyValue::Number(exact)], "{decimals}");
        });
    }
}

/// Answers that break a rule fail their row, and name the rule.
#[test]
fn hostile_answers_fail_their_row_and_name_the_rule() {
    let deep = format!(r#"{{"ok":true,"x":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let deeper = deep.replace("\"x\"", "\"value\"");
    let nested = r#"{"ok":true,"value":{"Array":[[{"Array":[[{"Int":1}]]}]]}}"#;
    let wide =
        format!(r#"{{"ok":true,"value":{{"Array":[[{}"Empty"]]}}}}"#, r#""Empty","#.repeat(16_384));
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
        (
            br#"{"ok":true,"value":{"Array":[[{"Int":1},{"Int":2}],[{"Int":3}]]}}"#,
            "row 1 of the array",
        ),
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
        (
            answer("(call $pack (i32.const 0x7ffff) (i32.const 2))"),
            ErrorKind::InvalidResult,
            "past the memory's end",
        ),
        (
            answer(&format!("(call $pack (i32.const 0) (i32.const {}))", limits + 1)),
            ErrorKind::MemoryLimitExceeded,
            "result_bytes",
        ),
        (
            assemble(
                &PLUGIN.replace("fn_echo", "fn_answer").replace(
                    "(local.get $ptr))\n  (func (export \"fz_free",
                    "(i32.const -8))\n  (func (export \"fz_free",
                ),
                &[ANSWER],
            ),
            ErrorKind::InvalidResult,
            "fz_alloc answered 0xfffffff8",
        ),
        (
            assemble(
                &PLUGIN.replace("fn_echo", "fn_answer").replace(
                    "(local.get $ptr))\n  (func (export \"fz_free",
                    "(i32.const 0))\n  (func (export \"fz_free",
                ),
                &[ANSWER],
            ),
            ErrorKind::MemoryLimitExceeded,
            "fz_alloc refused",
        ),
    ] {
        on_every_runtime(&bytes, |module| {
            let output = call(module, "ANSWER", vec![numbers(&[1.0, 2.0])]).unwrap();
            assert_eq!(output.failed_rows, 2);
            assert_eq!(output.failures[0].kind, kind, "{}", output.failures[0].message);
            let message = &output.failures[0].message;
            assert!(
                message.contains(phrase) || message.contains("pass the memory's end"),
                "{message}"
            );
        });
    }
}
