//! `fzudf`: inspect WebAssembly plugins, and run their functions over Parquet, Arrow and CSV files.
//!
//! ```text
//! fzudf inspect plugins/finance.wasm
//! fzudf call plugins/finance.wasm BS_CALL --input options.parquet --out priced.parquet
//! ```
//!
//! | module | what stands there |
//! |---|---|
//! | `cli` | what the command line takes |
//! | `inspect` | the command of that name: nothing is executed |
//! | `call` | the command of that name: arguments, the three kinds of functions, the report |
//! | `table` | files of rows: Parquet, Arrow and CSV, in batches, in and out |
//! | `exit` | how a command ends: exit codes and diagnostics |
//!
//! Data goes to stdout, everything else to stderr. Deliberately absent: any knowledge of frames,
//! guest memory and engines beyond choosing one.
#![forbid(unsafe_code)]

mod call;
mod cli;
mod exit;
mod inspect;
mod table;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Call(args) => call::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
