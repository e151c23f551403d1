//! Values of cells as calamine has them.

use crate::{
    cells::NumberKind,
    files::{
        MAX_TEXT,
        xlsx::cell::{Content, error_of},
    },
};
use calamine::Data;
use formualizer_common::{DateSystem, ExcelErrorKind, datetime_to_serial_for};
use std::borrow::Cow;

/// The value, or what is wrong with it.
pub(super) fn content(
    data: &Data,
    dates: DateSystem,
    of_formula: bool,
) -> Result<Content<'_>, String> {
    Ok(match data {
        Data::Empty => Content::Blank,
        #[expect(clippy::cast_precision_loss, reason = "numbers of a sheet are doubles")]
        Data::Int(n) => number(*n as f64, NumberKind::Number),
        Data::Float(n) => number(*n, NumberKind::Number),
        Data::Bool(b) => Content::Logical(*b),
        Data::Error(error) => Content::Error(error_of(&error.to_string())),
        // OpenDocument files have the texts of errors.
        Data::String(text) if of_formula && is_error(text) => Content::Error(error_of(text)),
        Data::String(text) => {
            if text.len() > MAX_TEXT && text.encode_utf16().count() > MAX_TEXT {
                return Err(format!("the text has more than {MAX_TEXT} characters"));
            }
            Content::Text(Cow::Borrowed(text))
        }
        Data::DateTime(at) => {
            let n = at.as_f64();
            number(n, if at.is_duration() { NumberKind::Duration } else { kind_of(n) })
        }
        Data::DateTimeIso(text) => {
            instant(text, dates).ok_or_else(|| format!("{text:?} is no date"))?
        }
        Data::DurationIso(text) => match duration(text) {
            Some(days) if (0.0..1.0).contains(&days) => number(days, NumberKind::Time),
            Some(days) => number(days, NumberKind::Duration),
            None => return Err(format!("{text:?} is no time")),
        },
    })
}

fn number(n: f64, kind: NumberKind) -> Content<'static> {
    match n.is_finite() {
        true => Content::Number(n, kind),
        false => Content::Error(ExcelErrorKind::Num),
    }
}

/// What a number with the format of a date shows.
fn kind_of(n: f64) -> NumberKind {
    match n {
        n if n.fract() == 0.0 => NumberKind::Date,
        n if (0.0..1.0).contains(&n) => NumberKind::Time,
        _ => NumberKind::DateTime,
    }
}

fn is_error(text: &str) -> bool {
    text.starts_with("Err:")
        || (text.starts_with('#') && text.ends_with(['!', '?']))
        || text == "#N/A"
}

/// `2024-01-31`, `2024-01-31T12:30:00`.
fn instant(text: &str, dates: DateSystem) -> Option<Content<'static>> {
    let text = text.trim_end_matches('Z');
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        return Some(number(datetime_to_serial_for(dates, &day.into()), NumberKind::Date));
    }
    let at: chrono::NaiveDateTime = text.parse().ok()?;
    Some(number(datetime_to_serial_for(dates, &at), NumberKind::DateTime))
}

/// `PT12H30M15.5S` in days.
fn duration(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (mut rest, mut seconds, mut in_day) = (text.strip_prefix('P')?, 0.0, false);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            (rest, in_day) = (after, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, after) = rest.split_at_checked(end)?;
        let unit = after.chars().next()?;
        let amount: f64 = digits.parse().ok()?;
        seconds += amount
            * match (unit, in_day) {
                ('D', false) => 86_400.0,
                ('H', true) => 3_600.0,
                ('M', true) => 60.0,
                ('S', true) => 1.0,
                _ => return None,
            };
        rest = after.get(1..)?;
    }
    Some(sign * seconds / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_days() {
        for (text, days) in
            [("PT12H00M00S", 0.5), ("P1DT6H", 1.25), ("-PT36H", -1.5), ("PT0.5S", 0.5 / 86_400.0)]
        {
            assert_eq!(duration(text), Some(days), "{text}");
        }
        for text in ["", "P1Y", "PT", "12:00", "PT1", "PTxH"] {
            assert!(duration(text).is_none_or(|days| days == 0.0), "{text}");
        }
    }
}
