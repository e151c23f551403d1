//! Options that `recalc` and `eval` have in common.

use crate::cli::{Backend, PluginLimitArgs, threads};
use clap::Args;
use std::path::PathBuf;

/// Functions beside the built-in ones.
#[derive(Args, Debug)]
#[command(next_help_heading = "Functions")]
pub(crate) struct PluginArgs {
    /// A plugin (.wasm), or a folder of plugins; may be repeated
    #[arg(long, short, value_name = "FILE|DIR")]
    pub(crate) plugins: Vec<PathBuf>,
    /// Let plugins take the names of built-in functions, which stay what they are otherwise
    #[arg(long)]
    pub(crate) override_builtins: bool,
}

/// What is put into cells before anything is calculated.
#[derive(Args, Debug)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Put a value or a formula into a cell; may be repeated
    #[arg(long, short, value_name = "CELL=VALUE")]
    pub(crate) set: Vec<String>,
    /// Put a file's rows into a sheet from a cell on (.csv, .tsv, .json, .ndjson, .arrow, .parquet); may
    /// be repeated
    #[arg(long, short, value_name = "CELL=FILE")]
    pub(crate) data: Vec<String>,
    /// Leave out the names of the columns, which are the first row of --data otherwise; in a .csv
    /// every row is data anyway
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// How it is calculated.
#[derive(Args, Debug)]
#[command(next_help_heading = "Execution")]
pub(crate) struct CalculationArgs {
    /// Threads; as many as processors if absent. The values do not depend on it
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<usize>,
    /// Seed of volatile functions, for the same random numbers again
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The engine of plugins
    #[arg(long, value_enum, default_value = "wasmtime")]
    pub(crate) backend: Backend,
    /// Compile plugins even if a run before has done so, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) limits: PluginLimitArgs,
}
