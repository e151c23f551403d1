//! What a value is.
//!
//! Rules: Microsoft, "IS functions", "TYPE function", "ERROR.TYPE function", "N function".

use crate::{
    call::{Argument, Call, Output, Result},
    record::{Kernel, Mode, Parameter, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const VALUE: &[Parameter] = &[value("value")];
const NUMBER: &[Parameter] = &[value("number")];

pub(super) const RECORDS: &[Record] = &[
    Record::new("ISBLANK", VALUE, Kernel::OfRow(is_blank), "Whether a cell holds nothing.")
        .taking_errors(),
    Record::new(
        "ISERR",
        VALUE,
        Kernel::OfRow(is_err),
        "Whether a value is an error other than #N/A.",
    )
    .taking_errors(),
    Record::new("ISERROR", VALUE, Kernel::OfRow(is_error), "Whether a value is an error.")
        .taking_errors(),
    Record::new("ISNA", VALUE, Kernel::OfRow(is_na), "Whether a value is the error #N/A.")
        .taking_errors(),
    Record::new("ISLOGICAL", VALUE, Kernel::OfRow(is_logical), "Whether a value is TRUE or FALSE.")
        .taking_errors(),
    Record::new(
        "ISNUMBER",
        VALUE,
        Kernel::OfRow(is_number),
        "Whether a value is a number, date or time.",
    )
    .taking_errors(),
    Record::new("ISTEXT", VALUE, Kernel::OfRow(is_text), "Whether a value is a text.")
        .taking_errors(),
    Record::new(
        "ISNONTEXT",
        VALUE,
        Kernel::OfRow(is_no_text),
        "Whether a value is no text; blank cells are none.",
    )
    .taking_errors(),
    Record::new(
        "ISEVEN",
        NUMBER,
        Kernel::OfRow(is_even),
        "Whether the whole part of a number is even.",
    ),
    Record::new(
        "ISODD",
        NUMBER,
        Kernel::OfRow(is_odd),
        "Whether the whole part of a number is odd.",
    ),
    Record::new(
        "N",
        &[value("value").of(Mode::First)],
        Kernel::OfRow(n),
        "A value as a number; texts are 0.",
    ),
    Record::new("NA", &[], Kernel::OfRow(|_| Err(ErrorCode::Na)), "The error #N/A."),
    Record::new(
        "TYPE",
        &[array("value")],
        Kernel::OfRow(kind),
        "A number for the kind of a value: 1 number, 2 text, 4 logical, 16 error, 64 array, 128 function.",
    ),
    Record::new(
        "ERROR.TYPE",
        &[value("error_val")],
        Kernel::OfRow(error_type),
        "The number of an error; #N/A for what is none.",
    )
    .taking_errors(),
];

fn is_blank(call: &Call<'_>) -> Result<Output> {
    Ok((call.scalar(0) == Scalar::Blank).into())
}

fn is_err(call: &Call<'_>) -> Result<Output> {
    Ok(matches!(call.scalar(0), Scalar::Error(code) if code != ErrorCode::Na).into())
}

fn is_error(call: &Call<'_>) -> Result<Output> {
    Ok(matches!(call.scalar(0), Scalar::Error(_)).into())
}

fn is_na(call: &Call<'_>) -> Result<Output> {
    Ok((call.scalar(0) == Scalar::Error(ErrorCode::Na)).into())
}

fn is_logical(call: &Call<'_>) -> Result<Output> {
    Ok(matches!(call.scalar(0), Scalar::Logical(_)).into())
}

fn is_number(call: &Call<'_>) -> Result<Output> {
    Ok(matches!(call.scalar(0), Scalar::Number(_)).into())
}

fn is_text(call: &Call<'_>) -> Result<Output> {
    Ok(matches!(call.scalar(0), Scalar::Text(_)).into())
}

fn is_no_text(call: &Call<'_>) -> Result<Output> {
    Ok((!matches!(call.scalar(0), Scalar::Text(_))).into())
}

/// Whether the whole part of a number is even. Logical values are `#VALUE!`, as in all functions that
/// came with the Analysis ToolPak.
fn even(call: &Call<'_>) -> Result<bool> {
    let half = call.strict_number(0)?.trunc() * 0.5;
    Ok(half.trunc() == half)
}

fn is_even(call: &Call<'_>) -> Result<Output> {
    Ok(even(call)?.into())
}

fn is_odd(call: &Call<'_>) -> Result<Output> {
    Ok((!even(call)?).into())
}

fn n(call: &Call<'_>) -> Result<Output> {
    match call.scalar(0) {
        Scalar::Text(_) => Ok(0.0.into()),
        _ => Ok(call.number(0)?.into()),
    }
}

fn kind(call: &Call<'_>) -> Result<Output> {
    let kind = match call.argument(0) {
        Argument::Array(table) if table.as_single().is_none() => 64.0,
        Argument::Lambda(_) => 128.0,
        _ => match call.scalar(0) {
            Scalar::Blank | Scalar::Number(_) => 1.0,
            Scalar::Text(_) => 2.0,
            Scalar::Logical(_) => 4.0,
            Scalar::Error(_) => 16.0,
        },
    };
    Ok(kind.into())
}

/// The numbers of Excel's errors are those of the contract, from `#NULL!`, 1, to `#CALC!`, 14; what only this
/// project has is no error of Excel's.
fn error_type(call: &Call<'_>) -> Result<Output> {
    match call.scalar(0) {
        Scalar::Error(code) if (code as u8) <= ErrorCode::Calc as u8 => {
            Ok(f64::from(code as u8).into())
        }
        _ => Err(ErrorCode::Na),
    }
}
