//! Cells that are times, as dates and clocks: serials of the 1900 date system.

use udf_abi::frame::tag;

const DAY_US: f64 = 86_400e6;
/// 1970-01-01, in days since 1899-12-30, from which serials count after February 1900.
const EPOCH: i64 = 25_569;
/// Days since 1970-01-01 of the years 1 to 9999, which Python's dates reach.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;
/// Days of the longest `timedelta`.
const LONGEST: f64 = 999_999_999.0;

/// The tag of a cell as it is given to callers: a serial that no date of theirs reaches is a number.
pub(super) fn tag_of(cell: u8, number: f64) -> u8 {
    let is_known = match cell {
        tag::DATE | tag::DATETIME => number.is_finite() && DAYS.contains(&days(number)),
        tag::TIME => number.is_finite(),
        tag::DURATION => number.abs() <= LONGEST,
        _ => true,
    };
    if is_known { cell } else { tag::NUMBER }
}

/// Days since 1970-01-01 of a serial; a fraction is left out. Serials below 61 count a day that did not exist.
pub(super) fn days(serial: f64) -> i64 {
    let days = serial.floor() as i64;
    (if days < 61 { days.saturating_add(1) } else { days }).saturating_sub(EPOCH)
}

/// Microseconds since 1970-01-01T00:00:00 of a serial with a fraction.
pub(super) fn micros(serial: f64) -> i64 {
    let us = ((serial - serial.floor()) * DAY_US).round() as i64;
    days(serial).saturating_mul(DAY_US as i64).saturating_add(us)
}

/// Microseconds since midnight of a fraction of a day; whole days are left out.
pub(super) fn clock(fraction: f64) -> i64 {
    span(fraction).rem_euclid(DAY_US as i64)
}

/// Microseconds of a number of days.
pub(super) fn span(days: f64) -> i64 {
    (days * DAY_US).round() as i64
}

#[cfg(test)]
mod tests {
    use super::{clock, days, micros, span, tag_of};
    use udf_abi::frame::tag;

    #[test]
    fn serials_are_days_and_microseconds() {
        assert_eq!(
            (days(25_569.0), days(61.0), days(60.0), days(1.5)),
            (0, -25_508, -25_508, -25_567)
        );
        assert_eq!((micros(25_569.5), micros(25_570.0)), (43_200_000_000, 86_400_000_000));
        assert_eq!(
            (clock(0.25), clock(1.25), clock(-0.25)),
            (21_600_000_000, 21_600_000_000, 64_800_000_000)
        );
        assert_eq!(span(-1.5), -129_600_000_000);
    }

    #[test]
    fn a_serial_that_no_date_reaches_is_a_number() {
        for (cell, number, found) in [
            (tag::DATE, 45_000.0, tag::DATE),
            (tag::DATE, 1e9, tag::NUMBER),
            (tag::DATE, f64::NAN, tag::NUMBER),
            (tag::DATETIME, -1e300, tag::NUMBER),
            (tag::TIME, f64::INFINITY, tag::NUMBER),
            (tag::DURATION, 1e10, tag::NUMBER),
            (tag::DURATION, 1e6, tag::DURATION),
            (tag::TEXT, f64::NAN, tag::TEXT),
        ] {
            assert_eq!(tag_of(cell, number), found, "{cell} {number}");
        }
    }
}
