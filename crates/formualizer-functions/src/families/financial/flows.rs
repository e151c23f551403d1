//! Payments of any amount, at even intervals or on dates.

use super::solve;
use crate::{
    call::{Argument, Call, Output, Result, number},
    families::dates::date::{float, serial},
    record::{Kernel, Parameter, Record, array, value},
    semantics::{Scalar, calendar},
};
use udf_abi::ErrorCode;

const VALUES: Parameter = array("values");

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "IRR",
        &[VALUES, value("guess").optional()],
        Kernel::OfRow(irr),
        "The rate at which payments at even intervals are together worth nothing.",
    ),
    Record::new(
        "MIRR",
        &[VALUES, value("finance_rate"), value("reinvest_rate")],
        Kernel::OfRow(mirr),
        "The rate of return where what is received is invested again.",
    ),
    Record::new(
        "NPV",
        &[value("rate"), array("value1"), array("value2").optional()],
        Kernel::OfRow(npv),
        "What payments at the ends of even intervals are worth today.",
    )
    .repeating(1),
    Record::new(
        "XIRR",
        &[VALUES, array("dates"), value("guess").skippable()],
        Kernel::OfRow(xirr),
        "The rate of a year at which payments on dates are together worth nothing.",
    )
    .differing("Finds the rate, too, where Excel's search stops at 2.98E-09 or gives #NUM!."),
    Record::new(
        "XNPV",
        &[value("rate"), VALUES, array("dates")],
        Kernel::OfRow(xnpv),
        "What payments on dates are worth on the first of them.",
    ),
];

/// The numbers of an argument, row by row; texts, logical values and blanks in cells are passed over.
fn payments(call: &Call<'_>, index: usize, into: &mut Vec<f64>) -> Result<()> {
    match call.argument(index) {
        Argument::Array(table) => {
            for cell in table.iter() {
                match cell.scalar() {
                    Scalar::Number(n) => into.push(n),
                    Scalar::Error(code) => return Err(code),
                    _ => {}
                }
            }
        }
        Argument::Missing => {}
        _ => into.push(call.number(index)?),
    }
    Ok(())
}

/// The worth of payments after 0, 1, 2 … periods.
fn worth(payments: &[f64], rate: f64) -> f64 {
    let shrink = (1.0 + rate).recip();
    payments.iter().rev().fold(0.0, |sum, payment| sum * shrink + payment)
}

fn npv(call: &Call<'_>) -> Result<Output> {
    let rate = call.number(0)?;
    let mut values = Vec::new();
    for index in 1..call.len() {
        payments(call, index, &mut values)?;
    }
    if rate == -1.0 {
        return Err(ErrorCode::Div);
    }
    Ok((worth(&values, rate) / (1.0 + rate)).into())
}

fn has_both_signs(values: &[f64]) -> bool {
    values.iter().any(|v| *v > 0.0) && values.iter().any(|v| *v < 0.0)
}

fn irr(call: &Call<'_>) -> Result<Output> {
    let mut values = Vec::new();
    payments(call, 0, &mut values)?;
    let guess = call.number_or(1, 0.1)?;
    if guess <= -1.0 {
        return Err(ErrorCode::Value);
    }
    if !has_both_signs(&values) {
        return Err(ErrorCode::Num);
    }
    Ok(solve::rate(call, guess, |rate| worth(&values, rate))?.into())
}

/// `(-NPV(reinvest, received) (1+reinvest)^n / (NPV(finance, paid) (1+finance)))^(1/(n-1)) - 1` (Microsoft,
/// "MIRR").
fn mirr(call: &Call<'_>) -> Result<Output> {
    let mut values = Vec::new();
    payments(call, 0, &mut values)?;
    let (finance, reinvest) = (call.number(1)?, call.number(2)?);
    if !has_both_signs(&values) || finance == -1.0 || reinvest == -1.0 {
        return Err(ErrorCode::Div);
    }
    let received: Vec<f64> = values.iter().map(|v| v.max(0.0)).collect();
    let paid: Vec<f64> = values.iter().map(|v| v.min(0.0)).collect();
    let last = i32::try_from(values.len() - 1).map_err(|_| ErrorCode::Num)?;
    let end = worth(&received, reinvest) * (1.0 + reinvest).powi(last);
    let start = -worth(&paid, finance);
    Ok(((end / start).powf(f64::from(last).recip()) - 1.0).into())
}

/// The numbers of an argument, row by row, as the Analysis ToolPak takes them: blanks are 0, texts are read.
fn strict_numbers(call: &Call<'_>, index: usize) -> Result<Vec<f64>> {
    let strict = |scalar: Scalar<'_>| match scalar {
        Scalar::Logical(_) => Err(ErrorCode::Value),
        scalar => number(scalar, call.rules()),
    };
    match call.argument(index) {
        Argument::Array(table) => table.iter().map(|cell| strict(cell.scalar())).collect(),
        _ => Ok(vec![strict(call.scalar(index))?]),
    }
}

/// Payments with the years since the first of them, which counts 365 days (Microsoft, "XNPV").
fn dated(call: &Call<'_>, values: usize, dates: usize) -> Result<Vec<(f64, f64)>> {
    let (values, days) = (strict_numbers(call, values)?, strict_numbers(call, dates)?);
    if values.len() != days.len() {
        return Err(ErrorCode::Num);
    }
    let days: Vec<i64> = days.into_iter().map(serial).collect::<Result<_>>()?;
    let first = *days.first().ok_or(ErrorCode::Num)?;
    if days.iter().any(|day| *day < first || *day > calendar::last(call.dates())) {
        return Err(ErrorCode::Num);
    }
    Ok(values.into_iter().zip(days.into_iter().map(|day| float(day - first) / 365.0)).collect())
}

fn worth_of_dated(payments: &[(f64, f64)], rate: f64) -> f64 {
    let growth = rate.ln_1p();
    payments.iter().map(|(value, years)| value * (-years * growth).exp()).sum()
}

fn xnpv(call: &Call<'_>) -> Result<Output> {
    let rate = call.strict_number(0)?;
    let payments = dated(call, 1, 2)?;
    // Excel takes no rate of 0 or below, although nothing speaks against one.
    if rate <= 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(worth_of_dated(&payments, rate).into())
}

fn xirr(call: &Call<'_>) -> Result<Output> {
    let payments = dated(call, 0, 1)?;
    let guess = if call.is_missing(2) { 0.1 } else { call.strict_number(2)? };
    let values: Vec<f64> = payments.iter().map(|payment| payment.0).collect();
    if !has_both_signs(&values) {
        return Err(ErrorCode::Num);
    }
    Ok(solve::rate(call, guess, |rate| worth_of_dated(&payments, rate))?.into())
}
