//! Rows that are in error, and rows that the plugin crashed on.

use crate::{
    cli::RowErrorMode,
    exit::{Exit, Failure, complain, grouped, line},
};
use arrow_array::{ArrayRef, StringArray};
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};
use udf_abi::ErrorCode;
use udf_columnar::{Column, ErrorKind, Output, RowFailure};

/// Rows of each error that a diagnostic names.
const NAMED: usize = 3;
/// Characters of a message that a diagnostic shows.
const MESSAGE_CHARS: usize = 160;

/// Counts rows in error.
pub(super) struct Tally {
    mode: RowErrorMode,
    /// Whether rows on which the plugin crashed are rows in error like others.
    takes_crashes: bool,
    counts: BTreeMap<ErrorCode, Count>,
}

#[derive(Default)]
struct Count {
    rows: u64,
    first: Vec<(u64, String)>,
}

impl Tally {
    pub(super) fn new(asked: Option<RowErrorMode>) -> Self {
        Self {
            mode: asked.unwrap_or(RowErrorMode::Null),
            takes_crashes: matches!(asked, Some(RowErrorMode::Null | RowErrorMode::Column)),
            counts: BTreeMap::new(),
        }
    }

    /// Whether a column with the errors is wanted.
    pub(super) fn wants_column(&self) -> bool {
        self.mode == RowErrorMode::Column
    }

    /// Whether rows in error are to be left without a value because the user said so.
    pub(super) fn is_asked_for(&self) -> bool {
        self.takes_crashes
    }

    /// Counts the rows in error of a result whose first row is `offset`.
    ///
    /// # Errors
    /// Where such rows are to fail the call.
    pub(super) fn add(&mut self, output: &Output, offset: u64) -> Result<(), Failure> {
        for errors in output.columns.iter().filter_map(Column::errors) {
            for (row, code) in errors.codes().iter().enumerate().filter(|(_, code)| **code != 0) {
                let Some(error) = ErrorCode::from_code(*code) else { continue };
                let count = self.counts.entry(error).or_default();
                count.rows += 1;
                if count.first.len() < NAMED {
                    let message = errors.get(row).and_then(|(_, m)| m).unwrap_or_default();
                    count.first.push((offset + row as u64, shortened(message)));
                }
            }
        }
        if output.failed_rows > 0 && !self.takes_crashes {
            return Err(crashed(output));
        }
        if self.mode == RowErrorMode::Fail && !self.counts.is_empty() {
            return Err(Failure::new(Exit::Call, self.summary()).hint(
                "--errors null leaves such rows without a value, --errors column says why in a column",
            ));
        }
        Ok(())
    }

    /// Tells on stderr which rows are in error.
    pub(super) fn tell(&self) {
        if !self.counts.is_empty() {
            complain(format_args!("warning: {}", self.summary()));
        }
    }

    fn summary(&self) -> String {
        let rows: u64 = self.counts.values().map(|count| count.rows).sum();
        let mut text = format!(
            "{} {} in error (counted from 0)",
            grouped(rows),
            if rows == 1 { "row" } else { "rows" }
        );
        for (error, count) in &self.counts {
            // A String takes everything.
            let _infallible = write!(text, "\n  {} × {error}", grouped(count.rows));
            for (index, (row, message)) in count.first.iter().enumerate() {
                let separator = if index == 0 { ":" } else { ";" };
                let _infallible = match message.is_empty() {
                    true => write!(text, "{separator} row {row}"),
                    false => write!(text, "{separator} row {row} ({message})"),
                };
            }
            if count.rows > NAMED as u64 {
                text.push_str("; …");
            }
        }
        text
    }
}

/// A column that says which error a row is: `#NUM!: message`.
///
/// # Errors
/// Where the texts together are longer than a column may be.
pub(super) fn error_texts(column: &Column) -> Result<ArrayRef, Failure> {
    let texts = match column.errors() {
        None => return Ok(Arc::new(StringArray::new_null(column.len()))),
        Some(errors) => errors.texts_of_rows(),
    };
    match texts {
        Ok(texts) => Ok(Arc::new(texts)),
        Err(error) => Err(Failure::from(error).context("the column of errors").hint(
            "--batch-rows passes fewer rows at a time, --errors null leaves the messages out",
        )),
    }
}

fn crashed(output: &Output) -> Failure {
    let rows = output.failed_rows;
    let mut text = format!(
        "the plugin failed on {} {} (counted from 0)",
        grouped(rows),
        if rows == 1 { "row" } else { "rows" }
    );
    for failure in output.failures.iter().take(NAMED) {
        let _infallible = write!(text, "\n  row {}: {}", failure.row, shortened(&failure.message));
    }
    if rows > NAMED as u64 {
        text.push_str("\n  …");
    }
    let lacked = |failure: &RowFailure| failure.kind == ErrorKind::MemoryLimitExceeded;
    let mut failure = Failure::new(Exit::Call, text);
    if output.failures.iter().any(lacked) {
        failure = failure.hint("--limit-memory gives it more memory, as far as the machine has it");
    }
    let leaves = "--errors null or --errors column leaves such rows without a value";
    failure.hint(match output.failures.iter().all(lacked) {
        true => leaves.to_owned(),
        false => format!("tell its author; {leaves}"),
    })
}

fn shortened(message: &str) -> String {
    let mut short: String = message.chars().take(MESSAGE_CHARS).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    line(&short.replace('\n', " "))
}
