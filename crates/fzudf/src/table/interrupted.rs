//! A reader that signals interrupt.

use std::io::{Cursor, ErrorKind, Read, Result};

/// Gives a byte at a time, and every other time that a signal came.
pub(super) struct Interrupted {
    bytes: Cursor<Vec<u8>>,
    is_due: bool,
}

impl Interrupted {
    pub(super) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Cursor::new(bytes.into()), is_due: false }
    }
}

impl Read for Interrupted {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.is_due = !self.is_due;
        if self.is_due {
            return Err(ErrorKind::Interrupted.into());
        }
        let most = buf.len().min(1);
        self.bytes.read(&mut buf[..most])
    }
}
