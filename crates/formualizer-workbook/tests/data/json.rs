//! Shapes of JSON.

use super::*;

fn rows(json: &str) -> Vec<Vec<Value>> {
    imported(DataFormat::Json, json.as_bytes(), &ImportOptions::default())
}

#[test]
fn objects_lists_and_columns_are_tables() {
    let expected = [
        vec![text("b"), text("a"), text("c")],
        vec![Value::Number(1.0), text("x"), Value::Empty],
        vec![Value::Empty, text("y"), Value::Boolean(true)],
    ];
    assert_eq!(rows(r#"[{"b":1,"a":"x"},{"a":"y","c":true,"b":null}]"#), expected);
    assert_eq!(rows(r#"{"b":[1,null],"a":["x","y"],"c":[null,true]}"#), expected);
    let lines = "{\"b\":1,\"a\":\"x\"}\n\n{\"a\":\"y\",\"c\":true}\r\n";
    assert_eq!(imported(DataFormat::NdJson, lines.as_bytes(), &ImportOptions::default()), expected);
    let bare = ImportOptions::default().headers(false);
    let lists = imported(DataFormat::Json, b"[[1,2],[3],[]]", &bare);
    assert_eq!(
        lists,
        [
            vec![Value::Number(1.0), Value::Number(2.0)],
            vec![Value::Number(3.0), Value::Empty],
            vec![Value::Empty, Value::Empty],
        ]
    );
}

/// Decimals that a hasty reader takes for the number beside them.
#[test]
fn numbers_are_read_exactly() {
    for decimals in ["1.9262967213718827", "0.9812852326851965", "-1.3375258150570377e-300"] {
        let exact: f64 = decimals.parse().unwrap();
        let found = rows(&format!("[{{\"x\":{decimals}}}]"));
        assert_eq!(found[1], [Value::Number(exact)], "{decimals}");
        let line = format!("{{\"x\":{decimals}}}\n");
        let found = imported(DataFormat::NdJson, line.as_bytes(), &ImportOptions::default());
        assert_eq!(found[1], [Value::Number(exact)], "{decimals}");
    }
}

#[test]
fn nested_values_are_their_text_and_long_integers_too() {
    let json = r#"[{"o":{"b":[1,"ä"],"a":null},"id":12345678901234567890,"n":-3,"t":"1"}]"#;
    assert_eq!(
        rows(json)[1],
        [
            text(r#"{"b":[1,"ä"],"a":null}"#),
            text("12345678901234567890"),
            Value::Number(-3.0),
            text("1"),
        ]
    );
}

#[test]
fn what_is_no_table_is_refused() {
    for (json, what) in [
        ("", "no JSON"),
        ("[1,2]", "row 1"),
        ("[{\"a\":1},2]", "row 2"),
        ("3", "neither rows nor columns"),
        ("[{\"a\":1}", "line 1"),
        ("[{\"a\":1}] x", "line 1"),
        ("[{\"a\":1e999}]", "number"),
        ("[{\"a\":1,\"a\":2}]", "twice"),
        ("[{\"a\":\"\u{1}\"}]", "control"),
    ] {
        let refused = refusal(DataFormat::Json, json.as_bytes());
        assert!(refused.contains(what), "{json}: {refused}");
    }
    assert!(refusal(DataFormat::Json, b"[{\"a\":\"\xFF\"}]").contains("line 1"));
    let lines = refusal(DataFormat::NdJson, b"{\"a\":1}\n{\"a\":}\n");
    assert!(lines.contains("line 2"), "{lines}");
    let long = format!("[{{\"a\":\"{}\"}}]", "x".repeat(32_768));
    assert!(refusal(DataFormat::Json, long.as_bytes()).contains("32767"));
}

#[test]
fn an_empty_list_is_no_data() {
    for json in ["[]", "{}", "[{}]"] {
        let report = import(DataFormat::Json, json.as_bytes()).unwrap();
        assert_eq!((report.columns, report.range), (0, None), "{json}");
    }
}

#[test]
fn values_are_written_with_their_types() {
    let rows = vec![
        vec![text("a \"b\""), text("n")],
        vec![text("x\n\u{1}"), Value::Number(0.5)],
        vec![Value::Boolean(true), Value::Number(1e20)],
        vec![date("2024-01-31"), error(ExcelErrorKind::Na)],
        vec![Value::Empty, Value::Number(-1e-7)],
    ];
    let bytes = exported(&rows, DataFormat::NdJson, &ExportOptions::default());
    let written = String::from_utf8(bytes).unwrap();
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert_eq!(
        written,
        "{\"a \\\"b\\\"\":\"x\\n\\u0001\",\"n\":0.5}\n\
         {\"a \\\"b\\\"\":true,\"n\":1e20}\n\
         {\"a \\\"b\\\"\":\"2024-01-31\",\"n\":\"#N/A\"}\n\
         {\"a \\\"b\\\"\":null,\"n\":-1E-7}\n"
    );
}
