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
