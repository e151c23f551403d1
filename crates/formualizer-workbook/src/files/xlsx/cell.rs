//! What a cell element holds.

use super::{
    scan::{Element, Kind},
    strings::Strings,
    styles::Styles,
};
use crate::cells::{CellRef, NumberKind};
use formualizer_common::{DateSystem, ExcelErrorKind};
use std::borrow::Cow;

/// The value of a cell of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    Blank,
    Number(f64, NumberKind),
    Logical(bool),
    Text(Cow<'a, str>),
    Error(ExcelErrorKind),
}

impl Content<'_> {
    /// As a cell.
    pub(crate) fn cell(&self) -> CellRef<'_> {
        match self {
            Self::Blank => CellRef::Blank,
            Self::Number(n, kind) => CellRef::Number(*n, *kind),
            Self::Logical(b) => CellRef::Logical(*b),
            Self::Text(text) => CellRef::Text(text),
            Self::Error(kind) => CellRef::Error(*kind, None),
        }
    }
}

/// What cells refer to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) strings: &'a Strings,
    pub(crate) styles: &'a Styles,
    pub(crate) dates: DateSystem,
}

impl<'a> Shared<'a> {
    /// The value of an element, or what is wrong with it.
    pub(crate) fn content(self, element: &Element<'a>) -> Result<Content<'a>, String> {
        if element.kind == Kind::Inline {
            return Ok(match &element.inline {
                Some(text) => Content::Text(text.clone()),
                None => Content::Blank,
            });
        }
        let Some(value) = element.value.as_deref() else { return Ok(Content::Blank) };
        let plain = value.trim();
        Ok(match element.kind {
            Kind::Text => {
                Content::Text(super::xml::decoded(element.value.clone().unwrap_or_default()))
            }
            _ if plain.is_empty() => Content::Blank,
            Kind::Shared => {
                let text = plain.parse().ok().and_then(|index| self.strings.get(index));
                match text {
                    Some(text) => Content::Text(Cow::Borrowed(text)),
                    None => {
                        return Err(format!(
                            "the shared text {plain} does not exist: there are {}",
                            self.strings.len()
                        ));
                    }
                }
            }
            Kind::Logical => Content::Logical(matches!(plain, "1" | "true" | "TRUE")),
            Kind::Error => Content::Error(error_of(plain)),
            Kind::Date => self.date(plain)?,
            Kind::Number | Kind::Inline => match plain.parse::<f64>() {
                Ok(n) if n.is_finite() => {
                    let kind = self.styles.kind(element.style);
                    Content::Number(n, kind_of(n, kind))
                }
                Ok(_) => Content::Error(ExcelErrorKind::Num),
                Err(_) => return Err(format!("{plain:?} is no number")),
            },
        })
    }

    fn date(self, text: &str) -> Result<Content<'a>, String> {
        let text = text.trim_end_matches('Z');
        let serial =
            |at: chrono::NaiveDateTime| formualizer_common::datetime_to_serial_for(self.dates, &at);
        if let Ok(day) = text.parse::<chrono::NaiveDate>() {
            return Ok(Content::Number(serial(day.into()), NumberKind::Date));
        }
        if let Ok(at) = text.parse::<chrono::NaiveDateTime>() {
            return Ok(Content::Number(serial(at), NumberKind::DateTime));
        }
        match text.trim_start_matches('T').parse::<chrono::NaiveTime>() {
            Ok(time) => {
                let midnight = chrono::NaiveTime::MIN;
                let seconds = (time - midnight).as_seconds_f64();
                Ok(Content::Number(seconds / 86_400.0, NumberKind::Time))
            }
            Err(_) => Err(format!("{text:?} is no date")),
        }
    }
}

/// A number with the format of a date may have a time, and the other way round.
pub(crate) fn kind_of(n: f64, kind: NumberKind) -> NumberKind {
    match kind {
        NumberKind::Date if n.fract() != 0.0 => NumberKind::DateTime,
        NumberKind::Time if !(0.0..1.0).contains(&n) => NumberKind::DateTime,
        kind => kind,
    }
}

/// The error that a file writes.
pub(crate) fn error_of(text: &str) -> ExcelErrorKind {
    match text.to_ascii_uppercase().as_str() {
        "#DIV/0!" => ExcelErrorKind::Div,
        "#N/A" => ExcelErrorKind::Na,
        "#NAME?" => ExcelErrorKind::Name,
        "#NULL!" => ExcelErrorKind::Null,
        "#NUM!" => ExcelErrorKind::Num,
        "#REF!" => ExcelErrorKind::Ref,
        "#SPILL!" => ExcelErrorKind::Spill,
        "#CALC!" => ExcelErrorKind::Calc,
        _ => ExcelErrorKind::Value,
    }
}

/// How files write an error: what every version of Excel reads.
pub(crate) fn error_text(kind: ExcelErrorKind) -> &'static str {
    match kind {
        ExcelErrorKind::Div => "#DIV/0!",
        ExcelErrorKind::Na => "#N/A",
        ExcelErrorKind::Name => "#NAME?",
        ExcelErrorKind::Null => "#NULL!",
        ExcelErrorKind::Num => "#NUM!",
        ExcelErrorKind::Ref => "#REF!",
        _ => "#VALUE!",
    }
}
