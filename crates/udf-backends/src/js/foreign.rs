//! Typed arrays of JavaScript as columns: their values go from where they are to a guest.

use super::host;
use js_sys::{Object, Uint8Array};
use std::{any::Any, sync::Arc};
use udf_abi::DType;
use udf_columnar::{Column, Error, ErrorKind, internal::Foreign};

/// The bytes of a typed array, where they are.
#[derive(Debug)]
pub(super) struct TypedArray(Uint8Array);

impl TypedArray {
    /// The array, if these values are in one.
    pub(super) fn of(values: &dyn Foreign) -> Option<&Uint8Array> {
        let values: &dyn Any = values;
        values.downcast_ref::<Self>().map(|array| &array.0)
    }
}

impl Foreign for TypedArray {
    fn size(&self) -> usize {
        self.0.length() as usize
    }

    fn copy_to(&self, at: usize, out: &mut [u8]) {
        let part = self.0.subarray(at as u32, (at + out.len()) as u32);
        if part.length() as usize == out.len() {
            part.copy_to(out);
        }
    }
}

/// The column of a typed array whose elements are values of this type, none of them null. Nothing is copied: it is to hold the same
/// until its column was passed to a call. Nothing where it could not, since other threads write to its buffer.
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) where the type has no fixed width, or the array's buffer was transferred away.
pub fn typed_array(dtype: DType, array: &Object) -> Result<Option<Column>, Error> {
    let bytes = host::bytes_of(array)
        .map_err(|thrown| Error::new(ErrorKind::InvalidArgument, host::words(&thrown)))?;
    let column = |bytes| Column::try_new_foreign(dtype, Arc::new(TypedArray(bytes)));
    bytes.map(column).transpose()
}
