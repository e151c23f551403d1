//! The five ways to count days between dates, and days of a year.
//!
//! | basis | days | year |
//! |---|---|---|
//! | 0 | months of 30 days, the American way | 360 |
//! | 1 | as in the calendar | as in the calendar |
//! | 2 | as in the calendar | 360 |
//! | 3 | as in the calendar | 365 |
//! | 4 | months of 30 days, the European way | 360 |
//!
//! What Excel does at the ends of months and in leap years is known from D. Wheeler, "YEARFRAC incompatibilities
//! between Excel 2007 and OOXML", which held its rules against Excel's results.

use crate::{
    call::{Call, Result, whole},
    families::dates::date::{Date, float, is_leap},
};
use udf_abi::ErrorCode;

/// A way to count days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::families) enum Basis {
    American30,
    Actual,
    Actual360,
    Actual365,
    European30,
}

impl Basis {
    /// The basis that an argument is; the American way where it is not given.
    pub(in crate::families) fn of(call: &Call<'_>, index: usize) -> Result<Self> {
        let number = if call.is_missing(index) { 0 } else { whole(call.strict_number(index)?)? };
        match number {
            0 => Ok(Self::American30),
            1 => Ok(Self::Actual),
            2 => Ok(Self::Actual360),
            3 => Ok(Self::Actual365),
            4 => Ok(Self::European30),
            _ => Err(ErrorCode::Num),
        }
    }

    /// The days from one date to a later one.
    pub(in crate::families) fn days(self, start: Date, end: Date) -> f64 {
        match self {
            Self::American30 => american(start, end, false),
            Self::European30 => european(start, end),
            Self::Actual | Self::Actual360 | Self::Actual365 => float(end.serial - start.serial),
        }
    }

    /// The same, 0 where the end is before the start.
    pub(super) fn days_or_none(self, start: Date, end: Date) -> f64 {
        self.days(start, end).max(0.0)
    }

    /// The days of the year that dates lie in: with basis 1 the average of all years from the first to the last
    /// where they are more than a year apart, otherwise 366 where a February 29 is among them.
    pub(in crate::families) fn year(self, start: Date, end: Date) -> Result<f64> {
        match self {
            Self::American30 | Self::Actual360 | Self::European30 => return Ok(360.0),
            Self::Actual365 => return Ok(365.0),
            Self::Actual => {}
        }
        let within_a_year = start.year == end.year
            || start.year + 1 == end.year && (start.month, start.day) >= (end.month, end.day);
        if !within_a_year {
            let days = end.new_year(end.year + 1)? - start.new_year(start.year)?;
            return Ok(float(days) / float(end.year - start.year + 1));
        }
        let leap = if start.year == end.year {
            is_leap(start.year)
        } else {
            is_leap(start.year) && start.month <= 2
                || is_leap(end.year) && (end.month, end.day) >= (2, 29)
        };
        Ok(if leap { 366.0 } else { 365.0 })
    }

    /// The days of a year that has a date, as depreciation counts.
    pub(super) fn year_of(self, date: Date) -> Result<f64> {
        self.year(date, date)
    }
}

/// The days between dates with months of 30 days, as the Public Securities Association counts. An end on the
/// 31st stays there unless the start is on the 30th or 31st; an end of February counts as the 30th where the
/// start is one, too. `both` moves the ends in any case, as periods between coupons are counted.
pub(super) fn american(start: Date, end: Date, both: bool) -> f64 {
    let (mut from, mut to) = (start.day, end.day);
    if end.is_last_of_february() && (both || start.is_last_of_february()) {
        to = 30;
    }
    if to == 31 && (both || from >= 30) {
        to = 30;
    }
    if from == 31 || start.is_last_of_february() {
        from = 30;
    }
    thirty(start, from, end, to)
}

fn european(start: Date, end: Date) -> f64 {
    thirty(start, start.day.min(30), end, end.day.min(30))
}

fn thirty(start: Date, from: u32, end: Date, to: u32) -> f64 {
    let months = (end.year - start.year) * 12 + i64::from(end.month) - i64::from(start.month);
    float(months * 30 + i64::from(to) - i64::from(from))
}
