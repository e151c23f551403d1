//! Cells to the columns of a call, coerced to the parameter's type as Excel does it.
//!
//! | cell | as a value | in a range |
//! |---|---|---|
//! | blank | the type's zero, null for an optional parameter | null |
//! | number, date | converted | converted |
//! | logical | 0 or 1, `TRUE` or `FALSE` | null where a number or date is wanted |
//! | text | its number or date, or `#VALUE!` for the row | null where a text is not wanted |
//! | error | the error of the row | the error of the call |
//!
//! Parameters of type `any` see every cell as it is.

use super::failure::{CallFailure, cut};
use crate::cells::{CellRef, Cells, NumberKind, code_of_kind, dates};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Float64Array, PrimitiveArray, StringArray,
    UInt8Array, types as t,
};
use formualizer_functions::semantics::{TextRules, general, parse_number};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, manifest::Param};
use udf_columnar::{Column, RowErrors, byte_array};

/// Where cells stand in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A value, or a value a row.
    Value,
    /// A range.
    Range,
}

/// What a cell is for a parameter.
enum Item<T> {
    Value(T),
    Null,
    Error(ErrorCode, Option<String>),
}

/// How cells become a parameter's values.
struct Coercion {
    place: Place,
    optional: bool,
    rules: TextRules,
}

/// The column that a parameter gets.
pub(super) fn column(
    cells: &Cells,
    param: &Param,
    place: Place,
    rules: TextRules,
) -> Result<Column, CallFailure> {
    let dates = rules.dates;
    let dtype = param.dtype.0;
    if let Some(shared) = shared(cells, dtype) {
        return Ok(Column::try_new(shared)?);
    }
    let coercion = Coercion { place, optional: param.optional, rules };
    let (array, errors): (ArrayRef, _) = match dtype {
        DType::Utf8 if matches!(cells, Cells::Texts(_)) => coercion.texts(cells),
        DType::Any => return Ok(cells.to_any_column(dates)?),
        DType::Null => return Ok(Column::new_null(DType::Null, cells.len())),
        DType::Error => return errors_of(cells),
        DType::I8 => coercion.integers::<t::Int8Type>(cells)?,
        DType::I16 => coercion.integers::<t::Int16Type>(cells)?,
        DType::I32 => coercion.integers::<t::Int32Type>(cells)?,
        DType::I64 => coercion.integers::<t::Int64Type>(cells)?,
        DType::U8 => coercion.integers::<t::UInt8Type>(cells)?,
        DType::U16 => coercion.integers::<t::UInt16Type>(cells)?,
        DType::U32 => coercion.integers::<t::UInt32Type>(cells)?,
        DType::U64 => coercion.integers::<t::UInt64Type>(cells)?,
        DType::F32 => coercion.numbers::<t::Float32Type>(cells, |n| {
            let narrow = n as f32;
            narrow.is_finite().then_some(narrow).ok_or("is too large for a 32-bit float")
        })?,
        DType::F64 => coercion.doubles(cells)?,
        DType::Bool => {
            let (values, errors) = coercion.each(cells, |cell| coercion.logical(cell))?;
            (Arc::new(BooleanArray::from(values)), errors)
        }
        DType::Utf8 => {
            let (values, errors) = coercion.each(cells, |cell| Item::Value(text(cell)))?;
            (Arc::new(byte_array::<t::Utf8Type, _>(values)?), errors)
        }
        DType::Binary => {
            let (values, errors) = coercion.each(cells, |cell| match cell {
                CellRef::Text(text) => Item::Value(text.as_bytes().to_vec()),
                CellRef::Blank => Item::Value(Vec::new()),
                _ => misfit(cell, "is no text, which binary values are made of"),
            })?;
            (Arc::new(byte_array::<t::BinaryType, _>(values)?), errors)
        }
        DType::Date32 => coercion.numbers::<t::Date32Type>(cells, |n| {
            dates::days_of_serial(n, dates).map(|days| days.floor() as i32).ok_or(NO_DATE)
        })?,
        DType::Timestamp => coercion.numbers::<t::TimestampMicrosecondType>(cells, |n| {
            dates::days_of_serial(n, dates).map(dates::micros).ok_or(NO_DATE)
        })?,
        DType::Time64 => coercion.numbers::<t::Time64MicrosecondType>(cells, |n| {
            // A fraction that rounds to midnight is the last microsecond of its day.
            Ok(dates::micros(n - n.floor()).min(86_399_999_999))
        })?,
        DType::Duration => {
            coercion.numbers::<t::DurationMicrosecondType>(cells, |n| Ok(dates::micros(n)))?
        }
    };
    let column = Column::try_new(array)?;
    Ok(match errors {
        Some(errors) => column.with_errors(errors)?,
        None => column,
    })
}

const NO_DATE: &str = "is no date";

/// The cells' own array, where every row is a value of the type.
fn shared(cells: &Cells, dtype: DType) -> Option<ArrayRef> {
    match (cells, dtype) {
        (Cells::Numbers(_, array), DType::F64)
        | (Cells::Numbers(NumberKind::Number, array), DType::Any)
            if array.null_count() == 0 =>
        {
            Some(Arc::new(array.clone()))
        }
        (Cells::Logicals(array), DType::Bool | DType::Any) if array.null_count() == 0 => {
            Some(Arc::new(array.clone()))
        }
        (Cells::Texts(array), DType::Utf8 | DType::Any) if array.null_count() == 0 => {
            Some(Arc::new(array.clone()))
        }
        _ => None,
    }
}

type Converted = (ArrayRef, Option<RowErrors>);

impl Coercion {
    /// Converts cell by cell. Blanks and errors are dealt with here, except that a blank which is the
    /// type's zero is passed to `convert`.
    fn each<T>(
        &self,
        cells: &Cells,
        convert: impl Fn(CellRef<'_>) -> Item<T>,
    ) -> Result<(Vec<Option<T>>, Option<RowErrors>), CallFailure> {
        let mut values = Vec::with_capacity(cells.len());
        // The cells hold the messages already, or one of few words is made of each.
        let mut errors = RowErrors::builder(usize::MAX);
        for cell in cells.iter() {
            let item = match cell {
                CellRef::Blank if self.optional || self.place == Place::Range => Item::Null,
                CellRef::Error(kind, message) => {
                    errors.push(code_of_kind(kind), message);
                    values.push(None);
                    continue;
                }
                cell => convert(cell),
            };
            values.push(match item {
                Item::Value(value) => {
                    errors.push_none(1);
                    Some(value)
                }
                Item::Null => {
                    errors.push_none(1);
                    None
                }
                Item::Error(code, message) => {
                    errors.push(code, message.as_deref());
                    None
                }
            });
        }
        Ok((values, errors.finish()))
    }

    /// The number of a cell that is neither blank nor in error.
    fn number(&self, cell: CellRef<'_>) -> Item<f64> {
        match (cell, self.place) {
            (CellRef::Number(n, _), _) => Item::Value(n),
            (CellRef::Blank, _) => Item::Value(0.0),
            (CellRef::Logical(_) | CellRef::Text(_), Place::Range) => Item::Null,
            (CellRef::Logical(b), _) => Item::Value(f64::from(u8::from(b))),
            (CellRef::Text(text), _) => match parse_number(text, self.rules) {
                Some(n) => Item::Value(n),
                None => misfit(cell, "is no number"),
            },
            (CellRef::Error(kind, _), _) => Item::Error(code_of_kind(kind), None),
        }
    }

    fn logical(&self, cell: CellRef<'_>) -> Item<bool> {
        match (cell, self.place) {
            (CellRef::Logical(b), _) => Item::Value(b),
            (CellRef::Number(n, _), _) => Item::Value(n != 0.0),
            (CellRef::Blank, _) => Item::Value(false),
            (CellRef::Text(_), Place::Range) => Item::Null,
            (CellRef::Text(text), _) if text.trim().eq_ignore_ascii_case("true") => {
                Item::Value(true)
            }
            (CellRef::Text(text), _) if text.trim().eq_ignore_ascii_case("false") => {
                Item::Value(false)
            }
            _ => misfit(cell, "is neither TRUE nor FALSE"),
        }
    }

    /// Numbers of any type; `convert` says why a number is none of it, which is `#NUM!`.
    fn numbers<T: ArrowPrimitiveType>(
        &self,
        cells: &Cells,
        convert: impl Fn(f64) -> Result<T::Native, &'static str>,
    ) -> Result<Converted, CallFailure> {
        let (values, errors) = self.each(cells, |cell| match self.number(cell) {
            Item::Value(n) => match convert(n) {
                Ok(value) => Item::Value(value),
                Err(why) => Item::Error(ErrorCode::Num, Some(format!("{n} {why}"))),
            },
            Item::Null => Item::Null,
            Item::Error(code, message) => Item::Error(code, message),
        })?;
        Ok((Arc::new(values.into_iter().collect::<PrimitiveArray<T>>()), errors))
    }

    /// Whole numbers: a fraction is cut off, as Excel's own functions do.
    fn integers<T: ArrowPrimitiveType>(&self, cells: &Cells) -> Result<Converted, CallFailure>
    where
        T::Native: TryFrom<i128>,
    {
        self.numbers::<T>(cells, |n| {
            T::Native::try_from(n.trunc() as i128)
                .map_err(|_| "is beyond the type of the parameter")
        })
    }

    /// A column of texts with blanks in it.
    fn texts(&self, cells: &Cells) -> Converted {
        let nulls_stay = self.optional || self.place == Place::Range;
        let array: StringArray = match cells {
            Cells::Texts(array) if nulls_stay => array.clone(),
            Cells::Texts(array) => {
                array.iter().map(|text| Some(text.unwrap_or_default())).collect()
            }
            other => StringArray::new_null(other.len()),
        };
        (Arc::new(array), None)
    }

    fn doubles(&self, cells: &Cells) -> Result<Converted, CallFailure> {
        let nulls_stay = self.optional || self.place == Place::Range;
        match cells {
            Cells::Numbers(_, array) if nulls_stay => Ok((Arc::new(array.clone()), None)),
            Cells::Numbers(_, array) => {
                let filled: Float64Array =
                    array.iter().map(|value| Some(value.unwrap_or_default())).collect();
                Ok((Arc::new(filled), None))
            }
            Cells::Logicals(_) | Cells::Texts(_) if self.place == Place::Range => {
                Ok((Arc::new(Float64Array::new_null(cells.len())), None))
            }
            other => self.numbers::<t::Float64Type>(other, Ok),
        }
    }
}

/// `#VALUE!` for a cell that the parameter cannot take.
fn misfit<T>(cell: CellRef<'_>, why: &str) -> Item<T> {
    let shown = match cell {
        CellRef::Text(text) => format!("\"{}\"", cut(text.chars().take(41).collect(), 40)),
        cell => text(cell),
    };
    Item::Error(ErrorCode::Value, Some(format!("{shown} {why}")))
}

/// A cell as text; dates are their serial numbers, as for Excel's own functions.
fn text(cell: CellRef<'_>) -> String {
    match cell {
        CellRef::Blank => String::new(),
        CellRef::Text(text) => text.to_owned(),
        CellRef::Logical(b) => if b { "TRUE" } else { "FALSE" }.to_owned(),
        CellRef::Number(n, _) => general::to_text(n),
        CellRef::Error(kind, _) => kind.to_string(),
    }
}

/// The errors among cells, as a column of their numbers; what is no error is null.
fn errors_of(cells: &Cells) -> Result<Column, CallFailure> {
    let codes = cells.iter().map(|cell| match cell {
        CellRef::Error(kind, _) => Some(code_of_kind(kind).code()),
        _ => None,
    });
    Ok(Column::try_new_errors(codes.collect::<UInt8Array>())?)
}
