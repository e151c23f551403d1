//! Places in a workbook: sheets, cells and rectangles. Rows and columns count from 0 inside the
//! crate; the public methods speak A1, or `(row, column)` from 1 as spreadsheets do.

use crate::{Error, ErrorKind};
use std::{borrow::Cow, fmt, ops::Range};

/// Rows of a sheet, as in Excel.
pub const MAX_ROWS: u32 = 1 << 20;
/// Columns of a sheet, as in Excel.
pub const MAX_COLS: u32 = 1 << 14;
/// Cells of one array, a result or a step on the way to one: what a computer can hold.
pub(crate) const MAX_ARRAY_CELLS: u64 = 1 << 26;

/// A sheet of a workbook. Never given again, so that what refers to a deleted sheet finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SheetId(pub(crate) u32);

/// A cell of some sheet; row and column count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) row: u32,
    pub(crate) col: u32,
}

/// Cells `top..=bottom` × `left..=right` of some sheet, from 0; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Rect {
    pub(crate) top: u32,
    pub(crate) left: u32,
    pub(crate) bottom: u32,
    pub(crate) right: u32,
}

impl Cell {
    pub(crate) const fn new(row: u32, col: u32) -> Self {
        Self { row, col }
    }
}

impl From<Cell> for Rect {
    fn from(cell: Cell) -> Self {
        Self { top: cell.row, left: cell.col, bottom: cell.row, right: cell.col }
    }
}

impl Rect {
    /// The rectangle between two corners, whichever they are.
    pub(crate) fn between(a: Cell, b: Cell) -> Self {
        Self {
            top: a.row.min(b.row),
            left: a.col.min(b.col),
            bottom: a.row.max(b.row),
            right: a.col.max(b.col),
        }
    }

    /// `rows` × `cols` cells from `at`; `None` where there are none or they leave the sheet.
    pub(crate) fn sized(at: Cell, rows: usize, cols: usize) -> Option<Self> {
        let last = |start: u32, len: usize, max: u32| {
            let last = usize::try_from(start).ok()?.checked_add(len.checked_sub(1)?)?;
            u32::try_from(last).ok().filter(|last| *last < max)
        };
        Some(Self {
            top: at.row,
            left: at.col,
            bottom: last(at.row, rows, MAX_ROWS)?,
            right: last(at.col, cols, MAX_COLS)?,
        })
    }

    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top + 1
    }

    pub(crate) fn width(&self) -> u32 {
        self.right - self.left + 1
    }

    pub(crate) fn cells(&self) -> u64 {
        u64::from(self.height()) * u64::from(self.width())
    }

    pub(crate) fn rows(&self) -> Range<u32> {
        self.top..self.bottom + 1
    }

    pub(crate) fn cols(&self) -> Range<u32> {
        self.left..self.right + 1
    }

    pub(crate) fn top_left(&self) -> Cell {
        Cell::new(self.top, self.left)
    }

    pub(crate) fn contains(&self, cell: Cell) -> bool {
        self.rows().contains(&cell.row) && self.cols().contains(&cell.col)
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.intersection(other) == Some(*other)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        let rect = Self {
            top: self.top.max(other.top),
            left: self.left.max(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.min(other.right),
        };
        (rect.top <= rect.bottom && rect.left <= rect.right).then_some(rect)
    }

    /// What is left without `hole`: at most four rectangles (above, below, left and right of it).
    pub(crate) fn without(&self, hole: &Self) -> Vec<Self> {
        let Some(hole) = self.intersection(hole) else { return vec![*self] };
        let mut rest = Vec::new();
        if self.top < hole.top {
            rest.push(Self { bottom: hole.top - 1, ..*self });
        }
        if hole.bottom < self.bottom {
            rest.push(Self { top: hole.bottom + 1, ..*self });
        }
        let middle = Self { top: hole.top, bottom: hole.bottom, ..*self };
        if self.left < hole.left {
            rest.push(Self { right: hole.left - 1, ..middle });
        }
        if hole.right < self.right {
            rest.push(Self { left: hole.right + 1, ..middle });
        }
        rest
    }
}

/// `A`, `Z`, `AA`, … of a column from 0.
pub(crate) fn column_letters(col: u32) -> String {
    formualizer_common::col_letters_from_1based(col + 1).unwrap_or_else(|_| format!("C{}", col + 1))
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.col), self.row + 1)
    }
}

impl fmt::Display for Rect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = Cell::new(self.bottom, self.right);
        match last == self.top_left() {
            true => write!(f, "{last}"),
            false => write!(f, "{}:{last}", self.top_left()),
        }
    }
}

/// The cell of an address such as `B2` or `$B$2`.
///
/// # Errors
/// [`ErrorKind::Address`] where the text is no address, or of a cell outside a sheet.
pub(crate) fn parse_cell(text: &str) -> Result<Cell, Error> {
    match parse_ends(text.trim()) {
        Some((End { row: Some(row), col: Some(col) }, None)) => Ok(Cell::new(row, col)),
        _ => Err(not_an_address(text, "a cell", "B2")),
    }
}

/// The rectangle of `A1:B2`, `A:A`, `1:3` or `A1`; the corners in any order, `$` where one likes.
///
/// # Errors
/// [`ErrorKind::Address`] where the text is no range, or of one outside a sheet.
pub(crate) fn parse_range(text: &str) -> Result<Rect, Error> {
    let refused = || not_an_address(text, "a range", "A1:B20, A:C, 1:3");
    let (first, last) = parse_ends(text.trim()).ok_or_else(refused)?;
    match (first, last.unwrap_or(first)) {
        (End { row: Some(a), col: Some(b) }, End { row: Some(c), col: Some(d) }) => {
            Ok(Rect::between(Cell::new(a, b), Cell::new(c, d)))
        }
        (End { row: None, col: Some(a) }, End { row: None, col: Some(b) }) if last.is_some() => {
            Ok(Rect::between(Cell::new(0, a), Cell::new(MAX_ROWS - 1, b)))
        }
        (End { row: Some(a), col: None }, End { row: Some(b), col: None }) if last.is_some() => {
            Ok(Rect::between(Cell::new(a, 0), Cell::new(b, MAX_COLS - 1)))
        }
        _ => Err(refused()),
    }
}

/// The sheet, if one is named, and the rectangle of `Sheet1!A1:B2`, `'My sheet'!A1` or `A1`.
///
/// # Errors
/// [`ErrorKind::Address`] where the text is none of these.
#[cfg(test)]
pub(crate) fn parse_qualified(text: &str) -> Result<(Option<String>, Rect), Error> {
    let text = text.trim();
    let (sheet, range) = split_sheet(text);
    let Some(sheet) = sheet else { return Ok((None, parse_range(range)?)) };
    validate_sheet_name(&sheet).map_err(|e| {
        Error::new(ErrorKind::Address, format!("{} is not an address: {e}", shown(text)))
    })?;
    Ok((Some(sheet), parse_range(range)?))
}

/// What stands before the `!` of a reference, without quotes, and what stands after it.
pub(crate) fn split_sheet(text: &str) -> (Option<String>, &str) {
    let Some(quoted) = text.strip_prefix('\'') else {
        return match text.split_once('!') {
            Some((sheet, rest)) => (Some(sheet.to_owned()), rest),
            None => (None, text),
        };
    };
    // A quote within the name is doubled, so the name ends at the first one that is not.
    let mut from = 0;
    while let Some(at) = quoted.get(from..).and_then(|rest| rest.find('\'')) {
        let after = quoted.get(from + at + 1..).unwrap_or_default();
        match after.strip_prefix('\'') {
            Some(_) => from += at + 2,
            None => {
                let name = quoted.get(..from + at).unwrap_or_default().replace("''", "'");
                return after.strip_prefix('!').map_or((None, text), |rest| (Some(name), rest));
            }
        }
    }
    (None, text)
}

/// The name of a sheet as it stands before `!`: in quotes unless it is a plain word that is no address.
pub(crate) fn quote_sheet(name: &str) -> Cow<'_, str> {
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match word && !is_address_like(name) && !formualizer_common::a1_sheet_name_needs_quoting(name) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(format!("'{}'", name.replace('\'', "''"))),
    }
}

/// The first and the last sheet of a 3-D reference, in quotes where one of them needs them.
#[cfg(feature = "other-spreadsheets")]
pub(crate) fn quote_sheets(first: &str, last: &str) -> String {
    let plain = |name: &str| matches!(quote_sheet(name), Cow::Borrowed(_));
    match plain(first) && plain(last) {
        true => format!("{first}:{last}"),
        false => format!("'{}:{}'", first.replace('\'', "''"), last.replace('\'', "''")),
    }
}

/// Whether a word could be read as a cell in either notation: `A1`, `R1C1`, `RC`, `R`, `C2`.
pub(crate) fn is_address_like(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let relative = match (upper.strip_prefix('R'), upper.strip_prefix('C')) {
        (Some(rest), _) => match rest.split_once('C') {
            Some((row, col)) => digits(row) && digits(col),
            None => digits(rest),
        },
        (None, Some(rest)) => digits(rest),
        (None, None) => false,
    };
    relative || formualizer_common::parse_a1_1based(word).is_ok()
}

/// Refuses what Excel refuses as the name of a sheet.
///
/// # Errors
/// [`ErrorKind::Sheet`] with what is wrong.
pub(crate) fn validate_sheet_name(name: &str) -> Result<(), Error> {
    let wrong = if name.is_empty() {
        "is empty".to_owned()
    } else if name.encode_utf16().take(32).count() > 31 {
        "is longer than 31 characters".to_owned()
    } else if let Some(c) = name.chars().find(|c| r"[]:*?/\".contains(*c) || c.is_control()) {
        format!("contains {c:?}, and none of [ ] : * ? / \\ may be in it")
    } else if name.starts_with('\'') || name.ends_with('\'') {
        "begins or ends with an apostrophe".to_owned()
    } else if name.eq_ignore_ascii_case("history") {
        "is reserved in Excel".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Sheet, format!("the sheet name {} {wrong}", shown(name))))
}

/// A text for a message, shortened.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{:?}…", text.get(..at).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

fn not_an_address(text: &str, what: &str, example: &str) -> Error {
    let hint = match text.contains('!') {
        true => "; a sheet is not named here",
        false => ", within XFD1048576",
    };
    let message = format!("{} is not {what} (such as {example}{hint})", shown(text));
    Error::new(ErrorKind::Address, message)
}

/// One end of a range: a cell, a column or a row, from 0.
#[derive(Clone, Copy)]
struct End {
    row: Option<u32>,
    col: Option<u32>,
}

fn parse_ends(text: &str) -> Option<(End, Option<End>)> {
    match text.split_once(':') {
        Some((first, last)) => Some((parse_end(first.trim())?, Some(parse_end(last.trim())?))),
        None => Some((parse_end(text)?, None)),
    }
}

fn parse_end(text: &str) -> Option<End> {
    if let Ok((row, col, ..)) = formualizer_common::parse_a1_1based(text) {
        return Some(End { row: row.checked_sub(1), col: col.checked_sub(1) });
    }
    let text = text.strip_prefix('$').unwrap_or(text);
    if let Ok(col) = formualizer_common::col_index_from_letters_1based(text) {
        return Some(End { row: None, col: col.checked_sub(1) });
    }
    let row: u32 = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())??;
    (1..=MAX_ROWS).contains(&row).then(|| End { row: Some(row - 1), col: None })
}

/// One bound of a reference in a formula that is filled over a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Axis {
    /// `$5`: the same row or column everywhere.
    Fixed(u32),
    /// `5`: so many rows or columns from the formula's own cell.
    Moving(i32),
}

impl Axis {
    /// Where the bound is for the formula at `own`; `None` outside the sheet.
    pub(crate) fn at(self, own: u32, max: u32) -> Option<u32> {
        let at = match self {
            Self::Fixed(at) => i64::from(at),
            Self::Moving(by) => i64::from(own) + i64::from(by),
        };
        u32::try_from(at).ok().filter(|at| *at < max)
    }
}

/// A reference of a formula: the cells that it names, for every cell that the formula is filled into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Area {
    pub(crate) sheet: SheetId,
    pub(crate) top: Axis,
    pub(crate) left: Axis,
    pub(crate) bottom: Axis,
    pub(crate) right: Axis,
}

impl Area {
    /// What the formula in `own` refers to; `None` (a `#REF!`) where a bound leaves the sheet.
    pub(crate) fn at(&self, own: Cell) -> Option<Rect> {
        let (top, bottom) = (self.top.at(own.row, MAX_ROWS)?, self.bottom.at(own.row, MAX_ROWS)?);
        let (left, right) = (self.left.at(own.col, MAX_COLS)?, self.right.at(own.col, MAX_COLS)?);
        Some(Rect::between(Cell::new(top, left), Cell::new(bottom, right)))
    }

    /// Everything that a formula filled over `region` refers to, clipped to the sheet.
    pub(crate) fn over(&self, region: &Rect) -> Option<Rect> {
        let span = |a: Axis, b: Axis, first: u32, last: u32, max: u32| {
            let at = |axis: Axis, own: u32| match axis {
                Axis::Fixed(at) => i64::from(at),
                Axis::Moving(by) => i64::from(own) + i64::from(by),
            };
            let ends = [at(a, first), at(a, last), at(b, first), at(b, last)];
            let low = ends.iter().copied().min()?.max(0);
            let high = ends.iter().copied().max()?.min(i64::from(max) - 1);
            Some((u32::try_from(low).ok()?, u32::try_from(high).ok()?)).filter(|(l, h)| l <= h)
        };
        let (top, bottom) = span(self.top, self.bottom, region.top, region.bottom, MAX_ROWS)?;
        let (left, right) = span(self.left, self.right, region.left, region.right, MAX_COLS)?;
        Some(Rect { top, left, bottom, right })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_without_a_part_is_the_rest() {
        let whole = Rect { top: 0, left: 0, bottom: 9, right: 4 };
        let hole = Rect { top: 3, left: 1, bottom: 5, right: 2 };
        let rest = whole.without(&hole);
        assert_eq!(rest.len(), 4);
        assert_eq!(rest.iter().map(Rect::cells).sum::<u64>(), whole.cells() - hole.cells());
        assert!(rest.iter().all(|part| part.intersection(&hole).is_none()));
        assert_eq!(whole.without(&whole), []);
        let elsewhere = Rect { top: 20, ..whole };
        assert_eq!(whole.without(&Rect { bottom: 30, ..elsewhere }), [whole]);
    }

    #[test]
    fn addresses_show_as_in_a_spreadsheet() {
        assert_eq!(Rect { top: 0, left: 0, bottom: 9, right: 27 }.to_string(), "A1:AB10");
        assert_eq!(Rect::from(Cell::new(4, 2)).to_string(), "C5");
    }

    #[test]
    fn addresses_parse_in_every_form() {
        assert_eq!(parse_cell("$b$2").unwrap(), Cell::new(1, 1));
        assert_eq!(parse_cell(" XFD1048576 ").unwrap(), Cell::new(MAX_ROWS - 1, MAX_COLS - 1));
        let check = |text: &str, shows: &str| {
            assert_eq!(parse_range(text).unwrap().to_string(), shows, "{text}");
        };
        check("B2:A$1", "A1:B2");
        check("A1", "A1");
        check("$C:A", "A1:C1048576");
        check("3:$1", "A1:XFD3");
        let (sheet, rect) = parse_qualified("'It''s! mine'!A1:B2").unwrap();
        assert_eq!((sheet.as_deref(), rect.to_string().as_str()), (Some("It's! mine"), "A1:B2"));
        assert_eq!(parse_qualified("Sheet1!C3").unwrap().0.as_deref(), Some("Sheet1"));
        assert_eq!(parse_qualified("C3").unwrap().0, None);
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for text in [
            "", "A", "1", "A0", "XFE1", "A1048577", "A1:", ":", "A:1", "A1:B", "é1", "A1:B2:C3",
            "🙂", "\0",
        ] {
            let error = parse_range(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Address, "{text}");
            assert!(error.to_string().contains("A1:B20"), "{error}");
        }
        assert!(parse_cell("A1:B2").is_err());
        for text in ["'open!A1", "''!A1", "!A1", "a:b!A1", "Sheet1!", "'a'A1"] {
            assert_eq!(parse_qualified(text).unwrap_err().kind(), ErrorKind::Address, "{text}");
        }
        assert!(parse_range(&"A".repeat(1 << 20)).unwrap_err().to_string().len() < 300);
    }

    #[test]
    fn sheet_names_are_quoted_where_a_formula_needs_it() {
        for (name, shows) in [
            ("Sheet1", "Sheet1"),
            ("Übersicht", "Übersicht"),
            ("My sheet", "'My sheet'"),
            ("It's", "'It''s'"),
            ("AB12", "'AB12'"),
            ("r1c1", "'r1c1'"),
            ("R", "'R'"),
            ("2024", "'2024'"),
            ("true", "'true'"),
            ("ABCD12", "ABCD12"),
        ] {
            assert_eq!(quote_sheet(name), shows);
        }
    }

    #[test]
    fn sheet_names_that_excel_refuses_are_refused() {
        for name in
            ["", "a/b", "[1]", "'x", "x'", "History", "a\0", &"x".repeat(32), &"🙂".repeat(16)]
        {
            assert_eq!(validate_sheet_name(name).unwrap_err().kind(), ErrorKind::Sheet, "{name}");
        }
        for name in ["a", "It's", "A1", &"x".repeat(31), &"🙂".repeat(15)] {
            assert!(validate_sheet_name(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_area_follows_its_formula() {
        let area = Area {
            sheet: SheetId(0),
            top: Axis::Fixed(0),
            left: Axis::Moving(-1),
            bottom: Axis::Moving(-1),
            right: Axis::Moving(-1),
        };
        assert_eq!(area.at(Cell::new(5, 1)), Some(Rect { top: 0, left: 0, bottom: 4, right: 0 }));
        assert_eq!(area.at(Cell::new(0, 1)), None);
        let region = Rect { top: 1, left: 1, bottom: 9, right: 1 };
        assert_eq!(area.over(&region), Some(Rect { top: 0, left: 0, bottom: 8, right: 0 }));
    }
}
