//! What batches give, put together in the order of their rows while they are done in any order.
//!
//! Messages of rows are kept within the call's budget. Runs of batches that follow on each other
//! are one run at once, so that there are never more of them, and of their budgets, than workers
//! and one. That comes to the same as one pass over all rows: see [`RowErrors::builder`].

use super::{Part, Run};
use std::collections::BTreeMap;
use udf_columnar::{Error, ErrorKind, MAX_FAILURES, RowErrors, RowErrorsBuilder, RowFailure};

/// What a run of rows gives.
pub(super) struct Rows {
    /// Their values; the errors stand apart.
    pub(super) parts: Vec<Part>,
    pub(super) errors: RowErrorsBuilder,
    /// The first [`MAX_FAILURES`].
    pub(super) failures: Vec<RowFailure>,
    pub(super) failed_rows: u64,
}

impl Rows {
    /// No rows yet, for messages of at most so many bytes.
    pub(super) fn new(messages_bytes: usize) -> Self {
        Self {
            parts: Vec::with_capacity(1),
            errors: RowErrors::builder(messages_bytes),
            failures: Vec::new(),
            failed_rows: 0,
        }
    }

    /// Adds the rows that follow.
    pub(super) fn push(&mut self, mut part: Part) {
        let mut errors = part.errors.take();
        if let Some(column) = part.column.take() {
            let (column, of_column) = column.into_parts();
            part.column = Some(column);
            errors = errors.or(of_column);
        }
        match errors {
            Some(errors) => self.errors.append(&errors),
            None => self.errors.push_none(part.rows),
        }
        self.parts.push(part);
    }

    /// Notes a row that failed. One that answers an error of its own did not.
    pub(super) fn note(&mut self, row: u64, error: &Error) {
        if matches!(error.kind(), ErrorKind::Function(_)) {
            return;
        }
        self.failed_rows += 1;
        if self.failures.len() < MAX_FAILURES {
            self.failures.push(RowFailure::new(row, error.kind(), error.message()));
        }
    }

    /// Adds the rows of a run that follows.
    fn absorb(&mut self, other: Self) {
        let rows = other.errors.len();
        self.parts.extend(other.parts);
        match other.errors.finish() {
            Some(errors) => self.errors.append(&errors),
            None => self.errors.push_none(rows),
        }
        let room = MAX_FAILURES.saturating_sub(self.failures.len());
        self.failures.extend(other.failures.into_iter().take(room));
        self.failed_rows += other.failed_rows;
    }
}

/// Runs of batches that are done, by their first batch.
#[derive(Default)]
pub(super) struct Gathered {
    runs: BTreeMap<usize, (usize, Rows)>,
    /// The first batch that failed.
    failed: Option<(usize, Error)>,
}

impl Gathered {
    /// Puts the result of a batch to those that it follows and that follow it.
    pub(super) fn put(&mut self, batch: usize, result: Result<Rows, Error>) {
        let rows = match result {
            Ok(rows) => rows,
            Err(error) => {
                if self.failed.as_ref().is_none_or(|(first, _)| batch < *first) {
                    self.failed = Some((batch, error));
                }
                return;
            }
        };
        let follows = self.runs.remove(&(batch + 1));
        let before = self.runs.range_mut(..batch).next_back().map(|(_, run)| run);
        let (end, run) = match before.filter(|(end, _)| *end == batch) {
            Some((end, run)) => {
                *end = batch + 1;
                run.absorb(rows);
                (end, run)
            }
            None => {
                let (end, run) = self.runs.entry(batch).or_insert((batch + 1, rows));
                (end, run)
            }
        };
        if let Some((last, rows)) = follows {
            *end = last;
            run.absorb(rows);
        }
    }

    /// All rows, or why there are not all of them.
    pub(super) fn finish(self, run: &Run<'_, '_>) -> Result<Rows, Error> {
        if let Some((_, error)) = self.failed {
            return Err(error);
        }
        let mut whole = Rows::new(run.job.limits.messages_bytes);
        let mut runs = self.runs.into_values().map(|(_, rows)| rows);
        if let Some(first) = runs.next() {
            whole = first;
        }
        runs.for_each(|rows| whole.absorb(rows));
        Ok(whole)
    }
}
