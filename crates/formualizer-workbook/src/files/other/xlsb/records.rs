//! A part as records: their number and length in as many bytes as it takes, then their data ([MS-XLSB] 2.1.4).

use super::super::{
    refused,
    tokens::{Unread, bytes::Bytes},
};
use crate::Error;

/// A record of a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) number: u32,
    pub(super) data: Bytes<'a>,
}

/// The records of a part.
pub(super) struct Records<'a> {
    part: &'a str,
    all: usize,
    left: Bytes<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn new(part: &'a str, bytes: &'a [u8]) -> Self {
        Self { part, all: bytes.len(), left: Bytes::new(bytes) }
    }

    /// The next record; nothing at the end of the part.
    ///
    /// # Errors
    /// Where the part ends within one.
    pub(super) fn next(&mut self) -> Result<Option<Record<'a>>, Error> {
        if self.left.is_empty() {
            return Ok(None);
        }
        self.read().map(Some).map_err(|_| self.damaged())
    }

    fn read(&mut self) -> Result<Record<'a>, Unread> {
        let number = varying(&mut self.left, 2)?;
        let len = usize::try_from(varying(&mut self.left, 4)?).map_err(|_| Unread::Damaged)?;
        Ok(Record { number, data: Bytes::new(self.left.take(len)?) })
    }

    /// The error for what is wrong with the last record.
    pub(super) fn damaged(&self) -> Error {
        let at = self.all - self.left.rest().len();
        refused(format!("{}: the part is damaged before byte {at}", self.part))
    }
}

/// Seven bits of each byte, of which the highest tells whether there is another one.
fn varying(bytes: &mut Bytes<'_>, most: u32) -> Result<u32, Unread> {
    let mut number = 0;
    for at in 0..most {
        let byte = bytes.u8()?;
        number |= u32::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(number)
}

/// A text with four bytes in front for how long it is (2.5.168).
pub(super) fn text(bytes: &mut Bytes<'_>) -> Result<String, Unread> {
    let len = usize::try_from(bytes.u32()?).map_err(|_| Unread::Damaged)?;
    bytes.wide(len)
}

/// The same, or nothing.
pub(super) fn optional_text(bytes: &mut Bytes<'_>) -> Result<String, Unread> {
    match bytes.u32()? {
        u32::MAX => Ok(String::new()),
        len => bytes.wide(usize::try_from(len).map_err(|_| Unread::Damaged)?),
    }
}
