//! Dates, times, instants and durations.

use formualizer_udf_sdk::{Date, DateTime, DateTimeUtc, Duration, Time, UdfError, fz_udf};

const DAY: i64 = 86_400_000_000;

/// The day so many days later; `#NUM!` where there is none.
#[fz_udf(examples = [
    ("2024-02-28", 2) => "2024-03-01",
    ("1970-01-01", -1) => "1969-12-31",
    (["2024-01-01", null]) => ["2024-01-02", null],
])]
pub fn add_days(
    /// The day to start from.
    date: Date,
    /// How many days later; negative ones are earlier.
    #[default = 1]
    days: i32,
) -> Result<Date, UdfError> {
    let days = date.days.checked_add(days);
    days.map(|days| Date { days }).ok_or_else(|| UdfError::num("beyond the last day"))
}

/// The day of the week, 1 for Monday to 7 for Sunday.
#[fz_udf(examples = [("2024-02-29") => 4, ("1970-01-01") => 4, ("1969-12-28") => 7])]
pub fn weekday(
    /// The day.
    date: Date,
) -> u8 {
    // 1970-01-01 was a Thursday.
    (i64::from(date.days) + 3).rem_euclid(7) as u8 + 1
}

/// A time of day of its parts. `#NUM!` where a part is beyond its bounds.
#[fz_udf(examples = [
    (18, 30) => "18:30:00",
    (0, 0, 59) => "00:00:59",
    (24, 0) => error("#NUM!", "24:00:00 is no time of day"),
])]
pub fn clock(
    /// 0 to 23.
    hours: u8,
    /// 0 to 59.
    minutes: u8,
    /// 0 to 59.
    #[default = 0]
    seconds: u8,
) -> Result<Time, UdfError> {
    if hours > 23 || minutes > 59 || seconds > 59 {
        let text = format!("{hours:02}:{minutes:02}:{seconds:02} is no time of day");
        return Err(UdfError::num(text));
    }
    let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60 + i64::from(seconds);
    Ok(Time { micros: seconds * 1_000_000 })
}

/// The full hours of a time of day.
#[fz_udf(examples = [("18:59:59.999999") => 18, (null) => null])]
pub fn hour_of(
    /// The time.
    time: Time,
) -> u8 {
    (time.micros / 3_600_000_000) as u8
}

/// A reading of a wall clock, so much later. `#NUM!` beyond the last one.
#[fz_udf(examples = [
    ("2024-02-29T23:30:00", 3_600) => "2024-03-01T00:30:00",
    ("1970-01-01T00:00:00", -0.5) => "1969-12-31T23:59:59.500000",
])]
pub fn add_time(
    /// The reading.
    at: DateTime,
    /// How much later; negative ones are earlier.
    by: Duration,
) -> Result<DateTime, UdfError> {
    let micros = at.micros.checked_add(by.micros);
    micros.map(|micros| DateTime { micros }).ok_or_else(|| UdfError::num("beyond the last moment"))
}

/// The instant so many seconds after 1970 began in Greenwich.
#[fz_udf(examples = [(0) => "1970-01-01T00:00:00Z", (86_400.5) => "1970-01-02T00:00:00.5Z"])]
pub fn at_unix(
    /// Seconds, with a fraction.
    seconds: f64,
) -> DateTimeUtc {
    DateTimeUtc { micros: (seconds * 1e6).round() as i64 }
}

/// The time from one instant to another, negative where the other one is earlier.
#[fz_udf(examples = [
    ("2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z") => 3_600,
    ("2024-01-01T00:00:01Z", "2024-01-01T00:00:00Z") => -1,
])]
pub fn elapsed(
    /// The first instant.
    from: DateTimeUtc,
    /// The other one.
    to: DateTimeUtc,
) -> Duration {
    Duration { micros: to.micros.saturating_sub(from.micros) }
}

/// A duration times a number, at most the longest there is.
#[fz_udf(examples = [(90, 2) => 180, (1, -0.5) => -0.5])]
pub fn stretch(
    /// The duration.
    duration: Duration,
    /// The number.
    factor: f64,
) -> Duration {
    Duration { micros: (duration.micros as f64 * factor).round() as i64 }
}

/// Days since 1970-01-01 of a reading.
pub(crate) fn day_of(at: DateTime) -> i64 {
    at.micros.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_go_on_before_1970() {
        for days in -20..20 {
            assert_eq!(weekday(Date { days: days + 1 }) % 7, (weekday(Date { days }) + 1) % 7);
        }
        assert_eq!(weekday(Date { days: i32::MAX }), 5);
    }

    #[test]
    fn what_is_beyond_the_last_day_is_an_error() {
        assert!(add_days(Date { days: i32::MAX }, 1).is_err());
        assert!(add_time(DateTime { micros: i64::MIN }, Duration { micros: -1 }).is_err());
        assert_eq!(clock(23, 59, 59).map(hour_of), Ok(23));
        assert_eq!(day_of(DateTime { micros: -1 }), -1);
    }
}
