//! The error that a function answers.

use core::fmt;
use std::borrow::Cow;
use udf_abi::ErrorCode;

/// An error of a row (elementwise), or of a whole call (reduce, array).
///
/// In a cell it shows as its code; the message goes with it.
///
/// ```
/// use formualizer_udf_sdk::{ErrorCode, UdfError, fz_udf};
///
/// /// The square root of a number that is not negative.
/// #[fz_udf]
/// fn sqrt_checked(x: f64) -> Result<f64, UdfError> {
///     if x < 0.0 { Err(UdfError::num(format!("{x} is negative"))) } else { Ok(x.sqrt()) }
/// }
///
/// let error = sqrt_checked(-1.0).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::Num);
/// assert_eq!(error.to_string(), "#NUM!: -1 is negative");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdfError {
    code: ErrorCode,
    message: Cow<'static, str>,
}

impl UdfError {
    /// An error with any code. The message may be empty; hosts read at most 10 000 bytes of it.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// `#VALUE!`: a value of the wrong kind.
    #[must_use]
    pub fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Value, message)
    }

    /// `#NUM!`: a number outside the function's domain.
    #[must_use]
    pub fn num(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Num, message)
    }

    /// `#N/A`: no value is available.
    #[must_use]
    pub fn na(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Na, message)
    }

    /// `#DIV/0!`
    #[must_use]
    pub fn div0(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Div, message)
    }

    /// What a cell shows.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What it says besides its code; may be empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_message(self) -> String {
        self.message.into_owned()
    }
}

impl fmt::Display for UdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            "" => write!(f, "{}", self.code),
            message => write!(f, "{}: {message}", self.code),
        }
    }
}

impl std::error::Error for UdfError {}

impl From<ErrorCode> for UdfError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, "")
    }
}

/// `#VALUE!` with this message.
impl From<String> for UdfError {
    fn from(message: String) -> Self {
        Self::value(message)
    }
}

/// `#VALUE!` with this message.
impl From<&'static str> for UdfError {
    fn from(message: &'static str) -> Self {
        Self::value(message)
    }
}
