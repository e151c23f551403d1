//! Formats in and out, and batches of every size.

use crate::data::{Folder, array, fzudf, table};
use arrow_array::{
    Array, ArrayRef, Date32Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, StringViewArray, TimestampMillisecondArray,
    cast::AsArray,
    types::{Float64Type, Int32Type},
};
use arrow_schema::DataType;
use std::process::Stdio;

const FORMATS: [&str; 4] = ["parquet", "arrow", "arrows", "csv"];

fn mixed() -> RecordBatch {
    table([
        ("a", array(Float64Array::from(vec![Some(1.5), None, Some(-2.25), Some(1e300)]))),
        ("b", array(Float64Array::from(vec![Some(0.5), Some(1.0), None, Some(0.0)]))),
        (
            "text",
            array(StringArray::from(vec![Some("é,\"q\""), Some("two\nlines"), None, Some("数")])),
        ),
        ("n", array(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(i64::MAX)]))),
        ("day", array(Date32Array::from(vec![Some(-1), Some(0), None, Some(20_000)]))),
    ])
}

/// 0, 1, 2, … in two columns.
fn counting(rows: usize) -> RecordBatch {
    let numbers = || Float64Array::from_iter_values((0..rows).map(|n| n as f64));
    table([("a", array(numbers())), ("b", array(numbers()))])
}

#[test]
fn every_format_in_and_out_gives_the_same_rows() {
    let folder = Folder::new();
    let expected: ArrayRef = array(Float64Array::from(vec![Some(3.0), None, None, None]));
    for from in FORMATS {
        let input = format!("in.{from}");
        folder.write(&input, &[mixed()]);
        for to in FORMATS {
            let output = format!("out.{to}");
            folder.call(&["DIV_CHECKED", "-i", &input, "-o", &output]).ok();
            let result = folder.read(&output);
            assert_eq!(result.num_columns(), 6, "{from} to {to}");
            assert_eq!(&result.columns()[..5], mixed().columns(), "{from} to {to}");
            assert_eq!(&result["DIV_CHECKED"], &expected, "{from} to {to}");
        }
    }
}

#[test]
fn no_rows_give_the_columns_all_the_same() {
    let folder = Folder::new();
    for from in ["parquet", "arrow", "arrows", "csv"] {
        let input = format!("in.{from}");
        folder.write(&input, &[mixed().slice(0, 0)]);
        for to in ["parquet", "arrow", "arrows"] {
            let output = format!("out.{to}");
            folder.call(&["DIV_CHECKED", "-i", &input, "-o", &output]).ok();
            let result = folder.read(&output);
            assert_eq!(result.num_rows(), 0);
            assert_eq!(result["DIV_CHECKED"].data_type(), &DataType::Float64);
        }
        let run = folder.call(&["DIV_CHECKED", "-i", &input]).ok();
        assert_eq!(run.out, "a,b,text,n,day,DIV_CHECKED\n");
    }
}

#[test]
fn one_row_is_enough() {
    let folder = Folder::new();
    folder.write("in.parquet", &[counting(1)]);
    assert_eq!(
        folder.call(&["ID_F64", "-i", "in.parquet", "--arg", "a"]).ok().out,
        "a,b,ID_F64\n0.0,0.0,0.0\n"
    );
}

#[test]
fn rows_around_the_ends_of_batches_keep_their_places() {
    let folder = Folder::new();
    for rows in [1023, 1024, 1025, 131_071, 131_072, 131_073, 300_000] {
        folder.write("in.parquet", &[counting(rows)]);
        folder.call(&["ID_F64", "-i", "in.parquet", "--arg", "a", "-o", "o.parquet"]).ok();
        let result = folder.read("o.parquet");
        assert_eq!(result.num_rows(), rows);
        assert_eq!(&result["ID_F64"], &result["a"], "{rows} rows");
        assert_eq!(&result["b"], &result["a"], "{rows} rows");
    }
}

#[test]
fn threads_and_batches_do_not_change_a_byte() {
    let folder = Folder::new();
    folder.write("in.parquet", &[counting(200_000)]);
    let bytes = |format: &str, args: &[&str]| {
        let out = format!("o.{format}");
        let all = [&["DIV_CHECKED", "-i", "in.parquet", "--errors", "column", "-o", &out], args];
        folder.call(&all.concat()).ok();
        std::fs::read(folder.path(&out)).unwrap()
    };
    for format in ["csv", "parquet"] {
        let one = bytes(format, &["--threads", "1"]);
        assert!(!one.is_empty());
        assert!(one == bytes(format, &["--threads", "2"]), "{format}, 2 threads");
        assert!(
            one == bytes(format, &["--threads", "2", "--batch-rows", "1000"]),
            "{format}, 1000"
        );
    }
    let one = bytes("csv", &["--batch-rows", "200000"]);
    assert!(one == bytes("csv", &["--batch-rows", "77777"]));
}

#[test]
fn large_batches_of_a_file_are_cut_and_small_ones_joined() {
    let folder = Folder::new();
    let all = counting(400_000);
    let small: Vec<RecordBatch> = (0..400).map(|n| all.slice(n * 1000, 1000)).collect();
    folder.write("large.arrow", &[all]);
    folder.write("small.arrow", &small);
    let out = |name: &str| folder.call(&["ID_F64", "-i", name, "--arg", "b"]).ok().out;
    let large = out("large.arrow");
    assert_eq!(large.lines().count(), 400_001);
    assert!(large == out("small.arrow"));
}

#[test]
fn csv_and_arrow_streams_come_through_pipes() {
    if !cfg!(unix) {
        return;
    }
    let folder = Folder::new();
    for format in ["csv", "arrows"] {
        let name = format!("in.{format}");
        folder.write(&name, &[counting(50_000)]);
        let named = if format == "csv" { "csv" } else { "arrow-stream" };
        let mut cat = std::process::Command::new("cat")
            .arg(folder.path(&name))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let run = fzudf()
            .args(["call", &crate::data::conformance(), "ID_F64", "--arg", "a", "-q"])
            .args(["--input", "/dev/stdin", "--input-format", named, "--out-format", "csv"])
            .stdin(cat.stdout.take().unwrap())
            .output()
            .unwrap();
        cat.wait().unwrap();
        let run = crate::data::Run::of(run).ok();
        assert_eq!(run.out.lines().count(), 50_001, "{format}");
        assert_eq!(run.out.lines().last(), Some("49999.0,49999.0,49999.0"));
    }
}

#[test]
fn csv_texts_for_missing_values_are_named_by_the_user() {
    let folder = Folder::new();
    folder.write_text("in.csv", "a,b\n6,2\nNA,3\nn/a,4\n,5\n");
    let call = ["DIV_CHECKED", "-i", "in.csv"];
    folder.call(&call).fails(2, &["is utf8, but f64 is wanted", "`a` holds a text", "--csv-null"]);
    let run = folder.call(&[&call[..], &["--csv-null", "NA", "--csv-null", "n/a"]].concat()).ok();
    assert_eq!(run.out, "a,b,DIV_CHECKED\n6,2,3.0\n,3,\n,4,\n,5,\n");
}

#[test]
fn csv_columns_for_text_parameters_are_text() {
    let folder = Folder::new();
    folder.write_text("in.csv", "code\n007\n1e5\n");
    let run = folder.call(&["REPEAT", "-i", "in.csv", "--arg", "code", "--arg", "=2"]).ok();
    assert_eq!(run.out, "code,REPEAT\n007,007007\n1e5,1e51e5\n");
}

#[test]
fn a_csv_type_that_the_first_rows_do_not_show_is_explained() {
    let folder = Folder::new();
    folder.write_text("in.csv", "a\n1\n2\n3.5\n");
    let call = ["SQRT_CHECKED", "-i", "in.csv", "--arg", "a"];
    let two = [&call[..], &["--csv-infer-rows", "2"]].concat();
    folder.call(&two).fails(5, &["3.5", "--infer-rows 0"]);
    let all = [&call[..], &["--infer-rows", "0"]].concat();
    assert_eq!(folder.call(&all).ok().out.lines().count(), 4);
}

#[test]
fn a_damaged_csv_line_is_an_input_error() {
    let folder = Folder::new();
    folder.write_text("in.csv", "a,b\n1,2\n3\n");
    folder.call(&["DIV_CHECKED", "-i", "in.csv"]).fails(5, &["in.csv"]);
    folder.write_text("fake.parquet", "no parquet at all");
    folder
        .call(&["SQRT_CHECKED", "-i", "fake.parquet", "--arg", "a"])
        .fails(5, &["--input-format"]);
    folder.write_text("fake.arrow", "no arrow at all");
    folder.call(&["SQRT_CHECKED", "-i", "fake.arrow", "--arg", "a"]).fails(5, &["--input-format"]);
}

#[test]
fn dictionaries_and_views_are_taken_and_written() {
    let folder = Folder::new();
    let batch = |texts: [&str; 2]| {
        let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
        table([("d", array(dictionary)), ("v", array(StringViewArray::from(texts.to_vec())))])
    };
    // Batches with dictionaries of their own.
    folder.write("in.arrows", &[batch(["x", "y"]), batch(["z", "x"])]);
    for column in ["d", "v"] {
        for to in FORMATS {
            let out = format!("o.{to}");
            let args = ["REPEAT", "-i", "in.arrows", "--arg", column, "--arg", "=2", "-o", &out];
            folder.call(&args).ok();
            let result = folder.read(&out);
            let texts: Vec<_> = result["REPEAT"].as_string::<i32>().iter().flatten().collect();
            assert_eq!(texts, ["xx", "yy", "zz", "xx"], "{column} to {to}");
        }
    }
}

#[test]
fn instants_keep_their_zone_and_csv_shows_it() {
    let folder = Folder::new();
    let times = TimestampMillisecondArray::from(vec![Some(0), None]).with_timezone("Europe/Paris");
    folder.write("in.parquet", &[table([("t", array(times))])]);
    let call = ["ID_TIMESTAMP_UTC", "-i", "in.parquet", "--arg", "t"];
    let run = folder.call(&call).ok();
    assert_eq!(run.out.lines().nth(1), Some("1970-01-01T01:00:00+01:00,1970-01-01T00:00:00Z"));
}

#[test]
fn volatile_functions_repeat_with_their_seed() {
    let folder = Folder::new();
    folder.write("in.parquet", &[counting(1000)]);
    let run = |seed: &str| {
        folder.call(&["RAND", "-i", "in.parquet", "--arg", "=1", "--seed", seed]).ok().out
    };
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7"), run("8"));
    let run = folder.call(&["RAND", "-i", "in.parquet", "--arg", "=1"]).ok();
    assert!(run.err.contains("--seed "), "{}", run.err);
}

#[test]
fn nested_columns_go_to_parquet_and_not_to_csv() {
    let folder = Folder::new();
    let inner = table([("x", array(Float64Array::from(vec![1.0])))]);
    let nested: ArrayRef = array(arrow_array::StructArray::from(inner));
    folder.write(
        "in.parquet",
        &[table([("s", nested), ("a", array(Float64Array::from(vec![4.0])))])],
    );
    let call = ["SQRT_CHECKED", "-i", "in.parquet", "--arg", "a"];
    folder.call(&call).fails(2, &["column `s`", "--out"]);
    folder.call(&[&call[..], &["-o", "o.parquet"]].concat()).ok();
    let result = folder.read("o.parquet");
    assert_eq!(result["SQRT_CHECKED"].as_primitive::<Float64Type>().value(0), 2.0);
    assert_eq!(result["s"].len(), 1);
}
