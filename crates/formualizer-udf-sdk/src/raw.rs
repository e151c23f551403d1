//! Everything here that touches memory by address: frames, result blocks, exports, the notes of
//! panics and of the log.
//!
//! ```text
//! fz_alloc · fz_free            the host's blocks
//! Frame ──split──▶ Inputs ─▶ InputColumn ─▶ slices      (shared, for the time of the call)
//!            └───▶ Outputs ─▶ OutputColumn ─▶ slices    (exclusive, each handed out once)
//! Block ──publish──▶ a result of the guest's own
//! ```
//!
//! The rest of the crate is safe code over the slices that stand here. Outside wasm32 an address
//! is an offset into a region that [`call_native`] sets up, so that tests drive the same code.
#![expect(unsafe_code, reason = "the one file of the SDK that turns addresses into slices")]

use bytemuck::{Pod, Zeroable};
use core::marker::PhantomData;
use udf_abi::{
    Arg, ArgKind, CallHeader, Column, DType, Physical, ResultHeader, exports::pack,
    frame::CALL_VOLATILE,
};

/// Rows that loops work on at a time; one bit each of a validity word.
pub const BLOCK: usize = 32;

#[cfg(target_arch = "wasm32")]
fn pointer(address: u32) -> *mut u8 {
    core::ptr::with_exposed_provenance_mut(address as usize)
}

#[cfg(not(target_arch = "wasm32"))]
fn pointer(address: u32) -> *mut u8 {
    native::base().wrapping_add(address as usize)
}

/// The structure at `address`.
///
/// # Safety
/// `size_of::<T>()` bytes at `address` are initialised and nobody writes to them meanwhile.
unsafe fn read<T: Pod>(address: u32) -> T {
    // SAFETY: the caller vouches for the bytes; every bit pattern is a `T`; no alignment is needed.
    unsafe { pointer(address).cast::<T>().read_unaligned() }
}

/// `count` values at `address`; none where the address is 0, which stands for "absent".
///
/// # Safety
/// Where `address` is not 0, that many values at it are initialised, aligned, and not written to
/// during `'a`.
unsafe fn slice<'a, T: Pod>(address: u32, count: usize) -> &'a [T] {
    if address == 0 || count == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for range, alignment and lifetime; every bit pattern is a `T`.
    unsafe { core::slice::from_raw_parts(pointer(address).cast(), count) }
}

/// As [`slice`], to be written to.
///
/// # Safety
/// As [`slice`]; and nobody else reads or writes these values during `'a`.
unsafe fn slice_mut<'a, T: Pod>(address: u32, count: usize) -> &'a mut [T] {
    if address == 0 || count == 0 {
        return &mut [];
    }
    // SAFETY: the caller vouches for range, alignment, lifetime and exclusiveness.
    unsafe { core::slice::from_raw_parts_mut(pointer(address).cast(), count) }
}

/// A call as the host wrote it. Not `Clone`: it hands out its result columns once.
pub struct Frame<'a> {
    header: &'a CallHeader,
}

impl<'a> Frame<'a> {
    /// The frame at `address`.
    ///
    /// # Safety
    /// A frame of ABI version 1 stands there, written by a host that keeps the contract
    /// (docs/abi.md): every address and length in it is right, buffers are aligned and padded,
    /// text is UTF-8, room for outputs overlaps nothing. It stays untouched by others during `'a`,
    /// and there is no other `Frame` of it.
    #[must_use]
    pub unsafe fn at(address: u32) -> Self {
        // SAFETY: a call header stands at the address, aligned, and stays as it is during `'a`, as
        // the caller vouches.
        Self { header: unsafe { &*pointer(address).cast() } }
    }

    /// What goes in and what comes out.
    #[must_use]
    pub fn split(self) -> (Inputs<'a>, Outputs<'a>) {
        (Inputs { header: self.header }, Outputs { header: self.header })
    }
}

/// The arguments of a call.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    // Invariant: the header of a frame that `Frame::at` was vouched for during `'a`.
    header: &'a CallHeader,
}

impl<'a> Inputs<'a> {
    /// Rows of an elementwise call.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.header.rows as usize
    }

    /// The header of the call.
    #[must_use]
    pub fn header(&self) -> &CallHeader {
        self.header
    }

    /// Whether seed and clock are set.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        self.header.flags & CALL_VOLATILE != 0
    }

    /// Arguments that stand in the frame, omitted ones among them.
    #[must_use]
    pub fn argument_count(&self) -> usize {
        self.header.arg_count as usize
    }

    /// The argument at `index`; an omitted one where the caller gave fewer.
    #[must_use]
    pub fn argument(&self, index: usize) -> Input<'a> {
        let omitted = Input { inputs: *self, arg: Arg::default() };
        if index >= self.argument_count() {
            return omitted;
        }
        let address = self.header.args + self.header.arg_stride * index as u32;
        // SAFETY: `index` is below `arg_count`, so an argument stands there.
        Input { arg: unsafe { read(address) }, ..omitted }
    }

    fn column(&self, index: u32) -> InputColumn<'a> {
        if index >= self.header.column_count {
            return InputColumn::absent();
        }
        let address = self.header.columns + self.header.column_stride * index;
        // SAFETY: `index` is below `column_count`, so a column stands there.
        InputColumn { column: unsafe { read(address) }, lifetime: PhantomData }
    }
}

/// One argument.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    inputs: Inputs<'a>,
    arg: Arg,
}

impl<'a> Input<'a> {
    /// Whether the caller left it out.
    #[must_use]
    pub fn is_omitted(&self) -> bool {
        self.arg.kind == ArgKind::Omitted as u32
    }

    /// Whether its one row stands for every row.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        self.arg.kind == ArgKind::Scalar as u32
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        if self.is_omitted() { 0 } else { self.arg.columns as usize }
    }

    /// Rows of each column.
    #[must_use]
    pub fn rows(&self) -> usize {
        if self.is_omitted() { 0 } else { self.arg.rows as usize }
    }

    /// The column at `index`; one without rows where there is none.
    #[must_use]
    pub fn column(&self, index: usize) -> InputColumn<'a> {
        if index < self.columns() {
            self.inputs.column(self.arg.first_column + index as u32)
        } else {
            InputColumn::absent()
        }
    }
}

/// A column of an argument and its buffers.
#[derive(Clone, Copy)]
pub struct InputColumn<'a> {
    // Invariant: a column of a frame that `Frame::at` was vouched for during `'a`, or all zero.
    column: Column,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> InputColumn<'a> {
    /// A column of no rows and no buffers.
    #[must_use]
    pub fn absent() -> Self {
        Self { column: Column::default(), lifetime: PhantomData }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.column.len as usize
    }

    /// Rows that are null (errors included).
    #[must_use]
    pub fn null_count(&self) -> usize {
        self.column.null_count as usize
    }

    fn physical(&self) -> Physical {
        DType::from_id(self.column.dtype).map_or(Physical::None, DType::physical)
    }

    /// The validity bitmap in words of 32 rows; nothing where no row is null.
    #[must_use]
    pub fn validity(&self) -> &'a [u32] {
        let words = if self.column.null_count == 0 { 0 } else { self.rows().div_ceil(BLOCK) };
        // SAFETY: a column with nulls has a bitmap, zero up to the next multiple of 16 bytes, so
        // the last word is whole; buffers are 16-byte aligned.
        unsafe { slice(self.column.validity, words) }
    }

    /// Values of a fixed width; nothing where the column's type is of another width.
    #[must_use]
    pub fn fixed<T: Pod>(&self) -> &'a [T] {
        let fits = match self.physical() {
            Physical::Fixed(width) => width as usize == size_of::<T>(),
            Physical::Any => size_of::<T>() == 8,
            _ => false,
        };
        // SAFETY: the type has `len` values of this width; buffers are 16-byte aligned, and no
        // type of 8 bytes or less needs more.
        unsafe { slice(self.column.values, if fits { self.rows() } else { 0 }) }
    }

    /// Booleans in words of 32 rows.
    #[must_use]
    pub fn bits(&self) -> &'a [u32] {
        let words = match self.physical() {
            Physical::Bits => self.rows().div_ceil(BLOCK),
            _ => 0,
        };
        // SAFETY: as for `validity`.
        unsafe { slice(self.column.values, words) }
    }

    /// The rows of a utf8 or binary column, or the text lane of an `any` column.
    #[must_use]
    pub fn bytes(&self) -> BytesRows<'a> {
        let count = match self.physical() {
            Physical::Bytes | Physical::Any => self.rows() + 1,
            _ => 0,
        };
        // SAFETY: such a column has one offset more than rows, or the address 0.
        let offsets = unsafe { slice(self.column.offsets, count) };
        // SAFETY: `data_len` bytes stand at `data`.
        let data = unsafe { slice(self.column.data, self.column.data_len as usize) };
        BytesRows { offsets, data }
    }

    /// As [`bytes`](Self::bytes), of a type that holds text; no rows for other types.
    #[must_use]
    pub fn texts(&self) -> TextRows<'a> {
        let is_text = [DType::Utf8.id(), DType::Any.id()].contains(&self.column.dtype);
        TextRows(if is_text { self.bytes() } else { BytesRows { offsets: &[], data: &[] } })
    }

    /// A tag per row of an `any` column.
    #[must_use]
    pub fn tags(&self) -> &'a [u8] {
        let count = if self.physical() == Physical::Any { self.rows() } else { 0 };
        // SAFETY: an `any` column has a tag per row.
        unsafe { slice(self.column.tags, count) }
    }

    /// An error number per row; nothing where no row is in error.
    #[must_use]
    pub fn errors(&self) -> &'a [u8] {
        let count = if self.column.error_count == 0 { 0 } else { self.rows() };
        // SAFETY: a column with errors has a byte per row.
        unsafe { slice(self.column.errors, count) }
    }
}

/// Rows of bytes.
#[derive(Clone, Copy)]
pub struct BytesRows<'a> {
    offsets: &'a [i32],
    data: &'a [u8],
}

impl<'a> BytesRows<'a> {
    /// The bytes of a row; none behind the last row.
    #[must_use]
    pub fn get(&self, row: usize) -> &'a [u8] {
        let Some(&[start, end]) = self.offsets.get(row..).and_then(<[i32]>::first_chunk) else {
            return &[];
        };
        self.data.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Rows of text.
#[derive(Clone, Copy)]
pub struct TextRows<'a>(
    // Invariant: every row is UTF-8, or empty.
    BytesRows<'a>,
);

impl<'a> TextRows<'a> {
    /// The text of a row; empty behind the last row.
    #[must_use]
    pub fn get(&self, row: usize) -> &'a str {
        // SAFETY: rows come from `InputColumn::texts`, that is, from a utf8 column or a text lane
        // of a frame, which are UTF-8 row by row; `BytesRows::get` answers a whole row or nothing.
        unsafe { core::str::from_utf8_unchecked(self.0.get(row)) }
    }
}

/// Where the result of a call goes. Hands out the preallocated column once.
pub struct Outputs<'a> {
    // Invariant: as `Inputs`, and no other value hands out the result columns of this frame.
    header: &'a CallHeader,
}

/// A result column to be filled. Taking a part out leaves an empty one.
#[derive(Default)]
pub struct OutputColumn<'a> {
    /// The descriptor, to be completed.
    pub head: Column,
    /// Room of the values, in bytes.
    pub values: &'a mut [u8],
    /// Room of the offsets, one more than rows.
    pub offsets: &'a mut [i32],
    /// Room of the data; may be none.
    pub data: &'a mut [u8],
    /// Room of the bitmap.
    pub validity: &'a mut [u8],
    /// Room of the errors, one a row.
    pub errors: &'a mut [u8],
    /// Room of the tags, one a row of an `any` column.
    pub tags: &'a mut [u8],
    /// Bytes that descriptors take at the start of a block of the guest's own.
    pub front: usize,
}

/// Room as values of a type; none where it is not aligned for them, as empty room may be.
#[must_use]
pub(crate) fn typed<T: Pod>(room: &mut [u8]) -> &mut [T] {
    let len = room.len() - room.len() % size_of::<T>();
    bytemuck::try_cast_slice_mut(&mut room[..len]).unwrap_or_default()
}

impl OutputColumn<'_> {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.head.len as usize
    }
}

impl<'a> Outputs<'a> {
    /// What the header of the call says.
    #[must_use]
    pub fn header(&self) -> &CallHeader {
        self.header
    }

    /// The preallocated column; one of no rows where the host prepared none.
    #[must_use]
    pub fn open(self) -> (OutputColumn<'a>, InPlace) {
        let stride = self.header.column_stride as usize;
        let place = InPlace { result: self.header.result, column: 0, stride };
        // SAFETY: the call header names the result header that the host prepared.
        let result: ResultHeader = unsafe { read(self.header.result) };
        if result.column_count == 0 {
            return (OutputColumn::default(), place);
        }
        // SAFETY: the result header names at least one column.
        let head: Column = unsafe { read(result.columns) };
        let rows = head.len as usize;
        let physical = DType::from_id(head.dtype).map_or(Physical::None, DType::physical);
        let has_offsets = matches!(physical, Physical::Bytes | Physical::Any);
        let has_tags = physical == Physical::Any;
        let column = OutputColumn {
            head,
            // SAFETY: `values_cap` bytes of room stand at `values`; `self` is consumed, so each
            // buffer is handed out once (here and below), and the host keeps off during the call.
            values: unsafe { slice_mut(head.values, head.values_cap as usize) },
            // SAFETY: a type with offsets has room for one more than rows.
            offsets: unsafe { slice_mut(head.offsets, if has_offsets { rows + 1 } else { 0 }) },
            // SAFETY: `data_cap` bytes of room stand at `data`.
            data: unsafe { slice_mut(head.data, head.data_cap as usize) },
            // SAFETY: where there is a bitmap, it has room for `rows` bits.
            validity: unsafe { slice_mut(head.validity, rows.div_ceil(8)) },
            // SAFETY: where there is an errors buffer, it has room for `rows` bytes.
            errors: unsafe { slice_mut(head.errors, rows) },
            // SAFETY: an `any` column has room for `rows` tags.
            tags: unsafe { slice_mut(head.tags, if has_tags { rows } else { 0 }) },
            front: size_of::<ResultHeader>() + 2 * stride.next_multiple_of(LANE),
        };
        (column, InPlace { column: result.columns, ..place })
    }
}

/// The prepared result header and column of a call, to be completed in place.
pub struct InPlace {
    // Invariant: addresses of the result header and column of the frame being answered, 0 for none.
    result: u32,
    column: u32,
    stride: usize,
}

impl InPlace {
    /// Bytes from one result column to the next.
    #[must_use]
    pub fn column_stride(&self) -> usize {
        self.stride
    }

    /// Completes the prepared column and answers the prepared header.
    #[must_use]
    pub fn answer(self, head: &Column) -> u64 {
        if self.column != 0 {
            // SAFETY: the prepared column stands there; the slices that were handed out do not
            // overlap it.
            unsafe { pointer(self.column).cast::<Column>().write_unaligned(*head) };
        }
        pack(self.result, size_of::<ResultHeader>() as u32)
    }
}

/// 16 bytes with the alignment that the contract wants.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C, align(16))]
struct Lane([u8; 16]);

const LANE: usize = size_of::<Lane>();

/// A result block that is being built; addresses in it count from its start until it is published.
#[derive(Default)]
pub struct Block {
    lanes: Vec<Lane>,
    used: usize,
}

impl Block {
    /// A block that begins with `len` zero bytes.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self { lanes: vec![Lane::default(); len.div_ceil(LANE)], used: len }
    }

    /// Bytes in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.used
    }

    /// The bytes in use.
    #[must_use]
    pub fn bytes(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.lanes)[..self.used]
    }

    /// Appends zeros up to the next multiple of 16 and answers where that is.
    pub fn align(&mut self) -> usize {
        self.reserve(self.used.next_multiple_of(LANE));
        self.used = self.used.next_multiple_of(LANE);
        self.used
    }

    /// Appends bytes. Room grows in doubling steps.
    pub fn push(&mut self, bytes: &[u8]) {
        let end = self.used + bytes.len();
        self.reserve(end);
        bytemuck::cast_slice_mut(&mut self.lanes)[self.used..end].copy_from_slice(bytes);
        self.used = end;
    }

    fn reserve(&mut self, len: usize) {
        let lanes = len.div_ceil(LANE);
        if lanes > self.lanes.len() {
            let doubled = self.lanes.len().saturating_mul(2);
            self.lanes.resize(lanes.max(doubled), Lane::default());
        }
    }

    /// Hands the block to the host: `finish` gets its final address and its bytes.
    #[must_use]
    pub fn publish(mut self, finish: impl FnOnce(u32, &mut [u8])) -> u64 {
        self.align();
        publish(self, finish)
    }
}

#[cfg(target_arch = "wasm32")]
fn publish(mut block: Block, finish: impl FnOnce(u32, &mut [u8])) -> u64 {
    let address = block.lanes.as_mut_ptr().expose_provenance() as u32;
    finish(address, block.bytes());
    // `free` gives back the allocation by its size: the capacity, not the bytes in use.
    let len = block.lanes.capacity() * LANE;
    core::mem::forget(block);
    pack(address, len as u32)
}

#[cfg(not(target_arch = "wasm32"))]
fn publish(mut block: Block, finish: impl FnOnce(u32, &mut [u8])) -> u64 {
    let len = block.len();
    let address = native::alloc(len);
    finish(address, block.bytes());
    // SAFETY: `alloc` gave out these bytes just now.
    unsafe { slice_mut(address, len) }.copy_from_slice(block.bytes());
    pack(address, len as u32)
}

/// What `fz_alloc` and `fz_free` do, on the global allocator.
#[cfg(target_arch = "wasm32")]
pub mod exports {
    use super::LANE;
    use core::alloc::Layout;

    fn layout(len: u32) -> Option<Layout> {
        let size = (len.max(1) as usize).checked_next_multiple_of(LANE)?;
        Layout::from_size_align(size, LANE).ok()
    }

    /// A block of `len` bytes, 16-byte aligned; 0 where there is no room.
    #[must_use]
    pub fn alloc(len: u32) -> u32 {
        let Some(layout) = layout(len) else { return 0 };
        // SAFETY: the layout's size is not zero.
        let block = unsafe { std::alloc::alloc(layout) };
        block.expose_provenance() as u32
    }

    /// Takes back a block of [`alloc`] or of [`Block::publish`](super::Block::publish).
    ///
    /// # Safety
    /// `ptr` and `len` are those of a block that was given out and not freed since.
    pub unsafe fn free(ptr: u32, len: u32) {
        let Some(layout) = layout(len) else { return };
        if ptr != 0 {
            // SAFETY: given out under this layout (both sides round `len` up), as the caller
            // vouches.
            unsafe { std::alloc::dealloc(super::pointer(ptr), layout) };
        }
    }
}

/// What the host reads after a trap: a length and that many bytes of UTF-8.
#[cfg(target_arch = "wasm32")]
mod panic_note {
    use core::{cell::UnsafeCell, fmt};
    use std::sync::Once;

    const ROOM: usize = 1_024;

    #[repr(C, align(16))]
    pub(super) struct Note {
        len: UnsafeCell<u32>,
        text: UnsafeCell<[u8; ROOM]>,
    }

    // SAFETY: a guest has one thread; `write` is the only access and does not call itself.
    unsafe impl Sync for Note {}

    // A static with an export name leaves a cdylib as an immutable global that holds its address.
    #[unsafe(export_name = "fz_panic")]
    pub(super) static NOTE: Note =
        Note { len: UnsafeCell::new(0), text: UnsafeCell::new([0; ROOM]) };

    struct Writer {
        text: [u8; ROOM],
        len: usize,
    }

    impl fmt::Write for Writer {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let text = &text[..text.floor_char_boundary(ROOM - self.len)];
            self.text[self.len..self.len + text.len()].copy_from_slice(text.as_bytes());
            self.len += text.len();
            Ok(())
        }
    }

    fn write(info: &std::panic::PanicHookInfo<'_>) {
        use fmt::Write;
        let mut note = Writer { text: [0; ROOM], len: 0 };
        let message = info.payload_as_str().unwrap_or("panic");
        // The location comes last but must not be what a long message cuts off.
        let location = info.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let location = location.unwrap_or_default();
        let room = ROOM.saturating_sub(location.len());
        let _ = note.write_str(&message[..message.floor_char_boundary(room)]);
        let _ = note.write_str(&location);
        // SAFETY: one thread, and no reference to the text is held anywhere.
        unsafe { *NOTE.text.get() = note.text };
        // SAFETY: likewise for the length.
        unsafe { *NOTE.len.get() = note.len as u32 };
    }

    pub(super) fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| std::panic::set_hook(Box::new(write)));
    }
}

/// What the host reads after a call: the lines of [`fz_log!`](crate::fz_log).
#[cfg(target_arch = "wasm32")]
mod log_note {
    use crate::log::Lines;
    use core::cell::UnsafeCell;

    #[repr(transparent)]
    pub(super) struct Note(UnsafeCell<Lines>);

    // SAFETY: a guest has one thread; `with` is the only access and its callers do not nest it.
    unsafe impl Sync for Note {}

    // As `fz_panic`.
    #[unsafe(export_name = "fz_log")]
    pub(super) static NOTE: Note = Note(UnsafeCell::new(Lines::new()));

    /// Changes the lines; `change` does not call this.
    pub(super) fn with(change: impl FnOnce(&mut Lines)) {
        // SAFETY: one thread, and no other reference to the lines is held anywhere.
        change(unsafe { &mut *NOTE.0.get() });
    }
}

/// Appends a line to the log.
#[cfg(target_arch = "wasm32")]
pub(crate) fn log(line: &str) {
    log_note::with(|lines| lines.push(line));
}

/// Runs a generated function over the frame at `address`.
///
/// # Safety
/// As [`Frame::at`].
#[cfg(target_arch = "wasm32")]
#[inline]
pub unsafe fn enter<F: crate::call::Function>(address: u32) -> u64 {
    panic_note::install();
    log_note::with(crate::log::Lines::clear);
    // SAFETY: the caller vouches for the frame.
    F::call(unsafe { Frame::at(address) })
}

/// The exports of a module. `fz_module!` expands to this for wasm32.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_module {
    ($manifest:expr) => {
        #[unsafe(export_name = "fz_abi_version")]
        extern "C" fn fz_abi_version() -> u32 {
            $crate::__private::ABI_VERSION
        }

        #[unsafe(export_name = "fz_alloc")]
        extern "C" fn fz_alloc(len: u32) -> u32 {
            $crate::__private::exports::alloc(len)
        }

        #[unsafe(export_name = "fz_free")]
        extern "C" fn fz_free(ptr: u32, len: u32) {
            // SAFETY: the host frees each block once, with the length it has (docs/abi.md).
            unsafe { $crate::__private::exports::free(ptr, len) }
        }

        #[used]
        #[unsafe(link_section = "formualizer.udf.manifest.v1")]
        static MANIFEST_SECTION: [u8; $manifest.len()] = $crate::__private::to_array($manifest);
    };
}

/// The export of a function, likewise.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_function {
    ($function:ty, $name:literal) => {
        #[unsafe(export_name = $name)]
        extern "C" fn export(ptr: u32, _len: u32) -> u64 {
            // SAFETY: the host writes a frame that keeps the contract (docs/abi.md) and stays
            // away from it during the call.
            unsafe { $crate::__private::enter::<$function>(ptr) }
        }
    };
}

/// A stand-in for linear memory, so that tests drive generated functions without a WebAssembly
/// engine.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::{BLOCK, Frame, Lane};
    use core::cell::Cell;

    thread_local! {
        /// Start and size of the region, and the first address that is free.
        static REGION: Cell<(*mut u8, usize, usize)> =
            const { Cell::new((core::ptr::null_mut(), 0, 0)) };
    }

    /// Addresses below this are not given out, 0 among them.
    const FIRST: usize = 64;

    pub(super) fn base() -> *mut u8 {
        REGION.get().0
    }

    pub(super) fn alloc(len: usize) -> u32 {
        let (base, size, top) = REGION.get();
        let end = (top + len).next_multiple_of(16);
        assert!(end <= size, "the test's region has {size} bytes, {end} are needed");
        REGION.set((base, size, end));
        top as u32
    }

    /// Runs a generated function over the frame that `write` makes for the address it is given;
    /// answers the function's answer and what memory then holds.
    ///
    /// # Panics
    /// When it is called by `function`, or when the region is too small.
    ///
    /// # Safety
    /// The frame keeps the contract, as for [`Frame::at`].
    pub unsafe fn call_native(
        function: fn(Frame<'_>) -> u64,
        write: impl FnOnce(u32) -> Vec<u8>,
    ) -> (u64, Vec<u8>) {
        assert!(base().is_null(), "native calls do not nest");
        let mut region = vec![Lane::default(); 1 << 18];
        let size = region.len() * size_of::<Lane>();
        REGION.set((region.as_mut_ptr().cast(), size, FIRST));
        let frame = write(FIRST as u32);
        // Padding of inputs may be read up to a whole word.
        let address = alloc(frame.len() + BLOCK);
        // SAFETY: `alloc` gave out these bytes just now.
        unsafe { super::slice_mut(address, frame.len()) }.copy_from_slice(&frame);
        // SAFETY: the caller vouches for the frame; the region outlives the call.
        let answer = function(unsafe { Frame::at(address) });
        REGION.set((core::ptr::null_mut(), 0, 0));
        (answer, bytemuck::cast_slice(&region).to_vec())
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::call_native;
