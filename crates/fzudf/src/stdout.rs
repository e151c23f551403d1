//! Standard output of commands that print a text as a whole.

use crate::exit::{Exit, Failure};
use std::io::{ErrorKind, Write as _};

/// Prints a text. That nobody reads it any more is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Quiet, "broken pipe"))
        }
        Err(e) => Err(Failure::io("stdout cannot be written", e)),
    }
}

/// Prints a value as JSON, for programs.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|e| Failure::io("the report as JSON", e))?;
    print(&(text + "\n"))
}
