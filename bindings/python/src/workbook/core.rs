//! The workbook itself, and how work gets to it.

use super::{
    callback::Callable,
    desk::{AtEnd, Counter, Desk, Left, Slot, caught, unpanicked},
    edit::Op,
    gate::{Gate, Permit, Refusal},
    pools::Lent,
    refuse,
};
use crate::{
    error::{self, Exception},
    fork::{self, Inside},
    runtime::Handle,
};
use formualizer_workbook::{DateSystem, Error, Workbook as Book};
use pyo3::prelude::*;
use rayon::ThreadPool;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc::Sender},
    time::Duration,
};

/// How often a thread that waits for its turn looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// An edit that is open: where its work goes, and how many there are, one within the other.
pub(super) struct Editor {
    pub(super) ops: Sender<Op>,
    pub(super) depth: usize,
}

/// A workbook, with what Python needs beside it.
pub(super) struct Core {
    book: Mutex<Book>,
    pub(super) gate: Arc<Gate>,
    pub(super) slot: Arc<Slot>,
    pub(super) editor: Mutex<Option<Editor>>,
    /// Python functions that the workbook or its history holds, for the garbage collector.
    pub(super) callables: Mutex<Vec<Weak<Callable>>>,
    handle: Mutex<Arc<Handle>>,
    /// The process that it belongs to.
    pub(super) generation: u64,
    pub(super) dates: DateSystem,
}

/// Threads to work on.
pub(super) enum Lane {
    Pool(Arc<ThreadPool>),
    Lent(Lent),
}

impl Core {
    pub(super) fn new(book: Book, handle: Arc<Handle>) -> Arc<Self> {
        Arc::new(Self {
            dates: book.date_system(),
            book: Mutex::new(book),
            gate: Arc::default(),
            slot: Arc::default(),
            editor: Mutex::new(None),
            callables: Mutex::default(),
            handle: Mutex::new(handle),
            generation: fork::generation(),
        })
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn handle(&self) -> Arc<Handle> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_handle(&self, handle: Arc<Handle>) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = handle;
    }

    pub(super) fn editor(&self) -> MutexGuard<'_, Option<Editor>> {
        self.editor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a recalculation may call Python functions.
    pub(super) fn has_callables(&self) -> bool {
        let callables = self.callables.lock().unwrap_or_else(PoisonError::into_inner);
        callables.iter().any(|callable| callable.strong_count() > 0)
    }

    /// Says that this thread is inside.
    ///
    /// # Errors
    /// `ForkError` where the workbook is of another process.
    pub(super) fn inside(&self, py: Python<'_>) -> PyResult<Inside> {
        if self.generation != fork::generation() {
            let message = "this workbook was made before the process was forked, and cannot be used in the child: open it there";
            return Err(Exception::new("ForkError", message).make(py));
        }
        fork::enter(py)
    }

    /// Waits for the workbook, if another thread uses it.
    ///
    /// # Errors
    /// `WorkbookError` of the kind "reentrant" where waiting could be for ever; what a signal's handler raises.
    pub(super) fn enter(&self, py: Python<'_>, calls_python: bool) -> PyResult<Permit> {
        let refused = |refusal: Refusal| refuse(py, "reentrant", refusal.message());
        if let Some(permit) = self.gate.enter(calls_python).map_err(refused)? {
            return Ok(permit);
        }
        loop {
            let permit = py.detach(|| self.gate.enter_within(calls_python, LOOK));
            if let Some(permit) = permit.map_err(refused)? {
                return Ok(permit);
            }
            py.check_signals()?;
        }
    }

    /// Something that is done at once.
    ///
    /// # Errors
    /// What it gives, as a `WorkbookError`; as [`enter`](Self::enter).
    pub(super) fn quick<T: Send + 'static>(
        self: &Arc<Self>,
        py: Python<'_>,
        work: impl FnOnce(&mut Book) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let inside = self.inside(py)?;
        let permit = self.enter(py, false)?;
        let editing = self.editor().is_some();
        let outcome = match editing {
            true => self.run(py, permit, inside, Desk::open(), None, None, work)?,
            false => {
                let outcome = py.detach(|| {
                    let outcome = caught(|| work(&mut self.book()));
                    drop(permit);
                    outcome
                });
                unpanicked(py, outcome)?
            }
        };
        outcome.map_err(|e| error::of_workbook(py, &e))
    }

    /// Something that may take long: on the runtime's threads, while this one lets signals in.
    ///
    /// # Errors
    /// As [`quick`](Self::quick). Work that a signal interrupts ends by itself, without effect on what was raised.
    pub(super) fn slow<T: Send + 'static>(
        self: &Arc<Self>,
        py: Python<'_>,
        work: impl FnOnce(&mut Book) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let inside = self.inside(py)?;
        let pool = pool(py, &self.handle())?;
        let permit = self.enter(py, false)?;
        let outcome =
            self.run(py, permit, inside, Desk::open(), Some(Lane::Pool(pool)), None, work)?;
        outcome.map_err(|e| error::of_workbook(py, &e))
    }

    /// Does the work on other threads, those of the edit that is open if one is, and waits for it.
    ///
    /// # Errors
    /// `InternalError` where it panics; what signals, functions and `progress` raise.
    #[expect(clippy::too_many_arguments, reason = "each is moved to the thread that works")]
    pub(super) fn run<T: Send + 'static>(
        self: &Arc<Self>,
        py: Python<'_>,
        permit: Permit,
        inside: Inside,
        (desk, counter): (Arc<Desk>, Counter),
        lane: Option<Lane>,
        progress: Option<&Bound<'_, PyAny>>,
        work: impl FnOnce(&mut Book) -> T + Send + 'static,
    ) -> PyResult<T> {
        let result: Arc<Mutex<Option<Result<T, String>>>> = Arc::default();
        let put = result.clone();
        let store = move |outcome| {
            *put.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        };
        let teller = desk.clone();
        let finish = AtEnd::new(move || {
            // Whoever waits may go on at once, and finds the workbook free.
            drop((permit, inside));
            teller.done();
        });
        let ops = self.editor().as_ref().map(|editor| editor.ops.clone());
        let core = self.clone();
        match (ops, lane) {
            (Some(ops), _) => {
                let op: Op = Op::Run(Box::new(move |book| {
                    store(caught(|| work(book)));
                    drop(finish);
                }));
                // An edit whose thread is gone drops the work, and the counter hears of it.
                let _ = ops.send(op);
            }
            (None, lane) => {
                let work = move || {
                    let outcome = caught(|| work(&mut core.book()));
                    drop(core);
                    store(outcome);
                };
                match lane {
                    Some(Lane::Pool(pool)) => pool.spawn(move || {
                        work();
                        drop(finish);
                    }),
                    Some(Lane::Lent(lent)) => lent.pool.clone().spawn(move || {
                        work();
                        drop(lent);
                        drop(finish);
                    }),
                    None => {
                        py.detach(work);
                        drop(finish);
                    }
                }
            }
        }
        match counter.wait(py, &desk, progress) {
            Ok(()) => {}
            Err(Left::Ended(error)) => return Err(error),
            Err(Left::Alone(error)) => {
                self.gate.leave_alone();
                return Err(error);
            }
        }
        let outcome = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        match outcome {
            Some(outcome) => unpanicked(py, outcome),
            None => Err(error::internal(py, "the workbook's thread ended without an answer")),
        }
    }
}

/// The runtime's threads.
pub(super) fn pool(py: Python<'_>, handle: &Handle) -> PyResult<Arc<ThreadPool>> {
    handle.live().and_then(|live| live.pool()).map_err(|e| error::of_module(py, &e))
}
