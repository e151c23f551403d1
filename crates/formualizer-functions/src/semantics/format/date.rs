//! Dates and times.
//!
//! Seconds are rounded to the digits that are shown, and what they carry is carried on; minutes and hours are cut
//! off. A number that is no date is an error, except that `[h]`, `[m]` and `[s]` alone show any number (stored:
//! `TEXT(-1,"[h]")` is -24, `TEXT(-1,"[h]:m")` is `#VALUE!`). The 1904 system shows negative times with a sign
//! (stored).

use super::{
    super::{DateSystem, calendar, digits},
    FormatError,
    code::{Section, Token, Unit},
};

/// Years that the Buddhist calendar is ahead.
const BUDDHIST: i32 = 543;
/// Digits of a second that are counted.
const MOST_PLACES: usize = 6;
/// Days that a count of seconds still holds.
const MOST: f64 = 1e12;

/// Appends the text of a number in a section of dates; `bare` shows negative numbers without their sign.
pub(super) fn push(
    out: &mut String,
    section: &Section,
    number: f64,
    bare: bool,
    dates: DateSystem,
) -> Result<(), FormatError> {
    let tokens = section.tokens.as_slice();
    let places = tokens.iter().map(|token| match token {
        Token::Subsecond(places) => *places,
        _ => 0,
    });
    let places = places.max().unwrap_or(0).min(MOST_PLACES);
    let per_second = (0..places).fold(1, |ticks, _| ticks * 10);
    let is_time = |token: &Token| {
        matches!(
            token,
            Token::Elapsed(..)
                | Token::Subsecond(_)
                | Token::Half(_)
                | Token::Date(Unit::Hour | Unit::Minute | Unit::Second, _)
        )
    };
    let free = tokens.iter().all(|token| matches!(token, Token::Elapsed(..) | Token::Literal(_)));
    let negative = number < 0.0;
    if negative && !free && dates == DateSystem::Excel1900 || number.abs() > MOST {
        return Err(FormatError::NoDate);
    }
    let magnitude = number.abs();
    let (days, ticks) = if tokens.iter().any(is_time) {
        calendar::split(magnitude, per_second)
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "compared with the largest above")]
        let days = magnitude.floor() as i64;
        (days, 0)
    };
    let day = match calendar::day(days, dates) {
        Some(day) => day,
        None if free => calendar::Day { year: 1900, month: 1, day: 0, weekday: 6 },
        None => return Err(FormatError::NoDate),
    };
    let clock = Clock {
        day,
        days,
        seconds: ticks / per_second,
        fraction: ticks % per_second,
        places,
        halves: tokens.iter().any(|token| matches!(token, Token::Half(_))),
    };
    if negative && !bare {
        out.push('-');
    }
    for token in tokens {
        clock.push(out, token);
    }
    Ok(())
}

/// A moment in its parts.
struct Clock {
    day: calendar::Day,
    days: i64,
    /// Of the day.
    seconds: i64,
    /// Of a second, in units of its last place.
    fraction: i64,
    places: usize,
    /// Whether hours go to twelve.
    halves: bool,
}

impl Clock {
    fn push(&self, out: &mut String, token: &Token) {
        match token {
            Token::Date(unit, count) => self.push_unit(out, *unit, *count),
            Token::Elapsed(unit, count) => {
                let seconds = self.days * 86_400 + self.seconds;
                let elapsed = match unit {
                    Unit::Hour => seconds / 3600,
                    Unit::Minute => seconds / 60,
                    _ => seconds,
                };
                push_padded(out, elapsed, *count);
            }
            Token::Subsecond(places) => {
                let mut digits = String::new();
                push_padded(&mut digits, self.fraction, self.places);
                digits.extend(std::iter::repeat_n('0', places.saturating_sub(self.places)));
                out.push('.');
                out.push_str(&digits[..*places]);
            }
            Token::Half(half) => {
                let afternoon = self.seconds >= 43_200;
                match half {
                    None => out.push_str(if afternoon { "PM" } else { "AM" }),
                    Some(half) => out.push(half[usize::from(afternoon)]),
                }
            }
            Token::Point => out.push('.'),
            Token::Comma => out.push(','),
            token => token.push_literal(out),
        }
    }

    fn push_unit(&self, out: &mut String, unit: Unit, count: usize) {
        let day = self.day;
        match unit {
            Unit::Year => push_year(out, day.year, count),
            Unit::Buddhist => push_year(out, day.year + BUDDHIST, count),
            Unit::Era => {}
            Unit::Month => match (count, calendar::MONTHS.get(day.month as usize - 1)) {
                (3, Some(name)) => out.push_str(&name[..3]),
                (5, Some(name)) => out.push_str(&name[..1]),
                (4.., Some(name)) => out.push_str(name),
                _ => push_padded(out, i64::from(day.month), count),
            },
            Unit::Day => match (count, calendar::DAYS.get(day.weekday as usize)) {
                (3, Some(name)) => out.push_str(&name[..3]),
                (4.., Some(name)) => out.push_str(name),
                _ => push_padded(out, i64::from(day.day), count),
            },
            Unit::Hour => {
                let hour = self.seconds / 3600;
                let hour = if self.halves { (hour + 11) % 12 + 1 } else { hour };
                push_padded(out, hour, count.min(2));
            }
            Unit::Minute => push_padded(out, self.seconds / 60 % 60, count.min(2)),
            Unit::Second => push_padded(out, self.seconds % 60, count.min(2)),
        }
    }
}

fn push_year(out: &mut String, year: i32, count: usize) {
    let (shown, width) = if count <= 2 { (year % 100, 2) } else { (year, 4) };
    push_padded(out, i64::from(shown), width);
}

fn push_padded(out: &mut String, number: i64, width: usize) {
    digits::push_padded(out, number.unsigned_abs(), width);
}
