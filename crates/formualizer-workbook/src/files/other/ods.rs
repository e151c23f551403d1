//! How large the sheets of an OpenDocument file are, before room is made for them, and its array formulas.

use super::refused;
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    files::{
        FileLimits,
        xlsx::{
            package::Package,
            xml::{Piece, Tag, Xml},
        },
    },
};
use rustc_hash::FxHashMap;

/// What an OpenDocument file says beside values and formulas.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) dates_from_1904: bool,
    /// By sheet: what the array formula of a cell fills.
    pub(super) arrays: FxHashMap<String, FxHashMap<Cell, Rect>>,
}

/// Reads the file's content once.
///
/// # Errors
/// Where it is damaged, encrypted or beyond the limits.
pub(super) fn scan(package: &Package, limits: &FileLimits) -> Result<Scan, Error> {
    let manifest = package.text("META-INF/manifest.xml")?;
    if manifest.is_some_and(|text| text.contains("encryption-data")) {
        return Err(refused("the file is encrypted with a password: save it without one"));
    }
    let text = package.required("content.xml")?;
    let xml = Xml { part: "content.xml", text: &text, depth: limits.depth };
    let mut pieces = xml.pieces();
    let mut scanning =
        Scanning { scan: Scan::default(), limits, sheet: Sheet::default(), cells: 0, bytes: 0 };
    let mut start = 0;
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(scanning.scan),
            Piece::Start(tag) => match tag.name {
                "null-date" => {
                    scanning.scan.dates_from_1904 =
                        tag.raw("date-value").is_some_and(|day| day.starts_with("1904-01-01"));
                }
                "table" => {
                    let name = tag.get("name").unwrap_or_default().into_owned();
                    scanning.sheet = Sheet { name, ..Sheet::default() };
                }
                "table-row" => {
                    scanning.sheet.begin_row(&tag);
                    if tag.empty {
                        scanning.end_row()?;
                    }
                }
                "table-cell" | "covered-table-cell" => {
                    start = pieces.span().start;
                    scanning.cell(&tag);
                    if tag.empty {
                        scanning.end_cell(pieces.span().end - start)?;
                    }
                }
                // So many blanks.
                "s" => {
                    let count = tag.number::<u64>("c").unwrap_or(1);
                    scanning.sheet.spaces = scanning.sheet.spaces.saturating_add(count);
                }
                _ => {}
            },
            Piece::End("table-row") => scanning.end_row()?,
            Piece::End("table-cell" | "covered-table-cell") => {
                scanning.end_cell(pieces.span().end - start)?;
            }
            _ => {}
        }
    }
}

/// A sheet while it is scanned.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    row: u64,
    /// How often the row is there.
    rows: u64,
    col: u64,
    /// Cells of the row up to the last one that is not blank.
    width: u64,
    widest: u64,
    /// How often the cell is there, where it is not blank.
    copies: u64,
    spaces: u64,
    first: Option<u64>,
}

impl Sheet {
    fn begin_row(&mut self, tag: &Tag<'_>) {
        let left = u64::from(MAX_ROWS).saturating_sub(self.row);
        self.rows = tag.number("number-rows-repeated").unwrap_or(1_u64).min(left);
        (self.col, self.width) = (0, 0);
    }
}

struct Scanning<'a> {
    scan: Scan,
    limits: &'a FileLimits,
    sheet: Sheet,
    cells: u64,
    bytes: u64,
}

impl Scanning<'_> {
    fn cell(&mut self, tag: &Tag<'_>) {
        let sheet = &mut self.sheet;
        let left = u64::from(MAX_COLS).saturating_sub(sheet.col);
        let count = tag.number("number-columns-repeated").unwrap_or(1_u64).min(left);
        let filled = [
            "value-type",
            "value",
            "formula",
            "string-value",
            "date-value",
            "time-value",
            "boolean-value",
        ];
        let filled = filled.iter().any(|name| tag.raw(name).is_some());
        if let (Some(height), Some(width)) =
            (tag.number("number-matrix-rows-spanned"), tag.number("number-matrix-columns-spanned"))
            && let (Ok(row), Ok(col)) = (u32::try_from(sheet.row), u32::try_from(sheet.col))
            && let Some(rect) = Rect::sized(Cell::new(row, col), height, width)
        {
            let known = self.scan.arrays.entry(sheet.name.clone()).or_default();
            known.insert(rect.top_left(), rect);
        }
        sheet.col += count;
        sheet.copies = 0;
        sheet.spaces = 0;
        if filled {
            sheet.width = sheet.col;
            sheet.copies = count;
        }
    }

    /// The element of the cell has so many bytes.
    fn end_cell(&mut self, len: usize) -> Result<(), Error> {
        let copies = self.sheet.copies.saturating_mul(self.sheet.rows);
        let len = (len as u64).saturating_add(self.sheet.spaces);
        self.bytes = self.bytes.saturating_add(len.saturating_mul(copies));
        match self.bytes > self.limits.total_bytes {
            true => Err(refused(format!(
                "content.xml: repeated cells are larger than the limit total_bytes, {}",
                self.limits.total_bytes
            ))),
            false => Ok(()),
        }
    }

    fn end_row(&mut self) -> Result<(), Error> {
        let sheet = &mut self.sheet;
        let end = sheet.row + sheet.rows;
        let mut spanned = 0;
        if sheet.width > 0 {
            let first = *sheet.first.get_or_insert(sheet.row);
            sheet.widest = sheet.widest.max(sheet.width);
            spanned = (end - first).saturating_mul(sheet.widest);
            self.cells = self.cells.saturating_add(sheet.width);
        }
        sheet.row = end;
        match spanned.max(self.cells) > self.limits.cells {
            true => Err(refused(format!(
                "content.xml: the sheet {:?} spans more cells than the limit cells, {}",
                sheet.name, self.limits.cells
            ))),
            false => Ok(()),
        }
    }
}
