//! Types that a function can answer.

use crate::{
    call,
    element::Fixed,
    error::UdfError,
    raw::{Inputs, Outputs},
    sink::{AnySink, BoolSink, BytesSink, ErrorSink, FixedSink, OptionSink, ResultSink, Sink},
    types::{Date, DateTime, DateTimeUtc, Duration, OwnedValue, SpreadsheetValue, Time, Value},
};
use bytemuck::Zeroable;
use udf_abi::{DType, ErrorCode, frame::COLUMN_UTC};

/// A type that a function can answer: a [`Cell`] type, an `Option` of one (null), or a `Result`
/// of either with an error that becomes a [`UdfError`], as all do that display.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that a function can answer",
    label = "not a type of a result",
    note = "use a number type, bool, String, Vec<u8>, Date, Time, DateTime, DateTimeUtc, \
            Duration (of formualizer_udf_sdk), Value, OwnedValue, ErrorCode, an Option of one of \
            them, or a Result of either with UdfError or any error that displays"
)]
pub trait ReturnValue: Sized {
    /// The type's id in the contract.
    const DTYPE: DType;
    /// Whether it is a spreadsheet mixture.
    #[doc(hidden)]
    const IS_ANY: bool;
    /// Rows that one value holds: more than 1 for the types of [`simd`](crate::simd).
    const LANES: usize = 1;
    /// Whether a row of it may be an error with a message.
    #[doc(hidden)]
    const MAY_FAIL: bool = false;
    /// What fills a column of it.
    #[doc(hidden)]
    type Sink<'o>: Sink<'o, Self>;
    /// What stands in a row of this error.
    #[doc(hidden)]
    fn of_error(code: ErrorCode) -> Self;
    /// Bytes of text in it.
    #[doc(hidden)]
    fn data_bytes(&self) -> usize {
        0
    }
    /// The error of a whole call, where it is one.
    #[doc(hidden)]
    fn settle(self) -> Result<Self, UdfError> {
        Ok(self)
    }

    // Generated code calls these here, so that the compiler tells of a type that is no result once.

    /// [`call::elementwise`]
    #[doc(hidden)]
    #[inline]
    fn elementwise<F: FnMut(usize) -> Self>(
        inputs: &Inputs<'_>,
        outputs: Outputs<'_>,
        mask: impl Fn(usize) -> u32,
        open: impl Fn(usize) -> F,
    ) -> u64 {
        call::elementwise::<Self, F>(inputs, outputs, mask, open)
    }
    /// [`call::elementwise_patched`]
    #[doc(hidden)]
    #[inline]
    fn elementwise_patched<F: FnMut(usize) -> Self, G: FnMut(usize) -> Self>(
        inputs: &Inputs<'_>,
        outputs: Outputs<'_>,
        mask: impl Fn(usize) -> u32,
        open: impl Fn(usize) -> F,
        patched: impl Fn(usize, u32) -> G,
    ) -> u64 {
        call::elementwise_patched(inputs, outputs, mask, open, patched)
    }
    /// [`call::reduce`]
    #[doc(hidden)]
    fn reduce(outputs: Outputs<'_>, value: Self) -> u64 {
        call::reduce(outputs, value)
    }
}

/// A [`ReturnValue`] that is neither null nor an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that an Option can hold in a result",
    label = "not a type of a result",
    note = "use a number type, bool, String, Vec<u8>, Date, Time, DateTime, DateTimeUtc, \
            Duration (of formualizer_udf_sdk), Value, OwnedValue or ErrorCode"
)]
pub trait Cell: ReturnValue {
    /// Bits of the column's flags.
    #[doc(hidden)]
    const FLAGS: u16 = 0;
    /// What stands in a row that is null.
    #[doc(hidden)]
    fn blank() -> Self;
}

/// What may stand in a `Result`: a [`Cell`] or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that a Result can hold in a result",
    label = "not a type of a result",
    note = "use a number type, bool, String, Vec<u8>, Date, Time, DateTime, DateTimeUtc, \
            Duration (of formualizer_udf_sdk), Value, OwnedValue, ErrorCode, or an Option of one of \
            them"
)]
pub trait MaybeNull: ReturnValue {}

macro_rules! fixed_cells {
    ($($ty:ty => $dtype:ident $(, $flags:expr)?;)*) => { $(
        impl ReturnValue for $ty {
            const DTYPE: DType = DType::$dtype;
            const IS_ANY: bool = false;
            type Sink<'o> = FixedSink<'o, Self>;
            fn of_error(_: ErrorCode) -> Self {
                Self::zeroed()
            }
        }
        impl Cell for $ty {
            $( const FLAGS: u16 = $flags; )?
            fn blank() -> Self {
                Self::zeroed()
            }
        }
        impl MaybeNull for $ty {}
        const _: fn() = || { fn fixed<T: Fixed>() {} fixed::<$ty>() };
    )* };
}

fixed_cells! {
    i8 => I8; i16 => I16; i32 => I32; i64 => I64;
    u8 => U8; u16 => U16; u32 => U32; u64 => U64;
    f32 => F32; f64 => F64;
    Date => Date32; Time => Time64; Duration => Duration;
    DateTime => Timestamp; DateTimeUtc => Timestamp, COLUMN_UTC;
}

/// A [`Cell`] of bytes.
pub trait BytesCell: Cell {
    /// Its bytes; UTF-8 where its type is text.
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
}

macro_rules! bytes_cells {
    ($($ty:ty => $dtype:ident;)*) => { $(
        impl ReturnValue for $ty {
            const DTYPE: DType = DType::$dtype;
            const IS_ANY: bool = false;
            type Sink<'o> = BytesSink<'o>;
            fn of_error(_: ErrorCode) -> Self {
                Self::default()
            }
            fn data_bytes(&self) -> usize {
                self.len()
            }
        }
        impl Cell for $ty {
            fn blank() -> Self {
                Self::default()
            }
        }
        impl BytesCell for $ty {
            #[inline]
            fn bytes(&self) -> &[u8] {
                self.as_ref()
            }
        }
        impl MaybeNull for $ty {}
    )* };
}

bytes_cells! {
    String => Utf8;
    &str => Utf8;
    Vec<u8> => Binary;
    &[u8] => Binary;
}

impl ReturnValue for bool {
    const DTYPE: DType = DType::Bool;
    const IS_ANY: bool = false;
    type Sink<'o> = BoolSink<'o>;
    fn of_error(_: ErrorCode) -> Self {
        false
    }
}

impl Cell for bool {
    fn blank() -> Self {
        false
    }
}

impl MaybeNull for bool {}

impl ReturnValue for ErrorCode {
    const DTYPE: DType = DType::Error;
    const IS_ANY: bool = false;
    type Sink<'o> = ErrorSink<'o>;
    fn of_error(code: ErrorCode) -> Self {
        code
    }
}

impl Cell for ErrorCode {
    fn blank() -> Self {
        Self::Na
    }
}

impl MaybeNull for ErrorCode {}

macro_rules! any_cells {
    ($($ty:ty),*) => { $(
        impl ReturnValue for $ty {
            const DTYPE: DType = DType::Any;
            const IS_ANY: bool = true;
            type Sink<'o> = AnySink<'o>;
            fn of_error(code: ErrorCode) -> Self {
                SpreadsheetValue::Error(code)
            }
            fn data_bytes(&self) -> usize {
                if let SpreadsheetValue::Text(text) = self { text.len() } else { 0 }
            }
        }
        impl Cell for $ty {
            fn blank() -> Self {
                SpreadsheetValue::Blank
            }
        }
        impl MaybeNull for $ty {}
    )* };
}

any_cells!(OwnedValue, Value<'_>);

impl<T: Cell> ReturnValue for Option<T> {
    const DTYPE: DType = T::DTYPE;
    const IS_ANY: bool = T::IS_ANY;
    type Sink<'o> = OptionSink<'o, T::Sink<'o>>;
    fn of_error(code: ErrorCode) -> Self {
        Some(T::of_error(code))
    }
    fn data_bytes(&self) -> usize {
        self.as_ref().map_or(0, T::data_bytes)
    }
}

impl<T: Cell> MaybeNull for Option<T> {}

impl<T: MaybeNull, E: Into<UdfError>> ReturnValue for Result<T, E> {
    const DTYPE: DType = T::DTYPE;
    const IS_ANY: bool = T::IS_ANY;
    const MAY_FAIL: bool = true;
    type Sink<'o> = ResultSink<'o, T::Sink<'o>>;
    fn of_error(code: ErrorCode) -> Self {
        Ok(T::of_error(code))
    }
    fn data_bytes(&self) -> usize {
        self.as_ref().map_or(0, T::data_bytes)
    }
    fn settle(self) -> Result<Self, UdfError> {
        self.map(Ok).map_err(Into::into)
    }
}
