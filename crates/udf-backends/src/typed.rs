//! The typed bridge: bare exports of numbers, called for each row.
//!
//! Rows are read from the columns' bytes and written to their place in the result; engines lend
//! the call, for values whose types are found out at run time or known before.

use crate::{
    dispatch::Job,
    rows::{RowSink, Slots},
};
use udf_abi::DType;
use udf_columnar::{
    Argument, Column, Error, ErrorKind, Overlay,
    internal::view::{ColumnView, Values},
};

/// A batch of rows that an export is called for.
pub(crate) struct TypedRows<'a> {
    /// The export.
    #[cfg_attr(
        not(any(feature = "wasmtime", feature = "wasmi", feature = "js")),
        expect(dead_code, reason = "no engine is compiled in")
    )]
    pub(crate) export: &'a str,
    /// Its parameters: types, and the values of all rows of the call.
    pub(crate) params: Vec<TypedParam<'a>>,
    /// Type of its result.
    #[cfg_attr(
        not(any(feature = "wasmtime", feature = "js")),
        expect(dead_code, reason = "wasmi does not ask")
    )]
    pub(crate) result: DType,
    overlay: &'a Overlay,
}

/// The values that one parameter takes.
pub(crate) struct TypedParam<'a> {
    /// `i32`, `i64`, `f32` or `f64`.
    pub(crate) dtype: DType,
    bytes: &'a [u8],
    /// Whether there is a value for each row, not one for all.
    varies: bool,
}

impl<'a> TypedRows<'a> {
    /// The arguments of a call.
    pub(crate) fn of(job: &Job<'a>) -> Result<Self, Error> {
        let mut params = Vec::with_capacity(job.bound.arguments().len());
        for argument in job.bound.arguments() {
            params.push(match argument {
                Argument::Column(column) => TypedParam::of(column, true)?,
                Argument::Scalar(column) => TypedParam::of(column, false)?,
                Argument::Omitted | Argument::Range(_) => return Err(no_number()),
            });
        }
        let result = job.signature.return_dtypes()[0];
        let export = job.signature.function().export.as_str();
        Ok(Self { export, params, result, overlay: job.bound.overlay() })
    }

    /// Whether the row is null or in error, so that the export is not called for it.
    #[inline]
    fn is_hidden(&self, row: usize) -> bool {
        self.overlay.validity().is_some_and(|v| v.is_null(row))
            || self.overlay.errors().is_some_and(|e| e.codes()[row] != 0)
    }
}

impl<'a> TypedParam<'a> {
    fn of(column: &'a Column, varies: bool) -> Result<Self, Error> {
        match ColumnView::of(column).values {
            Values::Fixed { bytes, .. } => Ok(Self { dtype: column.dtype(), bytes, varies }),
            _ => Err(no_number()),
        }
    }

    /// The number of a row, whose type the caller knows.
    #[inline]
    pub(crate) fn at<T: Number>(&self, row: usize) -> T {
        T::read(self.bytes, if self.varies { row } else { 0 })
    }

    /// The value of a row.
    pub(crate) fn value(&self, row: usize) -> Value {
        match self.dtype {
            DType::I32 => Value::I32(self.at(row)),
            DType::I64 => Value::I64(self.at(row)),
            DType::F32 => Value::F32(self.at(row)),
            _ => Value::F64(self.at(row)),
        }
    }
}

/// A number whose type is known when it is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    I32(i32),
    I64(i64),
    F32(f32),
    F64(f64),
}

/// A WebAssembly number in a column's bytes.
pub(crate) trait Number: Copy {
    /// The number at `row`; zero past the end.
    fn read(bytes: &[u8], row: usize) -> Self;
    /// Writes it, a NaN as the canonical one, and answers whether it is finite.
    fn write(self, out: &mut [u8], row: usize) -> bool;
}

macro_rules! number {
    ($($type:ty, $width:literal, |$n:ident| $canonical:expr, $finite:expr;)*) => {$(
        impl Number for $type {
            #[inline]
            fn read(bytes: &[u8], row: usize) -> Self {
                let (values, _) = bytes.as_chunks::<$width>();
                values.get(row).map_or(0 as $type, |bytes| Self::from_le_bytes(*bytes))
            }

            #[inline]
            fn write(self, out: &mut [u8], row: usize) -> bool {
                let $n = self;
                let (slots, _) = out.as_chunks_mut::<$width>();
                if let Some(slot) = slots.get_mut(row) {
                    *slot = Self::to_le_bytes($canonical);
                }
                $finite
            }
        }
    )*};
}

number! {
    i32, 4, |n| n, true;
    i64, 8, |n| n, true;
    f32, 4, |n| if n.is_nan() { f32::NAN } else { n }, n.is_finite();
    f64, 8, |n| if n.is_nan() { f64::NAN } else { n }, n.is_finite();
}

impl Number for Value {
    fn read(_: &[u8], _: usize) -> Self {
        Self::I32(0)
    }

    fn write(self, out: &mut [u8], row: usize) -> bool {
        match self {
            Self::I32(n) => n.write(out, row),
            Self::I64(n) => n.write(out, row),
            Self::F32(n) => n.write(out, row),
            Self::F64(n) => n.write(out, row),
        }
    }
}

/// Calls `call` with the values of every row that the sink lacks and nothing hides, in order, until
/// one fails.
#[cfg_attr(
    not(any(feature = "wasmtime", feature = "wasmi", feature = "js")),
    expect(dead_code, reason = "no engine is compiled in")
)]
pub(crate) fn dynamic_rows<E>(
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    mut call: impl FnMut(&mut dyn Iterator<Item = Value>) -> Result<Value, E>,
) -> Result<(), E> {
    each(rows, sink, |row| call(&mut rows.params.iter().map(|param| param.value(row))))
}

/// Like [`dynamic_rows`], for callers that read the row's values themselves.
pub(crate) fn each<R: Number, E>(
    rows: &TypedRows<'_>,
    sink: &mut RowSink<'_>,
    mut call: impl FnMut(usize) -> Result<R, E>,
) -> Result<(), E> {
    let Some(slots) = sink.slots() else { return Ok(()) };
    let Slots { out, range, calls, non_finite } = slots;
    let first = range.start;
    for row in range.clone() {
        if !rows.is_hidden(row) {
            *calls += 1;
            *non_finite |= !call(row)?.write(out, row - first);
        }
        range.start = row + 1;
    }
    Ok(())
}

fn no_number() -> Error {
    Error::new(ErrorKind::Internal, "an argument of a bare export that is no column of numbers")
}
