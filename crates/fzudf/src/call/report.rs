//! Progress, rows and time, on stderr.

use crate::exit::{complain, grouped, line};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fmt::Display,
    io::IsTerminal as _,
    time::{Duration, Instant},
};
use udf_columnar::Log;

/// What a command tells about its run.
pub(super) struct Report {
    quiet: bool,
    started: Instant,
    in_function: Duration,
    bar: ProgressBar,
    /// What the plugin logged so far, of which all is shown that is kept.
    log: Log,
}

impl Report {
    pub(super) fn start(quiet: bool) -> Self {
        Self {
            quiet,
            started: Instant::now(),
            in_function: Duration::ZERO,
            bar: ProgressBar::hidden(),
            log: Log::default(),
        }
    }

    /// A line that is no warning.
    pub(super) fn note(&mut self, text: impl Display) {
        if !self.quiet {
            self.bar.suspend(|| complain(format_args!("note: {}", line(&text.to_string()))));
        }
    }

    /// Shows what the plugin logged, as far as a whole run may log.
    pub(super) fn log(&mut self, log: &Log) {
        let shown = self.log.lines().len();
        self.log.append(log.clone());
        if !self.quiet && !log.is_empty() {
            let lines = self.log.lines().iter().skip(shown);
            self.bar.suspend(|| lines.for_each(|line| complain(format_args!("log: {line}"))));
        }
    }

    /// Tells how much more the plugin logged than was shown.
    pub(super) fn end_log(&mut self) {
        if let (false, Some(rest)) = (self.quiet, self.log.rest()) {
            self.bar.suspend(|| complain(format_args!("log: {rest}")));
        }
    }

    /// Shows a bar if somebody is looking. Without colours, so NO_COLOR has nothing to switch off.
    pub(super) fn show_progress(&mut self, rows: Option<u64>) {
        if self.quiet || !std::io::stderr().is_terminal() {
            return;
        }
        let (bar, template) = match rows {
            Some(rows) => (
                ProgressBar::new(rows),
                "{wide_bar} {human_pos}/{human_len} rows, {per_sec}, {eta} left",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {human_pos} rows, {per_sec}"),
        };
        self.bar = match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
    }

    /// So many rows are done.
    pub(super) fn advance(&self, rows: u64) {
        self.bar.inc(rows);
    }

    /// Runs `call`, and counts its time as that of the function.
    pub(super) fn timed<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let answer = call();
        self.in_function += start.elapsed();
        answer
    }

    /// Takes the bar away, before rows or diagnostics are printed.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The last line: rows, time and rows per second.
    pub(super) fn finish(&self, name: &str, rows: u64, written_to: Option<&std::path::Path>) {
        self.clear();
        if self.quiet {
            return;
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = (rows as f64 / seconds.max(1e-9)).round() as u64;
        let place = written_to.map(|p| format!(", written to {}", p.display())).unwrap_or_default();
        complain(format_args!(
            "{name}: {} {} in {seconds:.3} s ({} rows/s; {:.3} s in the function){place}",
            grouped(rows),
            if rows == 1 { "row" } else { "rows" },
            grouped(rate),
            self.in_function.as_secs_f64(),
        ));
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.clear();
    }
}
