//! `tidy`: cheap invariants of the repository. Every check reports all that it finds.
//!
//! | file | what it checks |
//! |---|---|
//! | [`unsafe_code`] | `unsafe` stands only where docs/safety.md lists it |
//! | [`dependencies`] | which crate may depend on what; one version of each engine |
//! | [`engines`] | docs/safety.md names the engines' versions |
//! | [`length`] | no source file grows past 800 lines |
//! | [`machine_paths`] | no path of a machine, no registry host, in text or in a .wasm |
//! | [`unfinished`] | nothing left to do, no ignored test |
//! | [`manifests`] | every crate describes itself and takes the workspace's lints |
//! | [`links`] | relative links in Markdown lead to a file |
//!
//! A check is a function from a [`Tree`] to its findings, so that its tests can make one up.

mod dependencies;
mod engines;
mod length;
mod links;
mod machine_paths;
mod manifests;
mod rust_code;
mod tree;
mod unfinished;
mod unsafe_code;

use std::{fmt, path::Path, process::ExitCode};

use crate::{error::Result, metadata::metadata};
use tree::Tree;

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    Ok(if report(root)? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every finding and returns how many there are.
pub(crate) fn report(root: &Path) -> Result<usize> {
    let tree = Tree::tracked(root)?;
    let metadata = metadata(&root.join("Cargo.toml"), "--all-features")?;
    let mut findings = Vec::new();
    findings.extend(unsafe_code::check(&tree));
    findings.extend(dependencies::check(&tree, &metadata));
    findings.extend(dependencies::check_lockfiles(&tree));
    findings.extend(engines::check(&tree));
    findings.extend(length::check(&tree));
    findings.extend(machine_paths::check_text(&tree));
    findings.extend(machine_paths::check_wasm(&tree, root));
    findings.extend(unfinished::check(&tree));
    findings.extend(manifests::check(&tree));
    findings.extend(links::check(&tree));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} findings in {} files", findings.len(), tree.len());
    Ok(findings.len())
}

/// One thing that is not as it should be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Asserts where a check finds something: `path:line`, in any order of the findings.
#[cfg(test)]
fn assert_found(findings: impl IntoIterator<Item = Finding>, expected: &[&str]) {
    let mut found: Vec<Finding> = findings.into_iter().collect();
    found.sort();
    let places: Vec<String> =
        found.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect();
    assert_eq!(places, expected, "{found:#?}");
}
