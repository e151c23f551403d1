//! `fzudf`: inspect WebAssembly plugins, and run their functions over Parquet, Arrow, CSV and JSON
//! files.
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
//! | `cache`, `completions`, `doctor` | the commands of these names |
//! | `engine` | the engine that a command asks for |
//! | `table` | files of rows: Parquet, Arrow, CSV and JSON, in batches, in and out |
//! | `exit` | how a command ends: exit codes and diagnostics |
//!
//! Data goes to stdout, everything else to stderr. Deliberately absent: any knowledge of frames,
//! guest memory and engines beyond choosing one.
#![forbid(unsafe_code)]

mod cache;
mod call;
mod cli;
mod completions;
mod doctor;
mod engine;
mod exit;
mod inspect;
mod stdout;
mod table;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Call(args) => call::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
