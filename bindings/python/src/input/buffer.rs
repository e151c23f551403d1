//! Memory of other objects as Arrow buffers, through Python's buffer protocol. No copy where the memory is contiguous and
//! aligned.

#![expect(
    unsafe_code,
    reason = "listed in docs/safety.md: borrows memory that a Python object keeps alive"
)]

use super::{Kind, Place, Understood};
use arrow_array::{
    ArrayRef, BooleanArray, Float16Array, PrimitiveArray,
    types::{
        ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_buffer::{BooleanBuffer, Buffer, ScalarBuffer};
use pyo3::{
    buffer::{ElementType, PyUntypedBuffer},
    prelude::*,
    types::{PyBytes, PyMemoryView},
};
use std::{ptr::NonNull, sync::Arc};
use udf_columnar::Column;

/// The element types that buffers and columns share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
}

impl Element {
    fn of(buffer: &PyUntypedBuffer) -> Option<Self> {
        let format = buffer.format().to_bytes();
        if format == b"e" || format == b"=e" || format == b"@e" {
            return Some(Self::F16);
        }
        let other_order = if cfg!(target_endian = "little") { b">!" } else { b"<<" };
        if format.first().is_some_and(|order| other_order.contains(order)) {
            return None;
        }
        Some(match ElementType::from_format(buffer.format()) {
            ElementType::Bool => Self::Bool,
            ElementType::SignedInteger { bytes: 1 } => Self::I8,
            ElementType::SignedInteger { bytes: 2 } => Self::I16,
            ElementType::SignedInteger { bytes: 4 } => Self::I32,
            ElementType::SignedInteger { bytes: 8 } => Self::I64,
            ElementType::UnsignedInteger { bytes: 1 } => Self::U8,
            ElementType::UnsignedInteger { bytes: 2 } => Self::U16,
            ElementType::UnsignedInteger { bytes: 4 } => Self::U32,
            ElementType::UnsignedInteger { bytes: 8 } => Self::U64,
            ElementType::Float { bytes: 4 } => Self::F32,
            ElementType::Float { bytes: 8 } => Self::F64,
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The array of `rows` elements in `bytes`, which is aligned and long enough.
    pub(super) fn array(self, bytes: Buffer, rows: usize) -> ArrayRef {
        fn primitive<T: ArrowPrimitiveType>(bytes: Buffer, rows: usize) -> ArrayRef {
            Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::new(bytes, 0, rows), None))
        }
        match self {
            Self::Bool => {
                let values = bytes.as_slice();
                Arc::new(BooleanArray::new(
                    BooleanBuffer::collect_bool(rows, |row| values[row] != 0),
                    None,
                ))
            }
            Self::I8 => primitive::<Int8Type>(bytes, rows),
            Self::I16 => primitive::<Int16Type>(bytes, rows),
            Self::I32 => primitive::<Int32Type>(bytes, rows),
            Self::I64 => primitive::<Int64Type>(bytes, rows),
            Self::U8 => primitive::<UInt8Type>(bytes, rows),
            Self::U16 => primitive::<UInt16Type>(bytes, rows),
            Self::U32 => primitive::<UInt32Type>(bytes, rows),
            Self::U64 => primitive::<UInt64Type>(bytes, rows),
            Self::F16 => {
                let values: ScalarBuffer<<Float16Type as ArrowPrimitiveType>::Native> =
                    ScalarBuffer::new(bytes, 0, rows);
                Arc::new(Float16Array::new(values, None))
            }
            Self::F32 => primitive::<Float32Type>(bytes, rows),
            Self::F64 => primitive::<Float64Type>(bytes, rows),
        }
    }
}

/// Numbers in an object's memory.
pub(super) struct Numbers {
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
    /// The elements one after the other, the last index fastest.
    pub(super) bytes: Buffer,
}

impl Numbers {
    /// One column, or the only value, or `None` for more dimensions.
    pub(super) fn array(&self) -> Option<ArrayRef> {
        match self.shape.as_slice() {
            [] => Some(self.element.array(self.bytes.clone(), 1)),
            [rows] => Some(self.element.array(self.bytes.clone(), *rows)),
            _ => None,
        }
    }
}

/// The numbers of an object that offers its memory; `None` where it offers none, or none of our types.
pub(super) fn numbers(object: &Bound<'_, PyAny>) -> PyResult<Option<Numbers>> {
    let Ok(view) = PyUntypedBuffer::get(object) else { return Ok(None) };
    let Some(element) = Element::of(&view) else { return Ok(None) };
    let elements = view.item_count();
    let shape = view.shape().to_vec();
    let fits = view.item_size() == element.width()
        && elements.checked_mul(element.width()) == Some(view.len_bytes());
    if !fits {
        return Ok(None);
    }
    let bytes = match view.is_c_contiguous() {
        true => borrow(view, element.width()),
        // The interpreter gathers the elements.
        false => {
            let gathered = PyMemoryView::from(object)?.call_method0("tobytes")?;
            Some(Buffer::from(gathered.cast::<PyBytes>()?.as_bytes()))
        }
    };
    Ok(bytes.map(|bytes| Numbers { element, shape, bytes }))
}

/// The memory of a contiguous view, kept alive by it; copied where it is not aligned.
fn borrow(view: PyUntypedBuffer, width: usize) -> Option<Buffer> {
    let length = view.len_bytes();
    if length == 0 {
        return Some(Buffer::from(Vec::<u64>::new()));
    }
    let start = NonNull::new(view.buf_ptr().cast::<u8>())?;
    let aligned = start.as_ptr().addr().is_multiple_of(width);
    // SAFETY: the exporter says that a contiguous view has `len_bytes` bytes at `buf_ptr`, and promises to neither move nor free
    // them before the view is released, which dropping `view`, the buffer's owner, does. As everywhere in Python, a thread that
    // writes to an array while a function reads it gets values of before or after.
    let bytes = unsafe { Buffer::from_custom_allocation(start, length, Arc::new(view)) };
    Some(if aligned { bytes } else { Buffer::from(bytes.as_slice()) })
}

/// The content of a `bytearray` or of another object that offers its memory as bytes.
pub(super) fn bytes<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok(view) = PyUntypedBuffer::get(object) else { return Ok(None) };
    if Element::of(&view) != Some(Element::U8) || view.dimensions() != 1 {
        return Ok(None);
    }
    PyMemoryView::from(object)?.call_method0("tobytes").map(Some)
}

/// A column of an object that offers its memory (`array.array`, `memoryview`), if it does.
pub(super) fn understand(
    object: &Bound<'_, PyAny>,
    place: Place<'_>,
) -> PyResult<Option<Understood>> {
    let Some(numbers) = numbers(object)? else { return Ok(None) };
    let Some(array) = numbers.array() else { return Ok(None) };
    let column: Column = place.column(object.py(), array)?;
    Ok(Some(match numbers.shape.is_empty() {
        true => Understood::scalar(column),
        false => Understood::column(vec![column], Kind::Numpy),
    }))
}
