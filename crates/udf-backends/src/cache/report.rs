//! What the cache did, and why it did not do more.

use super::problem::Problem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most problems that a report tells.
const MAX_PROBLEMS: usize = 20;

/// What a runtime's cache has done so far; see
/// [`WasmtimeRuntime::cache_report`](crate::WasmtimeRuntime::cache_report).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheReport {
    /// Modules that were read from the cache.
    pub hits: u64,
    /// Modules that were not there, or not usable, and were compiled.
    pub misses: u64,
    /// Compiled modules that were written.
    pub stored: u64,
    /// Entries that made room for others.
    pub evicted: u64,
    /// What went wrong, and what to do about it; the first 20. No load has failed because of it.
    pub problems: Vec<String>,
    /// Number of problems that are not told.
    pub more_problems: u64,
}

#[derive(Default)]
pub(super) struct Tally(Mutex<CacheReport>);

impl Tally {
    fn lock(&self) -> MutexGuard<'_, CacheReport> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn report(&self) -> CacheReport {
        self.lock().clone()
    }

    pub(super) fn hit(&self) {
        self.lock().hits += 1;
    }

    pub(super) fn missed(&self) {
        self.lock().misses += 1;
    }

    pub(super) fn stored(&self, evicted: u64) {
        let mut report = self.lock();
        report.stored += 1;
        report.evicted += evicted;
    }

    pub(super) fn problem(&self, problem: Problem) {
        let mut report = self.lock();
        if report.problems.len() < MAX_PROBLEMS {
            report.problems.push(problem.into_message());
        } else {
            report.more_problems += 1;
        }
    }
}
