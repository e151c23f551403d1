//! What a test run says, to people and to programs.

use super::{
    agreement::{self, Agreement, OnEngine},
    examples::{self, Failed},
    omission,
    outcome::Made,
    problem::{Code, Problem},
    tally::Tally,
};
use crate::exit::{Failure, grouped};
use serde_json::{Value, json};
use std::fmt::Write as _;
use udf_columnar::{ErrorKind, Log, Signature};

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
    /// What is wrong however it is run.
    problems: Vec<Problem>,
    /// What it logged in its examples, on the first engine.
    log: Log,
    /// Why the function was not tested at all.
    skipped: Option<String>,
}

impl FunctionReport {
    pub(super) fn of(
        engines: &[OnEngine],
        name: &str,
        calls: &[Made],
        rows: usize,
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut report = Self {
            name: name.to_owned(),
            kind: String::new(),
            examples: 0,
            failed: Vec::new(),
            agreement: Agreement::default(),
            problems: Vec::new(),
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
            report.agreement = agreement::check(engines, &signature, calls, rows, seed)?;
            report.problems.extend(report.agreement.problem.clone());
            if report.agreement.gives_no_value && !report.an_example_gives_a_value(&signature) {
                let message = "no ordinary row gives a value, and no example does";
                report.problems.push(Problem::new(Code::NoValue, message));
            }
            // What breaks the contract, or does not end, does so here too.
            if report.problems.is_empty() && report.agreement.disagreement.is_none() {
                report.problems.extend(omission::check(first, &signature, seed)?);
            }
        }
        Ok(report)
    }

    /// Whether an example that holds gives something else than errors and nulls.
    fn an_example_gives_a_value(&self, signature: &Signature) -> bool {
        let gives = |value: &Value| !value.is_null() && value.get("error").is_none();
        let holds = |number: usize| !self.failed.iter().any(|(_, failed, _)| *failed == number);
        signature.function().examples.iter().enumerate().any(|(index, example)| {
            let gives = match &example.result {
                Value::Array(rows) => rows.is_empty() || rows.iter().any(gives),
                one => gives(one),
            };
            gives && holds(index + 1)
        })
    }

    /// Whether anything at all was called.
    fn is_tested(&self) -> bool {
        self.examples > 0 || self.agreement.calls > 0
    }

    pub(super) fn as_text(&self, engines: &[&str]) -> String {
        let mut out = format!("{:<20} {:<11}", self.name, self.kind);
        // A String takes everything.
        let _infallible = self.write(&mut out, engines);
        out
    }

    fn write(&self, out: &mut String, engines: &[&str]) -> std::fmt::Result {
        if let Some(why) = &self.skipped {
            return writeln!(out, " not tested: {}", crate::exit::line(why));
        }
        let holding = self.examples - self.numbers_of_failed();
        match (self.examples, holding) {
            (0, _) => write!(out, " no examples")?,
            (1, 1) => write!(out, " 1 example holds")?,
            (all, some) if all == some => write!(out, " {all} examples hold")?,
            (all, some) => write!(out, " {some} of {all} examples hold")?,
        }
        let found = &self.agreement;
        match (&found.disagreement, self.problems.is_empty()) {
            (Some(_), _) => out.push_str(", results DISAGREE"),
            (None, false) => out.push_str(", FAILS"),
            (None, true) if found.rows > 0 => {
                write!(out, ", {} random rows agree", grouped(found.rows))?;
            }
            (None, true) => {}
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
        let unit = if self.kind == "elementwise" { "row" } else { "call" };
        if found.tally.total() > 0 {
            writeln!(out, "  {}", gave(&found.tally, unit))?;
        }
        for problem in &self.problems {
            writeln!(out, "  problem[{}]: {}", problem.code.name(), problem.message)?;
            writeln!(out, "    mend: {}", problem.code.mend())?;
        }
        if let Some(first) = &found.first_trap
            && !self.problems.iter().any(|p| p.code == Code::AlwaysTraps)
        {
            writeln!(
                out,
                "  note: it panics or traps on {} random {}, such as {first}",
                grouped(found.tally.traps),
                noun(usize::try_from(found.tally.traps).unwrap_or(usize::MAX), unit)
            )?;
        }
        if found.gives_no_value && self.problems.is_empty() {
            writeln!(
                out,
                "  note: no ordinary {unit} gives a value: the examples alone show that it works"
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
            "values": found.tally.values,
            "nulls": found.tally.nulls,
            "errors": found.tally.errors,
            "trapped": found.tally.traps,
            "first_trap": found.first_trap,
            "inconclusive": found.inconclusive,
            "problems": self.problems.iter().map(|p| json!({
                "code": p.code.name(), "message": p.message, "mend": p.code.mend(),
            })).collect::<Vec<_>>(),
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
            parts.push(match disagree {
                1 => "1 function depends on how it is run".to_owned(),
                many => format!("{many} functions depend on how they are run"),
            });
        }
        let broken = self.functions.iter().filter(|f| !f.problems.is_empty()).count();
        if broken > 0 {
            parts.push(format!(
                "{broken} {} to mend",
                if broken == 1 { "function is" } else { "functions are" }
            ));
        }
        if self.tests_nothing() {
            parts.push("nothing was tested".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Whether not one call was made.
    pub(super) fn tests_nothing(&self) -> bool {
        !self.functions.iter().any(FunctionReport::is_tested)
    }

    pub(super) fn summary(&self) -> String {
        let functions = self.functions.len();
        let examples: usize = self.functions.iter().map(|f| f.examples).sum();
        let rows: u64 = self.functions.iter().map(|f| f.agreement.rows).sum();
        let skipped = self.functions.iter().filter(|f| f.skipped.is_some()).count();
        let skipped = if skipped > 0 { format!(" ({skipped} not tested)") } else { String::new() };
        format!(
            "{}: {functions} {}{skipped}, {examples} {}, {} random rows on {}: {}\n",
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

/// `1,336 rows gave 850 values, 96 nulls, 390 errors; 0 trapped`
fn gave(tally: &Tally, unit: &str) -> String {
    let of = |count: u64, word: &str| {
        format!("{} {}", grouped(count), noun(usize::try_from(count).unwrap_or(usize::MAX), word))
    };
    format!(
        "{} gave {}, {}, {}; {} trapped",
        of(tally.total(), unit),
        of(tally.values, "value"),
        of(tally.nulls, "null"),
        of(tally.errors, "error"),
        grouped(tally.traps)
    )
}

fn noun(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
