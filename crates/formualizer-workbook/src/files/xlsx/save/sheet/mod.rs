//! A sheet's part with the workbook's cells in it. What is equal is copied as bytes.
//!
//! ```text
//! pieces … the rows of large sheets, side by side
//! ```

mod pieces;

use super::{
    super::{
        cell::{Content, Shared, error_text},
        scan::{Element, FormulaKind, Scanned, Scanner},
        xml::Xml,
    },
    cells::SheetCells,
    element::{self, Kept, Written, WrittenFormula},
    formula::{Resolver, Standing, Stored, Texts},
    patch::with_attribute,
    styles::DateFormats,
};
use crate::{
    Error,
    address::{Cell, Rect, SheetId},
    book::{Book, Region, RowSet},
    cells::{CellRef, NumberKind},
};
use std::{borrow::Cow, fmt::Write, ops::Range};

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
    /// The first cell whose formula is longer than Excel reads.
    pub(super) too_long: Option<Cell>,
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
    id: SheetId,
    /// The bytes of the part that are merged.
    range: Range<usize>,
    /// Every row of the part, where they stand in no order.
    standing: RowSet,
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
    let resolver = Resolver::new(writing.book, id, writing.dynamic, xml)?;
    let new = || Merge {
        writing,
        xml,
        prefix: "",
        hidden: hidden.clone(),
        resolver: resolver.beside(),
        texts: Texts::new(writing.book),
        id,
        range: 0..xml.text.len(),
        standing: RowSet::default(),
        out: String::new(),
        copied: 0,
        outcome: Outcome { formats: formats.clone(), ..Outcome::default() },
    };
    let used = sheet.grid.used();
    let mut merge = new();
    if !merge.run(&mut SheetCells::new(sheet, &writing.book.regions), used, true)? {
        merge = new();
        merge.standing = rows_of(xml)?;
        merge.run(&mut SheetCells::new(sheet, &writing.book.regions), used, false)?;
    }
    Ok(merge.outcome)
}

/// The rows of a part.
fn rows_of(xml: Xml<'_>) -> Result<RowSet, Error> {
    let (mut scanner, mut rows) = (Scanner::new(xml), RowSet::default());
    loop {
        match scanner.next()? {
            Scanned::Eof => return Ok(rows),
            Scanned::Row { row, .. } => rows.insert(row..row + 1),
            _ => {}
        }
    }
}

impl<'a, 'b> Merge<'a, 'b> {
    /// Merges the whole part. Where its rows are `ordered`, many are merged in pieces; false where they are not, or the pieces do not fit
    /// together.
    fn run(
        &mut self,
        cells: &mut SheetCells<'a>,
        used: (u32, u32),
        ordered: bool,
    ) -> Result<bool, Error> {
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
                Scanned::Data { span, empty: true, prefix } => {
                    self.prefix = prefix;
                    if self.next_row(cells, 0).is_some() {
                        self.copy_to(span.start);
                        let _ = write!(self.out, "<{prefix}sheetData>");
                        match pieces::of_new_rows(used.0).filter(|_| ordered) {
                            None => self.rows(cells, 0, u32::MAX),
                            Some(pieces) => {
                                if !self.new_pieces(pieces) {
                                    return Ok(false);
                                }
                            }
                        }
                        let _ = write!(self.out, "</{prefix}sheetData>");
                        self.copied = span.end;
                    }
                }
                Scanned::Data { empty: false, prefix, .. } => {
                    self.prefix = prefix;
                    if ordered && let Some(pieces) = scanner.split(prefix) {
                        if !self.pieces(pieces)? {
                            return Ok(false);
                        }
                        next = u32::MAX;
                    }
                }
                Scanned::Row { span, row, hidden, empty } => {
                    if row < next {
                        if ordered {
                            return Ok(false);
                        }
                        cells.rewind();
                    }
                    self.known_row(&mut scanner, cells, next, (span, row, hidden, empty))?;
                    next = next.max(row + 1);
                }
                Scanned::DataEnd { span } if self.next_row(cells, next).is_some() => {
                    self.copy_to(span.start);
                    self.rows(cells, next, u32::MAX);
                }
                _ => {}
            }
        }
        self.outcome.text = self.finished();
        Ok(true)
    }

    /// A row that the part has, and the rows of the workbook before it from `next` on.
    fn known_row(
        &mut self,
        scanner: &mut Scanner<'b>,
        cells: &mut SheetCells<'a>,
        next: u32,
        (span, row, hidden, empty): (Range<usize>, u32, bool, bool),
    ) -> Result<(), Error> {
        if row >= next && self.next_row(cells, next).is_some_and(|first| first < row) {
            self.copy_to(span.start);
            self.rows(cells, next, row);
        }
        let tag = self.row_tag(&span, hidden, self.is_hidden(row));
        if empty {
            self.empty_row(cells, row, span, tag);
            return Ok(());
        }
        if let Some(tag) = tag {
            self.replace(&span, &tag);
        }
        self.row(scanner, cells, row)
    }

    /// What stands instead of the bytes that were merged; nothing where they are as they were.
    fn finished(&mut self) -> Option<String> {
        if self.copied == self.range.start && self.out.is_empty() {
            return None;
        }
        self.copy_to(self.range.end);
        Some(std::mem::take(&mut self.out))
    }

    fn copy_to(&mut self, end: usize) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.range.len());
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
            next = row + 1;
            if self.standing.first_from(row) == Some(row) {
                continue;
            }
            let prefix = self.prefix;
            let hidden = if self.is_hidden(row) { " hidden=\"1\"" } else { "" };
            let _ = write!(self.out, "<{prefix}row r=\"{}\"{hidden}>", row + 1);
            self.new_cells(row, &cells.row(row));
            let _ = write!(self.out, "</{prefix}row>");
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
            Standing::Same | Standing::Resized if region.is_some() && !self.writing.values_only => {
                let kept = self.kept(element, &content, value, region);
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

    /// What stays of a cell whose formula is the same.
    fn kept(
        &self,
        element: &Element<'b>,
        content: &Content<'_>,
        value: CellRef<'_>,
        region: Option<&Region>,
    ) -> Option<Kept<'b>> {
        let formula = element.formula.as_ref()?;
        let text = self.xml.text.get(formula.span.clone())?;
        let formula = match (formula.kind, region) {
            (FormulaKind::Array, Some(region)) => {
                let fills = region.spill.unwrap_or_else(|| element.at.into());
                let end = text.find('>')? + 1;
                let (tag, rest) = text.split_at(end);
                match formula.reference == Some(fills) {
                    true => Cow::Borrowed(text),
                    false => {
                        let tag = with_attribute(tag, "ref", Some(&fills.to_string()));
                        Cow::Owned(tag + rest)
                    }
                }
            }
            _ => Cow::Borrowed(text),
        };
        // What an error or a text was beside itself is nothing that a number is.
        let same_kind = std::mem::discriminant(&content.cell()) == std::mem::discriminant(&value);
        let value_metadata = element.value_metadata.filter(|_| same_kind);
        Some(Kept { formula, metadata: element.metadata, value_metadata })
    }

    fn write_cell(
        &mut self,
        at: Cell,
        style: Option<u32>,
        value: CellRef<'_>,
        region: Option<&'a Region>,
        kept: Option<Kept<'_>>,
    ) {
        self.outcome.cells_written += 1;
        if let CellRef::Error(kind, _) = value
            && super::super::cell::error_of(error_text(kind)) != kind
        {
            self.outcome.errors_replaced += 1;
        }
        let region = region.filter(|_| !self.writing.values_only);
        let text = match (region, &kept) {
            (Some(region), None) => Some(self.texts.of(region, at)),
            _ => None,
        };
        let formula = text.as_ref().map(|Stored { text, array, too_long }| {
            if *too_long {
                self.outcome.too_long.get_or_insert(at);
            }
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
