//! One value that is owned: what a function gives for one row.

use crate::{
    cells::{CellRef, NumberKind, code_of_kind, error_of_code},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

/// A value that is owned.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum ScalarValue {
    /// Nothing.
    #[default]
    Blank,
    /// A finite number, and what it shows as.
    Number(f64, NumberKind),
    /// A text.
    Text(String),
    /// `TRUE` or `FALSE`.
    Logical(bool),
    /// An error, and its message where it has one.
    Error(ErrorCode, Option<Box<str>>),
}

impl ScalarValue {
    /// An error without a message.
    #[must_use]
    pub fn error(code: ErrorCode) -> Self {
        Self::Error(code, None)
    }

    /// The value, borrowed as a cell.
    #[must_use]
    #[inline]
    pub fn cell(&self) -> CellRef<'_> {
        match self {
            Self::Blank => CellRef::Blank,
            Self::Number(n, kind) => match n.is_finite() {
                true => CellRef::Number(*n, *kind),
                false => CellRef::number(*n),
            },
            Self::Text(text) => CellRef::Text(text),
            Self::Logical(b) => CellRef::Logical(*b),
            Self::Error(code, message) => CellRef::Error(error_of_code(*code), message.as_deref()),
        }
    }

    /// The value, borrowed as what the rules of [`crate::semantics`] take.
    #[must_use]
    pub fn scalar(&self) -> Scalar<'_> {
        self.cell().scalar()
    }
}

impl<'a> CellRef<'a> {
    /// What the rules of [`crate::semantics`] take.
    #[must_use]
    #[inline]
    pub fn scalar(self) -> Scalar<'a> {
        match self {
            Self::Blank => Scalar::Blank,
            Self::Number(n, _) => Scalar::Number(n),
            Self::Logical(b) => Scalar::Logical(b),
            Self::Text(text) => Scalar::Text(text),
            Self::Error(kind, _) => Scalar::Error(code_of_kind(kind)),
        }
    }

    /// The cell, owned.
    #[must_use]
    pub fn owned(self) -> ScalarValue {
        match self {
            Self::Blank => ScalarValue::Blank,
            Self::Number(n, kind) => ScalarValue::Number(n, kind),
            Self::Logical(b) => ScalarValue::Logical(b),
            Self::Text(text) => ScalarValue::Text(text.to_owned()),
            Self::Error(kind, message) => {
                ScalarValue::Error(code_of_kind(kind), message.map(Into::into))
            }
        }
    }
}

impl<'a> From<Scalar<'a>> for CellRef<'a> {
    fn from(value: Scalar<'a>) -> Self {
        match value {
            Scalar::Blank => Self::Blank,
            Scalar::Number(n) => Self::number(n),
            Scalar::Text(text) => Self::Text(text),
            Scalar::Logical(b) => Self::Logical(b),
            Scalar::Error(code) => Self::Error(error_of_code(code), None),
        }
    }
}

impl From<CellRef<'_>> for ScalarValue {
    fn from(cell: CellRef<'_>) -> Self {
        cell.owned()
    }
}

impl From<Scalar<'_>> for ScalarValue {
    fn from(value: Scalar<'_>) -> Self {
        CellRef::from(value).owned()
    }
}

impl From<f64> for ScalarValue {
    /// The number; `#NUM!` where it is not finite.
    #[inline]
    fn from(number: f64) -> Self {
        match number.is_finite() {
            true => Self::Number(number, NumberKind::Number),
            false => Self::error(ErrorCode::Num),
        }
    }
}

impl From<bool> for ScalarValue {
    fn from(logical: bool) -> Self {
        Self::Logical(logical)
    }
}

impl From<String> for ScalarValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for ScalarValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<ErrorCode> for ScalarValue {
    fn from(code: ErrorCode) -> Self {
        Self::error(code)
    }
}
