//! Columns to the frame of codec 2: how large it is and what its bytes are.
//!
//! ```text
//! base ─▶ CallHeader │ Arg… │ Column… │ ResultHeader │ result Column… │ input buffers │ outputs
//! ```
//!
//! A frame is planned ([`FrameArgs::plan`]), room for it is found in guest memory, and it is written
//! there ([`Frame::write`]). Everything here is sized by the host; what a guest answers is read by
//! the engines' `memory` module and comes back as [`ColumnView`]s for [`collect`](crate::collect).

mod encode;
mod input;
mod place;

use crate::{BoundCall, Error, ErrorKind};
use bytemuck::bytes_of;
use encode::Cursor;
use input::Input;
pub use place::Place;
use std::ops::Range;
use udf_abi::{
    ABI_VERSION, Arg, ArgKind, CallHeader, Column as ColumnHeader, DType, FRAME_ALIGN, Physical,
    ResultHeader,
    frame::{CALL_CANONICAL_NAN, CALL_VOLATILE, MAGIC},
};

const ALIGN: usize = FRAME_ALIGN as usize;

/// A preallocated result column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// Its type.
    pub dtype: DType,
    /// Its rows.
    pub rows: usize,
    /// Bytes for text or binary data; 0 leaves that to the guest.
    pub data_bytes: usize,
}

/// What a call's header says besides its arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// Index of the first row in the whole input.
    pub row_offset: u64,
    /// Number of the call in its session.
    pub call_id: u64,
    /// Seed and clock of a volatile function.
    pub volatile: Option<(u64, i64)>,
}

/// Where the parts of a written frame stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameAddress {
    /// Address of the call header.
    pub base: u32,
    /// Bytes of the whole frame.
    pub len: u32,
    /// Address of the preallocated result header.
    pub result: u32,
}

/// The arguments of a call as views, cut into batches without a copy.
#[derive(Debug)]
pub struct FrameArgs<'a> {
    args: Vec<Arg>,
    columns: Vec<Input<'a>>,
    /// Whether the column at the same index has a row per row of the call.
    varies: Vec<bool>,
}

impl<'a> FrameArgs<'a> {
    /// Views of a bound call's arguments. `elementwise` calls vary with the row.
    #[must_use]
    pub fn of(call: &'a BoundCall, elementwise: bool) -> Self {
        use crate::Argument;
        let count = call.columns().count();
        let mut args = Vec::with_capacity(call.arguments().len());
        let mut columns = Vec::with_capacity(count);
        let mut varies = Vec::with_capacity(count);
        for argument in call.arguments() {
            let first = columns.len();
            let mut push = |column, by_row| {
                columns.push(Input::of(column));
                varies.push(by_row);
            };
            let kind = match argument {
                Argument::Omitted => ArgKind::Omitted,
                Argument::Scalar(column) => {
                    push(column, false);
                    ArgKind::Scalar
                }
                Argument::Column(column) => {
                    push(column, elementwise);
                    ArgKind::Column
                }
                Argument::Range(range) => {
                    range.iter().for_each(|column| push(column, false));
                    ArgKind::Range
                }
            };
            args.push(Arg {
                kind: kind as u32,
                first_column: first as u32,
                columns: (columns.len() - first) as u32,
                rows: columns.get(first).map_or(0, |c| c.rows() as u32),
                reserved: [0; 4],
            });
        }
        Self { args, columns, varies }
    }

    /// Plans the frame of the rows in `range` (of the one row of a call that is not elementwise).
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) naming the bytes where the frame passes 4 GiB.
    pub fn plan<'f>(
        &'f self,
        range: Range<usize>,
        outputs: &'f [OutputSpec],
    ) -> Result<Frame<'f, 'a>, Error> {
        let columns: Vec<Input<'a>> = self
            .columns
            .iter()
            .zip(&self.varies)
            .map(|(input, varies)| match varies {
                true => input.slice(range.start, range.len()),
                false => *input,
            })
            .collect();
        let head = size_of::<CallHeader>()
            + size_of_val(self.args.as_slice())
            + columns.len() * size_of::<ColumnHeader>()
            + size_of::<ResultHeader>()
            + outputs.len() * size_of::<ColumnHeader>();
        let inputs: usize = columns.iter().map(Input::buffer_bytes).sum();
        let room: usize = outputs.iter().map(output_bytes).sum();
        let len = head + inputs + room;
        let filled = head + inputs;
        match u32::try_from(len) {
            Ok(len) => Ok(Frame { args: self, columns, outputs, rows: range.len(), filled, len }),
            Err(_) => Err(Error::new(
                ErrorKind::TooLarge,
                format!("the call needs {len} bytes of linear memory; a module has at most 4 GiB"),
            )),
        }
    }
}

/// A planned frame.
#[derive(Debug)]
pub struct Frame<'f, 'a> {
    args: &'f FrameArgs<'a>,
    columns: Vec<Input<'a>>,
    outputs: &'f [OutputSpec],
    rows: usize,
    filled: usize,
    len: u32,
}

impl Frame<'_, '_> {
    /// Bytes that the frame needs, 16-byte aligned.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Bytes that are written: all but the room for results, which comes last.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// Never: a frame holds at least its headers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Rows of the call.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Writes the frame to `block`, which lies at the 16-byte aligned address `base` of linear
    /// memory. Of the block, the room for results is left as it is.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) where `block` is shorter than what is
    /// [`filled`](Self::filled), or the frame ends past 4 GiB.
    pub fn write(
        &self,
        block: &mut dyn Place,
        base: u32,
        context: &CallContext,
    ) -> Result<FrameAddress, Error> {
        if block.size() < self.filled || base.checked_add(self.len).is_none() {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("no room for a frame of {} bytes at {base:#x}", self.len),
            ));
        }
        let args_at = size_of::<CallHeader>();
        let columns_at = args_at + self.args.args.len() * size_of::<Arg>();
        let result_at = columns_at + self.columns.len() * size_of::<ColumnHeader>();
        let outputs_at = result_at + size_of::<ResultHeader>();
        let buffers_at = outputs_at + self.outputs.len() * size_of::<ColumnHeader>();
        let address = |at: usize| base + at as u32;

        let (flags, seed, now_us) = match context.volatile {
            Some((seed, now_us)) => (CALL_CANONICAL_NAN | CALL_VOLATILE, seed, now_us),
            None => (CALL_CANONICAL_NAN, 0, 0),
        };
        let header = CallHeader {
            magic: MAGIC,
            version: ABI_VERSION,
            flags,
            rows: self.rows as u32,
            row_offset: context.row_offset,
            args: address(args_at),
            arg_count: self.args.args.len() as u32,
            arg_stride: size_of::<Arg>() as u32,
            columns: address(columns_at),
            column_count: self.columns.len() as u32,
            column_stride: size_of::<ColumnHeader>() as u32,
            result: address(result_at),
            call_id: context.call_id,
            seed,
            now_us,
            ..CallHeader::default()
        };
        block.copy(0, bytes_of(&header));
        for (index, arg) in self.args.args.iter().enumerate() {
            let mut arg = *arg;
            if arg.kind == ArgKind::Column as u32 {
                arg.rows = self.columns[arg.first_column as usize].rows() as u32;
            }
            block.copy(args_at + index * size_of::<Arg>(), bytes_of(&arg));
        }
        let mut at = buffers_at;
        for (index, input) in self.columns.iter().enumerate() {
            let mut cursor = Cursor::new(block, base, at);
            let column = input.write(&mut cursor);
            at = cursor.end();
            block.copy(columns_at + index * size_of::<ColumnHeader>(), bytes_of(&column));
        }
        let result = ResultHeader {
            rows: self.outputs.first().map_or(0, |o| o.rows as u32),
            columns: address(outputs_at),
            column_count: self.outputs.len() as u32,
            value_columns: self.outputs.len() as u32,
            ..ResultHeader::default()
        };
        block.copy(result_at, bytes_of(&result));
        for (index, spec) in self.outputs.iter().enumerate() {
            let mut cursor = Cursor::new(block, base, at);
            let column = output_column(spec, &mut cursor);
            at = cursor.end();
            block.copy(outputs_at + index * size_of::<ColumnHeader>(), bytes_of(&column));
        }
        Ok(FrameAddress { base, len: self.len, result: address(result_at) })
    }
}

fn align(bytes: usize) -> usize {
    bytes.next_multiple_of(ALIGN)
}

/// Room for values, offsets, data, validity and errors of an output.
fn output_bytes(spec: &OutputSpec) -> usize {
    let (values, offsets, data, tags) = output_parts(spec);
    let validity = if spec.dtype == DType::Any { 0 } else { spec.rows.div_ceil(8) };
    align(values) + align(offsets) + align(data) + align(tags) + align(validity) + align(spec.rows)
}

fn output_parts(spec: &OutputSpec) -> (usize, usize, usize, usize) {
    let offsets = (spec.rows + 1) * 4;
    match spec.dtype.physical() {
        Physical::None => (0, 0, 0, 0),
        Physical::Bits => (spec.rows.div_ceil(8), 0, 0, 0),
        Physical::Fixed(width) => (spec.rows * width as usize, 0, 0, 0),
        Physical::Bytes => (0, offsets, spec.data_bytes, 0),
        Physical::Any => (spec.rows * 8, offsets, spec.data_bytes, spec.rows),
    }
}

fn output_column(spec: &OutputSpec, cursor: &mut Cursor<'_>) -> ColumnHeader {
    let (values, offsets, data, tags) = output_parts(spec);
    let validity = if spec.dtype == DType::Any { 0 } else { spec.rows.div_ceil(8) };
    ColumnHeader {
        dtype: spec.dtype.id(),
        len: spec.rows as u32,
        values: cursor.reserve(values),
        values_cap: align(values) as u32,
        offsets: cursor.reserve(offsets),
        data: cursor.reserve(data),
        data_cap: align(data) as u32,
        tags: cursor.reserve(tags),
        validity: cursor.reserve(validity),
        errors: cursor.reserve(spec.rows),
        ..ColumnHeader::default()
    }
}
