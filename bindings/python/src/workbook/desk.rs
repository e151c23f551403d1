//! The thread that waits for a recalculation is the desk where Python functions are called: the threads that recalculate bring
//! their calls to it. It has the caller's thread-local state, and Ctrl+C reaches the function that runs.

use crate::error;
use pyo3::{exceptions::PyException, prelude::*};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel},
    },
    time::{Duration, Instant},
};
use udf_columnar::CancelToken;

/// How often the waiting thread looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How long work that was cancelled may take to end before it is left alone.
const LEAVE: Duration = Duration::from_millis(500);

type Work = Box<dyn FnOnce(Python<'_>) + Send>;

/// What is brought to the desk.
enum Ask {
    /// To be called with the interpreter lock.
    Call(Work),
    /// There is news of the progress.
    Progress,
    Done,
}

/// The side of those who work.
pub(super) struct Desk {
    asks: Sender<Ask>,
    cancel: CancelToken,
    /// What Python code raised that is no error of a cell.
    raised: Mutex<Option<PyErr>>,
    /// How far it is, until the waiting thread has told it.
    progress: Mutex<Option<(u64, u64)>>,
}

/// The side of the thread that waits.
pub(super) struct Counter {
    asks: Receiver<Ask>,
}

impl Desk {
    pub(super) fn open() -> (Arc<Self>, Counter) {
        let (sender, receiver) = channel();
        let desk = Self {
            asks: sender,
            cancel: CancelToken::new(),
            raised: Mutex::new(None),
            progress: Mutex::new(None),
        };
        (Arc::new(desk), Counter { asks: receiver })
    }

    pub(super) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// Has the waiting thread do something; `None` where it no longer waits, or the work was cancelled.
    pub(super) fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(Python<'_>) -> R + Send + 'static,
    ) -> Option<R> {
        let (sender, receiver) = sync_channel(1);
        let cancel = self.cancel.clone();
        let work: Work = Box::new(move |py| {
            if !cancel.is_cancelled() {
                // Whoever asked waits for it.
                let _ = sender.send(work(py));
            }
        });
        self.asks.send(Ask::Call(work)).ok()?;
        receiver.recv().ok()
    }

    /// Ends the work because Python code raised this.
    pub(super) fn raise(&self, error: PyErr) {
        let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        raised.get_or_insert(error);
        drop(raised);
        self.cancel.cancel();
    }

    /// Tells how far it is.
    pub(super) fn tell(&self, done: u64, total: u64) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.replace((done, total)).is_none() {
            // Nobody to be told is nothing to worry about.
            let _ = self.asks.send(Ask::Progress);
        }
    }

    /// Says that the work has ended.
    pub(super) fn done(&self) {
        // The waiting thread may have left.
        let _ = self.asks.send(Ask::Done);
    }

    fn take_raised(&self) -> Option<PyErr> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn show(&self, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let news = self.progress.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (progress, news) {
            (Some(progress), Some(news)) => progress.call1(news).map(|_| ()),
            _ => Ok(()),
        }
    }
}

/// How waiting ended where the work has not.
pub(super) enum Left {
    /// The work ended; this was raised on the way.
    Ended(PyErr),
    /// The work goes on, alone.
    Alone(PyErr),
}

impl Counter {
    /// Waits for the end of the work, without the interpreter lock, does what it asks for, and lets signals in.
    pub(super) fn wait(
        self,
        py: Python<'_>,
        desk: &Desk,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> Result<(), Left> {
        let mut asks = self.asks;
        // What is to be raised in the end, and until when the work may go on meanwhile.
        let mut raised: Option<(PyErr, Instant)> = None;
        loop {
            let patience = match &raised {
                Some((_, until)) => until.saturating_duration_since(Instant::now()).min(LOOK),
                None => LOOK,
            };
            let (back, ask) = py.detach(move || {
                let ask = asks.recv_timeout(patience);
                (asks, ask)
            });
            asks = back;
            let mut ended = false;
            let looked = match ask {
                Ok(Ask::Call(work)) => {
                    work(py);
                    py.check_signals()
                }
                Ok(Ask::Progress) if raised.is_none() => {
                    desk.show(progress).and_then(|()| py.check_signals())
                }
                Ok(Ask::Progress) => Ok(()),
                Ok(Ask::Done) | Err(RecvTimeoutError::Disconnected) => {
                    ended = true;
                    match raised.is_none() {
                        true => desk.show(progress),
                        false => Ok(()),
                    }
                }
                Err(RecvTimeoutError::Timeout) => py.check_signals(),
            };
            let error = looked.err().or_else(|| desk.take_raised());
            if let Some(error) = error {
                desk.cancel.cancel();
                raised.get_or_insert((error, Instant::now() + LEAVE));
            }
            match raised.take() {
                Some((error, _)) if ended => return Err(Left::Ended(error)),
                Some((error, until)) if Instant::now() >= until => return Err(Left::Alone(error)),
                still => raised = still,
            }
            if ended {
                return Ok(());
            }
        }
    }
}

/// The desk of the recalculation that goes on, if one does, for the functions of a workbook.
#[derive(Default)]
pub(super) struct Slot(Mutex<Option<Arc<Desk>>>);

impl Slot {
    pub(super) fn set(&self, desk: Option<Arc<Desk>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = desk;
    }

    pub(super) fn get(&self) -> Option<Arc<Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Called when it is dropped, whatever happens to the thread that holds it.
pub(super) struct AtEnd(Option<Box<dyn FnOnce() + Send>>);

impl AtEnd {
    pub(super) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(work)))
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        if let Some(work) = self.0.take() {
            work();
        }
    }
}

/// Whether what was raised is for the cell: not what ends programs (`KeyboardInterrupt`, `SystemExit`).
pub(super) fn is_for_cell(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py)
}

/// Does `work`; what it panics with is an `InternalError` for [`unpanicked`].
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_text(panic.as_ref()))
}

pub(super) fn unpanicked<T>(py: Python<'_>, outcome: Result<T, String>) -> PyResult<T> {
    outcome.map_err(|text| error::internal(py, &format!("the host panicked: {text}")))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}
