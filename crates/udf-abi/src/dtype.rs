//! Ids of the column types and their physical layouts.

/// Type of a column, as the id that stands in [`Column::dtype`](crate::Column::dtype).
///
/// Ids 32 to 38 are reserved (decimal128, list, struct, dictionary, utf8view, large_utf8,
/// large_binary); every other id that is not listed here is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum DType {
    /// No buffers at all; every row is null.
    Null = 0,
    /// Bit-packed booleans, least significant bit first.
    Bool = 1,
    /// Signed 8-bit integers.
    I8 = 2,
    /// Signed 16-bit integers.
    I16 = 3,
    /// Signed 32-bit integers.
    I32 = 4,
    /// Signed 64-bit integers.
    I64 = 5,
    /// Unsigned 8-bit integers.
    U8 = 6,
    /// Unsigned 16-bit integers.
    U16 = 7,
    /// Unsigned 32-bit integers.
    U32 = 8,
    /// Unsigned 64-bit integers.
    U64 = 9,
    /// IEEE 754 single precision.
    F32 = 10,
    /// IEEE 754 double precision.
    F64 = 11,
    /// UTF-8 text: i32 offsets and bytes.
    Utf8 = 12,
    /// Bytes: i32 offsets and bytes.
    Binary = 13,
    /// Days since 1970-01-01, i32.
    Date32 = 14,
    /// Microseconds since midnight, i64.
    Time64 = 15,
    /// Microseconds since 1970-01-01T00:00:00, i64; column flag
    /// [`COLUMN_UTC`](crate::frame::COLUMN_UTC) tells an instant from a wall clock reading.
    Timestamp = 16,
    /// Microseconds, i64.
    Duration = 17,
    /// Spreadsheet error numbers, u8 (see [`ErrorCode`](crate::ErrorCode)).
    Error = 18,
    /// A spreadsheet mixture: a tag per row, a number lane, a text lane, an errors buffer.
    Any = 19,
}

/// How the rows of a dtype lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Physical {
    /// No buffers.
    None,
    /// One bit per row in `values`.
    Bits,
    /// This many bytes per row in `values`.
    Fixed(u32),
    /// `rows + 1` i32 in `offsets`, bytes in `data`.
    Bytes,
    /// u8 per row in `tags`, f64 per row in `values`, `rows + 1` i32 in `offsets`, UTF-8 in
    /// `data`, u8 per row in `errors`.
    Any,
}

impl DType {
    /// Every dtype of ABI version 1, in id order.
    pub const ALL: [Self; 20] = [
        Self::Null,
        Self::Bool,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::F32,
        Self::F64,
        Self::Utf8,
        Self::Binary,
        Self::Date32,
        Self::Time64,
        Self::Timestamp,
        Self::Duration,
        Self::Error,
        Self::Any,
    ];

    /// Names that the manifest format reserves for later versions.
    pub const RESERVED_NAMES: [&'static str; 7] =
        ["decimal128", "list", "struct", "dictionary", "utf8view", "large_utf8", "large_binary"];

    /// The dtype with this id, if version 1 has one.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        if (id as usize) < Self::ALL.len() { Some(Self::ALL[id as usize]) } else { None }
    }

    /// The id as it stands in a frame.
    #[must_use]
    pub const fn id(self) -> u16 {
        self as u16
    }

    /// The name as it stands in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Utf8 => "utf8",
            Self::Binary => "binary",
            Self::Date32 => "date32",
            Self::Time64 => "time64",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Error => "error",
            Self::Any => "any",
        }
    }

    /// The dtype that a manifest calls `name`, if any. Names are lower case and exact.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
    }

    /// How rows of this type lie in memory.
    #[must_use]
    pub const fn physical(self) -> Physical {
        match self {
            Self::Null => Physical::None,
            Self::Bool => Physical::Bits,
            Self::I8 | Self::U8 | Self::Error => Physical::Fixed(1),
            Self::I16 | Self::U16 => Physical::Fixed(2),
            Self::I32 | Self::U32 | Self::F32 | Self::Date32 => Physical::Fixed(4),
            Self::I64 | Self::U64 | Self::F64 | Self::Time64 | Self::Timestamp | Self::Duration => {
                Physical::Fixed(8)
            }
            Self::Utf8 | Self::Binary => Physical::Bytes,
            Self::Any => Physical::Any,
        }
    }

    /// Whether rows are IEEE 754 numbers.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

impl core::fmt::Display for DType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::DType;

    #[test]
    fn ids_and_names_lead_back_to_the_dtype() {
        for (index, dtype) in DType::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(dtype.id()), index);
            assert_eq!(DType::from_id(dtype.id()), Some(dtype));
            assert_eq!(DType::from_name(dtype.name()), Some(dtype));
        }
    }

    #[test]
    fn reserved_and_unknown_ids_are_no_dtype() {
        for id in [20, 32, 38, u16::MAX] {
            assert_eq!(DType::from_id(id), None);
        }
        for name in DType::RESERVED_NAMES {
            assert_eq!(DType::from_name(name), None);
        }
    }
}
