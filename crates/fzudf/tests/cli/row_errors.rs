//! Rows in error, and rows on which the plugin crashes.

use crate::data::{Folder, array, table};
use arrow_array::{Array, Float64Array, cast::AsArray};

fn folder() -> Folder {
    let folder = Folder::new();
    let values = vec![Some(4.0), Some(-1.0), None, Some(9.0), Some(-2.0)];
    folder.write("t.parquet", &[table([("x", array(Float64Array::from(values)))])]);
    folder
}

#[test]
fn they_have_no_value_and_are_counted() {
    let folder = folder();
    for mode in [&[][..], &["--errors", "null"]] {
        let run = folder
            .call(&[&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.parquet"], mode].concat())
            .ok();
        for text in ["2 rows in error", "2 × #NUM!", "row 1", "row 4", "-2"] {
            assert!(run.err.contains(text), "no `{text}` in:\n{}", run.err);
        }
        let result = folder.read("o.parquet");
        let expected = Float64Array::from(vec![Some(2.0), None, None, Some(3.0), None]);
        assert_eq!(&result["SQRT_CHECKED"], &array(expected));
        assert_eq!(result.num_columns(), 2);
    }
}

#[test]
fn a_column_says_why() {
    let folder = folder();
    let args = [
        "SQRT_CHECKED",
        "-i",
        "t.parquet",
        "-o",
        "o.parquet",
        "--errors",
        "column",
        "--as",
        "root",
    ];
    folder.call(&args).ok();
    let result = folder.read("o.parquet");
    let why = result["root_error"].as_string::<i32>();
    assert!(why.value(1).starts_with("#NUM!: "), "{}", why.value(1));
    assert_eq!(why.null_count(), 3);
    assert_eq!(result["root"].null_count(), 3);
}

#[test]
fn messages_past_their_limit_are_left_out() {
    let folder = folder();
    let args = ["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.parquet", "--errors", "column"];
    folder.call(&[&args[..], &["--as", "root", "--limit-messages", "1"]].concat()).ok();
    let result = folder.read("o.parquet");
    let why = result["root_error"].as_string::<i32>();
    assert!(why.value(1).starts_with("#NUM!: this message is left out"), "{}", why.value(1));
    assert_eq!(why.null_count(), 3);
}

#[test]
fn they_fail_the_call_if_asked_to() {
    let folder = folder();
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.parquet", "--errors", "fail"])
        .fails(4, &["2 rows in error", "row 1", "--errors null"]);
    assert_eq!(folder.files(), ["t.parquet"]);
}

#[test]
fn a_crash_fails_the_call_and_names_the_row() {
    let folder = folder();
    let args = ["PANIC_IF", "-i", "t.parquet", "--arg", "x", "--arg", "=5", "-o", "o.parquet"];
    folder.call(&args).fails(4, &["failed on 1 row", "row 3: x is 9", "--errors null"]);
    folder
        .call(&[&args[..], &["--errors", "fail"]].concat())
        .fails(4, &["failed on 1 row", "row 3"]);
    assert_eq!(folder.files(), ["t.parquet"]);
}

#[test]
fn a_crash_is_a_row_in_error_if_asked_to_be() {
    let folder = folder();
    let args = ["PANIC_IF", "-i", "t.parquet", "--arg", "x", "--arg", "=5", "-o", "o.parquet"];
    for mode in ["null", "column"] {
        let run = folder.call(&[&args[..], &["--errors", mode]].concat()).ok();
        assert!(run.err.contains("1 × #VALUE!: row 3 (x is 9"), "{}", run.err);
        assert_eq!(folder.read("o.parquet")["PANIC_IF"].null_count(), 2);
    }
    let result = folder.read("o.parquet");
    assert!(result["PANIC_IF_error"].as_string::<i32>().value(3).starts_with("#VALUE!: x is 9"));
}

#[test]
fn rows_are_counted_through_the_whole_file() {
    let folder = Folder::new();
    let values = (0..300_000).map(|n| if n == 299_999 { -1.0 } else { 1.0 });
    let batch = table([("x", array(Float64Array::from_iter_values(values)))]);
    folder.write("t.parquet", &[batch]);
    let run = folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.parquet"]).ok();
    assert!(run.err.contains("row 299999"), "{}", run.err);
    let args = ["PANIC_IF", "-i", "t.parquet", "--arg", "=1", "--arg", "x"];
    folder.call(&args).fails(4, &["row 299999"]);
}

#[test]
fn time_and_memory_run_out_with_4() {
    let folder = folder();
    let spin = ["SPIN", "-i", "t.parquet", "--arg", "x", "-o", "o.csv"];
    for limit in ["--limit-batch-time", "--limit-total-time"] {
        folder
            .call(&[&spin[..], &[limit, "100ms"]].concat())
            .fails(4, &["ran out of time", "--limit-batch-time"]);
    }
    folder
        .call(&["GROW", "--arg", "=100000", "--limit-memory", "16MiB"])
        .fails(4, &["memory", "--limit-memory"]);
    folder.call(&["GROW", "--arg", "=1000", "--limit-memory", "16MiB"]).ok();
    assert_eq!(folder.files(), ["t.parquet"]);
}
