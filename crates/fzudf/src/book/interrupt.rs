//! Ctrl-C and requests to terminate.

use crate::exit::{Exit, Failure, complain};
use formualizer_workbook::CancelToken;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What a signal does. Until [`guard`](Self::guard) it ends the process: nothing has been written then. From then on it
/// cancels, and the second one ends the process.
#[derive(Clone, Debug)]
pub(crate) struct Interrupts {
    cancel: CancelToken,
    guarded: Arc<AtomicBool>,
}

impl Interrupts {
    pub(crate) fn watch() -> Result<Self, Failure> {
        let interrupts = Self { cancel: CancelToken::new(), guarded: Arc::default() };
        let told = interrupts.clone();
        ctrlc::set_handler(move || {
            if !told.guarded.load(Ordering::SeqCst) || told.cancel.is_cancelled() {
                complain("error: interrupted; nothing was written");
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
            told.cancel.cancel();
        })
        .map_err(|e| Failure::new(Exit::Call, format!("signals cannot be handled: {e}")))?;
        Ok(interrupts)
    }

    /// From now on a signal only cancels.
    pub(crate) fn guard(&self) -> CancelToken {
        self.guarded.store(true, Ordering::SeqCst);
        self.cancel.clone()
    }

    /// Refuses to go on after a signal.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.cancel.is_cancelled() {
            true => Err(Failure::new(Exit::Interrupted, "interrupted; nothing was written")),
            false => Ok(()),
        }
    }

    /// Whether there was a signal.
    pub(crate) fn were(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
