//! Newline delimited JSON in and out.

use crate::data::{Folder, Run, array, conformance, fzudf, table};
use arrow_array::{BinaryArray, Date32Array, Float64Array, TimestampMicrosecondArray, UInt64Array};
use std::process::Stdio;

/// Calls a function over these lines, and gives the lines that come out.
#[track_caller]
fn through(function: &str, args: &[&str], lines: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write_text("in.ndjson", lines);
    let call = [function, "-i", "in.ndjson", "--out-format", "ndjson"];
    let run = folder.call(&[&call[..], args].concat()).ok();
    run.out.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn rows_keep_their_keys_and_get_the_result_behind_them() {
    let out = through(
        "DIV_CHECKED",
        &[],
        "{\"text\": \"é \\\"q\\\" 数\", \"b\": 2, \"a\": 6.5, \"yes\": true}\n\
         \n\
         {\"a\": null, \"b\": 1}\r\n\
         {\"b\": 0, \"a\": 1, \"yes\": false}",
    );
    assert_eq!(
        out,
        [
            r#"{"text":"é \"q\" 数","b":2,"a":6.5,"yes":true,"DIV_CHECKED":3.25}"#,
            r#"{"text":null,"b":1,"a":null,"yes":null,"DIV_CHECKED":null}"#,
            r#"{"text":null,"b":0,"a":1.0,"yes":false,"DIV_CHECKED":null}"#,
        ]
    );
}

#[test]
fn what_is_written_can_be_read_and_is_the_same() {
    let folder = Folder::new();
    folder.write(
        "in.parquet",
        &[table([
            ("a", array(Float64Array::from(vec![Some(4.0), None, Some(0.25)]))),
            ("day", array(Date32Array::from(vec![Some(-1), Some(20_000), None]))),
            ("wall", array(TimestampMicrosecondArray::from(vec![Some(0), Some(1), None]))),
            (
                "instant",
                array(
                    TimestampMicrosecondArray::from(vec![Some(0), None, Some(-1)])
                        .with_timezone("UTC"),
                ),
            ),
            ("id", array(UInt64Array::from(vec![u64::MAX, 0, 1]))),
        ])],
    );
    let call = ["SQRT_CHECKED", "--arg", "a"];
    folder.call(&[&call[..], &["-i", "in.parquet", "-o", "first.jsonl"]].concat()).ok();
    let first = std::fs::read_to_string(folder.path("first.jsonl")).unwrap();
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"a":4.0,"day":"1969-12-31","wall":"1970-01-01T00:00:00","instant":"1970-01-01T00:00:00Z","id":18446744073709551615,"SQRT_CHECKED":2.0}"#
    );
    assert!(lines[1].contains(r#""wall":"1970-01-01T00:00:00.000001""#), "{}", lines[1]);
    let again = ["SQRT_CHECKED", "--arg", "a", "--as", "again", "-o", "second.ndjson"];
    folder.call(&[&again[..], &["-i", "first.jsonl"]].concat()).ok();
    let second = std::fs::read_to_string(folder.path("second.ndjson")).unwrap();
    for (first, second) in first.lines().zip(second.lines()) {
        assert!(second.starts_with(first.trim_end_matches('}')), "{first}\n{second}");
    }
    // The types are those of the Parquet file, as another format shows.
    folder.call(&[&call[..], &["-i", "first.jsonl", "-o", "o.parquet"]].concat()).ok();
    let (before, after) = (folder.read("in.parquet"), folder.read("o.parquet"));
    for name in ["a", "day", "wall", "instant", "id"] {
        assert_eq!(&before[name], &after[name], "{name}");
    }
}

#[test]
fn no_rows_give_no_lines() {
    let folder = Folder::new();
    let empty = table([("a", array(Float64Array::from(vec![1.0])))]).slice(0, 0);
    folder.write("in.parquet", &[empty]);
    let run = folder
        .call(&["SQRT_CHECKED", "-i", "in.parquet", "--arg", "a", "--out-format", "ndjson"])
        .ok();
    assert_eq!(run.out, "");
    folder.write_text("in.ndjson", "\n\n");
    folder.call(&["SQRT_CHECKED", "-i", "in.ndjson", "--arg", "a"]).fails(2, &["`a`"]);
}

#[test]
fn numbers_that_json_does_not_have_are_null() {
    let folder = Folder::new();
    let values = Float64Array::from(vec![f64::INFINITY, f64::NAN, -0.0, 1e300]);
    folder.write("in.parquet", &[table([("a", array(values))])]);
    let run =
        folder.call(&["ID_F64", "-i", "in.parquet", "--arg", "a", "--out-format", "ndjson"]).ok();
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[0], r#"{"a":null,"ID_F64":null}"#);
    assert_eq!(lines[1], r#"{"a":null,"ID_F64":null}"#);
    assert_eq!(lines[2], r#"{"a":-0.0,"ID_F64":-0.0}"#);
}

#[test]
fn a_broken_line_is_named() {
    let folder = Folder::new();
    let call = ["SQRT_CHECKED", "-i", "in.ndjson", "--arg", "a"];
    for (text, said) in [
        ("{\"a\": 1}\n\n{\"a\": }\n", "line 3: expected value at column 7"),
        ("{\"a\": 1}\n{\"a\": 2", "line 2: EOF"),
        ("{\"a\": 1}\nfour\n", "line 2: "),
        ("{\"a\": 1}\n{\"a\": {\"deep\": 1}}\n", "line 2: column `a` holds an object"),
        ("{\"a\": 1}\n{\"a\": 1, \"b\": [1]}\n", "line 2: column `b` holds a list"),
    ] {
        folder.write_text("in.ndjson", text);
        folder.call(&call).fails(5, &["in.ndjson", said]);
    }
}

#[test]
fn a_row_unlike_the_first_ones_is_named_and_the_way_out() {
    let folder = Folder::new();
    let call = ["SQRT_CHECKED", "-i", "in.ndjson", "--arg", "a", "--infer-rows", "1"];
    for (row, said) in [
        ("{\"a\": 2.5}", "'2.5'"),
        ("{\"a\": \"x\"}", "'x'"),
        ("{\"a\": 1, \"new\": 1}", "new"),
        ("{\"a\": 9223372036854775808}", "9223372036854775808"),
    ] {
        folder.write_text("in.ndjson", &format!("{{\"a\": 1}}\n{row}\n"));
        folder.call(&call).fails(5, &["in.ndjson", "line 2", said, "--infer-rows 0"]);
    }
    folder.write_text("in.ndjson", "{\"a\": 1}\n{\"a\": 6.25}\n");
    let all = [&call[..5], &["--infer-rows", "0"]].concat();
    assert_eq!(folder.call(&all).ok().out, "a,SQRT_CHECKED\n1.0,1.0\n6.25,2.5\n");
}

#[test]
fn the_old_name_of_infer_rows_still_works() {
    let folder = Folder::new();
    folder.write_text("in.csv", "a\n1\n2.5\n");
    let call = ["SQRT_CHECKED", "-i", "in.csv", "--arg", "a", "--csv-infer-rows", "1"];
    folder.call(&call).fails(5, &["2.5"]);
}

#[test]
fn columns_for_text_parameters_are_text() {
    let out =
        through("REPEAT", &["--arg", "code", "--arg", "=2"], "{\"code\": 1.50}\n{\"code\": 7}");
    assert_eq!(out[0], r#"{"code":"1.50","REPEAT":"1.501.50"}"#);
    let out = through("REPEAT", &["--arg", "d", "--arg", "=2"], "{\"d\": \"2024-01-01\"}");
    assert_eq!(out, [r#"{"d":"2024-01-01","REPEAT":"2024-01-012024-01-01"}"#]);
}

#[test]
fn rows_keep_their_places_over_batches_and_through_pipes() {
    let folder = Folder::new();
    let rows = 300_000;
    let text: String = (0..rows).map(|n| format!("{{\"a\": {n}.0}}\n")).collect();
    folder.write_text("in.ndjson", &text);
    let expected: String =
        (0..rows).map(|n| format!("{{\"a\":{n}.0,\"ID_F64\":{n}.0}}\n")).collect();
    let call = ["ID_F64", "--arg", "a", "--out-format", "ndjson", "-i"];
    let run = folder.call(&[&call[..], &["in.ndjson"]].concat()).ok();
    assert!(run.out == expected);
    let cut = [&call[..], &["in.ndjson", "--batch-rows", "777", "--threads", "2"]].concat();
    assert!(folder.call(&cut).ok().out == expected);

    let mut cat = std::process::Command::new("cat")
        .arg(folder.path("in.ndjson"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let run = fzudf()
        .args(["call", &conformance()])
        .args(call)
        .args(["/dev/stdin", "--input-format", "ndjson", "-q"])
        .stdin(cat.stdout.take().unwrap())
        .output()
        .unwrap();
    cat.wait().unwrap();
    assert!(Run::of(run).ok().out == expected);
}

#[test]
fn reduce_functions_read_and_write_it_too() {
    let folder = Folder::new();
    // Only one of the columns is needed: what the others hold later does not matter.
    let text = "{\"price\": 10.0, \"note\": 1}\n{\"price\": 12.0, \"note\": \"x\", \"late\": 1}\n";
    folder.write_text("in.ndjson", text);
    let finance = crate::data::finance();
    let ema = ["call", &finance, "EMA", "--arg", "price", "--arg", "=0.5", "-i", "in.ndjson"];
    let run =
        folder.run(&[&ema[..], &["--infer-rows", "1", "--out-format", "ndjson"]].concat()).ok();
    assert_eq!(run.out, "{\"value\":10.0}\n{\"value\":11.0}\n");
}

#[test]
fn nested_and_binary_columns_can_be_written() {
    let folder = Folder::new();
    let inner = table([("x", array(Float64Array::from(vec![1.5])))]);
    folder.write(
        "in.parquet",
        &[table([
            ("s", array(arrow_array::StructArray::from(inner))),
            ("b", array(BinaryArray::from(vec![&b"\x00\xff"[..]]))),
            ("a", array(Float64Array::from(vec![4.0]))),
        ])],
    );
    let call = ["SQRT_CHECKED", "-i", "in.parquet", "--arg", "a", "--out-format", "ndjson"];
    let run = folder.call(&call).ok();
    assert_eq!(run.out, "{\"s\":{\"x\":1.5},\"b\":\"00ff\",\"a\":4.0,\"SQRT_CHECKED\":2.0}\n");
}
