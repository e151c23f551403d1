//! Results of functions that are called row by row: what a batch has so far.

use crate::{
    dispatch::{Job, Part},
    guest::cut,
    native::{Cell, cells_into_part},
};
use std::ops::Range;
use udf_abi::DType;
use udf_columnar::{Error, ErrorKind, Lane, RowErrors, RowErrorsBuilder};

/// Rows of a batch of a function that is called row by row. A trap costs its row only, so that
/// more rows have the same deadline; and a batch has one.
pub(crate) const BATCH_ROWS: usize = 1 << 10;
/// Bytes of text that a part gathers before it is put away.
const PART_TEXT: usize = 16 << 20;

/// The rows of a batch, filled in order. A row that traps ends one instance, the rows before and
/// behind it stay: nothing is run again.
pub(crate) struct RowSink<'o> {
    range: Range<usize>,
    calls: u64,
    values: Values<'o>,
}

enum Values<'o> {
    /// Numbers in their place, and the rows in error among them.
    Numbers { out: &'o mut [u8], width: usize, non_finite: bool, errors: RowErrorsBuilder },
    /// Decoded cells; `out` is the place of fixed-width values.
    Cells { cells: Vec<Cell>, text: usize, out: Option<&'o mut [u8]> },
}

/// A part of a batch, and the place of the rows that follow.
pub(crate) type Finished<'o> = (Part, Option<&'o mut [u8]>);

impl<'o> RowSink<'o> {
    /// Room for the rows in `range`; `out` has the length of their fixed-width values.
    pub(crate) fn try_new(
        job: &Job<'_>,
        range: Range<usize>,
        width: usize,
        out: Option<&'o mut [u8]>,
    ) -> Result<Self, Error> {
        let values = match (job.lane, out) {
            (Lane::Typed, Some(out)) => {
                let errors = RowErrors::builder(job.limits.messages_bytes);
                Values::Numbers { out, width, non_finite: false, errors }
            }
            (Lane::Json, out) => Values::Cells { cells: Vec::new(), text: 0, out },
            _ => return Err(Error::new(ErrorKind::Internal, "rows of no place")),
        };
        Ok(Self { range, calls: 0, values })
    }

    /// Rows that have no result yet.
    pub(crate) fn rest(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Whether no further row belongs here.
    pub(crate) fn is_full(&self) -> bool {
        let much = matches!(self.values, Values::Cells { text, .. } if text >= PART_TEXT);
        much || self.range.is_empty()
    }

    /// Guest calls since this was last asked.
    pub(crate) fn take_calls(&mut self) -> u64 {
        std::mem::take(&mut self.calls)
    }

    /// Counts a guest call.
    pub(crate) fn called(&mut self) {
        self.calls += 1;
    }

    /// Puts a decoded cell into the next row.
    pub(crate) fn put(&mut self, cell: Cell) {
        if let Values::Cells { cells, text, .. } = &mut self.values {
            *text += match &cell {
                Cell::Text(value) => value.len(),
                Cell::Any(udf_columnar::AnyValue::Text(value)) => value.len(),
                Cell::Error(_, Some(message)) => message.len(),
                _ => 0,
            };
            cells.push(cell);
            self.range.start += 1;
        }
    }

    /// Leaves the next row to the overlay of nulls and errors.
    pub(crate) fn skip(&mut self) {
        match &mut self.values {
            Values::Cells { cells, .. } => cells.push(Cell::Null),
            // The place was zeroed when it was made.
            Values::Numbers { .. } => {}
        }
        self.range.start += 1;
    }

    /// Makes the next row an error.
    pub(crate) fn fail(&mut self, error: &Error, message_bytes: usize) {
        let (code, message) = (error.cell_error(), cut(error.message(), message_bytes));
        match &mut self.values {
            Values::Cells { .. } => self.put(Cell::Error(code, Some(message.to_owned()))),
            Values::Numbers { out, width, errors, .. } => {
                let row = (out.len() / (*width).max(1)).saturating_sub(self.range.len());
                errors.push_none(row.saturating_sub(errors.len()));
                errors.push(code, Some(message));
                self.range.start += 1;
            }
        }
    }

    /// The slots of the rows that have no result yet, for numbers.
    pub(crate) fn slots(&mut self) -> Option<Slots<'_>> {
        let left = self.range.len();
        let Values::Numbers { out, width, non_finite, .. } = &mut self.values else { return None };
        let done = out.len().checked_sub(left.checked_mul(*width)?)?;
        Some(Slots {
            out: out.get_mut(done..)?,
            range: &mut self.range,
            calls: &mut self.calls,
            non_finite,
        })
    }

    /// The rows so far as a part of the result of type `dtype`.
    pub(crate) fn finish(self, dtype: DType, width: usize) -> Result<Finished<'o>, Error> {
        match self.values {
            Values::Numbers { out, non_finite, mut errors, .. } => {
                let rows = out.len() / width.max(1);
                errors.push_none(rows.saturating_sub(errors.len()));
                let part = Part {
                    rows,
                    column: None,
                    validity: None,
                    errors: errors.finish(),
                    non_finite,
                    utc: None,
                };
                Ok((part, None))
            }
            Values::Cells { cells, out, .. } => match out {
                None => Ok((cells_into_part(dtype, &cells, None)?, None)),
                Some(out) => {
                    let (mine, rest) = out
                        .split_at_mut_checked(cells.len() * width)
                        .ok_or_else(|| Error::new(ErrorKind::Internal, "more rows than room"))?;
                    Ok((cells_into_part(dtype, &cells, Some(mine))?, Some(rest)))
                }
            },
        }
    }
}

/// Places of numbers, filled front to back.
pub(crate) struct Slots<'s> {
    /// Values of the rows in `range`.
    pub(crate) out: &'s mut [u8],
    /// Its start moves as rows get their result.
    pub(crate) range: &'s mut Range<usize>,
    pub(crate) calls: &'s mut u64,
    pub(crate) non_finite: &'s mut bool,
}
