//! Threads for work that waits for Python code, apart from those that a runtime has for calls of plugins: what is called may
//! call a plugin itself, or recalculate another workbook, and finds threads that nobody holds.

use crate::fork;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex, PoisonError};

/// Pools that nobody uses, at most so many.
const MOST_IDLE: usize = 4;

static IDLE: Mutex<Vec<(u64, Arc<ThreadPool>)>> = Mutex::new(Vec::new());

/// Threads for one piece of work. They are for others afterwards.
pub(super) struct Lent {
    pub(super) pool: Arc<ThreadPool>,
    generation: u64,
}

/// A pool of so many threads.
///
/// # Errors
/// Where threads cannot be started, as text.
pub(super) fn lend(threads: usize) -> Result<Lent, String> {
    let generation = fork::generation();
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    // Those of the parent have no threads in a child, and dropping them would wait for some.
    let (own, foreign): (Vec<_>, Vec<_>) =
        idle.drain(..).partition(|(made, _)| *made == generation);
    std::mem::forget(foreign);
    *idle = own;
    let found = idle.iter().position(|(_, pool)| pool.current_num_threads() == threads);
    if let Some(found) = found {
        let (_, pool) = idle.swap_remove(found);
        return Ok(Lent { pool, generation });
    }
    drop(idle);
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("formualizer-recalc-{index}"))
        .build()
        .map_err(|e| format!("cannot start {threads} threads: {e}"))?;
    Ok(Lent { pool: Arc::new(pool), generation })
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.generation != fork::generation() {
            std::mem::forget(self.pool.clone());
            return;
        }
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push((self.generation, self.pool.clone()));
        }
    }
}
