//! What the generated functions call: a frame in, an answer out.

use crate::{
    array::{Array, ArrayReturn},
    error::UdfError,
    param::{Param, RowParam},
    raw::{BLOCK, Block, Frame, InPlace, Inputs, OutputColumn, Outputs, typed},
    returns::ReturnValue,
    simd::lanes::check_lanes,
    sink::{End, Sink, cut},
};
use core::mem::take;
use udf_abi::{
    Column, DType, ErrorCode, FRAME_ALIGN, Physical, ResultHeader,
    frame::{STATUS_ERROR, STATUS_OK},
};

/// What `#[fz_udf]` implements for a type named like the function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function of a plugin",
    label = "not a function with #[fz_udf]",
    note = "put #[fz_udf] on the function and name it here by its path"
)]
pub trait Function {
    /// Its part of the manifest, behind id and export.
    const MANIFEST: &'static [crate::manifest::Piece];
    /// Its name and aliases, as they are compared.
    const KEYS: &'static [&'static str];
    /// Evaluates it.
    fn call(frame: Frame<'_>) -> u64;
}

/// The argument at `index` of an elementwise call.
#[inline]
#[must_use]
pub fn source<'a, P: RowParam<'a>>(inputs: &Inputs<'a>, index: usize) -> P::Source {
    P::source(&inputs.argument(index))
}

/// The argument at `index` of any other call.
#[must_use]
pub fn argument<'a, P: Param<'a>>(inputs: &Inputs<'a>, index: usize) -> P {
    P::take(&inputs.argument(index))
}

/// An elementwise call, in blocks. `mask` says which rows of a block may be evaluated, `open`
/// answers what evaluates a row of it.
#[inline]
pub fn elementwise<R: ReturnValue, F: FnMut(usize) -> R>(
    inputs: &Inputs<'_>,
    outputs: Outputs<'_>,
    mask: impl Fn(usize) -> u32,
    open: impl Fn(usize) -> F,
) -> u64 {
    let rows = inputs.rows();
    fill::<R>(outputs, |sink| {
        for block in 0..rows.div_ceil(BLOCK) {
            sink.block(block, mask(block) & rows_of(block, rows), open(block));
        }
    })
}

/// The bits of the rows that a block has.
#[inline]
fn rows_of(block: usize, rows: usize) -> u32 {
    match rows - block * BLOCK {
        len @ 0..BLOCK => (1 << len) - 1,
        _ => u32::MAX,
    }
}

/// A call that answers one value.
pub fn reduce<R: ReturnValue>(outputs: Outputs<'_>, value: R) -> u64 {
    const { check_lanes(&[], R::LANES, false) };
    match value.settle() {
        Err(error) => failure(&error),
        Ok(value) => fill::<R>(outputs, |sink| {
            let mut value = Some(value);
            sink.block(0, 1, |_| value.take().unwrap_or_else(|| R::of_error(ErrorCode::Na)));
        }),
    }
}

/// Fills the column that the host prepared.
#[inline]
fn fill<R: ReturnValue>(outputs: Outputs<'_>, fill: impl FnOnce(&mut R::Sink<'_>)) -> u64 {
    let (mut column, place) = outputs.open();
    let mut end = End { head: column.head, ..End::default() };
    let mut sink = <R::Sink<'_> as Sink<'_, R>>::open(&mut column);
    fill(&mut sink);
    sink.close(&mut end);
    if end.spill.is_none() && end.messages.is_empty() {
        place.answer(&end.head)
    } else {
        own_block(end, &place, column.front)
    }
}

/// A block with the column's descriptor, data that did not fit, and messages.
#[cold]
fn own_block(mut end: End, place: &InPlace, front: usize) -> u64 {
    let rows = end.head.len as usize;
    let (mut block, data) = match end.spill.take() {
        Some(spill) => (spill.block, Some(spill.start)),
        None => (Block::new(front), None),
    };
    let messages =
        (!end.messages.is_empty()).then(|| put_messages(&mut block, rows, &end.messages));
    let stride = place.column_stride();
    block.publish(|address, bytes| {
        if let Some(start) = data {
            end.head.data = address + start as u32;
        }
        let mut columns = 1;
        if let Some(mut messages) = messages {
            messages.offsets += address;
            messages.data += address;
            end.head.error_text = 2;
            put(bytes, size_of::<ResultHeader>() + stride, &messages);
            columns = 2;
        }
        put(bytes, size_of::<ResultHeader>(), &end.head);
        let header = header(rows, address, columns, 1);
        put(bytes, 0, &header);
    })
}

fn header(rows: usize, address: u32, columns: usize, values: usize) -> ResultHeader {
    ResultHeader {
        status: STATUS_OK,
        rows: rows as u32,
        columns: address + size_of::<ResultHeader>() as u32,
        column_count: columns as u32,
        value_columns: values as u32,
        ..ResultHeader::default()
    }
}

fn put<T: bytemuck::Pod>(bytes: &mut [u8], at: usize, value: &T) {
    bytes[at..at + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(value));
}

/// Appends the messages as a utf8 column of `rows` rows, with addresses from the block's start.
fn put_messages(block: &mut Block, rows: usize, messages: &[(usize, String)]) -> Column {
    let offsets = block.align();
    let (mut end, mut next) = (0i32, messages.iter().peekable());
    block.push(&end.to_le_bytes());
    for row in 0..rows {
        if let Some((_, text)) = next.next_if(|(at, _)| *at == row) {
            end = end.saturating_add(text.len() as i32);
        }
        block.push(&end.to_le_bytes());
    }
    let data = block.align();
    for (_, text) in messages {
        block.push(text.as_bytes());
    }
    Column {
        dtype: DType::Utf8.id(),
        len: rows as u32,
        offsets: offsets as u32,
        data: data as u32,
        data_len: (block.len() - data) as u32,
        ..Column::default()
    }
}

/// The failure of a whole call.
#[cold]
fn failure(error: &UdfError) -> u64 {
    let mut block = Block::new(size_of::<ResultHeader>());
    let message = cut(error.message().to_owned());
    block.push(message.as_bytes());
    block.publish(|address, bytes| {
        let header = ResultHeader {
            status: STATUS_ERROR,
            error_kind: u32::from(error.code().code()),
            message: address + size_of::<ResultHeader>() as u32,
            message_len: message.len() as u32,
            ..ResultHeader::default()
        };
        put(bytes, 0, &header);
    })
}

/// A call that answers rows × columns.
#[expect(clippy::needless_pass_by_value, reason = "as the other kinds; the call is answered once")]
pub fn array<A: ArrayReturn>(outputs: Outputs<'_>, value: A) -> u64 {
    match value.settle() {
        Err(error) => failure(&error),
        Ok(array) => publish(array, outputs.header().column_stride as usize),
    }
}

fn publish<T: ReturnValue>(array: Array<T>, stride: usize) -> u64 {
    let (rows, columns) = (array.rows(), array.columns());
    let mut layout = Layout { len: size_of::<ResultHeader>() + columns * stride };
    let mut heads = Vec::with_capacity(columns);
    for column in 0..columns {
        let values = &array.values()[column * rows..(column + 1) * rows];
        heads.push(layout.column(T::DTYPE, rows, values.iter().map(T::data_bytes).sum()));
    }

    let mut block = Block::new(layout.len);
    let mut rest = Rest { bytes: block.bytes(), at: 0 };
    let mut values = array.into_values();
    for head in &mut heads {
        let mut column = rest.column(head);
        let mut sink = <T::Sink<'_> as Sink<'_, T>>::open(&mut column);
        for block in 0..rows.div_ceil(BLOCK) {
            sink.block(block, rows_of(block, rows), |_| {
                values.next().unwrap_or_else(|| T::of_error(ErrorCode::Na))
            });
        }
        let mut end = End { head: *head, ..End::default() };
        sink.close(&mut end);
        *head = end.head;
    }

    block.publish(|address, bytes| {
        for (index, head) in heads.iter_mut().enumerate() {
            for buffer in buffers(head) {
                // 0 stands for "absent"; descriptors come first, so no buffer begins at 0.
                *buffer += if *buffer == 0 { 0 } else { address };
            }
            put(bytes, size_of::<ResultHeader>() + index * stride, head);
        }
        put(bytes, 0, &header(rows, address, columns, columns));
    })
}

/// The addresses of a column's buffers, in the order in which they lie in a block.
fn buffers(head: &mut Column) -> [&mut u32; 6] {
    let Column { values, offsets, data, validity, errors, tags, .. } = head;
    [values, offsets, data, validity, errors, tags]
}

/// Bytes of a column's buffers, in the same order.
fn buffer_bytes(dtype: DType, rows: usize, data: usize) -> [usize; 6] {
    let offsets = size_of::<i32>() * (rows + 1);
    match dtype.physical() {
        Physical::None => [0; 6],
        Physical::Bits => [rows.div_ceil(8), 0, 0, rows.div_ceil(8), rows, 0],
        Physical::Fixed(width) => [width as usize * rows, 0, 0, rows.div_ceil(8), rows, 0],
        Physical::Bytes => [0, offsets, data, rows.div_ceil(8), rows, 0],
        Physical::Any => [size_of::<f64>() * rows, offsets, data, 0, rows, rows],
    }
}

/// A block that is being laid out.
struct Layout {
    len: usize,
}

impl Layout {
    /// Room for a column, with addresses from the block's start.
    fn column(&mut self, dtype: DType, rows: usize, data: usize) -> Column {
        let mut head = Column {
            dtype: dtype.id(),
            len: rows as u32,
            data_len: data as u32,
            data_cap: data as u32,
            ..Column::default()
        };
        for (buffer, bytes) in buffers(&mut head).into_iter().zip(buffer_bytes(dtype, rows, data)) {
            if bytes > 0 {
                let at = self.len.next_multiple_of(FRAME_ALIGN as usize);
                *buffer = at as u32;
                self.len = at + bytes;
            }
        }
        head
    }
}

/// The part of a block that was not handed out yet.
struct Rest<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    fn column(&mut self, head: &Column) -> OutputColumn<'a> {
        let dtype = DType::from_id(head.dtype).unwrap_or(DType::Null);
        let sizes = buffer_bytes(dtype, head.len as usize, head.data_cap as usize);
        let mut copy = *head;
        let mut parts = buffers(&mut copy).map(|at| *at as usize).into_iter().zip(sizes);
        let mut next = || parts.next().map_or(&mut [][..], |(at, len)| self.take(at, len));
        OutputColumn {
            head: *head,
            values: next(),
            offsets: typed(next()),
            data: next(),
            validity: next(),
            errors: next(),
            tags: next(),
            front: 0,
        }
    }

    /// `len` bytes at `at`, which is not before what was handed out last.
    fn take(&mut self, at: usize, len: usize) -> &'a mut [u8] {
        if len == 0 {
            return &mut [];
        }
        let (_, rest) = take(&mut self.bytes).split_at_mut(at - self.at);
        let (part, rest) = rest.split_at_mut(len);
        self.bytes = rest;
        self.at = at + len;
        part
    }
}
