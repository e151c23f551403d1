//! Linear memory as an engine has it: lent as bytes, or reached by offset only.
//!
//! An engine in this process lends its memory: frames are written to it and results read from it without another copy. An engine
//! whose memory is elsewhere (a browser's, another process's) has `put` and `get`: a frame is made here and put there at once, and of
//! a result exactly those ranges are got that its descriptors name, when they are asked for.

use crate::memory::{self, GuestMemory};
use std::{cell::OnceCell, fmt, ops::Range};
use udf_columnar::{Error, ErrorKind, internal::frame::Place};

/// Memory that is reached by offset. What is put or got lies inside of [`size`](Self::size).
pub(crate) trait Apart {
    /// Bytes of it.
    fn size(&self) -> usize;
    /// Writes these bytes at an offset.
    fn put(&mut self, at: usize, bytes: &[u8]);
    /// The `len` bytes at an offset.
    fn get(&self, at: usize, len: usize) -> Vec<u8>;
}

/// An instance's memory as it is now.
pub(crate) enum Linear<'g> {
    /// Addressable; empty where the module has none.
    #[cfg_attr(
        not(any(feature = "wasmtime", feature = "wasmi")),
        expect(dead_code, reason = "the memory of a page's instances is not ours")
    )]
    Lent(&'g mut [u8]),
    /// Reached by offset.
    #[cfg_attr(
        not(any(feature = "js", all(test, feature = "wasmi"))),
        expect(dead_code, reason = "every other engine lends its memory")
    )]
    Apart(&'g mut dyn Apart),
}

impl<'g> Linear<'g> {
    /// Bytes of it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Lent(bytes) => bytes.len(),
            Self::Apart(apart) => apart.size(),
        }
    }

    /// Lets `fill` write `len` bytes at `at`.
    pub(crate) fn write<T>(
        self,
        at: u32,
        len: u32,
        fill: impl FnOnce(&mut [u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let range = inside(at, len, self.size())?;
        match self {
            Self::Lent(bytes) => fill(&mut bytes[range]),
            Self::Apart(apart) => {
                let mut bytes = vec![0; range.len()];
                let filled = fill(&mut bytes)?;
                apart.put(range.start, &bytes);
                Ok(filled)
            }
        }
    }

    /// Lets a frame be written to the `len` bytes at `at`, of which it fills the first `filled` at most.
    pub(crate) fn write_frame<T>(
        self,
        at: u32,
        len: u32,
        filled: usize,
        fill: impl FnOnce(&mut dyn Place) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self {
            Self::Apart(apart) if filled > GATHERED => {
                let range = inside(at, len, apart.size())?;
                fill(&mut Put { start: range.start, size: range.len(), apart })
            }
            // A small frame is put there at once.
            Self::Apart(_) => {
                let filled = u32::try_from(filled).unwrap_or(len).min(len);
                self.write(at, filled, |mut bytes| fill(&mut bytes))
            }
            Self::Lent(_) => self.write(at, len, |mut bytes| fill(&mut bytes)),
        }
    }

    /// The same for reading.
    pub(crate) fn view(self) -> View<'g> {
        self.view_of(0, 0)
    }

    /// The same, where most of what is read will be in the `len` bytes at `at`.
    pub(crate) fn view_of(self, at: u32, len: u32) -> View<'g> {
        match self {
            Self::Lent(bytes) => View::Lent(bytes),
            Self::Apart(apart) => {
                let size = apart.size();
                // What is small is got at once.
                let near = memory::range(at, len, size).filter(|r| r.len() <= GATHERED);
                let near = near.filter(|range| !range.is_empty());
                let near = near.map(|range| (range.start, apart.get(range.start, range.len())));
                View::Apart(Copies { of: apart, size, near, first: OnceCell::new() })
            }
        }
    }
}

/// The place of `len` bytes at `at`.
fn inside(at: u32, len: u32, size: usize) -> Result<Range<usize>, Error> {
    memory::range(at, len, size).ok_or_else(|| {
        let message = format!("{len} bytes at {at:#x} pass the memory's end at {size:#x}");
        Error::new(ErrorKind::Internal, message)
    })
}

/// Bytes up to which what is put is gathered before.
const GATHERED: usize = 16 << 10;

/// A block of memory that is reached by offset, to which each part of a large frame is put as it is.
struct Put<'g> {
    apart: &'g mut dyn Apart,
    start: usize,
    size: usize,
}

impl Place for Put<'_> {
    fn size(&self) -> usize {
        self.size
    }

    fn fill(&mut self, at: usize, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        let mut bytes = vec![0; len];
        fill(&mut bytes);
        self.copy(at, &bytes);
    }

    fn copy(&mut self, at: usize, bytes: &[u8]) {
        self.apart.put(self.start + at, bytes);
    }
}

/// Memory that is read and does not change meanwhile.
pub(crate) enum View<'g> {
    Lent(&'g [u8]),
    Apart(Copies<'g>),
}

impl View<'_> {
    pub(crate) fn memory(&self) -> GuestMemory<'_> {
        match self {
            Self::Lent(bytes) => GuestMemory::new(bytes),
            Self::Apart(copies) => GuestMemory::apart(copies),
        }
    }
}

/// What was read of a memory that is reached by offset. It is kept until the view ends, as lent bytes are.
pub(crate) struct Copies<'g> {
    of: &'g dyn Apart,
    size: usize,
    /// Some bytes and where they begin.
    near: Option<(usize, Vec<u8>)>,
    first: OnceCell<Box<Copied>>,
}

struct Copied {
    bytes: Vec<u8>,
    next: OnceCell<Box<Self>>,
}

impl Copies<'_> {
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The bytes in a range that lies inside.
    pub(crate) fn read(&self, at: usize, len: usize) -> &[u8] {
        let near = self.near.as_ref().and_then(|(start, bytes)| {
            let first = at.checked_sub(*start)?;
            bytes.get(first..first.checked_add(len)?)
        });
        if let Some(near) = near {
            return near;
        }
        let bytes = self.of.get(at, len);
        let mut copied = Box::new(Copied { bytes, next: OnceCell::new() });
        let mut place = &self.first;
        loop {
            match place.get() {
                Some(taken) => place = &taken.next,
                None => match place.set(copied) {
                    Ok(()) => return place.get().map_or(&[], |copied| &copied.bytes),
                    Err(back) => copied = back,
                },
            }
        }
    }
}

impl fmt::Debug for Copies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Drop for Copies<'_> {
    fn drop(&mut self) {
        // One after the other: a result may have thousands of buffers.
        let mut next = self.first.take();
        while let Some(mut copied) = next {
            next = copied.next.take();
        }
    }
}
