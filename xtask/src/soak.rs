//! `soak`: many calls and many kills, in release builds; `test` runs the same tests with small numbers.

use std::{path::Path, process::ExitCode};

use crate::{cmd::Cmd, error::Result, steps::Steps};

/// Calls of each engine.
const CALLS: &str = "10000000";
/// Runs of each kind that are killed.
const KILLS: &str = "1000";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let mut steps = Steps::default();
    let tests =
        |line: &str| Cmd::cargo(root, &format!("test --release --workspace --all-features {line}"));
    let calls = tests("--test soak -- --nocapture --test-threads=1");
    steps.run_tests("Calls that fail at random", &calls.env("FZ_SOAK_CALLS", CALLS));
    let kills = tests("--test cli -- --nocapture --test-threads=1 faults::");
    steps.run_tests("Kills and refusals", &kills.env("FZ_KILLS", KILLS));
    steps.print_times();
    Ok(steps.close())
}
