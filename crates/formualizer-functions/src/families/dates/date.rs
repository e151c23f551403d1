//! A day of the calendar together with its serial, and days months later: what the functions of months, of
//! days and of coupons share.

use crate::{
    call::{Call, Result},
    semantics::{
        DateSystem,
        calendar::{self, Day},
        round,
    },
};
use udf_abi::ErrorCode;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::families) struct Date {
    pub(in crate::families) serial: i64,
    pub(in crate::families) year: i64,
    pub(in crate::families) month: u32,
    /// 0 to 31: the zeroth of January 1900 is a day.
    pub(in crate::families) day: u32,
    dates: DateSystem,
}

impl Date {
    /// The day of a serial, `#NUM!` where there is none.
    pub(in crate::families) fn new(serial: i64, dates: DateSystem) -> Result<Self> {
        let Day { year, month, day, .. } = calendar::day(serial, dates).ok_or(ErrorCode::Num)?;
        Ok(Self { serial, year: i64::from(year), month, day, dates })
    }

    /// The day that an argument is.
    pub(in crate::families) fn of(call: &Call<'_>, index: usize) -> Result<Self> {
        Self::new(serial(call.number(index)?)?, call.dates())
    }

    /// The same for the functions that came with the Analysis ToolPak, which take no logical values.
    pub(in crate::families) fn strict(call: &Call<'_>, index: usize) -> Result<Self> {
        Self::new(serial(call.strict_number(index)?)?, call.dates())
    }

    /// The same day some months later or earlier, or the last of the month where it has no such day or where
    /// `last` asks for it. It may be beyond the limits of the calendar.
    pub(in crate::families) fn months_later(self, months: i64, last: bool) -> Result<Self> {
        let all = (self.year * 12 + i64::from(self.month) - 1)
            .checked_add(months)
            .filter(|all| all.abs() < 12 * 20_000)
            .ok_or(ErrorCode::Num)?;
        let (year, month) = month_of(all)?;
        let first = calendar::first_of_month(year, month, self.dates).ok_or(ErrorCode::Num)?;
        let length = length_of_month(year, month);
        let day = if last { length } else { self.day.min(length) };
        Ok(Self { serial: first + i64::from(day) - 1, year, month, day, dates: self.dates })
    }

    /// The day before, of the same month.
    pub(in crate::families) fn day_before(self) -> Self {
        Self { serial: self.serial - 1, day: self.day.saturating_sub(1), ..self }
    }

    /// Whether it is the last day of its month.
    pub(in crate::families) fn is_last_of_month(self) -> bool {
        self.day == length_of_month(self.year, self.month)
    }

    /// Whether it is the last day of a February.
    pub(in crate::families) fn is_last_of_february(self) -> bool {
        self.month == 2 && self.is_last_of_month()
    }

    /// The serial of the first day of a year, which may be 10000.
    pub(in crate::families) fn new_year(self, year: i64) -> Result<i64> {
        calendar::first_of_month(year, 1, self.dates).ok_or(ErrorCode::Num)
    }

    /// The serial as a number; `#NUM!` beyond the limits of the calendar.
    pub(in crate::families) fn number(self) -> Result<f64> {
        checked(self.serial, self.dates)
    }
}

/// The year and the month of months counted from the year 0.
pub(super) fn month_of(months: i64) -> Result<(i64, u32)> {
    let month = u32::try_from(months.rem_euclid(12) + 1).map_err(|_| ErrorCode::Num)?;
    Ok((months.div_euclid(12), month))
}

/// A serial as a number; `#NUM!` beyond the limits of the calendar.
pub(super) fn checked(serial: i64, dates: DateSystem) -> Result<f64> {
    if (0..=calendar::last(dates)).contains(&serial) {
        Ok(float(serial))
    } else {
        Err(ErrorCode::Num)
    }
}

/// Whether February has a 29th: in 1900, too, as Excel counts.
pub(in crate::families) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0 || year == 1900)
}

fn length_of_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The whole serial of a number: `#NUM!` where it is negative or far beyond all dates.
pub(in crate::families) fn serial(number: f64) -> Result<i64> {
    if !(0.0..1e9).contains(&number) {
        return Err(ErrorCode::Num);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    Ok(round::int(number) as i64)
}

/// A count of days, months or periods as a number.
#[expect(clippy::cast_precision_loss, reason = "counts that come from dates are below 2^53")]
pub(in crate::families) fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(serial: i64, dates: DateSystem) -> (i64, u32, u32) {
        let date = Date::new(serial, dates).unwrap();
        (date.year, date.month, date.day)
    }

    #[test]
    fn both_systems_count_from_their_first_day() {
        assert_eq!(day(1, DateSystem::Excel1900), (1900, 1, 1));
        assert_eq!(day(0, DateSystem::Excel1904), (1904, 1, 1));
        assert_eq!(day(43_616, DateSystem::Excel1904), day(45_078, DateSystem::Excel1900));
        assert_eq!(calendar::last(DateSystem::Excel1904), 2_957_003);
        assert!(Date::new(2_957_004, DateSystem::Excel1904).is_err());
    }

    #[test]
    fn months_later_keep_to_the_system() {
        let start = Date::new(30, DateSystem::Excel1904).unwrap();
        assert_eq!(start.months_later(1, false).unwrap().number(), Ok(59.0));
        assert_eq!(start.months_later(-1, false).unwrap().number(), Err(ErrorCode::Num));
        let leap = Date::new(31, DateSystem::Excel1900).unwrap();
        assert_eq!(leap.months_later(1, true).unwrap().number(), Ok(60.0));
        assert!(start.months_later(i64::MAX, false).is_err());
    }
}
