//! What a native function is given and gives.

use crate::dispatch::{Job, Part};
use arrow_array::{Array, ArrayRef, UInt8Array, cast::AsArray, types as t};
use std::{ops::Range, sync::Arc};
use udf_abi::{DType, ErrorCode};
use udf_columnar::{
    AnyValue, Argument, Column, Error, ErrorKind, RowErrors, byte_array,
    internal::{
        collect,
        view::{ColumnView, Values},
    },
};

type Body = dyn Fn(&NativeCall<'_>) -> Result<Vec<Column>, NativeError> + Send + Sync;

/// A function of a [`NativeRuntime`](super::NativeRuntime).
pub struct NativeFunction(Box<Body>);

/// Why a native function gives no columns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NativeError {
    /// What a trap is in a guest.
    Trap(String),
    /// The function answers an error.
    Function(ErrorCode, String),
}

impl NativeError {
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Trap(message) => Error::new(ErrorKind::Trap, message),
            Self::Function(code, message) => Error::new(ErrorKind::Function(code), message),
        }
    }
}

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        Self::Trap(error.message().to_owned())
    }
}

/// One value of a result, in one of the contract's types: as closed as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed integer, or days or microseconds.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A cell of an `any` column.
    Any(AnyValue),
    /// The row is in error.
    Error(ErrorCode, Option<String>),
}

/// A call, or one batch of it.
pub struct NativeCall<'a> {
    arguments: Vec<Argument>,
    job: &'a Job<'a>,
    range: Range<usize>,
}

impl<'a> NativeCall<'a> {
    pub(super) fn new(job: &'a Job<'a>, range: Range<usize>) -> Self {
        let arguments = job.bound.arguments().iter().map(|argument| match argument {
            Argument::Column(column) if job.signature.is_elementwise() => {
                Argument::Column(column.slice(range.start, range.len()))
            }
            other => other.clone(),
        });
        Self { arguments: arguments.collect(), job, range }
    }

    /// The arguments, each of its parameter's type; elementwise columns hold this batch's rows.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Rows of this batch; 1 for kinds that are not elementwise.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.range.len()
    }

    /// Index of the batch's first row in the whole input.
    #[must_use]
    pub fn row_offset(&self) -> u64 {
        self.job.row_offset + self.range.start as u64
    }

    /// Seed and clock of a volatile function.
    #[must_use]
    pub fn volatile(&self) -> Option<(u64, i64)> {
        self.job.volatile
    }

    /// Whether the function may be asked about a row: no required argument is null there, and
    /// none is in error.
    #[must_use]
    pub fn is_visible(&self, row: usize) -> bool {
        let overlay = self.job.bound.overlay();
        let row = self.range.start + row;
        overlay.validity().is_none_or(|v| v.is_valid(row))
            && overlay.errors().is_none_or(|e| e.codes()[row] == 0)
    }

    /// The arguments of one row.
    #[must_use]
    pub fn row(&self, row: usize) -> Row<'_> {
        Row { call: self, row }
    }
}

/// The arguments of one row.
#[derive(Clone, Copy)]
pub struct Row<'c> {
    call: &'c NativeCall<'c>,
    row: usize,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $out:ty = $type:ty),* $(,)?) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(&self, index: usize) -> Option<$out> {
            let (array, row) = self.valid(index)?;
            Some(array.as_primitive_opt::<$type>()?.value(row))
        })*
    };
}

impl<'c> Row<'c> {
    getters! {
        /// An i8 argument; `None` where it is null or omitted.
        i8: i8 = t::Int8Type,
        /// An i16 argument.
        i16: i16 = t::Int16Type,
        /// An i32 argument.
        i32: i32 = t::Int32Type,
        /// An i64 argument.
        i64: i64 = t::Int64Type,
        /// A u8 argument.
        u8: u8 = t::UInt8Type,
        /// A u16 argument.
        u16: u16 = t::UInt16Type,
        /// A u32 argument.
        u32: u32 = t::UInt32Type,
        /// A u64 argument.
        u64: u64 = t::UInt64Type,
        /// An f32 argument.
        f32: f32 = t::Float32Type,
        /// An f64 argument.
        f64: f64 = t::Float64Type,
        /// Days of a date32 argument.
        date32: i32 = t::Date32Type,
        /// Microseconds of a time64 argument.
        time64: i64 = t::Time64MicrosecondType,
        /// Microseconds of a timestamp argument.
        timestamp: i64 = t::TimestampMicrosecondType,
        /// Microseconds of a duration argument.
        duration: i64 = t::DurationMicrosecondType,
    }

    /// A bool argument.
    #[must_use]
    pub fn bool(&self, index: usize) -> Option<bool> {
        let (array, row) = self.valid(index)?;
        Some(array.as_boolean_opt()?.value(row))
    }

    /// A utf8 argument.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&'c str> {
        let (array, row) = self.valid(index)?;
        Some(array.as_string_opt::<i32>()?.value(row))
    }

    /// A binary argument.
    #[must_use]
    pub fn bytes(&self, index: usize) -> Option<&'c [u8]> {
        let (array, row) = self.valid(index)?;
        Some(array.as_binary_opt::<i32>()?.value(row))
    }

    /// A cell of an `any` argument.
    #[must_use]
    pub fn any(&self, index: usize) -> Option<AnyValue> {
        let (column, row) = self.column(index)?;
        column.slice(row, 1).to_any()?.pop()
    }

    /// Number of arguments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.call.arguments.len()
    }

    /// Whether there are no arguments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the row in the whole input.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.call.row_offset() + self.row as u64
    }

    fn column(&self, index: usize) -> Option<(&'c Column, usize)> {
        match self.call.arguments.get(index)? {
            Argument::Scalar(column) => Some((column, 0)),
            Argument::Column(column) => Some((column, self.row)),
            Argument::Omitted | Argument::Range(_) => None,
        }
    }

    fn valid(&self, index: usize) -> Option<(&'c ArrayRef, usize)> {
        let (column, row) = self.column(index)?;
        column.array().is_valid(row).then_some((column.array(), row))
    }
}

impl NativeFunction {
    /// A function of whole columns.
    pub fn new(
        body: impl Fn(&NativeCall<'_>) -> Result<Vec<Column>, NativeError> + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(body))
    }

    /// An elementwise (or scalar) function, one row at a time; it is asked about visible rows only.
    pub fn rowwise(
        body: impl Fn(Row<'_>) -> Result<Cell, NativeError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |call| {
            let dtype = call.job.signature.return_dtypes()[0];
            let cells = (0..call.rows()).map(|row| match call.is_visible(row) {
                true => body(call.row(row)),
                false => Ok(Cell::Null),
            });
            let cells: Vec<Cell> = cells.collect::<Result<_, _>>()?;
            Ok(vec![column_of(dtype, &cells)?])
        })
    }

    pub(super) fn run(&self, call: &NativeCall<'_>) -> Result<Vec<Column>, NativeError> {
        (self.0)(call)
    }
}

/// A column of these cells.
///
/// # Errors
/// Where a cell does not fit the dtype.
pub fn column_of(dtype: DType, cells: &[Cell]) -> Result<Column, Error> {
    let mut misfit = None;
    let mut each = |cell: &Cell| {
        misfit = Some(format!("{cell:?} is no {dtype}"));
    };
    macro_rules! primitive {
        ($type:ty) => {{
            let values = cells.iter().map(|cell| match cell {
                Cell::Int(n) => <$type as t::ArrowPrimitiveType>::Native::try_from(*n).ok(),
                Cell::Uint(n) => <$type as t::ArrowPrimitiveType>::Native::try_from(*n).ok(),
                Cell::Null | Cell::Error(..) => None,
                other => {
                    each(other);
                    None
                }
            });
            let array: arrow_array::PrimitiveArray<$type> = values.collect();
            Arc::new(array) as ArrayRef
        }};
    }
    macro_rules! other {
        ($array:ty, $cell:pat => $value:expr) => {{
            let values = cells.iter().map(|cell| match cell {
                $cell => Some($value),
                Cell::Null | Cell::Error(..) => None,
                other => {
                    each(other);
                    None
                }
            });
            let array: $array = values.collect();
            Arc::new(array) as ArrayRef
        }};
    }
    macro_rules! bytes {
        ($type:ty, $cell:pat => $value:expr) => {{
            let values = cells.iter().map(|cell| match cell {
                $cell => Some($value),
                Cell::Null | Cell::Error(..) => None,
                other => {
                    each(other);
                    None
                }
            });
            Arc::new(byte_array::<$type, _>(values)?) as ArrayRef
        }};
    }
    let array: ArrayRef = match dtype {
        DType::I8 => primitive!(t::Int8Type),
        DType::I16 => primitive!(t::Int16Type),
        DType::I32 => primitive!(t::Int32Type),
        DType::I64 => primitive!(t::Int64Type),
        DType::U8 => primitive!(t::UInt8Type),
        DType::U16 => primitive!(t::UInt16Type),
        DType::U32 => primitive!(t::UInt32Type),
        DType::U64 => primitive!(t::UInt64Type),
        DType::Date32 => primitive!(t::Date32Type),
        DType::Time64 => primitive!(t::Time64MicrosecondType),
        DType::Timestamp => primitive!(t::TimestampMicrosecondType),
        DType::Duration => primitive!(t::DurationMicrosecondType),
        DType::F32 => other!(arrow_array::Float32Array, Cell::Number(n) => *n as f32),
        DType::F64 => other!(arrow_array::Float64Array, Cell::Number(n) => *n),
        DType::Bool => other!(arrow_array::BooleanArray, Cell::Bool(b) => *b),
        DType::Utf8 => bytes!(t::Utf8Type, Cell::Text(text) => text.as_str()),
        DType::Binary => bytes!(t::BinaryType, Cell::Bytes(bytes) => bytes.as_slice()),
        DType::Null => return Ok(Column::new_null(dtype, cells.len())),
        DType::Error => {
            let codes = cells.iter().map(|cell| match cell {
                Cell::Uint(n) => u8::try_from(*n).ok(),
                _ => None,
            });
            return Column::try_new_errors(codes.collect::<UInt8Array>());
        }
        DType::Any => {
            let values = cells.iter().map(|cell| match cell {
                Cell::Any(value) => value.clone(),
                Cell::Error(code, _) => AnyValue::Error(*code),
                _ => AnyValue::Blank,
            });
            return any_column(&values.collect::<Vec<_>>(), cells);
        }
    };
    if let Some(misfit) = misfit {
        return Err(Error::new(ErrorKind::Internal, misfit));
    }
    let column = Column::try_new(array)?;
    match errors_of(cells) {
        Some(errors) => column.with_errors(errors),
        None => Ok(column),
    }
}

/// An `any` column with the messages of its errors.
fn any_column(values: &[AnyValue], cells: &[Cell]) -> Result<Column, Error> {
    let column = Column::from_any(values)?;
    match errors_of(cells) {
        Some(errors) => column.with_errors(errors),
        None => Ok(column),
    }
}

/// The errors among cells, which hold the messages already.
fn errors_of(cells: &[Cell]) -> Option<RowErrors> {
    let mut errors = RowErrors::builder(usize::MAX);
    for cell in cells {
        match cell {
            Cell::Error(code, message) => errors.push(*code, message.as_deref()),
            Cell::Any(AnyValue::Error(code)) => errors.push(*code, None),
            _ => errors.push_none(1),
        }
    }
    errors.finish()
}

/// A native column as the part of a result, fixed-width values in place.
pub(super) fn part(column: Column, out: Option<&mut [u8]>) -> Result<Part, Error> {
    let odd = non_finite(&column);
    let Some(out) = out else { return Ok(Part::column(column, odd)) };
    let view = ColumnView::of(&column);
    match view.values {
        Values::Fixed { bytes, .. } if bytes.len() == out.len() => {
            let non_finite = collect::fixed_into(&view, out);
            Ok(Part {
                rows: column.len(),
                column: None,
                validity: collect::validity(view.validity),
                errors: column.errors().cloned(),
                non_finite,
                utc: Some(view.flags & udf_abi::frame::COLUMN_UTC != 0),
            })
        }
        _ => Err(Error::new(
            ErrorKind::Internal,
            format!("the native function gave {} rows of {}", column.len(), column.dtype()),
        )),
    }
}

/// Cells as the part of a result of type `dtype`.
pub(crate) fn cells_into_part(
    dtype: DType,
    cells: &[Cell],
    out: Option<&mut [u8]>,
) -> Result<Part, Error> {
    part(column_of(dtype, cells)?, out)
}

pub(super) fn non_finite(column: &Column) -> bool {
    match column.dtype() {
        DType::F64 => column
            .array()
            .as_primitive_opt::<t::Float64Type>()
            .is_some_and(|a| a.values().iter().any(|v| !v.is_finite())),
        DType::F32 => column
            .array()
            .as_primitive_opt::<t::Float32Type>()
            .is_some_and(|a| a.values().iter().any(|v| !v.is_finite())),
        _ => false,
    }
}
