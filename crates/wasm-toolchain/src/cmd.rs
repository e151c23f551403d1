//! A command that can be shown, so that a failing step can say what to repeat, and run.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::error::{Context, Error, Result};

/// Cargo reads the flags of rustc from here, one by one, so that a path may hold spaces.
const ENCODED_RUSTFLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
const FLAG_SEPARATOR: &str = "\u{1f}";

/// A command line with the folder and the environment it needs.
///
/// ```
/// use std::path::Path;
/// use wasm_toolchain::Cmd;
///
/// let command = Cmd::new(Path::new("."), "printf").args(["a b"]);
/// assert_eq!(command.to_string(), "printf 'a b'");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    envs: Vec<(&'static str, OsString)>,
    dir: PathBuf,
}

impl Cmd {
    /// A program, to be run in `dir` without input.
    pub fn new(dir: &Path, program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            envs: Vec::new(),
            dir: dir.to_owned(),
        }
    }

    /// The cargo that started this program, or else the one on the path, with the words of `line` as its arguments.
    pub fn cargo(dir: &Path, line: &str) -> Self {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(dir, program).args(line.split_whitespace())
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.envs.push((name, value.as_ref().to_owned()));
        self
    }

    /// Sets exactly these flags for rustc, whatever the environment said before.
    pub fn rustflags(self, flags: &[String]) -> Self {
        self.env(ENCODED_RUSTFLAGS, flags.join(FLAG_SEPARATOR))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.dir).stdin(Stdio::null());
        for (name, value) in &self.envs {
            command.env(name, value);
        }
        command
    }

    /// Runs it with this program's own output streams.
    ///
    /// # Errors
    /// When it cannot be started or does not end with exit code 0.
    pub fn run(&self) -> Result<()> {
        let status = self.command().status().context(format_args!("cannot start `{self}`"))?;
        self.ended(status)
    }

    /// Runs it with everything it prints on standard error: standard output is for data.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_on_stderr(&self) -> Result<()> {
        let mut command = self.command();
        command.stdout(Stdio::from(std::io::stderr()));
        let status = command.status().context(format_args!("cannot start `{self}`"))?;
        self.ended(status)
    }

    /// Runs it, passing its standard output through and also giving each line to `see`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_and_see(&self, mut see: impl FnMut(&str)) -> Result<()> {
        let child = self.command().stdout(Stdio::piped()).spawn();
        let mut child = child.context(format_args!("cannot start `{self}`"))?;
        let stdout = child.stdout.take();
        self.each_line(stdout, |line| {
            println!("{line}");
            see(line);
        })?;
        self.wait_for(child)
    }

    /// Runs it and shows `see` each line of its standard error, which is printed nowhere else.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_and_see_errors(&self, see: impl FnMut(&str)) -> Result<()> {
        let child = self.command().stderr(Stdio::piped()).spawn();
        let mut child = child.context(format_args!("cannot start `{self}`"))?;
        let stderr = child.stderr.take();
        self.each_line(stderr, see)?;
        self.wait_for(child)
    }

    /// Lines that are no UTF-8 are shown as far as they are.
    fn each_line(&self, from: Option<impl Read>, mut see: impl FnMut(&str)) -> Result<()> {
        for line in from.into_iter().flat_map(|from| BufReader::new(from).split(b'\n')) {
            let line = line.context(format_args!("cannot read the output of `{self}`"))?;
            see(&String::from_utf8_lossy(&line));
        }
        Ok(())
    }

    fn wait_for(&self, mut child: Child) -> Result<()> {
        let status = child.wait().context(format_args!("cannot wait for `{self}`"))?;
        self.ended(status)
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    /// As [`run`](Self::run); the message then holds its standard error.
    pub fn output(&self) -> Result<Vec<u8>> {
        let output = self.command().output().context(format_args!("cannot start `{self}`"))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            let stderr = String::from_utf8_lossy(&output.stderr);
            Err(Error::new(format!("`{self}` failed: {}", stderr.trim())))
        }
    }

    fn ended(&self, status: std::process::ExitStatus) -> Result<()> {
        if status.success() {
            Ok(())
        } else {
            Err(Error::new(format!("{status}; mend it, then repeat: {self}")))
        }
    }
}

/// The line to type into a shell, in the command's folder.
impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.envs {
            let value = value.to_string_lossy();
            if *name == ENCODED_RUSTFLAGS {
                write!(f, "RUSTFLAGS={} ", quoted(&value.replace(FLAG_SEPARATOR, " ")))?;
            } else {
                write!(f, "{name}={} ", quoted(&value))?;
            }
        }
        let is_cargo = env::var_os("CARGO").is_some_and(|cargo| cargo == self.program);
        let program = self.program.to_string_lossy();
        f.write_str(&if is_cargo { "cargo".into() } else { quoted(&program) })?;
        for arg in &self.args {
            write!(f, " {}", quoted(&arg.to_string_lossy()))?;
        }
        Ok(())
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_line_for_the_shell() {
        let command = Cmd::new(Path::new("."), "tool")
            .rustflags(&["-C".into(), "linker=l".into()])
            .args(["a", "two words", "it's"]);
        assert_eq!(command.to_string(), r"RUSTFLAGS='-C linker=l' tool a 'two words' 'it'\''s'");
    }

    #[test]
    fn a_failing_command_says_what_to_repeat() {
        let error = Cmd::new(Path::new("."), "false").run().unwrap_err().to_string();
        assert!(error.ends_with("repeat: false"), "{error}");
    }

    #[test]
    fn lines_are_seen_while_they_pass_through() {
        let mut lines = Vec::new();
        let command = Cmd::new(Path::new("."), "printf").arg("a\\nb\\n");
        command.run_and_see(|line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["a", "b"]);

        let command = Cmd::new(Path::new("."), "sh").args(["-c", "echo a; echo b >&2; exit 3"]);
        let mut errors = Vec::new();
        let outcome = command.run_and_see_errors(|line| errors.push(line.to_owned()));
        assert_eq!((errors, outcome.is_err()), (vec!["b".to_owned()], true));
    }
}
