//! The seam between callers and engines.
//!
//! ```text
//! WasmUdfRuntime ──load──▶ UdfModule ──open──▶ Session ──call──▶ Output
//!  an engine               compiled once        one recalculation, dataframe call or command
//! ```
//!
//! Callers hold these traits and never an engine, so that tests run on the `native` runtime and
//! applications choose theirs at run time.

use crate::{Argument, CancelToken, Column, Error, ErrorKind, Limits, Log, Signature};
use std::{fmt::Debug, sync::Arc, time::Duration};
use udf_abi::manifest::Manifest;

/// An engine that runs modules.
pub trait WasmUdfRuntime: Debug + Send + Sync {
    /// The engine's name, as `--backend` takes it.
    fn name(&self) -> &'static str;

    /// The limits of every module and call.
    fn limits(&self) -> &Limits;

    /// Inspects, validates and compiles a module within the limits; a module that was loaded before
    /// and is still in use is the same one, compiled once.
    ///
    /// # Errors
    /// Those of [`load_with`](Self::load_with).
    fn load(&self, bytes: &[u8]) -> Result<Arc<dyn UdfModule>, Error> {
        self.load_with(bytes, &LoadOptions::default())
    }

    /// Loads a module under a deadline and a cancel token. Where they end the load, the engine may
    /// still be busy with it for a moment, within [`Limits::compile`]; whoever loads the same bytes
    /// meanwhile shares that work.
    ///
    /// # Errors
    /// Where the module breaks the contract, [`Error::is_refusal`] holds;
    /// [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) and [`Cancelled`](ErrorKind::Cancelled)
    /// for what ended the load.
    fn load_with(&self, bytes: &[u8], options: &LoadOptions) -> Result<Arc<dyn UdfModule>, Error>;
}

/// How a module is loaded.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadOptions {
    /// Time of this load; that of [`Limits::compile`] if absent.
    pub deadline: Option<Duration>,
    /// Ends the load from outside.
    pub cancel: CancelToken,
}

impl LoadOptions {
    /// Sets [`deadline`](Self::deadline).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets [`cancel`](Self::cancel).
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }
}

/// A loaded module. Dropping the last handle frees its instances and its code.
pub trait UdfModule: Debug + Send + Sync {
    /// What the module says about itself.
    fn manifest(&self) -> &Manifest;

    /// The function of this name or alias, in any case.
    ///
    /// # Errors
    /// [`UnknownFunction`](ErrorKind::UnknownFunction) naming the near ones, or
    /// [`Unsupported`](ErrorKind::Unsupported) where it is of a kind that this version does not
    /// run.
    fn signature(&self, name: &str) -> Result<Arc<Signature>, Error>;

    /// Opens a session. Instances are created when calls need them, kept while the session
    /// lives, and discarded with it: nothing a guest remembers outlives its session.
    fn open(&self, options: SessionOptions) -> Box<dyn Session>;
}

/// One recalculation, dataframe call or command.
pub trait Session: Debug + Send {
    /// Calls a function of the module that opened the session.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a function of another module.
    /// As `docs/abi.md` lists them. Rows that fail on their own are no error here: they are in
    /// [`Output::failures`] and in the result column's errors.
    fn call(&mut self, signature: &Arc<Signature>, call: Call) -> Result<Output, Error>;
}

/// How a session runs its calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionOptions {
    /// Instances that one elementwise call uses at the same time. 1 stays on the calling thread;
    /// more run on the rayon pool that the caller is in.
    pub threads: usize,
    /// Rows of an elementwise batch; chosen by the width of the rows if absent.
    pub batch_rows: Option<usize>,
    /// Ends the session's calls from outside.
    pub cancel: CancelToken,
    /// Time of the whole session; the runtime's [`Limits::total_deadline`] if absent.
    pub deadline: Option<Duration>,
    /// Entropy of volatile functions. The same seed gives the same values.
    pub seed: u64,
    /// Clock of volatile functions, microseconds since 1970-01-01T00:00:00Z.
    pub now_us: i64,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            batch_rows: None,
            cancel: CancelToken::new(),
            deadline: None,
            seed: 0,
            now_us: 0,
        }
    }
}

impl SessionOptions {
    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Sets [`batch_rows`](Self::batch_rows).
    #[must_use]
    pub fn batch_rows(mut self, rows: Option<usize>) -> Self {
        self.batch_rows = rows;
        self
    }

    /// Sets [`cancel`](Self::cancel).
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// Sets [`deadline`](Self::deadline).
    #[must_use]
    pub fn deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets [`seed`](Self::seed) and [`now_us`](Self::now_us).
    #[must_use]
    pub fn volatile(mut self, seed: u64, now_us: i64) -> Self {
        (self.seed, self.now_us) = (seed, now_us);
        self
    }
}

/// One call of a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// Rows of an elementwise result where no argument is a column.
    pub rows: Option<usize>,
    /// Index of the first row in the whole input, for callers that pass it in parts.
    pub row_offset: u64,
}

impl Call {
    /// A call with these arguments.
    #[must_use]
    pub fn new(arguments: Vec<Argument>) -> Self {
        Self { arguments, rows: None, row_offset: 0 }
    }

    /// Sets [`rows`](Self::rows).
    #[must_use]
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Sets [`row_offset`](Self::row_offset).
    #[must_use]
    pub fn row_offset(mut self, offset: u64) -> Self {
        self.row_offset = offset;
        self
    }
}

/// What a call gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Output {
    /// The returned columns, of equal length: one for elementwise (a row per row) and reduce (one
    /// row), any number for array functions.
    pub columns: Vec<Column>,
    /// Whether a float among them is not finite.
    pub non_finite: bool,
    /// Rows of an elementwise call on which the guest trapped, the first [`MAX_FAILURES`] of them.
    pub failures: Vec<RowFailure>,
    /// Number of rows on which the guest trapped.
    pub failed_rows: u64,
    /// Number of guest calls, repeated ones included.
    pub guest_calls: u64,
    /// What the plugin logged, in the order of rows. Rows that ran a second time because another
    /// one of their batch trapped logged once.
    pub log: Log,
}

/// Most failures that an [`Output`] lists.
pub const MAX_FAILURES: usize = 100;

impl Output {
    /// These columns, finite, from one guest call that logged nothing and failed on no row.
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            non_finite: false,
            failures: Vec::new(),
            failed_rows: 0,
            guest_calls: 1,
            log: Log::default(),
        }
    }

    /// Rows of each column.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// The one column of an elementwise or reduce result.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) where an array function gave another number.
    pub fn into_column(mut self) -> Result<Column, Error> {
        match (self.columns.pop(), self.columns.len()) {
            (Some(column), 0) => Ok(column),
            (last, rest) => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("the result has {} columns, not one", rest + usize::from(last.is_some())),
            )),
        }
    }
}

/// A row on which the guest trapped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowFailure {
    /// Index of the row in the whole input.
    pub row: u64,
    /// [`Trap`](ErrorKind::Trap), [`StackExhausted`](ErrorKind::StackExhausted),
    /// [`MemoryLimitExceeded`](ErrorKind::MemoryLimitExceeded) or
    /// [`Function`](ErrorKind::Function).
    pub kind: ErrorKind,
    /// What the guest said.
    pub message: String,
}

impl RowFailure {
    /// The failure of a row of the whole input.
    #[must_use]
    pub fn new(row: u64, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { row, kind, message: message.into() }
    }
}
