//! The rows of large sheets in pieces, merged side by side.
//!
//! A piece has the rows from its first one up to that of the next piece, and none else: where a file's rows stand in another order,
//! they are merged one after the other.

use super::{
    super::{
        super::scan::{Rows, Scanned},
        cells::SheetCells,
        formula::Texts,
        styles::DateFormats,
    },
    Merge, Outcome,
};
use crate::Error;
use rayon::prelude::*;
use std::ops::Range;

/// Rows that are worth a piece of their own.
const ROWS: u32 = 1 << 12;

/// A merged piece.
struct Piece {
    range: Range<usize>,
    outcome: Outcome,
}

/// The rows of a new sheet in pieces; nothing where they are few.
pub(super) fn of_new_rows(used: u32) -> Option<Vec<Range<u32>>> {
    let most = u32::try_from(4 * rayon::current_num_threads()).unwrap_or(u32::MAX);
    let count = (used / ROWS).min(most);
    if count < 2 {
        return None;
    }
    let each = used.div_ceil(count);
    let end = |at: u32| if at + 1 == count { u32::MAX } else { (at + 1) * each };
    Some((0..count).map(|at| at * each..end(at)).collect())
}

impl<'a, 'b> Merge<'a, 'b> {
    /// The same sheet, for a piece of it.
    fn beside(&self, range: Range<usize>) -> Self {
        Self {
            writing: self.writing,
            xml: self.xml,
            prefix: self.prefix,
            hidden: self.hidden.clone(),
            resolver: self.resolver.beside(),
            texts: Texts::new(self.writing.book),
            id: self.id,
            standing: self.standing.clone(),
            copied: range.start,
            range,
            out: String::new(),
            outcome: Outcome { formats: self.outcome.formats.clone(), ..Outcome::default() },
        }
    }

    fn sheet_cells(&self) -> Option<SheetCells<'a>> {
        let book = self.writing.book;
        Some(SheetCells::new(book.sheets.get(&self.id)?, &book.regions))
    }

    /// Merges rows of the part; false where they are not those that they should be.
    pub(super) fn pieces(&mut self, pieces: Vec<Rows<'b>>) -> Result<bool, Error> {
        let firsts = pieces.iter().skip(1).map(|piece| piece.first).chain([u32::MAX]);
        let ends: Vec<u32> = firsts.collect();
        let own = &*self;
        let merged: Vec<Result<Option<Piece>, Error>> = pieces
            .into_par_iter()
            .zip(ends)
            .map(|(rows, end)| own.beside(rows.range.clone()).piece(rows, end))
            .collect();
        let mut done = Vec::with_capacity(merged.len());
        for piece in merged {
            match piece? {
                Some(piece) => done.push(piece),
                None => return Ok(false),
            }
        }
        Ok(self.put_together(done))
    }

    /// Writes rows that the part does not have; false where they do not fit together.
    pub(super) fn new_pieces(&mut self, pieces: Vec<Range<u32>>) -> bool {
        let own = &*self;
        let at = self.copied;
        let merged: Option<Vec<Piece>> = pieces
            .into_par_iter()
            .map(|rows| {
                let mut merge = own.beside(at..at);
                merge.rows(&mut merge.sheet_cells()?, rows.start, rows.end);
                let mut outcome = merge.outcome;
                outcome.text = Some(merge.out);
                Some(Piece { range: at..at, outcome })
            })
            .collect();
        merged.is_some_and(|merged| self.put_together(merged))
    }

    /// Merges the rows of a piece, which are those before `end`; nothing where it has others.
    fn piece(mut self, rows: Rows<'b>, end: u32) -> Result<Option<Piece>, Error> {
        let Rows { range, first, mut scanner } = rows;
        let Some(mut cells) = self.sheet_cells() else { return Ok(None) };
        let mut next = first;
        loop {
            match scanner.next()? {
                Scanned::Eof => break,
                Scanned::Row { row, .. } if row < next || row >= end => return Ok(None),
                Scanned::Row { span, row, hidden, empty } => {
                    self.known_row(&mut scanner, &mut cells, next, (span, row, hidden, empty))?;
                    next = row + 1;
                }
                _ => {}
            }
        }
        if self.next_row(&mut cells, next).is_some_and(|row| row < end) {
            self.copy_to(range.end);
            self.rows(&mut cells, next, end);
        }
        let mut outcome = std::mem::take(&mut self.outcome);
        outcome.text = self.finished();
        Ok(Some(Piece { range, outcome }))
    }

    /// Puts pieces in place; false where formats for dates that they added have other numbers for others.
    fn put_together(&mut self, pieces: Vec<Piece>) -> bool {
        let mut formats: DateFormats = self.outcome.formats.clone();
        if !pieces.iter().all(|piece| formats.extend(&piece.outcome.formats)) {
            return false;
        }
        self.outcome.formats = formats;
        for Piece { range, outcome } in pieces {
            if let Some(text) = outcome.text {
                self.copy_to(range.start);
                self.out.push_str(&text);
                self.copied = range.end;
            }
            let own = &mut self.outcome;
            own.cells_written += outcome.cells_written;
            own.cells_kept += outcome.cells_kept;
            own.formulas_changed |= outcome.formulas_changed;
            own.marked |= outcome.marked;
            own.unmarked += outcome.unmarked;
            own.errors_replaced += outcome.errors_replaced;
            own.too_long = own.too_long.or(outcome.too_long);
        }
        true
    }
}
