//! Guest memory: every number that a guest gave is checked here and nowhere else.
//!
//! Arithmetic is in `u64`, where no sum or product of two u32 overflows. The descriptors of a
//! result are copied out of guest memory once and never read again; what they point to comes back
//! as [`ColumnView`]s whose buffers lie inside the memory and are as long as their rows need. What
//! the buffers hold is checked while it is copied out, by `collect` of `udf-columnar`.

#[cfg(test)]
mod tests;

use crate::linear::Source;
use bytemuck::Pod;
use std::ops::Range;
use udf_abi::{
    Column, DType, ErrorCode, Physical, ResultHeader,
    exports::MAX_LOG_BYTES,
    frame::{COLUMN_UTC, STATUS_ERROR, STATUS_OK},
    unpack,
};
use udf_columnar::{
    Error, ErrorKind, Log,
    internal::{
        frame::FrameAddress,
        view::{Bits, BytesView, ColumnView, Values},
    },
};

/// Most columns of one result, message columns included: those of a worksheet, each with messages.
/// Columns without rows take no bytes of the budget, but the host keeps an array for each.
const MAX_COLUMNS: u32 = 2 * 16_384;

/// A span of linear memory, checked to lie inside it when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    fn holds(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Linear memory after a call.
#[derive(Clone, Copy, Debug)]
pub struct GuestMemory<'m> {
    bytes: Bytes<'m>,
}

/// Where its bytes are.
#[derive(Clone, Copy, Debug)]
enum Bytes<'m> {
    Lent(&'m [u8]),
    Apart(&'m dyn Source),
}

/// What a result must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'s> {
    /// Types of the returned columns; with `columns` absent the last one repeats.
    pub dtypes: &'s [DType],
    /// Number of returned columns, where it is fixed.
    pub columns: Option<usize>,
    /// Number of rows, where it is fixed.
    pub rows: Option<usize>,
    /// Most bytes that the columns may take together.
    pub budget: u64,
    /// Most bytes of a message.
    pub message_bytes: usize,
}

/// A result whose buffers are known to be in place.
#[derive(Debug)]
pub struct GuestResult<'m> {
    /// The returned columns, in order.
    pub columns: Vec<ColumnView<'m>>,
    /// A utf8 column of messages for the column at the same index.
    pub messages: Vec<Option<ColumnView<'m>>>,
}

/// The block that the host gives back to the guest after reading, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its address.
    pub ptr: u32,
    /// Its length in bytes.
    pub len: u32,
}

/// Checks what `fz_alloc` answered for `len` bytes in a memory of `memory_bytes`.
///
/// # Errors
/// [`MemoryLimitExceeded`](ErrorKind::MemoryLimitExceeded) for 0,
/// [`InvalidResult`](ErrorKind::InvalidResult) for a block that is misaligned or outside.
pub fn check_alloc(ptr: u32, len: u32, memory_bytes: usize) -> Result<(), Error> {
    if ptr == 0 {
        return Err(Error::new(
            ErrorKind::MemoryLimitExceeded,
            format!("fz_alloc refused {len} bytes: raise the memory limit or use smaller batches"),
        ));
    }
    if !ptr.is_multiple_of(udf_abi::FRAME_ALIGN) {
        return Err(invalid(format!("fz_alloc answered {ptr:#x}, which is not 16-byte aligned")));
    }
    check_range(ptr, len, memory_bytes)
}

/// Checks what `fz_alloc` answered for a JSON request of `len` bytes, like [`check_alloc`] except that codec 1 asks for no
/// alignment.
///
/// # Errors
/// As [`check_alloc`].
pub(crate) fn check_request(ptr: u32, len: u32, memory_bytes: usize) -> Result<(), Error> {
    if ptr == 0 {
        return check_alloc(ptr, len, memory_bytes);
    }
    check_range(ptr, len, memory_bytes)
}

fn check_range(ptr: u32, len: u32, memory_bytes: usize) -> Result<(), Error> {
    if range(ptr, len, memory_bytes).is_some() {
        return Ok(());
    }
    Err(invalid(format!(
        "fz_alloc answered {ptr:#x} for {len} bytes, past the memory's end at {memory_bytes:#x}"
    )))
}

/// The place of `len` bytes at `ptr` in a memory of `memory_bytes`, if they lie inside.
pub(crate) fn range(ptr: u32, len: u32, memory_bytes: usize) -> Option<Range<usize>> {
    let end = u64::from(ptr) + u64::from(len);
    (end <= memory_bytes as u64).then_some(ptr as usize..end as usize)
}

impl<'m> GuestMemory<'m> {
    /// Memory as it is after the call.
    #[must_use]
    pub fn new(bytes: &'m [u8]) -> Self {
        Self { bytes: Bytes::Lent(bytes) }
    }

    /// The same of a memory that is reached by offset.
    pub(crate) fn apart(source: &'m dyn Source) -> Self {
        Self { bytes: Bytes::Apart(source) }
    }

    fn size(self) -> usize {
        match self.bytes {
            Bytes::Lent(bytes) => bytes.len(),
            Bytes::Apart(source) => source.size(),
        }
    }

    fn span(self, ptr: u32, len: u64, what: &str) -> Result<Span, Error> {
        let (start, end) = (u64::from(ptr), u64::from(ptr).saturating_add(len));
        if end > self.size() as u64 {
            return Err(invalid(format!(
                "{what}: {len} bytes at {start:#x} pass the memory's end at {:#x}",
                self.size()
            )));
        }
        Ok(Span { start, end })
    }

    fn slice(self, span: Span) -> &'m [u8] {
        // A span lies inside the memory, so both ends fit usize.
        let (start, end) = (span.start as usize, span.end as usize);
        match self.bytes {
            Bytes::Lent(bytes) => &bytes[start..end],
            Bytes::Apart(source) => source.read(start, end - start),
        }
    }

    fn read<T: Pod>(self, ptr: u32, what: &str) -> Result<T, Error> {
        let span = self.span(ptr, size_of::<T>() as u64, what)?;
        Ok(bytemuck::pod_read_unaligned(self.slice(span)))
    }

    /// The message that the guest's panic hook left at `ptr`, if it left one: `{len: u32, utf8}`,
    /// cut at `most` bytes, decoded lossily.
    #[must_use]
    pub fn panic_message(self, ptr: u32, most: usize) -> Option<String> {
        let len: u32 = self.read(ptr, "panic message").ok()?;
        let text = ptr.checked_add(4)?;
        let len = u64::from(len).min(most as u64);
        let bytes = self.slice(self.span(text, len, "panic message").ok()?);
        (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
    }

    /// What the guest logged during its last call, which stands at `ptr`: `{len: u32, more: u32,
    /// utf8}`, cut at [`MAX_LOG_BYTES`], decoded lossily. Nothing where it is out of bounds.
    #[must_use]
    pub fn log(self, ptr: u32) -> Option<Log> {
        let len: u32 = self.read(ptr, "log").ok().filter(|len| *len > 0)?;
        let more: u32 = self.read(ptr.checked_add(4)?, "log").ok()?;
        let text = ptr.checked_add(8)?;
        let kept = u64::from(len).min(MAX_LOG_BYTES as u64);
        let bytes = self.slice(self.span(text, kept, "log").ok()?);
        let cut = u64::from(u64::from(len) > kept);
        Some(Log::new(&String::from_utf8_lossy(bytes), u64::from(more) + cut))
    }

    /// The block that must be given back for this answer, whatever the result holds; none where the
    /// result is in place. `frame` is the block that the host wrote to, which the guest may not give
    /// away as its own.
    ///
    /// # Errors
    /// [`InvalidResult`](ErrorKind::InvalidResult) where it is no block of this memory, or overlaps
    /// the frame's.
    pub fn owned_block(self, answer: u64, frame: &FrameAddress) -> Result<Option<Block>, Error> {
        let (ptr, len) = unpack(answer);
        let own = self.span(ptr, u64::from(len), "returned block")?;
        if u64::from(len) < size_of::<ResultHeader>() as u64 || ptr == 0 {
            return Err(invalid(format!(
                "the function answered {len} bytes at {ptr:#x}, which hold no result header"
            )));
        }
        if !ptr.is_multiple_of(udf_abi::FRAME_ALIGN) {
            return Err(invalid(format!(
                "the function answered {ptr:#x}, which is not 16-byte aligned"
            )));
        }
        if ptr == frame.result {
            return Ok(None);
        }
        if own.overlaps(self.span(frame.base, u64::from(frame.len), "request block")?) {
            return Err(invalid(format!(
                "the function answered {len} bytes at {ptr:#x}, which overlap the request: answer in place, or a block of the guest's own"
            )));
        }
        Ok(Some(Block { ptr, len }))
    }

    /// The bytes of an answer in JSON, and the block that they are.
    ///
    /// # Errors
    /// [`InvalidResult`](ErrorKind::InvalidResult) where it lies outside,
    /// [`MemoryLimitExceeded`](ErrorKind::MemoryLimitExceeded) where it is longer than `budget`.
    pub fn json_answer(self, answer: u64, budget: u64) -> Result<(&'m [u8], Block), Error> {
        let (ptr, len) = unpack(answer);
        Budget { left: budget, most: budget }.spend(u64::from(len))?;
        let span = self.span(ptr, u64::from(len), "answer")?;
        Ok((self.slice(span), Block { ptr, len }))
    }

    /// Reads the result of a call.
    ///
    /// # Errors
    /// [`Function`](ErrorKind::Function) where the guest answered an error,
    /// [`MemoryLimitExceeded`](ErrorKind::MemoryLimitExceeded) where the result passes the budget,
    /// [`InvalidResult`](ErrorKind::InvalidResult) naming the rule where the result breaks one.
    pub fn result(
        self,
        answer: u64,
        frame: &FrameAddress,
        expected: &Expected<'_>,
    ) -> Result<GuestResult<'m>, Error> {
        let request = self.span(frame.base, u64::from(frame.len), "request block")?;
        let own = match self.owned_block(answer, frame)? {
            Some(block) => self.span(block.ptr, u64::from(block.len), "returned block")?,
            // The header is the host's own; buffers may be anywhere the guest keeps them.
            None => Span { start: 0, end: self.size() as u64 },
        };
        let reader = Reader { memory: self, request, own };
        let (header_at, _) = unpack(answer);
        let header: ResultHeader = self.read(header_at, "result header")?;
        match header.status {
            STATUS_OK => reader.columns(&header, expected),
            STATUS_ERROR => Err(reader.error(&header, expected)),
            other => Err(invalid(format!("result status {other} is neither 0 nor 1"))),
        }
    }
}

/// Reads what lies inside the request block or the returned block (all of memory where the result
/// is in place), and nothing else.
struct Reader<'m> {
    memory: GuestMemory<'m>,
    request: Span,
    own: Span,
}

impl<'m> Reader<'m> {
    fn bytes(&self, ptr: u32, len: u64, what: &str) -> Result<&'m [u8], Error> {
        if len == 0 {
            return Ok(&[]);
        }
        if ptr == 0 {
            return Err(invalid(format!("{what}: {len} bytes at address 0, which means absent")));
        }
        let span = self.memory.span(ptr, len, what)?;
        if !self.request.holds(span) && !self.own.holds(span) {
            return Err(invalid(format!(
                "{what}: {len} bytes at {ptr:#x} lie neither in the request nor in the returned block"
            )));
        }
        Ok(self.memory.slice(span))
    }

    fn error(&self, header: &ResultHeader, expected: &Expected<'_>) -> Error {
        let code = u8::try_from(header.error_kind).ok().and_then(ErrorCode::from_code);
        let code = code.unwrap_or(ErrorCode::Error);
        let most = u64::from(header.message_len).min(expected.message_bytes as u64);
        match self.bytes(header.message, most, "error message") {
            Ok([]) => Error::new(ErrorKind::Function(code), code.text()),
            Ok(bytes) => {
                Error::new(ErrorKind::Function(code), String::from_utf8_lossy(bytes).into_owned())
            }
            Err(error) => error,
        }
    }

    fn columns(
        &self,
        header: &ResultHeader,
        expected: &Expected<'_>,
    ) -> Result<GuestResult<'m>, Error> {
        let values = header.value_columns as usize;
        if expected.columns.is_some_and(|n| n != values)
            || header.value_columns > header.column_count
            || values == 0
        {
            return Err(invalid(format!(
                "the result has {values} value columns of {}; {} are wanted",
                header.column_count,
                expected.columns.map_or("one at least".into(), |n| n.to_string())
            )));
        }
        if header.column_count > MAX_COLUMNS {
            return Err(invalid(format!(
                "the result has {} columns; at most {MAX_COLUMNS} are read",
                header.column_count
            )));
        }
        let rows = header.rows as usize;
        if let Some(wanted) = expected.rows.filter(|wanted| *wanted != rows) {
            return Err(invalid(format!("the result has {rows} rows, {wanted} are wanted")));
        }
        let table = self.descriptors(header)?;
        let mut budget = Budget { left: expected.budget, most: expected.budget };
        let mut result = GuestResult {
            columns: Vec::with_capacity(table.len().min(values)),
            messages: Vec::with_capacity(table.len().min(values)),
        };
        for (index, column) in table.iter().take(values).enumerate() {
            let wanted = expected.dtypes.get(index).or(expected.dtypes.last());
            let view = self
                .column(column, rows, &mut budget)
                .map_err(|e| e.context(format_args!("result column {index}")))?;
            if Some(&view.dtype) != wanted {
                return Err(invalid(format!(
                    "result column {index} is {}, {} is wanted",
                    view.dtype,
                    wanted.map_or("nothing", |d| d.name())
                )));
            }
            result.columns.push(view);
            result.messages.push(self.messages(column, &table, values, rows, &mut budget)?);
        }
        Ok(result)
    }

    /// The descriptors, copied out once. Structures are 64 bytes apart: the stride of the header
    /// that this host wrote.
    fn descriptors(&self, header: &ResultHeader) -> Result<Vec<Column>, Error> {
        let stride = size_of::<Column>();
        let len = u64::from(header.column_count) * stride as u64;
        let bytes = self.bytes(header.columns, len, "result columns")?;
        Ok(bytes.chunks_exact(stride).map(bytemuck::pod_read_unaligned).collect())
    }

    fn messages(
        &self,
        column: &Column,
        table: &[Column],
        values: usize,
        rows: usize,
        budget: &mut Budget,
    ) -> Result<Option<ColumnView<'m>>, Error> {
        if column.error_text == 0 || column.error_count == 0 {
            return Ok(None);
        }
        let index = column.error_text as usize - 1;
        let text = table.get(index).filter(|c| c.dtype == DType::Utf8.id() && index >= values);
        let Some(text) = text else {
            return Err(invalid(format!(
                "error_text {} is not 1 + the index of a utf8 column behind the values",
                column.error_text
            )));
        };
        self.column(text, rows, budget).map(Some).map_err(|e| e.context("error messages"))
    }

    fn column(
        &self,
        column: &Column,
        rows: usize,
        budget: &mut Budget,
    ) -> Result<ColumnView<'m>, Error> {
        let Some(dtype) = DType::from_id(column.dtype) else {
            return Err(invalid(format!("dtype {} does not exist", column.dtype)));
        };
        if column.len as usize != rows {
            return Err(invalid(format!("has {} rows, the result has {rows}", column.len)));
        }
        let n = u64::from(column.len);
        let bitmap = n.div_ceil(8);
        // A column without buffers costs its rows all the same.
        if dtype == DType::Null {
            budget.spend(bitmap)?;
        }
        let mut take = |ptr: u32, len: u64, what: &str| {
            budget.spend(len)?;
            self.bytes(ptr, len, what)
        };
        let bits = |bytes| Bits { bytes, start: 0, len: rows };
        // No rows need no offsets; Arrow wants the one that starts them.
        let offset_bytes = if n == 0 { 0 } else { (n + 1) * 4 };
        let no_rows = |offsets: &'m [u8]| if n == 0 { &[0; 4] } else { offsets };
        let values = match dtype.physical() {
            Physical::None => Values::None,
            Physical::Bits => Values::Bits(bits(take(column.values, bitmap, "values")?)),
            Physical::Fixed(width) => Values::Fixed {
                bytes: take(column.values, n * u64::from(width), "values")?,
                width: width as usize,
            },
            Physical::Bytes => Values::Bytes(BytesView {
                offsets: no_rows(take(column.offsets, offset_bytes, "offsets")?),
                data: take(column.data, u64::from(column.data_len), "data")?,
            }),
            Physical::Any => Values::Any {
                tags: take(column.tags, n, "tags")?,
                numbers: take(column.values, n * 8, "number lane")?,
                text: BytesView {
                    offsets: no_rows(take(column.offsets, offset_bytes, "text offsets")?),
                    data: take(column.data, u64::from(column.data_len), "text data")?,
                },
            },
        };
        let validity = match column.null_count {
            0 => None,
            _ if matches!(dtype, DType::Null | DType::Any) => None,
            _ => Some(bits(take(column.validity, bitmap, "validity")?)),
        };
        let errors = match column.error_count {
            0 => None,
            _ => Some(take(column.errors, n, "errors")?),
        };
        let utc = if dtype == DType::Timestamp { column.flags & COLUMN_UTC } else { 0 };
        Ok(ColumnView { dtype, flags: utc, rows, validity, values, errors })
    }
}

/// Bytes that a result may still take.
struct Budget {
    left: u64,
    most: u64,
}

impl Budget {
    fn spend(&mut self, bytes: u64) -> Result<(), Error> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            // Not a broken result: a smaller batch may do, so the batch is halved.
            Error::new(
                ErrorKind::MemoryLimitExceeded,
                format!(
                    "the result takes more than the {} bytes that one call may answer: raise the limit `result_bytes`",
                    self.most
                ),
            )
        })?;
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidResult, message)
}
