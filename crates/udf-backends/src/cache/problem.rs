//! What is wrong with the cache, and what the system said.

use std::io;
use udf_columnar::{Error, ErrorKind};

/// One problem, told in a report or as the error of whoever asked for the cache itself.
#[derive(Debug)]
pub(super) struct Problem {
    message: String,
    cause: Option<io::Error>,
}

impl Problem {
    /// A problem that the system's own error is the cause of; `message` holds its words.
    pub(super) fn caused(message: String, cause: io::Error) -> Self {
        Self { message, cause: Some(cause) }
    }

    /// The same problem of something: `message` is made of what it said.
    pub(super) fn of(self, message: impl FnOnce(&str) -> String) -> Self {
        Self { message: message(&self.message), ..self }
    }

    pub(super) fn into_message(self) -> String {
        self.message
    }
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self { message, cause: None }
    }
}

impl From<&str> for Problem {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let error = Self::new(ErrorKind::Internal, problem.message);
        problem.cause.into_iter().fold(error, Self::with_source)
    }
}
