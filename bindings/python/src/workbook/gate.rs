//! Who may use a workbook now. One at a time; nobody ever waits for what may be waiting for him.
//!
//! ```text
//! free                       ──▶ in use, by one thread
//! in use                     another thread waits, the thread itself is refused (a signal's handler, a finalizer)
//! in use, calling Python     everybody is refused: what is called may wait for anybody
//! an edit is open            its thread uses the workbook, other threads are refused: the block may wait for them
//! ```

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

/// Why a workbook cannot be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The thread itself is at work on it.
    Own,
    /// It calls Python code.
    Calling,
    /// Another thread has an edit open.
    Editing,
}

impl Refusal {
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Own => {
                "this thread is in the midst of using the workbook, so that nothing else can use it: a function that the workbook calls gets what it needs as arguments"
            }
            Self::Calling => {
                "the workbook is recalculating and calls Python functions, which cannot use it, in no thread: a function gets what it needs as arguments, and other threads take turns with a lock of yours"
            }
            Self::Editing => {
                "another thread has an edit of the workbook open (with workbook.edit(): …): use it after the end of that block"
            }
        }
    }
}

#[derive(Debug)]
struct User {
    /// The thread that waits for the use to end; `None` once it has given up waiting.
    thread: Option<ThreadId>,
    calls_python: bool,
}

#[derive(Debug, Default)]
struct State {
    user: Option<User>,
    /// The thread that has an edit open.
    editor: Option<ThreadId>,
}

/// The one way to a workbook.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    freed: Condvar,
}

/// Stands for the use of a workbook, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<Gate>);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A permit; `None` while another thread uses the workbook and will be done without anybody's help.
    pub(super) fn enter(self: &Arc<Self>, calls_python: bool) -> Result<Option<Permit>, Refusal> {
        self.admit(&mut self.state(), calls_python)
    }

    /// The same, after waiting for so long at most.
    pub(super) fn enter_within(
        self: &Arc<Self>,
        calls_python: bool,
        patience: Duration,
    ) -> Result<Option<Permit>, Refusal> {
        let mut state = self.state();
        if let Some(permit) = self.admit(&mut state, calls_python)? {
            return Ok(Some(permit));
        }
        let (mut state, _) =
            self.freed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
        self.admit(&mut state, calls_python)
    }

    fn admit(
        self: &Arc<Self>,
        state: &mut State,
        calls_python: bool,
    ) -> Result<Option<Permit>, Refusal> {
        let own = thread::current().id();
        match &state.user {
            Some(user) if user.thread == Some(own) => return Err(Refusal::Own),
            Some(user) if user.calls_python => return Err(Refusal::Calling),
            _ => {}
        }
        if state.editor.is_some_and(|editor| editor != own) {
            return Err(Refusal::Editing);
        }
        if state.user.is_some() {
            return Ok(None);
        }
        state.user = Some(User { thread: Some(own), calls_python });
        Ok(Some(Permit(self.clone())))
    }

    /// The thread no longer waits for the use that it began: what it does next waits for that, as others do.
    pub(super) fn leave_alone(&self) {
        if let Some(user) = &mut self.state().user {
            user.thread = None;
        }
    }

    /// Says whether this thread has an edit open from now on. To be called with a permit.
    pub(super) fn set_editing(&self, editing: bool) {
        self.state().editor = editing.then(|| thread::current().id());
        self.freed.notify_all();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().user = None;
        self.0.freed.notify_all();
    }
}
