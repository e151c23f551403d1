//! What was measured, to people and to programs.

use super::{
    fit::{Line, fit},
    measure::Measured,
};
use crate::exit::grouped;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) const NOISE: &str = "\
Times are of one run on this machine, with whatever else it did: differences smaller than those
between least and most are noise.
";

/// A whole run.
pub(super) struct Report {
    pub(super) file: String,
    pub(super) function: String,
    pub(super) threads: usize,
    pub(super) engines: Vec<EngineReport>,
}

/// One engine of it.
pub(super) struct EngineReport {
    pub(super) name: &'static str,
    pub(super) sizes: Vec<Measured>,
    /// A size that was not measured, and why.
    pub(super) left_out: Option<(usize, String)>,
}

impl EngineReport {
    fn line(&self) -> Option<Line> {
        let points = self.sizes.iter().map(|m| (m.rows as f64, m.middle().as_secs_f64()));
        fit(&points.collect::<Vec<_>>())
    }
}

impl Report {
    /// One engine's table.
    pub(super) fn engine_text(&self, engine: &EngineReport) -> String {
        let mut out = String::new();
        // A String takes everything.
        let _infallible = self.write(&mut out, engine);
        out
    }

    fn write(&self, out: &mut String, engine: &EngineReport) -> std::fmt::Result {
        let threads = match self.threads {
            1 => "1 thread".to_owned(),
            n => format!("{n} threads"),
        };
        writeln!(out, "{} on {}, {threads}", self.function, engine.name)?;
        writeln!(
            out,
            "  {:>13} {:>6} {:>10} {:>10} {:>10} {:>12} {:>10}",
            "rows", "calls", "least", "middle", "most", "rows/s", "MB/s"
        )?;
        for m in &engine.sizes {
            writeln!(
                out,
                "  {:>13} {:>6} {:>10} {:>10} {:>10} {:>12} {:>10.1}",
                grouped(m.rows as u64),
                m.calls(),
                time(m.least().as_secs_f64()),
                time(m.middle().as_secs_f64()),
                time(m.most().as_secs_f64()),
                grouped(m.rows_per_second() as u64),
                m.bytes_per_second() / 1e6
            )?;
        }
        if let Some((rows, why)) = &engine.left_out {
            writeln!(out, "  {:>13} not measured: {why}", grouped(*rows as u64))?;
        }
        if let Some(line) = engine.line() {
            writeln!(out, "  a call costs {}, each row {}", time(line.call), time(line.row))?;
        }
        if let Some(m) = engine.sizes.iter().rfind(|m| m.trapped > 0) {
            writeln!(
                out,
                "  warning: {} of {} rows trapped, which is slow: give --arg values that the function takes",
                grouped(m.trapped),
                grouped(m.rows as u64)
            )?;
        }
        out.push('\n');
        Ok(())
    }

    pub(super) fn as_json(&self) -> Value {
        let engines: Vec<Value> = self.engines.iter().map(engine_json).collect();
        json!({
            "file": self.file,
            "function": self.function,
            "threads": self.threads,
            "engines": engines,
        })
    }
}

fn engine_json(engine: &EngineReport) -> Value {
    let sizes: Vec<Value> = engine
        .sizes
        .iter()
        .map(|m| {
            json!({
                "rows": m.rows,
                "calls": m.calls(),
                "least_s": m.least().as_secs_f64(),
                "middle_s": m.middle().as_secs_f64(),
                "most_s": m.most().as_secs_f64(),
                "rows_per_s": m.rows_per_second(),
                "bytes": m.bytes,
                "bytes_per_s": m.bytes_per_second(),
                "trapped_rows": m.trapped,
            })
        })
        .collect();
    let line = engine.line();
    json!({
        "engine": engine.name,
        "sizes": sizes,
        "call_s": line.map(|l| l.call),
        "row_s": line.map(|l| l.row),
        "left_out": engine.left_out.as_ref().map(|(rows, why)| json!({ "rows": rows, "why": why })),
    })
}

/// Seconds in a unit that suits them.
fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s if s >= 1e-6 => (s * 1e6, "µs"),
        s => (s * 1e9, "ns"),
    };
    format!("{value:.2} {unit}")
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_have_a_unit_that_suits_them() {
        for (seconds, text) in [
            (0.0, "0.00 ns"),
            (2.5e-9, "2.50 ns"),
            (1.5e-6, "1.50 µs"),
            (0.25, "250.00 ms"),
            (3.0, "3.00 s"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }
}
