//! The one public error of the crate.

use std::{error, fmt};

/// What went wrong, and what to do about it. A recalculation never gives one because a formula or a
/// plugin failed: those are values of cells.
///
/// The message holds what the cause said, where another error is the cause (of the system, of a parser, of a
/// runtime); [`source`](error::Error::source) gives that error itself, to be downcast to. So whoever prints this one prints
/// no sources.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A cell or range address that does not parse, or lies outside a sheet.
    Address,
    /// A sheet that does not exist, exists already, or has a name that is not allowed.
    Sheet,
    /// A formula that does not parse.
    Formula,
    /// A defined name or table that is not allowed, exists already, or does not exist.
    Name,
    /// A function name or option that is not allowed, is taken, or does not exist.
    Function,
    /// A plugin that was refused, contradicts what it was registered as, or does not exist.
    Plugin,
    /// Data that cells cannot hold.
    Data,
    /// A file or folder that cannot be read or written.
    Io,
    /// A file whose content is broken, not supported, or beyond the limits.
    File,
    /// The recalculation was cancelled; every cell holds what it held before or its new value.
    Cancelled,
    /// A callback that tried to use the workbook that is calling it.
    Reentrant,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The error that `make` gives for why an array cannot be cells.
    pub(crate) fn of_conversion(
        error: crate::cells::ConversionError,
        make: impl FnOnce(String) -> Self,
    ) -> Self {
        let (message, source) = error.into_parts();
        source.into_iter().fold(make(message), Self::with_source)
    }

    /// The same error with `context` before its message, as in `context: message`.
    pub(crate) fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the recalculation was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}
