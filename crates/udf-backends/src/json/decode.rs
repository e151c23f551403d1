//! Answers in JSON: read, held against what the function may answer, made cells.
//!
//! An answer is a stranger's text. Its length is bounded before it is read; what is not known is
//! passed over without recursion, and what is known nests no deeper than the values of an array.
//! Arrays are read flat, row by row, and an uneven one is refused where it becomes uneven.

use super::{dates, kinds};
use crate::{guest::cut, native::Cell};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, SeqAccess, Visitor},
};
use std::fmt;
use udf_abi::{DType, ErrorCode};
use udf_columnar::{AnyValue, Error, ErrorKind};

/// Most columns of an array: those of a worksheet.
const MAX_COLUMNS: usize = 16_384;

/// What a function answered.
pub(super) enum Answer {
    /// One value.
    One(Literal),
    /// Rows and columns.
    Array(Grid),
    /// The call failed.
    Failed(ErrorCode, String),
}

/// Rows of equally many values.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub(super) columns: usize,
    /// Row by row.
    pub(super) values: Vec<Literal>,
}

/// A value that is no array.
pub(super) type Literal = Tagged<NoArray>;

/// A tagged value of codec 1; `A` is what stands in an array.
#[derive(Debug, Deserialize)]
pub(super) enum Tagged<A> {
    Int(i64),
    Number(f64),
    Text(String),
    Boolean(bool),
    Array(A),
    Date(String),
    DateTime(String),
    Time(String),
    Duration((i64, i64)),
    Empty,
    Pending,
    Error(ErrorValue),
}

/// An array has no place here.
#[derive(Debug)]
pub(super) enum NoArray {}

impl<'de> Deserialize<'de> for NoArray {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("an array in an array"))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorValue {
    kind: Kind,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Debug)]
struct Kind(ErrorCode);

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        kinds::code_of(&name).map(Self).ok_or_else(|| {
            let name = cut(&name, 40);
            D::Error::custom(format_args!("error kind `{name}` is none of {}", kinds::names()))
        })
    }
}

#[derive(Deserialize)]
struct Response {
    ok: bool,
    #[serde(default)]
    value: Option<Tagged<Grid>>,
    #[serde(default)]
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    message: Option<String>,
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = Grid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows, each a list of values")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut rows: S) -> Result<Grid, S::Error> {
                let mut grid = Grid::default();
                let mut index = 0usize;
                while rows.next_element_seed(Row { grid: &mut grid, index })?.is_some() {
                    index += 1;
                }
                Ok(grid)
            }
        }
        deserializer.deserialize_seq(Rows)
    }
}

/// Reads a row behind those that a grid has.
struct Row<'g> {
    grid: &'g mut Grid,
    index: usize,
}

impl<'de> serde::de::DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: a list of values")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut row: S) -> Result<(), S::Error> {
        let Row { grid, index } = self;
        let mut found = 0;
        let most = if index == 0 { MAX_COLUMNS } else { grid.columns };
        while found < most {
            let Some(value) = row.next_element()? else { break };
            grid.values.push(value);
            found += 1;
        }
        let more = found == most && row.next_element::<IgnoredAny>()?.is_some();
        if index == 0 {
            grid.columns = found;
            if more {
                return Err(S::Error::custom(format_args!("more than {MAX_COLUMNS} columns")));
            }
            return Ok(());
        }
        // Rows without values take no bytes of a budget.
        if more || found != grid.columns || found == 0 {
            let more = if more { "more than " } else { "" };
            return Err(S::Error::custom(format_args!(
                "row {index} of the array has {more}{found} values, the first has {}",
                grid.columns
            )));
        }
        Ok(())
    }
}

/// Reads an answer.
pub(super) fn answer(json: &[u8], message_bytes: usize) -> Result<Answer, Error> {
    let response: Response = serde_json::from_slice(json).map_err(|e| {
        let shown = String::from_utf8_lossy(&json[..json.len().min(60)]).into_owned();
        invalid(format!("the answer is no response of codec 1: {e}; it begins `{shown}`"))
            .with_source(e)
    })?;
    if response.ok {
        return match response.value {
            Some(Tagged::Array(grid)) => Ok(grid.unwrapped()),
            Some(value) => Ok(Answer::One(value.without_array()?)),
            None => Err(invalid("the answer says `ok` and has no `value`")),
        };
    }
    let failure = response.error.unwrap_or(Failure { kind: None, message: None });
    let code = failure.kind.map_or(ErrorCode::Error, |kind| kind.0);
    let message = failure.message.filter(|text| !text.is_empty());
    let message = message.unwrap_or_else(|| "the function does not say why".into());
    Ok(Answer::Failed(code, cut(&message, message_bytes).to_owned()))
}

impl Grid {
    /// An array of one value is that value, as upstream has it.
    fn unwrapped(mut self) -> Answer {
        match (self.values.len(), self.columns) {
            (1, 1) => self.values.pop().map_or(Answer::Array(Self::default()), Answer::One),
            _ => Answer::Array(self),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }
}

impl Tagged<Grid> {
    fn without_array(self) -> Result<Literal, Error> {
        Ok(match self {
            Self::Int(n) => Tagged::Int(n),
            Self::Number(n) => Tagged::Number(n),
            Self::Text(text) => Tagged::Text(text),
            Self::Boolean(b) => Tagged::Boolean(b),
            Self::Array(_) => return Err(Error::new(ErrorKind::Internal, "an array of one value")),
            Self::Date(text) => Tagged::Date(text),
            Self::DateTime(text) => Tagged::DateTime(text),
            Self::Time(text) => Tagged::Time(text),
            Self::Duration(parts) => Tagged::Duration(parts),
            Self::Empty => Tagged::Empty,
            Self::Pending => Tagged::Pending,
            Self::Error(error) => Tagged::Error(error),
        })
    }
}

impl Literal {
    /// The value as a cell of a column of type `dtype`.
    pub(super) fn into_cell(self, dtype: DType, message_bytes: usize) -> Result<Cell, Error> {
        let name = self.name();
        let misfit = || invalid(format!("the answer is {name}, {dtype} is wanted"));
        let cell = match self {
            Self::Error(error) if dtype != DType::Error => {
                let message = error.message.filter(|text| !text.is_empty());
                let message = message.map(|text| cut(&text, message_bytes).to_owned());
                return Ok(Cell::Error(error.kind.0, message));
            }
            Self::Pending => return Err(invalid("the answer is Pending, which is no value")),
            Self::Empty if dtype != DType::Any => return Ok(Cell::Null),
            other => match dtype {
                DType::Any => other.into_any().map(Cell::Any),
                DType::Null => None,
                DType::Error => match other {
                    Self::Error(error) => Some(Cell::Uint(error.kind.0.code().into())),
                    _ => None,
                },
                _ => other.into_typed(dtype),
            },
        };
        cell.ok_or_else(misfit)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Int(_) => "Int",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
            Self::Boolean(_) => "Boolean",
            Self::Array(_) => "Array",
            Self::Date(_) => "a Date (or none that exists)",
            Self::DateTime(_) => "a DateTime (or none that exists)",
            Self::Time(_) => "a Time (or none that exists)",
            Self::Duration(_) => "a Duration (or one out of range)",
            Self::Empty => "Empty",
            Self::Pending => "Pending",
            Self::Error(_) => "Error",
        }
    }

    /// `None` for dates that no calendar has.
    fn into_any(self) -> Option<AnyValue> {
        Some(match self {
            // A cell's numbers are doubles; beyond 2^53 this rounds, as upstream does.
            Self::Int(n) => AnyValue::Number(n as f64),
            Self::Number(n) => AnyValue::Number(n),
            Self::Text(text) => AnyValue::Text(text),
            Self::Boolean(b) => AnyValue::Logical(b),
            Self::Date(text) => AnyValue::Date(dates::serial_of_days(dates::date(&text)? as f64)),
            Self::DateTime(text) => {
                let days = dates::days_of_micros(dates::datetime(&text)?);
                AnyValue::DateTime(dates::serial_of_days(days))
            }
            Self::Time(text) => AnyValue::Time(dates::days_of_micros(dates::time(&text)?)),
            Self::Duration(parts) => {
                AnyValue::Duration(dates::days_of_micros(dates::duration(parts)?))
            }
            Self::Empty => AnyValue::Blank,
            Self::Array(_) | Self::Pending | Self::Error(_) => return None,
        })
    }

    fn into_typed(self, dtype: DType) -> Option<Cell> {
        match (dtype, self) {
            (DType::F64 | DType::F32, Self::Number(n)) => Some(Cell::Number(n)),
            (DType::F64 | DType::F32, Self::Int(n)) => Some(Cell::Number(n as f64)),
            (DType::Bool, Self::Boolean(b)) => Some(Cell::Bool(b)),
            (DType::Utf8, Self::Text(text)) => Some(Cell::Text(text)),
            (DType::Date32, Self::Date(text)) => {
                i32::try_from(dates::date(&text)?).ok().map(|days| Cell::Int(days.into()))
            }
            (DType::Timestamp, Self::DateTime(text)) => dates::datetime(&text).map(Cell::Int),
            (DType::Timestamp, Self::Date(text)) => {
                dates::date(&text)?.checked_mul(86_400_000_000).map(Cell::Int)
            }
            (DType::Time64, Self::Time(text)) => dates::time(&text).map(Cell::Int),
            (DType::Duration, Self::Duration(parts)) => dates::duration(parts).map(Cell::Int),
            (_, Self::Int(n)) => integer(dtype, n),
            // Some languages know no integers; a whole number is one.
            (_, Self::Number(n)) if n.fract() == 0.0 && n.abs() <= EXACT => {
                integer(dtype, n as i64)
            }
            _ => None,
        }
    }
}

/// 2^53: integers up to here are exact as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The integer, if the type has it.
fn integer(dtype: DType, n: i64) -> Option<Cell> {
    let fits = match dtype {
        DType::I8 => i8::try_from(n).is_ok(),
        DType::I16 => i16::try_from(n).is_ok(),
        DType::I32 => i32::try_from(n).is_ok(),
        DType::I64 => true,
        DType::U8 => u8::try_from(n).is_ok(),
        DType::U16 => u16::try_from(n).is_ok(),
        DType::U32 => u32::try_from(n).is_ok(),
        DType::U64 => n >= 0,
        _ => false,
    };
    fits.then_some(Cell::Int(n))
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidResult, message)
}
