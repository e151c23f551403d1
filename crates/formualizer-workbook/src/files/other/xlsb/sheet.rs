//! The cells of a sheet ([MS-XLSB] 2.1.7.62).

use super::{
    super::{
        Counted,
        binary::{Fault, Sheet, error, number, short_number},
        tokens::{Layout, Links, bytes::Bytes},
    },
    records::{Record, Records, text},
    workbook::formula,
};
use crate::{
    Error,
    address::{Cell, MAX_ROWS, Rect},
    cells::NumberKind,
    files::{collect::LoadedSheet, xlsx::cell::Content},
};
use std::borrow::Cow;

/// What cells refer to.
pub(super) struct Shared<'a> {
    pub(super) texts: Vec<String>,
    pub(super) kinds: Vec<NumberKind>,
    /// Whether metadata of a cell marks a dynamic array.
    pub(super) dynamic: bool,
    pub(super) links: &'a Links,
}

/// Reads a sheet's part.
///
/// # Errors
/// Where it is damaged or beyond the limits.
pub(super) fn read(
    part: &str,
    bytes: &[u8],
    name: &str,
    shared: &Shared<'_>,
    counted: &mut Counted,
) -> Result<LoadedSheet, Error> {
    let mut records = Records::new(part, bytes);
    let mut reading = Reading {
        sheet: Sheet::new(name, Layout::Biff12, shared.links),
        shared,
        counted,
        row: 0,
        col: 0,
        marked: false,
    };
    while let Some(record) = records.next()? {
        reading.record(record).map_err(|fault| match fault {
            Fault::Refused(error) => error,
            Fault::Damaged => records.damaged(),
        })?;
    }
    Ok(reading.sheet.finish())
}

struct Reading<'a, 'b> {
    sheet: Sheet<'a>,
    shared: &'a Shared<'a>,
    counted: &'b mut Counted,
    row: u32,
    /// The column that comes next where a cell does not say.
    col: u32,
    /// Whether metadata stands in front of the next cell, or of the last one.
    marked: bool,
}

impl<'a> Reading<'a, '_> {
    fn record(&mut self, record: Record<'a>) -> Result<(), Fault> {
        let mut data = record.data;
        match record.number {
            0 => {
                self.row = data.u32()?;
                self.col = 0;
                data.take(7)?;
                if data.u8()? & 0x10 != 0 && self.row < MAX_ROWS {
                    self.sheet.cells.out.hidden.insert(self.row..self.row + 1);
                }
            }
            49 => self.marked = true,
            1..=11 | 12..=18 | 62 => {
                // The same without the column, which is the next one.
                let short = matches!(record.number, 12..=18);
                let kind = if short { record.number - 11 } else { record.number };
                if !short {
                    self.col = data.u32()?;
                }
                let format = data.u32()? & 0x00FF_FFFF;
                let at = Cell::new(self.row, self.col);
                self.col = self.col.saturating_add(1);
                let content = self.content(kind, format, &mut data)?;
                self.sheet.value(at, &content, self.counted)?;
                if matches!(kind, 8..=11) {
                    data.u16()?;
                    self.sheet.formula(at, formula(&mut data)?, &content);
                } else {
                    self.marked = false;
                }
            }
            426 => {
                let fills = several(&mut data)?;
                data.u8()?;
                let dynamic = std::mem::take(&mut self.marked) && self.shared.dynamic;
                self.sheet.array(formula(&mut data)?, fills, dynamic);
            }
            427 => {
                several(&mut data)?;
                self.sheet.shared(formula(&mut data)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a cell holds, by the number of its record.
    fn content(&self, kind: u32, format: u32, data: &mut Bytes<'a>) -> Result<Content<'a>, Fault> {
        let shown = || {
            let at = usize::try_from(format).ok();
            at.and_then(|at| self.shared.kinds.get(at)).copied().unwrap_or_default()
        };
        Ok(match kind {
            2 => number(short_number(data.u32()?), shown()),
            3 | 11 => error(data.u8()?),
            4 | 10 => Content::Logical(data.u8()? != 0),
            5 | 9 => number(data.f64()?, shown()),
            6 | 8 => Content::Text(Cow::Owned(text(data)?)),
            7 => {
                let index = usize::try_from(data.u32()?).map_err(|_| Fault::Damaged)?;
                let text = self.shared.texts.get(index).ok_or(Fault::Damaged)?;
                Content::Text(Cow::Borrowed(text))
            }
            62 => {
                data.u8()?;
                Content::Text(Cow::Owned(text(data)?))
            }
            _ => Content::Blank,
        })
    }
}

/// The cells that a formula is for: rows, then columns.
fn several(data: &mut Bytes<'_>) -> Result<Rect, Fault> {
    let (top, bottom) = (data.u32()?, data.u32()?);
    let (left, right) = (data.u32()?, data.u32()?);
    let possible = bottom < MAX_ROWS && right < crate::address::MAX_COLS;
    match top <= bottom && left <= right && possible {
        true => Ok(Rect { top, left, bottom, right }),
        false => Err(Fault::Damaged),
    }
}
