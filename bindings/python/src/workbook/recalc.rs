//! Options and outcome of a recalculation.

use super::{
    core::{Core, Lane, pool},
    desk::Desk,
    pools, report,
};
use crate::{
    error,
    input::objects::{Clock, Item},
};
use formualizer_workbook::{
    Error, ErrorSummary, Progress, RecalcOptions, RecalcReport, UnknownFunction, Workbook as Book,
};
use pyo3::prelude::*;
use std::sync::Arc;

/// Cells in error that a report lists, of each kind.
const LISTED: usize = 10;

/// How to recalculate.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    threads: usize,
    seed: Option<u64>,
    now_us: Option<i64>,
    keeps_unknown: bool,
}

/// What a recalculation did, and what is wrong after it.
pub(super) struct Outcome {
    pub(super) report: RecalcReport,
    pub(super) errors: ErrorSummary,
    pub(super) unknown: Vec<UnknownFunction>,
}

impl Outcome {
    pub(super) fn of(book: &Book, report: RecalcReport) -> Self {
        Self { report, errors: book.errors(LISTED), unknown: book.unknown_functions() }
    }
}

impl How {
    /// # Errors
    /// `ArgumentError` for what cannot be.
    pub(super) fn new(
        py: Python<'_>,
        core: &Core,
        threads: Option<i64>,
        seed: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
        unknown: &str,
    ) -> PyResult<Self> {
        let refuse = |message: &str| Err(error::argument(py, "recalculate", message));
        let threads = match threads {
            None => core.handle().config.threads,
            Some(threads @ 1..=1024) => usize::try_from(threads).unwrap_or(1),
            Some(threads) => return refuse(&format!("threads={threads}: give 1 to 1024")),
        };
        let now_us = match now.map(Item::of).transpose()?.flatten() {
            None if now.is_none() => None,
            Some(Item::Missing) => None,
            Some(Item::DateTime(us, Clock::Wall)) => Some(us),
            Some(Item::DateTime(..)) => {
                return refuse(
                    "now: a workbook knows no time zones: give a datetime of local time without tzinfo",
                );
            }
            _ => return refuse("now: give a datetime.datetime, which is what NOW() gives"),
        };
        let keeps_unknown = match unknown {
            "keep" => true,
            "error" => false,
            other => return refuse(&format!("unknown={other:?}: give \"keep\" or \"error\"")),
        };
        Ok(Self { threads, seed, now_us, keeps_unknown })
    }

    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// The options of the workbook. `tell` is told of the progress.
    pub(super) fn options<'a>(
        &self,
        desk: &Desk,
        tell: &'a (dyn Fn(Progress) + Sync),
    ) -> RecalcOptions<'a> {
        let mut options = RecalcOptions::default()
            .threads(self.threads)
            .cancel(desk.cancel().clone())
            .progress(tell);
        (options.seed, options.now_us) = (self.seed, self.now_us);
        options.keeps_unknown = self.keeps_unknown;
        options
    }
}

/// Recalculates, and gives the report as Python has it.
///
/// # Errors
/// `WorkbookError` of the kind "reentrant"; what signals and `progress` raise, after the recalculation was cancelled.
pub(super) fn recalculate(
    py: Python<'_>,
    core: &Arc<Core>,
    how: How,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Py<PyAny>> {
    check_callable(py, progress)?;
    let inside = core.inside(py)?;
    let calls_python = core.has_callables() || progress.is_some();
    let permit = core.enter(py, calls_python)?;
    let usual = core.handle().config.threads;
    let lane = match calls_python || how.threads != usual {
        true => {
            let lent = pools::lend(how.threads).map_err(|e| error::internal(py, &e))?;
            Lane::Lent(lent)
        }
        false => Lane::Pool(pool(py, &core.handle())?),
    };
    let (desk, counter) = Desk::open();
    let (slot, own, wants_news) = (core.slot.clone(), desk.clone(), progress.is_some());
    let work = move |book: &mut Book| -> Result<Outcome, Error> {
        let tell = |progress: Progress| {
            if wants_news {
                own.tell(progress.regions_done, progress.regions);
            }
        };
        slot.set(Some(own.clone()));
        let report = book.recalculate_with(&how.options(&own, &tell));
        slot.set(None);
        report.map(|report| Outcome::of(book, report))
    };
    let outcome = core.run(py, permit, inside, (desk, counter), Some(lane), progress, work)?;
    let outcome = outcome.map_err(|e| error::of_workbook(py, &e))?;
    report::recalculated(py, &outcome)
}

/// # Errors
/// `ArgumentError` where it cannot be called.
pub(super) fn check_callable(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    match progress {
        Some(progress) if !progress.is_callable() => Err(error::argument(
            py,
            "recalculate",
            "progress: give a function of two numbers, what is done and what there is in all",
        )),
        _ => Ok(()),
    }
}
