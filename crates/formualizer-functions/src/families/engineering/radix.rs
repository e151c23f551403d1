//! Binary, octal, decimal and hexadecimal numbers as texts.
//!
//! A number has at most ten digits; the highest of its bits, 10, 30 or 40, is the sign (Microsoft's pages of
//! `BIN2DEC` and its kin).

use crate::{
    call::{Argument, Call, Result, text, whole},
    families::math::numerals::{count_of_digits, push_written},
    record::{Kernel, Parameter, Record, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const NUMBER: &[Parameter] = &[value("number")];
const PLACES: &[Parameter] = &[value("number"), value("places").optional()];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "BIN2DEC",
        NUMBER,
        Kernel::OfRow(|call| Ok((read(call, 2)? as f64).into())),
        "The decimal number of a binary one.",
    ),
    Record::new(
        "BIN2HEX",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 2, 16)),
        "The hexadecimal number of a binary one.",
    ),
    Record::new(
        "BIN2OCT",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 2, 8)),
        "The octal number of a binary one.",
    ),
    Record::new(
        "DEC2BIN",
        PLACES,
        Kernel::OfText(|call, out| of_decimal(call, out, 2)),
        "The binary number of a decimal one.",
    ),
    Record::new(
        "DEC2HEX",
        PLACES,
        Kernel::OfText(|call, out| of_decimal(call, out, 16)),
        "The hexadecimal number of a decimal one.",
    ),
    Record::new(
        "DEC2OCT",
        PLACES,
        Kernel::OfText(|call, out| of_decimal(call, out, 8)),
        "The octal number of a decimal one.",
    ),
    Record::new(
        "HEX2BIN",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 16, 2)),
        "The binary number of a hexadecimal one.",
    ),
    Record::new(
        "HEX2DEC",
        NUMBER,
        Kernel::OfRow(|call| Ok((read(call, 16)? as f64).into())),
        "The decimal number of a hexadecimal one.",
    ),
    Record::new(
        "HEX2OCT",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 16, 8)),
        "The octal number of a hexadecimal one.",
    ),
    Record::new(
        "OCT2BIN",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 8, 2)),
        "The binary number of an octal one.",
    ),
    Record::new(
        "OCT2DEC",
        NUMBER,
        Kernel::OfRow(|call| Ok((read(call, 8)? as f64).into())),
        "The decimal number of an octal one.",
    ),
    Record::new(
        "OCT2HEX",
        PLACES,
        Kernel::OfText(|call, out| converted(call, out, 8, 16)),
        "The hexadecimal number of an octal one.",
    ),
];

/// Digits of the longest number.
const DIGITS: usize = 10;

/// How many numbers ten digits write.
fn numbers_of(radix: u32) -> i64 {
    i64::from(radix).pow(DIGITS as u32)
}

/// The number of the first argument.
fn read(call: &Call<'_>, radix: u32) -> Result<i64> {
    if let Argument::Empty = call.argument(0) {
        return Err(ErrorCode::Na);
    }
    let value = call.scalar(0);
    if let Scalar::Logical(_) = value {
        return Err(ErrorCode::Value);
    }
    let digits = text(value)?;
    if digits.len() > DIGITS || digits.starts_with(['+', '-']) {
        return Err(ErrorCode::Num);
    }
    if digits.is_empty() {
        return Ok(0);
    }
    let number = i64::from_str_radix(&digits, radix).map_err(|_| ErrorCode::Num)?;
    let numbers = numbers_of(radix);
    Ok(if number >= numbers / 2 { number - numbers } else { number })
}

/// Writes a number with the places of the second argument. A negative number has ten digits whatever they are.
fn write(call: &Call<'_>, out: &mut String, number: i64, radix: u32) -> Result<()> {
    let numbers = numbers_of(radix);
    if !(-numbers / 2..numbers / 2).contains(&number) {
        return Err(ErrorCode::Num);
    }
    let places = match call.argument(1) {
        Argument::Missing | Argument::Empty => None,
        _ => match whole(call.strict_number(1)?)? {
            places @ 1..=10 => Some(places as usize),
            _ => return Err(ErrorCode::Num),
        },
    };
    let positive = if number < 0 { number + numbers } else { number };
    let number = positive.unsigned_abs();
    let count = count_of_digits(number, radix);
    // Ten digits of a negative number stay ten.
    if places.is_some_and(|places| places < count && positive < numbers / 2) {
        return Err(ErrorCode::Num);
    }
    push_written(out, number, radix, places.unwrap_or(0));
    Ok(())
}

fn converted(call: &Call<'_>, out: &mut String, from: u32, to: u32) -> Result<()> {
    write(call, out, read(call, from)?, to)
}

fn of_decimal(call: &Call<'_>, out: &mut String, radix: u32) -> Result<()> {
    write(call, out, whole(call.required_number(0)?)?, radix)
}
