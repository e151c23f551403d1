//! Values and formulas from calamine.

use super::{Kind, refused};
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS},
    book::Book,
    cells::{CellRef, NumberKind},
    files::{
        FileLimits, LoadOptions, MAX_TEXT, Warnings,
        collect::{Collector, LoadedSheet},
        xlsx::{
            load::assemble,
            package::Package,
            xml::{Piece, Xml},
        },
    },
};
use calamine::{CellErrorType, Data, DataRef, ExcelDateTime, Ods, Reader, Xls, Xlsb};
use formualizer_common::{DateSystem, ExcelErrorKind, datetime_to_serial_for};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// Cells of the rectangle around all cells of a sheet: calamine stores every one.
const MAX_AREA: u64 = 1 << 26;

/// Loads a workbook.
///
/// # Errors
/// [`File`](crate::ErrorKind::File) where it is damaged, or beyond the limits.
pub(crate) fn load(
    bytes: Arc<[u8]>,
    kind: Kind,
    options: &LoadOptions,
) -> Result<(Book, Warnings), Error> {
    if kind == Kind::Ods {
        check_repeats(&bytes, &options.limits)?;
    }
    let read = || match kind {
        Kind::Xlsb => xlsb(bytes, options),
        Kind::Ods => dense::<Ods<_>>(bytes, options, from_open_formula),
        Kind::Xls | Kind::Xlsx => dense::<Xls<_>>(bytes, options, str::to_owned),
    };
    // calamine is written for files that are whole.
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(loaded) => loaded,
        Err(_) => Err(refused("the file is damaged")),
    }
}

type File = Cursor<Arc<[u8]>>;

/// A sheet that is collected within limits.
struct Sheet<'a> {
    cells: Collector,
    name: &'a str,
    left: &'a mut u64,
}

impl Sheet<'_> {
    fn place(&self, (row, col): (u32, u32)) -> Result<Cell, Error> {
        match row < MAX_ROWS && col < MAX_COLS {
            true => Ok(Cell::new(row, col)),
            false => Err(refused(format!(
                "{}: a cell in row {} and column {}: a sheet has {MAX_ROWS} rows and {MAX_COLS} columns",
                self.name,
                u64::from(row) + 1,
                u64::from(col) + 1
            ))),
        }
    }

    fn value(&mut self, at: (u32, u32), value: CellRef<'_>) -> Result<(), Error> {
        let at = self.place(at)?;
        if value == CellRef::Blank {
            return Ok(());
        }
        if let CellRef::Text(text) = value
            && text.len() > MAX_TEXT
            && text.encode_utf16().count() > MAX_TEXT
        {
            let what = format!("{}!{at}: the text has more than {MAX_TEXT} characters", self.name);
            return Err(refused(what));
        }
        let name = self.name;
        *self.left = self.left.checked_sub(1).ok_or_else(|| {
            refused(format!("{name}!{at}: the file has more cells than the limit cells allows"))
        })?;
        self.cells.value(at, value);
        Ok(())
    }

    fn formula(&mut self, at: (u32, u32), formula: &str) -> Result<(), Error> {
        let at = self.place(at)?;
        if !formula.trim().is_empty() {
            self.cells.go_on(at, &format!("={}", formula.trim().trim_start_matches('=')), None);
        }
        Ok(())
    }
}

/// Formats that calamine gives whole ranges of.
fn dense<R: Reader<File>>(
    bytes: Arc<[u8]>,
    options: &LoadOptions,
    typed: impl Fn(&str) -> String,
) -> Result<(Book, Warnings), Error>
where
    R::Error: std::fmt::Display,
{
    let damaged = |e: R::Error| refused(format!("the file cannot be read: {e}"));
    let mut book = R::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut sheets = Vec::new();
    let mut left = options.limits.cells;
    for name in book.sheet_names() {
        let mut sheet = Sheet { cells: Collector::default(), name: &name, left: &mut left };
        let values = book.worksheet_range(&name).map_err(damaged)?;
        let (top, start) = values.start().unwrap_or_default();
        for (row, col, value) in values.used_cells() {
            let at = (top.saturating_add(line(row)), start.saturating_add(line(col)));
            sheet.value(at, cell(&DataRef::from_data(value)))?;
        }
        // Sheets without formulas may not have them at all.
        if let Ok(formulas) = book.worksheet_formula(&name) {
            let (top, start) = formulas.start().unwrap_or_default();
            for (row, col, formula) in formulas.used_cells() {
                let at = (top.saturating_add(line(row)), start.saturating_add(line(col)));
                sheet.formula(at, &typed(formula))?;
            }
        }
        let loaded = sheet.cells.finish();
        sheets.push((name, loaded));
    }
    let names = book.defined_names().iter();
    let names = names.map(|(name, text)| (name.clone(), typed(text))).collect();
    finish(sheets, names)
}

/// Binary workbooks, cell by cell: their ranges could be of any size.
fn xlsb(bytes: Arc<[u8]>, options: &LoadOptions) -> Result<(Book, Warnings), Error> {
    let damaged = |e: calamine::XlsbError| refused(format!("the file cannot be read: {e}"));
    let mut book: Xlsb<File> = Xlsb::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut sheets = Vec::new();
    let mut left = options.limits.cells;
    for name in book.sheet_names() {
        let mut sheet = Sheet { cells: Collector::default(), name: &name, left: &mut left };
        let mut reader = book.worksheet_cells_reader(&name).map_err(damaged)?;
        while let Some(found) = reader.next_cell().map_err(damaged)? {
            sheet.value(found.get_position(), cell(found.get_value()))?;
        }
        drop(reader);
        let mut reader = book.worksheet_cells_reader(&name).map_err(damaged)?;
        while let Some(found) = reader.next_formula().map_err(damaged)? {
            sheet.formula(found.get_position(), found.get_value())?;
        }
        let loaded = sheet.cells.finish();
        sheets.push((name, loaded));
    }
    let names = book.defined_names().to_vec();
    finish(sheets, names)
}

fn finish(
    sheets: Vec<(String, LoadedSheet)>,
    names: Vec<(String, String)>,
) -> Result<(Book, Warnings), Error> {
    match sheets.is_empty() {
        true => Err(refused("the file has no sheet with cells")),
        false => assemble(sheets, names),
    }
}

fn line(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The same view of both kinds of values that calamine gives.
trait FromData<'a> {
    fn from_data(data: &'a Data) -> DataRef<'a>;
}

impl<'a> FromData<'a> for DataRef<'a> {
    fn from_data(data: &'a Data) -> Self {
        match data {
            Data::Int(n) => Self::Int(*n),
            Data::Float(n) => Self::Float(*n),
            Data::String(text) => Self::SharedString(text),
            Data::Bool(b) => Self::Bool(*b),
            Data::DateTime(at) => Self::DateTime(*at),
            Data::DateTimeIso(text) => Self::DateTimeIso(text.clone()),
            Data::DurationIso(text) => Self::DurationIso(text.clone()),
            Data::Error(error) => Self::Error(error.clone()),
            Data::Empty => Self::Empty,
        }
    }
}

fn cell<'a>(data: &'a DataRef<'_>) -> CellRef<'a> {
    match data {
        DataRef::Empty => CellRef::Blank,
        #[expect(clippy::cast_precision_loss, reason = "numbers of a sheet are doubles")]
        DataRef::Int(n) => CellRef::number(*n as f64),
        DataRef::Float(n) => CellRef::number(*n),
        DataRef::String(text) => CellRef::Text(text),
        DataRef::SharedString(text) => CellRef::Text(text),
        DataRef::Bool(b) => CellRef::Logical(*b),
        DataRef::DateTime(at) => dated(at),
        DataRef::DateTimeIso(text) => iso(text).unwrap_or(CellRef::Text(text)),
        DataRef::DurationIso(text) => duration(text).unwrap_or(CellRef::Text(text)),
        DataRef::Error(error) => CellRef::Error(kind_of_error(error), None),
    }
}

fn dated(at: &ExcelDateTime) -> CellRef<'static> {
    if at.is_duration() {
        return number(at.as_f64(), NumberKind::Duration);
    }
    match (at.as_f64(), at.as_datetime()) {
        (n, _) if (0.0..1.0).contains(&n) => number(n, NumberKind::Time),
        // Days of 1904 come to be those of 1900.
        (_, Some(known)) => of_instant(known),
        (n, None) => number(n, NumberKind::Number),
    }
}

fn number(n: f64, kind: NumberKind) -> CellRef<'static> {
    match n.is_finite() {
        true => CellRef::Number(n, kind),
        false => CellRef::Error(ExcelErrorKind::Num, None),
    }
}

fn of_instant(at: chrono::NaiveDateTime) -> CellRef<'static> {
    let n = datetime_to_serial_for(DateSystem::Excel1900, &at);
    number(n, if n.fract() == 0.0 { NumberKind::Date } else { NumberKind::DateTime })
}

fn iso(text: &str) -> Option<CellRef<'static>> {
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        return Some(of_instant(day.and_time(chrono::NaiveTime::MIN)));
    }
    text.trim_end_matches('Z').parse().ok().map(of_instant)
}

/// `PT12H30M00S` (ISO 8601): a time of the day where it is shorter than one.
fn duration(text: &str) -> Option<CellRef<'static>> {
    let mut seconds = 0.0;
    let mut digits = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        let unit = match c {
            '0'..='9' | '.' => {
                digits.push(c);
                continue;
            }
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => return None,
        };
        seconds += digits.parse::<f64>().ok()? * unit;
        digits.clear();
    }
    let days = seconds / 86_400.0;
    Some(number(days, if days < 1.0 { NumberKind::Time } else { NumberKind::Duration }))
}

fn kind_of_error(error: &CellErrorType) -> ExcelErrorKind {
    match error {
        CellErrorType::Div0 => ExcelErrorKind::Div,
        CellErrorType::NA => ExcelErrorKind::Na,
        CellErrorType::Name => ExcelErrorKind::Name,
        CellErrorType::Null => ExcelErrorKind::Null,
        CellErrorType::Num => ExcelErrorKind::Num,
        CellErrorType::Ref => ExcelErrorKind::Ref,
        CellErrorType::Value | CellErrorType::GettingData => ExcelErrorKind::Value,
    }
}

/// Refuses a file whose repeated cells and rows are more than limits allow, before calamine repeats them.
fn check_repeats(bytes: &Arc<[u8]>, limits: &FileLimits) -> Result<(), Error> {
    let part = "content.xml";
    let text = Package::open(Arc::clone(bytes), limits)?.required(part)?;
    let xml = Xml { part, text: &text, depth: limits.depth };
    let mut pieces = xml.pieces();
    let (mut row, mut rows, mut col, mut last_col) = (0_u64, 1_u64, 0_u64, 0_u64);
    let mut filled = false;
    let mut cells = 0_u64;
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(()),
            Piece::Start(tag) => match tag.name {
                "table" => (row, last_col) = (0, 0),
                "table-row" => {
                    rows = tag.number("number-rows-repeated").unwrap_or(1);
                    (col, filled) = (0, false);
                }
                "table-cell" | "covered-table-cell" => {
                    let repeated: u64 = tag.number("number-columns-repeated").unwrap_or(1);
                    col = col.saturating_add(repeated);
                    if tag.get("value-type").is_some() || tag.get("formula").is_some() || !tag.empty
                    {
                        filled = true;
                        last_col = last_col.max(col);
                        cells = cells.saturating_add(repeated.saturating_mul(rows));
                    }
                    let bottom = row.saturating_add(rows);
                    let area = bottom.saturating_mul(last_col);
                    let beyond = last_col > u64::from(MAX_COLS)
                        || (filled && bottom > u64::from(MAX_ROWS))
                        || (filled && area > MAX_AREA);
                    if beyond || cells > limits.cells {
                        let what = "cells are repeated beyond the sheet, or beyond the limit cells";
                        return Err(xml.error(pieces.span().start, what));
                    }
                }
                _ => {}
            },
            Piece::End("table-row") => row = row.saturating_add(rows),
            _ => {}
        }
    }
}

/// A formula of OpenDocument as it is typed: `of:=SUM([.A1:.B2];[$Data.C3])` is `SUM(A1:B2,Data!C3)`.
///
/// Names of ranges are addresses without brackets: `$Data.$A$1:.$B$2`.
fn from_open_formula(formula: &str) -> String {
    if formula.starts_with('$') {
        return format!("={}", reference(formula));
    }
    let text = formula.strip_prefix("of:").or(formula.strip_prefix("oooc:")).unwrap_or(formula);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '"' => {
                let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            '[' => {
                let end = rest.find(']').map_or(rest.len(), |at| at + 1);
                out.push_str(&reference(rest[1..end].trim_end_matches(']')));
                rest = &rest[end..];
            }
            ';' | '~' => {
                out.push(',');
                rest = &rest[1..];
            }
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// What stands in square brackets: `.A1`, `.A1:.B2`, `$Sheet.A1:.B2`, `$'A sheet'.A1`.
fn reference(text: &str) -> String {
    let one = |part: &str, first: bool| -> String {
        let Some(at) = part.rfind('.') else { return part.to_owned() };
        let (sheet, cell) = (&part[..at], &part[at + 1..]);
        let sheet = sheet.strip_prefix('$').unwrap_or(sheet);
        match sheet.is_empty() || !first {
            true => cell.to_owned(),
            false => format!("{sheet}!{cell}"),
        }
    };
    // A colon may stand in the name of a sheet.
    let mut quoted = false;
    let colon = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '\'';
        *c == ':' && !quoted
    });
    match colon {
        Some((at, _)) => format!("{}:{}", one(&text[..at], true), one(&text[at + 1..], false)),
        None => one(text, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_open_document_are_typed_as_in_excel() {
        for (file, typed) in [
            ("of:=[.B2:.B5]*10", "=B2:B5*10"),
            ("of:=SUM([$Data.$B$2:.$B$5])", "=SUM(Data!$B$2:$B$5)"),
            ("$Data.$B$2:.$B$5", "=Data!$B$2:$B$5"),
            ("of:=SUM([$'Other sheet'.A:.A];1)", "=SUM('Other sheet'!A:A,1)"),
            ("of:=IF([.A1]=\"a;b[c]\";[.B1];2)", "=IF(A1=\"a;b[c]\",B1,2)"),
        ] {
            assert_eq!(from_open_formula(file), typed);
        }
    }

    #[test]
    fn broken_formulas_of_open_document_are_given_back_in_some_form() {
        for text in ["of:=[", "[]", "[.", "[:", "\"", "[.A1:", "of:=[']", "é[.é]"] {
            let _ = from_open_formula(text);
        }
    }
}
