//! A sheet of an OpenDocument file (`table:table`), row by row.

use super::{OFFICE, Reading, TABLE, TEXT, formula, value};
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    files::{
        collect::Collector,
        other::{formula_at, refused},
        xlsx::{
            cell::Content,
            xml::{Piece, Tag},
        },
    },
};
use std::borrow::Cow;

/// A cell of a row, and how often it stands there.
struct Copied<'a> {
    col: u32,
    count: u32,
    content: Content<'a>,
    formula: Option<Cow<'a, str>>,
    /// Rows and columns that its array fills.
    fills: Option<(usize, usize)>,
    /// Bytes that storing it once takes.
    bytes: u64,
}

/// A sheet while it is read.
struct Sheet {
    name: String,
    cells: Collector,
    /// The row that comes next.
    row: u32,
}

impl<'a> Reading<'a> {
    /// Takes a sheet. Those with which LibreOffice remembers the cells of other files are none.
    pub(super) fn table(&mut self, tag: &Tag<'a>) -> Result<(), Error> {
        let name = self.of(tag, TABLE, "name").unwrap_or_default().into_owned();
        if name.starts_with('\'') && name.contains("'#$") {
            return self.pieces.skip(tag);
        }
        let place = self.contents.sheets.len();
        let mut sheet = Sheet { name, cells: Collector::default(), row: 0 };
        let mut linked = false;
        self.within(tag, |reading, tag| match (tag.space, tag.local) {
            // Groups of rows, and those that are repeated on every page.
            (TABLE, "table-row-group" | "table-rows" | "table-header-rows") => Ok(()),
            (TABLE, "table-row") => reading.row(tag, &mut sheet),
            (TABLE, "named-expressions") => reading.names(tag, Some(place)),
            (TABLE, "table-source") => {
                linked = true;
                reading.pieces.skip(tag)
            }
            _ => reading.pieces.skip(tag),
        })?;
        let Sheet { name, mut cells, .. } = sheet;
        if linked {
            let what = "its cells come from another file, and are taken as they are stored";
            cells.out.warnings.add(format!("A1: {what}"));
        }
        self.contents.sheets.push((name, cells.finish()));
        Ok(())
    }

    fn row(&mut self, tag: &Tag<'a>, sheet: &mut Sheet) -> Result<(), Error> {
        let left = MAX_ROWS - sheet.row;
        let rows = self.number(tag, "number-rows-repeated").unwrap_or(1_u32);
        if rows > left {
            // Programs end sheets with as many blank rows as they have themselves.
            if self.cells(tag)?.is_empty() {
                sheet.row = MAX_ROWS;
                return Ok(());
            }
            return Err(refused(format!(
                "{}: there is a cell behind row {MAX_ROWS}, the last one",
                sheet.name
            )));
        }
        let span = sheet.row..sheet.row + rows;
        match self.of(tag, TABLE, "visibility").as_deref() {
            Some("collapse") => sheet.cells.out.hidden.insert(span.clone()),
            Some("filter") => {
                sheet.cells.out.hidden.insert(span.clone());
                sheet.cells.out.filtered.insert(span.clone());
            }
            _ => {}
        }
        let cells = self.cells(tag)?;
        for cell in &cells {
            let copies = u64::from(rows) * u64::from(cell.count);
            let bytes = cell.bytes.saturating_mul(copies);
            self.bytes = self.bytes.checked_sub(bytes).ok_or_else(|| {
                refused(format!(
                    "{}: repeated cells are larger than the limit total_bytes, {}",
                    sheet.name, self.total_bytes
                ))
            })?;
            let at = Cell::new(span.start, cell.col);
            self.counted
                .take(copies)
                .map_err(|what| refused(format!("{}!{at}: {what}", sheet.name)))?;
        }
        if !cells.is_empty() {
            span.for_each(|row| cells.iter().for_each(|cell| stored(&mut sheet.cells, row, cell)));
        }
        sheet.row += rows;
        Ok(())
    }

    /// The cells of a row that hold something.
    fn cells(&mut self, tag: &Tag<'a>) -> Result<Vec<Copied<'a>>, Error> {
        let (mut found, mut col) = (Vec::new(), 0_u32);
        self.within(tag, |reading, tag| {
            if !matches!((tag.space, tag.local), (TABLE, "table-cell" | "covered-table-cell")) {
                return reading.pieces.skip(tag);
            }
            let count = reading.number(tag, "number-columns-repeated").unwrap_or(1_u32);
            let start = reading.pieces.span().start;
            let cell = reading.cell(tag, col, count)?;
            if let Some(cell) = cell {
                if cell.col.saturating_add(count) > MAX_COLS {
                    let what = format!("a cell behind column {MAX_COLS}, the last one");
                    return Err(reading.pieces.xml.error(start, what));
                }
                found.push(cell);
            }
            col = col.saturating_add(count);
            Ok(())
        })?;
        Ok(found)
    }

    fn cell(&mut self, tag: &Tag<'a>, col: u32, count: u32) -> Result<Option<Copied<'a>>, Error> {
        let start = self.pieces.span().start;
        let formula = self.of(tag, TABLE, "formula");
        let spanned = |name| self.number::<usize>(tag, name);
        let fills =
            spanned("number-matrix-rows-spanned").zip(spanned("number-matrix-columns-spanned"));
        let kind = self.of(tag, OFFICE, "value-type");
        let typed = value::Typed {
            value: self.of(tag, OFFICE, "value"),
            date: self.of(tag, OFFICE, "date-value"),
            time: self.of(tag, OFFICE, "time-value"),
            logical: self.of(tag, OFFICE, "boolean-value"),
            text: self.of(tag, OFFICE, "string-value"),
        };
        let shown = match &kind {
            Some(_) => self.paragraphs(tag)?,
            None => {
                self.pieces.skip(tag)?;
                Cow::Borrowed("")
            }
        };
        let dates = self.contents.dates;
        let content = match kind {
            Some(kind) => value::content(&kind, typed, shown, dates, formula.is_some())
                .map_err(|what| self.pieces.xml.error(start, what))?,
            None => Content::Blank,
        };
        if content == Content::Blank && formula.is_none() {
            return Ok(None);
        }
        let text = match &content {
            Content::Text(text) => text.len(),
            _ => 0,
        };
        let bytes = (text + formula.as_ref().map_or(0, |text| text.len())) as u64;
        Ok(Some(Copied { col, count, content, formula, fills, bytes }))
    }

    /// The text of a cell: its paragraphs, without notes and what is drawn in it.
    fn paragraphs(&mut self, tag: &Tag<'a>) -> Result<Cow<'a, str>, Error> {
        let mut found: Option<Cow<'a, str>> = None;
        self.within(tag, |reading, tag| {
            if (tag.space, tag.local) != (TEXT, "p") {
                return reading.pieces.skip(tag);
            }
            let text = reading.paragraph(tag)?;
            match &mut found {
                None => found = Some(text),
                Some(before) => {
                    let before = before.to_mut();
                    before.push('\n');
                    before.push_str(&text);
                }
            }
            Ok(())
        })?;
        Ok(found.unwrap_or_default())
    }

    fn paragraph(&mut self, tag: &Tag<'a>) -> Result<Cow<'a, str>, Error> {
        let mut found: Cow<'a, str> = Cow::Borrowed("");
        if tag.empty {
            return Ok(found);
        }
        let depth = self.pieces.depth();
        while self.pieces.depth() >= depth {
            match self.pieces.next()? {
                Piece::Text(text) if found.is_empty() => found = text,
                Piece::Text(text) => found.to_mut().push_str(&text),
                Piece::Start(tag) => match (tag.space, tag.local) {
                    (TEXT, "s") => {
                        let count = self.of(&tag, TEXT, "c").and_then(|c| c.trim().parse().ok());
                        let count = count.unwrap_or(1_usize);
                        if count > crate::files::MAX_TEXT {
                            let what = format!(
                                "a text has more than {} characters",
                                crate::files::MAX_TEXT
                            );
                            return Err(self.pieces.xml.error(self.pieces.span().start, what));
                        }
                        found.to_mut().extend(std::iter::repeat_n(' ', count));
                    }
                    (TEXT, "tab") => found.to_mut().push('\t'),
                    (TEXT, "line-break") => found.to_mut().push('\n'),
                    // Formats and links have their text in them.
                    (TEXT, "span" | "a") => {}
                    _ => self.pieces.skip(&tag)?,
                },
                Piece::Eof => break,
                _ => {}
            }
        }
        Ok(found)
    }
}

fn stored(cells: &mut Collector, row: u32, cell: &Copied<'_>) {
    for col in cell.col..cell.col + cell.count {
        let at = Cell::new(row, col);
        if cell.content != Content::Blank {
            cells.value(at, cell.content.cell());
        }
        if let Some(text) = &cell.formula {
            let fills = cell.fills.and_then(|(height, width)| Rect::sized(at, height, width));
            formula_at(cells, at, formula::typed(text), fills);
        }
    }
}
