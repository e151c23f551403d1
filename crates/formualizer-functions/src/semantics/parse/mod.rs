//! Texts as numbers, as `VALUE`, operators, arguments and criteria read them in the locale en-US.
//!
//! | form | examples |
//! |---|---|
//! | number ([`number`]) | `-1,234.50`, `(5)`, `$5`, `12€`, `40%`, `1.5E-3`, `1 1/2` |
//! | time ([`time`]) | `12:30`, `1:30 PM`, `12:30:15.5`, `27:30` |
//! | date ([`date`]) | `1/2/2024`, `2024-01-02`, `2-Jan-24`, `Jan 2024`, `January 2, 2024` |
//! | date and time | `1/2/2024 12:30` |
//!
//! Spaces around a number are ignored; a date or time with a space before it is none (stored: `INT(" 10 ")` is
//! 10, `INT(" 2024-01-10 ")` is `#VALUE!`). Only the space is ignored, not the no-break space. `TRUE` and the
//! empty text are no numbers.

mod date;
mod number;
mod scan;
mod time;

use super::TextRules;
use scan::Scan;

/// The number that a text stands for; `None` is `#VALUE!`.
#[must_use]
pub fn parse_number(text: &str, rules: TextRules) -> Option<f64> {
    // Most texts are no numbers; none begins with another letter than a month's.
    let first = *text.trim_start_matches(' ').as_bytes().first()?;
    let possible = first.is_ascii_digit()
        || b"+-.($%".contains(&first)
        || b"jfmasondJFMASOND".contains(&first)
        || !first.is_ascii();
    if !possible || begins_with_other_word(text.trim_start_matches(' ').as_bytes()) {
        return None;
    }
    number::parse(text.trim_matches(' ')).or_else(|| moment(text.trim_end_matches(' '), rules))
}

/// The serial of a text that is a date, a time or both, and no plain number: what `DATEVALUE` and `TIMEVALUE` read.
#[must_use]
pub fn parse_moment(text: &str, rules: TextRules) -> Option<f64> {
    moment(text.trim_end_matches(' '), rules)
}

/// Whether a text begins with a letter, but not with those of a month.
fn begins_with_other_word(text: &[u8]) -> bool {
    if !text.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let month = |name: &str| {
        name.as_bytes().get(..3).zip(text.get(..3)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    !super::calendar::MONTHS.iter().any(|name| month(name))
}

/// A date, a time, or a date and a time.
fn moment(text: &str, rules: TextRules) -> Option<f64> {
    let mut scan = Scan::new(text);
    if let Some(time) = time::parse(&mut scan)
        && scan.is_done()
    {
        return Some(time);
    }
    let mut scan = Scan::new(text);
    let date = date::parse(&mut scan, rules)?;
    if scan.is_done() {
        return Some(date);
    }
    if scan.spaces() == 0 {
        return None;
    }
    let time = time::parse(&mut scan)?;
    scan.is_done().then_some(date + time)
}
