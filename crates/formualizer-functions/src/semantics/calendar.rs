//! Serial numbers as days and times.
//!
//! The 1900 system counts days from 1900-01-01, which is 1, and has a 1900-02-29, which never was: serial 60.
//! Serial 0 is the zeroth of January 1900, a Saturday. The 1904 system counts from 1904-01-01, which is 0. Both
//! end with 9999-12-31 (Microsoft, "Differences between the 1900 and the 1904 date system in Excel"; stored
//! values of `DATE`, `DAY`, `WEEKDAY`, `TEXT`).

use chrono::{Datelike as _, NaiveDate};
use formualizer_common::DateSystem;

/// The days of the week, in English.
pub(crate) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The months, in English.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days that the 1904 system is behind the 1900 system.
const SHIFT_1904: i64 = 1462;
/// The day that never was.
const LEAP_DAY_1900: i64 = 60;
/// 9999-12-31 in the 1900 system.
const LAST: i64 = 2_958_465;
/// 1899-12-30, from which serials after the day that never was count, as chrono counts days.
const EPOCH: i64 = 693_594;

/// Days from 0000-03-01 to 1899-12-30.
const BEFORE_1900: i64 = EPOCH + 305;

/// A day of the calendar as Excel shows it: 1900-01-00 and 1900-02-29 are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// 1900 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 0 to 31.
    pub day: u32,
    /// 0 for Sunday.
    pub weekday: u32,
}

fn shift(dates: DateSystem) -> i64 {
    match dates {
        DateSystem::Excel1900 => 0,
        DateSystem::Excel1904 => SHIFT_1904,
    }
}

/// The day of a whole serial; `None` before the first and after the last.
#[must_use]
pub fn day(serial: i64, dates: DateSystem) -> Option<Day> {
    if serial < 0 {
        return None;
    }
    let serial = serial.checked_add(shift(dates)).filter(|serial| *serial <= LAST)?;
    let weekday = u32::try_from((serial + 6) % 7).ok()?;
    let (year, month, day) = match serial {
        0 => (1900, 1, 0),
        LEAP_DAY_1900 => (1900, 2, 29),
        _ => {
            let before = i64::from(serial < LEAP_DAY_1900);
            civil(u32::try_from(serial + before + BEFORE_1900).ok()?)
        }
    };
    Some(Day { year, month, day, weekday })
}

/// The date of a day counted from 0000-03-01, which makes the day that leap years have the last one of a year: a
/// year in 400 has 146097 / 400 days, a month from March on 153 / 5 (C. Neri and L. Schneider, "Euclidean affine
/// functions and their application to calendar algorithms", 2023).
fn civil(days: u32) -> (i32, u32, u32) {
    let in_centuries = 4 * days + 3;
    let century = in_centuries / 146_097;
    let in_years = (in_centuries % 146_097) | 3;
    let year = 100 * century + in_years / 1_461;
    let of_year = in_years % 1_461 / 4;
    let in_months = 2_141 * of_year + 197_913;
    let (month, day) = (in_months >> 16, (in_months & 0xFFFF) / 2_141 + 1);
    // January and February belong to the next year.
    let late = u32::from(of_year >= 306);
    let year = i32::try_from(year + late).unwrap_or(i32::MAX);
    (year, month - 12 * late, day)
}

/// The serial of a day that is written; `None` where there is no such day in the system.
#[must_use]
pub fn serial(year: i32, month: u32, day: u32, dates: DateSystem) -> Option<i64> {
    if !(1900..=9999).contains(&year) {
        return None;
    }
    let serial = if (year, month, day) == (1900, 2, 29) {
        LEAP_DAY_1900
    } else {
        let days = i64::from(NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce());
        let serial = days - EPOCH;
        serial - i64::from(serial <= LEAP_DAY_1900)
    };
    Some(serial - shift(dates)).filter(|serial| *serial >= 0)
}

/// The serial of the first day of a month, counted on beyond the limits of the system, so that days added to it may
/// come back into them; `None` far outside.
#[must_use]
pub fn first_of_month(year: i64, month: u32, dates: DateSystem) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
    let serial = i64::from(date.num_days_from_ce()) - EPOCH;
    Some(serial - i64::from(serial <= LEAP_DAY_1900) - shift(dates))
}

/// The last serial of a system, 9999-12-31.
#[must_use]
pub fn last(dates: DateSystem) -> i64 {
    LAST - shift(dates)
}

/// Days and the parts of a day of a serial, counted in ticks of a second: `(days, ticks)`. Halves of a tick are
/// rounded up, a last tick that is full makes a day.
///
/// `ticks_per_second` is 1, 10, 100 and so on. The serial is not negative.
#[must_use]
pub fn split(serial: f64, ticks_per_second: i64) -> (i64, i64) {
    let per_day = 86_400 * ticks_per_second;
    let days = serial.floor();
    #[expect(clippy::cast_possible_truncation, reason = "saturates; serials that are dates fit")]
    #[expect(clippy::cast_precision_loss, reason = "ticks of a day are below 2^53")]
    let (days, ticks) = (days as i64, ((serial - days) * per_day as f64 + 0.5).floor() as i64);
    if ticks >= per_day { (days + 1, ticks - per_day) } else { (days, ticks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_that_of_the_calendar() {
        for serial in (1..=LAST).filter(|serial| *serial != LEAP_DAY_1900) {
            let days = serial + EPOCH + i64::from(serial < LEAP_DAY_1900);
            let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).unwrap()).unwrap();
            let day = day(serial, DateSystem::Excel1900).unwrap();
            assert_eq!((day.year, day.month, day.day), (date.year(), date.month(), date.day()));
        }
    }
}
