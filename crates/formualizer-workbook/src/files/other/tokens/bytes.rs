//! Numbers and texts of a stream, little-endian.

use super::Unread;

/// Bytes that are taken from the front.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(in super::super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is left.
    pub(in super::super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// So many bytes.
    ///
    /// # Errors
    /// [`Damaged`](Unread::Damaged) where there are fewer, as all that follow.
    pub(in super::super) fn take(&mut self, count: usize) -> Result<&'a [u8], Unread> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unread::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unread> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Unread::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(in super::super) fn u8(&mut self) -> Result<u8, Unread> {
        self.array().map(u8::from_le_bytes)
    }

    pub(in super::super) fn u16(&mut self) -> Result<u16, Unread> {
        self.array().map(u16::from_le_bytes)
    }

    pub(in super::super) fn u32(&mut self) -> Result<u32, Unread> {
        self.array().map(u32::from_le_bytes)
    }

    pub(in super::super) fn f64(&mut self) -> Result<f64, Unread> {
        self.array().map(f64::from_le_bytes)
    }

    /// A text of so many UTF-16 units.
    pub(in super::super) fn wide(&mut self, units: usize) -> Result<String, Unread> {
        let bytes = self.take(units.checked_mul(2).ok_or(Unread::Damaged)?)?;
        let units: Vec<u16> =
            bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        Ok(String::from_utf16_lossy(&units))
    }

    /// A text of so many characters that says in a byte in front whether it has two bytes for each ([MS-XLS] 2.5.296).
    pub(in super::super) fn flagged(&mut self, chars: usize) -> Result<String, Unread> {
        match self.u8()? & 1 {
            0 => Ok(self.take(chars)?.iter().map(|byte| char::from(*byte)).collect()),
            _ => self.wide(chars),
        }
    }
}
