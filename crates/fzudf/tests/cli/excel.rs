//! Excel's functions over files: `fzudf call excel`.

use crate::data::{Folder, Run, array, table};
use arrow_array::{
    Array as _, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    cast::AsArray,
    types::{Date32Type, Float64Type},
};
use arrow_schema::DataType;

fn folder() -> Folder {
    let folder = Folder::new();
    let batch = table([
        ("day", array(Date32Array::from(vec![20_454, 20_819, 20_820]))),
        ("flow", array(Float64Array::from(vec![Some(-100.0), Some(110.0), None]))),
        ("part", array(StringArray::from(vec![Some("b"), Some("ü"), None]))),
        ("known", array(StringArray::from(vec!["ü", "b", "c"]))),
        ("price", array(Float64Array::from(vec![1.5, 2.5, 3.5]))),
        ("open", array(BooleanArray::from(vec![true, false, true]))),
    ]);
    folder.write("t.parquet", &[batch]);
    folder
}

fn call(folder: &Folder, args: &[&str]) -> Run {
    folder.run(&[&["call", "excel"], args, &["-i", "t.parquet"]].concat())
}

#[test]
fn whole_columns_give_one_value() {
    let folder = folder();
    let value = |args: &[&str]| call(&folder, args).ok().out;
    assert_eq!(value(&["xirr", "--arg", "flow", "--arg", "day"]), "0.1\n");
    assert_eq!(value(&["SUM", "--arg", "flow", "--arg", "price,price", "--arg", "=2"]), "27.0\n");
    assert_eq!(
        value(&["COUNTIFS", "--arg", "price", "--arg", "=>2", "--arg", "open", "--arg", "=true"]),
        "1.0\n"
    );
    assert_eq!(value(&["MAX", "--arg", "day"]), "2027-01-02\n");
    assert_eq!(value(&["TEXTJOIN", "--arg", "=-", "--arg", "=true", "--arg", "part"]), "b-ü\n");
}

#[test]
fn columns_for_values_give_a_column_behind_the_others() {
    let folder = folder();
    let args = [
        "XLOOKUP",
        "--arg",
        "part",
        "--arg",
        "known",
        "--arg",
        "price",
        "--arg",
        "=0",
        "--as",
        "found",
        "-o",
        "o.parquet",
    ];
    let run = call(&folder, &args).ok();
    assert!(run.err.contains("XLOOKUP: 3 rows in"), "{}", run.err);
    let result = folder.read("o.parquet");
    assert_eq!(result.num_columns(), 7);
    assert_eq!(result["found"].as_primitive::<Float64Type>().values(), &[2.5, 1.5, 0.0]);
    let run = call(&folder, &["NORM_S_DIST", "--arg", "price", "--arg", "=true", "--quiet"]).ok();
    assert!(run.out.starts_with("day,flow,part,known,price,open,NORM.S.DIST\n"), "{}", run.out);
    call(&folder, &["EDATE", "--arg", "day", "--arg", "=1", "-o", "o.arrow"]).ok();
    let days = folder.read("o.arrow");
    assert_eq!(days["EDATE"].as_primitive::<Date32Type>().value(0), 20_485);
}

#[test]
fn arrays_are_tables_of_their_own() {
    let folder = folder();
    let run =
        call(&folder, &["SORT", "--arg", "known,price", "--arg", "=2", "--arg", "=-1", "-q"]).ok();
    assert_eq!(run.out, "value,value_2\nc,3.5\nb,2.5\nü,1.5\n");
    let run =
        call(&folder, &["FILTER", "--arg", "known", "--arg", "open", "--as", "kept", "-q"]).ok();
    assert_eq!(run.out, "kept\nü\nc\n");
    let run = call(
        &folder,
        &[
            "GROUPBY", "--arg", "open", "--arg", "price", "--arg", "=SUM", "--arg", "=0", "--arg",
            "=0", "-q",
        ],
    )
    .ok();
    assert_eq!(run.out, "value,value_2\nfalse,2.5\ntrue,5.0\n");
}

#[test]
fn rows_in_error_are_treated_as_those_of_plugins() {
    let folder = folder();
    let sqrt = |more: &[&str]| call(&folder, &[&["SQRT", "--arg", "flow"], more].concat());
    let run = sqrt(&["--errors", "column", "-o", "o.parquet"]).ok();
    assert!(run.err.contains("1 row in error"), "{}", run.err);
    let result = folder.read("o.parquet");
    assert!(result["SQRT"].is_null(0) && !result["SQRT"].is_null(1));
    assert_eq!(result["SQRT_error"].as_string::<i32>().value(0), "#NUM!");
    sqrt(&["--errors", "fail"]).fails(4, &["1 × #NUM!"]);
    call(&folder, &["MATCH", "--arg", "=z", "--arg", "known", "--arg", "=0"])
        .fails(4, &["MATCH answers #N/A", "--errors null"]);
}

#[test]
fn values_alone_need_no_file() {
    let folder = Folder::new();
    let value = |args: &[&str]| folder.run(&[&["call", "excel"], args].concat()).ok().out;
    assert_eq!(value(&["DATE", "--arg", "=2026", "--arg", "=2", "--arg", "=1"]), "2026-02-01\n");
    assert_eq!(value(&["PI"]), "3.141592653589793\n");
    assert_eq!(value(&["RAND", "--seed", "7"]), value(&["RAND", "--seed", "7"]));
    assert_eq!(value(&["SEQUENCE", "--arg", "=2", "-q"]), "value\n1.0\n2.0\n");
}

#[test]
fn columns_named_like_the_parameters_are_taken() {
    let folder = Folder::new();
    folder.write_text("t.csv", "Number,num_digits\n1.25,1\n1.25,0\n");
    let run = folder.run(&["call", "excel", "ROUND", "-i", "t.csv"]).ok();
    assert_eq!(run.out, "Number,num_digits,ROUND\n1.25,1,1.3\n1.25,0,1.0\n");
    assert!(run.err.contains("taking Number, num_digits by name"), "{}", run.err);
}

#[test]
fn files_without_rows_and_of_one_row_are_files() {
    let folder = Folder::new();
    for (rows, sum) in [(vec![], "0.0\n"), (vec![4], "4.0\n")] {
        folder.write("t.parquet", &[table([("n", array(Int64Array::from(rows.clone())))])]);
        assert_eq!(call(&folder, &["SUM", "--arg", "n"]).ok().out, sum);
        call(&folder, &["TEXT", "--arg", "n", "--arg", "=0.0", "-o", "o.parquet"]).ok();
        let result = folder.read("o.parquet");
        assert_eq!((result.num_rows(), result["TEXT"].data_type()), (rows.len(), &DataType::Utf8));
    }
}

#[test]
fn many_rows_are_calculated_on_any_threads() {
    let folder = Folder::new();
    let batch =
        |first: i64| table([("n", array(Int64Array::from_iter_values(first..first + 100_000)))]);
    folder.write("t.parquet", &[batch(0), batch(100_000)]);
    for threads in ["1", "2"] {
        let out = format!("{threads}.parquet");
        let args = ["COUNTIF", "--arg", "n", "--arg", "n", "--threads", threads, "-o", &out];
        call(&folder, &args).ok();
    }
    let (one, two) = (folder.read("1.parquet"), folder.read("2.parquet"));
    assert_eq!(one, two);
    assert!(one["COUNTIF"].as_primitive::<Float64Type>().values().iter().all(|n| *n == 1.0));
}

#[test]
fn what_is_wrong_says_what_to_do() {
    let folder = folder();
    for (args, said) in [
        (
            &["XIR", "--arg", "flow"][..],
            &["Excel has no function `XIR`: did you mean XIRR", "fzudf inspect excel"][..],
        ),
        (&["OFFSET", "--arg", "flow"], &["OFFSET needs the cells of a workbook", "fzudf eval"]),
        (&["ROUND", "--arg", "flow"], &["ROUND takes 2 arguments, 1 was given: ROUND(number"]),
        (&["ROUND", "--arg", "flw", "--arg", "=1"], &["no column `flw`", "did you mean flow"]),
        (&["ROUND", "--arg", "flow", "--arg", "1"], &["--arg =1"]),
        (
            &["SUMIFS", "--arg", "price", "--arg", "price", "--arg", "=1", "--arg", "price"],
            &["in pairs"],
        ),
        (&["SEQUENCE", "--arg", "price"], &["SEQUENCE gives an array for a row"]),
    ] {
        call(&folder, args).fails(2, said);
    }
}

#[test]
fn time_that_is_over_ends_the_call() {
    let folder = Folder::new();
    let rows: Vec<String> = (0..300_000).map(|row| format!("k{row}")).collect();
    folder.write("t.parquet", &[table([("k", array(StringArray::from(rows)))])]);
    let args = [
        "REGEXREPLACE",
        "--arg",
        "k",
        "--arg",
        "=(a|k)+\\d",
        "--arg",
        "k",
        "--limit-total-time",
        "1us",
    ];
    call(&folder, &args).fails(4, &["took longer than --limit-total-time"]);
}

#[test]
fn a_plugin_of_that_name_is_called_by_its_path() {
    let folder = Folder::new();
    std::fs::copy(crate::data::conformance(), folder.path("excel")).unwrap();
    let run = folder.run(&["call", "./excel", "SUM_RANGE", "--arg", "=1"]).ok();
    assert_eq!(run.out, "1.0\n");
    folder.run(&["call", "excel", "SUM_RANGE", "--arg", "=1"]).fails(2, &["Excel has no function"]);
}

#[test]
fn the_functions_are_listed() {
    let folder = Folder::new();
    let text = folder.run(&["inspect", "excel"]).ok().out;
    assert!(text.contains("XIRR(values, dates, [guess])\n    "), "{text}");
    let json = folder.run(&["inspect", "excel", "--json"]).ok().out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names: Vec<&str> =
        json["functions"].as_array().unwrap().iter().filter_map(|f| f["name"].as_str()).collect();
    assert!(names.len() > 450 && names.is_sorted() && names.contains(&"NORM.S.DIST"));
    let help = folder.run(&["call", "--help"]).ok().out;
    assert!(help.contains("Excel's functions:"), "{help}");
}
