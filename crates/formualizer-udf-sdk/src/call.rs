//! What the generated functions call: a frame in, an answer out.

use crate::{
    array::ArrayReturn,
    error::UdfError,
    fallback::DefaultParam,
    param::Param,
    raw::{BLOCK, Block, Frame, InPlace, Inputs, Outputs},
    returns::ReturnValue,
    simd::lanes::check_lanes,
    sink::{End, Sink, cut},
};
use udf_abi::{
    Column, DType, ErrorCode, ResultHeader,
    frame::{STATUS_ERROR, STATUS_OK},
};

/// What `#[fz_udf]` implements for a type named like the function.
#[diagnostic::on_unimplemented(
    message = "this is not a function of a plugin",
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

/// `fz_module!` uses the constant of this name of each function that it lists. One that the crate
/// itself has stands before this one, which is for functions of other crates.
pub trait Listed {
    /// Nothing.
    const LISTED: () = ();
}

impl<T> Listed for T {}

/// What `fz_module!` finds in place of the hidden type of a function that has none.
pub mod unmarked {
    /// A function without `#[fz_udf]`.
    #[expect(non_camel_case_types, reason = "the name that `fz_module!` gives to each function")]
    pub enum fz_function {}
}

/// The argument at `index` of an elementwise call, with a default.
#[inline]
#[must_use]
pub fn source_or<'a, P: DefaultParam<'a>>(
    inputs: &Inputs<'a>,
    index: usize,
    default: P,
) -> P::WithDefault {
    P::source_or(&inputs.argument(index), default)
}

/// The argument at `index` of any other call.
#[must_use]
pub fn argument<'a, P: Param<'a>>(inputs: &Inputs<'a>, index: usize) -> P {
    P::take(&inputs.argument(index))
}

/// As [`argument`], with a default.
#[must_use]
pub fn argument_or<'a, P: DefaultParam<'a>>(inputs: &Inputs<'a>, index: usize, default: P) -> P
where
    Option<P>: Param<'a>,
{
    argument::<Option<P>>(inputs, index).unwrap_or(default)
}

/// An elementwise call, in blocks. `mask` says which rows of a block may be evaluated, `open`
/// answers what evaluates a row of it.
#[inline]
pub(crate) fn elementwise<R: ReturnValue, F: FnMut(usize) -> R>(
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

/// As [`elementwise`], of numbers: `patched` answers what evaluates a block as a whole, rows that
/// must not be evaluated patched with one that may be.
#[inline]
pub(crate) fn elementwise_patched<R, F, G>(
    inputs: &Inputs<'_>,
    outputs: Outputs<'_>,
    mask: impl Fn(usize) -> u32,
    open: impl Fn(usize) -> F,
    patched: impl Fn(usize, u32) -> G,
) -> u64
where
    R: ReturnValue,
    F: FnMut(usize) -> R,
    G: FnMut(usize) -> R,
{
    let rows = inputs.rows();
    fill::<R>(outputs, |sink| {
        for block in 0..rows.div_ceil(BLOCK) {
            let mask = mask(block) & rows_of(block, rows);
            // Whole blocks only: the last one may be a single row. And where most rows are null,
            // evaluating the others one by one costs less than evaluating all.
            let whole = rows - block * BLOCK >= BLOCK;
            if whole && mask != u32::MAX && mask.count_ones() >= PATCHED {
                sink.block(block, u32::MAX, patched(block, mask));
            } else {
                sink.block(block, mask, open(block));
            }
        }
    })
}

/// Rows that are not null from which on a block is evaluated as a whole.
const PATCHED: u32 = 16;

/// The bits of the rows that a block has.
#[inline]
pub(crate) fn rows_of(block: usize, rows: usize) -> u32 {
    match rows - block * BLOCK {
        len @ 0..BLOCK => (1 << len) - 1,
        _ => u32::MAX,
    }
}

/// A call that answers one value.
pub(crate) fn reduce<R: ReturnValue>(outputs: Outputs<'_>, value: R) -> u64 {
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

pub(crate) fn header(rows: usize, address: u32, columns: usize, values: usize) -> ResultHeader {
    ResultHeader {
        status: STATUS_OK,
        rows: rows as u32,
        columns: address + size_of::<ResultHeader>() as u32,
        column_count: columns as u32,
        value_columns: values as u32,
        ..ResultHeader::default()
    }
}

pub(crate) fn put<T: bytemuck::Pod>(bytes: &mut [u8], at: usize, value: &T) {
    bytes[at..at + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(value));
}

/// Appends the messages as a utf8 column of `rows` rows, with addresses from the block's start.
pub(crate) fn put_messages(block: &mut Block, rows: usize, messages: &[(usize, String)]) -> Column {
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
pub(crate) fn array<A: ArrayReturn>(outputs: Outputs<'_>, value: A) -> u64 {
    const {
        if let Some(2..) = A::COLUMNS {
            panic!("a result of several columns has names: columns = [\"name\", …]");
        }
    }
    match value.settle() {
        Err(error) => failure(&error),
        Ok(table) => table.publish(outputs.header().column_stride as usize),
    }
}

/// As [`array`], of `COUNT` named columns.
pub(crate) fn named_array<A: ArrayReturn, const COUNT: usize>(
    outputs: Outputs<'_>,
    value: A,
) -> u64 {
    const {
        if let Some(columns) = A::COLUMNS
            && columns != COUNT
        {
            panic!("`columns` has another number of names than the result has columns");
        }
    }
    match value.settle() {
        Err(error) => failure(&error),
        Ok(table) if table.columns() == COUNT => {
            table.publish(outputs.header().column_stride as usize)
        }
        Ok(table) => failure(&UdfError::value(format!(
            "the result has {} columns, {COUNT} are named",
            table.columns()
        ))),
    }
}
