//! The error of this crate and of every engine behind its seam.

use crate::{Log, OneLine, failure};
use std::fmt;
use udf_abi::ErrorCode;

/// Why a module was refused or a call failed.
///
/// One pointer wide; ask [`kind`](Self::kind) what happened and print it for a person.
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
        Self(Box::new(Repr { kind, message, details, log }))
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

impl std::error::Error for Error {}

/// Errors are equal that say the same, whatever was logged before.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        let Repr { kind, message, details, log: _ } = &*self.0;
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
        Self::new(ErrorKind::InvalidManifest, message).with_details(details)
    }
}

/// Shorthand for an [`ErrorKind::InvalidArgument`].
pub(crate) fn invalid_argument(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}
