//! Columns of calls to cells, and cells as columns of any kind.

use super::{
    Builder, CellRef, Cells, ConversionError, Mixed, NumberKind, dates, error_of_code, kind_of_code,
};
use arrow_array::{
    ArrayRef, Float64Array, PrimitiveArray, StringArray, StructArray, UInt8Array,
    cast::AsArray,
    types::{self as t, ArrowPrimitiveType, Float64Type},
};
use arrow_schema::DataType;
use formualizer_common::{DateSystem, ExcelErrorKind};
use std::sync::Arc;
use udf_abi::{DType, frame::tag};
use udf_columnar::{Column, arrow_type, byte_array};

impl Cells {
    /// The cells of a column: null is a blank cell, what is not finite `#NUM!`, integers beyond 2^53 are rounded.
    /// `non_finite` says whether a float among them may be such.
    ///
    /// # Errors
    /// Where the column is one of binary values.
    pub fn from_column(
        column: &Column,
        non_finite: bool,
        dates: DateSystem,
    ) -> Result<Self, ConversionError> {
        cells(column, non_finite, dates)
    }

    /// The cells as an `any` column. Dates are serials of the 1900 system there, whatever `dates` is.
    ///
    /// # Errors
    /// Where the texts together are longer than a column holds.
    pub fn to_any_column(&self, dates: DateSystem) -> Result<Column, ConversionError> {
        match self {
            Self::Blank(len) => Ok(Column::new_null(DType::Any, *len)),
            Self::Mixed(mixed) => any_of_mixed(mixed, dates),
            other => any_of_alike(other, dates),
        }
    }
}

fn cells(column: &Column, non_finite: bool, dates: DateSystem) -> Result<Cells, ConversionError> {
    let array = column.array();
    let cells = match column.dtype() {
        DType::F64 if !non_finite => {
            Cells::Numbers(NumberKind::Number, array.as_primitive().clone())
        }
        DType::F64 => finite(array.as_primitive()),
        DType::F32 => finite(&array.as_primitive::<t::Float32Type>().unary(f64::from)),
        DType::Bool => Cells::Logicals(array.as_boolean().clone()),
        DType::Utf8 => Cells::Texts(array.as_string::<i32>().clone()),
        DType::I8 => numbers::<t::Int8Type>(column, f64::from),
        DType::I16 => numbers::<t::Int16Type>(column, f64::from),
        DType::I32 => numbers::<t::Int32Type>(column, f64::from),
        DType::I64 => numbers::<t::Int64Type>(column, |n| n as f64),
        DType::U8 => numbers::<t::UInt8Type>(column, f64::from),
        DType::U16 => numbers::<t::UInt16Type>(column, f64::from),
        DType::U32 => numbers::<t::UInt32Type>(column, f64::from),
        DType::U64 => numbers::<t::UInt64Type>(column, |n| n as f64),
        DType::Date32 => serials::<t::Date32Type>(column, NumberKind::Date, |days| {
            dates::serial_of_days(f64::from(days), dates)
        }),
        DType::Timestamp => {
            serials::<t::TimestampMicrosecondType>(column, NumberKind::DateTime, |us| {
                dates::serial_of_days(dates::days(us), dates)
            })
        }
        DType::Time64 => serials::<t::Time64MicrosecondType>(column, NumberKind::Time, |us| {
            Some(dates::days(us))
        }),
        DType::Duration => {
            serials::<t::DurationMicrosecondType>(column, NumberKind::Duration, |us| {
                Some(dates::days(us))
            })
        }
        DType::Null => Cells::Blank(column.len()),
        DType::Error => {
            let codes = array.as_primitive::<t::UInt8Type>();
            Cells::of(codes.iter().map(|code| {
                code.map_or(CellRef::Blank, |code| CellRef::Error(kind_of_code(code), None))
            }))
        }
        DType::Any => return any(column, dates),
        DType::Binary => {
            return Err("cells cannot hold binary values".to_owned().into());
        }
    };
    Ok(with_errors(cells, column))
}

/// The cells, but errors where the column has them.
fn with_errors(cells: Cells, column: &Column) -> Cells {
    let Some(errors) = column.errors().filter(|errors| errors.count() > 0) else { return cells };
    Cells::of((0..cells.len()).map(|row| match errors.get(row) {
        Some((code, message)) => {
            CellRef::Error(error_of_code(code), message.filter(|text| !text.is_empty()))
        }
        None => cells.get(row),
    }))
}

fn finite(array: &Float64Array) -> Cells {
    if array.values().iter().all(|n| n.is_finite()) {
        return Cells::Numbers(NumberKind::Number, array.clone());
    }
    Cells::of(array.iter().map(|n| n.map_or(CellRef::Blank, CellRef::number)))
}

fn numbers<T: ArrowPrimitiveType>(column: &Column, number: impl Fn(T::Native) -> f64) -> Cells {
    let array: &PrimitiveArray<T> = column.array().as_primitive();
    Cells::Numbers(NumberKind::Number, array.unary::<_, Float64Type>(number))
}

/// Dates and times; one that a sheet does not have is `#NUM!`.
fn serials<T: ArrowPrimitiveType>(
    column: &Column,
    kind: NumberKind,
    serial: impl Fn(T::Native) -> Option<f64>,
) -> Cells {
    let array: &PrimitiveArray<T> = column.array().as_primitive();
    let serials: Vec<_> = array.iter().map(|value| value.map(&serial)).collect();
    if serials.iter().all(|serial| !matches!(serial, Some(None))) {
        return Cells::Numbers(kind, serials.into_iter().map(Option::flatten).collect());
    }
    Cells::of(serials.into_iter().map(|serial| match serial {
        None => CellRef::Blank,
        Some(Some(serial)) => CellRef::Number(serial, kind),
        Some(None) => CellRef::Error(ExcelErrorKind::Num, Some(NOT_ON_SHEET)),
    }))
}

const NOT_ON_SHEET: &str = "a date outside those of a sheet";

/// Cells of an `any` column, whose dates are serials of the 1900 system.
fn any(column: &Column, dates: DateSystem) -> Result<Cells, ConversionError> {
    let lanes = || {
        let lanes = column.array().as_struct_opt()?;
        Some((
            lanes.column(0).as_primitive_opt::<t::UInt8Type>()?,
            lanes.column(1).as_primitive_opt::<Float64Type>()?,
            lanes.column(2).as_string_opt::<i32>()?,
        ))
    };
    let (tags, numbers, texts) = lanes().ok_or_else(|| "not an any column".to_owned())?;
    let mut builder = Builder::with_capacity(column.len());
    for row in 0..column.len() {
        let n = numbers.value(row);
        let number = |kind: NumberKind, shift: f64| match n.is_finite() {
            true => CellRef::Number(n - shift, kind),
            false => CellRef::Error(ExcelErrorKind::Num, None),
        };
        builder.push(match tags.value(row) {
            tag::NUMBER => number(NumberKind::Number, 0.0),
            tag::DATE => number(NumberKind::Date, dates::shift(dates)),
            tag::DATETIME => number(NumberKind::DateTime, dates::shift(dates)),
            tag::TIME => number(NumberKind::Time, 0.0),
            tag::DURATION => number(NumberKind::Duration, 0.0),
            tag::LOGICAL => CellRef::Logical(n != 0.0),
            tag::TEXT => CellRef::Text(texts.value(row)),
            tag::ERROR => match column.error(row) {
                Some((code, message)) => {
                    CellRef::Error(error_of_code(code), message.filter(|text| !text.is_empty()))
                }
                None => CellRef::Error(ExcelErrorKind::Error, None),
            },
            _ => CellRef::Blank,
        });
    }
    Ok(builder.finish())
}

/// Cells of one kind, and blanks.
fn any_of_alike(cells: &Cells, dates: DateSystem) -> Result<Column, ConversionError> {
    let mut tags = Vec::with_capacity(cells.len());
    let mut numbers = Vec::with_capacity(cells.len());
    let mut texts = Vec::with_capacity(cells.len());
    for cell in cells.iter() {
        let (tag, number, text) = match cell {
            CellRef::Number(n, kind) => (kind.tag(), n + shift_of(kind.tag(), dates), ""),
            CellRef::Logical(b) => (tag::LOGICAL, f64::from(u8::from(b)), ""),
            CellRef::Text(text) => (tag::TEXT, 0.0, text),
            CellRef::Blank | CellRef::Error(..) => (tag::BLANK, 0.0, ""),
        };
        tags.push(tag);
        numbers.push(number);
        texts.push(text);
    }
    let texts = byte_array::<t::Utf8Type, _>(texts.into_iter().map(Some))?;
    lanes(tags.into(), numbers.into(), texts)
}

fn any_of_mixed(mixed: &Mixed, dates: DateSystem) -> Result<Column, ConversionError> {
    let tags = UInt8Array::new(mixed.tags.clone(), None);
    let numbers = match dates::shift(dates) == 0.0 {
        true => mixed.numbers.clone(),
        false => {
            let rows = mixed.tags.iter().zip(mixed.numbers.iter());
            rows.map(|(of, n)| n + shift_of(*of, dates)).collect()
        }
    };
    let column = lanes(tags, Float64Array::new(numbers, None), mixed.texts.clone())?;
    match &mixed.errors {
        Some(errors) if errors.count() > 0 => Ok(column.with_errors(errors.clone())?),
        _ => Ok(column),
    }
}

/// What a number of this tag is behind the 1900 system.
fn shift_of(of: u8, dates: DateSystem) -> f64 {
    match of {
        tag::DATE | tag::DATETIME => dates::shift(dates),
        _ => 0.0,
    }
}

fn lanes(
    tags: UInt8Array,
    numbers: Float64Array,
    texts: StringArray,
) -> Result<Column, ConversionError> {
    let DataType::Struct(fields) = arrow_type(DType::Any, false) else {
        return Err("any columns have no lanes".to_owned().into());
    };
    let columns: Vec<ArrayRef> = vec![Arc::new(tags), Arc::new(numbers), Arc::new(texts)];
    let array = StructArray::try_new(fields, columns, None)?;
    Ok(Column::try_new(Arc::new(array))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use arrow_array::{BinaryArray, Date32Array, Int64Array, TimestampMicrosecondArray};
    use udf_abi::ErrorCode;
    use udf_columnar::{AnyValue, RowErrors};

    fn column(array: impl Array + 'static) -> Column {
        Column::try_new(Arc::new(array) as ArrayRef).unwrap()
    }

    fn cells_1900(column: &Column, non_finite: bool) -> Cells {
        cells(column, non_finite, DateSystem::Excel1900).unwrap()
    }

    #[test]
    fn finite_doubles_are_shared() {
        let array = Float64Array::from(vec![Some(1.0), None]);
        let Cells::Numbers(_, shared) = cells_1900(&column(array.clone()), false) else { panic!() };
        assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
        assert_eq!(shared.null_count(), 1);
    }

    #[test]
    fn what_a_cell_cannot_hold_is_an_error() {
        let cells = cells_1900(&column(Float64Array::from(vec![1.0, f64::NAN])), true);
        assert_eq!(cells.get(0), CellRef::number(1.0));
        assert_eq!(cells.get(1), CellRef::Error(ExcelErrorKind::Num, None));
        let far = cells_1900(&column(Date32Array::from(vec![0, i32::MAX])), false);
        assert_eq!(far.get(0), CellRef::Number(25_569.0, NumberKind::Date));
        assert!(matches!(far.get(1), CellRef::Error(ExcelErrorKind::Num, Some(_))));
        let bytes = column(BinaryArray::from(vec![b"a".as_slice()]));
        assert!(super::cells(&bytes, false, DateSystem::Excel1900).is_err());
    }

    #[test]
    fn integers_beyond_exact_doubles_are_rounded() {
        let cells = cells_1900(&column(Int64Array::from(vec![(1 << 53) + 1])), false);
        assert_eq!(cells.get(0), CellRef::number(9_007_199_254_740_992.0));
    }

    #[test]
    fn row_errors_keep_their_message() {
        let errors = RowErrors::try_new(
            vec![0, ErrorCode::Div.code(), ErrorCode::Field.code()].into(),
            Some(StringArray::from(vec![None, Some("why"), None])),
        );
        let numbers = column(Float64Array::from(vec![1.0, 2.0, 3.0]));
        let cells = cells_1900(&numbers.with_errors(errors.unwrap()).unwrap(), false);
        assert_eq!(cells.get(0), CellRef::number(1.0));
        assert_eq!(cells.get(1), CellRef::Error(ExcelErrorKind::Div, Some("why")));
        assert_eq!(cells.get(2), CellRef::Error(ExcelErrorKind::Error, None));
    }

    #[test]
    fn dates_are_serials_of_the_workbook() {
        let noon =
            column(TimestampMicrosecondArray::from(vec![19_723 * 86_400_000_000 + 43_200_000_000]));
        assert_eq!(
            cells_1900(&noon, false).get(0),
            CellRef::Number(45_292.5, NumberKind::DateTime)
        );
        let cells = cells(&noon, false, DateSystem::Excel1904).unwrap();
        assert_eq!(cells.get(0), CellRef::Number(43_830.5, NumberKind::DateTime));
        let any = Column::from_any(&[AnyValue::Date(45_292.0), AnyValue::Number(1.0)]).unwrap();
        let cells = super::cells(&any, false, DateSystem::Excel1904).unwrap();
        assert_eq!(cells.get(0), CellRef::Number(43_830.0, NumberKind::Date));
        assert_eq!(cells.get(1), CellRef::number(1.0));
    }
}
