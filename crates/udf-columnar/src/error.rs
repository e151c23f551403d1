//! The error of this crate and of every engine behind its seam.

use crate::{Log, OneLine, failure};
use std::{error, fmt, sync::Arc};
use udf_abi::ErrorCode;

/// Why a module was refused or a call failed.
///
/// One pointer wide; ask [`kind`](Self::kind) what happened and print it for a person. The message
/// holds what the cause said, where another error is the cause; [`source`](error::Error::source) gives that
/// error itself, to be downcast to. So whoever prints this one prints no sources. What stops a guest is
/// no error of an engine's, and has none.
///
/// ```
/// use udf_columnar::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::Arity, "MULADD takes 2 arguments, 3 were given");
/// assert_eq!(error.kind(), ErrorKind::Arity);
/// assert!(!error.is_trap());
/// ```
#[derive(Clone)]
pub struct Error(Box<Repr>);

#[derive(Clone)]
struct Repr {
    kind: ErrorKind,
    message: String,
    details: Vec<String>,
    log: Log,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// What went wrong, as callers tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are no module that the contract admits.
    InvalidModule,
    /// The module's manifest breaks a rule.
    InvalidManifest,
    /// The module or the function asks for something that this host does not have.
    Unsupported,
    /// No function goes by that name.
    UnknownFunction,
    /// The number of arguments does not fit the function.
    Arity,
    /// An argument has the wrong type, length or value.
    InvalidArgument,
    /// The input is larger than one call can take.
    TooLarge,
    /// The function itself answered an error.
    Function(ErrorCode),
    /// The guest trapped or panicked.
    Trap,
    /// The call or the evaluation ran out of time.
    DeadlineExceeded,
    /// The evaluation was cancelled.
    Cancelled,
    /// The guest asked for more memory than it may have.
    MemoryLimitExceeded,
    /// The guest's calls nested too deeply.
    StackExhausted,
    /// The guest answered something that the contract does not allow.
    InvalidResult,
    /// No instance could be had: none came free in time, or the machine has no room (address space, memory for a stack, threads)
    /// for another. The same call may work later, or with fewer threads.
    Busy,
    /// The host failed: a defect of this project or of its machine.
    Internal,
}

impl Error {
    /// An error of this kind. `message` says what stands where, and what to do about it.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (message, details, log) = (message.into(), Vec::new(), Log::default());
        Self(Box::new(Repr { kind, message, details, log, source: None }))
    }

    /// The same error with one line per further finding.
    #[must_use]
    pub fn with_details(mut self, details: Vec<String>) -> Self {
        self.0.details = details;
        self
    }

    /// The same error with `context` before its message, as in `context: message`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// The same error with what the plugin logged before it.
    #[must_use]
    pub fn with_log(mut self, log: Log) -> Self {
        self.0.log = log;
        self
    }

    /// The same error with its cause, whose words the message holds already.
    ///
    /// ```
    /// use std::error::Error as _;
    /// use udf_columnar::{Error, ErrorKind};
    ///
    /// let cause = std::io::Error::other("no disk");
    /// let error = Error::new(ErrorKind::Internal, format!("reading: {cause}")).with_source(cause);
    /// assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// What the plugin logged during the call that failed.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// One line per finding where there are several (the problems of a manifest).
    #[must_use]
    pub fn details(&self) -> &[String] {
        &self.0.details
    }

    /// The error that a spreadsheet cell shows for this failure.
    #[must_use]
    pub fn cell_error(&self) -> ErrorCode {
        failure::treatment(self.kind()).cell
    }

    /// Whether the guest trapped or panicked.
    #[must_use]
    pub fn is_trap(&self) -> bool {
        self.kind() == ErrorKind::Trap
    }

    /// Whether the module itself was refused, before any call.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        failure::treatment(self.kind()).phase == failure::Phase::Module
    }
}

impl fmt::Display for Error {
    /// The message, then a line for each detail. What a module says in them breaks no line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(&self.0.message))?;
        for detail in &self.0.details {
            write!(f, "\n  {}", OneLine(detail))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Errors are equal that say the same, whatever was logged before and whatever the cause.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        let Repr { kind, message, details, log: _, source: _ } = &*self.0;
        (kind, message, details) == (&other.0.kind, &other.0.message, &other.0.details)
    }
}

impl From<udf_abi::manifest::ManifestError> for Error {
    fn from(error: udf_abi::manifest::ManifestError) -> Self {
        let details: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
        let message = match details.len() {
            1 => "the manifest breaks a rule of the contract".into(),
            n => format!("the manifest breaks {n} rules of the contract"),
        };
        Self::new(ErrorKind::InvalidManifest, message).with_details(details).with_source(error)
    }
}

/// Shorthand for an [`ErrorKind::InvalidArgument`].
pub(crate) fn invalid_argument(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};
    use std::{error::Error as _, io};

    #[test]
    fn a_cause_is_kept_by_copies_and_does_not_tell_errors_apart() {
        let without = Error::new(ErrorKind::Internal, "reading: no disk");
        let with = without.clone().with_source(io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(with, without);
        assert!(without.source().is_none());
        let copy = with.clone().context("a.wasm").with_details(vec!["more".into()]);
        let cause = copy.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
        assert_eq!(copy.to_string(), "a.wasm: reading: no disk\n  more");
    }
}
