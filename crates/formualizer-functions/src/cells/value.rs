//! One cell, and the public value that stands for it.

use formualizer_common::{
    DateSystem, ExcelError, ExcelErrorKind, LiteralValue as Value, datetime_to_serial_for,
};
use udf_abi::{ErrorCode, frame::tag};

/// What a number shows as. Formulas see the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum NumberKind {
    /// Itself.
    #[default]
    Number,
    /// A day.
    Date,
    /// A day and a time.
    DateTime,
    /// A time of the day.
    Time,
    /// Hours, which may pass a day.
    Duration,
}

impl NumberKind {
    /// Each of them.
    pub const ALL: [Self; 5] =
        [Self::Number, Self::Date, Self::DateTime, Self::Time, Self::Duration];

    /// The [`tag`] of the contract.
    #[must_use]
    pub fn tag(self) -> u8 {
        match self {
            Self::Number => tag::NUMBER,
            Self::Date => tag::DATE,
            Self::DateTime => tag::DATETIME,
            Self::Time => tag::TIME,
            Self::Duration => tag::DURATION,
        }
    }
}

/// A cell, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellRef<'a> {
    /// Nothing.
    Blank,
    /// A finite number or a serial.
    Number(f64, NumberKind),
    /// `TRUE` or `FALSE`.
    Logical(bool),
    /// A text.
    Text(&'a str),
    /// An error, and its message where it has one.
    Error(ExcelErrorKind, Option<&'a str>),
}

impl<'a> CellRef<'a> {
    /// The number; `#NUM!` where it is not finite, since no cell holds such a number.
    pub fn number(value: f64) -> Self {
        match value.is_finite() {
            true => Self::Number(value, NumberKind::Number),
            false => Self::Error(ExcelErrorKind::Num, None),
        }
    }

    /// The cell of a value; `None` for an array, which no cell holds.
    pub fn of(value: &'a Value, dates: DateSystem) -> Option<Self> {
        let serial = |kind| {
            let number = value.as_serial_number_for(dates).filter(|n| n.is_finite());
            number.map_or(Self::Error(ExcelErrorKind::Num, None), |n| Self::Number(n, kind))
        };
        Some(match value {
            Value::Empty | Value::Pending => Self::Blank,
            #[expect(clippy::cast_precision_loss, reason = "numbers of a sheet are doubles")]
            Value::Int(n) => Self::number(*n as f64),
            Value::Number(n) => Self::number(*n),
            Value::Text(text) => Self::Text(text),
            Value::Boolean(b) => Self::Logical(*b),
            Value::Date(_) => serial(NumberKind::Date),
            Value::DateTime(_) => serial(NumberKind::DateTime),
            Value::Time(_) => serial(NumberKind::Time),
            Value::Duration(d) => {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a duration")]
                let days = d.num_milliseconds() as f64 / 86_400_000.0;
                Self::Number(days, NumberKind::Duration)
            }
            Value::Error(error) => Self::Error(error.kind, error.message()),
            Value::Array(_) => return None,
        })
    }

    /// The value of the cell.
    pub fn value(self, dates: DateSystem) -> Value {
        match self {
            Self::Blank => Value::Empty,
            Self::Number(n, kind) => kind.value(n, dates),
            Self::Logical(b) => Value::Boolean(b),
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Error(kind, message) => Value::Error(error(kind, message)),
        }
    }

    /// The same, but dates and times as the serial numbers that formulas calculate with.
    pub fn plain(self) -> Value {
        match self {
            Self::Number(n, _) => Value::Number(n),
            other => other.value(DateSystem::Excel1900),
        }
    }
}

impl NumberKind {
    fn value(self, n: f64, dates: DateSystem) -> Value {
        let instant = || formualizer_common::try_serial_to_datetime_for(dates, n).ok();
        let value = match self {
            Self::Number => None,
            Self::Date => instant()
                .filter(|at| datetime_to_serial_for(dates, &at.date().into()) == n)
                .map(|at| Value::Date(at.date())),
            Self::DateTime => instant().map(Value::DateTime),
            Self::Time => {
                (0.0..1.0).contains(&n).then(instant).flatten().map(|at| Value::Time(at.time()))
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
            Self::Duration => (n.abs() < 1e11).then(|| {
                Value::Duration(chrono::Duration::milliseconds((n * 86_400_000.0).round() as i64))
            }),
        };
        value.unwrap_or(Value::Number(n))
    }
}

pub(super) fn error(kind: ExcelErrorKind, message: Option<&str>) -> ExcelError {
    let error = ExcelError::new(kind);
    match message {
        Some(message) => error.with_message(message),
        None => error,
    }
}

/// The number that the contract gives an error kind.
pub fn code_of_kind(kind: ExcelErrorKind) -> ErrorCode {
    match kind {
        ExcelErrorKind::Null => ErrorCode::Null,
        ExcelErrorKind::Ref => ErrorCode::Ref,
        ExcelErrorKind::Name => ErrorCode::Name,
        ExcelErrorKind::Value => ErrorCode::Value,
        ExcelErrorKind::Div => ErrorCode::Div,
        ExcelErrorKind::Na => ErrorCode::Na,
        ExcelErrorKind::Num => ErrorCode::Num,
        ExcelErrorKind::NImpl => ErrorCode::NotImplemented,
        ExcelErrorKind::Spill => ErrorCode::Spill,
        ExcelErrorKind::Calc => ErrorCode::Calc,
        ExcelErrorKind::Circ => ErrorCode::Circular,
        ExcelErrorKind::Cancelled => ErrorCode::Cancelled,
        _ => ErrorCode::Error,
    }
}

/// The error kind of a number of the contract; what the engine does not have is `#ERROR!`.
pub fn kind_of_code(code: u8) -> ExcelErrorKind {
    ErrorCode::from_code(code).map_or(ExcelErrorKind::Error, error_of_code)
}

/// The error kind of an error of the contract.
pub fn error_of_code(code: ErrorCode) -> ExcelErrorKind {
    match code {
        ErrorCode::Null => ExcelErrorKind::Null,
        ErrorCode::Div => ExcelErrorKind::Div,
        ErrorCode::Value => ExcelErrorKind::Value,
        ErrorCode::Ref => ExcelErrorKind::Ref,
        ErrorCode::Name => ExcelErrorKind::Name,
        ErrorCode::Num => ExcelErrorKind::Num,
        ErrorCode::Na => ExcelErrorKind::Na,
        ErrorCode::Spill => ExcelErrorKind::Spill,
        ErrorCode::Calc => ExcelErrorKind::Calc,
        ErrorCode::Circular => ExcelErrorKind::Circ,
        ErrorCode::NotImplemented => ExcelErrorKind::NImpl,
        ErrorCode::Cancelled => ExcelErrorKind::Cancelled,
        _ => ExcelErrorKind::Error,
    }
}
