//! What a recalculation did, as lines on stderr and as JSON.

use crate::{
    book::{
        args::Unknown,
        place::Place,
        plugins::{Attached, Found},
        problems::{self, FIRST_CELLS},
        table::{self, Content},
    },
    exit::{Failure, complain, grouped, line},
};
use formualizer_workbook::{ErrorSummary, RecalcReport, Workbook};
use serde_json::{Value as Json, json};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// A file that was written.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) took: Duration,
}

/// What was done.
#[derive(Debug)]
pub(super) struct Report {
    book: PathBuf,
    sheets: Vec<String>,
    plugins: Json,
    input: Json,
    done: RecalcReport,
    errors: ErrorSummary,
    unknown: Vec<Found>,
    kept: Unknown,
    warnings: Vec<String>,
    notes: Vec<String>,
    saved: Option<Saved>,
    load: Duration,
    recalculate: Duration,
    total: Duration,
}

impl Report {
    pub(super) fn new(book: &Path) -> Self {
        Self {
            book: book.to_owned(),
            sheets: Vec::new(),
            plugins: json!([]),
            input: Json::Null,
            done: RecalcReport::default(),
            errors: ErrorSummary::default(),
            unknown: Vec::new(),
            kept: Unknown::Keep,
            warnings: Vec::new(),
            notes: Vec::new(),
            saved: None,
            load: Duration::ZERO,
            recalculate: Duration::ZERO,
            total: Duration::ZERO,
        }
    }

    pub(super) fn loaded(&mut self, book: &Workbook, took: Duration) {
        self.sheets = book.sheet_names();
        self.warnings.extend(book.load_warnings().iter().cloned());
        self.load = took;
    }

    pub(super) fn attached(&mut self, attached: &Attached) {
        self.plugins = attached.as_json();
        self.notes.extend(attached.notes.iter().cloned());
    }

    pub(super) fn input(&mut self, input: Json) {
        self.input = input;
    }

    pub(super) fn recalculated(&mut self, done: &RecalcReport, took: Duration) {
        self.done = done.clone();
        self.recalculate = took;
    }

    pub(super) fn problems(&mut self, book: &Workbook, unknown: Vec<Found>, kept: Unknown) {
        self.kept = kept;
        self.errors = book.errors(FIRST_CELLS);
        self.unknown = unknown;
    }

    pub(super) fn saved(&mut self, saved: Saved, warnings: &[String]) {
        self.saved = Some(saved);
        self.warnings.extend(warnings.iter().cloned());
    }

    pub(super) fn took(&mut self, total: Duration) {
        self.total = total;
    }

    pub(super) fn cells_in_error(&self) -> u64 {
        self.errors.cells
    }

    pub(super) fn functions_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Cells in error and functions that nobody knows as a failure.
    pub(super) fn refusal(&self) -> Failure {
        problems::refusal(self.errors.cells, &self.unknown, "; nothing was written")
    }

    /// Writes the report to stderr; when quiet, only what is a warning.
    pub(super) fn complain(&self, quiet: bool) {
        let mut text = problems::unknown_text(&self.unknown, self.kept);
        text += &problems::warnings_text(&self.warnings);
        if !quiet {
            for note in &self.notes {
                let _infallible = writeln!(text, "note: {}", line(note));
            }
            for line in self.done.log.shown() {
                let _infallible = writeln!(text, "log: {line}");
            }
        }
        text += &problems::errors_text(&self.errors);
        if !quiet {
            text += &self.summary();
        }
        if !text.is_empty() {
            complain(text.trim_end());
        }
    }

    fn summary(&self) -> String {
        let done = &self.done;
        let many = |n: u64, one: &str, more: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{} {more}", grouped(n)),
        };
        let mut text = format!(
            "{}: {} of {} recalculated",
            self.book.display(),
            many(done.cells, "cell", "cells"),
            many(done.regions, "formula", "formulas"),
        );
        if done.spilled_cells > 0 {
            let _infallible =
                write!(text, ", {} filled by arrays", many(done.spilled_cells, "cell", "cells"));
        }
        if done.udf_calls > 0 {
            let _infallible = write!(
                text,
                "; {} of plugins over {}",
                many(done.udf_calls, "call", "calls"),
                many(done.udf_rows, "row", "rows"),
            );
        }
        let _infallible = write!(
            text,
            "\nload {:.3} s, recalculate {:.3} s",
            self.load.as_secs_f64(),
            self.recalculate.as_secs_f64(),
        );
        let _infallible = match &self.saved {
            Some(saved) => write!(
                text,
                ", save {:.3} s\nwritten to {}",
                saved.took.as_secs_f64(),
                saved.path.display()
            ),
            None => write!(text, "\nnothing was written: --out FILE.xlsx or --in-place saves it"),
        };
        text
    }

    /// The report for programs. Names of fields are stable.
    pub(super) fn as_json(&self, book: &Workbook, places: &[Place]) -> Result<Json, Failure> {
        let mut ranges = Vec::new();
        for place in places {
            let rows = table::as_json(book, place, Content::Values)?;
            ranges.push(json!({ "range": place.to_string(), "rows": rows }));
        }
        let done = &self.done;
        let saved = self.saved.as_ref();
        Ok(json!({
            "book": self.book.display().to_string(),
            "saved": saved.map(|saved| json!({
                "path": saved.path.display().to_string(),
                "bytes": saved.bytes,
            })),
            "sheets": self.sheets,
            "plugins": self.plugins,
            "input": self.input,
            "recalculation": {
                "cells": done.cells,
                "regions": done.regions,
                "spilled_cells": done.spilled_cells,
                "udf_calls": done.udf_calls,
                "udf_rows": done.udf_rows,
                "rounds": done.rounds,
            },
            "seconds": {
                "load": self.load.as_secs_f64(),
                "recalculate": self.recalculate.as_secs_f64(),
                "save": saved.map(|saved| saved.took.as_secs_f64()),
                "total": self.total.as_secs_f64(),
            },
            "errors": problems::errors_json(&self.errors),
            "unknown_functions": problems::unknown_json(&self.unknown),
            "warnings": self.warnings,
            "notes": self.notes,
            "log": self.done.log.shown().collect::<Vec<_>>(),
            "ranges": ranges,
        }))
    }
}
