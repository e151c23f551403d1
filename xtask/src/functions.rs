//! `functions`: `docs/functions.md`, written from the records of `formualizer-functions`. A test of that crate holds the
//! file against them.

use std::{path::Path, process::ExitCode};

use crate::{cmd::Cmd, error::Result};

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let line =
        "run --quiet --package formualizer-functions --example document -- docs/functions.md";
    Cmd::cargo(root, line).run()?;
    println!("docs/functions.md is what the records say");
    Ok(ExitCode::SUCCESS)
}
