//! The buffers of input columns: rebased, padded, and clean where a row is null.

use super::{ALIGN, Place, align};
use crate::{
    foreign::ForeignView,
    view::{Bits, BytesView, ColumnView, Values},
};
use udf_abi::Column as ColumnHeader;

/// Room that is handed out front to back, 16-byte aligned.
pub(super) struct Cursor<'b> {
    block: &'b mut dyn Place,
    /// Address of the block.
    base: u32,
    /// Offset of the room that is left.
    at: usize,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(block: &'b mut dyn Place, base: u32, at: usize) -> Self {
        Self { block, base, at }
    }

    /// Offset of the room that is left.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// The address of `len` bytes of unspecified content; 0 for none.
    pub(super) fn reserve(&mut self, len: usize) -> u32 {
        if len == 0 {
            return 0;
        }
        let address = self.base + self.at as u32;
        self.at += align(len);
        address
    }

    /// The address of `len` bytes that `fill` writes; padding is zeroed.
    fn write(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> u32 {
        let at = self.at;
        let address = self.reserve(len);
        let mut fill = Some(fill);
        if len > 0 {
            self.block.fill(at, align(len), &mut |out| {
                let (used, padding) = out.split_at_mut(len);
                if let Some(fill) = fill.take() {
                    fill(used);
                }
                padding.fill(0);
            });
        }
        address
    }

    fn copy(&mut self, bytes: &[u8]) -> u32 {
        let at = self.at;
        let address = self.reserve(bytes.len());
        if !bytes.is_empty() {
            self.block.copy(at, bytes);
            self.pad(at, bytes.len());
        }
        address
    }

    pub(super) fn copy_foreign(&mut self, values: &ForeignView<'_>) -> u32 {
        let at = self.at;
        let address = self.reserve(values.size());
        if values.size() > 0 {
            self.block.copy_foreign(at, values);
            self.pad(at, values.size());
        }
        address
    }

    /// Zeroes what `len` bytes at an offset leave of their room.
    fn pad(&mut self, at: usize, len: usize) {
        let padding = align(len) - len;
        if padding > 0 {
            self.block.copy(at + len, &[0; ALIGN][..padding]);
        }
    }
}

/// Bytes that the buffers of an input column take, each one padded.
pub(super) fn buffer_bytes(view: &ColumnView<'_>) -> usize {
    let rows = view.rows;
    let bitmap = align(rows.div_ceil(8));
    let text = |text: BytesView<'_>| {
        let used = text_bytes(view, text);
        align((rows + 1) * 4) + align(used)
    };
    let values = match view.values {
        Values::None => 0,
        Values::Bits(_) => bitmap,
        Values::Fixed { bytes, .. } => align(bytes.len()),
        Values::Bytes(bytes) => text(bytes),
        Values::Any { tags, numbers, text: lane } => {
            align(tags.len()) + align(numbers.len()) + text(lane)
        }
    };
    let validity = if view.validity.is_some() { bitmap } else { 0 };
    let errors = if view.errors.is_some() { align(rows) } else { 0 };
    values + validity + errors
}

/// Bytes of text that go into the frame: null rows take none.
fn text_bytes(view: &ColumnView<'_>, text: BytesView<'_>) -> usize {
    match view.validity {
        Some(validity) if has_text_in_nulls(text, validity) => {
            (0..view.rows).filter(|row| validity.get(*row)).map(|row| span(text, row).len()).sum()
        }
        _ => span_of(text, 0, view.rows).len(),
    }
}

fn has_text_in_nulls(text: BytesView<'_>, validity: Bits<'_>) -> bool {
    (0..validity.len).any(|row| !validity.get(row) && text.offset(row) != text.offset(row + 1))
}

fn span(text: BytesView<'_>, row: usize) -> std::ops::Range<usize> {
    span_of(text, row, row + 1)
}

/// Offsets of an Arrow array ascend from zero or more and end within its data.
fn span_of(text: BytesView<'_>, first: usize, end: usize) -> std::ops::Range<usize> {
    let at = |index| usize::try_from(text.offset(index)).unwrap_or(0);
    at(first)..at(end)
}

/// Writes the buffers of an input column and answers its descriptor.
pub(super) fn column(view: &ColumnView<'_>, cursor: &mut Cursor<'_>) -> ColumnHeader {
    let rows = view.rows;
    let mut header = ColumnHeader {
        dtype: view.dtype.id(),
        flags: view.flags,
        len: rows as u32,
        ..ColumnHeader::default()
    };
    let mut validity = None;
    if let Some(bits) = view.validity {
        let valid = bits.to_buffer().count_set_bits();
        // A slice of a column with nulls may have none.
        if valid < rows {
            header.null_count = (rows - valid) as u32;
            header.validity = cursor.write(rows.div_ceil(8), |out| bits.write_to(out));
            validity = Some(bits);
        } else {
            cursor.reserve(rows.div_ceil(8));
        }
    }
    if matches!(view.values, Values::None) {
        header.null_count = rows as u32;
    }
    match view.values {
        Values::None => {}
        Values::Bits(bits) => {
            header.values = cursor.write(rows.div_ceil(8), |out| {
                bits.write_to(out);
                if let Some(validity) = validity {
                    let mut mask = vec![0; out.len()];
                    validity.write_to(&mut mask);
                    out.iter_mut().zip(mask).for_each(|(byte, mask)| *byte &= mask);
                }
            });
        }
        Values::Fixed { bytes, width } => {
            header.values = match validity {
                None => cursor.copy(bytes),
                Some(validity) => cursor.write(bytes.len(), |out| {
                    out.copy_from_slice(bytes);
                    zero_null_slots(out, width, validity);
                }),
            };
        }
        Values::Bytes(text) => {
            (header.offsets, header.data, header.data_len) =
                write_text(view, text, validity, cursor);
        }
        Values::Any { tags, numbers, text } => {
            header.tags = cursor.copy(tags);
            header.values = cursor.copy(numbers);
            (header.offsets, header.data, header.data_len) = write_text(view, text, None, cursor);
        }
    }
    if let Some(errors) = view.errors {
        header.error_count = errors.iter().filter(|code| **code != 0).count() as u32;
        let address = cursor.copy(errors);
        header.errors = if header.error_count > 0 { address } else { 0 };
    }
    header
}

/// Zeroes the values of the rows that are null, of `width` bytes each.
fn zero_null_slots(out: &mut [u8], width: usize, validity: Bits<'_>) {
    match width {
        1 => zero_slots::<1>(out, validity),
        2 => zero_slots::<2>(out, validity),
        4 => zero_slots::<4>(out, validity),
        _ => zero_slots::<8>(out, validity),
    }
}

/// Goes from null to null, 64 rows at a time: a few of them among many rows cost little, whatever
/// their pattern.
fn zero_slots<const WIDTH: usize>(out: &mut [u8], validity: Bits<'_>) {
    let (slots, _) = out.as_chunks_mut::<WIDTH>();
    let bitmap = validity.to_buffer();
    for (rows, valid) in slots.chunks_mut(64).zip(bitmap.bit_chunks().iter_padded()) {
        let mut nulls = !valid;
        while nulls != 0 {
            let row = nulls.trailing_zeros() as usize;
            // Bits past the last row belong to no slot.
            let Some(slot) = rows.get_mut(row) else { break };
            *slot = [0; WIDTH];
            nulls &= nulls - 1;
        }
    }
}

fn write_text(
    view: &ColumnView<'_>,
    text: BytesView<'_>,
    validity: Option<Bits<'_>>,
    cursor: &mut Cursor<'_>,
) -> (u32, u32, u32) {
    let rows = view.rows;
    let all = span_of(text, 0, rows);
    let compact = validity.filter(|validity| has_text_in_nulls(text, *validity));
    let used = text_bytes(view, text);
    let offsets = cursor.write((rows + 1) * 4, |out| {
        let mut at = 0u32;
        for (row, slot) in out.chunks_exact_mut(4).enumerate() {
            let offset = match compact {
                None => (text.offset(row) - text.offset(0)) as u32,
                Some(_) => at,
            };
            slot.copy_from_slice(&offset.to_le_bytes());
            if row < rows && compact.is_some_and(|validity| validity.get(row)) {
                at += span(text, row).len() as u32;
            }
        }
    });
    let data = match compact {
        None => cursor.copy(&text.data[all]),
        Some(validity) => cursor.write(used, |out| {
            let mut at = 0;
            for row in (0..rows).filter(|row| validity.get(*row)) {
                let bytes = &text.data[span(text, row)];
                out[at..at + bytes.len()].copy_from_slice(bytes);
                at += bytes.len();
            }
        }),
    };
    (offsets, data, used as u32)
}
