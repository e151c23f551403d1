use super::{Answer, Function, Options, Shape};
use crate::{
    cells::{CellRef, Cells},
    semantics::DateSystem,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};
use udf_columnar::{Argument, CancelToken, Column, Error, ErrorKind, RowErrors};

fn column(array: impl Array + 'static) -> Argument {
    Argument::column(Arc::new(array)).unwrap()
}

fn numbers<const N: usize>(values: [f64; N]) -> Argument {
    column(Float64Array::from_iter_values(values))
}

fn texts<const N: usize>(values: [&str; N]) -> Argument {
    column(StringArray::from_iter_values(values))
}

fn number(value: f64) -> Argument {
    Argument::scalar(Arc::new(Float64Array::from(vec![value]))).unwrap()
}

fn text(value: &str) -> Argument {
    Argument::scalar(Arc::new(StringArray::from(vec![value]))).unwrap()
}

fn frame(columns: Vec<Argument>) -> Argument {
    Argument::Range(
        columns
            .into_iter()
            .map(|column| match column {
                Argument::Column(column) => column,
                other => panic!("{other:?} is no column"),
            })
            .collect(),
    )
}

fn call(name: &str, arguments: Vec<Argument>) -> Result<Answer, Error> {
    Function::find(name)?.call(arguments, &Options::default())
}

/// The cells of a result as Excel shows them, a line a row.
fn shown(answer: &Answer) -> String {
    let dates = super::input::DATES;
    let columns: Vec<Cells> = answer
        .columns
        .iter()
        .map(|column| Cells::from_column(column, true, dates).unwrap())
        .collect();
    let rows = columns.first().map_or(0, Cells::len);
    let row = |row| {
        let cells: Vec<String> =
            columns.iter().map(|column| cell(column.get(row), dates)).collect();
        cells.join(" ")
    };
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}

fn cell(cell: CellRef<'_>, dates: DateSystem) -> String {
    match cell {
        CellRef::Logical(logical) => if logical { "TRUE" } else { "FALSE" }.to_owned(),
        other => other.value(dates).to_string(),
    }
}

fn check(name: &str, arguments: Vec<Argument>, shape: Shape, wanted: &str) {
    let answer = call(name, arguments).unwrap();
    assert_eq!((answer.shape, shown(&answer).as_str()), (shape, wanted), "{name}");
}

fn refused(name: &str, arguments: Vec<Argument>) -> (ErrorKind, String) {
    let error = call(name, arguments).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn columns_for_values_are_taken_row_by_row() {
    check("ROUND", vec![numbers([1.25, -2.55]), number(1.0)], Shape::Rows, "1.3\n-2.6");
    check("ROUND", vec![number(1.25), numbers([0.0, 1.0])], Shape::Rows, "1\n1.3");
    check("ROUND", vec![number(1.25), number(1.0)], Shape::Value, "1.3");
    check("UPPER", vec![texts(["straße", "ÿ"])], Shape::Rows, "STRAßE\nŸ");
    check("ceiling_math", vec![numbers([1.5, -1.5])], Shape::Rows, "2\n-1");
}

#[test]
fn columns_for_arrays_are_taken_whole() {
    check("SUM", vec![numbers([1.0, 2.0]), numbers([3.0])], Shape::Value, "6");
    check("SORT", vec![numbers([2.0, 1.0])], Shape::Table, "1\n2");
    check(
        "MMULT",
        vec![frame(vec![numbers([1.0, 3.0]), numbers([2.0, 4.0])]), numbers([1.0, 1.0])],
        Shape::Table,
        "3\n7",
    );
    check(
        "SUMIFS",
        vec![numbers([1.0, 2.0, 4.0]), texts(["a", "b", "a"]), text("A")],
        Shape::Value,
        "5",
    );
    check(
        "AGGREGATE",
        vec![number(14.0), number(6.0), numbers([5.0, 9.0]), number(2.0)],
        Shape::Value,
        "5",
    );
    check("SUBTOTAL", vec![number(9.0), numbers([5.0, 9.0])], Shape::Value, "14");
    check("ROWS", vec![numbers([5.0, 9.0])], Shape::Value, "2");
    check("COLUMNS", vec![frame(vec![numbers([5.0]), numbers([9.0])])], Shape::Value, "2");
}

#[test]
fn a_function_looks_each_row_up_in_whole_columns() {
    let keys = || texts(["b", "a", "z"]);
    let (of, values) = (|| texts(["a", "b"]), || numbers([1.0, 2.0]));
    check("XLOOKUP", vec![keys(), of(), values()], Shape::Rows, "2\n1\n#N/A");
    check("COUNTIF", vec![of(), keys()], Shape::Rows, "1\n1\n0");
    check("MATCH", vec![keys(), of(), number(0.0)], Shape::Rows, "2\n1\n#N/A");
    let both = frame(vec![of(), values()]);
    check("VLOOKUP", vec![keys(), both, number(2.0), number(0.0)], Shape::Rows, "2\n1\n#N/A");
}

#[test]
fn rows_that_give_rows_of_cells_make_a_table() {
    check(
        "TEXTSPLIT",
        vec![texts(["a,b,c", "d", "e,f"]), text(",")],
        Shape::Table,
        "a b c\nd  \ne f ",
    );
    let found = frame(vec![numbers([1.0, 2.0]), texts(["x", "y"])]);
    check("XLOOKUP", vec![texts(["b", "a"]), texts(["a", "b"]), found], Shape::Table, "2 y\n1 x");
    let (kind, why) = refused("SEQUENCE", vec![numbers([2.0, 3.0])]);
    assert_eq!(kind, ErrorKind::InvalidArgument);
    assert!(why.contains("SEQUENCE gives an array for a row"), "{why}");
}

#[test]
fn columns_together_for_a_value_give_as_many() {
    let both = || frame(vec![numbers([1.26, 2.26]), numbers([3.26, 4.26])]);
    check("ROUND", vec![both(), number(1.0)], Shape::Table, "1.3 3.3\n2.3 4.3");
    check("ROUND", vec![both(), numbers([1.0, 0.0])], Shape::Table, "1.3 3.3\n2 4");
    let three = frame(vec![numbers([0.0, 0.0]), numbers([0.0, 0.0]), numbers([0.0, 0.0])]);
    let (_, why) = refused("ROUND", vec![both(), three]);
    assert!(why.contains("`number` has 2 columns and `num_digits` has 3"), "{why}");
}

#[test]
fn control_flow_is_elementwise_where_all_arguments_are_there() {
    let test = || column(BooleanArray::from(vec![Some(true), Some(false), None]));
    check("IF", vec![test(), numbers([1.0, 2.0, 3.0]), text("no")], Shape::Rows, "1\nno\nno");
    check("IF", vec![test(), number(1.0)], Shape::Rows, "1\nFALSE\nFALSE");
    check("IFS", vec![test(), text("a"), number(1.0), text("b")], Shape::Rows, "a\nb\nb");
    check("IFS", vec![test(), text("a")], Shape::Rows, "a\n#N/A\n#N/A");
    check(
        "CHOOSE",
        vec![numbers([2.0, 1.9, 3.0]), text("a"), numbers([7.0, 8.0, 9.0])],
        Shape::Rows,
        "7\na\n#VALUE!",
    );
    check(
        "SWITCH",
        vec![texts(["x", "Y", "z"]), text("X"), number(1.0), text("y"), number(2.0)],
        Shape::Rows,
        "1\n2\n#N/A",
    );
    check(
        "SWITCH",
        vec![texts(["x", "z"]), text("X"), number(1.0), text("other")],
        Shape::Rows,
        "1\nother",
    );
    let errors =
        RowErrors::try_new(vec![0, ErrorCode::Na.code(), ErrorCode::Div.code()].into(), None);
    let failing =
        Column::try_new(Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0])) as ArrayRef).unwrap();
    let failing = Argument::Column(failing.with_errors(errors.unwrap()).unwrap());
    check("IFERROR", vec![failing.clone(), number(0.0)], Shape::Rows, "1\n0\n0");
    check("IFNA", vec![failing.clone(), number(0.0)], Shape::Rows, "1\n0\n#DIV/0!");
    check("IF", vec![failing, text("yes"), text("no")], Shape::Rows, "yes\n#N/A\n#DIV/0!");
}

#[test]
fn conditions_join_row_by_row_and_whole_tables_whole() {
    let (a, b) = (|| numbers([1.0, 1.0, 0.0]), || numbers([1.0, 0.0, 0.0]));
    check("AND", vec![a(), b()], Shape::Rows, "TRUE\nFALSE\nFALSE");
    check("OR", vec![a(), b()], Shape::Rows, "TRUE\nTRUE\nFALSE");
    check("XOR", vec![a(), b()], Shape::Rows, "FALSE\nTRUE\nFALSE");
    check("NOT", vec![a()], Shape::Rows, "FALSE\nFALSE\nTRUE");
    check("or_", vec![frame(vec![a(), b()])], Shape::Value, "TRUE");
}

#[test]
fn null_and_nan_are_blank_and_infinities_are_errors() {
    let values =
        || column(Float64Array::from(vec![Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY)]));
    check("ISBLANK", vec![values()], Shape::Rows, "FALSE\nTRUE\nTRUE\nFALSE");
    check("ABS", vec![values()], Shape::Rows, "1\n0\n0\n#NUM!");
    check("COUNT", vec![values()], Shape::Value, "1");
    check(
        "SUM",
        vec![column(Float64Array::from(vec![Some(1.0), None, Some(f64::NAN)]))],
        Shape::Value,
        "1",
    );
}

#[test]
fn dates_go_in_and_come_out_as_dates() {
    let days = || column(Date32Array::from(vec![Some(19_722), None]));
    let answer = call("EDATE", vec![days(), number(1.0)]).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Date32);
    check("YEAR", vec![days()], Shape::Rows, "2023\n1900");
    let answer = call("MAX", vec![days()]).unwrap();
    assert_eq!((answer.shape, answer.columns[0].dtype()), (Shape::Value, DType::Date32));
    let answer = call("LARGE", vec![days(), numbers([1.0, 2.0])]).unwrap();
    assert_eq!((answer.shape, answer.columns[0].dtype()), (Shape::Rows, DType::Date32));
    let answer = call("DATEVALUE", vec![texts(["2026-01-02", "never"])]).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Date32);
    assert_eq!(answer.columns[0].error(1), Some((ErrorCode::Value, None)));
    let noon =
        column(TimestampMicrosecondArray::from(vec![19_722 * 86_400_000_000 + 43_200_000_000]));
    let answer = call("IF", vec![number(1.0), noon]).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Timestamp);
    let flows = numbers([-100.0, 110.0]);
    check(
        "XIRR",
        vec![flows, column(Date32Array::from(vec![19_358, 19_723]))],
        Shape::Value,
        "0.1",
    );
}

#[test]
fn a_result_of_one_kind_has_its_type_beside_errors() {
    let answer = call("SQRT", vec![numbers([4.0, -1.0])]).unwrap();
    let found = &answer.columns[0];
    assert_eq!((found.dtype(), found.array().null_count()), (DType::F64, 1));
    assert_eq!(found.error(1).map(|(code, _)| code), Some(ErrorCode::Num));
    let answer = call("IF", vec![numbers([1.0, 0.0]), text("a"), number(2.0)]).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Any);
    let answer = call("TEXTAFTER", vec![texts(["a-b", "c"]), text("-")]).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Utf8);
}

#[test]
fn columns_without_rows_give_columns_without_rows() {
    let nothing = || column(Float64Array::from(Vec::<f64>::new()));
    for (name, arguments, dtype) in [
        ("ABS", vec![nothing()], DType::F64),
        ("TEXT", vec![nothing(), text("0")], DType::Utf8),
        ("EDATE", vec![nothing(), number(1.0)], DType::Date32),
        ("AND", vec![nothing(), number(1.0)], DType::Bool),
    ] {
        let answer = call(name, arguments).unwrap();
        let found = &answer.columns[0];
        assert_eq!((answer.shape, found.len(), found.dtype()), (Shape::Rows, 0, dtype), "{name}");
    }
    check("SUM", vec![nothing()], Shape::Value, "0");
    check("AVERAGE", vec![nothing()], Shape::Value, "#DIV/0!");
    check("ROWS", vec![nothing()], Shape::Value, "0");
    check("SORT", vec![nothing()], Shape::Table, "");
    check("FILTER", vec![nothing(), nothing()], Shape::Table, "");
}

#[test]
fn what_gives_arrays_gives_one_of_a_single_cell_too() {
    check(
        "FILTER",
        vec![numbers([1.0, 2.0]), column(BooleanArray::from(vec![false, true]))],
        Shape::Table,
        "2",
    );
    check("UNIQUE", vec![texts(["a", "A"])], Shape::Table, "a");
    check(
        "FILTER",
        vec![numbers([1.0]), column(BooleanArray::from(vec![false]))],
        Shape::Table,
        "#CALC!",
    );
}

#[test]
fn arguments_that_do_not_fit_are_refused_by_name() {
    let (kind, why) = refused("ROUND", vec![numbers([1.0, 2.0]), numbers([1.0, 2.0, 3.0])]);
    assert_eq!(kind, ErrorKind::InvalidArgument);
    assert!(why.contains("ROUND: `number` has 2 rows and `num_digits` has 3"), "{why}");
    let (_, why) = refused("SUMIF", vec![numbers([1.0, 2.0]), text(">1"), numbers([1.0])]);
    assert!(why.contains("`range` has 2 rows and `sum_range` has 1"), "{why}");
    let (kind, why) = refused("ROUND", vec![]);
    assert_eq!(kind, ErrorKind::Arity);
    assert!(
        why.contains("ROUND takes 2 arguments, 0 were given: ROUND(number: any, num_digits: any)"),
        "{why}"
    );
    let (kind, why) =
        refused("SUMIFS", vec![numbers([1.0]), numbers([1.0]), number(1.0), numbers([1.0])]);
    assert_eq!(kind, ErrorKind::Arity);
    assert!(why.contains("criteria_range2"), "{why}");
    let (kind, _) = refused("IFS", vec![numbers([1.0]), number(1.0), numbers([1.0])]);
    assert_eq!(kind, ErrorKind::Arity);
    check("SORTBY", vec![numbers([1.0, 2.0]), numbers([2.0, 1.0])], Shape::Table, "2\n1");
    let (_, why) = refused("ABS", vec![column(Int64Array::from(vec![i64::MAX]))]);
    assert!(why.contains("ABS, argument 1 `number`") && why.contains("2^53"), "{why}");
}

#[test]
fn names_that_are_not_known_or_not_for_columns_say_so() {
    let why = |name: &str| {
        let error = Function::find(name).unwrap_err();
        (error.kind(), error.to_string())
    };
    let (kind, text) = why("XIR");
    assert_eq!(kind, ErrorKind::UnknownFunction);
    assert!(text.starts_with("Excel has no function `XIR`: did you mean XIRR"), "{text}");
    assert_eq!(why("%").1, "Excel has no function `%`");
    for (name, reason) in [
        ("OFFSET", "needs the cells of a workbook"),
        ("CELL", "needs the cells of a workbook"),
        ("LAMBDA", "is a part of formulas"),
        ("CUBEVALUE", "is answered by other programs"),
    ] {
        let (kind, text) = why(name);
        assert_eq!(kind, ErrorKind::Unsupported, "{name}");
        assert!(text.starts_with(name) && text.contains(reason), "{text}");
    }
}

#[test]
fn functions_as_arguments_are_given_by_name() {
    let both = || frame(vec![numbers([1.0, 2.0]), numbers([3.0, 4.0])]);
    check("BYROW", vec![both(), text("sum")], Shape::Table, "4\n6");
    check("MAP", vec![numbers([-1.0, 2.0]), text("ABS")], Shape::Table, "1\n2");
    check(
        "GROUPBY",
        vec![
            texts(["b", "a", "b"]),
            numbers([1.0, 2.0, 4.0]),
            text("SUM"),
            number(0.0),
            number(0.0),
        ],
        Shape::Table,
        "a 2\nb 5",
    );
    let (_, why) = refused("BYROW", vec![both(), text("SUMM")]);
    assert!(why.contains("did you mean SUM"), "{why}");
    let (_, why) = refused("BYROW", vec![both(), number(1.0)]);
    assert!(why.contains("BYROW, argument 2 `lambda`: a function is given by its name"), "{why}");
}

#[test]
fn parameters_that_repeat_are_numbered_on() {
    let names = |name: &str, count| {
        let signature = Function::find(name).unwrap().signature_of(count).unwrap();
        signature.function().params.iter().map(|p| p.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("SUMIFS", 5), "sum_range criteria_range1 criteria1 criteria_range2 criteria2");
    assert_eq!(names("SUM", 3), "number1 number2 number3");
    assert_eq!(
        names("IFS", 6),
        "logical_test1 value_if_true1 logical_test2 value_if_true2 logical_test3 value_if_true3"
    );
    assert_eq!(names("MAP", 4), "array1 array2 array3 lambda");
    let shown = |name: &str| Function::find(name).unwrap().signature().unwrap().to_string();
    assert_eq!(shown("SUM"), "SUM(number1: any range, number2: any range…) -> any");
    assert_eq!(
        shown("COUNTIFS"),
        "COUNTIFS(criteria_range1: any range, criteria1: any, more: any…) -> any"
    );
}

#[test]
fn every_function_has_a_signature_and_a_sentence() {
    let mut count = 0;
    for function in Function::all() {
        let signature = function.signature().unwrap();
        assert!(!signature.function().description.is_empty(), "{signature}");
        for count in function.record().fewest()..=function.record().most().min(9) {
            assert_eq!(
                function.signature_of(count).unwrap().function().params.len(),
                count,
                "{signature}"
            );
        }
        count += 1;
    }
    assert!(count > 450, "{count}");
}

#[test]
fn threads_change_nothing() {
    const ROWS: usize = 200_000;
    let values = || column(Float64Array::from_iter_values((0..ROWS).map(|row| row as f64)));
    let words =
        || column(StringArray::from_iter_values((0..ROWS).map(|row| format!("é{},x", row % 7))));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    for (name, arguments) in [
        ("SQRT", vec![values()]),
        ("TEXT", vec![values(), text("0.0")]),
        ("RANDBETWEEN", vec![number(0.0), values()]),
        ("COUNTIF", vec![words(), words()]),
        ("TEXTSPLIT", vec![words(), text(",")]),
        ("IF", vec![values(), values(), words()]),
    ] {
        let function = Function::find(name).unwrap();
        let on = |threads| {
            let options = Options { threads, seed: 7, ..Options::default() };
            pool.install(|| function.call(arguments.clone(), &options)).unwrap()
        };
        let (one, two) = (on(1), on(2));
        assert_eq!(one.columns.len(), two.columns.len());
        for (a, b) in one.columns.iter().zip(&two.columns) {
            assert!(
                a.array() == b.array() && a.errors() == b.errors() && a.len() == ROWS,
                "{name}"
            );
        }
    }
}

#[test]
fn rows_alone_give_what_they_give_in_a_column() {
    let words = ["12", "é", "", "TRUE", "1/2/2026", "a b"];
    for name in ["LEN", "UPPER", "VALUE", "ISTEXT", "N", "T", "PROPER", "CODE", "DATEVALUE"] {
        let many = shown(&call(name, vec![texts(words)]).unwrap());
        let each: Vec<String> =
            words.iter().map(|word| shown(&call(name, vec![text(word)]).unwrap())).collect();
        assert_eq!(many, each.join("\n"), "{name}");
    }
}

#[test]
fn random_numbers_depend_on_the_seed_and_the_row() {
    let with = |seed| {
        let options = Options { seed, ..Options::default() };
        let bounds = || numbers([1e9, 1e9, 1e9]);
        shown(
            &Function::find("RANDBETWEEN")
                .unwrap()
                .call(vec![number(0.0), bounds()], &options)
                .unwrap(),
        )
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
    let rows = with(1);
    let rows: std::collections::BTreeSet<&str> = rows.lines().collect();
    assert_eq!(rows.len(), 3);
}

#[test]
fn the_clock_is_the_host_s() {
    let options =
        Options { now_us: 20_788 * 86_400_000_000 + 43_200_000_000, ..Options::default() };
    let answer = Function::find("TODAY").unwrap().call(vec![], &options).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Date32);
    let answer = Function::find("NOW").unwrap().call(vec![], &options).unwrap();
    assert_eq!(answer.columns[0].dtype(), DType::Timestamp);
}

#[test]
fn a_call_that_is_cancelled_gives_nothing() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let options = Options { cancel, ..Options::default() };
    let error = Function::find("LEN").unwrap().call(vec![texts(["a"])], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn arguments_that_are_left_out_are_as_between_commas() {
    check("ROUND", vec![number(1.5), Argument::Omitted], Shape::Value, "2");
    let pv = |kind| vec![number(0.1), number(2.0), number(-100.0), Argument::Omitted, kind];
    check(
        "ROUND",
        vec![Argument::Scalar(call("PV", pv(number(1.0))).unwrap().columns.remove(0)), number(4.0)],
        Shape::Value,
        "190.9091",
    );
    check(
        "ROUND",
        vec![
            Argument::Scalar(call("PV", pv(Argument::Omitted)).unwrap().columns.remove(0)),
            number(4.0),
        ],
        Shape::Value,
        "173.5537",
    );
}
