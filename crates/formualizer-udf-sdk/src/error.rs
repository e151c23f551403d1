//! The error that a function answers.

use core::fmt::Display;
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
/// assert_eq!((error.code(), error.message()), (ErrorCode::Num, "-1 is negative"));
/// ```
///
/// `?` makes one of every error that displays: `#VALUE!`, with what it displays as the message. One
/// that displays as the text of a code, as [`ErrorCode`] itself does, is that code.
///
/// ```
/// use formualizer_udf_sdk::{ErrorCode, UdfError};
///
/// fn half(text: &str) -> Result<i64, UdfError> {
///     let number: i64 = text.parse()?;
///     if number % 2 == 0 { Ok(number / 2) } else { Err(format!("{number} is odd"))? }
/// }
///
/// assert_eq!(half("8"), Ok(4));
/// assert_eq!(half("x"), Err(UdfError::value("invalid digit found in string")));
/// assert_eq!(half("7"), Err(UdfError::value("7 is odd")));
/// assert_eq!(UdfError::from(ErrorCode::Na), UdfError::na(""));
/// ```
///
/// For that reason it does not display itself: print its code and its message.
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

impl<E: Display> From<E> for UdfError {
    fn from(error: E) -> Self {
        // Some errors display what caused them in this form only.
        let message = format!("{error:#}");
        match ErrorCode::from_text(&message) {
            Some(code) => Self::new(code, ""),
            None => Self::value(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt;

    /// Has causes, as the errors of `anyhow` have.
    struct Chain;
    impl Display for Chain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if f.alternate() { "outside: inside" } else { "outside" })
        }
    }

    #[test]
    fn every_error_that_displays_becomes_one() {
        let check = |found: UdfError, expected: UdfError| assert_eq!(found, expected);
        let local = String::from("borrowed");
        check("text".into(), UdfError::value("text"));
        check(local.as_str().into(), UdfError::value("borrowed"));
        check(local.into(), UdfError::value("borrowed"));
        check(Cow::Borrowed("cow").into(), UdfError::value("cow"));
        check('c'.into(), UdfError::value("c"));
        let parse = "x".parse::<f64>().unwrap_err();
        check(parse.clone().into(), UdfError::value("invalid float literal"));
        check(
            Box::<dyn std::error::Error>::from(parse).into(),
            UdfError::value("invalid float literal"),
        );
        check(std::fmt::Error.into(), UdfError::value(std::fmt::Error.to_string()));
        check(Chain.into(), UdfError::value("outside: inside"));
    }

    #[test]
    fn a_code_stays_a_code() {
        for code in ErrorCode::ALL {
            assert_eq!(UdfError::from(code), UdfError::new(code, ""), "{code}");
            assert_eq!(UdfError::from(code.to_string()), UdfError::new(code, ""), "{code}");
        }
        assert_eq!(UdfError::from("#N/A is not enough"), UdfError::value("#N/A is not enough"));
    }
}
