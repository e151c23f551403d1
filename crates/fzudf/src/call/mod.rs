//! `fzudf call`: a plugin's function, or one of Excel's, over the rows of a file.
//!
//! ```text
//! arguments    what --arg says, held against the function and the input's columns
//!   literal    values, in the parameters' types
//! elementwise  batch by batch: read, call, append, write
//! whole        reduce and array functions: all rows in one call
//! excel        Excel's functions, which need no plugin
//! row_errors   rows that are in error, or that the plugin crashed on
//! report       progress, rows and time
//! ```

mod arguments;
mod elementwise;
mod excel;
pub(crate) mod literal;
mod report;
mod row_errors;
mod whole;

use crate::{
    cli::CallArgs,
    engine::Engine,
    exit::{Exit, Failure},
    table::{Format, InferOptions, Input, Output, Target, read_module},
};
use arguments::{Plan, Together};
use report::Report;
use row_errors::Tally;
use std::{
    hash::{BuildHasher as _, RandomState},
    io::IsTerminal as _,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use udf_abi::manifest::FunctionKind;
use udf_columnar::{
    Call, CancelToken, Limits, LoadOptions, Output as CallOutput, Session, SessionOptions,
    Signature,
};

/// A call that is ready to run.
struct Job<'a> {
    args: &'a CallArgs,
    signature: Arc<Signature>,
    session: Box<dyn Session>,
    limits: Limits,
    plan: Plan,
    input: Input,
    tally: Tally,
    report: Report,
    cancel: CancelToken,
}

pub(crate) fn run(args: &CallArgs) -> Result<(), Failure> {
    if crate::excel::is_meant(&args.file) {
        return excel::run(args);
    }
    let mut report = Report::start(args.quiet);
    let cancel = CancelToken::new();
    stop_on_signals(&cancel)?;
    let limits = args.limits.plugin.limits()?;
    let output = OutputPlan::of(args)?;
    let threads = start_threads(args.run.threads)?;
    let bytes = read_module(&args.file, &limits)?;
    let engine = Engine::start(args.run.backend, limits.clone(), !args.run.no_cache)?;
    let options = LoadOptions::default().cancel(cancel.clone());
    let module = engine
        .runtime
        .load_with(&bytes, &options)
        .map_err(|e| Failure::from(e).context(args.file.display()))?;
    for problem in engine.cache_problems() {
        report.note(format_args!("{problem} (--no-cache goes without)"));
    }
    let signature = module.signature(&args.function)?;

    let mut input = open_input(args)?;
    let (plan, note) = Plan::resolve(&signature, &args.args, &mut input, Together::Ranges)?;
    if let Some(note) = note {
        report.note(note);
    }
    let signature = plan.signature(signature, &input, args.input.is_some())?;
    plan.check(&signature, &input)?;
    let options =
        session_options(args, &signature, &mut report).threads(threads).cancel(cancel.clone());
    let job = Job {
        args,
        session: module.open(options),
        limits,
        plan,
        input,
        tally: Tally::new(args.errors),
        report,
        cancel,
        signature,
    };
    match job.signature.function().kind {
        FunctionKind::Elementwise => elementwise::run(job, output),
        _ => whole::run(job, output),
    }
}

/// Where the result goes, decided before anything runs.
pub(super) struct OutputPlan {
    target: Target,
    format: Format,
    /// Whether a single value may be printed as it is.
    bare: bool,
}

impl OutputPlan {
    fn of(args: &CallArgs) -> Result<Self, Failure> {
        let named = args.format.out_format;
        if let Some(path) = &args.out {
            for other in args.input.iter().chain([&args.file]) {
                if is_same_file(path, other) {
                    return Err(Failure::usage(format!(
                        "--out is {}, which is read from",
                        other.display()
                    ))
                    .hint("give --out another file"));
                }
            }
            let format = Format::of(path, named, "--out-format")?;
            return Ok(Self { target: Target::File(path.clone()), format, bare: false });
        }
        let format = named.unwrap_or(Format::Csv);
        let target = match (std::io::stdout().is_terminal(), format) {
            (false, _) => Target::Stdout,
            (true, Format::Csv | Format::Ndjson) => Target::Terminal,
            (true, _) => {
                return Err(Failure::usage(format!("{format} is not for a terminal"))
                    .hint("give --out FILE, or redirect stdout"));
            }
        };
        Ok(Self { target, format, bare: named.is_none() })
    }

    fn create(self) -> Result<Output, Failure> {
        Output::create(self.target, self.format)
    }
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    match (std::fs::canonicalize(a), std::fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn open_input(args: &CallArgs) -> Result<Input, Failure> {
    let Some(path) = &args.input else { return Ok(Input::one_row()) };
    let options = InferOptions {
        csv_nulls: args.format.csv_null.clone(),
        infer_rows: args.format.infer_rows,
    };
    let format = Format::of(path, args.format.input_format, "--input-format")?;
    Input::open(path, format, &options)
}

/// The pool that batches run on. It exists before the engine does, which would make one of its own.
pub(crate) fn start_threads(wanted: Option<usize>) -> Result<usize, Failure> {
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = wanted.unwrap_or(available);
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build_global() {
        Ok(()) => Ok(threads),
        Err(e) => Err(Failure::new(Exit::Call, format!("{threads} threads: {e}"))
            .hint("give fewer with --threads")),
    }
}

fn session_options(args: &CallArgs, signature: &Signature, report: &mut Report) -> SessionOptions {
    let seed = seed_of(args, signature, report);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    SessionOptions::default()
        .batch_rows(args.run.batch_rows)
        .deadline(args.limits.limit_total_time)
        .volatile(seed, i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

/// The seed that is asked for, or another one for each run, which is told.
fn seed_of(args: &CallArgs, signature: &Signature, report: &mut Report) -> u64 {
    let seed = args.run.seed.unwrap_or_else(|| RandomState::new().hash_one(0));
    if signature.function().volatile && args.run.seed.is_none() {
        report.note(format!("--seed {seed} repeats the random numbers of this run"));
    }
    seed
}

/// Ctrl-C and requests to terminate cancel the call, so that files are cleaned up; the second
/// one does not wait for that.
fn stop_on_signals(cancel: &CancelToken) -> Result<(), Failure> {
    let cancel = cancel.clone();
    ctrlc::set_handler(move || {
        if cancel.is_cancelled() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        cancel.cancel();
    })
    .map_err(|e| Failure::new(Exit::Call, format!("signals cannot be handled: {e}")))
}

impl Job<'_> {
    /// Calls the function, and shows what it logs.
    fn call(&mut self, call: Call) -> Result<CallOutput, udf_columnar::Error> {
        let Self { report, session, signature, .. } = self;
        let answer = report.timed(|| session.call(signature, call));
        match &answer {
            Ok(output) => report.log(&output.log),
            Err(error) => {
                report.log(error.log());
                report.end_log();
            }
        }
        answer
    }

    /// Refuses to go on after a signal.
    fn check_cancelled(&self) -> Result<(), Failure> {
        match self.cancel.is_cancelled() {
            true => {
                Err(Failure::new(Exit::Interrupted, "interrupted; nothing was written to --out"))
            }
            false => Ok(()),
        }
    }
}
