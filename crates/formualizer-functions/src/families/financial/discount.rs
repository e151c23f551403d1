//! Securities without coupons: sold at a discount, with interest at maturity, and treasury bills.
//!
//! The formulas are those of Microsoft's pages. Times are days by the basis over the days of a year; with basis
//! 1 that is the average year between the dates.

use super::basis::Basis;
use crate::{
    call::{Call, Output, Result},
    families::dates::date::{Date, float},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const SETTLEMENT: Parameter = value("settlement");
const MATURITY: Parameter = value("maturity");
const ISSUE: Parameter = value("issue");
const RATE: Parameter = value("rate");
const PRICE: Parameter = value("pr");
const DISCOUNT: Parameter = value("discount");
const REDEMPTION: Parameter = value("redemption");
const BASIS: Parameter = value("basis").skippable();

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "ACCRINTM",
        &[ISSUE, SETTLEMENT, RATE, value("par").skippable(), BASIS],
        Kernel::OfRow(accrued),
        "The interest that a security with interest at maturity has accrued.",
    ),
    Record::new(
        "DISC",
        &[SETTLEMENT, MATURITY, PRICE, REDEMPTION, BASIS],
        Kernel::OfRow(|call| {
            simple(call, |price, redemption, years| (redemption - price) / redemption / years)
        }),
        "The discount rate of a security.",
    ),
    Record::new(
        "INTRATE",
        &[SETTLEMENT, MATURITY, value("investment"), REDEMPTION, BASIS],
        Kernel::OfRow(|call| {
            simple(call, |invested, redemption, years| (redemption - invested) / invested / years)
        }),
        "The interest rate of a security that is fully invested.",
    ),
    Record::new(
        "PRICEDISC",
        &[SETTLEMENT, MATURITY, DISCOUNT, REDEMPTION, BASIS],
        Kernel::OfRow(|call| {
            simple(call, |discount, redemption, years| redemption - discount * redemption * years)
        }),
        "The price of a security sold at a discount, for 100 of face value.",
    ),
    Record::new(
        "PRICEMAT",
        &[SETTLEMENT, MATURITY, ISSUE, RATE, value("yld"), BASIS],
        Kernel::OfRow(price_at_maturity),
        "The price of a security with interest at maturity, for 100 of face value.",
    ),
    Record::new(
        "RECEIVED",
        &[SETTLEMENT, MATURITY, value("investment"), DISCOUNT, BASIS],
        Kernel::OfRow(received),
        "What a security that is fully invested pays at maturity.",
    ),
    Record::new(
        "TBILLEQ",
        &[SETTLEMENT, MATURITY, DISCOUNT],
        Kernel::OfRow(bill_equivalent),
        "The yield of a treasury bill as that of a bond.",
    ),
    Record::new(
        "TBILLPRICE",
        &[SETTLEMENT, MATURITY, DISCOUNT],
        Kernel::OfRow(bill_price),
        "The price of a treasury bill, for 100 of face value.",
    ),
    Record::new(
        "TBILLYIELD",
        &[SETTLEMENT, MATURITY, PRICE],
        Kernel::OfRow(bill_yield),
        "The yield of a treasury bill.",
    ),
    Record::new(
        "YIELDDISC",
        &[SETTLEMENT, MATURITY, PRICE, REDEMPTION, BASIS],
        Kernel::OfRow(|call| {
            simple(call, |price, redemption, years| (redemption - price) / price / years)
        }),
        "The yield of a year of a security sold at a discount.",
    ),
    Record::new(
        "YIELDMAT",
        &[SETTLEMENT, MATURITY, ISSUE, RATE, PRICE, BASIS],
        Kernel::OfRow(yield_at_maturity),
        "The yield of a year of a security with interest at maturity.",
    ),
];

fn positive(number: f64) -> Result<f64> {
    if number > 0.0 { Ok(number) } else { Err(ErrorCode::Num) }
}

fn not_negative(number: f64) -> Result<f64> {
    if number >= 0.0 { Ok(number) } else { Err(ErrorCode::Num) }
}

/// Two dates in order, the first two arguments.
fn dates(call: &Call<'_>) -> Result<(Date, Date)> {
    let (start, end) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
    if start.serial < end.serial { Ok((start, end)) } else { Err(ErrorCode::Num) }
}

fn years(start: Date, end: Date, basis: Basis) -> Result<f64> {
    Ok(basis.days(start, end) / basis.year(start, end)?)
}

/// Functions of two positive numbers and the time to maturity.
fn simple(call: &Call<'_>, function: fn(f64, f64, f64) -> f64) -> Result<Output> {
    let (settlement, maturity) = dates(call)?;
    let (a, b) = (positive(call.strict_number(2)?)?, positive(call.strict_number(3)?)?);
    let basis = Basis::of(call, 4)?;
    Ok(function(a, b, years(settlement, maturity, basis)?).into())
}

fn accrued(call: &Call<'_>) -> Result<Output> {
    let (issue, settlement) = dates(call)?;
    let rate = positive(call.strict_number(2)?)?;
    let par = if call.is_missing(3) { 1000.0 } else { positive(call.strict_number(3)?)? };
    let basis = Basis::of(call, 4)?;
    Ok((par * rate * years(issue, settlement, basis)?).into())
}

fn received(call: &Call<'_>) -> Result<Output> {
    let (settlement, maturity) = dates(call)?;
    let (invested, discount) =
        (positive(call.strict_number(2)?)?, positive(call.strict_number(3)?)?);
    let basis = Basis::of(call, 4)?;
    let left = positive(1.0 - discount * years(settlement, maturity, basis)?)?;
    Ok((invested / left).into())
}

/// The interest of the whole time and until settlement, and the years that are left: all by the year from issue
/// to settlement.
fn at_maturity(call: &Call<'_>) -> Result<(f64, f64, f64)> {
    let (settlement, maturity) = dates(call)?;
    let issue = Date::strict(call, 2)?;
    let rate = not_negative(call.strict_number(3)?)?;
    let basis = Basis::of(call, 5)?;
    if issue.serial >= settlement.serial {
        return Err(ErrorCode::Num);
    }
    let year = basis.year(issue, settlement)?;
    let (all, gone) = (basis.days(issue, maturity) / year, basis.days(issue, settlement) / year);
    Ok((all * rate, gone * rate, all - gone))
}

fn price_at_maturity(call: &Call<'_>) -> Result<Output> {
    let (all, gone, left) = at_maturity(call)?;
    let rate = not_negative(call.strict_number(4)?)?;
    Ok((100.0 * ((1.0 + all) / (1.0 + left * rate) - gone)).into())
}

fn yield_at_maturity(call: &Call<'_>) -> Result<Output> {
    let (all, gone, left) = at_maturity(call)?;
    let spent = positive(call.strict_number(4)?)? / 100.0 + gone;
    Ok(((1.0 + all - spent) / spent / left).into())
}

/// The days to maturity, a year at most, and a positive number.
fn bill(call: &Call<'_>) -> Result<(f64, f64)> {
    let (settlement, maturity) = dates(call)?;
    if maturity.serial > settlement.months_later(12, false)?.serial {
        return Err(ErrorCode::Num);
    }
    Ok((float(maturity.serial - settlement.serial), positive(call.strict_number(2)?)?))
}

/// Up to half a year it is the simple yield of the price; beyond, interest is paid once in between (the formula
/// of the U.S. Treasury for bills of more than half a year).
fn bill_equivalent(call: &Call<'_>) -> Result<Output> {
    let (days, discount) = bill(call)?;
    if days <= 182.0 {
        return Ok((365.0 * discount / positive(360.0 - discount * days)?).into());
    }
    let price = positive(1.0 - discount * days / 360.0)?;
    let years = days / if days == 366.0 { 366.0 } else { 365.0 };
    let double = 2.0 * years - 1.0;
    let root = not_negative(years * years - double * (1.0 - price.recip()))?.sqrt();
    Ok((2.0 * (root - years) / double).into())
}

fn bill_price(call: &Call<'_>) -> Result<Output> {
    let (days, discount) = bill(call)?;
    Ok(positive(100.0 * (1.0 - discount * days / 360.0))?.into())
}

fn bill_yield(call: &Call<'_>) -> Result<Output> {
    let (days, price) = bill(call)?;
    Ok(((100.0 - price) / price * 360.0 / days).into())
}
