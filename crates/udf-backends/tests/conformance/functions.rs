//! The functions of `plugins/conformance`, written again as naive native ones.

use arrow_array::{Array, Float64Array, StringArray, cast::AsArray};
use std::sync::Arc;
use udf_abi::ErrorCode;
use udf_backends::{
    NativeRuntime,
    native::{Cell, NativeCall, NativeError, NativeFunction, Row, column_of},
};
use udf_columnar::{AnyValue, Argument, Column};

type Given = Result<Cell, NativeError>;
type Body = fn(Row<'_>) -> Given;

/// The runtime with every function of the module.
pub(crate) fn register(mut runtime: NativeRuntime) -> NativeRuntime {
    let rowwise: [(&str, Body); 37] = [
        ("MULADD", |r| Ok(Cell::Number(f(r, 0) * f(r, 1) + 1.0))),
        ("GCD", |r| Ok(Cell::Int(gcd(i(r, 0), i(r, 1))))),
        ("BNOT", |r| Ok(Cell::Bool(!r.bool(0).unwrap()))),
        ("JOIN", |r| Ok(Cell::Text(format!("{}{}", s(r, 0), s(r, 1))))),
        ("REVERSE", |r| Ok(Cell::Text(s(r, 0).chars().rev().collect()))),
        ("STRLEN", |r| Ok(Cell::Int(s(r, 0).chars().count() as i64))),
        ("REPEAT", |r| match usize::try_from(i(r, 1)) {
            Ok(times) => Ok(Cell::Text(s(r, 0).repeat(times))),
            Err(_) => {
                let message = format!("cannot repeat {} times", i(r, 1));
                Ok(Cell::Error(ErrorCode::Value, Some(message)))
            }
        }),
        ("MULADD_TOTAL", |r| Ok(Cell::Number(f(r, 0) * f(r, 1) + 1.0))),
        ("RECURSE", |r| Ok(Cell::Int(i(r, 0).max(0)))),
        ("ID_I8", |r| Ok(Cell::Int(r.i8(0).unwrap().into()))),
        ("ID_I16", |r| Ok(Cell::Int(r.i16(0).unwrap().into()))),
        ("ID_I32", |r| Ok(Cell::Int(r.i32(0).unwrap().into()))),
        ("ID_I64", |r| Ok(Cell::Int(i(r, 0)))),
        ("ID_U8", |r| Ok(Cell::Uint(r.u8(0).unwrap().into()))),
        ("ID_U16", |r| Ok(Cell::Uint(r.u16(0).unwrap().into()))),
        ("ID_U32", |r| Ok(Cell::Uint(r.u32(0).unwrap().into()))),
        ("ID_U64", |r| Ok(Cell::Uint(r.u64(0).unwrap()))),
        ("ID_F32", |r| Ok(Cell::Number(r.f32(0).unwrap().into()))),
        ("ID_F64", |r| Ok(Cell::Number(f(r, 0)))),
        ("ID_BOOL", |r| Ok(Cell::Bool(r.bool(0).unwrap()))),
        ("ID_UTF8", |r| Ok(Cell::Text(s(r, 0).to_owned()))),
        ("ID_BINARY", |r| Ok(Cell::Bytes(r.bytes(0).unwrap().to_owned()))),
        ("ID_DATE32", |r| Ok(Cell::Int(r.date32(0).unwrap().into()))),
        ("ID_TIME64", |r| Ok(Cell::Int(r.time64(0).unwrap()))),
        ("ID_TIMESTAMP", |r| Ok(Cell::Int(r.timestamp(0).unwrap()))),
        ("ID_DURATION", |r| Ok(Cell::Int(r.duration(0).unwrap()))),
        ("ID_ERROR", |r| Ok(r.u8(0).map_or(Cell::Null, |code| Cell::Uint(code.into())))),
        ("ID_ANY", |r| Ok(Cell::Any(r.any(0).unwrap()))),
        ("LABEL", |r| Ok(Cell::Text(label(&r.any(0).unwrap())))),
        ("OR_ELSE", |r| Ok(Cell::Number(r.f64(0).unwrap_or(f(r, 1))))),
        ("IS_NULL", |r| Ok(Cell::Bool(r.f64(0).is_none()))),
        ("NULL_IF_NEG", |r| Ok(if f(r, 0) >= 0.0 { Cell::Number(f(r, 0)) } else { Cell::Null })),
        ("SQRT_CHECKED", |r| match f(r, 0) {
            x if x < 0.0 => Ok(Cell::Error(ErrorCode::Num, Some(format!("negative: {x}")))),
            x => Ok(Cell::Number(x.sqrt())),
        }),
        ("DIV_CHECKED", |r| match (f(r, 0), f(r, 1)) {
            (_, 0.0) => Ok(Cell::Error(ErrorCode::Div, None)),
            (a, b) => Ok(Cell::Number(a / b)),
        }),
        ("DIVIDE_I64", |r| Ok(Cell::Int(i(r, 0) / i(r, 1)))),
        ("PANIC_IF", |r| {
            let (x, limit) = (f(r, 0), f(r, 1));
            assert!(x <= limit, "x is {x}");
            Ok(Cell::Number(x))
        }),
        ("GROW", |r| Ok(Cell::Int(i(r, 0).max(0) * 1024))),
    ];
    for (name, body) in rowwise {
        runtime = runtime.with("formualizer.conformance", name, NativeFunction::rowwise(body));
    }
    runtime
        .with("formualizer.conformance", "SUM_RANGE", NativeFunction::new(sum_range))
        .with("formualizer.conformance", "COUNT_NULLS", NativeFunction::new(count_nulls))
        .with(
            "formualizer.conformance",
            "FAIL_REDUCE",
            NativeFunction::new(|call| {
                let x = f(call.row(0), 0);
                Err(NativeError::Function(ErrorCode::Na, format!("refused {x}")))
            }),
        )
        .with("formualizer.conformance", "ID_TIMESTAMP_UTC", NativeFunction::new(same_column))
        .with("formualizer.conformance", "FIRST_TEXT", NativeFunction::new(first_text))
        .with("formualizer.conformance", "WORDS", NativeFunction::new(words))
        .with("formualizer.conformance", "SEQ", NativeFunction::new(seq))
        .with("formualizer.conformance", "TABLE", NativeFunction::new(table))
}

fn f(row: Row<'_>, index: usize) -> f64 {
    row.f64(index).unwrap()
}

fn i(row: Row<'_>, index: usize) -> i64 {
    row.i64(index).unwrap()
}

fn s<'r>(row: Row<'r>, index: usize) -> &'r str {
    // The row is borrowed for as long as its call.
    let text: Option<&'r str> = row.text(index);
    text.unwrap()
}

fn gcd(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a.wrapping_rem(b));
    }
    a.wrapping_abs()
}

fn label(value: &AnyValue) -> String {
    match value {
        AnyValue::Blank => "blank".into(),
        AnyValue::Number(x) => format!("number {x}"),
        AnyValue::Logical(x) => format!("logical {x}"),
        AnyValue::Text(x) => format!("text {x}"),
        AnyValue::Error(x) => format!("error {x}"),
        AnyValue::Date(x) => format!("date {x}"),
        AnyValue::DateTime(x) => format!("datetime {x}"),
        AnyValue::Time(x) => format!("time {x}"),
        AnyValue::Duration(x) => format!("duration {x}"),
    }
}

fn columns<'c>(call: &'c NativeCall<'_>, index: usize) -> Vec<&'c Float64Array> {
    let columns = match &call.arguments()[index] {
        Argument::Range(columns) => columns.as_slice(),
        Argument::Scalar(column) | Argument::Column(column) => std::slice::from_ref(column),
        Argument::Omitted => &[],
    };
    columns.iter().map(|c| c.array().as_primitive()).collect()
}

fn sum_range(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let sum: f64 =
        columns(call, 0).iter().flat_map(|c| c.iter().flatten()).fold(0.0, |sum, x| sum + x);
    // As a host makes it of a guest's.
    let sum = if sum.is_nan() { f64::NAN } else { sum };
    Ok(vec![Column::try_new(Arc::new(Float64Array::from(vec![sum])))?])
}

fn count_nulls(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let nulls: usize = columns(call, 0).iter().map(|c| c.null_count()).sum();
    Ok(vec![column_of(udf_abi::DType::I64, &[Cell::Int(nulls as i64)])?])
}

/// A row that is in error is not there yet: the host puts it back.
fn same_column(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    match &call.arguments()[0] {
        Argument::Column(column) => Ok(vec![Column::try_new(column.array().clone())?]),
        _ => Err(NativeError::Trap("a column is wanted".into())),
    }
}

fn first_text(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let texts: Vec<&StringArray> = match &call.arguments()[0] {
        Argument::Range(columns) => columns.iter().map(|c| c.array().as_string()).collect(),
        Argument::Scalar(column) | Argument::Column(column) => vec![column.array().as_string()],
        Argument::Omitted => Vec::new(),
    };
    let first = texts.iter().flat_map(|array| array.iter().flatten()).next();
    let text = first.or_else(|| call.row(0).text(1)).map(str::to_owned);
    Ok(vec![column_of(udf_abi::DType::Utf8, &[text.map_or(Cell::Null, Cell::Text)])?])
}

fn words(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let row = call.row(0);
    let text = s(row, 0);
    if text.is_empty() {
        let message = "there are no words in an empty text".into();
        return Err(NativeError::Function(ErrorCode::Value, message));
    }
    let word = |word: &str| match word {
        "" => Cell::Null,
        word => Cell::Text(word.to_owned()),
    };
    let cells: Vec<Cell> = text.split(' ').map(word).collect();
    Ok(vec![column_of(udf_abi::DType::Utf8, &cells)?])
}

fn integer(call: &NativeCall<'_>, index: usize) -> i64 {
    call.row(0).i64(index).unwrap()
}

fn seq(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let values: Float64Array = (1..=integer(call, 0)).map(|n| Some(n as f64)).collect();
    Ok(vec![Column::try_new(Arc::new(values))?])
}

fn table(call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
    let (rows, columns) = (integer(call, 0), integer(call, 1));
    let column = |c: i64| {
        let values: Float64Array = (1..=rows).map(|r| Some((r * 10 + c) as f64)).collect();
        Ok(Column::try_new(Arc::new(values))?)
    };
    (1..=columns).map(column).collect()
}
