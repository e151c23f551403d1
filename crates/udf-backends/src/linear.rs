//! Linear memory as an engine has it: lent as bytes, or reached by offset only.
//!
//! An engine in this process lends its memory: frames are written to it and results read from it without another copy. An engine
//! whose memory is elsewhere (a browser's, another process's) has `put` and `get`: a small frame is made here and put there at once, of
//! a large one what is small is and each column is put as it is, and of a result exactly those ranges are got that its descriptors name,
//! when they are asked for.

use crate::memory::{self, GuestMemory};
use std::{
    cell::{Cell, OnceCell},
    fmt,
    ops::Range,
};
use udf_columnar::{
    Error, ErrorKind,
    internal::{ForeignView, frame::Place},
};

/// Memory that is reached by offset. What is put or got lies inside of [`size`](Self::size).
pub(crate) trait Apart {
    /// Bytes of it.
    fn size(&self) -> usize;
    /// Writes these bytes at an offset.
    fn put(&mut self, at: usize, bytes: &[u8]);
    /// Writes values that are not in our memory either.
    fn put_foreign(&mut self, at: usize, values: &ForeignView<'_>) {
        self.put(at, &values.to_vec());
    }
    /// The `len` bytes at an offset.
    fn get(&self, at: usize, len: usize) -> Vec<u8>;
    /// As many bytes at an offset as `out` takes.
    fn get_into(&self, at: usize, out: &mut [u8]) {
        out.copy_from_slice(&self.get(at, out.len()));
    }
}

/// An instance's memory as it is now.
pub(crate) enum Linear<'g> {
    /// Addressable; empty where the module has none.
    #[cfg_attr(
        not(any(test, feature = "wasmtime", feature = "wasmi")),
        expect(dead_code, reason = "the memory of a page's instances is not ours")
    )]
    Lent(&'g mut [u8]),
    /// Reached by offset.
    #[cfg_attr(
        not(any(test, feature = "js")),
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
                let mut put = Put::new(apart, range);
                let filled = fill(&mut put)?;
                put.finish();
                Ok(filled)
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
        self.view_of(0, 0, None)
    }

    /// Whether it is reached by offset.
    pub(crate) fn is_apart(&self) -> bool {
        matches!(self, Self::Apart(_))
    }

    /// The same, where most of what is read will be in the `len` bytes at `at`. Of a memory that is reached by offset, the first part that is
    /// as long as `place`, and not small, is got into it.
    pub(crate) fn view_of(self, at: u32, len: u32, place: Option<&'g mut [u8]>) -> View<'g> {
        match self {
            Self::Lent(bytes) => View::Lent(bytes),
            Self::Apart(apart) => {
                let size = apart.size();
                // What is small is got at once, and the headers of what is large.
                let len = if len as usize <= GATHERED { len } else { HEAD };
                let near = memory::range(at, len, size).filter(|range| !range.is_empty());
                let near = near.map(|range| (range.start, apart.get(range.start, range.len())));
                let place = Cell::new(place.filter(|place| place.len() > GATHERED));
                View::Apart(Copies { of: apart, size, near, place, first: OnceCell::new() })
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
/// Bytes at the beginning of a large frame that are put, and got, at once: its headers, and what else is small.
const HEAD: u32 = 1 << 10;

/// A block of memory that is reached by offset. Behind its head, each part of a large frame is put there as it is.
struct Put<'g> {
    apart: &'g mut dyn Apart,
    start: usize,
    size: usize,
    head: [u8; HEAD as usize],
    /// Bytes of the head that were written, and what is between them.
    gathered: usize,
}

impl<'g> Put<'g> {
    fn new(apart: &'g mut dyn Apart, range: Range<usize>) -> Self {
        Self { apart, start: range.start, size: range.len(), head: [0; HEAD as usize], gathered: 0 }
    }

    /// The place of `len` bytes at an offset, where all of them are in the head.
    fn head(&mut self, at: usize, len: usize) -> Option<&mut [u8]> {
        let end = at + len;
        let place = self.head.get_mut(at..end)?;
        self.gathered = self.gathered.max(end);
        Some(place)
    }

    /// Puts the head.
    fn finish(self) {
        self.apart.put(self.start, &self.head[..self.gathered]);
    }
}

impl Place for Put<'_> {
    fn size(&self) -> usize {
        self.size
    }

    fn fill(&mut self, at: usize, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        if let Some(place) = self.head(at, len) {
            fill(place);
            return;
        }
        let mut bytes = vec![0; len];
        fill(&mut bytes);
        self.apart.put(self.start + at, &bytes);
    }

    fn copy(&mut self, at: usize, bytes: &[u8]) {
        match self.head(at, bytes.len()) {
            Some(place) => place.copy_from_slice(bytes),
            None => self.apart.put(self.start + at, bytes),
        }
    }

    fn copy_foreign(&mut self, at: usize, values: &ForeignView<'_>) {
        match self.head(at, values.size()) {
            Some(place) => values.copy_to(place),
            None => self.apart.put_foreign(self.start + at, values),
        }
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
    place: Cell<Option<&'g mut [u8]>>,
    first: OnceCell<Box<Copied>>,
}

struct Copied {
    bytes: Vec<u8>,
    next: OnceCell<Box<Self>>,
}

/// Bytes that are got when they are asked for.
pub(crate) trait Source: fmt::Debug {
    /// Bytes of the memory.
    fn size(&self) -> usize;
    /// The bytes in a range that lies inside.
    fn read(&self, at: usize, len: usize) -> &[u8];
}

impl Source for Copies<'_> {
    fn size(&self) -> usize {
        self.size
    }

    fn read(&self, at: usize, len: usize) -> &[u8] {
        let near = self.near.as_ref().and_then(|(start, bytes)| {
            let first = at.checked_sub(*start)?;
            bytes.get(first..first.checked_add(len)?)
        });
        if let Some(near) = near {
            return near;
        }
        match self.place.take() {
            Some(place) if place.len() == len => {
                self.of.get_into(at, place);
                return place;
            }
            other => self.place.set(other),
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

#[cfg(test)]
mod tests {
    use super::{Apart, GATHERED, HEAD, Linear, Source, View};
    use std::{ptr, sync::Arc};
    use udf_abi::DType;
    use udf_columnar::{
        Column, Error,
        internal::{Foreign, ForeignView, frame::Place},
    };

    struct Bytes(Vec<u8>);

    impl Apart for Bytes {
        fn size(&self) -> usize {
            self.0.len()
        }

        fn put(&mut self, at: usize, bytes: &[u8]) {
            self.0[at..at + bytes.len()].copy_from_slice(bytes);
        }

        fn get(&self, at: usize, len: usize) -> Vec<u8> {
            self.0[at..at + len].to_vec()
        }
    }

    #[derive(Debug)]
    struct Elsewhere(Vec<u8>);

    impl Foreign for Elsewhere {
        fn size(&self) -> usize {
            self.0.len()
        }

        fn copy_to(&self, at: usize, out: &mut [u8]) {
            out.copy_from_slice(&self.0[at..at + out.len()]);
        }
    }

    /// Pieces of a frame one after the other, of so many bytes each, written in every way that there is.
    fn write(place: &mut dyn Place, sizes: &[usize]) -> Result<(), Error> {
        let mut at = 0;
        for (index, size) in sizes.iter().enumerate() {
            let bytes = vec![u8::try_from(index).unwrap() + 1; *size];
            match index % 3 {
                0 => place.copy(at, &bytes),
                1 => {
                    let column = Column::try_new_foreign(DType::U8, Arc::new(Elsewhere(bytes)))?;
                    if let Some(view) = ForeignView::of(&column) {
                        place.copy_foreign(at, &view);
                    }
                }
                _ => place.fill(at, *size, &mut |out| out.copy_from_slice(&bytes)),
            }
            at += size;
        }
        Ok(())
    }

    #[test]
    fn a_large_frame_is_the_same_in_a_memory_apart_wherever_its_head_ends() {
        let head = HEAD as usize;
        for sizes in [
            vec![64, 50, 50, 20_000],
            vec![64, 50, 50, head - 164, 20_000],
            vec![64, 50, 50, head - 165, 2, 20_000],
            vec![64, head - 65, 2, 30, 20_000],
            vec![64, head, 10, 20_000, 5],
            vec![head + 1, 1, 1, 1, 20_000],
            vec![20_000, 8, 8],
        ] {
            let filled: usize = sizes.iter().sum();
            let len = u32::try_from(filled).unwrap();
            let (mut lent, mut apart) = (vec![0xAA; filled + 100], Bytes(vec![0xAA; filled + 100]));
            let write = |place: &mut dyn Place| write(place, &sizes);
            Linear::Lent(&mut lent).write_frame(16, len, filled, write).unwrap();
            Linear::Apart(&mut apart).write_frame(16, len, filled, write).unwrap();
            assert_eq!(lent, apart.0, "{sizes:?}");
        }
    }

    #[test]
    fn the_first_part_that_is_as_long_as_a_place_is_got_into_it() {
        let bytes: Vec<u8> = (0..60_000_u32).map(|n| (n % 251) as u8).collect();
        for (len, is_used) in [(GATHERED, false), (GATHERED + 1, true)] {
            let (mut apart, mut place) = (Bytes(bytes.clone()), vec![0; len]);
            let start = place.as_ptr();
            {
                let view = Linear::Apart(&mut apart).view_of(16, 60_000, Some(&mut place));
                let View::Apart(copies) = &view else { panic!("it is apart") };
                for (at, len, is_there) in
                    [(2000, len - 1, false), (5, len, is_used), (7, len, false), (0, 9, false)]
                {
                    let read = copies.read(at, len);
                    assert_eq!(read, &bytes[at..at + len]);
                    assert_eq!(ptr::eq(read.as_ptr(), start), is_there, "{len} bytes at {at}");
                }
            }
            let wanted = if is_used { bytes[5..len + 5].to_vec() } else { vec![0; len] };
            assert_eq!(place, wanted);
        }
    }
}
