//! Defaults, variadic parameters, and rows that are null.

use crate::{
    LENGTHS, bytes, one_column,
    support::{Cell, Data, Given, Options, call, f64s, i64s},
    text,
};
use formualizer_udf_sdk::{Date, ErrorCode, OwnedValue, RangeView, UdfError, Value, fz_udf};
use udf_abi::DType;

#[fz_udf]
fn scaled(x: f64, #[default = 10] factor: f64, #[default = -1] offset: i64) -> f64 {
    x * factor + offset as f64
}

#[fz_udf]
fn greet(#[default = "world"] name: &str, #[default = true] loud: bool) -> String {
    format!("{name}{}", if loud { "!" } else { "." })
}

#[fz_udf]
fn sum_all(start: f64, #[variadic] rest: &[f64]) -> f64 {
    rest.iter().fold(start, |sum, x| sum + x)
}

#[fz_udf]
fn present(#[variadic(min = 1)] values: &[Option<&str>]) -> String {
    values.iter().map(|value| value.unwrap_or("-")).collect::<Vec<_>>().join("|")
}

#[fz_udf]
fn first_of<'a>(#[variadic] values: &[&'a str]) -> Option<&'a str> {
    values.first().copied()
}

#[fz_udf]
fn kinds(#[variadic] values: &[Value<'_>]) -> Result<i64, UdfError> {
    match values.iter().filter(|value| matches!(value, Value::Number(_))).count() {
        0 => Err(UdfError::na(format!("{} values", values.len()))),
        count => Ok(count as i64),
    }
}

#[fz_udf(kind = "reduce")]
fn spread(#[default = 2] power: i32, #[variadic] ranges: &[RangeView<'_, f64>]) -> f64 {
    let cells = ranges.iter().flat_map(|range| range.iter().flatten());
    cells.fold(0.0, |sum, x| sum + x.powi(power))
}

#[fz_udf(kind = "reduce")]
fn join(separator: &str, #[variadic] parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().collect::<Vec<_>>().join(separator)
}

/// Panics where `b` is 0, as null slots are.
#[fz_udf]
fn quotient(a: i32, b: i32) -> i32 {
    a / b
}

#[fz_udf]
fn is_after(a: Date, b: Date) -> bool {
    assert!(b.days != 0, "a null row was evaluated");
    a > b
}

#[fz_udf]
fn echo(value: Value<'_>) -> Value<'_> {
    value
}

/// Named like what the generated code has.
#[fz_udf]
fn mask(row: f64, #[default = 2] block: f64, inputs: Option<f64>) -> f64 {
    row * block + inputs.unwrap_or(0.0)
}

#[fz_udf(kind = "reduce")]
fn inputs(outputs: f64) -> f64 {
    -outputs
}

fn i32_cells(values: impl IntoIterator<Item = i32>) -> Vec<Cell> {
    values.into_iter().map(|x| Cell::Bytes(x.to_le_bytes().to_vec())).collect()
}

fn i32s(dtype: DType, values: impl IntoIterator<Item = Option<i32>>) -> Data {
    let bytes = |x: i32| x.to_le_bytes().to_vec();
    Data::Fixed(dtype, values.into_iter().map(|x| x.map(bytes)).collect())
}

#[test]
fn a_default_stands_for_what_is_left_out_and_for_rows_that_are_null() {
    for rows in LENGTHS {
        let x = Given::Column(f64s((0..rows).map(|row| Some(row as f64))));
        let factor = |row: usize| (!row.is_multiple_of(3)).then_some(row as f64);
        let run = |factor: Given, offset: Option<Given>| {
            let args: Vec<_> = [x.clone(), factor].into_iter().chain(offset).collect();
            one_column(call::<scaled>(&args, rows, Some(DType::F64), &Options::default()))
        };
        let wanted = |value: &dyn Fn(usize) -> f64| (0..rows).map(|r| bytes(value(r))).collect();

        let by_default: Vec<_> = wanted(&|row| row as f64 * 10.0 - 1.0);
        assert_eq!(run(Given::Omitted, None), by_default);
        assert_eq!(run(Given::Scalar(f64s([None])), Some(Given::Omitted)), by_default);
        assert_eq!(run(Given::Scalar(f64s([Some(10.0)])), None), by_default);

        let column = Given::Column(f64s((0..rows).map(factor)));
        let some: Vec<_> = wanted(&|row| row as f64 * factor(row).unwrap_or(10.0) + 7.0);
        assert_eq!(run(column, Some(Given::Scalar(i64s([Some(7)])))), some);
    }
}

#[test]
fn texts_and_booleans_have_defaults_too() {
    let names = Data::Text(vec![Some("you"), None]);
    let louds = Data::Bool(vec![None, Some(false)]);
    let run =
        |args: &[Given]| one_column(call::<greet>(args, 2, Some(DType::Utf8), &Options::default()));
    assert_eq!(run(&[]), [text("world!"), text("world!")]);
    assert_eq!(run(&[Given::Column(names.clone())]), [text("you!"), text("world!")]);
    let both = [Given::Column(names), Given::Column(louds)];
    assert_eq!(run(&both), [text("you!"), text("world.")]);
    // Called as what it is, all of its parameters are given.
    assert_eq!(greet("you", false), "you.");
}

#[test]
fn a_variadic_parameter_is_a_slice_of_the_row() {
    for rows in LENGTHS {
        let column = |step: usize| Given::Column(f64s((0..rows).map(|r| Some((r * step) as f64))));
        for count in [0, 1, 3, 40] {
            let args: Vec<_> = (0..=count).map(column).collect();
            let steps = (0..=count).sum::<usize>();
            let found = call::<sum_all>(&args, rows, Some(DType::F64), &Options::default());
            let wanted: Vec<_> = (0..rows).map(|row| bytes((row * steps) as f64)).collect();
            assert_eq!(one_column(found), wanted, "{rows} rows, {count} arguments");
        }
    }
    assert_eq!(sum_all(1.0, &[2.0, 3.0]), 6.0);
}

#[test]
fn variadic_options_see_nulls_and_others_are_not_evaluated_there() {
    let texts = |rows: [Option<&'static str>; 3]| Given::Column(Data::Text(rows.to_vec()));
    let args = [
        texts([Some("a"), None, Some("c")]),
        Given::Omitted,
        texts([None, Some("é"), Some("")]),
        Given::Scalar(Data::Text(vec![Some("x")])),
    ];
    let found = call::<present>(&args, 3, Some(DType::Utf8), &Options::default());
    assert_eq!(one_column(found), [text("a|-|-|x"), text("-|-|é|x"), text("c|-||x")]);

    // Without Option, an argument that was left out is none.
    let found = call::<first_of>(&args[1..], 3, Some(DType::Utf8), &Options::default());
    let found = one_column(found);
    assert_eq!(found[1..], [text("é"), text("")]);
    let found = call::<first_of>(&[], 2, Some(DType::Utf8), &Options::default());
    assert_eq!(one_column(found), [Cell::Null, Cell::Null]);
}

#[test]
fn variadic_values_are_spreadsheet_values_and_rows_may_fail() {
    use udf_abi::frame::tag;
    let any = |rows: Vec<(u8, f64, &'static str, u8)>| Given::Column(Data::Any(rows));
    let args = [
        any(vec![(tag::NUMBER, 1.0, "", 0), (tag::BLANK, 0.0, "", 0)]),
        any(vec![(tag::NUMBER, 2.0, "", 0), (tag::TEXT, 0.0, "é", 0)]),
    ];
    let found = call::<kinds>(&args, 2, Some(DType::I64), &Options::default());
    let two = Cell::Bytes(2i64.to_le_bytes().to_vec());
    assert_eq!(one_column(found), [two, Cell::Error(ErrorCode::Na, "2 values".into())]);
}

#[test]
fn whole_functions_take_defaults_and_any_number_of_ranges() {
    let range = Given::Range(vec![f64s([Some(1.0), None]), f64s([Some(2.0), Some(3.0)])]);
    for (args, wanted) in [
        (vec![], 0.0),
        (vec![Given::Omitted, range.clone()], 14.0),
        (vec![Given::Scalar(i32s(DType::I32, [Some(1)])), range.clone(), range.clone()], 12.0),
        (vec![Given::Scalar(i32s(DType::I32, [None])), Given::Omitted, range], 14.0),
    ] {
        let found = call::<spread>(&args, 1, Some(DType::F64), &Options::default());
        assert_eq!(one_column(found), [bytes(wanted)]);
    }
    let part = |value| Given::Scalar(Data::Text(vec![value]));
    let args = [part(Some("-")), part(Some("a")), part(None), Given::Omitted, part(Some("b"))];
    let options = Options { data_cap: 2, ..Options::default() };
    assert_eq!(one_column(call::<join>(&args, 1, Some(DType::Utf8), &options)), [text("a-b")]);
}

/// Few nulls: blocks are evaluated as a whole; many: row by row. Neither sees a null row's slot.
#[test]
fn no_row_that_is_null_is_evaluated_however_many_there_are() {
    for rows in LENGTHS.into_iter().chain([1_000]) {
        for every in [2, 3, 10, 33] {
            for nulls_are_rare in [true, false] {
                let valid = |row: usize| row.is_multiple_of(every) != nulls_are_rare;
                let b = |row: usize| valid(row).then_some(row as i32 + 1);
                let a = Given::Column(i32s(DType::I32, (0..rows).map(|row| Some(row as i32 * 7))));
                let args = [a, Given::Column(i32s(DType::I32, (0..rows).map(b)))];
                let found = call::<quotient>(&args, rows, Some(DType::I32), &Options::default());
                let found = one_column(found);
                for row in (0..rows).filter(|row| valid(*row)) {
                    assert_eq!(found[row], i32_cells([row as i32 * 7 / (row as i32 + 1)])[0]);
                }
            }
        }
    }
}

#[test]
fn booleans_of_blocks_with_nulls_come_out() {
    let days = |row: usize| (row % 10 != 3).then_some(1 + row as i32 % 5);
    for rows in LENGTHS {
        let args = [
            Given::Scalar(i32s(DType::Date32, [Some(3)])),
            Given::Column(i32s(DType::Date32, (0..rows).map(days))),
        ];
        let found =
            one_column(call::<is_after>(&args, rows, Some(DType::Bool), &Options::default()));
        for (row, days) in (0..rows).filter_map(|row| Some((row, days(row)?))) {
            assert_eq!(found[row], Cell::Bool(3 > days), "row {row} of {rows}");
        }
    }
}

#[test]
fn a_borrowed_spreadsheet_value_can_be_answered() {
    use udf_abi::frame::tag;
    let cells = vec![(tag::TEXT, 0.0, "añb", 0), (tag::ERROR, 0.0, "", 7), (tag::TIME, 0.5, "", 0)];
    let args = [Given::Column(Data::Any(cells))];
    let found = one_column(call::<echo>(&args, 3, Some(DType::Any), &Options::default()));
    let wanted = [
        Cell::Any(tag::TEXT, 0.0, "añb".into()),
        Cell::Error(ErrorCode::Na, String::new()),
        Cell::Any(tag::TIME, 0.5, String::new()),
    ];
    assert_eq!(found, wanted);
    assert_eq!(OwnedValue::from(echo(Value::Text("a"))), OwnedValue::Text("a".into()));
}

#[test]
fn names_of_functions_and_parameters_do_not_meet_those_of_generated_code() {
    let x = [Given::Column(f64s([Some(1.0), None, Some(3.0)]))];
    let found = one_column(call::<mask>(&x, 3, Some(DType::F64), &Options::default()));
    assert_eq!((&found[0], &found[2]), (&bytes(2.0), &bytes(6.0)));
    let x = [Given::Scalar(f64s([Some(1.0)]))];
    let found = call::<inputs>(&x, 1, Some(DType::F64), &Options::default());
    assert_eq!(one_column(found), [bytes(-1.0)]);
}
