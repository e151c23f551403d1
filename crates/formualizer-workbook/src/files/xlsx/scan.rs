//! A sheet's part as rows and cells, each with the bytes that it stands in (ECMA-376, part 1, 18.3.1).

use super::xml::{Piece, Pieces, Tag, Xml, decoded};
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
};
use std::{borrow::Cow, ops::Range};

/// A part of a sheet's XML. Together the spans of rows' tags, cells and the rest are the whole part.
#[derive(Debug)]
pub(crate) enum Scanned<'a> {
    /// A start tag before or behind the cells.
    Tag {
        tag: Tag<'a>,
        span: Range<usize>,
    },
    /// The start tag of `sheetData`.
    Data {
        span: Range<usize>,
        empty: bool,
        /// The prefix that elements of the part have.
        prefix: &'a str,
    },
    /// The start tag of a row.
    Row {
        span: Range<usize>,
        row: u32,
        hidden: bool,
        empty: bool,
    },
    Cell(Box<Element<'a>>),
    /// The end tag of a row.
    RowEnd {
        span: Range<usize>,
    },
    /// The end tag of `sheetData`.
    DataEnd {
        span: Range<usize>,
    },
    Eof,
}

/// A `c` element.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// The bytes of the whole element.
    pub(crate) span: Range<usize>,
    pub(crate) at: Cell,
    /// The index of its format.
    pub(crate) style: Option<u32>,
    /// The attribute `t`: what its value is.
    pub(crate) kind: Kind,
    /// The index of its metadata, from 1, which may mark a dynamic array.
    pub(crate) metadata: Option<u32>,
    /// The index of what its value is beside what is written: the attribute `vm`.
    pub(crate) value_metadata: Option<u32>,
    pub(crate) formula: Option<Formula<'a>>,
    /// The text of `v`.
    pub(crate) value: Option<Cow<'a, str>>,
    /// The text of `is`.
    pub(crate) inline: Option<Cow<'a, str>>,
}

/// What the value of a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    /// An index of the shared texts.
    Shared,
    /// A text, of a formula.
    Text,
    Inline,
    Logical,
    Error,
    /// A date as ISO 8601 has it.
    Date,
}

/// An `f` element.
#[derive(Debug)]
pub(crate) struct Formula<'a> {
    pub(crate) span: Range<usize>,
    pub(crate) kind: FormulaKind,
    /// The cells of a shared or array formula.
    pub(crate) reference: Option<Rect>,
    /// Which shared formula it is.
    pub(crate) index: Option<u32>,
    pub(crate) text: Cow<'a, str>,
}

/// The attribute `t` of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormulaKind {
    Normal,
    Shared,
    Array,
    DataTable,
}

/// Bytes of rows that are worth a scanner of their own.
const PART: usize = 1 << 20;

/// Where in the part the scanner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    Data,
    Row,
}

/// Some rows of a sheet.
pub(crate) struct Rows<'a> {
    /// The bytes that they stand in.
    pub(crate) range: Range<usize>,
    /// The first of them; 0 where nothing is in front.
    pub(crate) first: u32,
    pub(crate) scanner: Scanner<'a>,
}

/// Goes through a sheet's part.
pub(crate) struct Scanner<'a> {
    pieces: Pieces<'a>,
    place: Place,
    /// The row and column that come next where an element does not say, from 0.
    row: u32,
    col: u32,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(xml: Xml<'a>) -> Self {
        Self { pieces: xml.pieces(), place: Place::Outside, row: 0, col: 0 }
    }

    /// The rows of the sheet in pieces, in their order, to be scanned side by side; this scanner goes on behind the rows then. For right behind
    /// the start tag of `sheetData`. Nothing where the rows are few, or where they end cannot be told without reading them.
    pub(crate) fn split(&mut self, prefix: &str) -> Option<Vec<Rows<'a>>> {
        let text = self.xml().text;
        let start = self.pieces.span().end;
        let rest = text.get(start..)?;
        let parts = (rest.len() / PART).min(4 * rayon::current_num_threads());
        if parts < 2 {
            return None;
        }
        let end = start + rest.find(&format!("</{prefix}sheetData>"))?;
        let rows = text.get(start..end)?;
        // Comments and the like may have anything in them.
        if rows.contains("<!") || rows.contains("<?") {
            return None;
        }
        let tag = format!("<{prefix}row ");
        let mut cuts = vec![(0, 0)];
        for part in 1..parts {
            let mut near = rows.len() / parts * part;
            while !rows.is_char_boundary(near) {
                near += 1;
            }
            let cut = near + rows.get(near..)?.find(&tag)?;
            // Rows that do not say which they are follow the one before.
            let tag = rows.get(cut..)?;
            let number = tag.get(..tag.find('>')?)?.split(" r=").nth(1);
            let number = number.and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
            let first = number.and_then(|number| number.parse::<u32>().ok()?.checked_sub(1));
            if let Some(first) = first
                && cuts.last().is_some_and(|(last, _)| *last < cut)
            {
                cuts.push((cut, first));
            }
        }
        let ends = cuts.iter().skip(1).map(|(cut, _)| *cut).chain([rows.len()]);
        let of = |((from, first), to): (&(usize, u32), usize)| {
            let range = start + from..start + to;
            let pieces = self.pieces.within(range.clone());
            let scanner = Self { pieces, place: Place::Data, row: 0, col: 0 };
            Rows { range, first: *first, scanner }
        };
        let pieces = cuts.iter().zip(ends).map(of).collect();
        self.pieces.jump(end);
        Some(pieces)
    }

    /// The part, for messages and bytes.
    pub(crate) fn xml(&self) -> Xml<'a> {
        self.pieces.xml
    }

    /// What comes next.
    ///
    /// # Errors
    /// Where the part is broken, with the cell or byte.
    pub(crate) fn next(&mut self) -> Result<Scanned<'a>, Error> {
        loop {
            let piece = self.pieces.next()?;
            let span = self.pieces.span();
            match (self.place, piece) {
                (_, Piece::Eof) => return Ok(Scanned::Eof),
                (Place::Outside, Piece::Start(tag))
                    if (tag.level, tag.name) == (2, "sheetData") =>
                {
                    if !tag.empty {
                        self.place = Place::Data;
                    }
                    return Ok(Scanned::Data { span, empty: tag.empty, prefix: tag.prefix });
                }
                (Place::Outside, Piece::Start(tag)) => return Ok(Scanned::Tag { tag, span }),
                (Place::Data, Piece::Start(tag)) if tag.name == "row" => {
                    return self.row(&tag, span);
                }
                (Place::Data, Piece::End("sheetData", 2)) => {
                    self.place = Place::Outside;
                    return Ok(Scanned::DataEnd { span });
                }
                (Place::Row, Piece::Start(tag)) if tag.name == "c" => {
                    return self.cell(&tag, span.start);
                }
                (Place::Row, Piece::End("row", 3)) => {
                    self.place = Place::Data;
                    self.row += 1;
                    return Ok(Scanned::RowEnd { span });
                }
                (Place::Data | Place::Row, Piece::Start(tag)) => self.pieces.skip(&tag)?,
                _ => {}
            }
        }
    }

    fn row(&mut self, tag: &Tag<'a>, span: Range<usize>) -> Result<Scanned<'a>, Error> {
        let row = match tag.raw("r") {
            None => self.row,
            Some(text) => match text.trim().parse::<u32>() {
                Ok(row @ 1..=MAX_ROWS) => row - 1,
                _ => {
                    let what = format!("row {text:?}: rows are 1 to {MAX_ROWS}");
                    return Err(self.xml().error(span.start, what));
                }
            },
        };
        if row >= MAX_ROWS {
            let what = format!("a row behind row {MAX_ROWS}, the last one");
            return Err(self.xml().error(span.start, what));
        }
        (self.row, self.col) = (row, 0);
        if tag.empty {
            self.row = row + 1;
        } else {
            self.place = Place::Row;
        }
        let hidden = tag.flag("hidden").unwrap_or(false);
        Ok(Scanned::Row { span, row, hidden, empty: tag.empty })
    }

    fn cell(&mut self, tag: &Tag<'a>, start: usize) -> Result<Scanned<'a>, Error> {
        let (mut at, mut style, mut kind) = (None, None, Kind::Number);
        let (mut metadata, mut value_metadata) = (None, None);
        for (name, value) in tag.pairs() {
            match name {
                "r" => match reference(value) {
                    Some(cell) => at = Some(cell),
                    None => {
                        let what = format!("{value:?} is no cell of a sheet");
                        return Err(self.xml().error(start, what));
                    }
                },
                "s" => style = value.trim().parse().ok(),
                "t" => {
                    kind = match value {
                        "s" => Kind::Shared,
                        "str" => Kind::Text,
                        "inlineStr" => Kind::Inline,
                        "b" => Kind::Logical,
                        "e" => Kind::Error,
                        "d" => Kind::Date,
                        _ => Kind::Number,
                    }
                }
                "cm" => metadata = value.trim().parse().ok(),
                "vm" => value_metadata = value.trim().parse().ok(),
                _ => {}
            }
        }
        let at = at.unwrap_or(Cell::new(self.row, self.col));
        if at.row != self.row {
            let what = format!("the cell {at} stands in row {}", self.row + 1);
            return Err(self.xml().error(start, what));
        }
        if at.col >= MAX_COLS {
            let what = format!("a cell behind column {MAX_COLS}, the last one");
            return Err(self.xml().error(start, what));
        }
        self.col = at.col + 1;
        let mut cell = Element {
            span: start..start,
            at,
            style,
            kind,
            metadata,
            value_metadata,
            formula: None,
            value: None,
            inline: None,
        };
        if !tag.empty {
            self.content(&mut cell)?;
        }
        cell.span.end = self.pieces.span().end;
        Ok(Scanned::Cell(Box::new(cell)))
    }

    fn content(&mut self, cell: &mut Element<'a>) -> Result<(), Error> {
        let depth = self.pieces.depth();
        while self.pieces.depth() >= depth {
            match self.pieces.next()? {
                Piece::Start(tag) => match tag.name {
                    "v" => cell.value = Some(self.pieces.text(&tag)?),
                    "f" => cell.formula = Some(self.formula(&tag, cell.at)?),
                    "is" => cell.inline = Some(self.rich_text(&tag)?),
                    _ => self.pieces.skip(&tag)?,
                },
                Piece::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    fn formula(&mut self, tag: &Tag<'a>, at: Cell) -> Result<Formula<'a>, Error> {
        let start = self.pieces.span().start;
        let reference = match tag.raw("ref").map(rect) {
            Some(None) => {
                let what = format!("{at}: the cells of its formula are none of a sheet");
                return Err(self.xml().error(start, what));
            }
            known => known.flatten(),
        };
        let kind = match tag.raw("t") {
            Some("shared") => FormulaKind::Shared,
            Some("array") => FormulaKind::Array,
            Some("dataTable") => FormulaKind::DataTable,
            _ => FormulaKind::Normal,
        };
        let index = tag.number("si");
        let text = decoded(self.pieces.text(tag)?);
        Ok(Formula { span: start..self.pieces.span().end, kind, reference, index, text })
    }

    /// The runs of a text, without what says how they are pronounced.
    fn rich_text(&mut self, tag: &Tag<'a>) -> Result<Cow<'a, str>, Error> {
        rich_text(&mut self.pieces, tag)
    }
}

/// The text of an element with runs (`is`, `si`), without phonetic ones.
///
/// # Errors
/// Where the part is broken.
pub(crate) fn rich_text<'a>(pieces: &mut Pieces<'a>, tag: &Tag<'a>) -> Result<Cow<'a, str>, Error> {
    let mut found: Cow<'a, str> = Cow::Borrowed("");
    if tag.empty {
        return Ok(found);
    }
    let depth = pieces.depth();
    while pieces.depth() >= depth {
        match pieces.next()? {
            Piece::Start(tag) if tag.name == "t" => {
                let text = decoded(pieces.text(&tag)?);
                match found.is_empty() {
                    true => found = text,
                    false => found.to_mut().push_str(&text),
                }
            }
            Piece::Start(tag) if tag.name == "rPh" => pieces.skip(&tag)?,
            Piece::Eof => break,
            _ => {}
        }
    }
    Ok(found)
}

/// A cell as files write it: capitals, no `$`.
pub(crate) fn reference(text: &str) -> Option<Cell> {
    let bytes = text.trim().as_bytes();
    let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (letters, digits) = bytes.split_at(letters);
    if letters.is_empty() || letters.len() > 3 || digits.is_empty() || digits.len() > 7 {
        return None;
    }
    let letter = |col: u32, b: &u8| col * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1;
    let col = letters.iter().fold(0, letter);
    let mut row = 0_u32;
    for digit in digits {
        row = row * 10 + u32::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    let (row, col) = (row.checked_sub(1)?, col.checked_sub(1)?);
    (row < MAX_ROWS && col < MAX_COLS).then_some(Cell::new(row, col))
}

/// A range as files write it; `$` is passed over.
pub(crate) fn rect(text: &str) -> Option<Rect> {
    let plain: Cow<'_, str> =
        if text.contains('$') { text.replace('$', "").into() } else { text.into() };
    match plain.split_once(':') {
        Some((first, last)) => Some(Rect::between(reference(first)?, reference(last)?)),
        None => Some(reference(&plain)?.into()),
    }
}
