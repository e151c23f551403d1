//! Bits of whole numbers below 2^48, and tests of numbers.

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const NUMBERS: &[Parameter] = &[value("number1"), value("number2")];
const SHIFT: &[Parameter] = &[value("number"), value("shift_amount")];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "BITAND",
        NUMBERS,
        Kernel::OfTwo(|a, b| Ok((bits(a)? & bits(b)?) as f64), 0.0),
        "The bits that are in both of two numbers.",
    )
    .future(),
    Record::new("BITLSHIFT", SHIFT, Kernel::OfTwo(shifted, 0.0), "A number shifted left by bits.")
        .future(),
    Record::new(
        "BITOR",
        NUMBERS,
        Kernel::OfTwo(|a, b| Ok((bits(a)? | bits(b)?) as f64), 0.0),
        "The bits that are in either of two numbers.",
    )
    .future(),
    Record::new(
        "BITRSHIFT",
        SHIFT,
        Kernel::OfTwo(|n, by| shifted(n, -by), 0.0),
        "A number shifted right by bits.",
    )
    .future(),
    Record::new(
        "BITXOR",
        NUMBERS,
        Kernel::OfTwo(|a, b| Ok((bits(a)? ^ bits(b)?) as f64), 0.0),
        "The bits that are in one of two numbers.",
    )
    .future(),
    Record::new(
        "DELTA",
        &[value("number1"), value("number2").optional()],
        Kernel::OfRow(delta),
        "1 where two numbers are equal, otherwise 0.",
    ),
    Record::new(
        "GESTEP",
        &[value("number"), value("step").optional()],
        Kernel::OfRow(at_least),
        "1 where a number reaches a step, otherwise 0.",
    ),
];

/// Numbers from here on have too many bits.
const LIMIT: f64 = 281_474_976_710_656.0;

/// The most places to shift by.
const MOST_PLACES: f64 = 53.0;

fn bits(number: f64) -> Result<u64> {
    if number.trunc() == number && (0.0..LIMIT).contains(&number) {
        Ok(number as u64)
    } else {
        Err(ErrorCode::Num)
    }
}

/// A number shifted left, or right by a negative count.
fn shifted(number: f64, places: f64) -> Result<f64> {
    let number = bits(number)? as f64;
    let places = places.trunc();
    if places.abs() > MOST_PLACES {
        return Err(ErrorCode::Num);
    }
    // A power of two is exact, and so are its products with whole numbers.
    let result = (number * libm::exp2(places)).floor();
    if result < LIMIT { Ok(result) } else { Err(ErrorCode::Num) }
}

fn delta(call: &Call<'_>) -> Result<Output> {
    let (a, b) = two(call)?;
    Ok(f64::from(u8::from(a == b)).into())
}

fn at_least(call: &Call<'_>) -> Result<Output> {
    let (a, b) = two(call)?;
    Ok(f64::from(u8::from(a >= b)).into())
}

fn two(call: &Call<'_>) -> Result<(f64, f64)> {
    Ok((call.required_number(0)?, call.strict_number_or(1, 0.0)?))
}
