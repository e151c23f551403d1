//! A sheet's part after rows or columns were inserted or deleted: cells and the sheet's own references at their new places.

use super::{
    super::{
        scan::{Scanned, Scanner, rect},
        xml::{Piece, Tag, Xml, escaped, unescaped},
    },
    follow::{Follow, lines},
    patch::{Patch, with_attribute},
};
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId},
    book::Move,
    formula::Lines,
};
/// Elements that must not stay without what they list.
const LISTS: &[&str] = &[
    "mergeCells",
    "hyperlinks",
    "dataValidations",
    "rowBreaks",
    "colBreaks",
    "cols",
    "protectedRanges",
    "ignoredErrors",
    "cellWatches",
    "scenarios",
];

/// Where the lines of a sheet are now.
pub(super) struct Moves(Vec<Lines>);

impl Moves {
    pub(super) fn new(sheet: SheetId, steps: &[Move]) -> Self {
        Self(steps.iter().map(|step| lines(sheet, *step)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn line(&self, rows: bool, line: u32) -> Option<u32> {
        self.0.iter().filter(|step| step.rows == rows).try_fold(line, |line, step| step.line(line))
    }

    /// Where a line is now, or where the one is that took its place.
    pub(super) fn nearest(&self, rows: bool, line: u32) -> u32 {
        let near = |line: u32, step: &Lines| step.line(line).unwrap_or(step.at.min(step.max() - 1));
        self.0.iter().filter(|step| step.rows == rows).fold(line, near)
    }

    fn span(&self, rows: bool, span: (u32, u32)) -> Option<(u32, u32)> {
        let mut own = self.0.iter().filter(|step| step.rows == rows);
        own.try_fold(span, |(first, last), step| step.span(first, last))
    }

    fn cell(&self, cell: Cell) -> Option<Cell> {
        Some(Cell::new(self.line(true, cell.row)?, self.line(false, cell.col)?))
    }

    fn rect(&self, rect: Rect) -> Option<Rect> {
        let (top, bottom) = self.span(true, (rect.top, rect.bottom))?;
        let (left, right) = self.span(false, (rect.left, rect.right))?;
        Some(Rect { top, left, bottom, right })
    }

    /// Ranges as attributes list them; nothing where all are gone.
    fn ranges(&self, text: &str) -> Option<String> {
        let moved: Vec<String> = text
            .split_ascii_whitespace()
            .filter_map(|one| match rect(one) {
                Some(known) => self.rect(known).map(|moved| moved.to_string()),
                None => Some(one.to_owned()),
            })
            .collect();
        (!moved.is_empty()).then(|| moved.join(" "))
    }
}

/// The part with its rows and cells at their new places; formulas have the texts that they had.
///
/// # Errors
/// Where it is broken.
pub(super) fn cells(xml: Xml<'_>, moves: &Moves) -> Result<Option<String>, Error> {
    let mut patch = Patch::default();
    let mut scanner = Scanner::new(xml);
    let tag_at = |start: usize| {
        let rest = xml.text.get(start..).unwrap_or_default();
        start..start + rest.find('>').map_or(rest.len(), |at| at + 1)
    };
    // The start of a row that is gone.
    let mut gone: Option<usize> = None;
    loop {
        match scanner.next()? {
            Scanned::Eof => return Ok(patch.apply(xml.text)),
            Scanned::Row { span, row, empty, .. } => match moves.line(true, row) {
                None if empty => patch.remove(span),
                None => gone = Some(span.start),
                Some(now) => {
                    let tag = xml.text.get(span.clone()).unwrap_or_default();
                    let tag = with_attribute(tag, "spans", None);
                    patch.replace(span, with_attribute(&tag, "r", Some(&(now + 1).to_string())));
                }
            },
            Scanned::RowEnd { span } => {
                if let Some(start) = gone.take() {
                    patch.remove(start..span.end);
                }
            }
            Scanned::Cell(cell) if gone.is_none() => match moves.cell(cell.at) {
                None => patch.remove(cell.span.clone()),
                Some(now) => {
                    let span = tag_at(cell.span.start);
                    let tag = xml.text.get(span.clone()).unwrap_or_default();
                    patch.replace(span, with_attribute(tag, "r", Some(&now.to_string())));
                    if let Some(formula) = &cell.formula
                        && let Some(cells) = formula.reference
                    {
                        let span = tag_at(formula.span.start);
                        let tag = xml.text.get(span.clone()).unwrap_or_default();
                        let cells = moves.rect(cells).unwrap_or_else(|| now.into()).to_string();
                        patch.replace(span, with_attribute(tag, "ref", Some(&cells)));
                    }
                }
            },
            _ => {}
        }
    }
}

/// An element that is open: its names, where it starts, how many edits there were, how many elements it has kept.
struct Open<'a> {
    name: &'a str,
    local: &'a str,
    start: usize,
    edits: usize,
    kept: usize,
    gone: bool,
}

/// The part with everything but its cells at its new place, and with the formulas of conditional formats and validations following.
///
/// # Errors
/// Where it is broken.
pub(super) fn surroundings(
    xml: Xml<'_>,
    sheet: SheetId,
    moves: &Moves,
    follow: &Follow<'_>,
) -> Result<Option<String>, Error> {
    let mut patch = Patch::default();
    let mut pieces = xml.pieces();
    let mut open: Vec<Open<'_>> = Vec::new();
    // Where the text of a formula starts.
    let mut formula: Option<usize> = None;
    loop {
        let piece = pieces.next()?;
        let span = pieces.span();
        match piece {
            Piece::Eof => return Ok(patch.apply(xml.text)),
            Piece::Start(tag) if (tag.level, tag.name) == (2, "sheetData") => pieces.skip(&tag)?,
            Piece::Start(tag) => {
                let text = xml.text.get(span.clone()).unwrap_or_default();
                let edits = patch.len();
                let new = moved_tag(text, &tag, moves, follow, &open);
                let gone = new.is_none();
                if let Some(new) = new
                    && new != text
                {
                    patch.replace(span.clone(), new);
                }
                if !gone && let Some(parent) = open.last_mut() {
                    parent.kept += 1;
                }
                match (tag.empty, gone) {
                    (true, true) => patch.remove(span),
                    (true, false) => {}
                    (false, gone) => {
                        if is_formula(tag.local) {
                            formula = Some(span.end);
                        }
                        let (name, local, start) = (tag.name, tag.local, span.start);
                        open.push(Open { name, local, start, edits, kept: 0, gone });
                    }
                }
            }
            Piece::End(..) => {
                let Some(closed) = open.pop() else { continue };
                if let Some(start) = formula.take() {
                    let text = xml.text.get(start..span.start).unwrap_or_default();
                    let plain = unescaped(text).unwrap_or_default();
                    let new = match closed.local {
                        "sqref" => moves.ranges(&plain),
                        _ => follow.formula(&plain, sheet),
                    };
                    if let Some(new) = new.filter(|new| *new != plain) {
                        patch.replace(start..span.start, escaped(&new).into_owned());
                    }
                }
                let listed_nothing = closed.kept == 0 && LISTS.contains(&closed.name);
                if closed.gone || listed_nothing {
                    patch.truncate(closed.edits);
                    patch.remove(closed.start..span.end);
                    if !closed.gone
                        && let Some(parent) = open.last_mut()
                    {
                        parent.kept -= 1;
                    }
                }
            }
            _ => {}
        }
    }
}

/// Elements whose text is a formula, or (`sqref`) ranges, those of extensions among them (`xm:f`).
fn is_formula(name: &str) -> bool {
    matches!(name, "formula" | "formula1" | "formula2" | "f" | "sqref")
}

/// A start tag at its new place; nothing where what it stands for is gone.
fn moved_tag(
    text: &str,
    tag: &Tag<'_>,
    moves: &Moves,
    follow: &Follow<'_>,
    open: &[Open<'_>],
) -> Option<String> {
    let mut out = text.to_owned();
    match tag.name {
        "col" => {
            let bound = |name| tag.number::<u32>(name).and_then(|at| at.checked_sub(1));
            let (first, last) = (bound("min")?, bound("max")?.min(MAX_COLS - 1));
            let (first, last) = moves.span(false, (first, last))?;
            out = with_attribute(&out, "min", Some(&(first + 1).to_string()));
            out = with_attribute(&out, "max", Some(&(last + 1).to_string()));
        }
        "brk" => {
            let rows = open.last().is_some_and(|open| open.name == "rowBreaks");
            let line = tag.number::<u32>("id")?;
            let line = moves.line(rows, line.min(if rows { MAX_ROWS } else { MAX_COLS } - 1))?;
            out = with_attribute(&out, "id", Some(&line.to_string()));
        }
        "selection" | "pane" | "sheetView" => {
            for name in ["activeCell", "topLeftCell", "sqref"] {
                if let Some(cells) = tag.raw(name) {
                    let first = rect(cells.split(' ').next().unwrap_or_default());
                    let moved = moves.ranges(cells).or_else(|| {
                        let Cell { row, col } = first?.top_left();
                        let near = Cell::new(moves.nearest(true, row), moves.nearest(false, col));
                        Some(near.to_string())
                    });
                    out = with_attribute(&out, name, moved.as_deref());
                }
            }
        }
        "dimension" => {
            if let Some(moved) = tag.raw("ref").and_then(|cells| moves.ranges(cells)) {
                out = with_attribute(&out, "ref", Some(&moved));
            }
        }
        _ => {
            for name in ["ref", "sqref"] {
                if let Some(cells) = tag.raw(name) {
                    out = with_attribute(&out, name, Some(&moves.ranges(cells)?));
                }
            }
            if tag.name == "cellWatch"
                && let Some(cell) = tag.raw("r")
            {
                out = with_attribute(&out, "r", Some(&moves.ranges(cell)?));
            }
            if tag.name == "hyperlink"
                && let Some(place) = tag.get("location")
                && let Some(new) = follow.formula(&place, SheetId(u32::MAX))
            {
                out = with_attribute(&out, "location", Some(&super::super::xml::quoted(&new)));
            }
        }
    }
    Some(out)
}
