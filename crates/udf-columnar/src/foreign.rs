//! Values that stand in memory that is not ours, until a frame takes them.

use crate::{Column, Error, arrow_type, collect, error::invalid_argument, view};
use arrow_array::{ArrayRef, new_null_array};
use std::{
    any::Any,
    fmt::Debug,
    sync::{Arc, OnceLock},
};
use udf_abi::DType;

/// Values of a fixed width, little endian, in memory that is reached by copying alone: a typed array of JavaScript.
///
/// They stay the same for as long as a column of them is used, or are given away.
pub trait Foreign: Any + Debug + Send + Sync {
    /// Bytes that are there: none once the memory was given away.
    fn size(&self) -> usize;
    /// Copies the bytes from `at` on. Where they are not all there, what `out` holds then is unspecified.
    fn copy_to(&self, at: usize, out: &mut [u8]);
}

/// All values of a column that stand there.
#[derive(Debug)]
pub(crate) struct ForeignRows {
    dtype: DType,
    rows: usize,
    values: Arc<dyn Foreign>,
    /// The same values in our memory, once somebody has asked for them.
    here: OnceLock<ArrayRef>,
}

impl ForeignRows {
    pub(crate) fn try_new(dtype: DType, values: Arc<dyn Foreign>) -> Result<Self, Error> {
        let width = view::width(dtype);
        let size = values.size();
        if width == 0 || dtype == DType::Error || !size.is_multiple_of(width) {
            return Err(invalid_argument(format!("{size} bytes are no values of {dtype}")));
        }
        Ok(Self { dtype, rows: size / width, values, here: OnceLock::new() })
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Refuses values that have gone since.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.values.size() == self.rows * view::width(self.dtype) {
            true => Ok(()),
            false => Err(invalid_argument(
                "the buffer of this array was transferred away: pass a copy".to_owned(),
            )),
        }
    }

    /// The values as an array, copied when it is first asked for.
    pub(crate) fn array(&self) -> &ArrayRef {
        self.here.get_or_init(|| {
            let bytes = self.rows * view::width(self.dtype);
            let mut words = vec![0u64; bytes.div_ceil(8)];
            let out: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
            self.values.copy_to(0, &mut out[..bytes]);
            // It has a fixed width, and there are as many words as it needs.
            collect::fixed_array_of(self.dtype, false, self.rows, words, None)
                .unwrap_or_else(|_| new_null_array(&arrow_type(self.dtype, false), self.rows))
        })
    }

    fn view(&self) -> ForeignView<'_> {
        ForeignView { dtype: self.dtype, rows: self.rows, first: 0, values: self.values.as_ref() }
    }
}

/// Some of these rows.
#[derive(Clone, Copy, Debug)]
pub struct ForeignView<'a> {
    pub(crate) dtype: DType,
    pub(crate) rows: usize,
    first: usize,
    values: &'a dyn Foreign,
}

impl<'a> ForeignView<'a> {
    /// The rows of a column, where they stand elsewhere.
    #[must_use]
    pub fn of(column: &'a Column) -> Option<Self> {
        column.foreign().map(ForeignRows::view)
    }

    /// Rows `start..start + len`.
    #[must_use]
    pub(crate) fn slice(self, start: usize, len: usize) -> Self {
        Self { first: self.first + start, rows: len, ..self }
    }

    /// Where they stand, the whole of it.
    #[must_use]
    pub fn values(&self) -> &'a dyn Foreign {
        self.values
    }

    /// Their first byte there.
    #[must_use]
    pub fn at(&self) -> usize {
        self.first * view::width(self.dtype)
    }

    /// Bytes that they are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rows * view::width(self.dtype)
    }

    /// Copies them to `out`, which is as long.
    pub fn copy_to(&self, out: &mut [u8]) {
        self.values.copy_to(self.at(), out);
    }

    /// A copy of them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size()];
        self.copy_to(&mut bytes);
        bytes
    }
}
