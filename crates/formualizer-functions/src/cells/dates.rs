//! Serial numbers of a workbook, and the dates and times of the contract.
//!
//! The 1900 system counts a 29 February 1900 that never was: serials before 61 are a day behind.

use formualizer_common::DateSystem;

/// Microseconds of a day.
pub const DAY_US: f64 = 86_400e6;
/// First serial after the day that never was.
const MARCH_1900: f64 = 61.0;
/// Days that the 1904 system is behind the 1900 system.
pub const SHIFT_1904: f64 = 1_462.0;
/// Serial after 9999-12-31 in the 1900 system.
const END_1900: f64 = 2_958_466.0;

/// The serial of the 1900 system of a serial of the workbook, and back with `-`.
pub fn shift(dates: DateSystem) -> f64 {
    match dates {
        DateSystem::Excel1900 => 0.0,
        DateSystem::Excel1904 => SHIFT_1904,
    }
}

/// Days since 1970-01-01 of a serial, with the fraction; `None` where the serial is no date.
pub fn days_of_serial(serial: f64, dates: DateSystem) -> Option<f64> {
    let serial = serial + shift(dates);
    if !(shift(dates)..END_1900).contains(&serial) {
        return None;
    }
    // 1900-02-29 is taken for the day before it.
    Some(if serial < MARCH_1900 - 1.0 { serial - 25_568.0 } else { serial - 25_569.0 })
}

/// The serial of days since 1970-01-01; `None` for dates that a sheet does not have.
pub fn serial_of_days(days: f64, dates: DateSystem) -> Option<f64> {
    let serial = days + 25_569.0;
    let serial = if serial < MARCH_1900 { serial - 1.0 } else { serial };
    (shift(dates)..END_1900).contains(&serial).then(|| serial - shift(dates))
}

/// Days as microseconds.
#[expect(clippy::cast_possible_truncation, reason = "saturates; dates of a sheet fit")]
pub fn micros(days: f64) -> i64 {
    (days * DAY_US).round() as i64
}

/// Microseconds as days.
#[expect(clippy::cast_precision_loss, reason = "microseconds of dates of a sheet are below 2^53")]
pub fn days(us: i64) -> f64 {
    us as f64 / DAY_US
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_and_days_are_the_same_dates_in_both_systems() {
        for (serial, dates, days) in [
            (1.0, DateSystem::Excel1900, -25_567.0),  // 1900-01-01
            (59.0, DateSystem::Excel1900, -25_509.0), // 1900-02-28
            (61.0, DateSystem::Excel1900, -25_508.0), // 1900-03-01
            (25_569.0, DateSystem::Excel1900, 0.0),
            (45_292.5, DateSystem::Excel1900, 19_723.5), // 2024-01-01T12:00
            (0.0, DateSystem::Excel1904, -24_107.0),     // 1904-01-01
            (43_830.0, DateSystem::Excel1904, 19_723.0),
        ] {
            assert_eq!(days_of_serial(serial, dates), Some(days), "{serial}");
            assert_eq!(serial_of_days(days, dates), Some(serial), "{days}");
        }
        for serial in [-1.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(days_of_serial(serial, DateSystem::Excel1900), None);
        }
        assert_eq!(serial_of_days(-24_108.0, DateSystem::Excel1904), None);
    }

    #[test]
    fn microseconds_come_back() {
        for us in [1_704_110_400_123_456, -1, 86_400_000_001] {
            assert_eq!(micros(days(us)), us);
        }
    }
}
