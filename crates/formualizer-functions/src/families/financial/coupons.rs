//! The dates on which a security pays interest, counted back from its maturity.
//!
//! Where maturity is the last day of a month, all of them are (Microsoft, "COUPNUM" and its family).

use super::basis::{Basis, american};
use crate::{
    call::{Call, Output, Result, whole},
    cells::NumberKind,
    families::dates::date::{Date, float},
    record::{Gives, Kernel, Parameter, Record, value},
};
use udf_abi::ErrorCode;

const PARAMETERS: &[Parameter] =
    &[value("settlement"), value("maturity"), value("frequency"), value("basis").skippable()];

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "COUPDAYBS",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| Ok(coupons.days_before()))),
        "The days from the beginning of the coupon period to settlement.",
    ),
    Record::new(
        "COUPDAYS",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| Ok(coupons.days()))),
        "The days of the coupon period with the settlement.",
    ),
    Record::new(
        "COUPDAYSNC",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| Ok(coupons.days_after()))),
        "The days from settlement to the next coupon.",
    ),
    Record::new(
        "COUPNCD",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| coupons.next.number())),
        "The serial number of the date of the next coupon after settlement.",
    )
    .giving(Gives::Of(NumberKind::Date)),
    Record::new(
        "COUPNUM",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| Ok(float(coupons.count)))),
        "The number of coupons between settlement and maturity.",
    ),
    Record::new(
        "COUPPCD",
        PARAMETERS,
        Kernel::OfRow(|call| of(call, |coupons| coupons.previous.number())),
        "The serial number of the date of the last coupon before settlement.",
    )
    .giving(Gives::Of(NumberKind::Date)),
];

fn of(call: &Call<'_>, answer: fn(Coupons) -> Result<f64>) -> Result<Output> {
    let (settlement, maturity) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
    let (frequency, basis) = (frequency(call, 2)?, Basis::of(call, 3)?);
    Ok(answer(Coupons::new(settlement, maturity, frequency, basis)?)?.into())
}

/// The coupons a year that an argument is: 1, 2 or 4.
pub(super) fn frequency(call: &Call<'_>, index: usize) -> Result<i64> {
    match whole(call.strict_number(index)?)? {
        frequency @ (1 | 2 | 4) => Ok(frequency),
        _ => Err(ErrorCode::Num),
    }
}

/// Where a settlement lies among coupons.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coupons {
    pub(super) settlement: Date,
    /// On the day of the settlement or before.
    pub(super) previous: Date,
    pub(super) next: Date,
    /// After settlement until maturity.
    pub(super) count: i64,
    pub(super) frequency: i64,
    basis: Basis,
}

impl Coupons {
    /// `#NUM!` where settlement is not before maturity.
    pub(super) fn new(
        settlement: Date,
        maturity: Date,
        frequency: i64,
        basis: Basis,
    ) -> Result<Self> {
        if settlement.serial >= maturity.serial {
            return Err(ErrorCode::Num);
        }
        let (step, last) = (12 / frequency, maturity.is_last_of_month());
        let months = (maturity.year - settlement.year) * 12 + i64::from(maturity.month)
            - i64::from(settlement.month);
        // The last coupon that is certainly after the settlement.
        let mut count = ((months - 1) / step).max(0);
        let mut next = maturity.months_later(-count * step, last)?;
        loop {
            count += 1;
            let previous = maturity.months_later(-count * step, last)?;
            if previous.serial <= settlement.serial {
                return Ok(Self { settlement, previous, next, count, frequency, basis });
            }
            next = previous;
        }
    }

    /// The days of the period.
    pub(super) fn days(&self) -> f64 {
        match self.basis {
            Basis::American30 | Basis::Actual360 | Basis::European30 => {
                360.0 / float(self.frequency)
            }
            Basis::Actual365 => 365.0 / float(self.frequency),
            Basis::Actual => self.basis.days(self.previous, self.next),
        }
    }

    /// The days of the period before the settlement.
    pub(super) fn days_before(&self) -> f64 {
        self.basis.days(self.previous, self.settlement)
    }

    /// The days from the settlement to the next coupon.
    fn days_after(&self) -> f64 {
        if self.basis == Basis::American30 {
            american(self.previous, self.next, true) - self.days_before()
        } else {
            self.basis.days(self.settlement, self.next)
        }
    }

    /// The part of the period that is gone.
    pub(super) fn gone(&self) -> f64 {
        self.days_before() / self.days()
    }
}
