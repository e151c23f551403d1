//! docs/safety.md says what is known of the engines, so it names the versions that are built in.

use super::{Finding, tree::Tree};

const SAFETY: &str = "docs/safety.md";
const LOCK: &str = "Cargo.lock";
const ENGINES: [&str; 2] = ["wasmtime", "wasmi"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let safety = tree.text(SAFETY).unwrap_or_default();
    let lock = tree.text(LOCK).unwrap_or_default();
    let stale = |engine: &&str| {
        let locked = locked(lock, engine)?;
        let (line, named) = named(safety, engine).unwrap_or((1, "no version"));
        let message = format!(
            "{engine} is {locked} in {LOCK}, {named} here: a row `| {engine} {locked} |` says what is known of it, after a million calls of `cargo xtask differential`"
        );
        (named != locked).then(|| Finding::new(SAFETY, line, message))
    };
    ENGINES.iter().filter_map(stale).collect()
}

/// The version of a package in a lockfile.
fn locked<'l>(lock: &'l str, package: &str) -> Option<&'l str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The version that a row of the table of engines names, and its line.
fn named<'s>(safety: &'s str, engine: &str) -> Option<(usize, &'s str)> {
    let row = |(number, line): (usize, &'s str)| {
        let cell = line.strip_prefix("| ")?.split(" |").next()?;
        let version = cell.strip_prefix(engine)?.strip_prefix(' ')?;
        version.starts_with(|c: char| c.is_ascii_digit()).then_some((number + 1, version))
    };
    safety.lines().enumerate().find_map(row)
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    #[test]
    fn the_versions_of_the_lockfile_are_the_ones_that_the_document_names() {
        let lock = "[[package]]\nname = \"wasmi\"\nversion = \"1.1.0\"\n\n[[package]]\nname = \"wasmtime\"\nversion = \"48.0.8\"\n";
        let found = |safety: &str| check(&Tree::made_up(&[(SAFETY, safety), (LOCK, lock)]));
        let rows = |wasmi: &str| {
            format!("| | wasmtime | wasmi |\n\n| wasmtime 48.0.8 | x |\n| wasmi {wasmi} | y |\n")
        };
        assert_found(found(&rows("1.1.0")), &[]);
        assert_found(found(&rows("2.0.0")), &["docs/safety.md:4"]);
        assert_found(found(""), &["docs/safety.md:1", "docs/safety.md:1"]);
    }
}
