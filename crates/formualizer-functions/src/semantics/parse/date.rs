//! Dates as they are written in the United States, and as in ISO 8601.
//!
//! - `m/d/y`, `m/d`, `m/y`, with slashes or hyphens; four digits first are a year: `y/m/d`, `y/m`.
//! - With a month's name or its first three letters: `2-Jan-24`, `2-Jan`, `Jan-24`, `Jan 2024`, `2 January 2024`,
//!   `January 2, 2024`. In the way of East Asia, `2024年8月6日`, which can mean nothing else.
//! - Years of one or two digits are 2000 to 2029 and 1930 to 1999 (Microsoft, "Change the date system, format, or
//!   two-digit year interpretation"; stored: `DATEVALUE("1/1/1")` is in 2001); those of four digits 1900 to 9999;
//!   others are none.
//! - Two numbers that are no day of the month are month and year: `2/30` is February 1930. A date without year is
//!   one of this year, a date without day the first of its month.

use super::{
    super::{TextRules, calendar},
    scan::Scan,
};

pub(super) fn parse(scan: &mut Scan<'_>, rules: TextRules) -> Option<f64> {
    let day = if scan.rest().as_bytes().first()?.is_ascii_digit() {
        let first = scan.digits();
        numbers(scan, first, rules)?
    } else {
        let month = month(scan)?;
        month_first(scan, month, rules)?
    };
    let serial = calendar::serial(day.0, day.1, day.2, rules.dates)?;
    #[expect(clippy::cast_precision_loss, reason = "serials of dates are below 2^53")]
    let serial = serial as f64;
    Some(serial)
}

/// Year, month, day.
type Ymd = (i32, u32, u32);

/// A year as it is written.
fn year(digits: &str) -> Option<i32> {
    let number: i32 = digits.parse().ok()?;
    match digits.len() {
        1 | 2 if number < 30 => Some(2000 + number),
        1 | 2 => Some(1900 + number),
        4 => Some(number),
        _ => None,
    }
}

/// A month or a day as it is written.
fn small(digits: &str) -> Option<u32> {
    if digits.len() > 2 { None } else { digits.parse().ok() }
}

/// A month's name, or its first three letters.
fn month(scan: &mut Scan<'_>) -> Option<u32> {
    let word = scan.letters();
    let at = calendar::MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word) || name[..3].eq_ignore_ascii_case(word))?;
    u32::try_from(at + 1).ok()
}

/// A date that starts with a number.
fn numbers(scan: &mut Scan<'_>, first: &str, rules: TextRules) -> Option<Ymd> {
    if let Some(date) = east_asian(scan, first, rules) {
        return Some(date);
    }
    let separator = separator(scan)?;
    if scan.rest().starts_with(|c: char| c.is_ascii_alphabetic()) {
        let month = month(scan)?;
        return match rest(scan, separator) {
            Some(third) => Some((year(third)?, month, small(first)?)),
            None => day_or_year(first, month, rules),
        };
    }
    if separator == ' ' {
        return None;
    }
    let second = scan.digits();
    let mut ahead = *scan;
    let third = if ahead.take(separator) { Some(ahead.digits()) } else { None };
    if third.is_some() {
        *scan = ahead;
    }
    match third {
        Some(third) if first.len() == 4 => Some((year(first)?, small(second)?, small(third)?)),
        Some(third) => Some((year(third)?, small(first)?, small(second)?)),
        None if first.len() == 4 => Some((year(first)?, small(second)?, 1)),
        None => day_or_year(second, small(first)?, rules),
    }
}

/// `2024年8月6日`, without its year, or without its day.
fn east_asian(scan: &mut Scan<'_>, first: &str, rules: TextRules) -> Option<Ymd> {
    let mut ahead = *scan;
    let (year, month) = match ahead.take('年') {
        true => (year(first)?, ahead.digits()),
        false => (rules.year, first),
    };
    ahead.take('月').then_some(())?;
    let day = match ahead.digits() {
        "" => 1,
        digits => ahead.take('日').then(|| small(digits))??,
    };
    *scan = ahead;
    Some((year, small(month)?, day))
}

/// A date that starts with a month's name.
fn month_first(scan: &mut Scan<'_>, month: u32, rules: TextRules) -> Option<Ymd> {
    let separator = separator(scan)?;
    let second = scan.digits();
    if separator == ' ' && second.len() <= 2 {
        let mut ahead = *scan;
        let comma = ahead.take(',');
        if ahead.spaces() > 0 || comma {
            let digits = ahead.digits();
            // Digits before a colon are a time.
            if !digits.is_empty() && !ahead.rest().starts_with(':') {
                *scan = ahead;
                return Some((year(digits)?, month, small(second)?));
            }
            if comma {
                return None;
            }
        }
        return day_or_year(second, month, rules);
    }
    match rest(scan, separator) {
        Some(third) => Some((year(third)?, month, small(second)?)),
        None => day_or_year(second, month, rules),
    }
}

/// The third part, after the same separator; digits before a colon are a time.
fn rest<'a>(scan: &mut Scan<'a>, separator: char) -> Option<&'a str> {
    let mut ahead = *scan;
    if !ahead.take(separator) {
        return None;
    }
    let digits = ahead.digits();
    if digits.is_empty() || ahead.rest().starts_with(':') {
        return None;
    }
    *scan = ahead;
    Some(digits)
}

/// A month with a number that is a day of it this year, or a year.
fn day_or_year(digits: &str, month: u32, rules: TextRules) -> Option<Ymd> {
    if let Some(day) = small(digits)
        && calendar::serial(rules.year, month, day, rules.dates).is_some()
    {
        return Some((rules.year, month, day));
    }
    Some((year(digits)?, month, 1))
}

/// What parts the first two parts: a slash, a hyphen, or spaces.
fn separator(scan: &mut Scan<'_>) -> Option<char> {
    if scan.spaces() > 0 {
        return Some(' ');
    }
    scan.take_any(&['/', '-'])
}
