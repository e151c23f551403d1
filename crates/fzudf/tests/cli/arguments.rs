//! `--arg`: columns, values, and what is refused before anything runs.

use crate::data::{Folder, array, finance, table};
use arrow_array::{
    Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    cast::AsArray, types::Float64Type,
};

fn folder() -> Folder {
    let folder = Folder::new();
    let batch = table([
        ("a", array(Float64Array::from(vec![1.0, 2.0, 3.0]))),
        ("b", array(Float64Array::from(vec![2.0, 4.0, 8.0]))),
        ("n", array(Int64Array::from(vec![1, 2, 3]))),
        ("名前", array(StringArray::from(vec!["x", "é", "😀"]))),
        ("a,b", array(Float64Array::from(vec![100.0, 200.0, 300.0]))),
        ("big", array(Int64Array::from(vec![1, (1 << 53) + 1, 3]))),
        ("money", array(Decimal128Array::from(vec![1, 2, 3]))),
        ("when", array(TimestampMicrosecondArray::from(vec![0, 1, 2]))),
    ]);
    folder.write("t.parquet", &[batch]);
    folder
}

#[test]
fn an_unknown_function_lists_the_near_ones() {
    let folder = folder();
    folder
        .call(&["DIV_CHEKED", "-i", "t.parquet"])
        .fails(2, &["no function `DIV_CHEKED`", "DIV_CHECKED", "fzudf inspect"]);
}

#[test]
fn names_and_aliases_are_found_in_any_case() {
    let folder = folder();
    let args = ["--arg", "=100", "--arg", "=100", "--arg", "=0.05", "--arg", "=0.2", "--arg", "=1"];
    let call = |name: &str| {
        let head = ["call", &finance(), name].map(str::to_owned);
        let all: Vec<&str> = head.iter().map(String::as_str).chain(args).collect();
        folder.run(&all).ok().out
    };
    let out = call("bs_call");
    assert!(out.starts_with("BS_CALL\n10.4505835"), "{out}");
    assert_eq!(call("Black_Scholes"), out);
}

#[test]
fn an_unknown_column_lists_the_near_ones_and_all() {
    let folder = folder();
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "mony"])
        .fails(2, &["no column `mony`", "did you mean money?", "it has a, b, n, 名前"]);
    folder
        .call(&["DIV_CHECKED", "-i", "t.parquet", "--arg", "a", "--arg", "0.5"])
        .fails(2, &["no column `0.5`", "--arg =0.5"]);
}

#[test]
fn values_are_of_their_parameters_types() {
    let folder = folder();
    for (function, value, said) in [
        ("ID_F64", "=x", "`x` is no f64, which parameter `x` takes"),
        ("ID_F64", "=", "is no f64"),
        ("ID_I8", "=300", "is no i8"),
        ("ID_BOOL", "=maybe", "is no bool"),
        ("ID_DATE32", "=2024-02-30", "is no date32"),
        ("ID_TIMESTAMP", "=noon", "is no timestamp"),
    ] {
        folder.call(&[function, "--arg", value]).fails(2, &[said, "hint: give"]);
    }
    for (function, value, shown) in [
        ("ID_F64", "=-0.5", "-0.5"),
        ("ID_U64", "=18446744073709551615", "18446744073709551615"),
        ("ID_BOOL", "=TRUE", "true"),
        ("ID_UTF8", "=a=b", "a=b"),
        ("ID_DATE32", "=2024-02-29", "2024-02-29"),
        ("ID_TIMESTAMP", "=2024-02-29T12:00:00", "2024-02-29T12:00:00"),
        ("ID_TIME64", "=12:34:56", "12:34:56"),
        ("ID_ERROR", "=#N/A", "#N/A"),
        ("ID_ANY", "=12.5", "12.5"),
        ("ID_UTF8", "=null", "\"\""),
        ("ID_F64", "=null", "\"\""),
    ] {
        let run = folder.call(&[function, "--arg", value]).ok();
        assert_eq!(run.out, format!("{function}\n{shown}\n"), "{value}");
    }
}

#[test]
fn an_empty_text_is_not_the_missing_one() {
    let folder = folder();
    for (value, nulls) in [("=", 0), ("=null", 3)] {
        folder.call(&["ID_UTF8", "-i", "t.parquet", "--arg", value, "-o", "o.arrow"]).ok();
        assert_eq!(folder.read("o.arrow")["ID_UTF8"].null_count(), nulls, "{value}");
    }
}

#[test]
fn the_number_of_arguments_is_checked() {
    let folder = folder();
    folder
        .call(&["DIV_CHECKED", "-i", "t.parquet", "--arg", "a"])
        .fails(2, &["DIV_CHECKED takes 2 arguments, 1 was given", "DIV_CHECKED(a: f64, b: f64)"]);
    let many = ["ID_F64", "-i", "t.parquet", "--arg", "a", "--arg", "b"];
    folder.call(&many).fails(2, &["takes 1 argument, 2 were given"]);
}

#[test]
fn types_are_checked_before_a_row_is_read() {
    let folder = folder();
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "名前", "-o", "o.csv"])
        .fails(2, &["is utf8, but f64 is wanted", "SQRT_CHECKED("]);
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "money"])
        .fails(2, &["column `money`", "Decimal128"]);
    // Integers are taken where they are exact; where one is not is only seen on the way.
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "n", "-o", "o.csv"]).ok();
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "big", "-o", "p.csv"])
        .fails(2, &["9007199254740993", "rows 0 to 2"]);
    assert_eq!(folder.files(), ["o.csv", "t.parquet"]);
}

#[test]
fn columns_named_like_the_parameters_are_taken() {
    let folder = folder();
    let run = folder.call(&["DIV_CHECKED", "-i", "t.parquet", "-o", "o.parquet"]).ok();
    assert!(run.err.contains("taking a, b by name"), "{}", run.err);
    let result = folder.read("o.parquet");
    assert_eq!(result["DIV_CHECKED"].as_primitive::<Float64Type>().values(), &[0.5, 0.5, 0.375]);
    let quiet = folder.call(&["DIV_CHECKED", "-i", "t.parquet", "-q"]).ok();
    assert_eq!(quiet.err, "");
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet"])
        .fails(2, &["SQRT_CHECKED", "give one --arg", "the input has a, b"]);
}

#[test]
fn unicode_names_are_names() {
    let folder = folder();
    let run = folder.call(&[
        "REPEAT",
        "-i",
        "t.parquet",
        "--arg",
        "名前",
        "--arg",
        "n",
        "--as",
        "résultat",
        "-o",
        "o.arrow",
    ]);
    run.ok();
    let result = folder.read("o.arrow");
    let texts: Vec<_> = result["résultat"].as_string::<i32>().iter().flatten().collect();
    assert_eq!(texts, ["x", "éé", "😀😀😀"]);
}

#[test]
fn a_range_takes_several_columns_and_an_exact_name_first() {
    let folder = folder();
    let sum = |arg: &str| folder.call(&["SUM_RANGE", "-i", "t.parquet", "--arg", arg]).ok().out;
    assert_eq!(sum("a"), "6.0\n");
    assert_eq!(sum("b,a"), "20.0\n");
    assert_eq!(sum("b, n"), "20.0\n");
    assert_eq!(sum("a,b"), "600.0\n");
    assert_eq!(sum("=5"), "5.0\n");
    folder.call(&["SUM_RANGE", "-i", "t.parquet", "--arg", "a,z"]).fails(2, &["no column `z`"]);
}

#[test]
fn without_input_there_are_only_values() {
    let folder = folder();
    folder.call(&["SQRT_CHECKED", "--arg", "a"]).fails(2, &["there is no input", "--input FILE"]);
    assert_eq!(folder.call(&["SQRT_CHECKED", "--arg", "=9"]).ok().out, "SQRT_CHECKED\n3.0\n");
}

#[test]
fn sizes_and_times_that_make_no_sense_are_usage_errors() {
    let folder = folder();
    for args in [
        &["--limit-memory", "much"][..],
        &["--limit-memory", "5GiB"],
        &["--limit-batch-time", "soon"],
        &["--threads", "0"],
        &["--batch-rows", "0"],
        &["--backend", "abacus"],
        &["--errors", "ignore"],
    ] {
        let all = [&["SQRT_CHECKED", "-i", "t.parquet", "--arg", "a"], args].concat();
        folder.call(&all).fails(2, &["error"]);
    }
}
