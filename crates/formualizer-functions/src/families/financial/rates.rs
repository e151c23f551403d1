//! Rates turned into others, growth, and prices written as fractions.

use crate::{
    call::{Argument, Call, Output, Result, number},
    record::{Kernel, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "DOLLARDE",
        &[value("fractional_dollar"), value("fraction")],
        Kernel::OfRow(|call| dollars(call, true)),
        "A price written as a whole number and a fraction, as a decimal number.",
    ),
    Record::new(
        "DOLLARFR",
        &[value("decimal_dollar"), value("fraction")],
        Kernel::OfRow(|call| dollars(call, false)),
        "A decimal price, written as a whole number and a fraction.",
    ),
    Record::new(
        "EFFECT",
        &[value("nominal_rate"), value("npery")],
        Kernel::OfRow(effect),
        "The interest of a year with several payments of interest.",
    ),
    Record::new(
        "FVSCHEDULE",
        &[value("principal"), array("schedule")],
        Kernel::OfRow(schedule),
        "What an amount becomes under a series of interest rates.",
    ),
    Record::new(
        "NOMINAL",
        &[value("effect_rate"), value("npery")],
        Kernel::OfRow(nominal),
        "The nominal rate of a year with several payments of interest.",
    ),
    Record::new(
        "PDURATION",
        &[value("rate"), value("pv"), value("fv")],
        Kernel::OfRow(duration),
        "The number of periods until an investment has a value.",
    )
    .future(),
    Record::new(
        "RRI",
        &[value("nper"), value("pv"), value("fv")],
        Kernel::OfRow(growth),
        "The interest rate of a period that makes one value of another.",
    )
    .future(),
];

/// The digits behind the point count as many parts as their places hold: 1.02 with 16 is 1 and 2/16, since 16 has
/// two digits (Microsoft, "DOLLARDE").
fn dollars(call: &Call<'_>, to_decimal: bool) -> Result<Output> {
    let (price, parts) = (call.strict_number(0)?, call.strict_number(1)?.trunc());
    if parts < 0.0 {
        return Err(ErrorCode::Num);
    }
    if parts == 0.0 {
        return Err(ErrorCode::Div);
    }
    let scale = 10_f64.powf(parts.log10().ceil());
    let (whole, rest) = (price.trunc(), price.fract());
    let rest = if to_decimal { rest * scale / parts } else { rest * parts / scale };
    Ok((whole + rest).into())
}

fn payments_a_year(call: &Call<'_>) -> Result<(f64, f64)> {
    let (rate, payments) = (call.strict_number(0)?, call.strict_number(1)?.trunc());
    if rate <= 0.0 || payments < 1.0 { Err(ErrorCode::Num) } else { Ok((rate, payments)) }
}

fn effect(call: &Call<'_>) -> Result<Output> {
    let (rate, payments) = payments_a_year(call)?;
    Ok((payments * (rate / payments).ln_1p()).exp_m1().into())
}

fn nominal(call: &Call<'_>) -> Result<Output> {
    let (rate, payments) = payments_a_year(call)?;
    Ok((payments * (rate.ln_1p() / payments).exp_m1()).into())
}

fn schedule(call: &Call<'_>) -> Result<Output> {
    let mut amount = call.strict_number(0)?;
    let mut grow = |scalar: Scalar<'_>| -> Result<()> {
        match scalar {
            Scalar::Logical(_) => return Err(ErrorCode::Value),
            scalar => amount *= 1.0 + number(scalar, call.rules())?,
        }
        Ok(())
    };
    match call.argument(1) {
        Argument::Array(table) => table.iter().try_for_each(|cell| grow(cell.scalar()))?,
        _ => grow(call.scalar(1))?,
    }
    Ok(amount.into())
}

fn duration(call: &Call<'_>) -> Result<Output> {
    let (rate, present, future) = (call.number(0)?, call.number(1)?, call.number(2)?);
    if rate <= 0.0 || present <= 0.0 || future <= 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(((future / present).ln() / rate.ln_1p()).into())
}

fn growth(call: &Call<'_>) -> Result<Output> {
    let (periods, present, future) = (call.number(0)?, call.number(1)?, call.number(2)?);
    if periods <= 0.0 || present == 0.0 || future / present < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(((future / present).powf(periods.recip()) - 1.0).into())
}
