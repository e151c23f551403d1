//! Errors that are no `UdfError`, as functions answer them and as `?` passes them on.

use crate::support::{Answer, Cell, Data, Given, Options, call, f64s};
use core::fmt;
use formualizer_udf_sdk::{ErrorCode, UdfError, fz_udf};
use std::{error::Error, num::ParseFloatError};
use udf_abi::DType;

/// An error of the author's own, which does no more than display.
#[derive(Debug)]
enum Problem {
    Negative(f64),
    Unknown,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative(x) => write!(f, "{x} is negative"),
            Self::Unknown => ErrorCode::Na.fmt(f),
        }
    }
}

#[fz_udf]
fn parsed(text: &str) -> Result<f64, ParseFloatError> {
    text.parse()
}

#[fz_udf]
fn boxed(text: &str) -> Result<Option<f64>, Box<dyn Error>> {
    Ok(if text.is_empty() { None } else { Some(text.parse()?) })
}

#[fz_udf]
fn borrowed(text: &str) -> Result<f64, &str> {
    text.parse().map_err(|_| text)
}

#[fz_udf]
fn root(x: f64) -> Result<f64, Problem> {
    match x {
        x if x < 0.0 => Err(Problem::Negative(x)),
        0.0 => Err(Problem::Unknown),
        x => Ok(x.sqrt()),
    }
}

#[fz_udf]
fn passed_on(text: &str) -> Result<f64, UdfError> {
    let x: f64 = text.trim().parse()?;
    if x > 100.0 {
        Err("too large")?;
    }
    if x > 10.0 {
        Err(format!("{x} is large"))?;
    }
    if x == 3.0 {
        Err(ErrorCode::Null)?;
    }
    if x == 2.0 {
        Err(UdfError::num("two"))?;
    }
    Ok(root(x)?)
}

#[fz_udf(kind = "reduce")]
fn whole(text: &str) -> Result<f64, Box<dyn Error + Send + Sync>> {
    Ok(text.parse::<f64>()?)
}

#[fz_udf(kind = "array")]
fn rows(text: &str) -> Result<Vec<Result<f64, ParseFloatError>>, Problem> {
    match text {
        "" => Err(Problem::Unknown),
        text => Ok(text.split(' ').map(str::parse).collect()),
    }
}

const NO_FLOAT: &str = "invalid float literal";

fn value(message: &str) -> Cell {
    Cell::Error(ErrorCode::Value, message.into())
}

fn number(x: f64) -> Cell {
    Cell::Bytes(x.to_le_bytes().to_vec())
}

fn column(answer: Answer) -> Vec<Cell> {
    match answer {
        Answer::Columns(mut columns) if columns.len() == 1 => columns.remove(0),
        other => panic!("one column is wanted: {other:?}"),
    }
}

fn texts(texts: &[&'static str]) -> [Given; 1] {
    [Given::Column(Data::Text(texts.iter().copied().map(Some).collect()))]
}

#[test]
fn the_text_of_an_error_is_the_message_of_its_row() {
    let options = Options::default();
    let args = texts(&["1.5", "x"]);
    let found = column(call::<parsed>(&args, 2, Some(DType::F64), &options));
    assert_eq!(found, [number(1.5), value(NO_FLOAT)]);
    let found = column(call::<borrowed>(&args, 2, Some(DType::F64), &options));
    assert_eq!(found, [number(1.5), value("x")]);
    let args = texts(&["1.5", "", "x"]);
    let found = column(call::<boxed>(&args, 3, Some(DType::F64), &options));
    assert_eq!(found, [number(1.5), Cell::Null, value(NO_FLOAT)]);
    let args = [Given::Column(f64s([4.0, -1.0, 0.0].map(Some)))];
    let found = column(call::<root>(&args, 3, Some(DType::F64), &options));
    let na = Cell::Error(ErrorCode::Na, String::new());
    assert_eq!(found, [number(2.0), value("-1 is negative"), na]);
}

#[test]
fn the_question_mark_takes_every_error_that_displays() {
    let args = texts(&["4", "x", "101", "11", "3", "2", "-1", "0"]);
    let found = column(call::<passed_on>(&args, 8, Some(DType::F64), &Options::default()));
    let expected = [
        number(2.0),
        value(NO_FLOAT),
        value("too large"),
        value("11 is large"),
        Cell::Error(ErrorCode::Null, String::new()),
        Cell::Error(ErrorCode::Num, "two".into()),
        value("-1 is negative"),
        Cell::Error(ErrorCode::Na, String::new()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn whole_calls_fail_with_the_text_of_the_error() {
    let options = Options::default();
    let text = |text| [Given::Scalar(Data::Text(vec![Some(text)]))];
    let failed = |answer: Answer| match answer {
        Answer::Failure(code, message) => (code, message),
        other => panic!("a failure is wanted: {other:?}"),
    };
    let found = failed(call::<whole>(&text("x"), 1, Some(DType::F64), &options));
    assert_eq!(found, (ErrorCode::Value, NO_FLOAT.into()));
    let found = failed(call::<rows>(&text(""), 0, None, &options));
    assert_eq!(found, (ErrorCode::Na, String::new()));
    let found = column(call::<rows>(&text("1 x"), 0, None, &options));
    assert_eq!(found, [number(1.0), value(NO_FLOAT)]);
}
