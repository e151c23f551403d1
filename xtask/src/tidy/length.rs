//! A source file that grows past its limit wants a folder.

use super::{Finding, tree::Tree};

/// Lines of a source file without its tests.
const MAX_LINES: usize = 800;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    [".rs", ".py", ".ts"]
        .into_iter()
        .flat_map(|end| tree.texts_ending(end))
        .filter_map(|(path, source)| {
            let lines = lines_without_tests(source);
            let message = format!("{lines} lines without tests: make it a folder, one part a file");
            (lines > MAX_LINES).then(|| Finding::new(path, MAX_LINES + 1, message))
        })
        .collect()
}

/// Counts the lines before the module of tests that ends a file.
fn lines_without_tests(source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let opens = |line: &&str| line.starts_with("mod ") && line.trim_end().ends_with('{');
    let is_tail = |at: &usize| {
        let mut after = lines[at + 1..].iter().filter(|line| !line.starts_with("#["));
        lines[*at] == "#[cfg(test)]" && after.next().is_some_and(opens)
    };
    (0..lines.len()).find(is_tail).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn check(path: &str, source: &str, expected: &[&str]) {
        assert_found(super::check(&Tree::made_up(&[(path, source)])), expected);
    }

    #[test]
    fn a_file_may_reach_the_limit_and_not_pass_it() {
        check("a.py", &"x\n".repeat(MAX_LINES), &[]);
        check("a.py", &"x\n".repeat(MAX_LINES + 1), &["a.py:801"]);
        check("a.json", &"x\n".repeat(MAX_LINES + 1), &[]);
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let code = "x\n".repeat(MAX_LINES - 1);
        check("a.rs", &format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n"), &[]);
        check("a.rs", &format!("#[cfg(test)]\nmod tests;\n{code}"), &["a.rs:801"]);
    }
}
