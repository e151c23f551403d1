//! Result columns being filled, block by block.
//!
//! ```text
//! ResultSink (errors, messages) ─▶ OptionSink (validity) ─▶ FixedSink · BoolSink · BytesSink · AnySink
//! ```
//!
//! A sink gets a closure that answers the row with a number from 0 to 31, and a mask of the rows
//! it may ask for. What it writes to the others is ignored: the host overlays nulls and errors.

use crate::{
    element::Fixed,
    error::UdfError,
    raw::{BLOCK, Block, OutputColumn, typed},
    returns::{BytesCell, Cell, ReturnValue},
    types::SpreadsheetValue,
};
use core::mem::take;
use udf_abi::{Column, ErrorCode, exports::MAX_MESSAGE_BYTES, frame::tag};

/// A result column being filled.
pub trait Sink<'o, T>: Sized {
    /// Takes the buffers it fills.
    fn open(column: &mut OutputColumn<'o>) -> Self;
    /// Writes the block with this number.
    fn block(&mut self, block: usize, mask: u32, row: impl FnMut(usize) -> T);
    /// Completes the column's descriptor.
    fn close(self, end: &mut End);
}

/// A result column that was filled.
#[derive(Default)]
pub struct End {
    /// Its descriptor.
    pub head: Column,
    /// Its data, where that did not fit into the room that the host prepared.
    pub spill: Option<Spill>,
    /// Messages of rows, in order.
    pub messages: Vec<(usize, String)>,
}

/// Data that stands in a block of the guest's own, behind room for the descriptors.
pub struct Spill {
    /// The block.
    pub block: Block,
    /// Where the data begins.
    pub start: usize,
}

/// Calls `each` with the numbers of the bits that are set.
#[inline]
pub(crate) fn for_each_bit(mut mask: u32, mut each: impl FnMut(usize)) {
    while mask != 0 {
        each(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

/// Writes a word of a bitmap of which only the last byte may be missing.
fn put_word(bitmap: &mut [u8], block: usize, word: u32) {
    let room = bitmap.get_mut(block * 4..).unwrap_or_default();
    let len = room.len().min(4);
    room[..len].copy_from_slice(&word.to_le_bytes()[..len]);
}

/// Values of a fixed width.
pub struct FixedSink<'o, T> {
    chunks: &'o mut [[T; BLOCK]],
    tail: &'o mut [T],
    flags: u16,
}

impl<'o, T: Fixed + Cell> Sink<'o, T> for FixedSink<'o, T> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        let values: &'o mut [T] = typed(take(&mut column.values));
        let rows = column.rows().min(values.len());
        let (chunks, tail) = values[..rows].as_chunks_mut();
        Self { chunks, tail, flags: T::FLAGS }
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> T) {
        let room = match self.chunks.get_mut(block) {
            Some(room) if mask == u32::MAX => {
                // Through a block of its own, which nothing else can overlap: this is what lets
                // LLVM vectorise the loop.
                let mut values = [T::zeroed(); BLOCK];
                for (index, value) in values.iter_mut().enumerate() {
                    *value = row(index);
                }
                *room = values;
                return;
            }
            Some(room) => room.as_mut_slice(),
            None => &mut *self.tail,
        };
        for_each_bit(mask, |index| {
            if let Some(room) = room.get_mut(index) {
                *room = row(index);
            }
        });
    }

    fn close(self, end: &mut End) {
        end.head.flags |= self.flags;
    }
}

/// Booleans, 32 to a word.
pub struct BoolSink<'o>(&'o mut [u8]);

impl<'o> Sink<'o, bool> for BoolSink<'o> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        Self(take(&mut column.values))
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> bool) {
        let mut word = 0;
        if mask == u32::MAX {
            for index in 0..BLOCK {
                word |= u32::from(row(index)) << index;
            }
        } else {
            for_each_bit(mask, |index| word |= u32::from(row(index)) << index);
        }
        put_word(self.0, block, word);
    }

    fn close(self, _end: &mut End) {}
}

/// Bytes of texts: into the room that the host prepared, and from the first one that does not
/// fit into a block of the guest's own, which becomes the result.
struct Data<'o> {
    offsets: &'o mut [i32],
    room: &'o mut [u8],
    used: usize,
    front: usize,
    spill: Option<Block>,
}

impl<'o> Data<'o> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        let data = Self {
            offsets: take(&mut column.offsets),
            room: take(&mut column.data),
            used: 0,
            front: column.front,
            spill: None,
        };
        if let Some(first) = data.offsets.first_mut() {
            *first = 0;
        }
        data
    }

    /// Appends the bytes of `row`.
    #[inline]
    #[expect(clippy::panic, reason = "a text column of 2 GiB cannot be said in the contract")]
    fn put(&mut self, row: usize, bytes: &[u8]) {
        let end = self.used + bytes.len();
        match (&mut self.spill, self.room.get_mut(self.used..end)) {
            (None, Some(room)) => room.copy_from_slice(bytes),
            (Some(block), _) => block.push(bytes),
            (None, None) => {
                let mut block = Block::new(self.front);
                block.push(&self.room[..self.used]);
                block.push(bytes);
                self.spill = Some(block);
            }
        }
        self.used = end;
        let Ok(offset) = i32::try_from(end) else { panic!("the texts of a result pass 2 GiB") };
        if let Some(room) = self.offsets.get_mut(row + 1) {
            *room = offset;
        }
    }

    /// Rows of the block with this number.
    fn rows(&self, block: usize) -> usize {
        self.offsets.len().saturating_sub(1 + block * BLOCK).min(BLOCK)
    }

    fn close(self, end: &mut End) {
        end.head.data_len = self.used as u32;
        end.spill = self.spill.map(|block| Spill { block, start: self.front });
    }
}

/// Texts and bytes.
pub struct BytesSink<'o>(Data<'o>);

impl<'o, T: BytesCell> Sink<'o, T> for BytesSink<'o> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        Self(Data::open(column))
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> T) {
        for index in 0..self.0.rows(block) {
            let at = block * BLOCK + index;
            if mask >> index & 1 == 1 {
                self.0.put(at, row(index).bytes());
            } else {
                self.0.put(at, &[]);
            }
        }
    }

    fn close(self, end: &mut End) {
        self.0.close(end);
    }
}

/// Error numbers as values.
pub struct ErrorSink<'o>(&'o mut [u8]);

impl<'o> Sink<'o, ErrorCode> for ErrorSink<'o> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        let values = take(&mut column.values);
        let rows = column.rows().min(values.len());
        Self(&mut values[..rows])
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> ErrorCode) {
        let room = self.0.get_mut(block * BLOCK..).unwrap_or_default();
        for (index, room) in room.iter_mut().take(BLOCK).enumerate() {
            *room = if mask >> index & 1 == 1 { row(index).code() } else { 0 };
        }
    }

    fn close(self, _end: &mut End) {}
}

/// Spreadsheet mixtures.
pub struct AnySink<'o> {
    tags: &'o mut [u8],
    numbers: &'o mut [f64],
    errors: &'o mut [u8],
    error_count: u32,
    texts: Data<'o>,
}

impl<'o, T: AsRef<str>> Sink<'o, SpreadsheetValue<T>> for AnySink<'o> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        let rows = column.rows();
        let numbers: &'o mut [f64] = typed(take(&mut column.values));
        let rows = rows.min(numbers.len());
        Self {
            tags: take(&mut column.tags),
            numbers: &mut numbers[..rows],
            errors: take(&mut column.errors),
            error_count: 0,
            texts: Data::open(column),
        }
    }

    #[inline]
    fn block(
        &mut self,
        block: usize,
        mask: u32,
        mut row: impl FnMut(usize) -> SpreadsheetValue<T>,
    ) {
        for index in 0..self.texts.rows(block) {
            let at = block * BLOCK + index;
            let value = if mask >> index & 1 == 1 { row(index) } else { SpreadsheetValue::Blank };
            let (mut number, mut error, mut text) = (0.0, 0, "");
            self.tags[at] = match &value {
                SpreadsheetValue::Blank => tag::BLANK,
                SpreadsheetValue::Number(x) => lane(&mut number, *x, tag::NUMBER),
                SpreadsheetValue::Logical(x) => {
                    lane(&mut number, f64::from(u8::from(*x)), tag::LOGICAL)
                }
                SpreadsheetValue::Text(x) => lane(&mut text, x.as_ref(), tag::TEXT),
                SpreadsheetValue::Error(x) => lane(&mut error, x.code(), tag::ERROR),
                SpreadsheetValue::Date(x) => lane(&mut number, *x, tag::DATE),
                SpreadsheetValue::DateTime(x) => lane(&mut number, *x, tag::DATETIME),
                SpreadsheetValue::Time(x) => lane(&mut number, *x, tag::TIME),
                SpreadsheetValue::Duration(x) => lane(&mut number, *x, tag::DURATION),
            };
            self.numbers[at] = number;
            self.errors[at] = error;
            self.error_count += u32::from(error != 0);
            self.texts.put(at, text.as_bytes());
        }
    }

    fn close(self, end: &mut End) {
        end.head.error_count = self.error_count;
        self.texts.close(end);
    }
}

fn lane<T>(room: &mut T, value: T, tag: u8) -> u8 {
    *room = value;
    tag
}

/// Values that may be null.
pub struct OptionSink<'o, S> {
    validity: &'o mut [u8],
    nulls: u32,
    values: S,
}

impl<'o, T: Cell, S: Sink<'o, T>> Sink<'o, Option<T>> for OptionSink<'o, S> {
    fn open(column: &mut OutputColumn<'o>) -> Self {
        // `any` has no bitmap: its null is BLANK.
        let validity = if T::IS_ANY { &mut [] } else { take(&mut column.validity) };
        Self { validity, nulls: 0, values: S::open(column) }
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> Option<T>) {
        let mut valid = mask;
        self.values.block(block, mask, |index| {
            row(index).unwrap_or_else(|| {
                valid &= !(1 << index);
                T::blank()
            })
        });
        self.nulls += (mask & !valid).count_ones();
        put_word(self.validity, block, valid);
    }

    fn close(self, end: &mut End) {
        if !T::IS_ANY {
            end.head.null_count = self.nulls;
        }
        self.values.close(end);
    }
}

/// Values that may be errors.
pub struct ResultSink<'o, S> {
    errors: &'o mut [u8],
    count: u32,
    is_any: bool,
    messages: Vec<(usize, String)>,
    values: S,
}

impl<'o, T, E, S> Sink<'o, Result<T, E>> for ResultSink<'o, S>
where
    T: ReturnValue,
    E: Into<UdfError>,
    S: Sink<'o, T>,
{
    fn open(column: &mut OutputColumn<'o>) -> Self {
        // The errors of `any` go with its tags.
        let errors = if T::IS_ANY { &mut [] } else { take(&mut column.errors) };
        let values = S::open(column);
        Self { errors, count: 0, is_any: T::IS_ANY, messages: Vec::new(), values }
    }

    #[inline]
    fn block(&mut self, block: usize, mask: u32, mut row: impl FnMut(usize) -> Result<T, E>) {
        let first = block * BLOCK;
        if let Some(errors) = self.errors.get_mut(first..) {
            let len = errors.len().min(BLOCK);
            errors[..len].fill(0);
        }
        self.values.block(block, mask, |index| match row(index) {
            Ok(value) => value,
            Err(error) => {
                let error = error.into();
                if let Some(room) = self.errors.get_mut(first + index) {
                    *room = error.code().code();
                }
                self.count += 1;
                let value = T::of_error(error.code());
                if !error.message().is_empty() {
                    self.messages.push((first + index, cut(error.into_message())));
                }
                value
            }
        });
    }

    fn close(self, end: &mut End) {
        if !self.is_any {
            end.head.error_count = self.count;
        }
        end.messages = self.messages;
        self.values.close(end);
    }
}

/// The part of a message that hosts read.
pub(crate) fn cut(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
    message
}
