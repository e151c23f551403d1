//! Sheets of binary files: cells and their formulas, in the versions of both.

use super::{
    Counted, refused,
    tokens::{self, Formula, Layout, Links, Standing, Unread},
};
use crate::{
    Error,
    address::{Cell, MAX_COLS, MAX_ROWS, Rect},
    cells::NumberKind,
    files::{
        MAX_TEXT,
        collect::{Collector, LoadedSheet},
        xlsx::cell::{Content, kind_of},
    },
    formula::Arrays,
};
use formualizer_common::ExcelErrorKind;
use rustc_hash::FxHashMap;

/// What stands for a cell's formula.
struct Found<'a> {
    at: Cell,
    formula: Formula<'a>,
    /// Whether it gave an error.
    of_error: bool,
}

/// A formula for several cells.
struct Several<'a> {
    formula: Formula<'a>,
    /// What its array fills; nothing for a shared formula.
    fills: Option<(Rect, bool)>,
}

/// A sheet while it is read.
pub(super) struct Sheet<'a> {
    name: &'a str,
    layout: Layout,
    links: &'a Links,
    pub(super) cells: Collector,
    formulas: Vec<Found<'a>>,
    /// Shared and array formulas by the cell that they stand at.
    several: FxHashMap<Cell, Several<'a>>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(name: &'a str, layout: Layout, links: &'a Links) -> Self {
        Self {
            name,
            layout,
            links,
            cells: Collector::default(),
            formulas: Vec::new(),
            several: FxHashMap::default(),
        }
    }

    /// A cell's value.
    ///
    /// # Errors
    /// Where there is no such cell, or one more than the limit allows.
    pub(super) fn value(
        &mut self,
        at: Cell,
        content: &Content<'_>,
        counted: &mut Counted,
    ) -> Result<(), Error> {
        let refuse = |what: String| refused(format!("{}!{at}: {what}", self.name));
        if at.row >= MAX_ROWS || at.col >= MAX_COLS {
            return Err(refused(format!(
                "{}: there is a cell in row {} and column {}, where no sheet has one",
                self.name,
                u64::from(at.row) + 1,
                u64::from(at.col) + 1
            )));
        }
        if let Content::Text(text) = content
            && text.len() > MAX_TEXT
            && text.encode_utf16().count() > MAX_TEXT
        {
            return Err(refuse(format!("the text has more than {MAX_TEXT} characters")));
        }
        if *content == Content::Blank {
            return Ok(());
        }
        counted.take(1).map_err(refuse)?;
        self.cells.value(at, content.cell());
        Ok(())
    }

    /// The formula of a cell, and what it gave.
    pub(super) fn formula(&mut self, at: Cell, formula: Formula<'a>, content: &Content<'_>) {
        let of_error = matches!(content, Content::Error(_));
        self.formulas.push(Found { at, formula, of_error });
    }

    /// The shared formula of the cell whose formula came last and of others.
    pub(super) fn shared(&mut self, formula: Formula<'a>) {
        if let Some(last) = self.formulas.last() {
            self.several.insert(last.at, Several { formula, fills: None });
        }
    }

    /// The array formula of the cell whose formula came last; whether its array may grow.
    pub(super) fn array(&mut self, formula: Formula<'a>, fills: Rect, dynamic: bool) {
        if let Some(last) = self.formulas.last() {
            self.several.insert(last.at, Several { formula, fills: Some((fills, dynamic)) });
        }
    }

    /// Everything that was read.
    pub(super) fn finish(mut self) -> LoadedSheet {
        for Found { at, formula, of_error } in std::mem::take(&mut self.formulas) {
            // Programs write an error for what they have no tokens for.
            let unsaid = !of_error && matches!(formula.tokens, [0x1C, _]);
            let taken = if unsaid { Err(Unread::Unsaid) } else { self.take(at, formula) };
            if let Err(why) = taken {
                self.cells.out.warnings.add(format!("{at}: its value is kept, since {why}"));
            }
        }
        self.cells.finish()
    }

    fn take(&mut self, at: Cell, formula: Formula<'a>) -> Result<(), Unread> {
        let Some(place) = tokens::place(formula, self.layout) else {
            let text = self.text(formula, at)?;
            super::formula_at(&mut self.cells, at, Some(text), None);
            return Ok(());
        };
        let several = self.several.get(&place).ok_or(Unread::Shared)?;
        let Some((fills, dynamic)) = several.fills else {
            let text = self.text(several.formula, at)?;
            super::formula_at(&mut self.cells, at, Some(text), None);
            return Ok(());
        };
        // The other cells of an array have its values.
        if fills.top_left() != at {
            return if fills.contains(at) { Ok(()) } else { Err(Unread::Shared) };
        }
        let text = self.text(several.formula, at)?;
        let text = format!("={}", crate::files::xlsx::formulas::typed(&text));
        let arrays = match dynamic {
            true => Arrays::Spill,
            false => Arrays::Fixed { height: fills.height(), width: fills.width() },
        };
        self.cells.start(at, &text, arrays, Some(fills), None);
        Ok(())
    }

    fn text(&self, formula: Formula<'_>, at: Cell) -> Result<String, Unread> {
        tokens::text(formula, self.layout, Standing::Cell, at, self.links)
    }
}

/// A number in a cell whose format shows numbers of a kind.
pub(super) fn number(n: f64, kind: NumberKind) -> Content<'static> {
    match n.is_finite() {
        true => Content::Number(n, kind_of(n, kind)),
        false => Content::Error(ExcelErrorKind::Num),
    }
}

/// A number in four bytes ([MS-XLS] 2.5.217).
pub(super) fn short_number(bits: u32) -> f64 {
    let n = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits.cast_signed() >> 2),
    };
    if bits & 1 == 0 { n } else { n / 100.0 }
}

/// An error of a cell by its number.
pub(super) fn error(number: u8) -> Content<'static> {
    Content::Error(match tokens::error(number) {
        Ok(text) => crate::files::xlsx::cell::error_of(text),
        Err(_) => ExcelErrorKind::Value,
    })
}

/// Why reading a sheet stops.
pub(super) enum Fault {
    Damaged,
    Refused(Error),
}

impl From<Unread> for Fault {
    fn from(_: Unread) -> Self {
        Self::Damaged
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

#[cfg(test)]
mod tests {
    use super::short_number;

    #[test]
    fn numbers_in_four_bytes_are_whole_or_the_upper_half_of_a_double() {
        let upper = |n: f64| u32::try_from(n.to_bits() >> 32).unwrap();
        assert_eq!(short_number(upper(1.5)), 1.5);
        assert_eq!(short_number(upper(150.0) | 1), 1.5);
        assert_eq!(short_number((7 << 2) | 2), 7.0);
        assert_eq!(short_number(((-12_i32) << 2).cast_unsigned() | 3), -0.12);
    }
}
