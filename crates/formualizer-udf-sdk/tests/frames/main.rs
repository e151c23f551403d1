//! Generated functions, called through frames as hosts write them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]
#![allow(clippy::allow_attributes, dead_code, reason = "no fz_module! lists the functions")]

mod arguments;
mod errors;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use formualizer_udf_sdk::{
    Array, ColumnView, Context, Date, ErrorCode, OwnedValue, RangeView, UdfError, Value, fz_udf,
};
use support::{Answer, Cell, Data, Given, Options, call, f64s, i64s};
use udf_abi::{DType, frame::tag};

/// a·b + 1
#[fz_udf]
fn muladd(a: f64, b: f64) -> f64 {
    a * b + 1.0
}

#[fz_udf(total)]
fn muladd_total(a: f64, b: f64) -> f64 {
    a * b + 1.0
}

#[fz_udf]
fn divide(a: i64, b: i64) -> i64 {
    a / b
}

#[fz_udf]
fn exclaim(text: &str) -> String {
    format!("{text}!")
}

#[fz_udf]
fn tail(text: &str) -> &str {
    text.get(1..).unwrap_or_default()
}

#[fz_udf]
fn less(a: Option<f64>, b: f64) -> Option<bool> {
    Some(a? < b)
}

#[fz_udf]
fn checked(x: f64, text: &str) -> Result<Option<String>, UdfError> {
    match x {
        x if x < 0.0 => Err(UdfError::num(format!("{x} of {text}"))),
        0.0 => Err(ErrorCode::Na.into()),
        x if x > 100.0 => Ok(None),
        x => Ok(Some(format!("{text}{x}"))),
    }
}

#[fz_udf]
fn not(x: bool) -> bool {
    !x
}

#[fz_udf]
fn swap(value: Value<'_>) -> Result<OwnedValue, UdfError> {
    match value {
        Value::Blank => Ok(OwnedValue::Text("blank".into())),
        Value::Text("") => Ok(OwnedValue::Blank),
        Value::Number(x) => Ok(OwnedValue::Date(x)),
        Value::Error(code) => Err(UdfError::new(code, "was an error")),
        other => Ok(other.into()),
    }
}

#[fz_udf]
fn is_blank(value: Option<Value<'_>>) -> bool {
    value.is_none()
}

#[fz_udf]
fn error_kind(error: Option<ErrorCode>) -> Option<ErrorCode> {
    error.map(|code| if code == ErrorCode::Na { ErrorCode::Value } else { code })
}

#[fz_udf(volatile)]
fn place(context: Context, x: i64) -> i64 {
    context.row() as i64 * 100 + context.seed() as i64 * 10 + context.now_us() + x
}

#[fz_udf(kind = "reduce")]
fn total(values: RangeView<'_, f64>, factor: Option<f64>) -> f64 {
    values.iter().flatten().fold(0.0, |sum, x| sum + x) * factor.unwrap_or(1.0)
}

#[fz_udf(kind = "reduce")]
fn longest<'a>(texts: ColumnView<'a, &'a str>) -> Result<Option<&'a str>, UdfError> {
    if texts.is_empty() {
        return Err(UdfError::na("no rows"));
    }
    Ok(texts.iter().flatten().max_by_key(|text| text.len()))
}

#[fz_udf(kind = "array")]
fn table(rows: i64, columns: i64) -> Result<Array<Option<String>>, UdfError> {
    let (Ok(rows), Ok(columns)) = (usize::try_from(rows), usize::try_from(columns)) else {
        return Err("sizes are not negative".into());
    };
    Ok(Array::from_fn(rows, columns, |r, c| (r != c).then(|| format!("{r}/{c}"))))
}

#[fz_udf(kind = "array")]
fn days(values: ColumnView<'_, Date>) -> Vec<i32> {
    values.iter().map(|date| date.map_or(-1, |date| date.days)).collect()
}

fn bytes(x: f64) -> Cell {
    Cell::Bytes(x.to_le_bytes().to_vec())
}

fn text(x: &str) -> Cell {
    Cell::Text(x.into())
}

fn one_column(answer: Answer) -> Vec<Cell> {
    match answer {
        Answer::Columns(mut columns) if columns.len() == 1 => columns.remove(0),
        other => panic!("one column is wanted: {other:?}"),
    }
}

/// Every length around a block's bounds.
const LENGTHS: [usize; 10] = [0, 1, 2, 31, 32, 33, 63, 64, 65, 100];

fn numbers(rows: usize) -> impl Iterator<Item = Option<f64>> {
    (0..rows).map(|row| Some(row as f64))
}

#[test]
fn columns_and_scalars_meet_row_by_row() {
    for rows in LENGTHS {
        for stride_extra in [0, 16] {
            let options = Options { stride_extra, ..Options::default() };
            let column = Given::Column(f64s(numbers(rows)));
            let scalar = Given::Scalar(f64s([Some(2.0)]));
            let run =
                |args: &[Given]| one_column(call::<muladd>(args, rows, Some(DType::F64), &options));
            let doubled: Vec<_> = numbers(rows).flatten().map(|x| bytes(2.0 * x + 1.0)).collect();
            assert_eq!(run(&[column.clone(), scalar.clone()]), doubled);
            assert_eq!(run(&[scalar.clone(), column.clone()]), doubled);
            let squares: Vec<_> = numbers(rows).flatten().map(|x| bytes(x * x + 1.0)).collect();
            assert_eq!(run(&[column.clone(), column]), squares);
            assert_eq!(run(&[scalar.clone(), scalar]), vec![bytes(5.0); rows]);
        }
    }
}

#[test]
fn a_row_that_is_null_is_not_evaluated() {
    for rows in LENGTHS {
        // Every third row is null, and would divide by zero.
        let b = (0..rows).map(|row| (row % 3 != 1).then_some(row as i64 + 1));
        let args = [Given::Scalar(i64s([Some(1_000)])), Given::Column(i64s(b.clone()))];
        let found = call::<divide>(&args, rows, Some(DType::I64), &Options::default());
        for (found, b) in one_column(found).into_iter().zip(b) {
            if let Some(b) = b {
                assert_eq!(found, Cell::Bytes((1_000 / b).to_le_bytes().to_vec()));
            }
        }
        let null = [Given::Scalar(i64s([Some(1)])), Given::Scalar(i64s([None]))];
        call::<divide>(&null, rows, Some(DType::I64), &Options::default());
    }
}

#[test]
fn a_total_function_sees_zero_where_a_row_is_null() {
    let rows = 70;
    let a = (0..rows).map(|row| (row % 2 == 0).then_some(row as f64));
    let args = [Given::Column(f64s(a)), Given::Scalar(f64s([Some(3.0)]))];
    let found = call::<muladd_total>(&args, rows, Some(DType::F64), &Options::default());
    let x = |row: usize| if row.is_multiple_of(2) { row as f64 } else { 0.0 };
    assert_eq!(one_column(found), (0..rows).map(|r| bytes(x(r) * 3.0 + 1.0)).collect::<Vec<_>>());
}

#[test]
fn text_goes_into_the_prepared_room_or_behind_it() {
    for rows in LENGTHS {
        let words = ["añb", "", "x", "long enough to spill"];
        let texts = Data::Text((0..rows).map(|row| Some(words[row % words.len()])).collect());
        let expected: Vec<_> =
            (0..rows).map(|row| text(&format!("{}!", words[row % words.len()]))).collect();
        for data_cap in [0, 1, 5, 60, 10_000] {
            let options = Options { data_cap, ..Options::default() };
            let args = [Given::Column(texts.clone())];
            let found = call::<exclaim>(&args, rows, Some(DType::Utf8), &options);
            assert_eq!(one_column(found), expected, "{rows} rows, room for {data_cap}");
        }
    }
}

#[test]
fn text_that_is_borrowed_from_an_argument_can_be_answered() {
    let args = [Given::Column(Data::Text(vec![Some("abc"), Some(""), None, Some("ñb")]))];
    let found = call::<tail>(&args, 4, Some(DType::Utf8), &Options::default());
    // The null row is empty; `ñ` cannot be cut.
    assert_eq!(one_column(found), [text("bc"), text(""), text(""), text("")]);
}

#[test]
fn options_see_nulls_and_answer_them() {
    for rows in LENGTHS {
        let a: Vec<_> = (0..rows).map(|row| (row % 3 != 0).then_some(row as f64)).collect();
        let args = [Given::Column(f64s(a.clone())), Given::Scalar(f64s([Some(10.0)]))];
        let found = call::<less>(&args, rows, Some(DType::Bool), &Options::default());
        let expected = |a: &Option<f64>| a.map_or(Cell::Null, |a| Cell::Bool(a < 10.0));
        assert_eq!(one_column(found), a.iter().map(expected).collect::<Vec<_>>());
    }
    for absent in [Given::Omitted, Given::Scalar(f64s([None]))] {
        let args = [absent, Given::Scalar(f64s([Some(1.0)]))];
        let found = call::<less>(&args, 40, Some(DType::Bool), &Options::default());
        assert_eq!(one_column(found), vec![Cell::Null; 40]);
    }
}

#[test]
fn errors_of_rows_carry_messages_beside_values_and_nulls() {
    let numbers = f64s([-1.0, 0.0, 7.0, 200.0, -2.5].map(Some));
    for data_cap in [0, 3, 1_000] {
        for stride_extra in [0, 16] {
            let options = Options { data_cap, stride_extra, ..Options::default() };
            let args =
                [Given::Column(numbers.clone()), Given::Scalar(Data::Text(vec![Some("no ")]))];
            let found = call::<checked>(&args, 5, Some(DType::Utf8), &options);
            let num = |message: &str| Cell::Error(ErrorCode::Num, message.into());
            let na = Cell::Error(ErrorCode::Na, String::new());
            let expected = [num("-1 of no "), na, text("no 7"), Cell::Null, num("-2.5 of no ")];
            assert_eq!(one_column(found), expected);
        }
    }
}

#[test]
fn booleans_are_bits() {
    for rows in LENGTHS {
        let bits: Vec<_> = (0..rows).map(|row| row % 5 == 0).collect();
        let args = [Given::Column(Data::Bool(bits.iter().copied().map(Some).collect()))];
        let found = one_column(call::<not>(&args, rows, Some(DType::Bool), &Options::default()));
        assert_eq!(found, bits.iter().map(|bit| Cell::Bool(!bit)).collect::<Vec<_>>());
    }
    let args = [Given::Scalar(Data::Bool(vec![Some(true)]))];
    let found = one_column(call::<not>(&args, 33, Some(DType::Bool), &Options::default()));
    assert_eq!(found, vec![Cell::Bool(false); 33]);
}

fn mixture() -> Data {
    Data::Any(vec![
        (tag::BLANK, 0.0, "", 0),
        (tag::NUMBER, 1.5, "", 0),
        (tag::LOGICAL, 1.0, "", 0),
        (tag::TEXT, 0.0, "añb", 0),
        (tag::TEXT, 0.0, "", 0),
        (tag::ERROR, 0.0, "", 7),
        (tag::DURATION, 2.0, "", 0),
    ])
}

#[test]
fn mixtures_keep_their_tags() {
    for data_cap in [0, 100] {
        let options = Options { data_cap, ..Options::default() };
        let found = call::<swap>(&[Given::Column(mixture())], 7, Some(DType::Any), &options);
        let any = |tag: u8, number: f64, text: &str| Cell::Any(tag, number, text.into());
        let expected = [
            any(tag::TEXT, 0.0, "blank"),
            any(tag::DATE, 1.5, ""),
            any(tag::LOGICAL, 1.0, ""),
            any(tag::TEXT, 0.0, "añb"),
            any(tag::BLANK, 0.0, ""),
            Cell::Error(ErrorCode::Na, "was an error".into()),
            any(tag::DURATION, 2.0, ""),
        ];
        assert_eq!(one_column(found), expected);
    }
    let args = [Given::Column(mixture())];
    let found = call::<is_blank>(&args, 7, Some(DType::Bool), &Options::default());
    let blank = [true, false, false, false, false, false, false].map(Cell::Bool);
    assert_eq!(one_column(found), blank);
}

#[test]
fn errors_are_values_where_a_function_asks_for_them() {
    let codes = vec![Some(vec![7]), None, Some(vec![6])];
    let args = [Given::Column(Data::Fixed(DType::Error, codes))];
    let found = call::<error_kind>(&args, 3, Some(DType::Error), &Options::default());
    assert_eq!(one_column(found), [Cell::Bytes(vec![3]), Cell::Null, Cell::Bytes(vec![6])]);
}

#[test]
fn a_volatile_function_knows_seed_clock_and_row() {
    let options = Options { row_offset: 5, volatile: Some((3, 2)), ..Options::default() };
    let args = [Given::Column(i64s([Some(0), Some(1)]))];
    let found = call::<place>(&args, 2, Some(DType::I64), &options);
    let expected = [532i64, 633].map(|x| Cell::Bytes(x.to_le_bytes().to_vec()));
    assert_eq!(one_column(found), expected);
}

#[test]
fn a_reduce_sees_ranges_and_columns_whole() {
    let columns = vec![f64s([Some(1.0), None]), f64s([Some(2.0), Some(4.0)])];
    let range = Given::Range(columns);
    for (args, expected) in [
        (vec![range.clone()], 7.0),
        (vec![range.clone(), Given::Omitted], 7.0),
        (vec![range, Given::Scalar(f64s([Some(10.0)]))], 70.0),
        (vec![Given::Range(vec![])], 0.0),
    ] {
        let found = call::<total>(&args, 1, Some(DType::F64), &Options::default());
        assert_eq!(one_column(found), [bytes(expected)]);
    }
    let texts = Given::Column(Data::Text(vec![Some("a"), None, Some("long"), Some("b")]));
    for data_cap in [0, 10] {
        let options = Options { data_cap, ..Options::default() };
        let found = call::<longest>(std::slice::from_ref(&texts), 1, Some(DType::Utf8), &options);
        assert_eq!(one_column(found), [text("long")]);
    }
    let nulls = [Given::Column(Data::Text(vec![None, None]))];
    let found = call::<longest>(&nulls, 1, Some(DType::Utf8), &Options::default());
    assert_eq!(one_column(found), [Cell::Null]);
}

#[test]
fn an_error_of_a_whole_call_is_a_failure() {
    let none = [Given::Column(Data::Text(vec![]))];
    let found = call::<longest>(&none, 1, Some(DType::Utf8), &Options::default());
    assert_eq!(found, Answer::Failure(ErrorCode::Na, "no rows".into()));
    let negative = [Given::Scalar(i64s([Some(-1)])), Given::Scalar(i64s([Some(1)]))];
    let found = call::<table>(&negative, 1, None, &Options::default());
    assert_eq!(found, Answer::Failure(ErrorCode::Value, "sizes are not negative".into()));
}

#[test]
fn an_array_has_rows_and_columns() {
    for (rows, columns) in [(2, 3), (0, 2), (33, 2), (3, 0), (1, 40)] {
        for stride_extra in [0, 16] {
            let args = [rows, columns].map(|n| Given::Scalar(i64s([Some(n)])));
            let options = Options { stride_extra, ..Options::default() };
            let cell = |r, c| if r == c { Cell::Null } else { text(&format!("{r}/{c}")) };
            let mut expected: Vec<Vec<_>> =
                (0..columns).map(|c| (0..rows).map(|r| cell(r, c)).collect()).collect();
            if columns == 0 {
                // A result has a column at least.
                expected.push(Vec::new());
            }
            assert_eq!(call::<table>(&args, 1, None, &options), Answer::Columns(expected));
        }
    }
    let dates = vec![Some(vec![1, 0, 0, 0]), None];
    let args = [Given::Column(Data::Fixed(DType::Date32, dates))];
    let found = call::<days>(&args, 1, None, &Options::default());
    let expected = [1i32, -1].map(|x| Cell::Bytes(x.to_le_bytes().to_vec()));
    assert_eq!(one_column(found), expected);
}
