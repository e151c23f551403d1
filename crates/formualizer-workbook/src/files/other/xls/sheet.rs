//! The cells of a sheet ([MS-XLS] 2.1.7.20.5).

use super::{
    super::{
        Counted,
        binary::{Fault, Sheet, error, number, short_number},
        refused,
        tokens::{Formula, Unread, bytes::Bytes},
    },
    globals::Globals,
    records::{BEGIN, END, Record, Records},
    texts,
};
use crate::{
    Error,
    address::{Cell, Rect},
    files::{collect::LoadedSheet, xlsx::cell::Content},
    recalc::Iteration,
};
use std::borrow::Cow;

/// How large a sheet is: begins its cells.
const DIMENSIONS: u16 = 0x0200;

/// Reads the records of a sheet up to its end. Answers how many bytes that were, too.
///
/// # Errors
/// Where they are damaged or beyond the limits.
pub(super) fn read(
    stream: &[u8],
    name: &str,
    globals: &Globals<'_>,
    counted: &mut Counted,
) -> Result<(LoadedSheet, usize), Error> {
    let mut records = Records::new(stream);
    let mut reading = Reading {
        sheet: Sheet::new(name, globals.layout, &globals.links),
        globals,
        counted,
        awaited: None,
        filtered: false,
    };
    let (mut begun, mut depth) = (false, 0_usize);
    while let Some(record) = records.next() {
        match record.number {
            // Charts that stand in a sheet have records of their own.
            BEGIN if begun => depth += 1,
            BEGIN => begun = true,
            END if depth == 0 => break,
            END => depth -= 1,
            _ if depth > 0 => {}
            number => {
                let walked = records.walked();
                reading.record(record, &mut records).map_err(|fault| match fault {
                    Fault::Refused(error) => error,
                    Fault::Damaged => refused(format!(
                        "{name}: the sheet is damaged: record {number:#06X} at byte {walked}"
                    )),
                })?;
            }
        }
    }
    let Reading { mut sheet, filtered, .. } = reading;
    if filtered {
        sheet.cells.out.filtered.insert(0..crate::address::MAX_ROWS);
    }
    Ok((sheet.finish(), records.walked()))
}

/// Whether circular references are calculated in steps (2.4.30, 2.4.31, 2.4.76): a sheet says it before its cells, all of them
/// the same.
pub(super) fn iteration(stream: &[u8]) -> Option<Iteration> {
    let (mut steps, mut delta, mut asked) = (None, None, false);
    for record in Records::new(stream) {
        let mut bytes = Bytes::new(record.data);
        match record.number {
            0x000C => steps = bytes.u16().ok().map(u32::from),
            0x0010 => delta = bytes.f64().ok(),
            0x0011 => asked = bytes.u16().is_ok_and(|flag| flag != 0),
            DIMENSIONS | END => break,
            _ => {}
        }
    }
    asked.then(|| Iteration::of_file(steps, delta))
}

struct Reading<'a, 'b> {
    sheet: Sheet<'a>,
    globals: &'a Globals<'a>,
    counted: &'b mut Counted,
    /// The cell whose formula gives a text, which comes behind it.
    awaited: Option<Cell>,
    /// Whether a filter hides rows.
    filtered: bool,
}

impl<'a> Reading<'a, '_> {
    fn record(&mut self, record: Record<'a>, records: &mut Records<'a>) -> Result<(), Fault> {
        let mut bytes = Bytes::new(record.data);
        match record.number {
            0x0006 => return self.formula(bytes),
            0x0207 => {
                // A long text goes on in further records, which tell anew how wide it is.
                let at = self.awaited.take();
                let more = records.continued();
                let text = texts::behind_formula(
                    record.data,
                    more,
                    self.globals.layout,
                    &self.globals.links,
                )?;
                if let Some(at) = at {
                    self.put(at, &Content::Text(Cow::Owned(text)))?;
                }
            }
            0x0221 => {
                let fills = self.several(&mut bytes)?;
                bytes.take(6)?;
                let formula = formula(&mut bytes)?;
                self.sheet.array(formula, fills, false);
            }
            0x04BC => {
                self.several(&mut bytes)?;
                bytes.u16()?;
                let formula = formula(&mut bytes)?;
                self.sheet.shared(formula);
            }
            0x0208 => {
                let row = u32::from(bytes.u16()?);
                bytes.take(10)?;
                if bytes.u16()? & 0x20 != 0 {
                    self.sheet.cells.out.hidden.insert(row..row + 1);
                }
            }
            0x009B => self.filtered = true,
            0x0203 | 0x027E | 0x00FD | 0x0204 | 0x00D6 | 0x0205 => {
                let (at, format) = cell(&mut bytes)?;
                let content = self.content(record.number, format, &mut bytes)?;
                self.put(at, &content)?;
            }
            0x00BD => {
                let (row, first) = (bytes.u16()?, bytes.u16()?);
                // The last column stands behind the numbers.
                let numbers = bytes.rest().len().saturating_sub(2) / 6;
                for col in (u32::from(first)..).take(numbers) {
                    let kind = self.globals.kind(bytes.u16()?);
                    let n = short_number(bytes.u32()?);
                    self.put(Cell::new(row.into(), col), &number(n, kind))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, at: Cell, content: &Content<'_>) -> Result<(), Fault> {
        Ok(self.sheet.value(at, content, self.counted)?)
    }

    /// What a cell holds that has no formula.
    fn content(&self, kind: u16, format: u16, bytes: &mut Bytes<'a>) -> Result<Content<'a>, Fault> {
        let globals = self.globals;
        Ok(match kind {
            0x0203 => number(bytes.f64()?, globals.kind(format)),
            0x027E => number(short_number(bytes.u32()?), globals.kind(format)),
            0x00FD => {
                let index = usize::try_from(bytes.u32()?).map_err(|_| Fault::Damaged)?;
                let text = globals.texts.get(index).ok_or(Fault::Damaged)?;
                Content::Text(Cow::Borrowed(text))
            }
            0x0205 => {
                let value = bytes.u8()?;
                match bytes.u8()? {
                    0 => Content::Logical(value != 0),
                    _ => error(value),
                }
            }
            _ => Content::Text(Cow::Owned(texts::long(bytes, globals.layout, &globals.links)?)),
        })
    }

    fn formula(&mut self, mut bytes: Bytes<'a>) -> Result<(), Fault> {
        let (at, format) = cell(&mut bytes)?;
        let value = bytes.take(8)?;
        bytes.take(6)?;
        let tokens = formula(&mut bytes)?;
        let content = match value {
            [0, _, _, _, _, _, 0xFF, 0xFF] => {
                self.awaited = Some(at);
                Content::Blank
            }
            [1, _, value, _, _, _, 0xFF, 0xFF] => Content::Logical(*value != 0),
            [2, _, value, _, _, _, 0xFF, 0xFF] => error(*value),
            // An empty text, which has no record of its own.
            [3, _, _, _, _, _, 0xFF, 0xFF] => Content::Text(Cow::Borrowed("")),
            value => number(Bytes::new(value).f64()?, self.globals.kind(format)),
        };
        self.put(at, &content)?;
        self.sheet.formula(at, tokens, &content);
        Ok(())
    }

    /// The cells that a formula is for.
    fn several(&self, bytes: &mut Bytes<'_>) -> Result<Rect, Fault> {
        let (top, bottom) = (bytes.u16()?.into(), bytes.u16()?.into());
        let (left, right) = (bytes.u8()?.into(), bytes.u8()?.into());
        match top <= bottom && left <= right {
            true => Ok(Rect { top, left, bottom, right }),
            false => Err(Fault::Damaged),
        }
    }
}

/// The place of a cell, and its format.
fn cell(bytes: &mut Bytes<'_>) -> Result<(Cell, u16), Unread> {
    let at = Cell::new(bytes.u16()?.into(), bytes.u16()?.into());
    Ok((at, bytes.u16()?))
}

/// Tokens with their length in front, and what stands behind them.
fn formula<'a>(bytes: &mut Bytes<'a>) -> Result<Formula<'a>, Unread> {
    let len = usize::from(bytes.u16()?);
    Ok(Formula { tokens: bytes.take(len)?, extra: bytes.rest() })
}
