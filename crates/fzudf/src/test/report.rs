//! What a test run says, to people and to programs.

use super::{
    agreement::{self, Agreement, OnEngine},
    examples::{self, Failed},
};
use crate::exit::{Failure, grouped};
use serde_json::{Value, json};
use std::fmt::Write as _;
use udf_columnar::{ErrorKind, Log};

/// A whole run.
pub(super) struct Report {
    pub(super) file: String,
    pub(super) engines: Vec<&'static str>,
    pub(super) seed: u64,
    pub(super) functions: Vec<FunctionReport>,
}

/// One function of it.
pub(super) struct FunctionReport {
    name: String,
    kind: String,
    examples: usize,
    /// The engine, the example's number from 1, and what was wrong.
    failed: Vec<(&'static str, usize, Failed)>,
    agreement: Agreement,
    /// What it logged in its examples, on the first engine.
    log: Log,
    /// Why the function was not tested at all.
    skipped: Option<String>,
}

impl FunctionReport {
    pub(super) fn of(
        engines: &[OnEngine],
        name: &str,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut report = Self {
            name: name.to_owned(),
            kind: String::new(),
            examples: 0,
            failed: Vec::new(),
            agreement: Agreement::default(),
            log: Log::default(),
            skipped: None,
        };
        for (place, on) in engines.iter().enumerate() {
            let mut log = Log::default();
            let signature = match on.module.signature(name) {
                Ok(signature) => signature,
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    report.skipped = Some(error.message().to_owned());
                    return Ok(report);
                }
                Err(error) => return Err(error.into()),
            };
            report.kind = signature.function().kind.name().to_owned();
            report.examples = signature.function().examples.len();
            for (index, example) in signature.function().examples.iter().enumerate() {
                if let Err(failed) = examples::check(&on.module, &signature, example, &mut log) {
                    report.failed.push((on.engine, index + 1, failed));
                }
            }
            if place == 0 {
                report.log = log;
            }
        }
        if let (Some(first), true) = (engines.first(), rows > 0) {
            let signature = first.module.signature(name)?;
            let function = signature.function();
            match function.deterministic || function.volatile {
                true => report.agreement = agreement::check(engines, &signature, rows, seed)?,
                // With a seed and a clock that are given, a volatile function has no excuse.
                false => {
                    let why = "the function says of itself that its results may differ";
                    report.agreement.inconclusive = Some(why.to_owned());
                }
            }
        }
        Ok(report)
    }

    pub(super) fn as_text(&self, engines: &[&str]) -> String {
        let mut out = format!("{:<20} {:<11}", self.name, self.kind);
        // A String takes everything.
        let _infallible = self.write(&mut out, engines);
        out
    }

    fn write(&self, out: &mut String, engines: &[&str]) -> std::fmt::Result {
        if let Some(why) = &self.skipped {
            return writeln!(out, " not tested: {why}");
        }
        let holding = self.examples - self.numbers_of_failed();
        match (self.examples, holding) {
            (0, _) => write!(out, " no examples")?,
            (1, 1) => write!(out, " 1 example holds")?,
            (all, some) if all == some => write!(out, " {all} examples hold")?,
            (all, some) => write!(out, " {some} of {all} examples hold")?,
        }
        let found = &self.agreement;
        match &found.disagreement {
            Some(_) => out.push_str(", results DISAGREE"),
            None if found.rows > 0 => {
                write!(out, ", {} random rows agree", grouped(found.rows))?;
            }
            None => {}
        }
        out.push('\n');
        // The same on all engines is said once.
        let mut told: Vec<(usize, &Failed)> = Vec::new();
        for (engine, number, failed) in &self.failed {
            if told.contains(&(*number, failed)) {
                continue;
            }
            told.push((*number, failed));
            let same = self.failed.iter().filter(|(_, n, f)| n == number && f == failed).count();
            let place = if same == engines.len() { String::new() } else { format!(" on {engine}") };
            writeln!(out, "  example {number} does not hold{place}: {}", failed.call)?;
            writeln!(out, "    expected  {}", failed.expected)?;
            writeln!(out, "    got       {}", failed.got)?;
        }
        for line in self.log.shown() {
            writeln!(out, "  log: {line}")?;
        }
        if let Some(found) = &found.disagreement {
            writeln!(out, "  it depends on how it is run: {}", found.call)?;
            writeln!(out, "    {}  ({})", found.one, found.ways.0)?;
            writeln!(out, "    {}  ({})", found.other, found.ways.1)?;
        }
        if let Some(first) = &found.first_trap {
            let calls = if self.kind == "elementwise" { "row" } else { "call" };
            writeln!(
                out,
                "  note: it panics or traps on {} random {}, such as {first}",
                grouped(found.trapped),
                noun(usize::try_from(found.trapped).unwrap_or(usize::MAX), calls)
            )?;
        }
        if let Some(why) = &found.inconclusive {
            writeln!(out, "  note: some random rows tell nothing: {why}")?;
        }
        Ok(())
    }

    fn numbers_of_failed(&self) -> usize {
        let mut numbers: Vec<usize> = self.failed.iter().map(|(_, number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len()
    }

    fn as_json(&self) -> Value {
        let failed: Vec<Value> = self
            .failed
            .iter()
            .map(|(engine, number, f)| {
                json!({
                    "engine": engine, "example": number,
                    "call": f.call, "expected": f.expected, "got": f.got,
                })
            })
            .collect();
        let found = &self.agreement;
        json!({
            "name": self.name,
            "kind": self.kind,
            "skipped": self.skipped,
            "examples": self.examples,
            "failed_examples": failed,
            "log": self.log.shown().collect::<Vec<_>>(),
            "rows": found.rows,
            "calls": found.calls,
            "trapped": found.trapped,
            "first_trap": found.first_trap,
            "inconclusive": found.inconclusive,
            "disagreement": found.disagreement.as_ref().map(|d| json!({
                "call": d.call,
                "one": { "result": d.one, "run": d.ways.0 },
                "other": { "result": d.other, "run": d.ways.1 },
            })),
        })
    }
}

impl Report {
    /// What does not hold, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        let examples: usize = self.functions.iter().map(FunctionReport::numbers_of_failed).sum();
        let disagree = self.functions.iter().filter(|f| f.agreement.disagreement.is_some()).count();
        let mut parts = Vec::new();
        if examples > 0 {
            let verb = if examples == 1 { "does" } else { "do" };
            parts.push(format!("{examples} {} {verb} not hold", noun(examples, "example")));
        }
        if disagree > 0 {
            let verb = if disagree == 1 { "depends" } else { "depend" };
            parts.push(format!(
                "{disagree} {} {verb} on how they are run",
                noun(disagree, "function")
            ));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    pub(super) fn summary(&self) -> String {
        let functions = self.functions.len();
        let examples: usize = self.functions.iter().map(|f| f.examples).sum();
        let rows: u64 = self.functions.iter().map(|f| f.agreement.rows).sum();
        format!(
            "{}: {functions} {}, {examples} {}, {} random rows on {}: {}\n",
            self.file,
            noun(functions, "function"),
            noun(examples, "example"),
            grouped(rows),
            self.engines.join(" and "),
            self.problem().unwrap_or_else(|| "all hold".into())
        )
    }

    pub(super) fn as_json(&self) -> Value {
        let functions: Vec<Value> = self.functions.iter().map(FunctionReport::as_json).collect();
        json!({
            "file": self.file,
            "engines": self.engines,
            "seed": self.seed,
            "holds": self.problem().is_none(),
            "functions": functions,
        })
    }
}

fn noun(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
