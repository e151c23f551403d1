//! Processes that are forked. The threads of a pool and of an engine's clock do not exist in the child, so that everything is
//! made anew there; where calls ran meanwhile, locks may be held for ever, and the child is refused.

use crate::error::Exception;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// How often this process's ancestors were forked since the package was imported.
static GENERATION: AtomicU64 = AtomicU64::new(0);
/// Threads inside this package's own code.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Whether this process is the child of one that was forked while a thread was inside.
static BROKEN: AtomicBool = AtomicBool::new(false);

/// Changes in every forked child.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// Stands for a thread that is inside.
#[derive(Debug)]
pub(crate) struct Inside {
    generation: u64,
}

/// Says that this thread now may hold locks.
///
/// # Errors
/// `ForkError` in a child that cannot work.
pub(crate) fn enter(py: Python<'_>) -> PyResult<Inside> {
    if BROKEN.load(Ordering::Relaxed) {
        return Err(Exception::new(
            "ForkError",
            "this process was forked while formualizer_udf was at work in it, so that plugins cannot run here: start processes with multiprocessing's \"spawn\" or \"forkserver\"",
        )
        .make(py));
    }
    INSIDE.fetch_add(1, Ordering::Relaxed);
    Ok(Inside { generation: generation() })
}

impl Drop for Inside {
    fn drop(&mut self) {
        // A child that was forked from within starts to count at nothing.
        if self.generation == generation() {
            INSIDE.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// For `os.register_at_fork`.
#[pyfunction]
#[pyo3(name = "_after_fork_in_child")]
pub(crate) fn after_fork_in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    if INSIDE.swap(0, Ordering::Relaxed) > 0 {
        BROKEN.store(true, Ordering::Relaxed);
    }
}
