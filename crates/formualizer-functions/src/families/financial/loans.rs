//! Loans and savings: payments that are all alike.
//!
//! All of them follow from one equation (Microsoft, "PV"): what is there at the start, the payments and what is
//! there at the end are together worth nothing,
//! `pv (1+r)^n + pmt (1 + r type) ((1+r)^n - 1) / r + fv = 0`.

use super::solve;
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const RATE: Parameter = value("rate");
const NPER: Parameter = value("nper");
const PV: Parameter = value("pv");
const FV: Parameter = value("fv");
const PMT: Parameter = value("pmt");
const PER: Parameter = value("per");
const TYPE: Parameter = value("type");

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "CUMIPMT",
        &[RATE, NPER, PV, value("start_period"), value("end_period"), TYPE],
        Kernel::OfRow(|call| Ok(cumulated(call)?.0.into())),
        "The interest paid between two periods of a loan.",
    ),
    Record::new(
        "CUMPRINC",
        &[RATE, NPER, PV, value("start_period"), value("end_period"), TYPE],
        Kernel::OfRow(|call| Ok(cumulated(call)?.1.into())),
        "The principal paid back between two periods of a loan.",
    ),
    Record::new(
        "FV",
        &[RATE, NPER, PMT, PV.optional(), TYPE.optional()],
        Kernel::OfRow(future_value),
        "What an investment with constant payments is worth at its end.",
    ),
    Record::new(
        "IPMT",
        &[RATE, PER, NPER, PV, FV.optional(), TYPE.optional()],
        Kernel::OfRow(|call| Ok(parts(call)?.0.into())),
        "The interest in a payment of a loan.",
    ),
    Record::new(
        "ISPMT",
        &[RATE, PER, NPER, PV],
        Kernel::OfRow(straight_interest),
        "The interest in a period of a loan with even payments of principal.",
    ),
    Record::new(
        "NPER",
        &[RATE, PMT, PV, FV.optional(), TYPE.optional()],
        Kernel::OfRow(periods),
        "The number of periods of an investment with constant payments.",
    ),
    Record::new(
        "PMT",
        &[RATE, NPER, PV, FV.optional(), TYPE.optional()],
        Kernel::OfRow(payment),
        "The constant payment of a loan.",
    ),
    Record::new(
        "PPMT",
        &[RATE, PER, NPER, PV, FV.optional(), TYPE.optional()],
        Kernel::OfRow(|call| Ok(parts(call)?.1.into())),
        "The principal in a payment of a loan.",
    ),
    Record::new(
        "PV",
        &[RATE, NPER, PMT, FV.optional(), TYPE.optional()],
        Kernel::OfRow(present_value),
        "What constant payments in the future are worth today.",
    ),
    Record::new(
        "RATE",
        &[NPER, PMT, PV, FV.optional(), TYPE.optional(), value("guess").optional()],
        Kernel::OfRow(rate),
        "The interest rate of a period of an investment with constant payments.",
    ),
];

/// A rate over a number of periods, and whether payments are at the start of a period.
#[derive(Clone, Copy, Debug)]
struct Terms {
    rate: f64,
    periods: f64,
    due: f64,
}

impl Terms {
    fn new(rate: f64, periods: f64, due: bool) -> Self {
        Self { rate, periods, due: if due { 1.0 } else { 0.0 } }
    }

    /// What one becomes.
    fn growth(self) -> f64 {
        if self.rate.abs() < 0.5 {
            (self.periods * self.rate.ln_1p()).exp()
        } else {
            (1.0 + self.rate).powf(self.periods)
        }
    }

    /// What payments of one become.
    fn savings(self) -> f64 {
        if self.rate == 0.0 {
            return self.periods;
        }
        let grown = if self.rate.abs() < 0.5 {
            (self.periods * self.rate.ln_1p()).exp_m1()
        } else {
            self.growth() - 1.0
        };
        (1.0 + self.rate * self.due) * grown / self.rate
    }

    /// Powers of zero: without periods `#NUM!`, with fewer `#DIV/0!`.
    fn defined(self) -> Result<()> {
        match self.periods {
            _ if self.rate != -1.0 => Ok(()),
            0.0 => Err(ErrorCode::Num),
            periods if periods < 0.0 => Err(ErrorCode::Div),
            _ => Ok(()),
        }
    }

    /// What is there at the end, with the sign of what is received; `#DIV/0!` where nothing is left to grow back.
    fn future(self, payment: f64, present: f64) -> Result<f64> {
        self.defined()?;
        // No negative zero.
        Ok(-(present * self.growth() + payment * self.savings()) + 0.0)
    }

    /// What is there at the start; `#DIV/0!` where nothing would be left of it.
    fn present(self, payment: f64, future: f64) -> Result<f64> {
        self.defined()?;
        let growth = self.growth();
        if growth == 0.0 {
            return Err(ErrorCode::Div);
        }
        Ok(-(future + payment * self.savings()) / growth + 0.0)
    }

    /// The constant payment; `#NUM!` without periods and for rates of -1 and below.
    fn payment(self, present: f64, future: f64) -> Result<f64> {
        if self.periods == 0.0 || self.rate <= -1.0 {
            return Err(ErrorCode::Num);
        }
        Ok(-(present * self.growth() + future) / self.savings() + 0.0)
    }
}

fn is_due(call: &Call<'_>, index: usize) -> Result<bool> {
    Ok(call.number_or(index, 0.0)? != 0.0)
}

fn future_value(call: &Call<'_>) -> Result<Output> {
    let terms = Terms::new(call.number(0)?, call.number(1)?, is_due(call, 4)?);
    Ok(terms.future(call.number(2)?, call.number_or(3, 0.0)?)?.into())
}

fn present_value(call: &Call<'_>) -> Result<Output> {
    let terms = Terms::new(call.number(0)?, call.number(1)?, is_due(call, 4)?);
    Ok(terms.present(call.number(2)?, call.number_or(3, 0.0)?)?.into())
}

fn payment(call: &Call<'_>) -> Result<Output> {
    let terms = Terms::new(call.number(0)?, call.number(1)?, is_due(call, 4)?);
    Ok(terms.payment(call.number(2)?, call.number_or(3, 0.0)?)?.into())
}

fn periods(call: &Call<'_>) -> Result<Output> {
    let (rate, payment, present) = (call.number(0)?, call.number(1)?, call.number(2)?);
    let future = call.number_or(3, 0.0)?;
    let due = is_due(call, 4)?;
    if rate == 0.0 {
        if payment == 0.0 {
            return Err(ErrorCode::Num);
        }
        return Ok((-(present + future) / payment).into());
    }
    if rate <= -1.0 {
        return Err(ErrorCode::Num);
    }
    let paid = payment * (1.0 + if due { rate } else { 0.0 });
    let ratio = (paid - future * rate) / (paid + present * rate);
    if ratio <= 0.0 || ratio.is_nan() {
        return Err(ErrorCode::Num);
    }
    Ok((ratio.ln() / rate.ln_1p()).into())
}

/// The interest and the principal in a payment. Where payments are at the start of periods, the first has no
/// interest, and the others have that of the period before.
fn parts(call: &Call<'_>) -> Result<(f64, f64)> {
    let (rate, period, periods) = (call.number(0)?, call.number(1)?, call.number(2)?);
    let (present, future) = (call.number(3)?, call.number_or(4, 0.0)?);
    let due = is_due(call, 5)?;
    if period < 1.0 || period >= periods + 1.0 {
        return Err(ErrorCode::Num);
    }
    let payment = Terms::new(rate, periods, due).payment(present, future)?;
    let interest = match due {
        true if period == 1.0 => 0.0,
        true => (Terms::new(rate, period - 2.0, true).future(payment, present)? - payment) * rate,
        false => Terms::new(rate, period - 1.0, false).future(payment, present)? * rate,
    };
    Ok((interest, payment - interest))
}

fn straight_interest(call: &Call<'_>) -> Result<Output> {
    let (rate, period, periods) = (call.number(0)?, call.number(1)?, call.number(2)?);
    let present = call.number(3)?;
    if periods == 0.0 {
        return Err(ErrorCode::Div);
    }
    Ok((present * rate * (period / periods - 1.0)).into())
}

/// The interest and the principal from one period to another, which follow from what is left of the loan before
/// and after.
fn cumulated(call: &Call<'_>) -> Result<(f64, f64)> {
    let (rate, periods) = (call.strict_number(0)?, call.strict_number(1)?.trunc());
    let present = call.strict_number(2)?;
    let (start, end) = (call.strict_number(3)?.trunc(), call.strict_number(4)?.trunc());
    let due = match call.strict_number(5)?.trunc() {
        0.0 => false,
        1.0 => true,
        _ => return Err(ErrorCode::Num),
    };
    if rate <= 0.0 || periods < 1.0 || present <= 0.0 || start < 1.0 || end < start || end > periods
    {
        return Err(ErrorCode::Num);
    }
    let payment = Terms::new(rate, periods, due).payment(present, 0.0)?;
    // What is left after some payments: where they are at the start of periods, each is a period earlier.
    let left = |paid: f64| -> Result<f64> {
        if due && paid > 0.0 {
            Ok(payment - Terms::new(rate, paid - 1.0, true).future(payment, present)?)
        } else {
            Ok(-Terms::new(rate, paid, due).future(payment, present)?)
        }
    };
    let principal = left(end)? - left(start - 1.0)?;
    Ok(((end - start + 1.0) * payment - principal, principal))
}

fn rate(call: &Call<'_>) -> Result<Output> {
    let (periods, payment, present) = (call.number(0)?, call.number(1)?, call.number(2)?);
    let future = call.number_or(3, 0.0)?;
    let due = is_due(call, 4)?;
    let guess = call.number_or(5, 0.1)?;
    if periods <= 0.0 {
        return Err(ErrorCode::Num);
    }
    // Not divided by the growth: only so Newton's method goes to the root that Excel finds, and to none where
    // Excel finds none.
    let worth = |rate: f64| {
        let terms = Terms::new(rate, periods, due);
        present * terms.growth() + payment * terms.savings() + future
    };
    if guess <= -1.0 {
        return Err(ErrorCode::Num);
    }
    Ok(solve::newton(call, guess, &worth)?.into())
}
