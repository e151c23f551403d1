//! Values of OpenDocument cells.

use crate::{
    cells::NumberKind,
    files::{
        MAX_TEXT,
        xlsx::cell::{Content, error_of},
    },
};
use formualizer_common::{DateSystem, ExcelErrorKind, datetime_to_serial_for};
use std::borrow::Cow;

/// The attributes of a cell that may have its value.
pub(super) struct Typed<'a> {
    pub(super) value: Option<Cow<'a, str>>,
    pub(super) date: Option<Cow<'a, str>>,
    pub(super) time: Option<Cow<'a, str>>,
    pub(super) logical: Option<Cow<'a, str>>,
    pub(super) text: Option<Cow<'a, str>>,
}

/// The value of a cell of a type (`office:value-type`), or what is wrong with it. `shown` is the text that the cell shows.
pub(super) fn content<'a>(
    kind: &str,
    typed: Typed<'a>,
    shown: Cow<'a, str>,
    dates: DateSystem,
    of_formula: bool,
) -> Result<Content<'a>, String> {
    let text = |text: Option<Cow<'a, str>>| text.unwrap_or_default();
    Ok(match kind {
        "float" | "percentage" | "currency" => {
            let value = text(typed.value);
            match value.trim().parse::<f64>() {
                // The stored number of an error is none that anybody sees.
                Ok(_) if of_formula && is_error(&shown) => Content::Error(error_of(&shown)),
                Ok(n) => number(n, NumberKind::Number),
                Err(_) => return Err(format!("{} is no number", crate::address::shown(&value))),
            }
        }
        "date" => {
            let date = text(typed.date);
            instant(&date, dates)
                .ok_or_else(|| format!("{} is no date", crate::address::shown(&date)))?
        }
        "time" => {
            let time = text(typed.time);
            match duration(&time) {
                Some(days) if (0.0..1.0).contains(&days) => number(days, NumberKind::Time),
                Some(days) => number(days, NumberKind::Duration),
                None => return Err(format!("{} is no time", crate::address::shown(&time))),
            }
        }
        "boolean" => Content::Logical(text(typed.logical).trim() == "true"),
        "string" => {
            // The text of an error stands in the paragraph; the attribute is empty beside it.
            if of_formula && is_error(&shown) {
                return Ok(Content::Error(error_of(&shown)));
            }
            let text = typed.text.unwrap_or(shown);
            if text.len() > MAX_TEXT && text.encode_utf16().count() > MAX_TEXT {
                return Err(format!("the text has more than {MAX_TEXT} characters"));
            }
            Content::Text(text)
        }
        _ => Content::Blank,
    })
}

fn number(n: f64, kind: NumberKind) -> Content<'static> {
    match n.is_finite() {
        true => Content::Number(n, kind),
        false => Content::Error(ExcelErrorKind::Num),
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
