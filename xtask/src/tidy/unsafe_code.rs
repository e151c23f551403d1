//! `unsafe` stands only in the files that docs/safety.md lists, and each of them has some.

use std::collections::BTreeMap;

use super::{
    Finding,
    rust_code::{code_only, words},
    tree::Tree,
};

const SAFETY: &str = "docs/safety.md";

/// Roots of crates that forbid it for good.
const FORBIDDING: &[&str] = &[
    "crates/udf-abi/src/lib.rs",
    "crates/udf-columnar/src/lib.rs",
    "crates/fzudf/src/lib.rs",
    "crates/fzudf/src/main.rs",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let listed = listed(tree.text(SAFETY).unwrap_or_default());
    let mut findings = Vec::new();
    for (path, source) in tree.texts_ending(".rs") {
        let code = code_only(source);
        let first = words(&code).find(|(_, word, _)| *word == "unsafe");
        match (first, listed.get(path)) {
            (Some((line, ..)), None) => findings.push(Finding::new(
                path,
                line,
                format!(
                    "`unsafe` outside the files in {SAFETY}: do without, or list and review it"
                ),
            )),
            (None, Some(row)) => findings.push(Finding::new(
                SAFETY,
                *row,
                format!("{path} has no `unsafe` any more: remove this row"),
            )),
            _ => {}
        }
        if FORBIDDING.contains(&path) && !forbids(&code) {
            findings.push(Finding::new(path, 1, "add `#![forbid(unsafe_code)]` to this root"));
        }
    }
    for (path, row) in listed {
        if !tree.contains(path) {
            let message = format!("{path} does not exist: remove this row or mend its path");
            findings.push(Finding::new(SAFETY, row, message));
        }
    }
    findings
}

/// The paths in the first column of a table, with the line they stand on.
fn listed(safety: &str) -> BTreeMap<&str, usize> {
    let cell = |line: &'_ str| -> Option<(usize, usize)> {
        let start = line.len() - line.strip_prefix("| `")?.len();
        let len = line[start..].find("` |")?;
        line[start..start + len].ends_with(".rs").then_some((start, start + len))
    };
    safety
        .lines()
        .enumerate()
        .filter_map(|(number, line)| cell(line).map(|(start, end)| (&line[start..end], number + 1)))
        .collect()
}

fn forbids(code: &str) -> bool {
    let dense: String = code.split_whitespace().collect();
    dense.contains("#![forbid(unsafe_code)]")
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn found(safety: &str, source: &str) -> Vec<Finding> {
        check(&Tree::made_up(&[(SAFETY, safety), ("crates/a/src/raw.rs", source)]))
    }

    const LISTED: &str = "# Safety\n\n| file | why |\n|---|---|\n| `crates/a/src/raw.rs` | x |\n";

    #[test]
    fn unlisted_unsafe_is_found_where_it_first_stands() {
        assert_found(found("", "\nunsafe {}\nunsafe {}"), &["crates/a/src/raw.rs:2"]);
        assert_found(found(LISTED, "unsafe {}"), &[]);
    }

    #[test]
    fn talk_about_unsafe_is_not_unsafe() {
        assert_found(
            found("", "#![deny(unsafe_code)] // unsafe\nconst A: &str = \"unsafe\";"),
            &[],
        );
    }

    #[test]
    fn a_listed_file_without_unsafe_or_without_a_file_is_found() {
        assert_found(found(LISTED, "fn safe() {}"), &["docs/safety.md:5"]);
        assert_found(check(&Tree::made_up(&[(SAFETY, LISTED)])), &["docs/safety.md:5"]);
    }

    #[test]
    fn roots_that_must_forbid_it_are_checked() {
        let bare = Tree::made_up(&[("crates/fzudf/src/main.rs", "// #![forbid(unsafe_code)]\n")]);
        assert_found(check(&bare), &["crates/fzudf/src/main.rs:1"]);
        let good = Tree::made_up(&[("crates/fzudf/src/main.rs", "#![forbid( unsafe_code )]\n")]);
        assert_found(check(&good), &[]);
    }
}
