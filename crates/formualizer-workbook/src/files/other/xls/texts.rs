//! Texts ([MS-XLS] 2.5.293 and those that follow), and the table of those that cells share (2.4.265).

use super::super::tokens::{Layout, Links, Unread, bytes::Bytes};
use crate::files::MAX_TEXT;

/// A text with two bytes in front for how long it is.
pub(super) fn long(bytes: &mut Bytes<'_>, layout: Layout, links: &Links) -> Result<String, Unread> {
    let len = usize::from(bytes.u16()?);
    match layout {
        Layout::Biff5 => Ok(links.decoded(bytes.take(len)?)),
        _ => bytes.flagged(len),
    }
}

/// A text with one byte in front for how long it is.
pub(super) fn short(
    bytes: &mut Bytes<'_>,
    layout: Layout,
    links: &Links,
) -> Result<String, Unread> {
    let len = usize::from(bytes.u8()?);
    match layout {
        Layout::Biff5 => Ok(links.decoded(bytes.take(len)?)),
        _ => bytes.flagged(len),
    }
}

/// Data that goes on in further records.
struct Pieces<'a> {
    bytes: Bytes<'a>,
    more: std::vec::IntoIter<&'a [u8]>,
}

impl<'a> Pieces<'a> {
    /// So many bytes, wherever records end.
    fn skip(&mut self, mut count: usize) -> Result<(), Unread> {
        loop {
            let here = count.min(self.bytes.rest().len());
            self.bytes.take(here)?;
            count -= here;
            if count == 0 {
                return Ok(());
            }
            self.bytes = Bytes::new(self.more.next().ok_or(Unread::Damaged)?);
        }
    }

    /// The start of something that no record ends in.
    fn whole(&mut self) -> Result<&mut Bytes<'a>, Unread> {
        if self.bytes.is_empty() {
            self.bytes = Bytes::new(self.more.next().ok_or(Unread::Damaged)?);
        }
        Ok(&mut self.bytes)
    }

    /// Characters, whose width is told anew where a record ends.
    fn text(&mut self, chars: usize, wide: bool) -> Result<String, Unread> {
        let (mut left, mut wide) = (chars, wide);
        let mut units: Vec<u16> = Vec::with_capacity(chars.min(MAX_TEXT));
        loop {
            let width = if wide { 2 } else { 1 };
            let here = left.min(self.bytes.rest().len() / width);
            let taken = self.bytes.take(here * width)?;
            match wide {
                true => units
                    .extend(taken.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit))),
                false => units.extend(taken.iter().map(|byte| u16::from(*byte))),
            }
            left -= here;
            if left == 0 {
                return Ok(String::from_utf16_lossy(&units));
            }
            if !self.bytes.is_empty() {
                return Err(Unread::Damaged);
            }
            self.bytes = Bytes::new(self.more.next().ok_or(Unread::Damaged)?);
            wide = self.bytes.u8()? & 1 != 0;
        }
    }
}

/// The texts that cells share.
pub(super) fn table(first: &[u8], more: Vec<&[u8]>) -> Result<Vec<String>, Unread> {
    let mut pieces = Pieces { bytes: Bytes::new(first), more: more.into_iter() };
    pieces.bytes.u32()?;
    let count = pieces.bytes.u32()?;
    let mut found = Vec::new();
    for _ in 0..count {
        // A table may claim more texts than it has.
        let Ok(bytes) = pieces.whole() else { break };
        let chars = usize::from(bytes.u16()?);
        let flags = bytes.u8()?;
        let runs = if flags & 0x08 != 0 { usize::from(bytes.u16()?) } else { 0 };
        let more = if flags & 0x04 != 0 { bytes.u32()? } else { 0 };
        let text = pieces.text(chars, flags & 1 != 0)?;
        let more = usize::try_from(more).map_err(|_| Unread::Damaged)?;
        pieces.skip(runs.saturating_mul(4).saturating_add(more))?;
        found.push(text);
    }
    Ok(found)
}

/// The text that a formula gives, in records behind it.
pub(super) fn behind_formula(
    first: &[u8],
    more: Vec<&[u8]>,
    layout: Layout,
    links: &Links,
) -> Result<String, Unread> {
    let mut pieces = Pieces { bytes: Bytes::new(first), more: more.into_iter() };
    let chars = usize::from(pieces.bytes.u16()?);
    match layout {
        Layout::Biff5 => {
            let rest: Vec<u8> = std::iter::once(pieces.bytes.rest())
                .chain(pieces.more)
                .collect::<Vec<_>>()
                .concat();
            Ok(links.decoded(rest.get(..chars).ok_or(Unread::Damaged)?))
        }
        _ => {
            let wide = pieces.bytes.u8()? & 1 != 0;
            pieces.text(chars, wide)
        }
    }
}
