//! What is odd about a plugin that the contract admits.

use super::{
    Finding, Severity, custom,
    mends::{self, Mend},
    names,
};
use crate::exit::grouped;
use std::collections::HashSet;
use udf_abi::{
    exports::{
        AGGREGATE_SUFFIXES, EXPORT_LOG, EXPORT_PANIC, EXPORT_RESET, PAGE_BYTES, RESERVED_EXPORTS,
    },
    manifest::{Function, FunctionKind},
};
use udf_backends::{ModuleInfo, SourceLanguage, source_language};
use udf_columnar::Limits;

/// Bytes of memory at the start past which an instance is expensive to make.
const LARGE_MEMORY: u64 = 16 << 20;
/// Bytes of a module past which loading takes noticeably long.
const LARGE_MODULE: usize = 2 << 20;
/// Bytes of debug sections that are not worth a word.
const SMALL_DEBUG: usize = 256;
/// Most pairs of names that are told to be near each other.
const MAX_NEAR: usize = 20;

/// Every warning about a module that inspection took.
pub(crate) fn lint(info: &ModuleInfo, bytes: &[u8]) -> Vec<Finding> {
    let mut lint = Lint { findings: Vec::new(), language: source_language(bytes) };
    let disabled: Vec<String> = info.manifest.disabled.iter().map(|d| d.reason()).collect();
    for (function, reason) in info.manifest.disabled.iter().zip(&disabled) {
        lint.warn(
            "disabled",
            &function.name,
            reason.clone(),
            "if it is misspelt, correct it; otherwise hosts of another version may know it",
        );
    }
    let told: HashSet<&str> = disabled.iter().map(String::as_str).collect();
    for warning in info.warnings.iter().filter(|warning| !told.contains(warning.as_str())) {
        lint.warn("manifest", "", warning.clone(), "");
    }
    lint.size(info, bytes);
    if info.bare {
        // There is no manifest that could say more, and nothing of the contract to export.
        for function in &info.manifest.functions {
            lint.name(&function.name, &function.name);
        }
        lint.near_names(&info.manifest.functions);
        return lint.findings;
    }
    lint.exports(info);
    if info.manifest.module.description.is_empty() && info.manifest.functions.len() > 20 {
        lint.advise(
            "no-module-description",
            "",
            "the module says nothing about itself, and has many functions".into(),
            &mends::MODULE_DESCRIPTION,
        );
    }
    for function in &info.manifest.functions {
        lint.function(info, function);
    }
    lint.near_names(&info.manifest.functions);
    lint.findings
}

struct Lint {
    findings: Vec<Finding>,
    language: Option<SourceLanguage>,
}

impl Lint {
    fn warn(&mut self, code: &'static str, place: &str, message: String, mend: &str) {
        self.findings.push(Finding {
            severity: Severity::Warning,
            code,
            place: place.to_owned(),
            message,
            mend: mend.to_owned(),
        });
    }

    /// A warning whose mend depends on the language.
    fn advise(&mut self, code: &'static str, place: &str, message: String, mend: &Mend) {
        let mend = mend.text(self.language);
        self.warn(code, place, message, &mend);
    }

    fn exports(&mut self, info: &ModuleInfo) {
        let has = |name: &str| info.exports.iter().any(|e| e.name == name);
        if !has(EXPORT_PANIC) {
            self.advise(
                "no-panic-message",
                EXPORT_PANIC,
                "a failure shows as a bare trap: there is nowhere to read the reason from".into(),
                &mends::PANIC,
            );
        }
        if !has(EXPORT_RESET) {
            // The SDK makes none: its functions keep nothing between calls.
            self.findings.push(Finding {
                severity: Severity::Note,
                code: "no-reset",
                place: EXPORT_RESET.to_owned(),
                message:
                    "is not exported: what calls leave in memory stays until the instance ends"
                        .to_owned(),
                mend: String::new(),
            });
        }
        let mut known: HashSet<String> = RESERVED_EXPORTS.map(String::from).into();
        for function in &info.manifest.disabled {
            // Which exports a function of an unknown kind has is unknown too.
            let export = function.json.get("export").and_then(|export| export.as_str());
            known.extend(export.map(str::to_owned));
        }
        known.insert(EXPORT_LOG.to_owned());
        for function in &info.manifest.functions {
            known.insert(function.export.clone());
            if function.kind == FunctionKind::Aggregate {
                known.extend(AGGREGATE_SUFFIXES.map(|s| format!("{}{s}", function.export)));
            }
        }
        // Linkers export them by habit; they are numbers and cost nothing.
        let habitual = ["__data_end", "__heap_base"];
        let unknown: Vec<&str> = info
            .exports
            .iter()
            .map(|e| e.name.as_str())
            .filter(|name| !known.contains(*name) && !habitual.contains(name))
            .collect();
        if !unknown.is_empty() {
            let shown: Vec<&str> = unknown.iter().take(5).copied().collect();
            let more = if unknown.len() > shown.len() { ", …" } else { "" };
            self.advise(
                "unnamed-export",
                "",
                format!(
                    "{} no function of the manifest names: {}{more}",
                    if unknown.len() == 1 { "an export that" } else { "exports that" },
                    shown.join(", ")
                ),
                &mends::UNNAMED_EXPORT,
            );
        }
    }

    fn size(&mut self, info: &ModuleInfo, bytes: &[u8]) {
        let initial = info.memory_pages.saturating_mul(PAGE_BYTES);
        if initial > LARGE_MEMORY {
            self.advise(
                "large-memory",
                "memory",
                format!("each instance starts with {} bytes", grouped(initial)),
                &mends::LARGE_MEMORY,
            );
        }
        let sections = custom::sections(bytes);
        let debug = sections.iter().filter(|(name, _)| custom::is_debug(name));
        let debug: usize = debug.map(|(_, size)| size).sum();
        if debug > SMALL_DEBUG {
            self.advise(
                "debug-sections",
                "",
                format!(
                    "{} of {} bytes are names and debug information, which hosts do not read",
                    grouped(debug as u64),
                    grouped(info.size as u64)
                ),
                &mends::DEBUG_SECTIONS,
            );
        }
        if info.size - debug > LARGE_MODULE {
            self.advise(
                "large-module",
                "",
                format!(
                    "the module has {} bytes; hosts compile all of it",
                    grouped(info.size as u64)
                ),
                &mends::LARGE_MODULE,
            );
        }
        if !info.optimised {
            self.advise(
                "not-optimised",
                "",
                format!(
                    "hosts that compile it do so without optimisation, and its functions are slower: it makes {} units of work for an optimising compiler, the limit is {}",
                    grouped(info.optimised_work),
                    grouped(Limits::default().compile.optimised_work)
                ),
                &mends::NOT_OPTIMISED,
            );
        }
    }

    fn function(&mut self, info: &ModuleInfo, function: &Function) {
        let place = function.name.as_str();
        if let Err(error) = info.signature(function) {
            self.warn("disabled", place, error.message().to_owned(), "");
        }
        if function.description.trim().is_empty() {
            self.advise(
                "no-description",
                place,
                "users see a name and no word about it".into(),
                &mends::DESCRIPTION,
            );
        }
        for param in &function.params {
            if param.description.trim().is_empty() {
                self.advise(
                    "no-parameter-description",
                    &format!("{place}, `{}`", param.name),
                    "a parameter without a word on what it is and in which unit".into(),
                    &mends::PARAMETER_DESCRIPTION,
                );
            }
        }
        if function.examples.is_empty() && !function.volatile {
            self.advise(
                "no-examples",
                place,
                "documents have nothing to show, and `fzudf test` has nothing to hold it against"
                    .into(),
                &mends::EXAMPLES,
            );
        }
        for name in function.names() {
            self.name(place, name);
        }
        self.hints(function);
    }

    fn name(&mut self, place: &str, name: &str) {
        if names::is_built_in(name) {
            self.warn(
                "built-in-name",
                place,
                format!("`{name}` is a function that spreadsheets have of their own"),
                "give it another name, such as one with a prefix of yours",
            );
        }
        if names::is_cell(name) {
            self.warn(
                "cell-name",
                place,
                format!("a formula reads `{name}` as a cell"),
                "give it another name",
            );
        }
        if let Some(oddity) = names::oddity(name) {
            self.warn(
                "odd-name",
                place,
                format!("`{name}` {oddity}"),
                "use capital letters from A to Z, digits and `_`",
            );
        }
    }

    fn hints(&mut self, function: &Function) {
        let limits = Limits::default();
        let time = match function.kind {
            FunctionKind::Elementwise | FunctionKind::Aggregate => limits.batch_deadline,
            _ => limits.call_deadline,
        };
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let hints = [
            ("memory", function.hints.memory, limits.memory_bytes, "bytes"),
            ("deadline_ms", function.hints.deadline_ms, time, "ms"),
        ];
        for (name, wanted, limit, unit) in hints {
            if let Some(wanted) = wanted.filter(|wanted| *wanted > limit) {
                self.warn(
                    "hint-over-limit",
                    &format!("{}, hint `{name}`", function.name),
                    format!(
                        "asks for {} {unit}; hosts give {} unless told otherwise",
                        grouped(wanted),
                        grouped(limit)
                    ),
                    "do with less, or tell users which limit to raise",
                );
            }
        }
    }

    fn near_names(&mut self, functions: &[Function]) {
        let names = functions.iter().enumerate();
        let names: Vec<(usize, &str)> =
            names.flat_map(|(index, f)| f.names().map(move |name| (index, name))).collect();
        for (a, b) in names::near(&names, MAX_NEAR) {
            let ((function, x), (_, y)) = (names[a], names[b]);
            self.warn(
                "near-names",
                &functions[function].name,
                format!("`{x}` and `{y}` are one slip of the finger apart"),
                "give one of them a name that cannot be taken for the other",
            );
        }
    }
}
