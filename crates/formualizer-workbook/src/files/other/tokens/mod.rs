//! Formulas of binary files: tokens in reverse Polish order ([MS-XLS] 2.5.198, [MS-XLSB] 2.5.97) as they are typed.
//!
//! ```text
//! bytes     … numbers and texts of a stream      layout    … what the versions write differently
//! operands  … texts that are put together        operators … signs between them
//! references … cells and ranges                  links     … sheets and names that tokens number
//! constants … numbers, texts, arrays             functions … functions that tokens number
//! ```
//!
//! Whatever the bytes are, they give a text or the reason why there is none.

pub(super) mod bytes;
mod constants;
mod functions;
mod layout;
mod links;
mod operands;
mod operators;
mod references;

pub(super) use constants::error;
pub(super) use layout::Layout;
pub(super) use links::{LinkedBook, LinkedName, Links};

use crate::address::Cell;
use bytes::Bytes;
use operands::Operands;
use std::fmt;

/// Why a formula has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// The bytes are no tokens.
    Damaged,
    /// It refers to another workbook.
    External,
    /// It is a cell of a data table.
    DataTable,
    /// It calls what only macro sheets know.
    Macro,
    /// It refers to a table by the names of columns.
    Structured,
    /// Its text is longer than a formula can be.
    TooLong,
    /// It is the place of another formula, which is not there.
    Shared,
    /// It is an error, and its value is none.
    Unsaid,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "its formula is damaged",
            Self::External => "the formula refers to another workbook",
            Self::DataTable => "it belongs to a data table",
            Self::Macro => "its formula calls a function of macro sheets",
            Self::Structured => "its formula refers to a table by the names of columns, which are not read from such files",
            Self::TooLong => "its formula is longer than one can be",
            Self::Unsaid => "the program that wrote the file had no word for its formula",
            Self::Shared => "the shared formula that it belongs to is missing",
        })
    }
}

/// What the references of a formula are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A cell. Relative references say where they are.
    Cell,
    /// Any cell of a shared formula, or a name: relative references say how far away they are.
    Anywhere,
}

/// A formula's tokens, and what stands behind them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Formula<'a> {
    pub(super) tokens: &'a [u8],
    /// Constants of arrays.
    pub(super) extra: &'a [u8],
}

/// The text of a formula for the cell `at`, without `=`.
///
/// # Errors
/// Why it has none.
pub(super) fn text(
    formula: Formula<'_>,
    layout: Layout,
    standing: Standing,
    at: Cell,
    links: &Links,
) -> Result<String, Unread> {
    let mut reading = Reading {
        tokens: Bytes::new(formula.tokens),
        extra: Bytes::new(formula.extra),
        layout,
        standing,
        at,
        links,
        operands: Operands::default(),
    };
    while !reading.tokens.is_empty() {
        reading.token()?;
    }
    reading.operands.finish()
}

/// The cell whose formula this is the place of: in `.xls` both numbers, in `.xlsb` the row here and the column behind the tokens.
pub(super) fn place(formula: Formula<'_>, layout: Layout) -> Option<Cell> {
    let mut tokens = Bytes::new(formula.tokens);
    if tokens.u8().ok()? != 0x01 {
        return None;
    }
    match layout {
        Layout::Biff5 | Layout::Biff8 => {
            Some(Cell::new(tokens.u16().ok()?.into(), tokens.u16().ok()?.into()))
        }
        Layout::Biff12 => {
            Some(Cell::new(tokens.u32().ok()?, Bytes::new(formula.extra).u32().ok()?))
        }
    }
}

/// A formula while it is read.
struct Reading<'a> {
    tokens: Bytes<'a>,
    extra: Bytes<'a>,
    layout: Layout,
    standing: Standing,
    at: Cell,
    links: &'a Links,
    operands: Operands,
}

impl Reading<'_> {
    fn token(&mut self) -> Result<(), Unread> {
        let token = self.tokens.u8()?;
        match token {
            0x01 => Err(Unread::Shared),
            0x02 => Err(Unread::DataTable),
            0x03..=0x11 => operators::between(token, &mut self.operands),
            0x12..=0x15 => operators::around(token, &mut self.operands),
            0x16 => self.operands.atom(String::new()),
            0x17..=0x1F => self.constant(token),
            0x20..=0x7F => self.classed(token & 0x1F),
            _ => Err(Unread::Damaged),
        }
    }

    /// A token of the group that says what its value is taken for; `which` is without that.
    fn classed(&mut self, which: u8) -> Result<(), Unread> {
        match which {
            0x00 => self.array(),
            0x01 | 0x02 => self.function(which == 0x02),
            0x03 => self.name(),
            0x04..=0x0D => self.reference(which),
            0x19 => self.name_elsewhere(),
            0x1A..=0x1D => self.reference_elsewhere(which),
            _ => Err(Unread::Damaged),
        }
    }
}
