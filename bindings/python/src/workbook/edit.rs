//! Several edits as one. The Rust workbook makes them within a closure, which runs on a thread of its own while the block of a
//! `with` statement sends it work.

use super::{
    class::Workbook,
    core::{Core, Editor},
    desk::{AtEnd, Counter, Desk, Left, caught, unpanicked},
    pools,
    recalc::{How, Outcome, check_callable},
    refuse, report,
};
use crate::{error, fork};
use formualizer_workbook::{Error, Progress, RecalcOptions, Workbook as Book};
use pyo3::{PyTraverseError, PyVisit, prelude::*};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    mpsc::{Receiver, channel},
};

/// Work for the thread of an edit.
pub(super) enum Op {
    Run(Box<dyn FnOnce(&mut Book) + Send>),
    /// An edit within the edit begins.
    Begin(AtEnd),
    /// The innermost edit ends; then `finish` is called.
    End {
        keep: bool,
        finish: AtEnd,
    },
}

/// Does what the block asks for until it ends: `Err` takes everything back.
fn serve(book: &mut Book, ops: &Receiver<Op>, finish: &mut Option<AtEnd>) -> Result<(), Error> {
    // A workbook's errors are made by workbooks alone: no sheet has an empty name.
    let take_back = |book: &mut Book| book.add_sheet("");
    loop {
        match ops.recv() {
            Ok(Op::Run(work)) => work(book),
            Ok(Op::Begin(begun)) => {
                let mut end = None;
                let edits = |book: &mut Book| {
                    drop(begun);
                    serve(book, ops, &mut end)
                };
                // An inner edit is not recalculated, and gives an error where it was taken back.
                let _ = book.edit_with(&RecalcOptions::default(), edits);
                drop(end);
            }
            Ok(Op::End { keep, finish: end }) => {
                *finish = Some(end);
                return if keep { Ok(()) } else { take_back(book) };
            }
            // The block was left without an end.
            Err(_) => return take_back(book),
        }
    }
}

type Result3 = Arc<Mutex<Option<Result<Result<Outcome, Error>, String>>>>;

/// The outermost edit of a workbook.
struct Outer {
    desk: Arc<Desk>,
    counter: Counter,
    result: Result3,
}

#[derive(Default)]
enum State {
    #[default]
    Fresh,
    /// Entered, as the so manieth edit within one another.
    Open {
        depth: usize,
        outer: Option<Outer>,
    },
    Ended,
}

// What `Workbook.edit` gives: see there.
#[pyclass(frozen, module = "formualizer_udf", weakref)]
pub(crate) struct Edit {
    workbook: Py<Workbook>,
    how: How,
    progress: Option<Py<PyAny>>,
    state: Mutex<State>,
    report: Mutex<Option<Py<PyAny>>>,
}

impl Edit {
    pub(super) fn new(workbook: Py<Workbook>, how: How, progress: Option<Py<PyAny>>) -> Self {
        Self { workbook, how, progress, state: Mutex::default(), report: Mutex::new(None) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread of the edit.
    fn open(&self, py: Python<'_>, core: &Arc<Core>) -> PyResult<Outer> {
        let lent = pools::lend(self.how.threads()).map_err(|e| error::internal(py, &e))?;
        let (desk, counter) = Desk::open();
        let (sender, ops) = channel();
        let result = Result3::default();
        let (core_of_thread, desk_of_thread, put) = (core.clone(), desk.clone(), result.clone());
        let (how, wants_news) = (self.how, self.progress.is_some());
        let pool = lent.pool.clone();
        pool.spawn(move || {
            let (core, desk) = (core_of_thread, desk_of_thread);
            let mut finish = None;
            let outcome = caught(|| {
                let mut book = core.book();
                let tell = |progress: Progress| {
                    if wants_news {
                        desk.tell(progress.regions_done, progress.regions);
                    }
                };
                let edits = |book: &mut Book| {
                    serve(book, &ops, &mut finish)?;
                    core.slot.set(Some(desk.clone()));
                    Ok(())
                };
                let edited = book.edit_with(&how.options(&desk, &tell), edits);
                edited.map(|((), report)| Outcome::of(&book, report))
            });
            core.slot.set(None);
            core.gate.set_editing(false);
            drop((core, lent));
            *put.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            drop(finish);
            desk.done();
        });
        core.gate.set_editing(true);
        *core.editor() = Some(Editor { ops: sender, depth: 1 });
        Ok(Outer { desk, counter, result })
    }

    /// Begins an edit within the one that is open; gives its depth.
    fn begin(py: Python<'_>, core: &Arc<Core>) -> PyResult<usize> {
        let (desk, counter) = Desk::open();
        let depth = match core.editor().as_mut() {
            Some(editor) => {
                editor.depth += 1;
                let teller = desk.clone();
                let _ = editor.ops.send(Op::Begin(AtEnd::new(move || teller.done())));
                editor.depth
            }
            None => return Err(error::internal(py, "no edit is open")),
        };
        match counter.wait(py, &desk, None) {
            Ok(()) => Ok(depth),
            Err(Left::Ended(error) | Left::Alone(error)) => Err(error),
        }
    }

    /// Ends the innermost edit, which is one within another.
    fn end(py: Python<'_>, core: &Arc<Core>, keep: bool) -> PyResult<()> {
        let permit = core.enter(py, false)?;
        let (desk, counter) = Desk::open();
        let teller = desk.clone();
        let finish = AtEnd::new(move || {
            drop(permit);
            teller.done();
        });
        if let Some(editor) = core.editor().as_mut() {
            editor.depth -= 1;
            let _ = editor.ops.send(Op::End { keep, finish });
        }
        match counter.wait(py, &desk, None) {
            Ok(()) => Ok(()),
            Err(Left::Ended(error) | Left::Alone(error)) => Err(error),
        }
    }

    /// Ends the outermost edit, and recalculates.
    fn close(&self, py: Python<'_>, core: &Arc<Core>, outer: Outer, keep: bool) -> PyResult<()> {
        let inside = core.inside(py)?;
        let calls_python = keep && (core.has_callables() || self.progress.is_some());
        let permit = core.enter(py, calls_python)?;
        let finish = AtEnd::new(move || drop((permit, inside)));
        if let Some(editor) = core.editor().take() {
            let _ = editor.ops.send(Op::End { keep, finish });
        }
        let progress = self.progress.as_ref().map(|progress| progress.bind(py));
        match outer.counter.wait(py, &outer.desk, progress) {
            Ok(()) => {}
            Err(Left::Ended(error)) => return Err(error),
            Err(Left::Alone(error)) => {
                core.gate.leave_alone();
                return Err(error);
            }
        }
        let result = outer.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(result) = result else {
            return Err(error::internal(py, "the edit's thread ended without an answer"));
        };
        match unpanicked(py, result)? {
            Ok(outcome) => {
                let made = report::recalculated(py, &outcome)?;
                *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                Ok(())
            }
            // The error that takes edits back is none to tell.
            Err(_) if !keep => Ok(()),
            Err(error) => Err(error::of_workbook(py, &error)),
        }
    }
}

#[pymethods]
impl Edit {
    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let py = slf.py();
        let edit = slf.get();
        check_callable(py, edit.progress.as_ref().map(|p| p.bind(py)))?;
        if !matches!(*edit.state(), State::Fresh) {
            return Err(refuse(
                py,
                "reentrant",
                "an edit is entered once: call workbook.edit() for each with statement",
            ));
        }
        let core = edit.workbook.get().core();
        let _inside = core.inside(py)?;
        let _permit = core.enter(py, false)?;
        let within = core.editor().is_some();
        let state = match within {
            false => State::Open { depth: 1, outer: Some(edit.open(py, core)?) },
            true => State::Open { depth: Self::begin(py, core)?, outer: None },
        };
        *edit.state() = state;
        Ok(slf)
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        kind: Option<&Bound<'_, PyAny>>,
        _error: Option<&Bound<'_, PyAny>>,
        _trace: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let core = self.workbook.get().core();
        let keep = kind.is_none();
        if core.generation != fork::generation() {
            // In a child, what was raised in the block is what matters.
            return if keep { core.inside(py).map(|_| false) } else { Ok(false) };
        }
        let open = core.editor().as_ref().map_or(0, |editor| editor.depth);
        let outer = match &mut *self.state() {
            State::Open { depth, .. } if *depth != open => {
                let message = "edits end in the order in which they began, the innermost first";
                return Err(refuse(py, "reentrant", message));
            }
            state @ State::Open { .. } => match std::mem::replace(state, State::Ended) {
                State::Open { outer, .. } => outer,
                State::Fresh | State::Ended => None,
            },
            State::Fresh | State::Ended => {
                return Err(refuse(py, "reentrant", "this edit is not open"));
            }
        };
        match outer {
            Some(outer) => self.close(py, core, outer, keep)?,
            None => Self::end(py, core, keep)?,
        }
        Ok(false)
    }

    /// What the recalculation at the end did: `None` before, where the block raised, and for an edit within another.
    #[getter]
    fn report(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.as_ref().map(|report| report.clone_ref(py))
    }

    fn __repr__(&self) -> &'static str {
        match *self.state() {
            State::Fresh => "<Edit, not entered>",
            State::Open { .. } => "<Edit, open>",
            State::Ended => "<Edit, ended>",
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.workbook)?;
        match &self.progress {
            Some(progress) => visit.call(progress),
            None => Ok(()),
        }
    }
}

impl Drop for Edit {
    /// An edit that never ends is taken back.
    fn drop(&mut self) {
        let State::Open { outer, .. } = std::mem::take(&mut *self.state()) else { return };
        let core = self.workbook.get().core();
        if core.generation != fork::generation() {
            return;
        }
        match outer {
            Some(_) => *core.editor() = None,
            None => {
                if let Some(editor) = core.editor().as_mut() {
                    editor.depth = editor.depth.saturating_sub(1);
                    let _ = editor.ops.send(Op::End { keep: false, finish: AtEnd::new(|| {}) });
                }
            }
        }
    }
}
