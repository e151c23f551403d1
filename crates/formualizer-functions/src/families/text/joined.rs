//! Texts put together.
//!
//! Rules: Microsoft's pages of the functions. Arrays are read row by row; the first error is the result; a text
//! with more characters than a cell holds is `#VALUE!`.

use super::units;
use crate::{
    call::{self, Argument, Call, Result},
    cells::CellRef,
    record::{Kernel, Record, array, value},
    semantics::{Scalar, general},
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "CONCATENATE",
        &[value("text1"), value("text2").optional()],
        Kernel::OfText(concatenate),
        "Texts one after the other.",
    )
    .repeating(1),
    Record::new(
        "CONCAT",
        &[array("text1"), array("text2").optional()],
        Kernel::OfText(concat),
        "The texts of values and arrays one after the other.",
    )
    .repeating(1)
    .future(),
    Record::new(
        "TEXTJOIN",
        &[
            array("delimiter"),
            value("ignore_empty").skippable(),
            array("text1"),
            array("text2").optional(),
        ],
        Kernel::OfText(textjoin),
        "The texts of values and arrays with delimiters between them.",
    )
    .repeating(1)
    .future(),
    Record::new(
        "ARRAYTOTEXT",
        &[array("array"), value("format").optional()],
        Kernel::OfText(arraytotext),
        "The text of an array, as it is read or as it is written in formulas.",
    )
    .future(),
    Record::new(
        "VALUETOTEXT",
        &[value("value"), value("format").optional()],
        Kernel::OfText(valuetotext),
        "The text of a value, as it is read or as it is written in formulas.",
    )
    .taking_errors()
    .future(),
];

/// Bytes that no text of a cell passes.
const MOST: usize = 4 * units::MOST;

/// Appends the text of a value.
fn push(out: &mut String, value: Scalar<'_>) -> Result<()> {
    match value {
        Scalar::Text(text) => out.push_str(text),
        Scalar::Number(number) => general::push_text(out, number),
        other => out.push_str(&call::text(other)?),
    }
    if out.len() > MOST { Err(ErrorCode::Value) } else { Ok(()) }
}

/// Visits the values of the arguments from one on.
fn each(
    call: &Call<'_>,
    first: usize,
    mut visit: impl FnMut(Scalar<'_>) -> Result<()>,
) -> Result<()> {
    for index in first..call.len() {
        match call.argument(index) {
            Argument::Array(table) => {
                for cell in table.iter() {
                    visit(cell.scalar())?;
                }
            }
            _ => visit(call.scalar(index))?,
        }
    }
    Ok(())
}

fn concatenate(call: &Call<'_>, out: &mut String) -> Result<()> {
    for index in 0..call.len() {
        push(out, call.scalar(index))?;
    }
    units::bounded(out)
}

fn concat(call: &Call<'_>, out: &mut String) -> Result<()> {
    each(call, 0, |value| push(out, value))?;
    units::bounded(out)
}

/// Several delimiters follow each other in turn.
fn textjoin(call: &Call<'_>, out: &mut String) -> Result<()> {
    let delimiters = super::split::texts(call, 0)?;
    let ignore = call.logical_or(1, true)?;
    let mut turn = delimiters.iter().cycle();
    let mut begun = false;
    each(call, 2, |value| {
        let empty = matches!(value, Scalar::Blank | Scalar::Text(""));
        if ignore && empty {
            return Ok(());
        }
        if std::mem::replace(&mut begun, true)
            && let Some(delimiter) = turn.next()
        {
            out.push_str(delimiter);
        }
        push(out, value)
    })?;
    units::bounded(out)
}

/// Whether values are written as in formulas: 1, not 0.
fn strict(call: &Call<'_>) -> Result<bool> {
    match call.integer_or(1, 0)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(ErrorCode::Value),
    }
}

fn push_value(out: &mut String, value: Scalar<'_>, strict: bool) -> Result<()> {
    match value {
        Scalar::Error(code) => out.push_str(code.text()),
        Scalar::Text(text) if strict => {
            out.push('"');
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        }
        other => push(out, other)?,
    }
    if out.len() > MOST { Err(ErrorCode::Value) } else { Ok(()) }
}

fn arraytotext(call: &Call<'_>, out: &mut String) -> Result<()> {
    let strict = strict(call)?;
    let table = call.array(0)?;
    if strict {
        out.push('{');
    }
    for (at, cell) in table.iter().enumerate() {
        if at > 0 {
            out.push_str(match (strict, at % table.width()) {
                (false, _) => ", ",
                (true, 0) => ";",
                (true, _) => ",",
            });
        }
        push_value(out, CellRef::scalar(cell), strict)?;
    }
    if strict {
        out.push('}');
    }
    units::bounded(out)
}

fn valuetotext(call: &Call<'_>, out: &mut String) -> Result<()> {
    let strict = strict(call)?;
    push_value(out, call.scalar(0), strict)?;
    units::bounded(out)
}
