//! How a command ends: an exit code, what went wrong, and what to do about it.

use std::{
    fmt::{self, Display},
    io::Write as _,
    process::ExitCode,
};
use udf_columnar::{Error, ErrorKind, OneLine, Printable};

/// Why a command ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nobody reads the output any more: quietly, and no failure.
    Quiet,
    /// A formula gives an error, and that matters to the command.
    CellErrors,
    /// The command line asks for something that does not fit.
    Usage,
    /// The module was refused.
    Refused,
    /// The call failed.
    Call,
    /// A file could not be read or written.
    Io,
    /// A plugin does not compile, or nothing here compiles plugins.
    Build,
    /// Ctrl-C, or a request to terminate.
    Interrupted,
}

impl Exit {
    /// The number that a shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Quiet => 0,
            Self::CellErrors => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Call => 4,
            Self::Io => 5,
            Self::Build => 6,
            Self::Interrupted => 130,
        }
    }
}

/// A command that ended early. The message says what stands where, the hints what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn io(what: impl Display, error: impl Display) -> Self {
        Self::new(Exit::Io, format!("{what}: {error}"))
    }

    /// Adds what the user can do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts where it happened before the message.
    pub(crate) fn context(mut self, context: impl Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    /// Whether the command ends with this.
    pub(crate) fn is(&self, exit: Exit) -> bool {
        self.exit == exit
    }

    #[cfg(test)]
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Prints the diagnostic, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self.exit {
            Exit::Quiet => {}
            _ => complain(format_args!("error: {self}")),
        }
        ExitCode::from(self.exit.code())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl From<Error> for Failure {
    /// The exit code is that of the kind; so is the hint, where the message has none.
    fn from(error: Error) -> Self {
        use ErrorKind as K;
        let (exit, hint) = match error.kind() {
            _ if error.is_refusal() => (Exit::Refused, None),
            K::UnknownFunction => {
                (Exit::Usage, Some("`fzudf inspect FILE` lists the functions of a module"))
            }
            K::Arity => (Exit::Usage, Some("give one --arg for each parameter, in their order")),
            K::InvalidArgument => (Exit::Usage, None),
            K::TooLarge => (Exit::Call, Some("pass fewer rows or columns")),
            K::Busy => (Exit::Call, Some("run it again with fewer --threads")),
            K::Cancelled => (Exit::Interrupted, None),
            K::DeadlineExceeded => (
                Exit::Call,
                Some(
                    "give it more time (--limit-compile-time, --limit-batch-time, --limit-call-time, \
                     --limit-total-time), or fewer rows at a time (--batch-rows)",
                ),
            ),
            K::MemoryLimitExceeded => (
                Exit::Call,
                Some(
                    "give it more memory (--limit-memory, as far as the machine has it) or fewer rows at a time \
                     (--batch-rows)",
                ),
            ),
            K::StackExhausted => {
                (Exit::Call, Some("the function calls itself too deeply: tell its author"))
            }
            K::InvalidResult => (
                Exit::Call,
                Some(
                    "the plugin broke the contract of docs/abi.md, or its result is over \
                     --limit-result: tell its author which",
                ),
            ),
            K::Function(_) => (Exit::Call, Some("the function refuses these arguments")),
            K::Trap => (Exit::Call, Some("the plugin failed on this input: tell its author")),
            K::Internal => (Exit::Call, Some("a defect of fzudf or of this machine: report it")),
            _ => (Exit::Call, None),
        };
        let failure = Self::new(exit, error.to_string());
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Writes a line to stderr; a closed stderr is no reason to fail.
pub(crate) fn complain(text: impl Display) {
    let mut stderr = std::io::stderr().lock();
    let _closed = writeln!(stderr, "{}", printable(&text.to_string()));
}

/// Text for a terminal: what does something other than being seen is spelled out, except line feeds and tabs. Texts
/// of plugins and files within it are [`line()`] each.
pub(crate) fn printable(text: &str) -> String {
    Printable(text).to_string()
}

/// A text of a plugin or of a file, in one line of which everything is seen.
pub(crate) fn line(text: &str) -> String {
    OneLine(text).to_string()
}

/// The texts nearest to `wanted`, best first, at most three.
pub(crate) fn near<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut near: Vec<(f64, &str)> = known
        .map(|text| (strsim::jaro_winkler(&text.to_lowercase(), &wanted), text))
        .filter(|(likeness, _)| *likeness > 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(3).map(|(_, text)| text).collect()
}

/// A count with commas between its thousands.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Exit, Failure, grouped, near, printable};
    use udf_columnar::{Error, ErrorKind};

    #[test]
    fn counts_have_commas() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (336_776, "336,776"),
            (1 << 30, "1,073,741,824"),
        ] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn messages_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\nc\tü"), "a\\u{1b}[31mb\nc\tü");
        assert_eq!(printable("\u{202e}txt"), "\\u{202e}txt");
    }

    #[test]
    fn kinds_of_errors_have_their_exit_codes() {
        for (kind, exit) in [
            (ErrorKind::InvalidModule, Exit::Refused),
            (ErrorKind::Unsupported, Exit::Refused),
            (ErrorKind::UnknownFunction, Exit::Usage),
            (ErrorKind::Arity, Exit::Usage),
            (ErrorKind::InvalidArgument, Exit::Usage),
            (ErrorKind::TooLarge, Exit::Call),
            (ErrorKind::Trap, Exit::Call),
            (ErrorKind::DeadlineExceeded, Exit::Call),
            (ErrorKind::Cancelled, Exit::Interrupted),
        ] {
            assert_eq!(Failure::from(Error::new(kind, "x")).exit(), exit, "{kind:?}");
        }
    }

    #[test]
    fn near_names_ignore_case() {
        let known = ["spot", "strike", "Expiry"];
        assert_eq!(near("SPOTS", known.into_iter()), ["spot"]);
        assert_eq!(near("expiri", known.into_iter()), ["Expiry"]);
        assert!(near("q", known.into_iter()).is_empty());
    }
}
