//! Dates and times between day serials, the contract's integers and the texts of codec 1.
//!
//! The texts are those of ISO 8601 as the `chrono` crate writes and reads them, which is what
//! Formualizer 0.13 does.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// Serial of 1970-01-01 in the 1900 date system.
const UNIX_EPOCH_SERIAL: f64 = 25_569.0;
/// First serial after the 29 February 1900 that never was.
const MARCH_1900_SERIAL: f64 = 61.0;

/// `2024-01-31` of days since 1970-01-01.
pub(super) fn date_text(days: i64) -> Option<String> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?).map(|d| format!("{d:?}"))
}

/// `2024-01-31T12:00:00` of microseconds since 1970-01-01T00:00:00.
pub(super) fn datetime_text(micros: i64) -> Option<String> {
    DateTime::from_timestamp_micros(micros).map(|at| format!("{:?}", at.naive_utc()))
}

/// `12:00:00` of microseconds since midnight.
pub(super) fn time_text(micros: i64) -> Option<String> {
    let seconds = u32::try_from(micros.div_euclid(MICROS_PER_SECOND)).ok()?;
    let nanos = u32::try_from(micros.rem_euclid(MICROS_PER_SECOND)).ok()? * 1_000;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).map(|t| format!("{t:?}"))
}

/// Seconds and nanoseconds of microseconds.
pub(super) fn duration_parts(micros: i64) -> (i64, i64) {
    (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND) * 1_000)
}

/// Days since 1970-01-01 of a text.
pub(super) fn date(text: &str) -> Option<i64> {
    let date: NaiveDate = text.parse().ok()?;
    Some(date.signed_duration_since(NaiveDate::default()).num_days())
}

/// Microseconds since 1970-01-01T00:00:00 of a text; what is finer is cut off.
pub(super) fn datetime(text: &str) -> Option<i64> {
    let at: NaiveDateTime = text.parse().ok()?;
    Some(at.and_utc().timestamp_micros())
}

/// Microseconds since midnight of a text; what is finer is cut off, a leap second too.
pub(super) fn time(text: &str) -> Option<i64> {
    let time: NaiveTime = text.parse().ok()?;
    let nanos = time.nanosecond().min(999_999_999);
    Some(i64::from(time.num_seconds_from_midnight()) * MICROS_PER_SECOND + i64::from(nanos / 1_000))
}

/// Microseconds of seconds and nanoseconds, which are below 1 000 000 000.
pub(super) fn duration((seconds, nanos): (i64, i64)) -> Option<i64> {
    let nanos = u32::try_from(nanos).ok().filter(|n| *n < 1_000_000_000)?;
    seconds.checked_mul(MICROS_PER_SECOND)?.checked_add(i64::from(nanos / 1_000))
}

/// Day serial of days since 1970-01-01 (1900 date system).
pub(super) fn serial_of_days(days: f64) -> f64 {
    let serial = days + UNIX_EPOCH_SERIAL;
    if serial < MARCH_1900_SERIAL { serial - 1.0 } else { serial }
}

/// Days, with a fraction, of microseconds.
pub(super) fn days_of_micros(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_DAY as f64
}

/// Microseconds since 1970-01-01T00:00:00 of a day serial, to the nearest. The day that never was
/// is the one before it.
pub(super) fn micros_of_serial(serial: f64) -> Option<i64> {
    let phantom = (60.0..MARCH_1900_SERIAL).contains(&serial);
    let days = match serial {
        _ if phantom => serial - UNIX_EPOCH_SERIAL,
        _ if serial < MARCH_1900_SERIAL => serial + 1.0 - UNIX_EPOCH_SERIAL,
        _ => serial - UNIX_EPOCH_SERIAL,
    };
    micros_of_days(days)
}

/// Microseconds of days with a fraction, to the nearest.
pub(super) fn micros_of_days(days: f64) -> Option<i64> {
    let micros = (days * MICROS_PER_DAY as f64).round();
    // Beyond 2^62 no calendar reaches.
    (micros.abs() < (1i64 << 62) as f64).then_some(micros as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_and_texts_agree_around_the_day_that_never_was() {
        for (serial, text) in [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (25_569.0, "1970-01-01"),
            (45_322.0, "2024-01-31"),
        ] {
            let days = micros_of_serial(serial).unwrap().div_euclid(MICROS_PER_DAY);
            assert_eq!(date_text(days).unwrap(), text);
            let back = serial_of_days(date(text).unwrap() as f64);
            assert_eq!(back, if serial == 60.0 { 59.0 } else { serial });
        }
    }

    #[test]
    fn times_are_written_as_upstream_writes_them() {
        let noon = 12 * 3_600 * MICROS_PER_SECOND;
        assert_eq!(time_text(noon).unwrap(), "12:00:00");
        assert_eq!(time_text(noon + 500_000).unwrap(), "12:00:00.500");
        assert_eq!(time_text(noon + 1).unwrap(), "12:00:00.000001");
        assert_eq!(time_text(MICROS_PER_DAY), None);
        assert_eq!(time_text(-1), None);
        assert_eq!(datetime_text(noon).unwrap(), "1970-01-01T12:00:00");
        assert_eq!(datetime_text(-1).unwrap(), "1969-12-31T23:59:59.999999");
        assert_eq!(date_text(-719_529).unwrap(), "-0001-12-31");
        assert_eq!(date_text(i64::MAX), None);
        assert_eq!(duration_parts(-1), (-1, 999_999_000));
        assert_eq!(duration((-1, 999_999_000)), Some(-1));
        assert_eq!(duration((0, 1_000_000_000)), None);
        assert_eq!(duration((i64::MAX, 0)), None);
    }

    #[test]
    fn texts_that_are_no_dates_are_none() {
        for text in ["", "2024-02-30", "31.1.2024", "2024-01-31T00:00:00"] {
            assert_eq!(date(text), None, "{text}");
        }
        assert_eq!(datetime("2024-01-31 12:00:00"), None);
        assert_eq!(datetime("2024-01-31T12:00:00Z"), None);
        assert_eq!(time("25:00:00"), None);
        assert_eq!(time("23:59:60"), Some(MICROS_PER_DAY - 1));
        assert_eq!(micros_of_serial(f64::NAN), None);
        assert_eq!(micros_of_days(f64::INFINITY), None);
    }
}
