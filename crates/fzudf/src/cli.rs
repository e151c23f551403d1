//! What the command line takes.

use crate::{
    bench::{self, BenchArgs},
    build::{self, BuildArgs},
    cache::CacheArgs,
    check::{self, CheckArgs},
    completions::CompletionsArgs,
    doc::DocArgs,
    doctor::DoctorArgs,
    eval::{self, EvalArgs},
    exit::Failure,
    manifest::ManifestArgs,
    new::NewArgs,
    recalc::{self, RecalcArgs},
    sheet::{self, SheetArgs},
    table::Format,
    test::{self, TestArgs},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{path::PathBuf, time::Duration};
use udf_columnar::{CompileLimits, Limits};

/// Recalculate workbooks with functions of WebAssembly plugins, run them over Parquet, Arrow, CSV and
/// JSON files, and make such plugins.
///
/// Exit codes: 0 done, 1 a formula gives an error, 2 usage, 3 module refused, 4 call failed, 5 input or output, 6 a plugin does
/// not compile, or nothing here compiles plugins.
#[derive(Debug, Parser)]
#[command(name = "fzudf", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Recalculate a workbook, with plugins, and save it as it was with the new values in it
    #[command(after_long_help = recalc::HELP)]
    Recalc(Box<RecalcArgs>),
    /// Calculate one formula
    #[command(after_long_help = eval::HELP)]
    Eval(Box<EvalArgs>),
    /// Show cells of a workbook
    #[command(after_long_help = sheet::HELP)]
    Sheet(SheetArgs),
    /// Show what a plugin is and offers; nothing of it is executed
    Inspect(InspectArgs),
    /// Call a plugin's function, or one of Excel's, over a file
    #[command(after_long_help = CALL_HELP)]
    Call(Box<CallArgs>),
    /// Make a new plugin: a folder that builds and tests at once
    New(NewArgs),
    /// Build a plugin from its source
    #[command(after_long_help = build::HELP)]
    Build(BuildArgs),
    /// Attach a manifest to a module, or show it
    Manifest(ManifestArgs),
    /// Hold a plugin against the contract
    #[command(after_long_help = check::HELP)]
    Check(CheckArgs),
    /// Run a plugin's examples, and random rows in every way
    #[command(after_long_help = test::HELP)]
    Test(TestArgs),
    /// Measure what a call and a row of a function cost
    #[command(after_long_help = bench::HELP)]
    Bench(BenchArgs),
    /// Write a reference of a plugin's functions
    Doc(DocArgs),
    /// Show or clear the folder where compiled plugins are kept
    #[command(after_help = "FZUDF_CACHE_DIR names another folder than the user's usual one.")]
    Cache(CacheArgs),
    /// Print what a shell needs to complete this command
    #[command(after_help = "For bash: source <(fzudf completions bash)")]
    Completions(CompletionsArgs),
    /// Show what this machine lacks for building plugins, and the command that mends it
    #[command(after_help = "Exit codes: 0 plugins can be built here, 6 something is missing.")]
    Doctor(DoctorArgs),
}

const CALL_HELP: &str = "\
Arguments:
  Each --arg stands for the next parameter of the function.
    --arg price        the input's column `price`
    --arg a,b,c        three columns, for a parameter that takes a range
    --arg =0.05        a value, in the parameter's type; dates and times as in ISO 8601
    --arg =            an empty text
    --arg =null        no value
  Trailing optional parameters can be left out. Without any --arg, columns that are named like the
  parameters are taken, in any case.

Excel's functions:
  `excel` in place of the plugin's file means them; a file of that name is ./excel. A parameter of one
  value that is given a column calls the function row by row, as an elementwise one; columns for
  parameters of arrays and ranges are taken whole. All rows are in memory at once. Names stand in any
  case, with `.` or `_`; `fzudf inspect excel` lists them. A function that is an argument is given by
  its name, as in --arg =SUM. Engines, batches and the limits of plugins have no meaning there.

Results:
  elementwise  the input's columns and the result behind them, in batches: files may be larger
               than memory
  reduce       one value
  array        a table of its own
  Without --out they go to stdout as CSV (a terminal shows 20 rows). Results of type `any` and
  `error` are written as text. Dictionary columns are written out in full in Arrow files.
  CSV knows no difference between an empty text and no value: both are empty. JSON knows no
  number that is not finite: it is null.

Rows in error:
  They have no value in the result, and stderr counts them. `--errors column` adds a column with
  error and message, `--errors fail` fails. A row on which the plugin crashed fails the call
  unless --errors says null or column. Rows are counted from 0.

Examples:
  fzudf call finance.wasm BS_CALL --input options.parquet --arg spot --arg strike --arg =0.05 \\
      --arg sigma --arg years --out priced.parquet
  fzudf call finance.wasm XNPV --input flows.csv --arg =0.08 --arg amount --arg day
  fzudf call finance.wasm EMA --arg price --arg =0.1 --input stocks.parquet
  fzudf call excel XIRR --input flows.csv --arg amount --arg day
  fzudf call excel XLOOKUP --input orders.csv --arg part --arg known --arg price --out priced.csv";

#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    /// The plugin (.wasm), or `excel` for Excel's functions
    pub(crate) file: PathBuf,
    /// Everything as JSON, the manifest included
    #[arg(long)]
    pub(crate) json: bool,
    /// Size of a plugin that is still taken; 10MiB if absent
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) limit_module: Option<u64>,
    #[command(flatten)]
    pub(crate) work: WorkLimitArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CallArgs {
    /// The plugin (.wasm), or `excel` for Excel's functions
    pub(crate) file: PathBuf,
    /// The function, by its name or an alias, in any case
    pub(crate) function: String,
    /// The rows: .parquet, .arrow, .csv or .ndjson; without it every argument is a value, for one row
    #[arg(long, short)]
    pub(crate) input: Option<PathBuf>,
    /// An argument: a column of the input, or `=` and a value; in the order of the parameters
    #[arg(long = "arg", short, value_name = "COLUMN|=VALUE", allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
    /// Write to this file (.parquet, .arrow, .csv or .ndjson) and not to stdout
    #[arg(long, short)]
    pub(crate) out: Option<PathBuf>,
    /// Name of the result column; the function's name if absent
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What becomes of rows in error
    #[arg(long, value_enum)]
    pub(crate) errors: Option<RowErrorMode>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Say nothing but warnings and errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Formats")]
pub(crate) struct FormatArgs {
    /// Format of the input, where its name does not tell
    #[arg(long, value_enum)]
    pub(crate) input_format: Option<Format>,
    /// Format of the output, where its name does not tell; csv on stdout
    #[arg(long, value_enum)]
    pub(crate) out_format: Option<Format>,
    /// A text that stands for "no value" in CSV input, besides the empty one
    #[arg(long, value_name = "TEXT")]
    pub(crate) csv_null: Vec<String>,
    /// Rows of a CSV or JSON file that its column types are found out from; 0 for all of them
    #[arg(long, alias = "csv-infer-rows", value_name = "ROWS", default_value_t = 10_000)]
    pub(crate) infer_rows: usize,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Execution")]
pub(crate) struct RunArgs {
    /// Instances that run batches at the same time; as many as processors if absent
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<usize>,
    /// Rows of one call into the plugin (elementwise); chosen by their width if absent
    #[arg(long, value_name = "N", value_parser = rows)]
    pub(crate) batch_rows: Option<usize>,
    /// Seed of a volatile function; chosen at random if absent
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The engine
    #[arg(long, value_enum, default_value = "wasmtime")]
    pub(crate) backend: Backend,
    /// Compile the plugin even if a run before has done so, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Limits (sizes as 256MiB, times as 500ms, 2s, 1m)")]
pub(crate) struct LimitArgs {
    #[command(flatten)]
    pub(crate) plugin: PluginLimitArgs,
    /// Time of the whole run, reading and writing included; none if absent
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) limit_total_time: Option<Duration>,
}

/// What a plugin may take.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits (sizes as 256MiB, times as 500ms, 2s, 1m)")]
pub(crate) struct PluginLimitArgs {
    /// Memory of one instance; 128MiB if absent, 4GiB at most
    #[arg(long, value_name = "SIZE", value_parser = size)]
    limit_memory: Option<u64>,
    /// Time of one batch of an elementwise function; 1s if absent
    #[arg(long, value_name = "TIME", value_parser = duration)]
    limit_batch_time: Option<Duration>,
    /// Time of a call of a reduce or array function; 10s if absent
    #[arg(long, value_name = "TIME", value_parser = duration)]
    limit_call_time: Option<Duration>,
    /// Size of the result of one call; 64MiB if absent
    #[arg(long, value_name = "SIZE", value_parser = size)]
    limit_result: Option<u64>,
    /// Size of the distinct messages that the rows of one call keep; those behind are left out. 8MiB if absent
    #[arg(long, value_name = "SIZE", value_parser = size)]
    limit_messages: Option<u64>,
    /// Size of a plugin that is still taken; 10MiB if absent
    #[arg(long, value_name = "SIZE", value_parser = size)]
    limit_module: Option<u64>,
    /// Time of loading a plugin; 10s if absent
    #[arg(long, value_name = "TIME", value_parser = duration)]
    limit_compile_time: Option<Duration>,
    #[command(flatten)]
    work: WorkLimitArgs,
}

/// What compiling a plugin may take, as inspection estimates it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits (sizes as 256MiB, times as 500ms, 2s, 1m)")]
pub(crate) struct WorkLimitArgs {
    /// Estimated work of compiling a plugin, in units of about a nanosecond at worst; 12000000000 if absent
    #[arg(long, value_name = "UNITS")]
    limit_module_work: Option<u64>,
    /// Estimated work of compiling one function of it; 750000000 if absent
    #[arg(long, value_name = "UNITS")]
    limit_function_work: Option<u64>,
    /// Estimated work up to which a plugin is optimised; past it, it is compiled plainly, and runs slower. 8000000000 if absent
    #[arg(long, value_name = "UNITS")]
    limit_optimised_work: Option<u64>,
}

impl WorkLimitArgs {
    /// The limits: those that are given, and the usual ones.
    pub(crate) fn limits(&self) -> CompileLimits {
        let mut compile = CompileLimits::default();
        if let Some(units) = self.limit_module_work {
            compile = compile.module_work(units);
        }
        if let Some(units) = self.limit_function_work {
            compile = compile.function_work(units);
        }
        if let Some(units) = self.limit_optimised_work {
            compile = compile.optimised_work(units);
        }
        compile
    }
}

impl PluginLimitArgs {
    /// The limits: those that are given, and the usual ones.
    pub(crate) fn limits(&self) -> Result<Limits, Failure> {
        let mut builder = Limits::builder();
        if let Some(bytes) = self.limit_memory {
            builder = builder.memory_bytes(bytes);
        }
        if let Some(time) = self.limit_batch_time {
            builder = builder.batch_deadline(time);
        }
        if let Some(time) = self.limit_call_time {
            builder = builder.call_deadline(time);
        }
        if let Some(bytes) = self.limit_result {
            builder = builder.result_bytes(bytes);
        }
        if let Some(bytes) = self.limit_messages {
            builder = builder.messages_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        if let Some(bytes) = self.limit_module {
            builder = builder.module_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        let mut compile = self.work.limits();
        if let Some(time) = self.limit_compile_time {
            compile = compile.deadline(time);
        }
        Ok(builder.compile_limits(compile).build()?)
    }
}

/// What becomes of rows in error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowErrorMode {
    /// They have no value, and stderr counts them (the default)
    Null,
    /// Likewise, and a column behind the result says why
    Column,
    /// The call fails, and nothing is written
    Fail,
}

/// Engines that run plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// Machine code through Cranelift
    Wasmtime,
    /// An interpreter: dozens of times slower, the same results
    Wasmi,
}

impl Backend {
    /// The name that `udf_backends` knows it by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Wasmtime => "wasmtime",
            Self::Wasmi => "wasmi",
        }
    }
}

pub(crate) fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err("give 1 to 1024".into()),
    }
}

fn rows(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rows @ 1..=0xffff_ffff) => Ok(rows),
        _ => Err("give 1 to 4294967295".into()),
    }
}

/// A number and what follows it.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

/// `256MiB`, `1.5GB`, `65536`
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split_unit(text);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err("give bytes, or a number with KiB, MiB, GiB, kB, MB or GB".into()),
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor).ok_or_else(|| "that is too large".into());
    }
    match number.parse::<f64>() {
        // Fractions of units are well below 2^53 bytes.
        Ok(number) if number.is_finite() && number * (factor as f64) < 9e15 => {
            Ok((number * factor as f64).round() as u64)
        }
        _ => Err("give a number, as in 256MiB".into()),
    }
}

/// `500ms`, `2s`, `1.5m`, `3`
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_unit(text);
    let seconds = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return Err("give a number with us, ms, s, m, h or d".into()),
    };
    let number: f64 = number.parse().map_err(|_| "give a number, as in 500ms".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Cli, duration, size};
    use clap::CommandFactory as _;
    use std::time::Duration;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_and_times_have_units() {
        assert_eq!(size("256MiB"), Ok(256 << 20));
        assert_eq!(size("1.5 GB"), Ok(1_500_000_000));
        assert_eq!(size("65536"), Ok(65_536));
        assert!(size("much").is_err());
        assert!(size("99999999999999GiB").is_err());
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        assert!(duration("soon").is_err());
    }
}
