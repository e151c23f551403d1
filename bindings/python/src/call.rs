//! Work with the interpreter lock released, which the user can interrupt.

use crate::error;
use pyo3::prelude::*;
use rayon::ThreadPool;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    time::Duration,
};
use udf_columnar::CancelToken;

/// How often a waiting thread looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How long work that was cancelled may take to end before it is left alone.
const LEAVE: Duration = Duration::from_millis(500);

/// Runs `work` on this thread, without the interpreter lock.
///
/// # Errors
/// `InternalError` where it panics.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(|panic| panicked(py, panic.as_ref()))
}

/// Runs `work` on a pool's thread while this one waits, without the interpreter lock, and lets signals in.
///
/// # Errors
/// What a signal's handler raises (`KeyboardInterrupt`), after `cancel` was called; `InternalError` where the work panics.
pub(crate) fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    pool: &ThreadPool,
    cancel: &CancelToken,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = sync_channel(1);
    pool.spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(work));
        // Nobody waits any more for work that was left alone.
        let _ = sender.send(outcome);
    });
    let mut interrupted: Option<PyErr> = None;
    loop {
        let patience = if interrupted.is_some() { LEAVE } else { LOOK };
        let (back, answer) = py.detach(move || {
            let answer = receiver.recv_timeout(patience);
            (receiver, answer)
        });
        receiver = back;
        match (answer, interrupted.take()) {
            (_, Some(error)) => return Err(error),
            (Ok(Ok(value)), None) => return Ok(value),
            (Ok(Err(panic)), None) => return Err(panicked(py, panic.as_ref())),
            (Err(RecvTimeoutError::Timeout), None) => {
                if let Err(error) = py.check_signals() {
                    cancel.cancel();
                    interrupted = Some(error);
                }
            }
            (Err(RecvTimeoutError::Disconnected), None) => {
                return Err(error::internal(py, "the call's thread ended without an answer"));
            }
        }
    }
}

fn panicked(py: Python<'_>, panic: &(dyn Any + Send)) -> PyErr {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message");
    error::internal(py, &format!("the host panicked: {text}"))
}
