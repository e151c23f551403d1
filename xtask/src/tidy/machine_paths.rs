//! Nothing in the repository names the machine it was made on, nor a registry's host.

use std::path::Path;

use super::{Finding, tree::Tree};

// In pieces, so that this file does not find itself.
const ROOT: &str = concat!("/ro", "ot/");
const HOME: &str = concat!("/ho", "me/");
const WORK: &str = concat!("/wo", "rk/");
const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npm", "js"),
    concat!("deb.", "debian.org"),
];

pub(super) fn check_text(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_npm_lock = matches!(name, "package-lock.json" | "npm-shrinkwrap.json");
        for (number, line) in text.lines().enumerate() {
            if let Some(found) = machine_path(line) {
                let message = format!("`{found}` is a path of one machine: make it relative");
                findings.push(Finding::new(path, number + 1, message));
            }
            // Lockfiles name their registry.
            if name == "Cargo.lock" || is_npm_lock && line.contains("\"resolved\":") {
                continue;
            }
            if let Some(host) = HOSTS.iter().find(|host| line.contains(**host)) {
                let message = format!("`{host}` is a registry's host: say `the registry`");
                findings.push(Finding::new(path, number + 1, message));
            }
        }
    }
    findings
}

/// The first path of a machine in the line, unless it is the tail of another path.
fn machine_path(line: &str) -> Option<&'static str> {
    [ROOT, HOME, WORK].into_iter().find(|pattern| {
        line.match_indices(pattern).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let starts = before.is_none_or(|c| !c.is_alphanumeric() && !"_-.~})*>".contains(c));
            let after = line[at + pattern.len()..].chars().next();
            // A folder of nobody in particular is a way of speaking.
            starts && (*pattern != HOME || after.is_some_and(char::is_alphanumeric))
        })
    })
}

/// Debug information, panic messages and names may hold the path of a source file.
pub(super) fn check_wasm(tree: &Tree, root: &Path) -> Vec<Finding> {
    let root = root.to_string_lossy();
    let mut findings = Vec::new();
    for (path, bytes) in tree.bytes_ending(".wasm") {
        for pattern in [ROOT, HOME, &root] {
            let found = bytes.windows(pattern.len()).any(|window| window == pattern.as_bytes());
            if found && !pattern.is_empty() {
                let message = format!("holds `{pattern}`: build it with `cargo xtask plugins`");
                findings.push(Finding::new(path, 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn check(path: &str, line: &str, expected: &[&str]) {
        assert_found(check_text(&Tree::made_up(&[(path, line)])), expected);
    }

    #[test]
    fn paths_of_machines_are_found() {
        check("a.md", &format!("x\n`{ROOT}x`"), &["a.md:2"]);
        check("Cargo.lock", &format!("file://{HOME}me"), &["Cargo.lock:1"]);
        check("a.py", &format!("\"{WORK}x\""), &["a.py:1"]);
    }

    #[test]
    fn tails_of_other_paths_are_not_found() {
        check("a.md", &format!("tree{ROOT}x ..{WORK}x ${{HOME}}{WORK}x"), &[]);
        check("a.md", &format!("below {HOME}<you>"), &[]);
    }

    #[test]
    fn hosts_are_found_except_in_lockfiles() {
        let host = HOSTS[0];
        check("a.md", host, &["a.md:1"]);
        check("x/Cargo.lock", host, &[]);
        check("x/package-lock.json", &format!("\"resolved\": \"{host}\""), &[]);
        check("x/package-lock.json", &format!("\"x\": \"{host}\""), &["x/package-lock.json:1"]);
    }

    #[test]
    fn wasm_files_are_searched_as_bytes() {
        let with = |text: &str| [b"\0asm\xff", text.as_bytes()].concat();
        let tree = Tree::made_up(&[
            ("plugins/a.wasm", with("library/core")),
            ("plugins/b.wasm", with(ROOT)),
            ("plugins/c.wasm", with("/x/clone/plugins")),
        ]);
        let findings = check_wasm(&tree, Path::new("/x/clone"));
        assert_found(findings, &["plugins/b.wasm:1", "plugins/c.wasm:1"]);
    }
}
