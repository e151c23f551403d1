//! Options that `recalc` and `eval` have in common.

use crate::cli::{Backend, PluginLimitArgs, threads};
use clap::Args;
use formualizer_workbook::Iteration;
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
    /// The sign between values of .csv and .tsv files, or `tab`. If absent, `;` is found where all lines
    /// agree on it, or a first line `sep=;` says so; otherwise it is that of the extension
    #[arg(long, value_name = "SIGN", value_parser = delimiter)]
    pub(crate) csv_delimiter: Option<char>,
    /// The sign in front of decimals in .csv and .tsv files, `.` or `,`; points group digits then. If absent, `,` is
    /// found in files with `;` where nothing speaks against it
    #[arg(long, value_name = "SIGN", value_parser = decimal)]
    pub(crate) csv_decimal: Option<char>,
}

fn delimiter(text: &str) -> Result<char, String> {
    match text.chars().collect::<Vec<char>>().as_slice() {
        ['t', 'a', 'b'] => Ok('\t'),
        [sign] => Ok(*sign),
        _ => Err("write one character, or `tab`".to_owned()),
    }
}

fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("write `.` or `,`".to_owned()),
    }
}

/// What becomes of cells whose formulas call what cannot be calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Unknown {
    /// The stored value stays; #NAME? where nothing is stored
    Keep,
    /// #NAME?
    Error,
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
    /// What cells give whose functions are not known: what is stored, or #NAME?
    #[arg(long, value_enum, default_value = "keep", value_name = "WHAT")]
    pub(crate) unknown: Unknown,
    /// Calculate circular references in steps: at most N, until changes are below DELTA (0.001 if absent). As the workbook says if
    /// absent; saved with it
    #[arg(long, value_name = "N[,DELTA]", value_parser = iteration)]
    pub(crate) iterate: Option<Iteration>,
    /// The engine of plugins
    #[arg(long, value_enum, default_value = "wasmtime")]
    pub(crate) backend: Backend,
    /// Compile plugins even if a run before has done so, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) limits: PluginLimitArgs,
}

/// The value of `--iterate`.
fn iteration(text: &str) -> Result<Iteration, String> {
    let (steps, delta) = match text.split_once(',') {
        Some((steps, delta)) => (steps, Some(delta)),
        None => (text, None),
    };
    let form =
        || "write a number of steps, and a change behind a comma: 100 or 100,0.001".to_owned();
    let steps = steps.trim().parse().map_err(|_| form())?;
    let delta = delta.map(|delta| delta.trim().parse().map_err(|_| form())).transpose()?;
    Iteration::new(steps, delta.unwrap_or(Iteration::default().delta())).map_err(|e| e.to_string())
}
