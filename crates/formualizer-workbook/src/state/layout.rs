//! What the bytes hold.

use super::lanes::Lanes;
use crate::{
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    formula::Arrays,
};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
pub(super) struct State<'a> {
    pub(super) dates_from_1904: bool,
    pub(super) of_macintosh: bool,
    /// Steps and change of circular references.
    pub(super) iteration: Option<(u32, f64)>,
    /// As their tabs stand. What follows counts them from 0.
    #[serde(borrow)]
    pub(super) sheets: Vec<Sheet<'a>>,
    pub(super) names: Vec<Name<'a>>,
    pub(super) tables: Vec<Table<'a>>,
    pub(super) source: Option<Source<'a>>,
    pub(super) warnings: Vec<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Sheet<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    pub(super) values: Vec<Vector<'a>>,
    pub(super) formulas: Vec<Formula<'a>>,
    /// First and last row of each range.
    pub(super) hidden: Vec<(u32, u32)>,
    pub(super) filtered: Vec<(u32, u32)>,
    pub(super) moves: Vec<Move>,
}

/// Cells of a column from a row on.
#[derive(Serialize, Deserialize)]
pub(super) struct Vector<'a> {
    pub(super) column: u32,
    pub(super) top: u32,
    #[serde(borrow)]
    pub(super) cells: Lanes<'a>,
}

/// A formula of a rectangle.
#[derive(Serialize, Deserialize)]
pub(super) struct Formula<'a> {
    pub(super) range: Range,
    /// As it stands in the cell `origin`, with `=`.
    #[serde(borrow)]
    pub(super) text: Cow<'a, str>,
    pub(super) origin: (u32, u32),
    pub(super) arrays: Kind,
    /// What its array fills.
    pub(super) fills: Option<Range>,
}

/// First and last row, first and last column, from 0.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Range(u32, u32, u32, u32);

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Kind {
    Spill,
    Single,
    Fixed { height: u32, width: u32 },
}

/// Whole rows or columns that were inserted or deleted.
#[derive(Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) rows: bool,
    pub(super) at: u32,
    pub(super) count: u32,
    pub(super) deleted: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Name<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    /// As seen from A1, with `=`.
    pub(super) text: Cow<'a, str>,
    /// The sheet that references without one mean.
    pub(super) sheet: u32,
    /// Whether it is known on that sheet alone.
    pub(super) local: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Table<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    pub(super) sheet: u32,
    pub(super) range: Range,
    pub(super) columns: Vec<Cow<'a, str>>,
    pub(super) headers: bool,
    pub(super) totals: bool,
}

/// The file that the workbook was loaded from.
#[derive(Serialize, Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow, serialize_with = "bytes")]
    pub(super) bytes: Cow<'a, [u8]>,
    /// Parts of sheets; those without a sheet were deleted since.
    pub(super) parts: Vec<(Option<u32>, Cow<'a, str>)>,
}

/// Writes bytes as such, not one by one.
pub(super) fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

impl From<Rect> for Range {
    fn from(rect: Rect) -> Self {
        Self(rect.top, rect.bottom, rect.left, rect.right)
    }
}

impl Range {
    /// The rectangle, where it is one of a sheet.
    pub(super) fn rect(self) -> Option<Rect> {
        let Self(top, bottom, left, right) = self;
        let fits = top <= bottom && left <= right && bottom < MAX_ROWS && right < MAX_COLS;
        fits.then_some(Rect { top, left, bottom, right })
    }
}

/// The cell, where it is one of a sheet.
pub(super) fn cell((row, col): (u32, u32)) -> Option<Cell> {
    (row < MAX_ROWS && col < MAX_COLS).then(|| Cell::new(row, col))
}

impl From<Arrays> for Kind {
    fn from(arrays: Arrays) -> Self {
        match arrays {
            Arrays::Spill => Self::Spill,
            Arrays::Single => Self::Single,
            Arrays::Fixed { height, width } => Self::Fixed { height, width },
        }
    }
}

impl From<Kind> for Arrays {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Spill => Self::Spill,
            Kind::Single => Self::Single,
            Kind::Fixed { height, width } => Self::Fixed { height, width },
        }
    }
}
