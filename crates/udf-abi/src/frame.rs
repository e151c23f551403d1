//! The structures that cross the sandbox with codec 2, little endian, at fixed offsets.
//!
//! ```text
//! CallHeader ──args──▶ [Arg; arg_count] ──first_column, columns──┐
//!            ──columns──▶ [Column; column_count] ◀───────────────┘
//!                            └─ validity · values · offsets · data · errors · tags
//!            ──result──▶ ResultHeader ──columns──▶ [Column; …] (preallocated outputs)
//! ```
//!
//! Every pointer is an absolute address in linear memory; 0 means "absent". Arrays of structures
//! are stepped through by the strides in the header, so that later versions may append fields.
//! Reserved fields are zero when written and ignored when read.

use bytemuck::{Pod, Zeroable};

/// First field of a [`CallHeader`]: `FZC2` in memory order.
pub const MAGIC: u32 = u32::from_le_bytes(*b"FZC2");

/// [`CallHeader::flags`]: the host makes every NaN of the result canonical.
pub const CALL_CANONICAL_NAN: u32 = 1 << 0;
/// [`CallHeader::flags`]: the function is volatile; `seed` and `now_us` are set.
pub const CALL_VOLATILE: u32 = 1 << 1;

/// [`Column::flags`]: a timestamp column counts from 1970-01-01T00:00:00Z.
pub const COLUMN_UTC: u16 = 1 << 0;

/// What a host hands to every call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CallHeader {
    /// [`MAGIC`]
    pub magic: u32,
    /// [`ABI_VERSION`](crate::ABI_VERSION)
    pub version: u32,
    /// `CALL_*` bits.
    pub flags: u32,
    /// Broadcast length: rows of every column argument and of an elementwise result.
    pub rows: u32,
    /// Index of this batch's first row in the whole input.
    pub row_offset: u64,
    /// Address of the first [`Arg`].
    pub args: u32,
    /// Number of arguments.
    pub arg_count: u32,
    /// Bytes from one [`Arg`] to the next.
    pub arg_stride: u32,
    /// Address of the first input [`Column`].
    pub columns: u32,
    /// Number of input columns.
    pub column_count: u32,
    /// Bytes from one [`Column`] to the next, in inputs and results.
    pub column_stride: u32,
    /// Address of the preallocated [`ResultHeader`].
    pub result: u32,
    /// Zero.
    pub reserved0: u32,
    /// Number of the call within its session.
    pub call_id: u64,
    /// Entropy of a volatile function; zero otherwise.
    pub seed: u64,
    /// Clock of a volatile function, microseconds since 1970-01-01T00:00:00Z; zero otherwise.
    pub now_us: i64,
    /// Zero.
    pub reserved: [u64; 6],
}

/// One argument: a run of columns and how to read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Arg {
    /// An [`ArgKind`].
    pub kind: u32,
    /// Index of the argument's first column.
    pub first_column: u32,
    /// Number of its columns: 0 omitted, 1 scalar and column, any number for a range.
    pub columns: u32,
    /// Rows of each of its columns.
    pub rows: u32,
    /// Zero.
    pub reserved: [u32; 4],
}

/// Value of [`Arg::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum ArgKind {
    /// The caller left the parameter out.
    Omitted = 0,
    /// One row that stands for every row.
    Scalar = 1,
    /// One column.
    Column = 2,
    /// Columns of equal length and type: `rows × columns`, column-major.
    Range = 3,
}

impl ArgKind {
    /// The kind with this number.
    #[must_use]
    pub const fn from_id(id: u32) -> Option<Self> {
        match id {
            0 => Some(Self::Omitted),
            1 => Some(Self::Scalar),
            2 => Some(Self::Column),
            3 => Some(Self::Range),
            _ => None,
        }
    }
}

/// One column: its type, its counts and the addresses of its buffers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Column {
    /// A [`DType`](crate::DType) id.
    pub dtype: u16,
    /// `COLUMN_*` bits.
    pub flags: u16,
    /// Rows.
    pub len: u32,
    /// Rows whose validity bit is 0. Zero means that `validity` is not to be read.
    pub null_count: u32,
    /// Rows whose errors byte is not 0. Zero means that `errors` is not to be read.
    pub error_count: u32,
    /// Validity bitmap, least significant bit first, 1 = valid.
    pub validity: u32,
    /// Values of fixed width, bit-packed booleans, or an `any` column's number lane.
    pub values: u32,
    /// `len + 1` i32 offsets into `data`.
    pub offsets: u32,
    /// Bytes of utf8, binary, or an `any` column's text lane.
    pub data: u32,
    /// Bytes used at `data`.
    pub data_len: u32,
    /// One u8 per row: 0 or an [`ErrorCode`](crate::ErrorCode).
    pub errors: u32,
    /// One u8 per row of an `any` column: a [`tag`].
    pub tags: u32,
    /// Bytes that a preallocated output has at `values`.
    pub values_cap: u32,
    /// Bytes that a preallocated output has at `data`.
    pub data_cap: u32,
    /// 0, or 1 + the index of a utf8 column (in the same array of columns) with a message for
    /// each row in error.
    pub error_text: u32,
    /// Type parameters; zero for the dtypes of version 1.
    pub aux: u32,
    /// Zero (nested types are reserved).
    pub children_first: u16,
    /// Zero (nested types are reserved).
    pub children_count: u16,
}

/// What a call answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ResultHeader {
    /// [`STATUS_OK`] or [`STATUS_ERROR`].
    pub status: u32,
    /// With [`STATUS_ERROR`]: an [`ErrorCode`](crate::ErrorCode).
    pub error_kind: u32,
    /// Rows of every result column.
    pub rows: u32,
    /// Address of the first result [`Column`].
    pub columns: u32,
    /// Number of result columns, message columns included.
    pub column_count: u32,
    /// Number of leading columns that are the result's own.
    pub value_columns: u32,
    /// With [`STATUS_ERROR`]: address of a UTF-8 message, or 0.
    pub message: u32,
    /// Bytes of the message.
    pub message_len: u32,
    /// Zero.
    pub reserved: [u32; 8],
}

/// [`ResultHeader::status`]: the columns are the result.
pub const STATUS_OK: u32 = 0;
/// [`ResultHeader::status`]: the call failed as a whole; `error_kind` and `message` say why.
pub const STATUS_ERROR: u32 = 1;

/// Values of an `any` column's tags.
///
/// Dates and times are serial numbers of the 1900 date system in the number lane, whatever the
/// workbook's own date system.
pub mod tag {
    /// An empty cell; every lane is zero or empty.
    pub const BLANK: u8 = 0;
    /// A number in the number lane.
    pub const NUMBER: u8 = 1;
    /// 0 or 1 in the number lane.
    pub const LOGICAL: u8 = 2;
    /// Text in the text lane.
    pub const TEXT: u8 = 3;
    /// An error number in the errors buffer.
    pub const ERROR: u8 = 4;
    /// A day serial in the number lane.
    pub const DATE: u8 = 5;
    /// A day serial with a fraction in the number lane.
    pub const DATETIME: u8 = 6;
    /// A fraction of a day in the number lane.
    pub const TIME: u8 = 7;
    /// Days, with a fraction, in the number lane.
    pub const DURATION: u8 = 8;
    /// The largest tag of version 1.
    pub const MAX: u8 = DURATION;
}

const _: () = {
    assert!(size_of::<CallHeader>() == 128);
    assert!(size_of::<Arg>() == 32);
    assert!(size_of::<Column>() == 64);
    assert!(size_of::<ResultHeader>() == 64);
};
