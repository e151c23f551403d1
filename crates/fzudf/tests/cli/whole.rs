//! Reduce and array functions.

use crate::data::{Folder, array, finance, table};
use arrow_array::{Float64Array, StringArray, cast::AsArray, types::Float64Type};

fn folder() -> Folder {
    let folder = Folder::new();
    let batch = table([
        ("x", array(Float64Array::from(vec![Some(10.0), None, Some(11.0), Some(12.5)]))),
        ("t", array(StringArray::from(vec![None, Some("ü"), Some("b"), None]))),
    ]);
    folder.write("t.parquet", &[batch]);
    folder
}

#[test]
fn a_reduce_prints_one_value() {
    let folder = folder();
    let call = |args: &[&str]| folder.call(&[args, &["-i", "t.parquet"]].concat()).ok().out;
    assert_eq!(call(&["SUM_RANGE", "--arg", "x"]), "33.5\n");
    assert_eq!(call(&["COUNT_NULLS", "--arg", "x"]), "1\n");
    assert_eq!(call(&["FIRST_TEXT", "--arg", "t"]), "ü\n");
    assert_eq!(call(&["SUM_RANGE", "--arg", "x", "--out-format", "csv"]), "SUM_RANGE\n33.5\n");
}

#[test]
fn a_reduce_with_an_output_is_a_table_of_one_row() {
    let folder = folder();
    let args = ["SUM_RANGE", "-i", "t.parquet", "--arg", "x", "--as", "sum", "-o", "o.parquet"];
    folder.call(&args).ok();
    let result = folder.read("o.parquet");
    assert_eq!((result.num_rows(), result.num_columns()), (1, 1));
    assert_eq!(result["sum"].as_primitive::<Float64Type>().value(0), 33.5);
}

#[test]
fn a_reduce_of_no_rows_is_a_call_all_the_same() {
    let folder = Folder::new();
    folder.write("t.parquet", &[table([("x", array(Float64Array::from(Vec::<f64>::new())))])]);
    assert_eq!(folder.call(&["SUM_RANGE", "-i", "t.parquet", "--arg", "x"]).ok().out, "0.0\n");
}

#[test]
fn a_reduce_that_answers_an_error_fails() {
    let folder = folder();
    let args = ["FAIL_REDUCE", "--arg", "=1"];
    folder.call(&args).fails(4, &["FAIL_REDUCE answers #N/A: refused 1", "--errors null"]);
    let run = folder.call(&[&args[..], &["--errors", "null"]].concat()).ok();
    assert_eq!(run.out, "\n");
    assert!(run.err.contains("#N/A"), "{}", run.err);
    let run = folder.call(&[&args[..], &["--errors", "column"]].concat()).ok();
    assert_eq!(run.out, "FAIL_REDUCE,FAIL_REDUCE_error\n,#N/A: refused 1\n");
}

#[test]
fn an_array_writes_its_own_table() {
    let folder = folder();
    let run = folder.call(&["TABLE", "--arg", "=2", "--arg", "=3"]).ok();
    assert_eq!(run.out, "value,value_2,value_3\n11.0,12.0,13.0\n21.0,22.0,23.0\n");
    let run = folder.call(&["TABLE", "--arg", "=1", "--arg", "=2", "--as", "c"]).ok();
    assert_eq!(run.out, "c,c_2\n11.0,12.0\n");
    let ema = ["call", &finance(), "EMA", "-i", "t.parquet", "--arg", "x", "--arg", "=0.5"];
    folder.run(&[&ema[..], &["-o", "o.arrow"]].concat()).ok();
    let result = folder.read("o.arrow");
    let values = result["value"].as_primitive::<Float64Type>();
    assert_eq!(values.iter().collect::<Vec<_>>(), [Some(10.0), None, Some(10.5), Some(11.5)]);
}

#[test]
fn an_array_that_fails_leaves_nothing() {
    let folder = folder();
    folder.call(&["WORDS", "--arg", "=", "-o", "o.csv"]).fails(4, &["WORDS"]);
    assert_eq!(folder.files(), ["t.parquet"]);
}

#[test]
fn a_column_for_a_single_value_is_refused() {
    let folder = folder();
    folder
        .run(&["call", &finance(), "EMA", "-i", "t.parquet", "--arg", "x", "--arg", "x"])
        .fails(2, &["parameter `alpha` takes one value", "4 rows", "--arg =0.05"]);
}

#[test]
fn what_does_not_fit_is_refused_with_the_number_needed() {
    let folder = Folder::new();
    let numbers = Float64Array::from_iter_values((0..500_000).map(f64::from));
    let texts = StringArray::from_iter_values((0..500_000).map(|n| format!("{n:020}")));
    let batch = table([("x", array(numbers)), ("t", array(texts))]);
    for format in ["parquet", "arrow"] {
        let input = format!("t.{format}");
        folder.write(&input, std::slice::from_ref(&batch));
        let limit = ["--limit-memory", "3MiB"];
        let sum = ["SUM_RANGE", "-i", &input, "--arg", "x"];
        folder
            .call(&[&sum[..], &limit].concat())
            .fails(4, &["500,000 rows", "need 4,000,000 bytes", "--limit-memory 32MiB"]);
        folder.call(&[&sum[..], &["--limit-memory", "32MiB"]].concat()).ok();
        folder
            .call(&[&["FIRST_TEXT", "-i", &input, "--arg", "t"], &limit[..]].concat())
            .fails(4, &["500,000 rows", "need 12,000,000 bytes"]);
    }
}

#[test]
fn only_the_columns_that_are_needed_are_read() {
    let folder = Folder::new();
    folder.write_text("t.csv", "x,junk\n1,a\n2,b\n");
    assert_eq!(folder.call(&["SUM_RANGE", "-i", "t.csv", "--arg", "x"]).ok().out, "3.0\n");
    let batch = table([
        ("x", array(Float64Array::from(vec![1.0, 2.0]))),
        ("n", arrow_array::new_null_array(&arrow_schema::DataType::Null, 2)),
        ("y", array(Float64Array::from(vec![10.0, 20.0]))),
    ]);
    for name in ["t.parquet", "t.arrow", "t.arrows"] {
        folder.write(name, &[batch.clone(), batch.clone()]);
        let run = folder.call(&["SUM_RANGE", "-i", name, "--arg", "y,x,y"]).ok();
        assert_eq!(run.out, "126.0\n", "{name}");
    }
}
