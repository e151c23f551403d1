//! Borrowed columns: the bytes of a column, wherever they lie.
//!
//! The same view stands for an Arrow array on its way into a frame and for a result column that
//! lies in guest memory on its way out, so that the two directions cannot drift apart.

use crate::{Column, any};
use arrow_array::{Array, cast::AsArray, types as t};
use arrow_buffer::BooleanBuffer;
use udf_abi::{DType, frame::COLUMN_UTC};

/// A run of bits, least significant first, starting at any bit.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    /// The bytes that hold the bits.
    pub bytes: &'a [u8],
    /// Index of the first bit.
    pub start: usize,
    /// Number of bits.
    pub len: usize,
}

impl<'a> Bits<'a> {
    fn of(buffer: &'a BooleanBuffer) -> Self {
        Self { bytes: buffer.values(), start: buffer.offset(), len: buffer.len() }
    }

    /// Bits `start..start + len` of these.
    #[must_use]
    pub fn slice(self, start: usize, len: usize) -> Self {
        Self { bytes: self.bytes, start: self.start + start, len }
    }

    /// The bit at `index`; false past the end.
    #[must_use]
    pub fn get(self, index: usize) -> bool {
        let bit = self.start + index;
        index < self.len && self.bytes.get(bit / 8).is_some_and(|b| b >> (bit % 8) & 1 == 1)
    }

    /// An owned copy that starts at bit 0.
    #[must_use]
    pub fn to_buffer(self) -> BooleanBuffer {
        BooleanBuffer::from_bits(self.bytes, self.start, self.len)
    }

    /// Writes the bits to `out`, first bit lowest, unused bits of the last byte zero.
    /// `out` has `len.div_ceil(8)` bytes.
    pub fn write_to(self, out: &mut [u8]) {
        let first = self.start / 8;
        let shift = self.start % 8;
        let count = self.len.div_ceil(8).min(out.len());
        if shift == 0 {
            out[..count].copy_from_slice(&self.bytes[first..first + count]);
        } else {
            let source = &self.bytes[first..];
            for (index, byte) in out[..count].iter_mut().enumerate() {
                let low = source[index] >> shift;
                let high = source.get(index + 1).map_or(0, |b| b << (8 - shift));
                *byte = low | high;
            }
        }
        if !self.len.is_multiple_of(8)
            && let Some(last) = out[..count].last_mut()
        {
            *last &= (1u8 << (self.len % 8)) - 1;
        }
    }
}

/// i32 offsets, little endian, and the bytes they point into.
#[derive(Clone, Copy, Debug)]
pub struct BytesView<'a> {
    /// `rows + 1` offsets of four bytes each.
    pub offsets: &'a [u8],
    /// The bytes; the offsets may use any part of them.
    pub data: &'a [u8],
}

impl BytesView<'_> {
    /// The offset at `index`, which is at most the number of rows.
    #[must_use]
    pub fn offset(&self, index: usize) -> i32 {
        match self.offsets.get(index * 4..index * 4 + 4) {
            Some(&[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]),
            _ => 0,
        }
    }
}

/// The rows of a column.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// No buffer: every row is null.
    None,
    /// One bit per row.
    Bits(Bits<'a>),
    /// Little-endian values of `width` bytes each.
    Fixed {
        /// `rows × width` bytes.
        bytes: &'a [u8],
        /// Bytes of one value: 1, 2, 4 or 8.
        width: usize,
    },
    /// Text or bytes.
    Bytes(BytesView<'a>),
    /// The lanes of an `any` column.
    Any {
        /// A tag per row.
        tags: &'a [u8],
        /// An f64 per row, little endian.
        numbers: &'a [u8],
        /// The text lane.
        text: BytesView<'a>,
    },
}

/// A borrowed column of [`rows`](Self::rows) rows.
#[derive(Clone, Copy, Debug)]
pub struct ColumnView<'a> {
    /// The type of the rows.
    pub dtype: DType,
    /// `COLUMN_*` bits of [`udf_abi::frame`].
    pub flags: u16,
    /// Number of rows.
    pub rows: usize,
    /// Which rows are not null; absent where all are valid.
    pub validity: Option<Bits<'a>>,
    /// The rows.
    pub values: Values<'a>,
    /// 0 or an error number per row; absent where no row is in error.
    pub errors: Option<&'a [u8]>,
}

macro_rules! fixed_bytes {
    ($array:expr, $type:ty) => {
        $array.as_primitive_opt::<$type>()?.values().inner().as_slice()
    };
}

impl<'a> ColumnView<'a> {
    /// The bytes of a column, without a copy.
    #[must_use]
    pub fn of(column: &'a Column) -> Self {
        let rows = column.len();
        let array = column.array();
        let validity = match column.dtype() {
            DType::Null | DType::Any => None,
            _ => array.nulls().filter(|n| n.null_count() > 0).map(|n| Bits::of(n.inner())),
        };
        let utc = matches!(array.data_type(), arrow_schema::DataType::Timestamp(_, Some(_)));
        Self {
            dtype: column.dtype(),
            flags: if utc { COLUMN_UTC } else { 0 },
            rows,
            validity,
            // A column's array always has the type of its dtype.
            values: Self::values_of(column).unwrap_or(Values::None),
            errors: column.errors().map(crate::RowErrors::codes),
        }
    }

    fn values_of(column: &'a Column) -> Option<Values<'a>> {
        let array = column.array();
        let bytes: &[u8] = match column.dtype() {
            DType::Null => return Some(Values::None),
            DType::Bool => return Some(Values::Bits(Bits::of(array.as_boolean_opt()?.values()))),
            DType::Utf8 => {
                return Some(Values::Bytes(bytes_view(
                    array.as_string_opt::<i32>()?.value_offsets(),
                    array.as_string_opt::<i32>()?.value_data(),
                )));
            }
            DType::Binary => {
                return Some(Values::Bytes(bytes_view(
                    array.as_binary_opt::<i32>()?.value_offsets(),
                    array.as_binary_opt::<i32>()?.value_data(),
                )));
            }
            DType::Any => {
                let lanes = any::lanes(array)?;
                return Some(Values::Any {
                    tags: lanes.tags.values(),
                    numbers: lanes.numbers.values().inner().as_slice(),
                    text: bytes_view(lanes.text.value_offsets(), lanes.text.value_data()),
                });
            }
            DType::I8 => fixed_bytes!(array, t::Int8Type),
            DType::U8 | DType::Error => fixed_bytes!(array, t::UInt8Type),
            DType::I16 => fixed_bytes!(array, t::Int16Type),
            DType::U16 => fixed_bytes!(array, t::UInt16Type),
            DType::I32 => fixed_bytes!(array, t::Int32Type),
            DType::U32 => fixed_bytes!(array, t::UInt32Type),
            DType::F32 => fixed_bytes!(array, t::Float32Type),
            DType::Date32 => fixed_bytes!(array, t::Date32Type),
            DType::I64 => fixed_bytes!(array, t::Int64Type),
            DType::U64 => fixed_bytes!(array, t::UInt64Type),
            DType::F64 => fixed_bytes!(array, t::Float64Type),
            DType::Time64 => fixed_bytes!(array, t::Time64MicrosecondType),
            DType::Timestamp => fixed_bytes!(array, t::TimestampMicrosecondType),
            DType::Duration => fixed_bytes!(array, t::DurationMicrosecondType),
        };
        Some(Values::Fixed { bytes, width: width(column.dtype()) })
    }

    /// Rows `start..start + len`.
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        let offsets = |view: BytesView<'a>| BytesView {
            offsets: &view.offsets[start * 4..(start + len + 1) * 4],
            data: view.data,
        };
        let values = match self.values {
            Values::None => Values::None,
            Values::Bits(bits) => Values::Bits(bits.slice(start, len)),
            Values::Fixed { bytes, width } => {
                Values::Fixed { bytes: &bytes[start * width..(start + len) * width], width }
            }
            Values::Bytes(view) => Values::Bytes(offsets(view)),
            Values::Any { tags, numbers, text } => Values::Any {
                tags: &tags[start..start + len],
                numbers: &numbers[start * 8..(start + len) * 8],
                text: offsets(text),
            },
        };
        Self {
            rows: len,
            validity: self.validity.map(|v| v.slice(start, len)),
            errors: self.errors.map(|e| &e[start..start + len]),
            values,
            ..*self
        }
    }

    /// Bytes of the values, texts and their offsets included.
    pub(crate) fn bytes(&self) -> usize {
        match self.values {
            Values::None => 0,
            Values::Bits(bits) => bits.len.div_ceil(8),
            Values::Fixed { bytes, .. } => bytes.len(),
            Values::Bytes(text) => text.offsets.len() + self.data_bytes(),
            Values::Any { tags, numbers, text } => {
                tags.len() + numbers.len() + text.offsets.len() + self.data_bytes()
            }
        }
    }

    /// Bytes of text or binary data that the rows use.
    #[must_use]
    pub fn data_bytes(&self) -> usize {
        match self.values {
            Values::Bytes(view) | Values::Any { text: view, .. } => {
                let used = i64::from(view.offset(self.rows)) - i64::from(view.offset(0));
                // What a guest claims may be more than it has.
                usize::try_from(used).unwrap_or(0).min(view.data.len())
            }
            _ => 0,
        }
    }
}

/// Bytes of one value of a fixed-width dtype; 0 for the others.
#[must_use]
pub fn width(dtype: DType) -> usize {
    match dtype.physical() {
        udf_abi::Physical::Fixed(width) => width as usize,
        _ => 0,
    }
}

fn bytes_view<'a>(offsets: &'a [i32], data: &'a [u8]) -> BytesView<'a> {
    BytesView { offsets: bytemuck::cast_slice(offsets), data }
}

#[cfg(target_endian = "big")]
compile_error!("linear memory is little endian and buffers are copied as they are");

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn bits_are_written_from_any_start_with_a_clean_tail() {
        let bytes = [0b1010_0110, 0b0111_0001, 0b1111_1111];
        for start in 0..16 {
            for len in 0..=(24 - start) {
                let bits = Bits { bytes: &bytes, start, len };
                let mut out = [0xAA; 3];
                bits.write_to(&mut out[..len.div_ceil(8)]);
                for index in 0..len {
                    assert_eq!(out[index / 8] >> (index % 8) & 1 == 1, bits.get(index));
                }
                if len % 8 != 0 {
                    assert_eq!(out[len / 8] >> (len % 8), 0, "tail of {start}+{len}");
                }
            }
        }
    }
}
