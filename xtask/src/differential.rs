//! `differential`: random modules on both engines, for as long as asked. No engine changes its version
//! before a million calls of it (docs/safety.md).

use std::{path::Path, process::ExitCode, time::SystemTime};

use crate::{
    cmd::Cmd,
    error::{Error, Result},
};

const USAGE: &str = "differential takes --for TIME (90s, 10m, 2h), --calls N or both, and --seed N";

/// How long it goes on where nothing is said.
const SECONDS: u64 = 600;

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let options = Options::parse(args)?;
    let command = options.command(root);
    println!("$ {command}");
    command.run()?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    seconds: Option<u64>,
    calls: Option<u64>,
    seed: Option<u64>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(option) = args.next() {
            let value = args.next().ok_or_else(|| Error::new(format!("{option}: {USAGE}")))?;
            let wrong = || Error::new(format!("`{option} {value}`: {USAGE}"));
            let place = match option.as_str() {
                "--for" => {
                    options.seconds = Some(seconds(value).ok_or_else(wrong)?);
                    continue;
                }
                "--calls" => &mut options.calls,
                "--seed" => &mut options.seed,
                _ => return Err(wrong()),
            };
            *place = Some(value.parse().map_err(|_| wrong())?);
        }
        if options.seconds.is_none() && options.calls.is_none() {
            options.seconds = Some(SECONDS);
        }
        Ok(options)
    }

    fn command(&self, root: &Path) -> Cmd {
        // Every run sees other modules, unless it is told which.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let seed = self.seed.unwrap_or(now.as_secs());
        // Over the workspace, so that one release build serves every task.
        let line = "test --release --workspace --all-features --test differential -- --nocapture";
        let mut command = Cmd::cargo(root, line).env("FZ_DIFFERENTIAL_SEED", seed.to_string());
        for (name, value) in
            [("FZ_DIFFERENTIAL_SECONDS", self.seconds), ("FZ_DIFFERENTIAL_CALLS", self.calls)]
        {
            if let Some(value) = value {
                command = command.env(name, value.to_string());
            }
        }
        command
    }
}

/// `90s`, `10m` or `2h` in seconds.
fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Options> {
        let args: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        Options::parse(&args).ok()
    }

    #[test]
    fn options_say_how_long_and_with_which_seed() {
        let options = |seconds, calls, seed| Some(Options { seconds, calls, seed });
        assert_eq!(parse(""), options(Some(SECONDS), None, None));
        assert_eq!(parse("--for 2h --seed 7"), options(Some(7200), None, Some(7)));
        assert_eq!(parse("--calls 1000000"), options(None, Some(1_000_000), None));
        assert_eq!(parse("--for 10m --calls 5"), options(Some(600), Some(5), None));
        for wrong in ["--for", "--for 10", "--for h", "--for 1d", "--seed x", "--until 3", "5"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
