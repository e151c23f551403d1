//! Columns one after the other.

use crate::{
    Column, Error, RowErrors, any, arrow_type,
    byte_array::texts_too_large,
    collect::{broken, fixed_array_of},
    room::room_for,
    view::{ColumnView, Values},
};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, StringArray, new_null_array};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use std::sync::Arc;
use udf_abi::{DType, frame::COLUMN_UTC};

impl Column {
    /// Several columns of one dtype, one after the other.
    ///
    /// # Errors
    /// [`TooLarge`](crate::ErrorKind::TooLarge) where texts together pass 2 GiB; [`Busy`](crate::ErrorKind::Busy)
    /// where the machine has no memory for the column.
    pub fn concat(dtype: DType, parts: &[Self]) -> Result<Self, Error> {
        if let [one] = parts {
            return Ok(one.clone());
        }
        let rows = parts.iter().map(Column::len).sum();
        let views: Vec<ColumnView<'_>> = parts.iter().map(ColumnView::of).collect();
        room_for(views.iter().map(ColumnView::bytes).sum())?;
        let nulls = || {
            let any = parts.iter().any(|p| p.array().null_count() > 0);
            any.then(|| {
                let mut builder = arrow_buffer::BooleanBufferBuilder::new(rows);
                for part in parts {
                    match part.array().nulls() {
                        Some(nulls) => builder.append_buffer(nulls.inner()),
                        None => builder.append_n(part.len(), true),
                    }
                }
                NullBuffer::new(builder.finish())
            })
        };
        let array: ArrayRef = match dtype {
            DType::Null => new_null_array(&arrow_type(dtype, false), rows),
            DType::Bool => {
                let mut builder = arrow_buffer::BooleanBufferBuilder::new(rows);
                for view in &views {
                    if let Values::Bits(bits) = view.values {
                        builder.append_buffer(&bits.to_buffer());
                    }
                }
                Arc::new(BooleanArray::new(builder.finish(), nulls()))
            }
            DType::Utf8 | DType::Binary => {
                let (offsets, data) = concat_text(&views, rows)?;
                match dtype {
                    DType::Utf8 => Arc::new(
                        StringArray::try_new(offsets, data, nulls())
                            .map_err(|e| broken("text", e))?,
                    ),
                    _ => Arc::new(
                        BinaryArray::try_new(offsets, data, nulls())
                            .map_err(|e| broken("binary", e))?,
                    ),
                }
            }
            DType::Any => {
                let mut tags = Vec::with_capacity(rows);
                let mut numbers = Vec::with_capacity(rows);
                for part in parts {
                    if let Some(lanes) = any::lanes(part.array()) {
                        tags.extend_from_slice(lanes.tags.values());
                        numbers.extend_from_slice(lanes.numbers.values());
                    }
                }
                let (offsets, data) = concat_text(&views, rows)?;
                let text =
                    StringArray::try_new(offsets, data, None).map_err(|e| broken("text", e))?;
                any::from_lanes(tags.into(), numbers.into(), text)?
            }
            _ => {
                let width = crate::view::width(dtype);
                let mut words = vec![0u64; (rows * width).div_ceil(8)];
                let out: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
                let mut at = 0;
                for view in &views {
                    if let Values::Fixed { bytes, .. } = view.values {
                        out[at..at + bytes.len()].copy_from_slice(bytes);
                        at += bytes.len();
                    }
                }
                let utc = views.iter().any(|v| v.flags & COLUMN_UTC != 0);
                fixed_array_of(dtype, utc, rows, words, nulls())?
            }
        };
        let column = Self::from_parts(dtype, array, None);
        match concat_errors(parts) {
            Some(errors) => column.with_errors(errors),
            None => Ok(column),
        }
    }
}

fn concat_text(
    views: &[ColumnView<'_>],
    rows: usize,
) -> Result<(OffsetBuffer<i32>, Buffer), Error> {
    let total: usize = views.iter().map(ColumnView::data_bytes).sum();
    if i32::try_from(total).is_err() {
        return Err(texts_too_large(total as u64));
    }
    let mut offsets = Vec::with_capacity(rows + 1);
    let mut data = Vec::with_capacity(total);
    offsets.push(0);
    for view in views {
        let (Values::Bytes(text) | Values::Any { text, .. }) = view.values else { continue };
        let (first, base) = (text.offset(0), data.len() as i32);
        offsets.extend((1..=view.rows).map(|row| text.offset(row) - first + base));
        let start = usize::try_from(first).unwrap_or(0);
        data.extend_from_slice(&text.data[start..start + view.data_bytes()]);
    }
    Ok((OffsetBuffer::new(offsets.into()), Buffer::from_vec(data)))
}

fn concat_errors(parts: &[Column]) -> Option<RowErrors> {
    // The parts hold these messages already.
    let mut errors = RowErrors::builder(usize::MAX);
    for part in parts {
        match part.errors() {
            Some(of) => errors.append(of),
            None => errors.push_none(part.len()),
        }
    }
    errors.finish()
}
