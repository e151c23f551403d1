//! Relative links in Markdown lead to a file or folder of the repository.

use super::{Finding, tree::Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending(".md") {
        for (line, target) in targets(text) {
            let is_elsewhere = target.starts_with('#') || target.contains("://");
            if is_elsewhere || target.starts_with("mailto:") || target.is_empty() {
                continue;
            }
            let file = target.split(['#', '?']).next().unwrap_or(target).replace("%20", " ");
            match resolved(path, &file) {
                Some(file) if tree.contains(&file) => {}
                Some(file) => findings.push(Finding::new(
                    path,
                    line,
                    format!("link to {file}, which does not exist: mend it or write the file"),
                )),
                None => findings.push(Finding::new(
                    path,
                    line,
                    format!(
                        "link to {file}, outside the repository: make it relative to this file"
                    ),
                )),
            }
        }
    }
    findings
}

/// The targets of `[text](target)` and `[name]: target` outside code, with their lines.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut fence: Option<&str> = None;
    for (number, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let opens = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        if let Some(mark) = opens
            && fence.is_none_or(|open| open == mark)
        {
            fence = if fence.is_some() { None } else { Some(mark) };
            continue;
        }
        if fence.is_some() {
            continue;
        }
        let definition = start.strip_prefix('[').and_then(|rest| rest.split_once("]:"));
        if let Some((_, target)) = definition {
            targets.push((number + 1, destination(target)));
        }
        for (at, _) in line.match_indices("](") {
            if !in_code(line, at) {
                let inside = &line[at + 2..];
                let end = closing_parenthesis(inside);
                targets.push((number + 1, destination(&inside[..end])));
            }
        }
    }
    targets
}

/// Whether an odd number of code marks stands before.
fn in_code(line: &str, at: usize) -> bool {
    // A link whose text is code, [`a`](b), has an even number before its `](`.
    line[..at].matches('`').count() % 2 == 1
}

/// Where the parenthesis that was opened before `inside` closes.
fn closing_parenthesis(inside: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in inside.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    inside.len()
}

/// The target without its title and its angle brackets.
fn destination(target: &str) -> &str {
    let target = target.trim();
    match target.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((inside, _)) => inside,
        None => target.split_whitespace().next().unwrap_or_default(),
    }
}

/// The path from the repository's folder; `None` when it leads outside.
fn resolved(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if link.starts_with('/') {
        return None;
    }
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{super::assert_found, *};

    fn check(text: &str, expected: &[&str]) {
        let files = [("docs/a.md", text), ("docs/img/b c.png", ""), ("README.md", "")];
        assert_found(super::check(&Tree::made_up(&files)), expected);
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        check("[r](../README.md#top) ![b](img/b%20c.png \"B\") [d](img/) [b](<img/b c.png>)", &[]);
        check("[x](https://example.org/a) [y](#here) [z](mailto:a@example.org)\n[r]: a.md", &[]);
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        check("x\n[r](README.md)", &["docs/a.md:2"]);
        check("[`r`](README.md) and [r]\n\n[r]: ../no.md", &["docs/a.md:1", "docs/a.md:3"]);
        check("[r](../../x) [s](/README.md)", &["docs/a.md:1", "docs/a.md:1"]);
    }

    #[test]
    fn code_holds_no_links() {
        check("```md\n[r](no.md)\n```\n`[r](no.md)` a[0](1)\n", &["docs/a.md:4"]);
    }
}
