//! `fzudf check`: a plugin held against the contract, and against what its users will wish for.
//!
//! ```text
//! lint     what is odd about a plugin that the contract admits, each with a mend
//! mends    what to do about it, in the words of the language that the module was made in
//! custom   its custom sections: what of the file is of no use to a host
//! names    functions that a formula would take for something else
//! ```

mod custom;
mod lint;
mod mends;
mod names;

use crate::{
    exit::{Exit, Failure, complain, printable},
    stdout,
    table::read_module,
};
use clap::Args;
pub(crate) use lint::lint;
use serde_json::{Value, json};
use std::{fmt::Write as _, path::PathBuf};
use udf_backends::ModuleInfo;
use udf_columnar::{Error, ErrorKind, Limits, OneLine};

/// Hold a plugin against the contract.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The plugin (.wasm)
    file: PathBuf,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,
}

/// What stands behind `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  every host takes the plugin; there may be warnings
  3  hosts refuse it (or there are warnings, with --deny-warnings)
  5  the file cannot be read

An error is a rule of docs/abi.md or docs/manifest.md that is broken. A warning is something that
works and that users will stumble over; a note is fine as it is.";

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Hosts refuse the module.
    Error,
    /// It works, and users will stumble over it.
    Warning,
    /// Good to know, and fine as it is.
    Note,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing to mend.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// Which rule: stable, for programs.
    pub(crate) code: &'static str,
    /// The function, parameter or part of the module; empty for the module as a whole.
    pub(crate) place: String,
    pub(crate) message: String,
    /// What to do; empty where the message says it.
    pub(crate) mend: String,
}

pub(crate) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let limits = Limits::default();
    let bytes = read_module(&args.file, &limits)?;
    let (info, findings) = match udf_backends::inspect(&bytes, &limits) {
        Ok(info) => {
            let findings = lint(&info, &bytes);
            (Some(info), findings)
        }
        Err(error) => (None, refusal(&error)),
    };
    let file = args.file.display().to_string();
    match args.json {
        true => stdout::print_json(&as_json(&file, info.as_ref(), &findings))?,
        false => stdout::print(&printable(&as_text(&file, info.as_ref(), &findings)))?,
    }
    match (count(&findings, Severity::Error), count(&findings, Severity::Warning)) {
        (0, warnings) if warnings > 0 && args.deny_warnings => {
            Err(Failure::new(Exit::Refused, format!("{file}: {}", plural(warnings, "warning"))))
        }
        (0, _) => Ok(()),
        (errors, _) => {
            Err(Failure::new(Exit::Refused, format!("{file}: {}", plural(errors, "error"))))
        }
    }
}

/// Why hosts refuse a module, one finding for each reason.
fn refusal(error: &Error) -> Vec<Finding> {
    let code = match error.kind() {
        ErrorKind::InvalidManifest => "invalid-manifest",
        ErrorKind::Unsupported => "unsupported",
        _ => "invalid-module",
    };
    let finding = |message: &str| Finding {
        severity: Severity::Error,
        code,
        place: String::new(),
        message: message.to_owned(),
        mend: String::new(),
    };
    match error.details() {
        [] => vec![finding(error.message())],
        details => details.iter().map(|d| finding(&format!("{}: {d}", error.message()))).collect(),
    }
}

/// Prints warnings to stderr, for commands that have more to say on stdout.
pub(crate) fn warn(findings: &[Finding]) {
    for finding in findings.iter().filter(|f| f.severity == Severity::Warning) {
        complain(line(finding).trim_end());
    }
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|f| f.severity == severity).count()
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn line(finding: &Finding) -> String {
    let Finding { severity, code, place, message, mend } = finding;
    let mut line = format!("{}[{code}]", severity.name());
    if !place.is_empty() {
        line.push_str(&format!(" {}", OneLine(place)));
    }
    line.push_str(&format!(": {}\n", OneLine(message)));
    if !mend.is_empty() {
        line.push_str(&format!("  mend: {mend}\n"));
    }
    line
}

fn as_text(file: &str, info: Option<&ModuleInfo>, findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        out.push_str(&line(finding));
    }
    if let Some(info) = info {
        let module = &info.manifest.module;
        // A String takes everything.
        let _infallible = writeln!(
            out,
            "{file}: {} {}, {}, keeps the contract; {}",
            OneLine(&module.id),
            OneLine(&module.version),
            plural(info.manifest.functions.len(), "function"),
            plural(count(findings, Severity::Warning), "warning"),
        );
    }
    out
}

fn as_json(file: &str, info: Option<&ModuleInfo>, findings: &[Finding]) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|f| {
            json!({
                "severity": f.severity.name(),
                "code": f.code,
                "place": f.place,
                "message": f.message,
                "mend": f.mend,
            })
        })
        .collect();
    json!({
        "file": file,
        "taken": info.is_some(),
        "module": info.map(|i| json!({
            "id": i.manifest.module.id, "version": i.manifest.module.version,
        })),
        "findings": findings,
    })
}
