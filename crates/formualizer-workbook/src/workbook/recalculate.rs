//! Recalculating.

use super::Workbook;
use crate::{
    Error, ErrorKind,
    eval::Environment,
    formula::walking,
    functions::{Sessions, is_calling},
    recalc::{self, Iteration, Progress, RecalcReport},
};
use std::{fmt, sync::Arc};
use udf_columnar::CancelToken;

/// How to recalculate; [`default`](Self::default) is as most want it.
#[non_exhaustive]
pub struct RecalcOptions<'a> {
    /// Threads that regions and calls of plugins use together. Results do not depend on it. All the machine's if
    /// absent.
    pub threads: Option<usize>,
    /// Ends the recalculation from outside; the workbook stays consistent, and the next one goes on.
    pub cancel: CancelToken,
    /// Told after every region.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    /// Seed of volatile functions. The same seed gives the same values; the number of the recalculation if
    /// absent.
    pub seed: Option<u64>,
    /// What `NOW` and plugins take for the local time, microseconds since 1970-01-01T00:00:00; the clock's if absent.
    pub now_us: Option<i64>,
    /// Whether cells keep their stored values where their formulas call what cannot be calculated: functions that
    /// nobody knows, those that ask other programs. Otherwise, and where nothing is stored, they are `#NAME?`.
    pub keeps_unknown: bool,
}

impl Default for RecalcOptions<'_> {
    fn default() -> Self {
        Self {
            threads: None,
            cancel: CancelToken::new(),
            progress: None,
            seed: None,
            now_us: None,
            keeps_unknown: true,
        }
    }
}

impl fmt::Debug for RecalcOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecalcOptions")
            .field("threads", &self.threads)
            .field("seed", &self.seed)
            .field("now_us", &self.now_us)
            .field("keeps_unknown", &self.keeps_unknown)
            .finish_non_exhaustive()
    }
}

impl<'a> RecalcOptions<'a> {
    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads.max(1));
        self
    }

    /// Sets [`cancel`](Self::cancel).
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// Sets [`progress`](Self::progress).
    #[must_use]
    pub fn progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Sets [`seed`](Self::seed) and [`now_us`](Self::now_us).
    #[must_use]
    pub fn volatile(mut self, seed: u64, now_us: i64) -> Self {
        (self.seed, self.now_us) = (Some(seed), Some(now_us));
        self
    }
}

impl Workbook {
    /// Brings every value up to date: what changed, what depends on it, and what is volatile.
    ///
    /// # Errors
    /// None: with the default options a recalculation is not cancelled, and formulas and plugins that fail give
    /// errors in cells.
    pub fn recalculate(&mut self) -> Result<RecalcReport, Error> {
        self.recalculate_with(&RecalcOptions::default())
    }

    /// The same, as the options say.
    ///
    /// # Errors
    /// [`Cancelled`](crate::ErrorKind::Cancelled) where the token was used.
    pub fn recalculate_with(&mut self, options: &RecalcOptions<'_>) -> Result<RecalcReport, Error> {
        self.not_within_a_callback()?;
        self.epoch += 1;
        let now = || chrono::Local::now().naive_local().and_utc().timestamp_micros();
        let environment = Environment {
            dates: self.book.dates,
            platform: self.book.platform,
            seed: options.seed.unwrap_or(self.seed.wrapping_add(self.epoch)),
            epoch: self.epoch,
            now_us: options.now_us.unwrap_or_else(now),
            cancel: options.cancel.clone(),
            threads: options.threads.unwrap_or_else(rayon::current_num_threads),
            place: 0,
            indexes: Arc::default(),
            keeps_unknown: options.keeps_unknown,
            iteration: self.book.iteration,
        };
        let sessions = Sessions::default();
        let threads = environment.threads;
        let options = recalc::Options { environment, progress: options.progress };
        let book = &mut self.book;
        let mut run = || walking(|| recalc::recalculate(book, &sessions, &options));
        if threads == 1 || threads == rayon::current_num_threads() {
            return run();
        }
        // A pool that cannot be made is no reason not to calculate.
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(run),
            Err(_) => run(),
        }
    }

    /// How circular references are calculated in steps: as the file said, or as it was set. `None`, as in a new workbook, where
    /// they are errors.
    #[must_use]
    pub fn iteration(&self) -> Option<Iteration> {
        self.book.iteration
    }

    /// Lets circular references be calculated in steps, or be errors (`None`). The next recalculation takes up all formulas; saving
    /// writes it into the file.
    pub fn set_iteration(&mut self, iteration: Option<Iteration>) {
        if iteration != self.book.iteration {
            self.remember();
            self.book.set_iteration(iteration);
        }
    }

    /// A callback that reaches its own workbook is refused rather than left waiting for itself.
    pub(super) fn not_within_a_callback(&self) -> Result<(), Error> {
        match is_calling(self.plugins.functions().id()) {
            false => Ok(()),
            true => Err(Error::new(
                ErrorKind::Reentrant,
                "a callback cannot change or recalculate the workbook that is calling it: let it return its result instead",
            )),
        }
    }
}
