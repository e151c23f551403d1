//! Where a frame is written.

use crate::foreign::ForeignView;

/// A block of linear memory: addressable, or reached by copying.
pub trait Place {
    /// Bytes of it.
    fn size(&self) -> usize;
    /// Lets `fill` write `len` bytes at an offset; what it leaves is unspecified. They lie inside.
    fn fill(&mut self, at: usize, len: usize, fill: &mut dyn FnMut(&mut [u8]));
    /// Writes these bytes at an offset. They lie inside.
    fn copy(&mut self, at: usize, bytes: &[u8]) {
        self.fill(at, bytes.len(), &mut |out| out.copy_from_slice(bytes));
    }
    /// Writes values that stand elsewhere at an offset. They lie inside.
    fn copy_foreign(&mut self, at: usize, values: &ForeignView<'_>) {
        self.fill(at, values.size(), &mut |out| values.copy_to(out));
    }
}

impl Place for &mut [u8] {
    fn size(&self) -> usize {
        self.len()
    }

    fn fill(&mut self, at: usize, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        fill(&mut self[at..at + len]);
    }
}
