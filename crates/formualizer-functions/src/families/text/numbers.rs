//! Numbers as texts, and texts as numbers.
//!
//! Rules: Microsoft's pages of `TEXT`, `VALUE`, `NUMBERVALUE`, `FIXED` and `DOLLAR`; the meaning of formats and
//! of texts is that of [`crate::semantics`], in the locale en-US.

use super::recent::Recent;
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
    semantics::{Decimal, Direction, Format, FormatError, Scalar, parse_number},
};
use std::{cell::RefCell, rc::Rc};
use udf_abi::ErrorCode;

const MONEY: &[Parameter] = &[value("number"), value("decimals").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "TEXT",
        &[value("value"), value("format_text")],
        Kernel::OfText(text),
        "A value as a number format shows it.",
    ),
    Record::new(
        "VALUE",
        &[value("text")],
        Kernel::OfRow(value_of),
        "The number, date or time that a text is.",
    ),
    Record::new(
        "NUMBERVALUE",
        &[
            value("text"),
            value("decimal_separator").skippable(),
            value("group_separator").skippable(),
        ],
        Kernel::OfRow(numbervalue),
        "The number that a text is with separators of one's own.",
    )
    .future(),
    Record::new(
        "FIXED",
        &[value("number"), value("decimals").optional(), value("no_commas").optional()],
        Kernel::OfText(fixed),
        "A number as a text with so many decimals.",
    ),
    Record::new("DOLLAR", MONEY, Kernel::OfText(dollar), "A number as a text with a dollar sign."),
    Record::new(
        "USDOLLAR",
        MONEY,
        Kernel::OfText(dollar),
        "A number as a text with a dollar sign.",
    ),
];

/// A format that was read, or why it is none.
type Parsed = std::result::Result<Rc<Format>, FormatError>;

thread_local! {
    static FORMATS: RefCell<Recent<Parsed>> = RefCell::default();
}

fn text(call: &Call<'_>, out: &mut String) -> Result<()> {
    let code = call.text(1)?;
    let read = |code: &str| Format::parse(code).map(Rc::new);
    let format = FORMATS.with_borrow_mut(|formats| formats.get(&code, read))?;
    Ok(format.push(out, call.scalar(0), call.rules())?)
}

fn value_of(call: &Call<'_>) -> Result<Output> {
    match call.scalar(0) {
        Scalar::Logical(_) => Err(ErrorCode::Value),
        _ => Ok(call.number(0)?.into()),
    }
}

/// Spaces are passed over everywhere, group separators before the decimal separator; each percent sign at the
/// end divides by 100.
fn numbervalue(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let separator = |index, default| -> Result<char> {
        call.text_or(index, default)?.chars().next().ok_or(ErrorCode::Value)
    };
    let (decimal, group) = (separator(1, ".")?, separator(2, ",")?);
    if decimal == group {
        return Err(ErrorCode::Value);
    }
    let mut plain = String::with_capacity(text.len());
    let mut fraction = false;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if c == decimal {
            if std::mem::replace(&mut fraction, true) {
                return Err(ErrorCode::Value);
            }
            plain.push('.');
        } else if c == group {
            if fraction {
                return Err(ErrorCode::Value);
            }
        } else if c == '.' || c == ',' {
            return Err(ErrorCode::Value);
        } else {
            plain.push(c);
        }
    }
    let body = plain.trim_end_matches('%');
    let percents = plain.len() - body.len();
    if body.is_empty() {
        return if percents == 0 { Ok(0.0.into()) } else { Err(ErrorCode::Value) };
    }
    if !is_plain_number(body) {
        return Err(ErrorCode::Value);
    }
    let number = parse_number(body, call.rules()).ok_or(ErrorCode::Value)?;
    let percents = i32::try_from(percents).unwrap_or(i32::MAX);
    Ok((number / 100_f64.powi(percents)).into())
}

/// Whether a text is digits with a point and an exponent, within signs, currency or parentheses: no date or time.
fn is_plain_number(text: &str) -> bool {
    let digits = text.trim_matches(['+', '-', '$', '€', '(', ')']);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !mantissa.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !exponent.is_empty()
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

/// The most decimals (Microsoft, "FIXED function").
const MOST_DECIMALS: i32 = 127;

/// The decimal number of the first argument with so many decimals as the second says, and how many are shown.
fn rounded(call: &Call<'_>) -> Result<(Decimal, usize)> {
    let number = call.number(0)?;
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let places = call.number_or(1, 2.0)?.trunc() as i32;
    if places > MOST_DECIMALS {
        return Err(ErrorCode::Value);
    }
    let decimal = Decimal::new(number).rounded(places, Direction::Nearest);
    Ok((decimal, usize::try_from(places).unwrap_or(0)))
}

fn push_digits(out: &mut String, decimal: Decimal, places: usize, commas: bool) {
    let whole = decimal.whole_digits();
    if whole.is_empty() {
        out.push('0');
    }
    for (at, digit) in whole.iter().enumerate() {
        if commas && at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(char::from(*digit));
    }
    if places > 0 {
        out.push('.');
        decimal.push_fraction(out, places);
    }
}

fn fixed(call: &Call<'_>, out: &mut String) -> Result<()> {
    let plain = call.logical_or(2, false)?;
    let (decimal, places) = rounded(call)?;
    if decimal.is_negative() {
        out.push('-');
    }
    push_digits(out, decimal, places, !plain);
    Ok(())
}

fn dollar(call: &Call<'_>, out: &mut String) -> Result<()> {
    let (decimal, places) = rounded(call)?;
    out.push_str(if decimal.is_negative() { "($" } else { "$" });
    push_digits(out, decimal, places, true);
    if decimal.is_negative() {
        out.push(')');
    }
    Ok(())
}
