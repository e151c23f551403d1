//! The memory of a result, offered to Python through the buffer protocol.

#![expect(
    unsafe_code,
    reason = "listed in docs/safety.md: fills in Python's view of memory that this object owns"
)]

use arrow_buffer::{Buffer, MutableBuffer};
use pyo3::{exceptions::PyBufferError, ffi, prelude::*};
use std::{ffi::c_int, ptr::NonNull};

/// Bytes that NumPy makes an array of: one that may be written to, unless others hold the bytes too.
#[pyclass(frozen, name = "_Block", module = "formualizer_udf._native")]
pub(crate) struct Block {
    start: NonNull<u8>,
    length: usize,
    /// Keeps the bytes alive; they are reached through `start` alone.
    owner: Owner,
}

enum Owner {
    Alone { _bytes: MutableBuffer },
    Shared { _bytes: Buffer },
}

// SAFETY: the bytes live on the heap, are freed by whatever thread drops the last view, and Rust neither reads nor writes them
// once the block is made.
unsafe impl Send for Block {}
// SAFETY: as above; `start` and `length` never change.
unsafe impl Sync for Block {}

impl Block {
    /// Takes the bytes over where nobody else holds them, and copies them otherwise.
    pub(super) fn new(bytes: Buffer) -> Self {
        let mut owner = bytes.into_mutable().unwrap_or_else(|shared| {
            let mut copy = MutableBuffer::with_capacity(shared.len());
            copy.extend_from_slice(shared.as_slice());
            copy
        });
        let length = owner.len();
        let start = NonNull::new(owner.as_mut_ptr()).unwrap_or(NonNull::dangling());
        Self { start, length, owner: Owner::Alone { _bytes: owner } }
    }

    /// Bytes that others hold too, for reading.
    pub(super) fn shared(bytes: Buffer) -> Self {
        let length = bytes.len();
        let start = NonNull::new(bytes.as_ptr().cast_mut()).unwrap_or(NonNull::dangling());
        Self { start, length, owner: Owner::Shared { _bytes: bytes } }
    }
}

#[pymethods]
impl Block {
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let block = slf.get();
        let Ok(length) = ffi::Py_ssize_t::try_from(block.length) else {
            return Err(PyBufferError::new_err("the result is too large for a view"));
        };
        let read_only = c_int::from(matches!(block.owner, Owner::Shared { .. }));
        // SAFETY: `view` is Python's own, to be filled in; `start` points to `length` bytes that this object owns, and the view
        // holds a reference to this object until it is released. Bytes that others hold are given out for reading only.
        let status = unsafe {
            ffi::PyBuffer_FillInfo(
                view,
                slf.as_ptr(),
                block.start.as_ptr().cast(),
                length,
                read_only,
                flags,
            )
        };
        if status == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }
}
