//! Every crate says what it is and takes the workspace's lints.

use std::collections::BTreeSet;

use super::{Finding, tree::Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let crates: BTreeSet<&str> = tree
        .texts()
        .filter_map(|(path, _)| Some(path.strip_prefix("crates/")?.split_once('/')?.0))
        .collect();
    let mut findings = Vec::new();
    for name in crates {
        let path = format!("crates/{name}/Cargo.toml");
        let Some(manifest) = tree.text(&path) else {
            findings.push(Finding::new(&path, 1, "is missing: write it, or remove the folder"));
            continue;
        };
        let description = value(manifest, "package", "description").unwrap_or_default();
        if description.trim_matches(['"', ' ']).is_empty() {
            let message = "say in one sentence what this crate is: description = \"…\"";
            findings.push(Finding::new(&path, 1, message));
        }
        let inherits = value(manifest, "lints", "workspace") == Some("true")
            || value(manifest, "", "lints.workspace") == Some("true");
        if !inherits {
            let message = "take the workspace's lints: [lints] workspace = true";
            findings.push(Finding::new(&path, 1, message));
        }
    }
    findings
}

/// The value of a key in a table, as it is written on one line.
fn value<'a>(manifest: &'a str, table: &str, key: &str) -> Option<&'a str> {
    let mut current = "";
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            current = header.trim_end_matches(']').trim();
        } else if current == table
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.split(" #").next().unwrap_or(value).trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn check(manifest: &str, expected: &[&str]) {
        assert_found(super::check(&Tree::made_up(&[("crates/a/Cargo.toml", manifest)])), expected);
    }

    #[test]
    fn a_complete_manifest_passes() {
        check("[package]\ndescription = \"It adds.\"\n\n[lints]\nworkspace = true\n", &[]);
    }

    #[test]
    fn what_is_missing_is_found() {
        check("[package]\ndescription = \"It adds.\"\n", &["crates/a/Cargo.toml:1"]);
        check(
            "[package]\ndescription = \"\"\n[lints]\nworkspace = true # all\n",
            &["crates/a/Cargo.toml:1"],
        );
    }

    #[test]
    fn a_folder_without_a_manifest_is_found() {
        let tree = Tree::made_up(&[("crates/a/src/lib.rs", "")]);
        assert_found(super::check(&tree), &["crates/a/Cargo.toml:1"]);
    }
}
