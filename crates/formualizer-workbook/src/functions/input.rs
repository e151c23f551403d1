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

use super::{
    dates,
    failure::{CallFailure, cut},
};
use crate::cells::{CellRef, Cells, Mixed, NumberKind, code_of_kind};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, Float64Array, PrimitiveArray,
    StringArray, StructArray, UInt8Array, types as t,
};
use arrow_schema::DataType;
use formualizer_common::DateSystem;
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, frame::tag, manifest::Param};
use udf_columnar::{Column, RowErrors, arrow_type};

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
    dates: DateSystem,
}

/// The column that a parameter gets.
pub(super) fn column(
    cells: &Cells,
    param: &Param,
    place: Place,
    dates: DateSystem,
) -> Result<Column, CallFailure> {
    let dtype = param.dtype.0;
    if let Some(shared) = shared(cells, dtype) {
        return Ok(Column::try_new(shared)?);
    }
    let coercion = Coercion { place, optional: param.optional, dates };
    let (array, errors): (ArrayRef, _) = match dtype {
        DType::Any => return any(cells, dates),
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
            check_text(values.iter().flatten().map(String::len).sum())?;
            (Arc::new(StringArray::from(values)), errors)
        }
        DType::Binary => {
            let (values, errors) = coercion.each(cells, |cell| match cell {
                CellRef::Text(text) => Item::Value(text.as_bytes().to_vec()),
                CellRef::Blank => Item::Value(Vec::new()),
                _ => misfit(cell, "is no text, which binary values are made of"),
            })?;
            check_text(values.iter().flatten().map(Vec::len).sum())?;
            let values = values.iter().map(|value| value.as_deref());
            (Arc::new(values.collect::<BinaryArray>()), errors)
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
        let mut codes: Vec<u8> = Vec::new();
        let mut messages: Vec<Option<String>> = Vec::new();
        for (row, cell) in cells.iter().enumerate() {
            let item = match cell {
                CellRef::Blank if self.optional || self.place == Place::Range => Item::Null,
                CellRef::Error(kind, message) => {
                    Item::Error(code_of_kind(kind), message.map(str::to_owned))
                }
                cell => convert(cell),
            };
            values.push(match item {
                Item::Value(value) => Some(value),
                Item::Null => None,
                Item::Error(code, message) => {
                    codes.resize(cells.len(), 0);
                    codes[row] = code.code();
                    if message.is_some() {
                        messages.resize(cells.len(), None);
                        messages[row] = message;
                    }
                    None
                }
            });
        }
        let errors = match codes.is_empty() {
            true => None,
            false => {
                let messages = (!messages.is_empty()).then(|| StringArray::from(messages));
                Some(RowErrors::try_new(codes.into(), messages)?)
            }
        };
        Ok((values, errors))
    }

    /// The number of a cell that is neither blank nor in error.
    fn number(&self, cell: CellRef<'_>) -> Item<f64> {
        match (cell, self.place) {
            (CellRef::Number(n, _), _) => Item::Value(n),
            (CellRef::Blank, _) => Item::Value(0.0),
            (CellRef::Logical(_) | CellRef::Text(_), Place::Range) => Item::Null,
            (CellRef::Logical(b), _) => Item::Value(f64::from(u8::from(b))),
            (CellRef::Text(text), _) => match number_of_text(text, self.dates) {
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

fn check_text(bytes: usize) -> Result<(), CallFailure> {
    match i32::try_from(bytes) {
        Ok(_) => Ok(()),
        Err(_) => Err(CallFailure::value(format!(
            "{bytes} bytes of text in one column of a call, at most 2 GiB are possible"
        ))),
    }
}

/// The number that a text stands for where a number is wanted: also a percentage, a date or a time.
fn number_of_text(text: &str, dates: DateSystem) -> Option<f64> {
    formualizer_eval::locale::Locale::invariant()
        .parse_number_invariant(text)
        .or_else(|| formualizer_common::parse_excel_datetime_text_to_serial_for(dates, text.trim()))
        .filter(|n| n.is_finite())
}

/// A cell as text; dates are their serial numbers, as for Excel's own functions.
fn text(cell: CellRef<'_>) -> String {
    match cell {
        CellRef::Blank => String::new(),
        CellRef::Text(text) => text.to_owned(),
        CellRef::Logical(b) => if b { "TRUE" } else { "FALSE" }.to_owned(),
        CellRef::Number(n, _) => number_text(n),
        CellRef::Error(kind, _) => kind.to_string(),
    }
}

/// Digits of a number that Excel shows.
const DIGITS: usize = 15;

/// A number as Excel makes text of it: 15 digits, an exponent where it has very many places.
fn number_text(n: f64) -> String {
    let scientific = format!("{n:.*e}", DIGITS - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    if !(-9..=20).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}E{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    let places = exponent.unsigned_abs() as usize;
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(places - 1));
    }
    match digits.split_at_checked(places + 1) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", "0".repeat(places + 1 - digits.len())),
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

/// Cells as they are. Dates are serials of the 1900 system there, whatever the workbook's is.
fn any(cells: &Cells, dates: DateSystem) -> Result<Column, CallFailure> {
    match cells {
        Cells::Blank(len) => Ok(Column::new_null(DType::Any, *len)),
        Cells::Mixed(mixed) => any_of_mixed(mixed, dates),
        other => {
            let mut tags = Vec::with_capacity(other.len());
            let mut numbers = Vec::with_capacity(other.len());
            let mut texts = Vec::with_capacity(other.len());
            for cell in other.iter() {
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
            lanes(tags.into(), numbers.into(), StringArray::from(texts))
        }
    }
}

fn any_of_mixed(mixed: &Mixed, dates: DateSystem) -> Result<Column, CallFailure> {
    let tags = || UInt8Array::new(mixed.tags.clone(), None);
    let in_error = mixed.tags.contains(&tag::ERROR);
    let shifted = dates::shift(dates) != 0.0;
    if !in_error && !shifted {
        let numbers = Float64Array::new(mixed.numbers.clone(), None);
        return lanes(tags(), numbers, mixed.texts.clone());
    }
    let rows = || mixed.tags.iter().zip(mixed.numbers.iter());
    let numbers: Vec<f64> = rows()
        .map(|(of, n)| if *of == tag::ERROR { 0.0 } else { n + shift_of(*of, dates) })
        .collect();
    if !in_error {
        return lanes(tags(), numbers.into(), mixed.texts.clone());
    }
    let codes: Vec<u8> =
        rows().map(|(of, n)| if *of == tag::ERROR { *n as u8 } else { 0 }).collect();
    let is_error = |row: usize| mixed.tags[row] == tag::ERROR;
    let texts = mixed.texts.iter().enumerate();
    let messages: StringArray = texts
        .clone()
        .map(|(row, text)| text.filter(|text| is_error(row) && !text.is_empty()))
        .collect();
    let texts: StringArray = texts
        .map(|(row, text)| Some(text.filter(|_| !is_error(row)).unwrap_or_default()))
        .collect();
    let messages = (messages.null_count() < messages.len()).then_some(messages);
    let column = lanes(tags(), numbers.into(), texts)?;
    Ok(column.with_errors(RowErrors::try_new(codes.into(), messages)?)?)
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
) -> Result<Column, CallFailure> {
    let DataType::Struct(fields) = arrow_type(DType::Any, false) else {
        return Err(CallFailure::value("any columns have no lanes"));
    };
    let columns: Vec<ArrayRef> = vec![Arc::new(tags), Arc::new(numbers), Arc::new(texts)];
    let array = StructArray::try_new(fields, columns, None)
        .map_err(|error| CallFailure::value(error.to_string()))?;
    Ok(Column::try_new(Arc::new(array))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::cast::AsArray;
    use formualizer_common::ExcelErrorKind;

    const DATES: DateSystem = DateSystem::Excel1900;

    fn param(dtype: DType, optional: bool) -> Param {
        Param { optional, ..Param::scalar("p".to_owned(), dtype) }
    }

    fn doubles(cells: &Cells, optional: bool, place: Place) -> (Vec<Option<f64>>, Column) {
        let column = column(cells, &param(DType::F64, optional), place, DATES).unwrap();
        (column.array().as_primitive::<t::Float64Type>().iter().collect(), column)
    }

    #[test]
    fn numbers_without_blanks_are_shared() {
        let Cells::Numbers(_, array) = Cells::number(1.5, 100) else { panic!() };
        for kind in [NumberKind::Number, NumberKind::Date] {
            let cells = Cells::Numbers(kind, array.clone());
            let (_, column) = doubles(&cells, false, Place::Value);
            let shared = column.array().as_primitive::<t::Float64Type>();
            assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
        }
    }

    #[test]
    fn cells_of_every_kind_reach_numbers_as_in_excel() {
        let cells = Cells::of([
            CellRef::Blank,
            CellRef::number(2.5),
            CellRef::Logical(true),
            CellRef::Text(" 12.5% "),
            CellRef::Text("2024-01-01"),
            CellRef::Text("ten"),
            CellRef::Error(ExcelErrorKind::Div, Some("why")),
            CellRef::Number(45_292.0, NumberKind::Date),
        ]);
        let (values, column) = doubles(&cells, false, Place::Value);
        let wanted = [Some(0.0), Some(2.5), Some(1.0), Some(0.125), Some(45_292.0), None, None];
        assert_eq!(values[..7], wanted);
        assert_eq!(values[7], Some(45_292.0));
        assert_eq!(column.error(5), Some((ErrorCode::Value, Some("\"ten\" is no number"))));
        assert_eq!(column.error(6), Some((ErrorCode::Div, Some("why"))));
        assert_eq!(doubles(&cells, true, Place::Value).0[0], None);
        let (values, column) = doubles(&cells, false, Place::Range);
        assert_eq!(values[..6], [None, Some(2.5), None, None, None, None]);
        assert_eq!((column.error(5), column.errors().unwrap().count()), (None, 1));
    }

    #[test]
    fn blanks_are_the_zero_of_the_type_or_no_value() {
        for dtype in DType::ALL {
            if matches!(dtype, DType::Null | DType::Error | DType::Any) {
                continue;
            }
            let blank = Cells::Blank(2);
            let zero = column(&blank, &param(dtype, false), Place::Value, DATES).unwrap();
            assert_eq!((zero.len(), zero.array().null_count()), (2, 0), "{dtype}");
            let none = column(&blank, &param(dtype, true), Place::Value, DATES).unwrap();
            assert_eq!(none.array().null_count(), 2, "{dtype}");
            let range = column(&blank, &param(dtype, false), Place::Range, DATES).unwrap();
            assert_eq!(range.array().null_count(), 2, "{dtype}");
            assert_eq!(range.dtype(), dtype);
        }
    }

    #[test]
    fn numbers_that_a_type_does_not_hold_are_errors_of_their_row() {
        let cells = Cells::of([300.0, -2.9, 1e300].map(CellRef::number));
        let bytes = column(&cells, &param(DType::I8, false), Place::Value, DATES).unwrap();
        assert_eq!(bytes.array().as_primitive::<t::Int8Type>().value(1), -2);
        assert_eq!(bytes.error(0).unwrap().0, ErrorCode::Num);
        assert_eq!(bytes.error(2).unwrap().0, ErrorCode::Num);
        let dates = column(&cells, &param(DType::Date32, false), Place::Value, DATES).unwrap();
        assert_eq!(dates.error(1).unwrap().0, ErrorCode::Num);
        assert_eq!(dates.array().as_primitive::<t::Date32Type>().value(0), 300 - 25_569);
    }

    #[test]
    fn dates_of_1904_workbooks_are_the_same_days() {
        let cells = Cells::of([CellRef::Number(43_830.25, NumberKind::DateTime)]);
        let system = DateSystem::Excel1904;
        let day = column(&cells, &param(DType::Date32, false), Place::Value, system).unwrap();
        assert_eq!(day.array().as_primitive::<t::Date32Type>().value(0), 19_723);
        let any = column(&cells, &param(DType::Any, false), Place::Value, system).unwrap();
        assert_eq!(any.to_any().unwrap(), [udf_columnar::AnyValue::DateTime(45_292.25)]);
        let serial = column(&cells, &param(DType::F64, false), Place::Value, system).unwrap();
        assert_eq!(serial.array().as_primitive::<t::Float64Type>().value(0), 43_830.25);
    }

    #[test]
    fn any_sees_every_cell_as_it_is() {
        use udf_columnar::AnyValue as A;
        let cells = Cells::of([
            CellRef::Blank,
            CellRef::number(1.0),
            CellRef::Logical(true),
            CellRef::Text("ä"),
            CellRef::Error(ExcelErrorKind::Na, Some("gone")),
        ]);
        let any = column(&cells, &param(DType::Any, false), Place::Value, DATES).unwrap();
        let wanted = [
            A::Blank,
            A::Number(1.0),
            A::Logical(true),
            A::Text("ä".to_owned()),
            A::Error(ErrorCode::Na),
        ];
        assert_eq!(any.to_any().unwrap(), wanted);
        assert_eq!(any.error(4), Some((ErrorCode::Na, Some("gone"))));
    }

    #[test]
    fn numbers_become_the_texts_that_excel_makes() {
        for (n, wanted) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.3"),
            (1e20, "100000000000000000000"),
            (1e21, "1E+21"),
            (-1.25e-10, "-1.25E-10"),
            (0.000_000_001, "0.000000001"),
            (123_456_789.125, "123456789.125"),
            (1_234_567_890_123_456_789.0, "1234567890123460000"),
            (f64::MAX, "1.79769313486232E+308"),
        ] {
            assert_eq!(number_text(n), wanted);
        }
    }
}
