//! Securities that pay interest periodically.
//!
//! The formulas are those of Microsoft's pages of `PRICE`, `YIELD`, `DURATION`, `ACCRINT`. The days to the next
//! coupon are what is left of the period after the days before, whatever `COUPDAYSNC` says.

use super::{
    basis::{Basis, american},
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
const FREQUENCY: Parameter = value("frequency");
const BASIS: Parameter = value("basis").skippable();
const DURATION: &[Parameter] =
    &[SETTLEMENT, MATURITY, value("coupon"), value("yld"), FREQUENCY, BASIS];

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "ACCRINT",
        &[
            value("issue"),
            value("first_interest"),
            SETTLEMENT,
            value("rate"),
            value("par").skippable(),
            FREQUENCY,
            BASIS,
            value("calc_method").skippable(),
        ],
        Kernel::OfRow(accrued),
        "The interest that a security with periodic interest has accrued.",
    ),
    Record::new(
        "DURATION",
        DURATION,
        Kernel::OfRow(|call| Ok(duration(call)?.0.into())),
        "The Macaulay duration of a security, in years.",
    ),
    Record::new(
        "MDURATION",
        DURATION,
        Kernel::OfRow(|call| {
            let (duration, growth) = duration(call)?;
            Ok((duration / growth).into())
        }),
        "The modified Macaulay duration of a security.",
    ),
    Record::new(
        "PRICE",
        &[SETTLEMENT, MATURITY, value("rate"), value("yld"), value("redemption"), FREQUENCY, BASIS],
        Kernel::OfRow(price),
        "The price of a security with periodic interest, for 100 of face value.",
    ),
    Record::new(
        "YIELD",
        &[SETTLEMENT, MATURITY, value("rate"), value("pr"), value("redemption"), FREQUENCY, BASIS],
        Kernel::OfRow(yields),
        "The yield of a security with periodic interest.",
    ),
];

/// What payments of one at the ends of so many periods are worth at a rate of the period.
pub(super) fn annuity(rate: f64, periods: f64) -> f64 {
    if rate == 0.0 { periods } else { -(-periods * rate.ln_1p()).exp_m1() / rate }
}

/// A security with its rate, what it pays back, and where settlement is.
#[derive(Clone, Copy, Debug)]
struct Bond {
    coupon: f64,
    redemption: f64,
    periods: f64,
    frequency: f64,
    /// The part of the period before settlement.
    gone: f64,
}

impl Bond {
    /// Settlement, maturity, rate, another number, redemption, frequency, basis.
    fn of(call: &Call<'_>) -> Result<Self> {
        let (settlement, maturity) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
        let (rate, redemption) = (call.strict_number(2)?, call.strict_number(4)?);
        let (frequency, basis) = (frequency(call, 5)?, Basis::of(call, 6)?);
        if rate < 0.0 || redemption <= 0.0 {
            return Err(ErrorCode::Num);
        }
        let coupons = Coupons::new(settlement, maturity, frequency, basis)?;
        let frequency = float(frequency);
        Ok(Self {
            coupon: 100.0 * rate / frequency,
            redemption,
            periods: float(coupons.count),
            frequency,
            gone: coupons.gone(),
        })
    }

    /// The price at a yield of a period.
    fn price(self, rate: f64) -> f64 {
        let to_next = 1.0 - self.gone;
        let accrued = self.coupon * self.gone;
        if self.periods == 1.0 {
            return (self.redemption + self.coupon) / (1.0 + to_next * rate) - accrued;
        }
        // As if settlement were at the start of the period, and then with interest for the time since.
        let start = self.coupon * annuity(rate, self.periods)
            + self.redemption * (-self.periods * rate.ln_1p()).exp();
        start * (self.gone * rate.ln_1p()).exp() - accrued
    }
}

fn price(call: &Call<'_>) -> Result<Output> {
    let bond = Bond::of(call)?;
    let rate = call.strict_number(3)?;
    if rate < 0.0 {
        return Err(ErrorCode::Num);
    }
    Ok(bond.price(rate / bond.frequency).into())
}

fn yields(call: &Call<'_>) -> Result<Output> {
    let bond = Bond::of(call)?;
    let price = call.strict_number(3)?;
    if price <= 0.0 {
        return Err(ErrorCode::Num);
    }
    if bond.periods == 1.0 {
        let paid = price + bond.coupon * bond.gone;
        let gained = bond.redemption + bond.coupon - paid;
        return Ok((gained / paid * bond.frequency / (1.0 - bond.gone)).into());
    }
    let guess = bond.coupon.max(1.0) / 100.0;
    let rate = solve::rate(call, guess, |rate| bond.price(rate) - price)?;
    Ok((rate * bond.frequency).into())
}

/// The duration in years, and the growth of a period.
fn duration(call: &Call<'_>) -> Result<(f64, f64)> {
    let (settlement, maturity) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
    let (coupon, rate) = (call.strict_number(2)?, call.strict_number(3)?);
    let (frequency, basis) = (frequency(call, 4)?, Basis::of(call, 5)?);
    if coupon < 0.0 || rate < 0.0 {
        return Err(ErrorCode::Num);
    }
    let coupons = Coupons::new(settlement, maturity, frequency, basis)?;
    let frequency = float(frequency);
    let (coupon, growth) = (100.0 * coupon / frequency, 1.0 + rate / frequency);
    let to_next = 1.0 - coupons.gone();
    let (mut worth, mut weighted) = (0.0, 0.0);
    for period in 0..coupons.count {
        let time = float(period) + to_next;
        let payment = if period + 1 == coupons.count { coupon + 100.0 } else { coupon };
        let part = payment / growth.powf(time);
        worth += part;
        weighted += part * time;
    }
    Ok((weighted / worth / frequency, growth))
}

/// Interest accrues by periods between coupons, counted from the first interest to either side: the period with
/// the settlement as far as it goes, those before back to the issue. Where days are counted as in the calendar,
/// the period with the settlement is taken to be as long as the one before the first interest, as Excel does. Without `calc_method` of `TRUE`, periods
/// that lie wholly between count nothing (Microsoft, "ACCRINT"; the last is what Excel gives).
fn accrued(call: &Call<'_>) -> Result<Output> {
    let (issue, first) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
    let settlement = Date::strict(call, 2)?;
    let rate = call.strict_number(3)?;
    let par = if call.is_missing(4) { 1000.0 } else { call.strict_number(4)? };
    let (frequency, basis) = (frequency(call, 5)?, Basis::of(call, 6)?);
    let from_issue = call.logical_or(7, true)?;
    if rate <= 0.0 || par <= 0.0 || issue.serial >= settlement.serial {
        return Err(ErrorCode::Num);
    }
    let (step, last) = (12 / frequency, first.is_last_of_month());
    let coupon = |index: i64| first.months_later(index * step, last);
    // The period with the settlement; the one before the first interest where settlement is before that.
    let mut index = -1;
    if from_issue {
        while coupon(index + 1)?.serial < settlement.serial {
            index += 1;
        }
    }
    let mut start = coupon(index)?;
    let later = |a: Date, b: Date| if a.serial > b.serial { a } else { b };
    let whole = match basis {
        Basis::Actual => basis.days(coupon(-1)?, first),
        Basis::Actual365 => 365.0 / float(frequency),
        _ => 360.0 / float(frequency),
    };
    let mut periods = basis.days(later(issue, start), settlement) / whole;
    while start.serial > issue.serial {
        let end = start;
        index -= 1;
        start = coupon(index)?;
        periods += if issue.serial <= start.serial {
            f64::from(u8::from(from_issue))
        } else {
            let (days, whole) = match basis {
                Basis::American30 => (american(issue, end, false), american(start, end, true)),
                Basis::Actual365 => (basis.days(issue, end), 365.0 / float(frequency)),
                Basis::Actual360 => (basis.days(issue, end), american(start, end, false)),
                _ => (basis.days(issue, end), basis.days(start, end)),
            };
            days / whole
        };
    }
    Ok((par * rate / float(frequency) * periods).into())
}
