//! Serial numbers as days and times.
//!
//! The 1900 system counts days from 1900-01-01, which is 1, and has a 1900-02-29, which never was: serial 60.
//! Serial 0 is the zeroth of January 1900, a Saturday. The 1904 system counts from 1904-01-01, which is 0. Both
//! end with 9999-12-31 (Microsoft, "Differences between the 1900 and the 1904 date system in Excel"; stored
//! values of `DATE`, `DAY`, `WEEKDAY`, `TEXT`).

use chrono::{Datelike as _, NaiveDate};

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

/// Which day the serial numbers of a workbook count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// 1 is 1900-01-01.
    #[default]
    Excel1900,
    /// 0 is 1904-01-01.
    Excel1904,
}

/// Days that the 1904 system is behind the 1900 system.
const SHIFT_1904: i64 = 1462;
/// The day that never was.
const LEAP_DAY_1900: i64 = 60;
/// 9999-12-31 in the 1900 system.
const LAST: i64 = 2_958_465;
/// 1899-12-30, from which serials after the day that never was count, as chrono counts days.
const EPOCH: i64 = 693_594;

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

impl DateSystem {
    fn shift(self) -> i64 {
        match self {
            Self::Excel1900 => 0,
            Self::Excel1904 => SHIFT_1904,
        }
    }
}

/// The day of a whole serial; `None` before the first and after the last.
#[must_use]
pub fn day(serial: i64, dates: DateSystem) -> Option<Day> {
    if serial < 0 {
        return None;
    }
    let serial = serial.checked_add(dates.shift()).filter(|serial| *serial <= LAST)?;
    let weekday = u32::try_from((serial + 6) % 7).ok()?;
    let (year, month, day) = match serial {
        0 => (1900, 1, 0),
        LEAP_DAY_1900 => (1900, 2, 29),
        _ => {
            let before = i64::from(serial < LEAP_DAY_1900);
            let days = i32::try_from(serial + before + EPOCH).ok()?;
            let date = NaiveDate::from_num_days_from_ce_opt(days)?;
            (date.year(), date.month(), date.day())
        }
    };
    Some(Day { year, month, day, weekday })
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
    Some(serial - dates.shift()).filter(|serial| *serial >= 0)
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
