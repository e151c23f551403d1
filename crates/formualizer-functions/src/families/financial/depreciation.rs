//! Depreciation of assets.

use super::basis::Basis;
use crate::{
    call::{Call, Output, Result},
    families::dates::date::{Date, is_leap},
    record::{Kernel, Parameter, Record, value},
    semantics::round,
};
use udf_abi::ErrorCode;

const COST: Parameter = value("cost");
const SALVAGE: Parameter = value("salvage");
const LIFE: Parameter = value("life");
const PERIOD: Parameter = value("period");
/// Periods that are counted at most.
const MOST: f64 = 1_048_576.0;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "AMORDEGRC",
        FRENCH,
        Kernel::OfRow(amor_degrc),
        "The depreciation of a period in the French system, degressive.",
    ),
    Record::new(
        "AMORLINC",
        FRENCH,
        Kernel::OfRow(amor_linc),
        "The depreciation of a period in the French system, linear.",
    ),
    Record::new(
        "DB",
        &[COST, SALVAGE, LIFE, PERIOD, value("month").optional()],
        Kernel::OfRow(db),
        "The depreciation of a period at a fixed rate of what is left.",
    ),
    Record::new(
        "DDB",
        &[COST, SALVAGE, LIFE, PERIOD, value("factor").optional()],
        Kernel::OfRow(ddb),
        "The depreciation of a period at a multiple of the straight rate.",
    ),
    Record::new(
        "SLN",
        &[COST, SALVAGE, LIFE],
        Kernel::OfRow(sln),
        "The straight depreciation of a period.",
    ),
    Record::new(
        "SYD",
        &[COST, SALVAGE, LIFE, value("per")],
        Kernel::OfRow(syd),
        "The depreciation of a period by the sum of the years' digits.",
    ),
    Record::new(
        "VDB",
        &[
            COST,
            SALVAGE,
            LIFE,
            value("start_period"),
            value("end_period"),
            value("factor").optional(),
            value("no_switch").optional(),
        ],
        Kernel::OfRow(vdb),
        "The depreciation between two times at a multiple of the straight rate, or straight.",
    ),
];

const FRENCH: &[Parameter] = &[
    COST,
    value("date_purchased"),
    value("first_period"),
    SALVAGE,
    PERIOD,
    value("rate"),
    value("basis").skippable(),
];

fn sln(call: &Call<'_>) -> Result<Output> {
    let (cost, salvage, life) = (call.number(0)?, call.number(1)?, call.number(2)?);
    if life == 0.0 {
        return Err(ErrorCode::Div);
    }
    Ok(((cost - salvage) / life).into())
}

fn syd(call: &Call<'_>) -> Result<Output> {
    let (cost, salvage) = (call.number(0)?, call.number(1)?);
    let (life, period) = (call.number(2)?, call.number(3)?);
    if salvage < 0.0 || life <= 0.0 || period <= 0.0 || period > life {
        return Err(ErrorCode::Num);
    }
    Ok(((cost - salvage) * (life - period + 1.0) * 2.0 / (life * (life + 1.0))).into())
}

/// The rate is rounded to three digits; the first and the last period may be parts of a year (Microsoft, "DB").
fn db(call: &Call<'_>) -> Result<Output> {
    let (cost, salvage, life) = (call.number(0)?, call.number(1)?, call.number(2)?);
    let (period, month) = (call.number(3)?.trunc(), call.number_or(4, 12.0)?.trunc());
    let periods = if month < 12.0 { life.floor() + 1.0 } else { life };
    if cost < 0.0
        || salvage < 0.0
        || life <= 0.0
        || !(1.0..=12.0).contains(&month)
        || period < 1.0
        || period > periods
    {
        return Err(ErrorCode::Num);
    }
    if cost == 0.0 {
        return Ok(0.0.into());
    }
    let rate = round::round(1.0 - (salvage / cost).powf(life.recip()), 3);
    let first = cost * rate * month / 12.0;
    if period == 1.0 {
        return Ok(first.into());
    }
    let left = (cost - first) * (1.0 - rate).powf(period - 2.0);
    let part = if period > life { (12.0 - month) / 12.0 } else { 1.0 };
    Ok((left * rate * part).into())
}

/// An asset that loses a multiple of the straight rate of what is left of it, but never more than down to its
/// salvage.
#[derive(Clone, Copy, Debug)]
struct Declining {
    cost: f64,
    salvage: f64,
    life: f64,
    factor: f64,
}

impl Declining {
    fn of(call: &Call<'_>, factor: usize) -> Result<Self> {
        let (cost, salvage, life) = (call.number(0)?, call.number(1)?, call.number(2)?);
        let factor = call.number_or(factor, 2.0)?;
        if cost < 0.0 || salvage < 0.0 || life <= 0.0 || factor <= 0.0 {
            return Err(ErrorCode::Num);
        }
        Ok(Self { cost, salvage, life, factor })
    }

    /// What is lost in a period before which so much was lost.
    fn loss(self, lost: f64) -> f64 {
        let rate = (self.factor / self.life).min(1.0);
        ((self.cost - lost) * rate).min(self.cost - self.salvage - lost).max(0.0)
    }

    /// What is lost until a time. With `switch` it goes on straight as soon as that is more.
    fn lost(self, call: &Call<'_>, time: f64, switch: bool) -> Result<f64> {
        if time.ceil() > MOST {
            return Err(ErrorCode::Num);
        }
        let mut lost = 0.0;
        let mut period = 0.0;
        while period < time {
            if call.context().cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled);
            }
            let mut loss = self.loss(lost);
            if switch {
                let straight = (self.cost - self.salvage - lost) / (self.life - period);
                loss = loss.max(straight);
            }
            lost += loss * (time - period).min(1.0);
            period += 1.0;
        }
        Ok(lost)
    }
}

fn ddb(call: &Call<'_>) -> Result<Output> {
    let asset = Declining::of(call, 4)?;
    let period = call.number(3)?;
    if period <= 0.0 || period > asset.life {
        return Err(ErrorCode::Num);
    }
    let kept = 1.0 - asset.factor / asset.life;
    let before = if kept <= 0.0 {
        if period <= 1.0 { asset.cost } else { 0.0 }
    } else {
        asset.cost * kept.powf((period - 1.0).max(0.0))
    };
    Ok((before - asset.salvage).min(before * (1.0 - kept).min(1.0)).max(0.0).into())
}

fn vdb(call: &Call<'_>) -> Result<Output> {
    let asset = Declining::of(call, 5)?;
    let (start, end) = (call.number(3)?, call.number(4)?);
    let switch = !call.logical_or(6, false)?;
    if start < 0.0 || end < start || end > asset.life {
        return Err(ErrorCode::Num);
    }
    // What is left is parted by the life that is left.
    if switch && start == asset.life {
        return Err(ErrorCode::Div);
    }
    Ok((asset.lost(call, end, switch)? - asset.lost(call, start, switch)?).into())
}

/// An asset in the French system of accounts.
#[derive(Clone, Copy, Debug)]
struct French {
    cost: f64,
    salvage: f64,
    period: f64,
    rate: f64,
    /// The part of a year until the end of the first period.
    first: f64,
}

impl French {
    fn of(call: &Call<'_>) -> Result<Self> {
        let cost = call.strict_number(0)?;
        let (purchased, first) = (Date::strict(call, 1)?, Date::strict(call, 2)?);
        let (salvage, period) = (call.strict_number(3)?, call.strict_number(4)?);
        let (rate, basis) = (call.strict_number(5)?, Basis::of(call, 6)?);
        if cost < 0.0
            || salvage < 0.0
            || salvage > cost
            || period < 0.0
            || rate <= 0.0
            || purchased.serial > first.serial
            || basis == Basis::Actual360
        {
            return Err(ErrorCode::Num);
        }
        let year = basis.year_of(purchased)?;
        // A February 29 counts as the 28th.
        let fixed = |date: Date| {
            let leap_day = matches!(basis, Basis::Actual | Basis::Actual365)
                && is_leap(date.year)
                && (date.month, date.day) == (2, 29);
            if leap_day { date.day_before() } else { date }
        };
        let first = basis.days(fixed(purchased), fixed(first)) / year;
        Ok(Self { cost, salvage, period, rate, first })
    }

    /// The depreciation of the first period at a rate: a whole year's where it has no day.
    fn first(self, rate: f64) -> f64 {
        let part = if self.first == 0.0 { 1.0 } else { self.first };
        (self.cost * rate * part).min(self.cost - self.salvage)
    }
}

fn amor_linc(call: &Call<'_>) -> Result<Output> {
    let asset = French::of(call)?;
    if asset.cost == asset.salvage || asset.period > asset.rate.recip().ceil() {
        return Ok(0.0.into());
    }
    let first = asset.first(asset.rate);
    if asset.period == 0.0 {
        return Ok(first.into());
    }
    let full = asset.cost * asset.rate;
    if asset.period < 1.0 {
        return Ok(full.into());
    }
    let left = asset.cost - asset.salvage - first - full * (asset.period.floor() - 1.0);
    // What is left at the end may be no more than noise.
    let left = if left.abs() < 1e-12 * asset.cost { 0.0 } else { left };
    Ok(full.min(left).max(0.0).into())
}

/// The rate is multiplied by 1.5, 2 or 2.5 for lives of three to four, five to six and more years, other lives
/// are `#NUM!`; the last period but one takes a half, the last all (Microsoft, "AMORDEGRC"). Amounts are rounded
/// to whole numbers.
fn amor_degrc(call: &Call<'_>) -> Result<Output> {
    let asset = French::of(call)?;
    let life = asset.rate.recip();
    if life <= 3.0 - 1e-12 || life > 4.0 + 1e-12 && life < 5.0 - 1e-12 {
        return Err(ErrorCode::Num);
    }
    let years = (life - 1e-12).ceil();
    if asset.cost == asset.salvage || asset.period > years {
        return Ok(0.0.into());
    }
    let factor = match years {
        ..=4.0 => 1.5,
        ..=6.0 => 2.0,
        _ => 2.5,
    };
    let mut rate = asset.rate * factor;
    let first = round::round(asset.first(rate), 0);
    if asset.period == 0.0 {
        return Ok(first.into());
    }
    let periods = if asset.first == 0.0 { years } else { years + 1.0 };
    let mut left = asset.cost - first;
    let mut loss = 0.0;
    let mut period = 1.0;
    while period <= asset.period && period < MOST {
        period += 1.0;
        let half = periods - period == 2.0;
        loss = match left < asset.salvage {
            true => 0.0,
            false if half => left * 0.5,
            false => left * rate,
        };
        if half {
            rate = 1.0;
        }
        left -= loss;
    }
    Ok(round::round(loss, 0).into())
}
