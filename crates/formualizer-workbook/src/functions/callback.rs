//! Rust closures and handlers as functions of a workbook.

use super::{
    Argument, BatchArguments, BatchOutput, CustomFnOptions, Sessions, batch,
    failure::{CallFailure, panic_text},
    reentry,
};
use crate::{
    Value,
    cells::{CellRef, Cells, Table},
    eval::Environment,
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A function of a workbook that is written in Rust. Closures `Fn(&[Value]) -> Result<Value, ExcelError>`
/// implement it.
///
/// Arguments come by value: a range is an array of its rows, a range of one cell that cell's value, a
/// date its serial number, an argument that was left out is [`Value::Empty`], an error cell an error
/// value. An array that is returned spills. An `Err` keeps its kind; a panic is `#VALUE!`.
///
/// A call must not get back into the workbook that makes it; that is an error. A handler that is not thread-safe
/// should not wait for tasks on rayon: the waiting thread may be given another region's call of it, which is
/// refused likewise.
///
/// ```
/// use arrow_array::{Array, Float64Array, cast::AsArray, types::Float64Type};
/// use formualizer_workbook::{
///     BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, ExcelError, Value,
/// };
/// use std::sync::Arc;
///
/// /// Twice a number; a whole column at a time.
/// struct Twice;
///
/// impl CustomFnHandler for Twice {
///     fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
///         match args {
///             [Value::Number(n)] => Ok(Value::Number(n * 2.0)),
///             [Value::Error(error)] => Err(error.clone()),
///             _ => Err(ExcelError::new_value()),
///         }
///     }
///
///     fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
///         let BatchArgument::Column(column) = args.get(0)? else { return None };
///         // Anything but numbers is left to `call`, row by row.
///         let numbers = column.as_primitive_opt::<Float64Type>()?;
///         let twice: Float64Array = numbers.unary(|n| n * 2.0);
///         Some(Ok(BatchOutput::Array(Arc::new(twice))))
///     }
/// }
/// ```
pub trait CustomFnHandler: Send + Sync {
    /// One call.
    ///
    /// # Errors
    /// The error that the cell shows, with its message.
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError>;

    /// One call for all rows of a column. `None`, which is the default, asks for a [`call`](Self::call) a
    /// row. An `Err` is the result of every row.
    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let _ = args;
        None
    }

    /// Whether [`call_batch`](Self::call_batch) is offered a single row, too. Without, which is the default, a
    /// single row is always a [`call`](Self::call).
    fn takes_columns(&self) -> bool {
        false
    }
}

impl<F> CustomFnHandler for F
where
    F: Fn(&[Value]) -> Result<Value, ExcelError> + Send + Sync,
{
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
        self(args)
    }
}

/// A handler that is bound in a workbook.
pub(super) struct Callback {
    handler: Arc<dyn CustomFnHandler>,
    options: CustomFnOptions,
    /// Tells functions apart that run on one thread.
    serial: u64,
    /// Held during a call, unless the handler is thread-safe.
    turn: Mutex<()>,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Rows between two looks at the cancel token.
const LOOK: usize = 64;

impl Callback {
    pub(super) fn new(handler: Arc<dyn CustomFnHandler>, options: CustomFnOptions) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let serial = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { handler, options, serial, turn: Mutex::new(()) }
    }

    /// Whether equal arguments of one recalculation may be called for once.
    fn may_fold(&self) -> bool {
        self.options.deterministic && !self.options.volatile
    }

    /// Runs `work` as a call of the handler: in its turn, and not from within itself.
    fn guarded<T>(
        &self,
        registry: u64,
        sessions: &Sessions,
        work: impl FnOnce() -> T,
    ) -> Result<T, CallFailure> {
        let again = || {
            CallFailure::value(
                "Custom function was called from within a callback of the same workbook",
            )
        };
        let serial = (!self.options.thread_safe).then_some(self.serial);
        let nested = reentry::is_calling(registry);
        let _guard = reentry::enter(registry, sessions.id(), serial).ok_or_else(again)?;
        let _turn = match (serial, nested) {
            (None, _) => None,
            (Some(_), false) => Some(self.turn.lock().unwrap_or_else(PoisonError::into_inner)),
            // Inside another callback (a task that rayon gave its thread) waiting could be for
            // ever: who has the turn may wait for that one.
            (Some(_), true) => match self.turn.try_lock() {
                Ok(turn) => Some(turn),
                Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
                Err(TryLockError::WouldBlock) => return Err(again()),
            },
        };
        Ok(work())
    }

    fn one(&self, arguments: &[Value]) -> Value {
        let result = catch_unwind(AssertUnwindSafe(|| self.handler.call(arguments)));
        match result {
            Ok(Ok(value)) => batch::unwrapped(value),
            Ok(Err(error)) => Value::Error(error),
            Err(panic) => panicked(panic.as_ref()).to_value(),
        }
    }

    /// Results of so many rows; the values where one of them is an array.
    pub(super) fn call_rows(
        &self,
        registry: u64,
        sessions: &Sessions,
        environment: &Environment,
        arguments: &[Argument],
        rows: usize,
    ) -> Result<Cells, Vec<Value>> {
        let dates = environment.dates;
        let results = self.guarded(registry, sessions, || {
            let fold = self.may_fold() && !arguments.iter().any(|a| matches!(a, Argument::Rows(_)));
            if (rows > 1 || self.handler.takes_columns())
                && !fold
                && let Some(results) = self.batch(sessions, environment, arguments, rows)
            {
                return results;
            }
            let calls = if fold { rows.min(1) } else { rows };
            let results = self.each(sessions, environment, arguments, calls);
            match (batch::cells_of(results, dates), fold) {
                (Ok(cells), true) => Ok(Cells::repeat(cells.get(0), rows)),
                (Err(values), true) => {
                    Err(vec![values.into_iter().next().unwrap_or(Value::Empty); rows])
                }
                (results, false) => results,
            }
        });
        results.unwrap_or_else(|failure| Ok(failure.cells(rows)))
    }

    /// A call a row.
    fn each(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: &[Argument],
        rows: usize,
    ) -> Vec<Value> {
        let mut values: Vec<Value> =
            arguments.iter().map(|a| batch::value(a, 0, environment.dates)).collect();
        let mut results = Vec::with_capacity(rows);
        for row in 0..rows {
            if row % LOOK == 0 && environment.cancel.is_cancelled() {
                results.resize(rows, cancelled().to_value());
                break;
            }
            if row > 0 {
                for (value, argument) in values.iter_mut().zip(arguments) {
                    if let Argument::Rows(cells) = argument {
                        *value = cells.get(row).plain();
                    }
                }
            }
            results.push(self.one(&values));
            sessions.count_guest_calls(1);
        }
        results
    }

    /// All rows in one call, if the handler offers it for these arguments.
    fn batch(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: &[Argument],
        rows: usize,
    ) -> Option<Result<Cells, Vec<Value>>> {
        if environment.cancel.is_cancelled() {
            return Some(Ok(cancelled().cells(rows)));
        }
        let batch = BatchArguments::new(arguments, rows, environment.dates);
        let result = catch_unwind(AssertUnwindSafe(|| self.handler.call_batch(&batch)));
        let results = match result {
            Ok(None) => return None,
            Ok(Some(Ok(output))) => batch.cells(output),
            Ok(Some(Err(error))) => Err(CallFailure::from(&error)),
            Err(panic) => Err(panicked(panic.as_ref())),
        };
        sessions.count_guest_calls(1);
        Some(results.unwrap_or_else(|failure| Ok(failure.cells(rows))))
    }

    /// One call: one cell or an array.
    pub(super) fn call_whole(
        &self,
        registry: u64,
        sessions: &Sessions,
        environment: &Environment,
        arguments: &[Argument],
    ) -> Table {
        let results =
            self.guarded(registry, sessions, || self.each(sessions, environment, arguments, 1));
        match results.map(|mut results| results.pop()) {
            Ok(Some(Value::Array(rows))) => Table::from_rows(&rows, environment.dates)
                .unwrap_or_else(|| {
                    CallFailure::new(ExcelErrorKind::Calc, "Custom function gave an empty array")
                        .table()
                }),
            Ok(value) => {
                let value = value.unwrap_or(Value::Empty);
                Table::single(CellRef::of(&value, environment.dates).unwrap_or(CellRef::Blank))
            }
            Err(failure) => failure.table(),
        }
    }
}

fn cancelled() -> CallFailure {
    CallFailure::new(ExcelErrorKind::Cancelled, "the recalculation was cancelled")
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> CallFailure {
    CallFailure::value(format!("Custom function callback panicked: {}", panic_text(panic)))
}
