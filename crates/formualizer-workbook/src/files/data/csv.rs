//! Comma or tab separated values (RFC 4180).

use super::{
    Columns, Written, check_cells,
    dialect::{Dialect, with_point},
    refused, value_text,
};
use crate::{
    Error, Value,
    address::{MAX_COLS, MAX_ROWS},
    cells::{Builder, CellRef, NumberKind},
    files::{ExportOptions, ImportOptions, MAX_TEXT, xlsx},
};
use csv::{ReaderBuilder, StringRecord};
use formualizer_common::{DateSystem, datetime_to_serial_for};
use std::borrow::Cow;

/// Digits that a number has at most; longer ones are kept as texts, since they are rather keys than amounts.
const DIGITS: usize = 15;

pub(super) fn read(
    bytes: &[u8],
    delimiter: u8,
    dates: DateSystem,
    options: &ImportOptions,
) -> Result<Columns, Error> {
    let text = decoded(bytes)?;
    let dialect = Dialect::of(&text, delimiter, options)?;
    let text = text.get(dialect.skipped..).unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut columns: Vec<Builder> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut record = StringRecord::new();
    let (mut rows, mut first) = (0_usize, true);
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|e| refused(format!("the file is no CSV: {e}")).with_source(e))?;
        if !more {
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() > MAX_COLS as usize {
            let what =
                format!("line {line} has {} values, a sheet {MAX_COLS} columns", record.len());
            return Err(refused(what));
        }
        for field in &record {
            if field.len() > MAX_TEXT && field.encode_utf16().count() > MAX_TEXT {
                let what = format!(
                    "line {line}: a text of more than {MAX_TEXT} characters, which no cell holds"
                );
                return Err(refused(what));
            }
        }
        if std::mem::take(&mut first) && options.headers {
            names = record.iter().map(str::to_owned).collect();
            columns.resize_with(names.len(), Builder::default);
            continue;
        }
        if rows >= MAX_ROWS as usize {
            return Err(refused(format!(
                "line {line} is behind row {MAX_ROWS}, the last one of a sheet"
            )));
        }
        check_cells(rows + 1, columns.len().max(record.len()), options)?;
        while columns.len() < record.len() {
            let mut column = Builder::with_capacity(rows);
            (0..rows).for_each(|_| column.push(CellRef::Blank));
            columns.push(column);
        }
        for (at, column) in columns.iter_mut().enumerate() {
            column.push(cell(record.get(at).unwrap_or_default(), dates, dialect));
        }
        rows += 1;
    }
    if !names.is_empty() {
        names.resize(columns.len(), String::new());
    }
    Ok(Columns { names, cells: columns.into_iter().map(Builder::finish).collect() })
}

/// The text of a file: UTF-8, or UTF-16 with a mark.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => {
            let plain = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
            return std::str::from_utf8(plain).map(Cow::Borrowed).map_err(|e| {
                let line = plain.iter().take(e.valid_up_to()).filter(|b| **b == b'\n').count() + 1;
                refused(format!("line {line} is not UTF-8: save the file in that encoding"))
                    .with_source(e)
            });
        }
    };
    let units: Vec<u16> = bytes[2..].as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
    let text = String::from_utf16(&units);
    text.map(Cow::Owned).map_err(|e| refused("the file is not UTF-16").with_source(e))
}

/// What a text stands for.
fn cell(text: &str, dates: DateSystem, dialect: Dialect) -> CellRef<'_> {
    let plain = text.trim();
    let Some(first) = plain.bytes().next() else {
        return if text.is_empty() { CellRef::Blank } else { CellRef::Text(text) };
    };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => {
            let found = match dialect.comma {
                false => number(plain),
                true => with_point(plain).and_then(|pointed| number(&pointed)),
            };
            found.or_else(|| date(plain, dates)).unwrap_or(CellRef::Text(text))
        }
        b't' | b'T' if plain.eq_ignore_ascii_case("true") => CellRef::Logical(true),
        b'f' | b'F' if plain.eq_ignore_ascii_case("false") => CellRef::Logical(false),
        b'#' => error(plain).unwrap_or(CellRef::Text(text)),
        _ => CellRef::Text(text),
    }
}

/// A number; nothing where it is a key of digits: with zeros in front, or with more digits than a double has.
fn number(text: &str) -> Option<CellRef<'static>> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let whole = unsigned.bytes().all(|b| b.is_ascii_digit());
    let padded =
        unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    let digits = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if padded || (whole && unsigned.len() > DIGITS) || !unsigned.bytes().all(digits) {
        return None;
    }
    let n: f64 = text.parse().ok()?;
    n.is_finite().then_some(CellRef::Number(n, NumberKind::Number))
}

/// A date, or a date and time, as in ISO 8601.
fn date(text: &str, dates: DateSystem) -> Option<CellRef<'static>> {
    let day = text.as_bytes().first_chunk::<10>()?;
    let alike = day.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !alike {
        return None;
    }
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        let at = day.and_time(chrono::NaiveTime::MIN);
        return serial(datetime_to_serial_for(dates, &at), NumberKind::Date);
    }
    let iso = text.trim_end_matches('Z').replacen(' ', "T", 1);
    let at: chrono::NaiveDateTime = iso.parse().ok()?;
    serial(datetime_to_serial_for(dates, &at), NumberKind::DateTime)
}

/// Days before those that sheets count stay texts.
fn serial(days: f64, kind: NumberKind) -> Option<CellRef<'static>> {
    (days.is_finite() && days >= 0.0).then_some(CellRef::Number(days, kind))
}

fn error(text: &str) -> Option<CellRef<'static>> {
    let kind = xlsx::cell::error_of(text);
    kind.to_string().eq_ignore_ascii_case(text).then_some(CellRef::Error(kind, None))
}

pub(super) fn write(columns: &Written<'_>, delimiter: u8, options: ExportOptions) -> Vec<u8> {
    let shown = |value: &Value| {
        let text = value_text(value);
        match value {
            // Without the point, so many digits would be read as a key.
            Value::Number(n) if (1e15..1e16).contains(&n.abs()) => format!("{n:?}"),
            Value::Text(_) if options.neutralize_formulas && text.starts_with(FORMULA) => {
                format!("'{text}")
            }
            _ => text,
        }
    };
    let mut out = String::new();
    for row in 0..columns.rows() {
        let width = columns.cells.len();
        for col in 0..width {
            if col > 0 {
                out.push(char::from(delimiter));
            }
            let text = shown(&columns.value(row, col));
            // A line of one blank would be none.
            let quoted = needs_quotes(&text, delimiter) || (width == 1 && text.is_empty());
            match quoted {
                true => {
                    out.push('"');
                    out.push_str(&text.replace('"', "\"\""));
                    out.push('"');
                }
                false => out.push_str(&text),
            }
        }
        out.push('\n');
    }
    out.into_bytes()
}

/// Whether a value would be read as something else without quotes: as several values, here or where semicolons separate them, or as
/// the name of a delimiter.
fn needs_quotes(text: &str, delimiter: u8) -> bool {
    text.bytes().any(|b| b == delimiter || matches!(b, b'"' | b'\n' | b'\r' | b';'))
        || text.starts_with("sep=")
}

/// What a formula may begin with in spreadsheet programs.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
