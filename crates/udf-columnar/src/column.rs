//! A column: an Arrow array in the contract's own types, and the rows of it that are in error.

use crate::{
    Error, RowErrors, any,
    error::invalid_argument,
    foreign::{Foreign, ForeignRows},
    normalise,
    view::ColumnView,
};
use arrow_array::{Array, ArrayRef, UInt8Array, make_array, new_null_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode};

/// Rows of one dtype, with the errors that some of them are.
///
/// A row in error is null in [`array`](Self::array) too (in an `any` column it carries the error
/// tag instead).
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::Float64Array;
/// use udf_columnar::Column;
///
/// let column = Column::try_new(Arc::new(Float64Array::from(vec![Some(1.5), None])))?;
/// assert_eq!((column.len(), column.dtype().name()), (2, "f64"));
/// # Ok::<(), udf_columnar::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Column {
    dtype: DType,
    rows: Rows,
    errors: Option<RowErrors>,
}

/// Where the rows are.
#[derive(Clone, Debug)]
enum Rows {
    Here(ArrayRef),
    /// In memory that is not ours: a frame takes them from there, and whatever else from a copy.
    Foreign(Arc<ForeignRows>),
}

impl Column {
    /// A column of an array, normalised to one of the contract's dtypes. Rows of an `any` column with
    /// the error tag are `#VALUE!` until [`with_errors`](Self::with_errors) says otherwise.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) naming the Arrow type where the
    /// contract has none for it (decimal, nested), where a time is finer than microseconds, or where
    /// a row of an `any` column is null or has a tag that there is not.
    pub fn try_new(array: ArrayRef) -> Result<Self, Error> {
        let array = normalise::normalise(array)?;
        let dtype = dtype_of(array.data_type()).ok_or_else(|| {
            invalid_argument(format!("Arrow type {} is not supported", array.data_type()))
        })?;
        let errors = match dtype {
            DType::Any => any::errors_of(&array)?,
            _ => None,
        };
        Ok(Self::from_parts(dtype, array, errors))
    }

    /// A column of spreadsheet errors: 0 is null.
    ///
    /// # Errors
    /// Where a number is no [`ErrorCode`].
    pub fn try_new_errors(codes: UInt8Array) -> Result<Self, Error> {
        for (row, code) in codes.iter().enumerate() {
            if code.is_some_and(|c| ErrorCode::from_code(c).is_none()) {
                return Err(invalid_argument(format!("row {row} is no error number")));
            }
        }
        Ok(Self::from_parts(DType::Error, Arc::new(codes), None))
    }

    /// A column of values in memory that is not ours, none of them null: all that stand there. They cross to a guest without a copy
    /// here, where its engine can.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) where the type has no fixed width, or the values are not whole.
    #[doc(hidden)]
    pub fn try_new_foreign(dtype: DType, values: Arc<dyn Foreign>) -> Result<Self, Error> {
        let rows = Rows::Foreign(Arc::new(ForeignRows::try_new(dtype, values)?));
        Ok(Self { dtype, rows, errors: None })
    }

    /// The same rows with errors; rows in error become null.
    ///
    /// # Errors
    /// Where the lengths differ.
    pub fn with_errors(self, errors: RowErrors) -> Result<Self, Error> {
        if errors.len() != self.len() {
            return Err(invalid_argument(format!(
                "{} errors for {} rows",
                errors.len(),
                self.len()
            )));
        }
        let array = if self.dtype == DType::Any {
            any::with_error_tags(self.array(), errors.codes())?
        } else {
            with_validity(self.array(), &errors.valid_rows())
        };
        Ok(Self::from_parts(self.dtype, array, Some(errors)))
    }

    /// The rows, null where they are in error, and the errors apart from them.
    #[must_use]
    pub fn into_parts(mut self) -> (Self, Option<RowErrors>) {
        let errors = self.errors.take();
        (self, errors)
    }

    /// `len` nulls (blanks of an `any` column).
    #[must_use]
    pub fn new_null(dtype: DType, len: usize) -> Self {
        let array = match dtype {
            DType::Any => any::blanks(len),
            _ => new_null_array(&arrow_type(dtype, false), len),
        };
        Self::from_parts(dtype, array, None)
    }

    pub(crate) fn from_parts(dtype: DType, array: ArrayRef, errors: Option<RowErrors>) -> Self {
        Self { dtype, rows: Rows::Here(array), errors }
    }

    /// The type of the rows.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The rows; an `any` column is a struct of `tag`, `number` and `text`.
    #[must_use]
    pub fn array(&self) -> &ArrayRef {
        match &self.rows {
            Rows::Here(array) => array,
            Rows::Foreign(foreign) => foreign.array(),
        }
    }

    /// The rows where they stand, if that is not here.
    pub(crate) fn foreign(&self) -> Option<&ForeignRows> {
        match &self.rows {
            Rows::Here(_) => None,
            Rows::Foreign(foreign) => Some(foreign),
        }
    }

    /// The rows in error, if any row is.
    #[must_use]
    pub fn errors(&self) -> Option<&RowErrors> {
        self.errors.as_ref()
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Here(array) => array.len(),
            Rows::Foreign(foreign) => foreign.rows(),
        }
    }

    /// Bytes of the texts or binary values that the rows use; 0 for other types.
    #[must_use]
    pub fn data_bytes(&self) -> usize {
        match self.foreign() {
            None => ColumnView::of(self).data_bytes(),
            Some(_) => 0,
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows `start..start + len`; no copy of what is here.
    ///
    /// # Panics
    /// Where the range is not within the column.
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        let errors = self.errors.as_ref().map(|e| e.slice(start, len));
        Self::from_parts(self.dtype, self.array().slice(start, len), errors)
    }

    /// The error of a row.
    #[must_use]
    pub fn error(&self, row: usize) -> Option<(ErrorCode, Option<&str>)> {
        self.errors.as_ref()?.get(row)
    }

    /// Rows that hold a value: neither null nor in error. `None` where all do.
    #[must_use]
    pub fn validity(&self) -> Option<NullBuffer> {
        match (&self.rows, self.dtype) {
            (_, DType::Null) => Some(NullBuffer::new_null(self.len())),
            (Rows::Here(array), _) => array.nulls().filter(|n| n.null_count() > 0).cloned(),
            (Rows::Foreign(_), _) => None,
        }
    }
}

/// The contract's type for an Arrow type that needs no conversion.
pub(crate) fn dtype_of(arrow: &DataType) -> Option<DType> {
    Some(match arrow {
        DataType::Null => DType::Null,
        DataType::Boolean => DType::Bool,
        DataType::Int8 => DType::I8,
        DataType::Int16 => DType::I16,
        DataType::Int32 => DType::I32,
        DataType::Int64 => DType::I64,
        DataType::UInt8 => DType::U8,
        DataType::UInt16 => DType::U16,
        DataType::UInt32 => DType::U32,
        DataType::UInt64 => DType::U64,
        DataType::Float32 => DType::F32,
        DataType::Float64 => DType::F64,
        DataType::Utf8 => DType::Utf8,
        DataType::Binary => DType::Binary,
        DataType::Date32 => DType::Date32,
        DataType::Time64(TimeUnit::Microsecond) => DType::Time64,
        DataType::Timestamp(TimeUnit::Microsecond, _) => DType::Timestamp,
        DataType::Duration(TimeUnit::Microsecond) => DType::Duration,
        DataType::Struct(fields) if any::is_any(fields) => DType::Any,
        _ => return None,
    })
}

/// The Arrow type of a dtype; `utc` makes a timestamp an instant.
#[must_use]
pub fn arrow_type(dtype: DType, utc: bool) -> DataType {
    match dtype {
        DType::Null => DataType::Null,
        DType::Bool => DataType::Boolean,
        DType::I8 => DataType::Int8,
        DType::I16 => DataType::Int16,
        DType::I32 => DataType::Int32,
        DType::I64 => DataType::Int64,
        DType::U8 | DType::Error => DataType::UInt8,
        DType::U16 => DataType::UInt16,
        DType::U32 => DataType::UInt32,
        DType::U64 => DataType::UInt64,
        DType::F32 => DataType::Float32,
        DType::F64 => DataType::Float64,
        DType::Utf8 => DataType::Utf8,
        DType::Binary => DataType::Binary,
        DType::Date32 => DataType::Date32,
        DType::Time64 => DataType::Time64(TimeUnit::Microsecond),
        DType::Timestamp => {
            DataType::Timestamp(TimeUnit::Microsecond, utc.then(|| Arc::from("UTC")))
        }
        DType::Duration => DataType::Duration(TimeUnit::Microsecond),
        DType::Any => DataType::Struct(any::fields()),
    }
}

/// The array with more nulls.
pub(crate) fn with_validity(array: &ArrayRef, validity: &NullBuffer) -> ArrayRef {
    if array.data_type() == &DataType::Null {
        return array.clone();
    }
    let nulls = NullBuffer::union(array.nulls(), Some(validity));
    let builder = array.to_data().into_builder().nulls(nulls);
    // The data is the array's own and the bitmap has its length.
    match builder.build() {
        Ok(data) => make_array(data),
        Err(_) => array.clone(),
    }
}
