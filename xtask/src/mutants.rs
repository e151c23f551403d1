//! `mutants`: changes the code that judges guests, one place at a time, and runs the tests against each change.
//!
//! What is changed, and which changes no test can tell, stands in `.cargo/mutants.toml`.

use std::{path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::{Error, Result},
    metadata::{metadata, target_directory},
    tool,
};

const TOOL: (&str, &str) = ("cargo-mutants", "27.1.0");

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let only = match args {
        [] => None,
        [file] if !file.starts_with('-') => Some(file),
        _ => return Err(Error::new("mutants takes nothing, or the FILE whose code is changed")),
    };
    let path = tool::install(root, TOOL)?;
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let mut command = Cmd::cargo(root, "mutants --no-shuffle --jobs 1 --output")
        .arg(&target)
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", target.join("mutants"))
        .env("FZ_AGREEMENT_CALLS", "2000")
        .env("FZ_SOAK_CALLS", "500");
    if let Some(file) = only {
        command = command.arg("--file").arg(file);
    }
    println!("$ {command}");
    command.run()?;
    Ok(ExitCode::SUCCESS)
}
