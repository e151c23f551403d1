//! `fzudf`: recalculate workbooks with functions of WebAssembly plugins, run them over Parquet, Arrow, CSV and
//! JSON files, and make such plugins.
//!
//! ```text
//! fzudf recalc testdata/portfolio.xlsx --plugins plugins/finance.wasm --out priced.xlsx
//! fzudf inspect plugins/finance.wasm
//! fzudf call plugins/finance.wasm BS_CALL --input options.parquet --out priced.parquet
//! ```
//!
//! | module | what stands there |
//! |---|---|
//! | `cli` | what the command line takes |
//! | `recalc`, `eval`, `sheet` | the commands of these names: workbooks |
//! | `book` | what they share |
//! | `inspect` | the command of that name: nothing is executed |
//! | `call` | the command of that name: arguments, the three kinds of functions, the report |
//! | `new`, `build` | a plugin's source and the module made of it |
//! | `manifest` | the command of that name: for modules that the SDK has not made |
//! | `check`, `test`, `bench`, `doc` | a module held against the contract, tried, measured, described |
//! | `cache`, `completions`, `doctor` | the commands of these names |
//! | `excel` | Excel's functions, which `call` and `inspect` take in place of a plugin |
//! | `engine`, `engines` | the engine that a command asks for, and all that it was built with |
//! | `table` | files of rows: Parquet, Arrow, CSV and JSON, in batches, in and out |
//! | `file`, `stdout` | texts and files written as a whole |
//! | `exit` | how a command ends: exit codes and diagnostics |
//!
//! Data goes to stdout, everything else to stderr. Deliberately absent: any knowledge of frames,
//! guest memory and engines beyond choosing one.
#![forbid(unsafe_code)]

mod bench;
mod book;
mod build;
mod cache;
mod call;
mod check;
mod cli;
mod completions;
mod doc;
mod doctor;
mod engine;
mod engines;
mod eval;
mod excel;
mod exit;
mod file;
mod inspect;
mod manifest;
mod new;
mod recalc;
mod sheet;
mod stdout;
mod table;
mod test;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Recalc(args) => recalc::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Sheet(args) => sheet::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Call(args) => call::run(&args),
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Manifest(args) => manifest::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Doc(args) => doc::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
