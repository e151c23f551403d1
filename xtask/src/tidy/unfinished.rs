//! Nothing is left to do and no test is switched off.

use super::{
    Finding,
    rust_code::{code_only, words},
    tree::Tree,
};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.texts_ending(".rs") {
        let code = code_only(source);
        for (line, word, after) in words(&code) {
            let is_macro = after.starts_with('!') && !after.starts_with("!=");
            if matches!(word, "todo" | "unimplemented") && is_macro {
                let message = format!("`{word}!`: write it, or return an error that says so");
                findings.push(Finding::new(path, line, message));
            }
        }
        for (number, line) in code.lines().enumerate() {
            let dense: String = line.split_whitespace().collect();
            let conditional = dense.contains("#[cfg_attr(") && dense.contains(",ignore");
            if dense.contains("#[ignore") || conditional {
                let message = "an ignored test: make it run everywhere, or remove it";
                findings.push(Finding::new(path, number + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn check(source: &str, expected: &[&str]) {
        assert_found(super::check(&Tree::made_up(&[("a.rs", source)])), expected);
    }

    #[test]
    fn what_is_left_to_do_is_found() {
        check("fn f() {\n    todo!()\n}\nfn g() { unimplemented!(\"x\") }", &["a.rs:2", "a.rs:4"]);
    }

    #[test]
    fn ignored_tests_are_found() {
        check("#[test]\n#[ignore = \"slow\"]\nfn t() {}", &["a.rs:2"]);
        check("#[cfg_attr(miri, ignore)]", &["a.rs:1"]);
    }

    #[test]
    fn talk_about_it_is_not_found() {
        check("// todo!()\nlet a = \"#[ignore]\"; if todo != 1 {}", &[]);
    }
}
