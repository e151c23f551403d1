//! A sheet's part with the workbook's cells in it. What is equal is copied as bytes.

use super::{
    super::{
        cell::{Content, Shared, error_text},
        scan::{Element, Scanned, Scanner},
        xml::Xml,
    },
    cells::SheetCells,
    element::{self, Written, WrittenFormula},
    formula::{Resolver, Standing, Texts},
    patch::with_attribute,
    styles::DateFormats,
};
use crate::{
    Error,
    address::{Cell, Rect, SheetId},
    book::{Book, Region, RowSet},
    cells::{CellRef, NumberKind},
};
use std::{fmt::Write, ops::Range};

/// What the sheets of a workbook are written with.
pub(super) struct Writing<'a> {
    pub(super) book: &'a Book,
    pub(super) shared: Shared<'a>,
    /// Indices of metadata that mark dynamic arrays, of the file.
    pub(super) dynamic: &'a [u32],
    /// The index to write for one; nothing where the file's metadata cannot be added to.
    pub(super) mark: Option<u32>,
    pub(super) values_only: bool,
}

/// What became of a sheet.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The part, where it differs.
    pub(super) text: Option<String>,
    pub(super) cells_written: u64,
    pub(super) cells_kept: u64,
    /// Whether formulas came or went.
    pub(super) formulas_changed: bool,
    /// Whether a dynamic array was marked with [`Writing::mark`].
    pub(super) marked: bool,
    /// Dynamic arrays that could not be marked.
    pub(super) unmarked: u64,
    /// The formats for dates that cells refer to.
    pub(super) formats: DateFormats,
    /// Cells whose error files have no word for.
    pub(super) errors_replaced: u64,
}

struct Merge<'a, 'b> {
    writing: &'b Writing<'a>,
    xml: Xml<'b>,
    /// The prefix of the part's elements.
    prefix: &'b str,
    hidden: RowSet,
    resolver: Resolver<'a>,
    texts: Texts<'a>,
    out: String,
    /// Up to where the part was copied.
    copied: usize,
    outcome: Outcome,
}

/// Cells of a row: column, value, region.
type RowCells<'c, 'a> = [(u32, CellRef<'c>, Option<&'a Region>)];

/// Puts the cells of a sheet into its part.
///
/// # Errors
/// Where the part is broken.
pub(super) fn merge(
    xml: Xml<'_>,
    id: SheetId,
    writing: &Writing<'_>,
    formats: DateFormats,
) -> Result<Outcome, Error> {
    let Some(sheet) = writing.book.sheets.get(&id) else { return Ok(Outcome::default()) };
    let mut hidden = sheet.hidden.manual.clone();
    hidden.extend(&sheet.hidden.filtered);
    let mut cells = SheetCells::new(sheet, &writing.book.regions);
    let mut merge = Merge {
        writing,
        xml,
        prefix: "",
        hidden,
        resolver: Resolver::new(writing.book, id, writing.dynamic, xml)?,
        texts: Texts::new(writing.book),
        out: String::new(),
        copied: 0,
        outcome: Outcome { formats, ..Outcome::default() },
    };
    merge.run(&mut cells, sheet.grid.used())?;
    Ok(merge.outcome)
}

impl<'a, 'b> Merge<'a, 'b> {
    fn run(&mut self, cells: &mut SheetCells<'a>, used: (u32, u32)) -> Result<(), Error> {
        let mut scanner = Scanner::new(self.xml);
        // The next row of the workbook that was not looked at.
        let mut next = 0;
        loop {
            match scanner.next()? {
                Scanned::Eof => break,
                Scanned::Tag { tag, span } if tag.name == "dimension" => {
                    let text = self.xml.text.get(span.clone()).unwrap_or_default();
                    let known = tag.raw("ref").and_then(super::super::scan::rect);
                    if let Some(tag) = dimension(text, known, used) {
                        self.copy_to(span.start);
                        self.out.push_str(&tag);
                        self.copied = span.end;
                    }
                }
                Scanned::Data { span, empty, prefix } => {
                    self.prefix = prefix;
                    if empty && self.next_row(cells, 0).is_some() {
                        self.copy_to(span.start);
                        let _ = write!(self.out, "<{prefix}sheetData>");
                        self.rows(cells, 0, u32::MAX);
                        let _ = write!(self.out, "</{prefix}sheetData>");
                        self.copied = span.end;
                    }
                }
                Scanned::Row { span, row, hidden, empty } => {
                    if self.next_row(cells, next).is_some_and(|first| first < row) {
                        self.copy_to(span.start);
                        self.rows(cells, next, row);
                    }
                    if row < next {
                        cells.rewind();
                    }
                    next = next.max(row + 1);
                    let tag = self.row_tag(&span, hidden, self.is_hidden(row));
                    match empty {
                        true => self.empty_row(cells, row, span, tag),
                        false => {
                            if let Some(tag) = tag {
                                self.replace(&span, &tag);
                            }
                            self.row(&mut scanner, cells, row)?;
                        }
                    }
                }
                Scanned::DataEnd { span } if self.next_row(cells, next).is_some() => {
                    self.copy_to(span.start);
                    self.rows(cells, next, u32::MAX);
                }
                _ => {}
            }
        }
        if self.copied > 0 {
            self.copy_to(self.xml.text.len());
            self.outcome.text = Some(std::mem::take(&mut self.out));
        }
        Ok(())
    }

    fn copy_to(&mut self, end: usize) {
        if self.copied == 0 && self.out.is_empty() {
            self.out.reserve(self.xml.text.len());
        }
        self.out.push_str(self.xml.text.get(self.copied..end).unwrap_or_default());
        self.copied = self.copied.max(end);
    }

    /// Copies up to a span, and writes something else in its place.
    fn replace(&mut self, span: &Range<usize>, text: &str) {
        self.copy_to(span.start);
        self.out.push_str(text);
        self.copied = span.end;
    }

    /// The first row from `from` on that has cells, or is hidden.
    fn next_row(&self, cells: &mut SheetCells<'a>, from: u32) -> Option<u32> {
        let filled = cells.next_row(from);
        let hidden = self.hidden.first_from(from);
        match (filled, hidden) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }

    fn is_hidden(&self, row: u32) -> bool {
        self.hidden.first_from(row) == Some(row)
    }

    /// Rows that the part does not have.
    fn rows(&mut self, cells: &mut SheetCells<'a>, from: u32, end: u32) {
        let mut next = from;
        while let Some(row) = self.next_row(cells, next).filter(|row| *row < end) {
            let prefix = self.prefix;
            let hidden = if self.is_hidden(row) { " hidden=\"1\"" } else { "" };
            let _ = write!(self.out, "<{prefix}row r=\"{}\"{hidden}>", row + 1);
            self.new_cells(row, &cells.row(row));
            let _ = write!(self.out, "</{prefix}row>");
            next = row + 1;
        }
    }

    /// Cells that the part does not have.
    fn new_cells(&mut self, row: u32, cells: &RowCells<'_, 'a>) {
        for (col, value, region) in cells {
            self.outcome.formulas_changed |= region.is_some();
            self.write_cell(Cell::new(row, *col), None, *value, *region, None);
        }
    }

    /// A row's start tag, if it must be another one.
    fn row_tag(&self, span: &Range<usize>, was_hidden: bool, hidden: bool) -> Option<String> {
        (was_hidden != hidden).then(|| {
            let tag = self.xml.text.get(span.clone()).unwrap_or_default();
            with_attribute(tag, "hidden", hidden.then_some("1"))
        })
    }

    fn empty_row(
        &mut self,
        cells: &mut SheetCells<'a>,
        row: u32,
        span: Range<usize>,
        tag: Option<String>,
    ) {
        let found = cells.row(row);
        if found.is_empty() {
            if let Some(tag) = tag {
                self.replace(&span, &tag);
            }
            return;
        }
        let old = self.xml.text.get(span.clone()).unwrap_or_default();
        let tag = tag.unwrap_or_else(|| old.to_owned());
        let open = format!("{}>", tag.trim_end_matches('>').trim_end_matches('/').trim_end());
        self.replace(&span, &open);
        self.new_cells(row, &found);
        let _ = write!(self.out, "</{}row>", self.prefix);
    }

    /// The cells of a row, beside those of the workbook, up to its end tag.
    fn row(
        &mut self,
        scanner: &mut Scanner<'b>,
        cells: &mut SheetCells<'a>,
        row: u32,
    ) -> Result<(), Error> {
        let found = cells.row(row);
        let mut at = 0;
        loop {
            match scanner.next()? {
                Scanned::Cell(element) => {
                    let col = element.at.col;
                    let before = found[at..].iter().take_while(|(c, ..)| *c < col).count();
                    if before > 0 {
                        self.copy_to(element.span.start);
                        self.new_cells(row, &found[at..at + before]);
                        at += before;
                    }
                    let own = found.get(at).filter(|(c, ..)| *c == col);
                    at += usize::from(own.is_some());
                    let (value, region) =
                        own.map_or((CellRef::Blank, None), |(_, value, region)| (*value, *region));
                    self.cell(&element, value, region)?;
                }
                Scanned::RowEnd { span } => {
                    if at < found.len() {
                        self.copy_to(span.start);
                        self.new_cells(row, &found[at..]);
                    }
                    return Ok(());
                }
                _ => return Ok(()),
            }
        }
    }

    /// A cell that the part has.
    fn cell(
        &mut self,
        element: &Element<'b>,
        value: CellRef<'_>,
        region: Option<&'a Region>,
    ) -> Result<(), Error> {
        let content = self.writing.shared.content(element).map_err(|what| {
            self.xml.error(element.span.start, format!("{}: {what}", element.at))
        })?;
        let standing = self.resolver.standing(element, region);
        let same = is_same(&content, value);
        let drops_formula = self.writing.values_only && element.formula.is_some();
        match standing {
            Standing::Same | Standing::Unloaded if same && !drops_formula => {
                self.outcome.cells_kept += 1;
            }
            Standing::Same if region.is_some() && !self.writing.values_only => {
                let kept = element.formula.as_ref().and_then(|formula| {
                    Some((self.xml.text.get(formula.span.clone())?, element.metadata))
                });
                self.copy_to(element.span.start);
                self.write_cell(element.at, element.style, value, region, kept);
                self.copied = element.span.end;
            }
            _ => {
                self.outcome.formulas_changed |= region.is_some() || element.formula.is_some();
                self.copy_to(element.span.start);
                if region.is_some() || value != CellRef::Blank || element.style.is_some() {
                    self.write_cell(element.at, element.style, value, region, None);
                }
                self.copied = element.span.end;
            }
        }
        Ok(())
    }

    fn write_cell(
        &mut self,
        at: Cell,
        style: Option<u32>,
        value: CellRef<'_>,
        region: Option<&'a Region>,
        kept: Option<(&str, Option<u32>)>,
    ) {
        self.outcome.cells_written += 1;
        if let CellRef::Error(kind, _) = value
            && super::super::cell::error_of(error_text(kind)) != kind
        {
            self.outcome.errors_replaced += 1;
        }
        let region = region.filter(|_| !self.writing.values_only);
        let text = match (region, kept) {
            (Some(region), None) => Some(self.texts.of(region, at)),
            _ => None,
        };
        let formula = text.as_ref().map(|(text, array)| {
            let dynamic = array.is_some_and(|(_, dynamic)| dynamic);
            let metadata = self.writing.mark.filter(|_| dynamic);
            self.outcome.marked |= metadata.is_some();
            self.outcome.unmarked += u64::from(dynamic && metadata.is_none());
            WrittenFormula { text, array: array.map(|(rect, _)| rect), metadata }
        });
        // A date in a cell whose format shows a number gets one that shows it, but for a formula in a cell with a format.
        let mut style = style;
        if let CellRef::Number(_, kind) = value
            && kept.is_none()
            && (region.is_none() || style.is_none())
            && self.writing.shared.styles.kind(style) == NumberKind::Number
            && let Some(dated) = self.outcome.formats.of(style, kind)
        {
            style = Some(dated);
        }
        let written = Written { at, style, value, formula, kept };
        element::write(&mut self.out, self.prefix, &written);
    }
}

/// Whether a file's value is the workbook's, in the form that files have for it.
fn is_same(content: &Content<'_>, value: CellRef<'_>) -> bool {
    match (content, value) {
        (Content::Number(a, _), CellRef::Number(b, _)) => a == &b,
        (Content::Error(a), CellRef::Error(b, _)) => error_text(*a) == error_text(b),
        (Content::Text(text), CellRef::Blank) => text.is_empty(),
        (content, value) => content.cell() == value,
    }
}

/// The tag of the dimension, where it does not hold all cells.
fn dimension(tag: &str, known: Option<Rect>, (rows, cols): (u32, u32)) -> Option<String> {
    let last = Cell::new(rows.checked_sub(1)?, cols.checked_sub(1)?);
    let needed = match known {
        Some(rect) if rect.bottom >= last.row && rect.right >= last.col => return None,
        Some(rect) => Rect {
            bottom: rect.bottom.max(last.row),
            right: rect.right.max(last.col),
            ..Rect::between(Cell::new(0, 0), last)
        },
        None => Rect::between(Cell::new(0, 0), last),
    };
    Some(with_attribute(tag, "ref", Some(&needed.to_string())))
}
