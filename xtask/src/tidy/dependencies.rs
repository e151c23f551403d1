//! Which crate may depend on what (invariant 1 of docs/architecture.md).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Finding, tree::Tree};
use crate::metadata::{elements, text};

/// Direct dependencies that a crate may have, and no other.
const ONLY: &[(&str, &[&str])] = &[("udf-abi", &["bytemuck", "serde", "serde_json"])];

/// Crates that must stay out of everything a crate pulls in.
const NOWHERE: &[(&str, &[&str])] = &[
    ("udf-abi", &["wasmtime", "wasmi", "wasmparser"]),
    ("udf-columnar", &["wasmtime", "wasmi", "wasmparser"]),
    ("udf-backends", &["formualizer-workbook"]),
    ("formualizer-workbook", &["formualizer-eval"]),
    (
        "formualizer-functions",
        &["wasmtime", "wasmi", "udf-backends", "formualizer-workbook", "formualizer-eval"],
    ),
];

/// Crates that must not be direct dependencies.
const NOT_DIRECTLY: &[(&str, &[&str])] = &[("formualizer-workbook", &["wasmtime", "wasmi"])];

/// Crates that a lockfile may hold in one version only.
const ONE_VERSION: &[&str] = &["arrow-array", "wasmtime", "wasmi", "pyo3"];

/// Workspaces that exist to bring other versions in.
const PEERS: &[&str] = &["benches/"];

/// Checks the root workspace, given what `cargo metadata --all-features` says about it.
pub(super) fn check(tree: &Tree, metadata: &Value) -> Vec<Finding> {
    let graph = Graph::new(metadata);
    let mut findings = Vec::new();
    let mut report = |package: &str, dependency: &str, message: String| {
        let path = format!("crates/{package}/Cargo.toml");
        let line = tree.text(&path).map_or(1, |manifest| line_of(manifest, dependency));
        findings.push(Finding::new(&path, line, message));
    };
    for (package, allowed) in ONLY {
        for dependency in graph.direct(package).filter(|name| !allowed.contains(name)) {
            let allowed = allowed.join(", ");
            let message =
                format!("{package} depends on {dependency}: it may depend on {allowed} only");
            report(package, dependency, message);
        }
    }
    for (package, forbidden) in NOT_DIRECTLY {
        for dependency in graph.direct(package).filter(|name| forbidden.contains(name)) {
            let message =
                format!("{package} names the engine {dependency}: go through udf-backends instead");
            report(package, dependency, message);
        }
    }
    for (package, forbidden) in NOWHERE {
        for (dependency, by) in graph.transitive(package) {
            if forbidden.contains(&dependency) {
                let way = if by == *package { String::new() } else { format!(" through {by}") };
                let message = format!("{package} pulls in {dependency}{way}: cut that dependency");
                report(package, if way.is_empty() { dependency } else { by }, message);
            }
        }
    }
    findings
}

/// Every lockfile has one version of what must be the same everywhere.
pub(super) fn check_lockfiles(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lock) in tree.texts_ending("Cargo.lock") {
        if PEERS.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let mut versions: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        let mut name = "";
        for (number, line) in lock.lines().enumerate() {
            if let Some(value) = line.strip_prefix("name = ") {
                name = value.trim_matches('"');
            } else if let Some(value) = line.strip_prefix("version = ")
                && ONE_VERSION.contains(&name)
            {
                versions.entry(name).or_default().push((number + 1, value.trim_matches('"')));
            }
        }
        for (name, found) in versions.iter().filter(|(_, found)| found.len() > 1) {
            let line = found[1].0;
            let list: Vec<&str> = found.iter().map(|(_, version)| *version).collect();
            let message = format!(
                "{} versions of {name} ({}): `cargo tree -i {name}` shows who to align",
                found.len(),
                list.join(", ")
            );
            findings.push(Finding::new(path, line, message));
        }
    }
    findings
}

/// Normal dependencies (neither of tests nor of build scripts) by the packages' names.
struct Graph<'a> {
    edges: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// By id: two versions of one package are two nodes.
    names: BTreeMap<&'a str, &'a str>,
    /// Direct dependencies as the manifests name them, used or not.
    declared: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn new(metadata: &'a Value) -> Self {
        let mut names = BTreeMap::new();
        let mut declared = BTreeMap::new();
        for package in elements(&metadata["packages"]) {
            let name = text(&package["name"]);
            names.insert(text(&package["id"]), name);
            // Another package of a member's name, from a registry, is none of ours.
            if package["source"].is_null() {
                let direct = elements(&package["dependencies"])
                    .iter()
                    .filter(|dependency| dependency["kind"].is_null())
                    .map(|dependency| text(&dependency["name"]));
                declared.insert(name, direct.collect());
            }
        }
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for node in elements(&metadata["resolve"]["nodes"]) {
            for dependency in elements(&node["deps"]) {
                let normal =
                    elements(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
                if normal {
                    edges.entry(text(&node["id"])).or_default().insert(text(&dependency["pkg"]));
                }
            }
        }
        Self { edges, names, declared }
    }

    fn direct(&self, package: &str) -> impl Iterator<Item = &'a str> {
        self.declared.get(package).into_iter().flatten().copied()
    }

    /// Everything the member pulls in, each with the name of one package that asks for it.
    fn transitive(&self, package: &str) -> BTreeMap<&'a str, &'a str> {
        let mut found = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let is_member = |name: &str| name == package && self.declared.contains_key(name);
        let mut open: Vec<&str> =
            self.names.iter().filter(|(_, name)| is_member(name)).map(|(id, _)| *id).collect();
        while let Some(id) = open.pop() {
            for next in self.edges.get(id).into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(next);
                    if let (Some(name), Some(by)) = (self.names.get(next), self.names.get(id)) {
                        found.entry(*name).or_insert(*by);
                    }
                }
            }
        }
        found
    }
}

/// The line of a manifest that starts with this name; the first where none does.
fn line_of(manifest: &str, name: &str) -> usize {
    let starts = |line: &str| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    manifest.lines().position(starts).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    /// Metadata of packages that depend on each other, each named by itself and its dependencies.
    /// A dependency `dev:NAME` is one of tests.
    fn metadata(packages: &[(&str, &[&str])]) -> Value {
        let kind = |name: &str| if name.starts_with("dev:") { "\"dev\"" } else { "null" };
        let bare = |name: &str| name.trim_start_matches("dev:").to_owned();
        let join = |items: Vec<String>| items.join(",");
        let (mut all, mut nodes) = (Vec::new(), Vec::new());
        for (name, dependencies) in packages {
            let declared = dependencies
                .iter()
                .map(|d| format!(r#"{{"name":"{}","kind":{}}}"#, bare(d), kind(d)))
                .collect();
            let resolved = dependencies
                .iter()
                .map(|d| format!(r#"{{"pkg":"{}","dep_kinds":[{{"kind":{}}}]}}"#, bare(d), kind(d)))
                .collect();
            all.push(format!(
                r#"{{"name":"{name}","id":"{name}","source":null,"dependencies":[{}]}}"#,
                join(declared)
            ));
            nodes.push(format!(r#"{{"id":"{name}","deps":[{}]}}"#, join(resolved)));
        }
        let json =
            format!(r#"{{"packages":[{}],"resolve":{{"nodes":[{}]}}}}"#, join(all), join(nodes));
        serde_json::from_str(&json).unwrap()
    }

    fn check(packages: &[(&str, &[&str])], expected: &[&str]) {
        let manifest = "[package]\n\n[dependencies]\nwasmi = \"2\"\nhelper.workspace = true\n";
        let tree = Tree::made_up(&[
            ("crates/udf-abi/Cargo.toml", manifest),
            ("crates/udf-columnar/Cargo.toml", manifest),
            ("crates/formualizer-workbook/Cargo.toml", manifest),
        ]);
        assert_found(super::check(&tree, &metadata(packages)), expected);
    }

    #[test]
    fn the_contract_depends_on_almost_nothing() {
        check(&[("udf-abi", &["bytemuck", "dev:jsonschema"])], &[]);
        check(&[("udf-abi", &["helper"])], &["crates/udf-abi/Cargo.toml:5"]);
    }

    #[test]
    fn an_engine_below_the_columns_is_found_however_deep() {
        let deep: &[(&str, &[&str])] =
            &[("udf-columnar", &["helper"]), ("helper", &["wasmi"]), ("wasmi", &[])];
        check(deep, &["crates/udf-columnar/Cargo.toml:5"]);
        let in_tests: &[(&str, &[&str])] = &[("udf-columnar", &["dev:wasmi"]), ("wasmi", &[])];
        check(in_tests, &[]);
    }

    #[test]
    fn the_backends_know_no_workbook_and_the_workbook_no_engine() {
        let packages: &[(&str, &[&str])] = &[
            ("formualizer-workbook", &["udf-backends", "wasmi"]),
            ("udf-backends", &["wasmi", "formualizer-workbook"]),
            ("wasmi", &[]),
        ];
        check(
            packages,
            &["crates/formualizer-workbook/Cargo.toml:4", "crates/udf-backends/Cargo.toml:1"],
        );
    }

    #[test]
    fn a_second_version_in_a_lockfile_is_found() {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n")
        };
        let two = [package("wasmi", "1.0.0"), package("wasmi", "2.0.0")].concat();
        let one = [package("wasmi", "2.0.0"), package("syn", "1.0.0"), package("syn", "2.0.0")];
        let tree = Tree::made_up(&[
            ("Cargo.lock", two.as_str()),
            ("plugins/Cargo.lock", one.concat().as_str()),
            ("benches/Cargo.lock", two.as_str()),
        ]);
        assert_found(check_lockfiles(&tree), &["Cargo.lock:7"]);
    }
}
