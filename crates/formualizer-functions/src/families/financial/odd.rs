//! Securities whose first or last period is shorter or longer than the others.
//!
//! The formulas are those of Microsoft's pages of `ODDFPRICE`, `ODDFYIELD`, `ODDLPRICE` and `ODDLYIELD`: a long
//! odd period is made of quasi-coupon periods, each with its own days.

use super::{
    basis::{Basis, american},
    bonds::annuity,
    coupons::{Coupons, frequency},
    solve,
};
use crate::{
    call::{Call, Output, Result},
    families::dates::date::{Date, float},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const SETTLEMENT: Parameter = value("settlement");
const MATURITY: Parameter = value("maturity");
const RATE: Parameter = value("rate");
const YIELD: Parameter = value("yld");
const PRICE: Parameter = value("pr");
const REDEMPTION: Parameter = value("redemption");
const FREQUENCY: Parameter = value("frequency");
const BASIS: Parameter = value("basis").skippable();
const ISSUE: Parameter = value("issue");
const FIRST: Parameter = value("first_coupon");
const LAST: Parameter = value("last_interest");

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "ODDFPRICE",
        &[SETTLEMENT, MATURITY, ISSUE, FIRST, RATE, YIELD, REDEMPTION, FREQUENCY, BASIS],
        Kernel::OfRow(first_price),
        "The price of a security with an odd first period, for 100 of face value.",
    ),
    Record::new(
        "ODDFYIELD",
        &[SETTLEMENT, MATURITY, ISSUE, FIRST, RATE, PRICE, REDEMPTION, FREQUENCY, BASIS],
        Kernel::OfRow(first_yield),
        "The yield of a security with an odd first period.",
    ),
    Record::new(
        "ODDLPRICE",
        &[SETTLEMENT, MATURITY, LAST, RATE, YIELD, REDEMPTION, FREQUENCY, BASIS],
        Kernel::OfRow(last_price),
        "The price of a security with an odd last period, for 100 of face value.",
    ),
    Record::new(
        "ODDLYIELD",
        &[SETTLEMENT, MATURITY, LAST, RATE, PRICE, REDEMPTION, FREQUENCY, BASIS],
        Kernel::OfRow(last_yield),
        "The yield of a security with an odd last period.",
    ),
];

/// A security with an odd first period, in periods between coupons.
#[derive(Clone, Copy, Debug)]
struct First {
    coupon: f64,
    redemption: f64,
    frequency: f64,
    /// From settlement to the first coupon.
    to_first: f64,
    /// From issue to the first coupon.
    odd: f64,
    /// From issue to settlement.
    gone: f64,
    /// Coupons after the first.
    later: f64,
}

impl First {
    fn of(call: &Call<'_>, aligned: bool) -> Result<Self> {
        let (settlement, maturity) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
        let (issue, first) = (Date::strict(call, 2)?, Date::strict(call, 3)?);
        let (rate, redemption) = (call.strict_number(4)?, call.strict_number(6)?);
        let (frequency, basis) = (frequency(call, 7)?, Basis::of(call, 8)?);
        let ordered = issue.serial < settlement.serial
            && settlement.serial < first.serial
            && first.serial < maturity.serial;
        if rate < 0.0 || redemption <= 0.0 || !ordered {
            return Err(ErrorCode::Num);
        }
        let after = Coupons::new(first, maturity, frequency, basis)?;
        // The first coupon is one of those that are counted back from maturity, or Excel gives no price.
        if aligned && after.previous.serial != first.serial {
            return Err(ErrorCode::Num);
        }
        let before = Coupons::new(settlement, first, frequency, basis)?;
        let period = before.days();
        let odd = basis.days_or_none(issue, first);
        let mut bond = Self {
            coupon: 100.0 * rate / float(frequency),
            redemption,
            frequency: float(frequency),
            to_first: basis.days_or_none(settlement, first) / period,
            odd: odd / period,
            gone: basis.days_or_none(issue, settlement) / period,
            later: float(after.count),
        };
        if odd < period {
            return Ok(bond);
        }
        let (step, mut end, mut index) = (12 / frequency, first, 0);
        (bond.odd, bond.gone) = (0.0, 0.0);
        while end.serial > issue.serial {
            index += 1;
            let start = first.months_later(-index * step, false)?;
            let days = if basis == Basis::Actual { basis.days_or_none(start, end) } else { period };
            let from = if issue.serial > start.serial { issue } else { start };
            let to = if settlement.serial < end.serial { settlement } else { end };
            bond.odd += if issue.serial > start.serial {
                basis.days_or_none(issue, end) / days
            } else {
                1.0
            };
            if to.serial > from.serial {
                bond.gone += basis.days_or_none(from, to) / days;
            }
            end = start;
        }
        let rest = match basis {
            Basis::Actual360 | Basis::Actual365 => basis.days_or_none(settlement, before.next),
            _ => period - before.days_before(),
        };
        bond.to_first = float(before.count - 1) + rest / period;
        Ok(bond)
    }

    /// The price at a yield of a period.
    fn price(self, rate: f64) -> f64 {
        let shrink = |periods: f64| (-periods * rate.ln_1p()).exp();
        let at_first = self.coupon * (self.odd + annuity(rate, self.later))
            + self.redemption * shrink(self.later);
        at_first * shrink(self.to_first) - self.coupon * self.gone
    }
}

fn first_price(call: &Call<'_>) -> Result<Output> {
    let bond = First::of(call, true)?;
    let rate = call.strict_number(5)?;
    if rate < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(bond.price(rate / bond.frequency).into())
}

fn first_yield(call: &Call<'_>) -> Result<Output> {
    let bond = First::of(call, false)?;
    let price = call.strict_number(5)?;
    if price <= 0.0 {
        return Err(ErrorCode::Num);
    }
    let guess = bond.coupon.max(1.0) / 100.0;
    let rate = solve::rate(call, guess, |rate| bond.price(rate) - price)?;
    Ok((rate * bond.frequency).into())
}

/// A security with an odd last period, in periods between coupons.
#[derive(Clone, Copy, Debug)]
struct Last {
    coupon: f64,
    frequency: f64,
    /// What is paid at maturity.
    paid: f64,
    /// From the last interest to settlement.
    gone: f64,
    /// From settlement to maturity.
    left: f64,
}

impl Last {
    fn of(call: &Call<'_>) -> Result<Self> {
        let (settlement, maturity) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
        let interest = Date::strict(call, 2)?;
        let (rate, redemption) = (call.strict_number(3)?, call.strict_number(5)?);
        let (frequency, basis) = (frequency(call, 6)?, Basis::of(call, 7)?);
        let ordered = interest.serial < settlement.serial && settlement.serial < maturity.serial;
        if rate < 0.0 || redemption <= 0.0 || !ordered {
            return Err(ErrorCode::Num);
        }
        // Whole periods are counted with both ends moved, as those between coupons are.
        let period = |start: Date, end: Date| match basis {
            Basis::American30 => american(start, end, true).max(0.0),
            _ => basis.days_or_none(start, end),
        };
        let count = Coupons::new(interest, maturity, frequency, basis)?.count;
        let (step, mut start) = (12 / frequency, interest);
        let (mut odd, mut gone, mut left) = (0.0, 0.0, 0.0);
        for index in 1..=count {
            let end = interest.months_later(index * step, false)?;
            let days = period(start, end);
            let part = if index < count { days } else { period(start, maturity) };
            odd += part / days;
            gone += if end.serial < settlement.serial {
                part
            } else if start.serial < settlement.serial {
                basis.days_or_none(start, settlement)
            } else {
                0.0
            } / days;
            let from = if settlement.serial > start.serial { settlement } else { start };
            let to = if maturity.serial < end.serial { maturity } else { end };
            left += basis.days_or_none(from, to) / days;
            start = end;
        }
        let frequency = float(frequency);
        let coupon = 100.0 * rate / frequency;
        Ok(Self { coupon, frequency, paid: redemption + odd * coupon, gone, left })
    }
}

fn last_price(call: &Call<'_>) -> Result<Output> {
    let bond = Last::of(call)?;
    let rate = call.strict_number(4)?;
    if rate < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok((bond.paid / (1.0 + bond.left * rate / bond.frequency) - bond.gone * bond.coupon).into())
}

fn last_yield(call: &Call<'_>) -> Result<Output> {
    let bond = Last::of(call)?;
    let price = call.strict_number(4)?;
    if price <= 0.0 {
        return Err(ErrorCode::Num);
    }
    let spent = price + bond.gone * bond.coupon;
    Ok(((bond.paid - spent) / spent * bond.frequency / bond.left).into())
}
