//! Results of several columns, written to a block of the guest's own.

use crate::{
    call::{header, put, put_messages, rows_of},
    error::UdfError,
    raw::{BLOCK, Block, OutputColumn, typed},
    returns::ReturnValue,
    sink::{End, Sink},
};
use core::mem::take;
use udf_abi::{Column, DType, ErrorCode, FRAME_ALIGN, Physical, ResultHeader};

/// The values of one column, of whatever type.
pub(crate) trait Values {
    /// Rows.
    fn rows(&self) -> usize;
    /// The type's id in the contract.
    fn dtype(&self) -> DType;
    /// Bytes of text in all rows.
    fn data_bytes(&self) -> usize;
    /// Whether a row may be an error with a message.
    fn may_fail(&self) -> bool;
    /// Writes all rows.
    fn fill(self: Box<Self>, column: &mut OutputColumn<'_>) -> End;
}

impl<T: ReturnValue> Values for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn dtype(&self) -> DType {
        T::DTYPE
    }

    fn data_bytes(&self) -> usize {
        self.iter().map(T::data_bytes).sum()
    }

    fn may_fail(&self) -> bool {
        T::MAY_FAIL
    }

    fn fill(self: Box<Self>, column: &mut OutputColumn<'_>) -> End {
        let rows = self.len();
        let mut end = End { head: column.head, ..End::default() };
        let mut values = self.into_iter();
        let mut sink = <T::Sink<'_> as Sink<'_, T>>::open(column);
        for block in 0..rows.div_ceil(BLOCK) {
            sink.block(block, rows_of(block, rows), |_| {
                values.next().unwrap_or_else(|| T::of_error(ErrorCode::Na))
            });
        }
        sink.close(&mut end);
        end
    }
}

/// Columns of equal length.
pub struct Table<'v> {
    rows: usize,
    columns: Vec<Box<dyn Values + 'v>>,
}

impl<'v> Table<'v> {
    /// A table of these columns.
    ///
    /// # Errors
    /// Where they are not of equal length.
    pub(crate) fn try_new(columns: Vec<Box<dyn Values + 'v>>) -> Result<Self, UdfError> {
        let rows = columns.first().map_or(0, |column| column.rows());
        match columns.iter().position(|column| column.rows() != rows) {
            None => Ok(Self { rows, columns }),
            Some(odd) => Err(UdfError::value(format!(
                "the columns of the result have {rows} rows, but column {} has {}",
                odd + 1,
                columns[odd].rows()
            ))),
        }
    }

    /// Columns.
    #[must_use]
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Answers the table to the host.
    pub(crate) fn publish(self, stride: usize) -> u64 {
        let Self { rows, columns } = self;
        let count = columns.len();
        let may_fail = columns.iter().filter(|column| column.may_fail()).count();
        // Columns with messages stand behind those of the result.
        let front = size_of::<ResultHeader>() + (count + may_fail) * stride;
        let mut layout = Layout { len: front };
        let mut heads: Vec<_> = columns
            .iter()
            .map(|column| layout.column(column.dtype(), rows, column.data_bytes()))
            .collect();

        let mut block = Block::new(layout.len);
        let mut rest = Rest { bytes: block.bytes(), at: 0 };
        let mut messages = Vec::new();
        for (index, column) in columns.into_iter().enumerate() {
            let end = column.fill(&mut rest.column(&heads[index]));
            heads[index] = end.head;
            if !end.messages.is_empty() {
                messages.push(end.messages);
                heads[index].error_text = (count + messages.len()) as u32;
            }
        }
        for messages in &messages {
            heads.push(put_messages(&mut block, rows, messages));
        }

        block.publish(|address, bytes| {
            for (index, head) in heads.iter_mut().enumerate() {
                for buffer in buffers(head) {
                    // 0 stands for "absent"; descriptors come first, so no buffer begins at 0.
                    *buffer += if *buffer == 0 { 0 } else { address };
                }
                put(bytes, size_of::<ResultHeader>() + index * stride, head);
            }
            put(bytes, 0, &header(rows, address, heads.len(), count));
        })
    }
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
